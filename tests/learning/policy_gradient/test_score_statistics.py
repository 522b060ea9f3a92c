"""Moments of scores against fractions; columns and rows of the Jacobian give the same."""

from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.policy_gradient.reward_kinds import output_kinds
from infoloop.learning.policy_gradient.score_statistics import log_policy, score_moments, scores, weighted_scores
from infoloop.probability.numerics import rounding
from tests.support.ordered_groups import softmax_scores

LAW = [Fraction(1, 10), Fraction(1, 5), Fraction(3, 10), Fraction(2, 5)]
FEATURES = [[Fraction(n, d) for n, d in row] for row in (
    ((1, 1), (0, 1)), ((1, 2), (-1, 1)), ((0, 1), (2, 1)), ((-1, 1), (1, 3))
)]  # fmt: skip
CLOSE = rounding(16)


def policy(repeats=1):
    """Logits that are linear in a pytree: two numbers, the second as a sum of so many."""
    phi = jnp.array(np.array(FEATURES, float))
    z = jnp.log(jnp.array(np.array(LAW, float)))
    return lambda theta: z + phi[:, 0] * theta["a"] + phi[:, 1] * theta["b"].sum(), {
        "a": jnp.zeros(()),
        "b": jnp.zeros(repeats),
    }


@pytest.mark.slow
def test_scores_are_those_of_fractions():
    found = scores(*policy())
    np.testing.assert_allclose(found, np.array(softmax_scores(LAW, FEATURES), float), rtol=0, atol=CLOSE)


@pytest.mark.full
@pytest.mark.parametrize("repeats", [1, pytest.param(9, marks=pytest.mark.full)], ids=["columns", "rows"])
def test_moments_are_those_of_fractions(repeats):
    """With nine parameters for four outputs the Jacobian is taken by rows."""
    g = [[row[0], *[row[1]] * repeats] for row in softmax_scores(LAW, FEATURES)]
    outputs = output_kinds([1.0, 0.0, 1.0, 0.0])
    found = score_moments(*policy(repeats), outputs)
    for k, members in enumerate(((1, 3), (0, 2))):
        mass = sum(LAW[y] for y in members)
        mean = [sum(LAW[y] * g[y][p] for y in members) / mass for p in range(repeats + 1)]
        spread = sum(LAW[y] * sum((a - b) ** 2 for a, b in zip(g[y], mean, strict=True)) for y in members) / mass
        assert abs(found.mass[k] - float(mass)) <= CLOSE
        np.testing.assert_allclose(found.mean[k], np.array(mean, float), rtol=0, atol=CLOSE)
        assert abs(found.spread[k] - float(spread)) <= CLOSE


@pytest.mark.full
def test_weighted_scores_are_their_sum():
    weights = jnp.array([0.5, -1.0, 2.0, 0.25])
    found = weighted_scores(*policy(), weights)
    np.testing.assert_allclose([found["a"], *found["b"]], weights @ scores(*policy()), rtol=0, atol=CLOSE)


@pytest.mark.full
def test_scores_of_a_peaked_policy_keep_their_digits():
    z, small = jnp.array([0.0, -60.0]), np.exp(-60.0)
    np.testing.assert_allclose(scores(lambda z: z, z)[0], [small, -small], rtol=CLOSE)
    for logits_of, theta in ((lambda z: z, z), (lambda t: z + t[:2] - t[2], jnp.zeros(3))):  # by columns, by rows
        mean = score_moments(logits_of, theta, output_kinds([0.0, 1.0])).mean[0, :2]
        np.testing.assert_allclose(mean, [small, -small], rtol=CLOSE)
    found = weighted_scores(lambda z: z, z, jnp.array([1.0, 3 * small]))  # by g = (small, -small) and (-1, 1)
    np.testing.assert_allclose(found, [-2 * small, 2 * small], rtol=CLOSE)


@pytest.mark.slow
def test_a_kind_of_one_output_has_no_spread():
    assert (score_moments(*policy(), output_kinds([1.0, 2.0, 3.0, 4.0])).spread <= rounding(4) ** 2).all()


def test_logits_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match=r"^logits is \[ 0\. inf\]: give finite numbers$"):
        log_policy(lambda z: z, jnp.array([0.0, jnp.inf]))
    with pytest.raises(ValueError, match=r"^logits is "):
        weighted_scores(lambda z: z, jnp.array([0.0, jnp.nan]), jnp.ones(2))
