"""Bits through estimates of a mean: their routes agree with each other and with the model."""

import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.claims.loops.mean_estimates import bits_through, estimates_law, noise_factor
from infoloop.models.gaussian_mean import gaussian_mean, information
from infoloop.models.gaussian_refit import SCHEDULES
from infoloop.probability.numerics import rounding

EXACT = rounding(256)


@pytest.mark.slow
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_bits_through_are_the_models_and_the_laws(schedule):
    model = information(gaussian_mean(3, 2.0, 0.5, schedule), np.arange(1, 5))
    assert jnp.abs(bits_through((3, 2.0, 0.5), schedule) - model).max() <= EXACT
    law = estimates_law((3, 2.0, 0.5), 4, schedule)
    last = law.names.index("Z4")
    noise = law.covariance[last, last] - 2.0
    factor = noise_factor(4, schedule)
    assert abs(noise - 0.5 / 3 * int(factor.p) / int(factor.q)) <= EXACT
