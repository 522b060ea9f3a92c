"""Tilts in fifty digits, and zeros in value and gradient."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import exp, mp, mpf

from infoloop.probability.arrays import log_ratio, tilt
from infoloop.probability.numerics import rounding


def test_a_tilt_far_beyond_what_floats_can_exponentiate():
    law, by = [0.25, 0.5, 0.25], [1000.0, 999.0, -1000.0]
    with mp.workdps(50):
        weights = [mpf(p) * exp(mpf(b)) for p, b in zip(law, by, strict=True)]
        exact = [float(w / sum(weights)) for w in weights]
    assert np.abs(np.asarray(tilt(jnp.array(law), jnp.array(by))) - exact).max() <= rounding(1000)
    assert np.abs(np.asarray(tilt(jnp.ones(3) / 3, jnp.array(by))) - exact).max() > rounding(1000)


@pytest.mark.slow
def test_the_gradient_of_a_tilt_at_an_empty_cell():
    """A softmax of two equal cells has slopes of a quarter; a tilt of the empty cell changes nothing."""
    slope = jax.grad(lambda by: tilt(jnp.array([0.5, 0.5, 0.0]), by)[0])(jnp.array([0.0, 0.0, 9.0]))
    assert jnp.abs(slope - jnp.array([0.25, -0.25, 0.0])).max() <= rounding(3)


@pytest.mark.slow
def test_the_ratio_at_zeros_and_its_gradient():
    found = log_ratio(jnp.array([0.5, 0.0, 0.5]), jnp.array([0.25, 0.75, 0.0]))
    assert abs(found[0] - np.log(2)) <= rounding(2)
    assert found[1] == 0
    assert found[2] == jnp.inf
    p, q = jnp.array([0.5, 0.5, 0.0]), jnp.array([0.25, 0.5, 0.25])
    slope = jax.grad(lambda p: (p * log_ratio(p, q)).sum())(p)
    assert abs(slope[0] - (np.log(2) + 1)) <= rounding(4)
    assert jnp.isfinite(slope).all()
