"""Logarithms of binomial coefficients against whole numbers."""

import math

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.log_binomials import log_choose


def slack(n: int) -> float:
    """Roundings of the logarithms of n!, k! and (n - k)!, of which that of n! is the largest."""
    return rounding(3) * math.lgamma(n + 1)


@pytest.mark.parametrize("n", [*range(40), 171, 500])
def test_they_are_those_of_whole_numbers(n):
    found = log_choose(n, np.arange(n + 1))
    wanted = np.array([math.log(math.comb(n, k)) for k in range(n + 1)])
    assert np.abs(found - wanted).max() <= slack(n)
    assert found[0] == found[-1] == 0


@pytest.mark.parametrize(("n", "k"), [(10**6, 1), (10**6, 7), (10**6, 10**6 - 3), (10**9, 2), (20_000, 10_000)])
def test_they_stay_finite_where_factorials_do_not(n, k):
    assert abs(float(log_choose(n, k)) - math.log(math.comb(n, min(k, n - k)))) <= slack(n)


def test_outside_of_0_to_n_there_is_no_subset():
    found = log_choose(np.array([0, 0, 3, 3, 3]), np.array([-1, 1, -2, 4, 3]))
    assert found.tolist() == [-math.inf] * 4 + [0]


def test_both_are_broadcast():
    n, k = np.arange(5)[:, None], np.arange(3)
    wanted = [[math.comb(a, b) for b in range(3)] for a in range(5)]
    assert np.exp(log_choose(n, k)).tolist() == [pytest.approx(row, rel=rounding(3) * 4, abs=0) for row in wanted]
