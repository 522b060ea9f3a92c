"""Dead groups and deviations against sums in fractions and forty digits, and the numbers of the theory map."""

import math
from fractions import Fraction

import jax
import numpy as np
import pytest
from mpmath import mp, mpf, sqrt

from infoloop.learning.policy_gradient.group_statistics import (
    dead_share,
    group_deviations,
    live_share,
    mean_deviation,
)
from infoloop.probability.numerics import rounding

RATES = [0.0, 1e-300, 1e-12, 0.05, 0.3, 0.5, 1 - 2.0**-45, 1.0]
SIZES = [2, 3, 8]


def weights(p, n):
    """P(C = c), in fractions."""
    p = Fraction(p)
    return [math.comb(n, c) * p**c * (1 - p) ** (n - c) for c in range(n + 1)]


@pytest.mark.parametrize("n", SIZES)
def test_shares_and_deviations_are_sums_over_counts(n):
    exact = [weights(p, n) for p in RATES]
    live = np.array([float(sum(row[1:-1])) for row in exact])
    np.testing.assert_allclose(live_share(RATES, n), live, rtol=rounding(2 * n), atol=0)
    dead = np.array([float(row[0] + row[-1]) for row in exact])
    np.testing.assert_allclose(dead_share(RATES, n), dead, rtol=rounding(n), atol=0)
    with mp.workdps(40):
        spread = [sum(mpf(w.numerator) / w.denominator * sqrt(c * (n - c)) / n for c, w in enumerate(r)) for r in exact]
        for divisor, factor in (("population", mpf(1)), ("sample", sqrt(mpf(n) / (n - 1)))):
            expected = [float(s * factor) for s in spread]
            np.testing.assert_allclose(mean_deviation(RATES, n, divisor), expected, rtol=rounding(2 * n), atol=0)


def test_the_numbers_of_the_theory_map():
    assert [round(x, 5) for x in dead_share([0.05, 0.1, 0.3], 8).tolist()] == [0.66342, 0.43047, 0.05771]
    assert round(float(mean_deviation(0.1, 8)), 5) == 0.20949
    assert round(float(mean_deviation(0.1, 8)) * math.sqrt(7 / 8), 4) == 0.1960  # of an update with the divisor n - 1


def test_the_mean_deviation_rises_with_the_size_and_stays_below_that_of_the_law():
    p = np.linspace(0.01, 0.99, 25)
    found = np.stack([mean_deviation(p, n) for n in (2, 3, 8)])
    assert (np.diff(found, axis=0) > 0).all()
    assert (found < np.sqrt(p * (1 - p))).all()


@pytest.mark.full
def test_slopes_at_the_ends():
    assert float(jax.grad(lambda p: live_share(p, 8))(0.0)) == 8
    assert float(jax.grad(lambda p: dead_share(p, 8))(1.0)) == 8
    expected = math.sqrt(7)  # n s_1
    assert abs(jax.grad(lambda p: mean_deviation(p, 8))(0.0) - expected) <= rounding(8) * expected


def test_deviations_of_a_group():
    np.testing.assert_allclose(group_deviations(4, "sample")[2], np.std([0, 0, 1, 1], ddof=1), rtol=rounding(1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.5, 1), r"size \(of a group.*is 1"),
        ((0.5, 2.0), "size"),
        ((1.5, 2), "p is 1.5"),
        ((np.nan, 2), "p is nan"),
        ((0.5, 2, "n"), "divisor is 'n': choose one of 'population', 'sample'"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        mean_deviation(*arguments)
