"""Laws of pass rates that counts leave possible: the true one is there, and the ends are those of a plain search."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.estimators import pooled_interval
from infoloop.verdict_logs.groups.rate_mixtures import RATES, bound_mean, fit_mixture, rate_region

FEASIBLE = 1e-7  # within which HiGHS keeps the conditions of a linear program
RISK_OF_ONE = rounding(1) / 0.01  # of an end, by a risk of .01 or more that is a difference from 1


@pytest.mark.parametrize("confidence", [0.95, 0.5])
def test_thresholds_have_the_intervals_of_their_own_counts_where_all_have_as_many_attempts(confidence):
    passes = np.array([0, 0, 1, 3, 4, 4, 0, 2])
    region = rate_region(passes, np.full(8, 4), confidence)
    for j in range(4):
        wanted = pooled_interval([int((passes <= j).sum())], [8], 1 - (1 - confidence) / 4)
        assert (region.low[j], region.high[j]) == pytest.approx(wanted, rel=RISK_OF_ONE)
        i = 60
        p = math.sin(i * math.pi / 2 / (RATES.size - 1)) ** 2
        assert region.below[j, i] == pytest.approx(
            sum(math.comb(4, k) * p**k * (1 - p) ** (4 - k) for k in range(j + 1))
        )


def test_with_unequal_attempts_as_many_of_each_problem_are_drawn():
    """Problems of 12 attempts that all passed or all failed leave no choice; others are drawn within what they have."""
    passes, attempts = np.array([0] * 10 + [12] * 5 + [3] * 5), np.array([12] * 15 + [3] * 5)
    region = rate_region(passes, attempts)
    for j in range(3):
        wanted = pooled_interval([10], [20], 1 - 0.05 / 3)
        assert (region.low[j], region.high[j]) == pytest.approx(wanted, rel=RISK_OF_ONE)
    mixed = rate_region(np.full(4000, 6), np.array([12] * 3999 + [6]))
    for low, high, j in zip(mixed.low, mixed.high, range(6), strict=True):
        drawn = sum(math.comb(6, i) * math.comb(6, 6 - i) for i in range(j + 1)) / math.comb(12, 6)
        assert low < drawn < high < low + 0.06  # six standard errors of a half


def test_with_one_attempt_each_the_mean_rate_is_all_that_is_known():
    region = rate_region(np.repeat([0, 1], [30, 10]), np.full(40, 1))
    low, high = pooled_interval([10], [40])
    assert bound_mean(region, RATES) == pytest.approx((low, high), abs=FEASIBLE)
    between = np.diff(RATES).max() ** 2 / 2  # what a chord of 2p(1 - p) from rate to rate misses: h^2/8 times 4
    found = bound_mean(region, 2 * RATES * (1 - RATES))
    assert found == pytest.approx((0, 2 * high * (1 - high)), abs=between + 2 * FEASIBLE)


def test_counts_more_alike_than_independent_attempts_make_them_leave_nothing():
    assert np.isnan(bound_mean(rate_region(np.full(400, 4), np.full(400, 8)), RATES)).all()


@pytest.mark.parametrize("sizes", [(8, 8), (8, 3)])
def test_the_fitted_law_meets_the_conditions_of_the_greatest_likelihood(sizes):
    draw, attempts = np.random.default_rng(0), np.repeat(sizes, 100)
    passes = draw.binomial(attempts, draw.choice([0.1, 0.6], 200))
    weights = fit_mixture(passes, attempts)
    assert weights.sum() == pytest.approx(1, abs=rounding(RATES.size))
    counts = Counter(zip(passes.tolist(), attempts.tolist(), strict=True))
    pmf = {(k, n): [math.comb(n, k) * p**k * (1 - p) ** (n - k) for p in RATES] for k, n in counts}
    mixed = {kind: float(np.dot(weights, row)) for kind, row in pmf.items()}
    gain = [sum(c * pmf[kind][i] / mixed[kind] for kind, c in counts.items()) / 200 for i in range(RATES.size)]
    assert max(gain) < 1 + 1 / (100 * 200) + rounding(200)


@pytest.mark.slow
def test_the_true_law_is_in_the_region_as_often_as_it_says():
    """Also with unequal attempts, at a low confidence; the linear program sees whether the true mean is inside."""
    draw, held = np.random.default_rng(1), []
    for attempts in (np.full(60, 6), np.repeat([6, 9], 30)):
        p = np.tile([0.02, 0.3, 0.5, 0.9], 15)
        for _ in range(60):
            region = rate_region(draw.binomial(attempts, p), attempts, 0.5)
            true = [
                np.mean([sum(math.comb(6, k) * q**k * (1 - q) ** (6 - k) for k in range(j + 1)) for q in p])
                for j in range(6)
            ]
            held.append(all(a <= t <= b for a, t, b in zip(region.low, true, region.high, strict=True)))
    halves = [np.mean(held[:60]), np.mean(held[60:])]
    assert min(halves) >= 0.5
    assert [a for a, b in itertools.pairwise(region.low) if a > b + RISK_OF_ONE] == []
