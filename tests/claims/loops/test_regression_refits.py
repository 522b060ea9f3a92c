"""The parts of the claims on refitted regressions: their routes agree with each other and with the model."""

import jax.numpy as jnp
import numpy as np
import pytest
from flint import fmpq

from infoloop.claims.loops.regression_designs import fitted_noise
from infoloop.claims.loops.regression_refits import inverse_trace, summed_risk
from infoloop.models.regression import excess_risk, regression
from infoloop.probability.numerics import rounding

STEPS = np.arange(1, 6)
EXACT = rounding(256)


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


@pytest.mark.full
@pytest.mark.parametrize("d", [1, 2, 4])
def test_the_summed_risk_is_the_models(d):
    model = excess_risk(regression(d, 9, 1.0, "accumulate"), STEPS)
    assert jnp.abs(model - jnp.array([summed_risk(d, 9.0, t) for t in STEPS.tolist()])).max() <= EXACT
