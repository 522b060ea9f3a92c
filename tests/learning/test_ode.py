"""Stepped flows: exact solutions, the order of the method, and an error that is one."""

import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.ode import flow
from infoloop.probability.numerics import rounding


@pytest.mark.slow
def test_a_rotation_and_its_error():
    """x' = v, v' = -x: the estimate is within a fifth of the true error."""
    end = flow(lambda s: {"x": s["v"], "v": -s["x"]}, {"x": jnp.array(1.0), "v": jnp.array(0.0)}, 2.0, 40)
    true = max(abs(end.state["x"] - np.cos(2.0)), abs(end.state["v"] + np.sin(2.0)))
    assert rounding(80) < true
    assert 0.8 < end.error / true < 1.25


def test_the_method_is_of_fourth_order():
    coarse, fine = (flow(lambda x: x**2, jnp.array(0.5), 1.0, n).error for n in (10, 20))
    assert 14 < coarse / fine < 18  # an Euler step would halve, a midpoint step quarter


def test_no_steps_are_refused():
    with pytest.raises(ValueError, match="steps is 0"):
        flow(lambda x: x, jnp.array(1.0), 1.0, 0)
