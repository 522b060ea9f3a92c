"""Bayes on enumerable classes against fractions, and on data so long that plain products underflow."""

from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import log, mp, mpf

from infoloop.learning.bayesian import description_prior, posterior, predictive, trajectory
from infoloop.probability.numerics import rounding

pytestmark = pytest.mark.slow

PRIOR = [Fraction(1, 2), Fraction(1, 4), Fraction(1, 4), Fraction(0)]
ROWS = [[Fraction(k, 8) for k in row] for row in ([4, 2, 2], [0, 4, 4], [8, 0, 0], [1, 1, 6])]
DATA = [0, 1, 0, 2, 0, 0, 1]


def by_fractions(prior, rows, data):
    """Masses of hypothesis and data together, multiplied out: the posterior and the evidence."""
    masses = list(prior)
    for z in data:
        masses = [m * row[z] for m, row in zip(masses, rows, strict=True)]
    return [m / sum(masses) for m in masses], sum(masses)


def floats(nested):
    return [floats(item) for item in nested] if isinstance(nested, list) else float(nested)


def worst(found, exact) -> float:
    return float(np.max(np.abs(np.asarray(found) - np.asarray(floats(exact)))))


@pytest.mark.parametrize("n", range(len(DATA) + 1))
def test_posterior_evidence_and_prediction_are_those_of_fractions(n):
    law, evidence = by_fractions(PRIOR, ROWS, DATA[:n])
    found = posterior(floats(PRIOR), floats(ROWS), DATA[:n])
    ahead = [sum(p * row[z] for p, row in zip(law, ROWS, strict=True)) for z in range(3)]
    assert worst(found.law, law) <= rounding(4 * len(DATA))
    assert worst(2**found.log_evidence, evidence) <= rounding(4 * len(DATA))
    assert worst(predictive(found.law, floats(ROWS)), ahead) <= rounding(4 * len(DATA))


def test_the_check_would_notice_a_forgotten_prior():
    law, _ = by_fractions(PRIOR, ROWS, DATA)
    flat, _ = by_fractions([Fraction(1, 4)] * 4, ROWS, DATA)
    assert worst(floats(flat), law) > rounding(4 * len(DATA))


@pytest.mark.full
def test_the_trajectory_is_the_posterior_of_every_beginning():
    path = trajectory(floats(PRIOR), floats(ROWS), DATA)
    for n in range(len(DATA) + 1):
        one = posterior(floats(PRIOR), floats(ROWS), DATA[:n])
        assert jnp.abs(path.law[n] - one.law).max() <= rounding(4)
        assert jnp.abs(path.log_evidence[n] - one.log_evidence) <= rounding(4 * len(DATA))


def test_the_evidence_is_the_product_of_the_predictions():
    path, bits = trajectory(floats(PRIOR), floats(ROWS), DATA), 0.0
    for n, z in enumerate(DATA):
        bits += float(jnp.log2(predictive(path.law[n], floats(ROWS))[z]))
        assert abs(bits - path.log_evidence[n + 1]) <= rounding(4 * len(DATA))


def test_data_whose_probability_underflows_keep_their_digits():
    """2 000 symbols have a probability below 1e-600; fifty digits hold it."""
    rows, data = [[0.75, 0.25], [0.5, 0.5]], [0, 1, 1] * 667
    found = posterior([0.5, 0.5], rows, data)
    with mp.workdps(50):
        heads = data.count(0)
        masses = [mpf(a) ** heads * mpf(b) ** (len(data) - heads) / 2 for a, b in rows]
        bits, share = log(sum(masses), 2), masses[0] / sum(masses)
        assert abs(float(found.log_evidence) - bits) <= rounding(len(data)) * 10
        assert abs(float(found.law[0]) / share - 1) <= rounding(len(data)) * 10
    assert np.prod([rows[0][z] for z in data]) == 0


def test_impossible_data_are_reported():
    with pytest.raises(ValueError, match="probability 0 under every hypothesis of positive prior"):
        posterior([0.0, 1.0], [[0.5, 0.5], [0.0, 1.0]], [0])
    found = jax.jit(posterior)(jnp.array([0.0, 1.0]), jnp.array([[0.5, 0.5], [0.0, 1.0]]), jnp.array([0]))
    assert found.log_evidence == -jnp.inf
    assert jnp.isnan(found.law).all()


@pytest.mark.full
def test_the_gradient_at_an_excluded_hypothesis_is_finite():
    """The evidence of `0 0` is (p + 4 r) / 4 for prior masses p and r of the first and the third hypothesis."""
    rows = jnp.array([[0.5, 0.5], [0.0, 1.0], [1.0, 0.0]])
    slope = jax.grad(lambda prior: posterior(prior, rows, jnp.array([0, 0])).log_evidence)(jnp.array([0.5, 0.5, 0.0]))
    assert slope[1] == 0
    assert abs(slope[0] - 2 / np.log(2)) <= rounding(8)


@pytest.mark.full
def test_many_data_at_once():
    data = jnp.array([[0, 1], [1, 1]])
    laws = jax.vmap(lambda seen: posterior(jnp.array(floats(PRIOR)), jnp.array(floats(ROWS)), seen).law)(data)
    for law, seen in zip(laws, data.tolist(), strict=True):
        assert worst(law, by_fractions(PRIOR, ROWS, seen)[0]) <= rounding(8)


def test_shorter_descriptions_weigh_more():
    lengths = [3, 5, 5, 1100, 1101]
    exact = [Fraction(1, 2**k) for k in lengths]
    exact = [m / sum(exact) for m in exact]
    found = description_prior(lengths)
    assert worst(found[:3], exact[:3]) <= rounding(5)
    assert abs(description_prior([1100, 1101])[0] - 2 / 3) <= rounding(1100)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: posterior([], [[1.0]], [0]), "at least one cell"),
        (lambda: posterior([0.5, 0.5], [[1.0]], [0]), "one row for each hypothesis"),
        (lambda: posterior([1.0], [[0.5, 0.4]], [0]), "likelihood has mass 0.9"),
        (lambda: posterior([1.0], [[0.5, 0.5]], [2]), "whole numbers from 0 to 1"),
        (lambda: posterior([1.0], [[0.5, 0.5]], [0.5]), "whole numbers from 0 to 1"),
        (lambda: posterior([0.75, 0.75], [[1.0], [1.0]], [0]), "prior has mass 1.5"),
        (lambda: description_prior([]), "at least one"),
        (lambda: description_prior([1.0, float("nan")]), "finite"),
        (lambda: predictive([1.0], [[0.5, 0.5], [0.5, 0.5]]), "one row for each hypothesis"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
