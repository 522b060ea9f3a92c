"""The parts of the claims on mixtures: their routes agree with each other and with the model."""

import math

import pytest
from flint import fmpq

from infoloop.claims.loops.mixture_openness import openness
from infoloop.claims.loops.real_data_mixtures import fixed_point, noise_shares, relaxed_variance, variance_of_shares
from infoloop.models.mixing import error_variance, mixing, optimal_weight
from infoloop.probability.numerics import rounding

EXACT = rounding(256)


def test_shares_of_real_data_add_up_to_one():
    real, synthetic = noise_shares(fmpq(1, 3), 4)
    assert sum(real, fmpq(0)) == 1
    assert len(synthetic) == 4


@pytest.mark.parametrize("t", [0, 1, 5])
def test_three_ways_to_the_variance_of_a_mixture(t):
    exact = relaxed_variance(fmpq(1, 4), fmpq(3), fmpq(2), t)
    assert exact == variance_of_shares(fmpq(1, 4), fmpq(3), fmpq(2), t)
    assert abs(error_variance(mixing(0.25, 3, 2), t) - int(exact.p) / int(exact.q)) <= EXACT


def test_the_best_weight_at_equal_shares_is_the_golden_ratio():
    """Nearer convergents of the golden ratio have less variance."""
    golden = (math.sqrt(5) - 1) / 2
    assert abs(optimal_weight(1.0) - golden) <= EXACT
    assert fixed_point(fmpq(13, 21), fmpq(1)) < fixed_point(fmpq(3, 5), fmpq(1)) < fixed_point(fmpq(1, 2), fmpq(1))


def test_a_worse_estimate_leaves_a_round_more_open():
    assert openness(1.0, 3, 10.0) > openness(1.0, 3, 0.1)
