"""Covariances and vectors: what is refused, and NaN by the same rule where they are traced."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.probability.covariances import check_covariance, check_vector
from infoloop.probability.numerics import rounding

# The least eigenvalue of [[1, r], [r, 1]] is 1 - r; what singular matrices have of it is rounding.
EDGES = [1 - 4 * rounding(2), 1 - rounding(2) / 4, 1.0, 1 + rounding(2) / 4, 1 + 4 * rounding(2)]


def correlated(r):
    return np.array([[1.0, r], [r, 1.0]])


@pytest.mark.parametrize(
    ("singular", "taken"), [(False, [True, False, False, False, False]), (True, [True] * 4 + [False])]
)
def test_the_rule_at_the_edge_is_one_for_known_and_for_traced_numbers(singular, taken):
    def accepted(r):
        try:
            check_covariance(correlated(r), "noise", None, singular)
        except ValueError:
            return False
        return True

    assert [accepted(r) for r in EDGES] == taken
    check = jax.jit(jax.vmap(lambda c: check_covariance(c, "noise", None, singular)))
    assert (~np.isnan(check(np.stack([correlated(r) for r in EDGES])))).all((1, 2)).tolist() == taken


def test_what_is_taken_is_left_as_it_is():
    table = np.array([[1e-30, 0.5], [0.5, 1e30]])
    for check in (check_covariance, jax.jit(check_covariance, static_argnums=(1, 2, 3))):
        assert (check(table, "covariance", None, False) == table).all()


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (np.ones((2, 3)), ValueError, r"noise has shape \(2, 3\): give a square matrix"),
        (np.ones((0, 0)), ValueError, r"noise has shape \(0, 0\): give a square matrix"),
        ([[np.inf]], ValueError, "noise has the entry inf: give finite numbers"),
        ([[1.0, 0.0], [0.5, 1.0]], ValueError, "noise is not symmetric, by up to 0.5: average it"),
        (-1.0, ValueError, "noise, scaled to variances 1, has the eigenvalue -1: it must be positive semi-definite"),
        (1j, ValueError, "noise holds complex128, not real numbers"),
        (np.eye(2, dtype=np.float32), ValueError, "noise is float32: pass float64, or dtype"),
        (None, TypeError, "noise is a NoneType: give an array of numbers"),
    ],
)
def test_what_is_no_covariance_is_refused(value, error, message):
    with pytest.raises(error, match=f"^{message}"):
        check_covariance(value, "noise", None, True)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ([1.0], ValueError, r"mean has shape \(1,\): give a vector of 2 numbers"),
        ([1.0, np.nan], ValueError, "mean has the entry nan: give finite numbers"),
        ([1.0, np.inf], ValueError, "mean has the entry inf: give finite numbers"),
        (["1", "2"], ValueError, "mean holds text, not real numbers"),
        ({1.0, 2.0}, TypeError, "mean is a set: give an array of numbers"),
    ],
)
def test_what_is_no_vector_is_refused(value, error, message):
    with pytest.raises(error, match=f"^{message}"):
        check_vector(value, 2, "mean", None)


def test_a_traced_vector_with_an_infinite_number_is_nan_as_a_whole():
    vectors = jnp.array([[1.0, jnp.inf], [jnp.nan, 0.0], [1.0, 2.0]])
    checked = jax.jit(jax.vmap(lambda v: check_vector(v, 2, "mean", None)))(vectors)
    np.testing.assert_array_equal(checked, [[np.nan, np.nan], [np.nan, np.nan], [1.0, 2.0]])


def test_no_vector_is_zeros():
    assert check_vector(None, 2, "mean", jnp.float32).tolist() == [0, 0]
