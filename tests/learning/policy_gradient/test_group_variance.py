"""Variances against all ordered groups of four outputs with scores of two parameters, in thirty digits."""

import itertools
import math
from fractions import Fraction

import jax
import numpy as np
import pytest
from mpmath import mp, mpf, sqrt

from infoloop.learning.policy_gradient.difficulty_weights import contrast_weights
from infoloop.learning.policy_gradient.group_variance import (
    centred_variance,
    leave_one_out_variance,
    normalised_variance,
    rule_variance,
    verdict_moments,
)
from infoloop.probability.numerics import rounding

POLICY = [Fraction(1, 10), Fraction(1, 5), Fraction(3, 10), Fraction(2, 5)]
RIGHT = (1, 1, 0, 0)
FREE = [(3, -1), (1, 2), (0, 4), (-2, 1)]  # before their mean is taken away
MEAN = [sum(p * g[k] for p, g in zip(POLICY, FREE, strict=True)) for k in (0, 1)]
SCORES = [tuple(Fraction(x) - m for x, m in zip(g, MEAN, strict=True)) for g in FREE]


def variance(advantage, size):
    """E|u|^2 - |E u|^2 of the mean of advantages times scores, over ordered groups."""
    square, mean = mpf(0), [mpf(0), mpf(0)]
    for group in itertools.product(range(4), repeat=size):
        chance = math.prod(POLICY[y] for y in group)
        rewards = [RIGHT[y] for y in group]
        a = [advantage(r, rewards) for r in rewards]
        u = [sum(x * SCORES[y][k] for x, y in zip(a, group, strict=True)) / size for k in (0, 1)]
        weight = mpf(chance.numerator) / chance.denominator
        u = [mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else x for x in u]
        square += weight * (u[0] ** 2 + u[1] ** 2)
        mean = [m + weight * x for m, x in zip(mean, u, strict=True)]
    return float(square - mean[0] ** 2 - mean[1] ** 2)


def centred(r, rewards):
    return r - Fraction(sum(rewards), len(rewards))


def left_out(r, rewards):
    return r - Fraction(sum(rewards) - r, len(rewards) - 1)


def normalised(epsilon=0):
    def advantage(r, rewards):
        m = mpf(sum(rewards)) / len(rewards)
        return (r - m) / (sqrt(m * (1 - m)) + epsilon) if 0 < m < 1 else mpf(0)

    return advantage


MOMENTS = verdict_moments([float(p) for p in POLICY], RIGHT, [[float(x) for x in g] for g in SCORES])


@pytest.mark.slow
@pytest.mark.parametrize("n", [2, 3, 4])
def test_variances_are_those_over_ordered_groups(n):
    def close(found, advantage):
        assert abs(found - variance(advantage, n)) <= rounding(64)

    with mp.workdps(30):
        close(leave_one_out_variance(MOMENTS, n), left_out)
        close(centred_variance(MOMENTS, n), centred)
        close(normalised_variance(MOMENTS, n), normalised())
        close(rule_variance(MOMENTS, contrast_weights(n, epsilon=0.1)), normalised(mpf("0.1")))


@pytest.mark.full
def test_closed_forms_agree_with_that_of_any_rule():
    for n in (2, 5):
        pairs = (
            (leave_one_out_variance(MOMENTS, n), contrast_weights(n, "rloo")),
            (normalised_variance(MOMENTS, n), contrast_weights(n)),
        )
        for closed, weights in pairs:
            assert abs(closed - rule_variance(MOMENTS, weights)) <= rounding(64)


@pytest.mark.slow
def test_the_numbers_of_the_theory_map():
    """Two outputs with scores 1 and -1: 1/12 and 1/24, where the published form has 1/8 and 1/12."""
    fair = verdict_moments([0.5, 0.5], [1.0, 0.0], [[1.0], [-1.0]])
    assert [float(leave_one_out_variance(fair, n)) for n in (3, 4)] == [1 / 12, 1 / 24]


@pytest.mark.full
def test_moments_under_jax_and_without_mass():
    one = verdict_moments([1.0, 0.0], [1.0, 0.0], [[1.0], [0.0]])
    assert [float(one.rate), float(one.right), float(one.wrong)] == [1.0, 0.0, 0.0]
    law = np.array([0.25, 0.25, 0.5])

    def found(law):
        return normalised_variance(verdict_moments(law, np.array([1.0, 0, 0]), np.eye(3)), 3)

    assert abs(jax.jit(found)(law) - found(law)) <= rounding(8)
    assert np.isfinite(jax.grad(found)(law)).all()
    assert np.isnan(jax.jit(found)(law * 2))


def test_a_size_of_one_is_refused():
    with pytest.raises(ValueError, match="size"):
        leave_one_out_variance(MOMENTS, 1)


@pytest.mark.parametrize(
    ("verdicts", "scores", "message"),
    [
        ([1, 0, 0], [[1.0], [-1.0]], r"^verdicts has shape \(3,\): give one number for each of the 2 outputs$"),
        ([1, 0.5], [[1.0], [-1.0]], r"^verdicts are \[1.  0.5\]: give 0 or 1 for each output$"),
        ([1, 0], [1.0, -1.0], r"^scores has shape \(2,\): give one row for each of the 2 outputs$"),
        ([1, 0], [[1.0]], r"^scores has shape \(1, 1\): give one row for each of the 2 outputs$"),
    ],
)
def test_bad_input_is_named(verdicts, scores, message):
    with pytest.raises(ValueError, match=message):
        verdict_moments([0.5, 0.5], verdicts, scores)
