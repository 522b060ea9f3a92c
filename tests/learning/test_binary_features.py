"""Binary worlds by plain enumeration, and their informations by differences of entropies in fifty digits."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.binary_features import informations, masses_of, noisy_features_law, signs
from infoloop.probability.distributions import joint
from infoloop.probability.numerics import binary_entropy, rounding
from tests.support.oracles import information

CROSSOVERS = [0.3, 0.1, 0.25]
PREDICTIONS = np.random.default_rng(0).dirichlet(np.ones(2), size=8)


def enumerated(crossovers, predictions):
    """The law of (y, c1, ..., cd, prediction), outcome by outcome."""
    law: dict[tuple[int, ...], float] = {}
    for y, *cs in itertools.product((0, 1), repeat=len(crossovers) + 1):
        probability = 0.5
        for c, e in zip(cs, crossovers, strict=True):
            probability *= e if c != y else 1 - e
        place = int("".join(map(str, cs)), 2)
        for guess in (0, 1):
            law[(y, *cs, guess)] = probability * predictions[place][guess]
    return law


def test_the_inputs_are_those_of_itertools():
    assert signs(3).tolist() == [list(row) for row in itertools.product((-1.0, 1.0), repeat=3)]


@pytest.mark.slow
def test_the_informations_are_those_of_the_enumerated_law():
    law, found = (
        enumerated(CROSSOVERS, PREDICTIONS),
        informations(masses_of(noisy_features_law(CROSSOVERS), "Y"), PREDICTIONS),
    )
    exact = [information(law, [1 + j], [4]) for j in range(3)] + [information(law, [0], [4])]
    assert max(abs(float(a) - b) for a, b in zip(found, exact, strict=True)) <= rounding(64)
    assert max(abs(float(a) - b) for a, b in zip(found[::-1], exact, strict=True)) > rounding(64)


@pytest.mark.slow
def test_a_component_read_off_tells_one_minus_h():
    predictions = (signs(3)[:, 1:2] == [[-1, 1]]).astype(float)
    bits = informations(masses_of(noisy_features_law(CROSSOVERS), "Y"), predictions)
    assert abs(bits[1] - 1) <= rounding(16)
    assert abs(bits[3] - (1 - binary_entropy(0.1))) <= rounding(16)


def test_predictions_that_are_not_numbers_stay_so():
    assert jnp.isnan(informations(masses_of(noisy_features_law(CROSSOVERS), "Y"), np.full((8, 2), np.nan))).all()


def test_a_label_of_three_values_in_any_place():
    table = np.random.default_rng(1).dirichlet(np.ones(12)).reshape(2, 3, 2)
    assert jnp.abs(masses_of(joint(table, "A", "Y", "B"), "Y") - table.transpose(0, 2, 1).reshape(4, 3)).max() == 0


@pytest.mark.slow
def test_a_batch_of_worlds():
    crossovers = jnp.array([[0.1, 0.2], [0.3, 0.4]])
    many = jax.vmap(lambda e: masses_of(noisy_features_law(e), "Y"))(crossovers)
    assert jnp.abs(many[1] - masses_of(noisy_features_law([0.3, 0.4]), "Y")).max() <= rounding(4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: noisy_features_law([0.1, 1.5]), "in \\[0, 1\\]"),
        (lambda: noisy_features_law([]), "number of components is 0"),
        (lambda: signs(0), "components is 0"),
        (lambda: masses_of(joint(np.full((3, 2), 1 / 6), "C", "Y"), "Y"), "C takes 3 values"),
        (lambda: masses_of(joint([0.5, 0.5], "Y"), "Y"), "over Y alone"),
        (lambda: masses_of(joint([0.5, 0.5], "Y"), "X"), "unknown variable 'X'"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
