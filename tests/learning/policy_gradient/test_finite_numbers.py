"""Finite numbers pass, others are named, or become NaN where they are traced."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.policy_gradient.finite_numbers import check_finite


def test_finite_numbers_pass():
    assert check_finite([-1.0, 0.0], "dose").tolist() == [-1.0, 0.0]
    assert check_finite(0.0, "epsilon", 0.0) == 0


@pytest.mark.parametrize("value", [-0.5, np.inf, np.nan])
def test_others_are_named(value):
    with pytest.raises(ValueError, match=rf"^epsilon is {value}: give a finite number, at least 0$"):
        check_finite(value, "epsilon", 0.0)


def test_traced_ones_become_nan():
    found = jax.jit(lambda x: check_finite(x, "epsilon", 0.0))(jnp.array([1.0, -1.0, jnp.inf]))
    np.testing.assert_array_equal(found, [1.0, np.nan, np.nan])
