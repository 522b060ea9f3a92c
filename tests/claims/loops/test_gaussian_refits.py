"""Moments of refits: their routes agree with each other and with the model."""

from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.claims.loops.gaussian_refits import (
    accumulated_unbiased,
    accumulated_variance,
    block_moments,
    sample_moments,
)
from infoloop.models.gaussian_refit import SCHEDULES, expected_drift, expected_variance
from infoloop.probability.numerics import rounding

SIZES = (2, 3, 7)
STEPS = np.arange(1, 6)
EXACT = rounding(256)


@pytest.mark.slow
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
