"""Shares of seeds: at either end of the interval a tail of the binomial law is half of what is left."""

import math
from fractions import Fraction

import numpy as np
import pytest

from infoloop.studies.seed_shares import share_over_seeds


def tail(seeds, from_, to, p):
    return sum(math.comb(seeds, k) * p**k * (1 - p) ** (seeds - k) for k in range(from_, to + 1))


@pytest.mark.parametrize(("right", "seeds"), [(3, 20), (12, 24), (19, 20)])
def test_the_ends_leave_half_of_the_rest_in_either_tail(right, seeds):
    share, low, high, count = share_over_seeds(np.arange(seeds) < right)
    assert (share, count) == (float(Fraction(right, seeds)), seeds)
    assert abs(tail(seeds, right, seeds, low) - 0.025) < 1e-9  # scipy's root
    assert abs(tail(seeds, 0, right, high) - 0.025) < 1e-9


def test_none_and_all_have_closed_ends():
    assert share_over_seeds(np.zeros(8, bool)).low == 0
    assert share_over_seeds(np.ones(8, bool)).high == 1
    assert share_over_seeds(np.zeros(0, bool)) == (0.0, 0.0, 1.0, 0)


def test_a_higher_level_is_wider():
    holds = np.arange(30) < 10
    assert share_over_seeds(holds, 0.99).low < share_over_seeds(holds, 0.9).low
