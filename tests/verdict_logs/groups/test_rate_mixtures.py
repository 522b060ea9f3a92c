"""Laws of pass rates that counts leave possible: the true one is there, and the ends are those of a plain search."""

import itertools
import math

import numpy as np
import pytest

from infoloop.verdict_logs.estimators import pooled_interval
from infoloop.verdict_logs.groups.rate_mixtures import RATES, bound_mean, fit_mixture, rate_region


def test_thresholds_have_the_intervals_of_their_own_counts_where_all_have_as_many_attempts():
    passes = np.array([0, 0, 1, 3, 4, 4, 0, 2])
    region = rate_region(passes, np.full(8, 4))
    for j in range(4):
        wanted = pooled_interval([int((passes <= j).sum())], [8], 1 - 0.05 / 4)
        assert (region.low[j], region.high[j]) == pytest.approx(wanted, rel=1e-12)
        i = 60
        p = math.sin(i * math.pi / 2 / (RATES.size - 1)) ** 2
        assert region.below[j, i] == pytest.approx(
            sum(math.comb(4, k) * p**k * (1 - p) ** (4 - k) for k in range(j + 1))
        )


def test_with_one_attempt_each_the_mean_rate_is_all_that_is_known():
    region = rate_region(np.repeat([0, 1], [30, 10]), np.full(40, 1))
    low, high = pooled_interval([10], [40])
    assert bound_mean(region, RATES) == pytest.approx((low, high), abs=1e-9)
    assert bound_mean(region, 2 * RATES * (1 - RATES)) == pytest.approx((0, 2 * high * (1 - high)), abs=1e-4)


def test_counts_more_alike_than_independent_attempts_make_them_leave_nothing():
    assert np.isnan(bound_mean(rate_region(np.full(400, 4), np.full(400, 8)), RATES)).all()


def test_the_fitted_law_meets_the_conditions_of_the_greatest_likelihood():
    draw = np.random.default_rng(0)
    passes, attempts = draw.binomial(8, draw.choice([0.1, 0.6], 200)), np.full(200, 8)
    weights = fit_mixture(passes, attempts)
    assert weights.sum() == pytest.approx(1, abs=1e-9)
    pmf = [[math.comb(8, k) * p**k * (1 - p) ** (8 - k) for p in RATES] for k in range(9)]
    mixed = [float(np.dot(weights, row)) for row in pmf]
    gain = [sum(pmf[k][i] / mixed[k] for k in passes) / 200 for i in range(RATES.size)]
    assert max(gain) < 1 + 2e-3


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
    assert [a for a, b in itertools.pairwise(region.low) if a > b + 1e-12] == []
