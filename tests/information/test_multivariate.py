"""Many-variable informations against alternating sums of entropies in 50 digits, and hand values."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infoloop.information.measures import entropy, mutual_information
from infoloop.information.multivariate import (
    coinformation,
    dual_total_correlation,
    interaction_information,
    o_information,
    s_information,
    total_correlation,
    tse_complexity,
)
from infoloop.probability.distributions import Joint, joint
from infoloop.probability.numerics import rounding
from tests.support import oracles

pytestmark = pytest.mark.slow

NAMES, SHAPE, CELLS = ("X", "Y", "Z", "W"), (2, 2, 2, 2), 16
GROUPS, GIVEN = [(0,), (1, 2)], (3,)
SLACK = 16 * rounding(CELLS) * np.log2(CELLS)  # at most 16 informations or entropies of at most 4 bits


def interaction(law, groups, given=()):
    return (-1) ** len(groups) * oracles.coinformation(law, groups, given)


def o_oracle(law, groups, given=()):
    return oracles.total_correlation(law, groups, given) - oracles.dual_total_correlation(law, groups, given)


def s_oracle(law, groups, given=()):
    return oracles.total_correlation(law, groups, given) + oracles.dual_total_correlation(law, groups, given)


PAIRS = {
    coinformation: oracles.coinformation,
    interaction_information: interaction,
    total_correlation: oracles.total_correlation,
    dual_total_correlation: oracles.dual_total_correlation,
    o_information: o_oracle,
    s_information: s_oracle,
    tse_complexity: oracles.tse_complexity,
}
XOR = joint([[[0.25, 0], [0, 0.25]], [[0, 0.25], [0.25, 0]]], "X", "Y", "Z")
GIANT = joint([[[0.5, 0], [0, 0]], [[0, 0], [0, 0.5]]], "X", "Y", "Z")
BY_HAND = {  # of XOR and of three copies of one fair bit
    coinformation: (-1, 1),
    interaction_information: (1, -1),
    total_correlation: (1, 2),
    dual_total_correlation: (2, 1),
    o_information: (-1, 1),
    s_information: (3, 3),
    tse_complexity: (1, 1),  # (1 - 2/3) + (2 - 4/3) and (1 - 1/3) + (1 - 2/3)
}


@jax.jit
def everything(table):
    p = Joint(table, NAMES)
    found = []
    for measure in PAIRS:
        found += [measure(p), measure(p, "X", ("Y", "Z"), given="W"), measure(p, "X", "Y", "Z", given="W")]
    return jnp.stack(found)


@pytest.mark.full
@settings(derandomize=True, deadline=None, max_examples=25, database=None)
@given(st.lists(st.integers(0, 8), min_size=CELLS, max_size=CELLS).filter(any))
def test_every_measure_of_any_law(weights):
    table = np.reshape(weights, SHAPE) / sum(weights)
    law, expected = oracles.law_of(table), []
    for oracle in PAIRS.values():
        expected += [
            oracle(law, [(k,) for k in range(4)]),
            oracle(law, GROUPS, GIVEN),
            oracle(law, [(0,), (1,), (2,)], GIVEN),
        ]
    found = np.asarray(everything(table))
    assert max(abs(float(a) - b) for a, b in zip(found, expected, strict=True)) <= SLACK


@pytest.mark.parametrize("measure", PAIRS, ids=lambda f: f.__name__)
def test_hand_values(measure):
    xor, giant = BY_HAND[measure]
    compiled = jax.jit(measure)
    assert abs(compiled(XOR) - xor) <= SLACK
    assert abs(compiled(GIANT) - giant) <= SLACK


def test_of_one_group_and_of_two():
    p = joint(np.random.default_rng(0).dirichlet(np.ones(8)).reshape(2, 2, 2), "X", "Y", "Z")
    assert coinformation(p, "X", given="Y") == entropy(p, "X", given="Y")
    assert coinformation(p, "X", "Y", given="Z") == mutual_information(p, "X", "Y", given="Z")
    assert interaction_information(p, "X", "Y") == mutual_information(p, "X", "Y")
    assert total_correlation(p, "X") == dual_total_correlation(p, "X") == 0
    assert abs(s_information(p, "X", "Y") - 2 * mutual_information(p, "X", "Y")) <= SLACK


@pytest.mark.full
def test_the_order_of_groups_does_not_matter():
    p = joint(np.random.default_rng(1).dirichlet(np.ones(16)).reshape(SHAPE), *NAMES)
    for measure in (coinformation, total_correlation, dual_total_correlation, tse_complexity):
        orders = list(itertools.permutations(("X", "Y", "Z")))
        found = jax.jit(lambda p, measure=measure, orders=orders: [measure(p, *order) for order in orders])(p)
        assert max(found) - min(found) <= SLACK


@pytest.mark.parametrize("measure", PAIRS, ids=lambda f: f.__name__)
def test_under_jit_what_is_no_law_has_no_measure(measure):
    table = jnp.full((2, 2, 2), 1 / 8).at[0, 0, 0].set(np.nan)
    assert np.isnan(jax.jit(measure)(Joint(table, NAMES[:3])))


def test_slopes_at_zeros_are_finite():
    def total(p):
        return coinformation(p) + tse_complexity(p) + s_information(p)

    assert np.isfinite(jax.jit(jax.grad(total))(XOR).table).all()


def test_an_unknown_variable_is_named():
    with pytest.raises(ValueError, match="unknown variable 'V': this law is over X, Y, Z"):
        coinformation(XOR, "X", "Y", "V")
