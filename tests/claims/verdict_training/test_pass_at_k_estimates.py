"""The two estimates of least bias: no rate of a fine grid has more, and the rates of the bound have as much."""

import itertools
from fractions import Fraction
from math import comb, factorial

import pytest

from infoloop.claims.verdict_training.pass_at_k_estimates import best_estimate, least_largest


def bias(said, k, rate):
    n = k - 1
    mean = sum(comb(n, c) * rate**c * (1 - rate) ** (n - c) * Fraction(int(u.p), int(u.q)) for c, u in enumerate(said))
    return mean - (1 - (1 - rate) ** k)


@pytest.mark.parametrize("k", [2, 3, 4, 7])
def test_the_largest_bias_is_the_bound(k):
    sizes = [abs(bias(least_largest(k), k, Fraction(j, 240))) for j in range(241)]
    assert max(sizes) == sizes[0] == sizes[-1] == Fraction(2, 4**k)
    assert max(abs(bias(best_estimate(k), k, Fraction(j, 240))) for j in range(241)) >= max(sizes)


@pytest.mark.parametrize("k", [2, 3, 4, 7])
def test_at_equal_steps_the_other_estimate_has_one_size_of_bias(k):
    found = [bias(best_estimate(k), k, Fraction(j, k)) for j in range(k + 1)]
    assert {abs(size) for size in found} == {Fraction(factorial(k), (2 * k) ** k)}
    assert all(one * other < 0 for one, other in itertools.pairwise(found))
