"""Laws and scores that come as plain arrays, checked where they are not traced."""

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from infoloop.probability.distributions import check_probabilities
from infoloop.probability.numerics import nan_if_negative, require_float64


def check_distributions(value, what: str) -> jax.Array:
    """`value` as laws along its last axis; ValueError otherwise, and NaN for a negative entry that is traced.

    >>> check_distributions([[0.5, 0.5], [1.0, 0.0]], "likelihood").shape
    (2, 2)
    """
    if isinstance(value, Tracer):
        value = jnp.asarray(value, require_float64(value, what))
        return nan_if_negative(value, value)
    return jnp.asarray(check_probabilities(np.atleast_1d(value), what, axes=1))


def check_scores(value, what: str) -> jax.Array:
    """`value` as finite floats with at least one axis and one entry; ValueError otherwise.

    >>> check_scores([1, 2], "reward").tolist()
    [1.0, 2.0]
    """
    dtype = require_float64(value, what)
    if not isinstance(value, Tracer):
        seen = np.asarray(value, dtype)
        if seen.ndim == 0 or seen.size == 0 or not np.isfinite(seen).all():
            raise ValueError(f"{what} has shape {seen.shape} and is {seen}: give finite numbers, at least one")
    return jnp.asarray(value, dtype)


def tilt(law, by) -> jax.Array:
    r"""The law $\propto p_ye^{b_y}$ along the last axis; what has no mass gets none.

    >>> tilt(jnp.array([0.5, 0.5, 0.0]), jnp.array([7.0, 7.0, 900.0])).tolist()
    [0.5, 0.5, 0.0]
    """
    some = law > 0
    return jax.nn.softmax(jnp.where(some, by + jnp.log(jnp.where(some, law, 1.0)), -jnp.inf), axis=-1)


def log_ratio(law, base) -> jax.Array:
    r"""$\ln\frac{p_y}{q_y}$, 0 where $p_y=0$ (such terms have no weight) and $\infty$ where $p_y>0=q_y$.

    >>> log_ratio(jnp.array([0.5, 0.0]), jnp.array([0.5, 0.5])).tolist()
    [0.0, 0.0]
    """
    some, allowed = law > 0, base > 0
    ratio = jnp.where(some & allowed, law, 1.0) / jnp.where(some & allowed, base, 1.0)
    return jnp.where(some & ~allowed, jnp.inf, jnp.log(ratio))
