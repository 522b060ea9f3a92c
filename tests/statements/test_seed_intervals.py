"""Sign-test intervals: their ranks and coverage against enumeration and NumPy, and missing seeds as the worst."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import binom

from infoloop.statements.seed_intervals import coverage, interval_over_seeds, interval_rank, median_interval

LEVEL = Fraction(95, 100)


@pytest.mark.parametrize("seeds", [5, 6, 9, 20, 25, 40, 100])
def test_ranks_are_quantiles_of_the_binomial_of_scipy(seeds):
    assert interval_rank(seeds, LEVEL) == binom.ppf(0.025, seeds, 0.5)


@pytest.mark.parametrize("seeds", [1, 4, 9])
def test_the_coverage_is_the_share_of_sign_patterns(seeds):
    """Of all patterns of being below the median, the share in which the interval has it inside."""
    patterns = list(itertools.product((0, 1), repeat=seeds))
    for rank in range(1, seeds // 2 + 1):
        inside = sum(rank <= sum(pattern) <= seeds - rank for pattern in patterns)
        assert coverage(seeds, rank) == Fraction(inside, len(patterns))


def test_one_rank_more_would_cover_too_little():
    for seeds in range(6, 60):
        rank = interval_rank(seeds, LEVEL)
        assert coverage(seeds, rank) >= LEVEL > coverage(seeds, rank + 1)


def test_five_seeds_have_no_interval():
    found = median_interval([1.0, 2.0, 3.0, 4.0, 5.0], 0, LEVEL)
    assert (found.median, found.lower, found.upper) == (3.0, -math.inf, math.inf)


@pytest.mark.parametrize("seeds", [20, 21])
def test_median_mean_and_ends_are_those_of_numpy(seeds):
    values = np.random.default_rng(1).normal(size=seeds)
    found = median_interval(values.tolist(), 0, LEVEL)
    ordered = np.sort(values)
    assert found.median == np.median(values)
    assert found.mean == pytest.approx(values.mean(), abs=8 * seeds * np.finfo(float).eps)
    assert (found.lower, found.upper) == (ordered[5], ordered[-6])


def test_the_interval_has_the_median_inside_as_often_as_it_says():
    """Skewed and with ties; a right one fails once in a million (Hoeffding)."""
    draws = 4000
    values = np.floor(np.random.default_rng(2).exponential(size=(draws, 20)) * 4) / 4  # the median of the law is .5
    ends = [median_interval(row.tolist(), 0, LEVEL) for row in values]
    inside = np.mean([found.lower <= 0.5 <= found.upper for found in ends])
    assert inside >= float(coverage(20, 6)) - math.sqrt(math.log(1e6) / (2 * draws))


def test_whatever_missing_outcomes_would_have_been_their_interval_is_inside():
    values = np.random.default_rng(3).normal(size=20).tolist()
    outer = median_interval(values[:17], 3, LEVEL)
    for filled in itertools.product((-9.0, 0.0, 9.0), repeat=3):
        inner = median_interval([*values[:17], *filled], 0, LEVEL)
        assert outer.lower <= inner.lower <= inner.upper <= outer.upper


def test_each_missing_outcome_moves_either_end_by_one_rank():
    values = np.random.default_rng(4).normal(size=17)
    found, ordered = median_interval(values.tolist(), 3, LEVEL), np.sort(values)
    assert (found.lower, found.upper) == (ordered[6 - 3 - 1], ordered[-(6 - 3)])


def test_too_many_missing_leave_no_end_and_no_outcome_no_median():
    assert median_interval([1.0] * 14, 6, LEVEL).lower == -math.inf
    assert math.isnan(median_interval([], 20, LEVEL).median)


def test_numbers_that_are_not_finite_are_missing():
    values = np.random.default_rng(5).normal(size=18).tolist()
    found = interval_over_seeds([math.inf, *values, math.nan])
    assert found == median_interval(values, 2, LEVEL)
    assert interval_over_seeds(values, Fraction(1, 2)) == median_interval(values, 0, Fraction(1, 2))
