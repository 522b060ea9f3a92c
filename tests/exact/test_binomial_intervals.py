"""Binomial intervals: coverage and tails by sums of fractions, over every count of a small number of attempts."""

import math
from fractions import Fraction

import pytest

from infoloop.exact.binomial_intervals import certified_interval

MISS, ATTEMPTS = Fraction(1, 10), 11
INTERVALS = [certified_interval(k, ATTEMPTS, MISS) for k in range(ATTEMPTS + 1)]


def mass(k: int, rate: Fraction) -> Fraction:
    return math.comb(ATTEMPTS, k) * rate**k * (1 - rate) ** (ATTEMPTS - k)


def tail(k: int, rate: Fraction) -> Fraction:
    return sum((mass(j, rate) for j in range(k, ATTEMPTS + 1)), Fraction(0))


def coverage(rate: Fraction, intervals) -> Fraction:
    return sum((mass(k, rate) for k, (low, high) in enumerate(intervals) if low <= rate <= high), Fraction(0))


def test_every_rate_is_covered_as_often_as_is_said():
    rates = [Fraction(k, 97) for k in range(98)]
    assert min(coverage(rate, INTERVALS) for rate in rates) >= 1 - MISS
    narrower = [(low + (high - low) / 16, high - (high - low) / 16) for low, high in INTERVALS]
    assert min(coverage(rate, narrower) for rate in rates) < 1 - MISS


def test_the_ends_leave_half_the_miss_outside_and_hardly_less():
    for k, (low, high) in enumerate(INTERVALS):
        if k:
            assert tail(k, low) <= MISS / 2 < tail(k, low + Fraction(1, 2**30))
        if k < ATTEMPTS:
            assert 1 - tail(k + 1, high) <= MISS / 2 < 1 - tail(k + 1, high - Fraction(1, 2**30))
    assert (INTERVALS[0][0], INTERVALS[-1][1]) == (0, 1)


def test_many_attempts_and_rare_passes():
    low, high = certified_interval(1, 10**6, "1/20")
    assert abs(float(low) * 10**6 - -math.log1p(-0.025)) < 1e-5  # P(Poisson >= 1) = 0.025
    assert 5.57e-6 < high < 5.58e-6  # as Poisson's upper end 5.572


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((3, 2, MISS), "3 passes of 2"),
        ((-1, 2, MISS), "-1 passes"),
        ((0, 0, MISS), "of 0"),
        ((1, 2, 1), "miss"),
    ],
)
def test_what_are_no_counts_is_refused(counts, said):
    with pytest.raises(ValueError, match=said):
        certified_interval(*counts)
