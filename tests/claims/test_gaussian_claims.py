"""What the claims of chapter 2's Gaussian half are made of: their routes agree with each other and with the models."""

import math
from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest
from flint import fmpq

from infoloop.claims.loops.gaussian_refits import (
    accumulated_unbiased,
    accumulated_variance,
    block_moments,
    sample_moments,
)
from infoloop.claims.loops.mean_estimates import bits_through, estimates_law, noise_factor
from infoloop.claims.loops.real_data_mixtures import (
    fixed_point,
    noise_shares,
    openness,
    relaxed_variance,
    variance_of_shares,
)
from infoloop.claims.loops.regression_refits import fitted_noise, inverse_trace, replace_stays_bounded, summed_risk
from infoloop.models.gaussian_mean import gaussian_mean, information
from infoloop.models.gaussian_refit import SCHEDULES, expected_drift, expected_variance
from infoloop.models.mixing import error_variance, mixing, optimal_weight
from infoloop.models.regression import excess_risk, regression
from infoloop.probability.numerics import rounding
from infoloop.statements.certification import certify
from infoloop.statements.parameter_grids import parameter_grid

SIZES = (2, 3, 7)
STEPS = np.arange(1, 6)
EXACT = rounding(256)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("unbiased", [False, True])
@pytest.mark.parametrize("n", SIZES)
def test_two_ways_of_taking_moments_agree_with_the_model(schedule, unbiased, n):
    blocks = block_moments(n, len(STEPS), schedule, unbiased)
    samples = [sample_moments(n, t, schedule, unbiased) for t in STEPS.tolist()]
    model = jnp.stack([f(n, STEPS, schedule, unbiased) for f in (expected_variance, expected_drift)])
    assert jnp.abs(blocks - model).max() <= EXACT
    assert np.abs(np.array([[float(Fraction(str(x))) for x in row] for row in samples]).T - model).max() <= EXACT


def test_another_loop_has_other_moments():
    assert sample_moments(3, 3, "replace", False) != sample_moments(3, 3, "accumulate", False)
    assert jnp.abs(block_moments(3, 3, "replace", False) - block_moments(3, 3, "replace", True)).max() > 0.1


@pytest.mark.parametrize(("closed", "unbiased"), [(accumulated_variance, False), (accumulated_unbiased, True)])
@pytest.mark.parametrize("n", SIZES)
def test_accumulated_variances_are_the_models(closed, unbiased, n):
    found = jnp.array([closed(float(n), t) for t in STEPS.tolist()])
    assert jnp.abs(found - expected_variance(n, STEPS, "accumulate", unbiased)).max() <= EXACT


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_bits_through_are_the_models_and_the_laws(schedule):
    model = information(gaussian_mean(3, 2.0, 0.5, schedule), np.arange(1, 5))
    assert jnp.abs(bits_through((3, 2.0, 0.5), schedule) - model).max() <= EXACT
    law = estimates_law((3, 2.0, 0.5), 4, schedule)
    last = law.names.index("Z4")
    noise = law.covariance[last, last] - 2.0
    factor = noise_factor(4, schedule)
    assert abs(noise - 0.5 / 3 * int(factor.p) / int(factor.q)) <= EXACT


def test_one_generation_is_ordinary_least_squares():
    x = np.random.default_rng(0).normal(size=(5, 2))
    fit = fitted_noise([x], np.linalg.inv, np.concatenate, np.zeros)
    assert np.abs(fit - np.linalg.pinv(x)).max() <= EXACT


def test_the_labels_of_the_second_generation_repeat_the_first_error():
    """With equal designs the second fit is the first with half of fresh noise: the old error stays whole."""
    x = np.eye(2)
    fit = fitted_noise([x, x], np.linalg.inv, np.concatenate, np.zeros)
    assert np.abs(fit - np.hstack([x, x / 2])).max() <= EXACT


@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_bartletts_trace_is_that_of_an_inverse_wishart_matrix(d):
    assert inverse_trace(d, fmpq(11)) == fmpq(d, 11 - d - 1)


@pytest.mark.parametrize("d", [1, 2, 4])
def test_the_summed_risk_is_the_models(d):
    model = excess_risk(regression(d, 9, 1.0, "accumulate"), STEPS)
    assert jnp.abs(model - jnp.array([summed_risk(d, 9.0, t) for t in STEPS.tolist()])).max() <= EXACT


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


def test_a_counterexample_says_what_its_numbers_are():
    found = certify(replace_stays_bounded).counterexample
    assert found is not None
    assert found.case["t"] == "3"


def test_a_grid_has_every_combination_by_name():
    assert list(parameter_grid(a=(1, 2), b="xy")) == [{"a": a, "b": b} for a in (1, 2) for b in "xy"]
