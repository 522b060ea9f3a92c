"""Checks of what a Gaussian law is made of: a covariance and a vector."""

import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.core import Tracer
from jax.typing import DTypeLike
from jaxtyping import Float

from infoloop.probability.array_types import Numbers
from infoloop.probability.numerics import nan_unless, rounding
from infoloop.probability.validation import check_floats


def check_covariance(
    value: Float[Numbers, "n n"], what: str, dtype: DTypeLike | None, singular: bool
) -> Float[Array, "n n"]:
    """Return a covariance, which is finite, symmetric and positive definite within rounding, as floats.

    All of a traced one becomes NaN where it is not, by the same rule.

    Args:
        value: the covariance; a number is one of a single variable.
        what: the name of the argument, for messages.
        dtype: the float type; float64 if None.
        singular: whether positive semi-definite is enough.

    Raises:
        ValueError: For what is no such covariance, and as `check_floats` does.
        TypeError: For what holds no numbers.

    >>> check_covariance(2.0, "noise", None, singular=True).tolist()
    [[2.0]]
    """
    table = check_floats(value, what, dtype)
    table = table.reshape(1, 1) if table.ndim == 0 else table
    if table.ndim != 2 or table.shape[0] != table.shape[1] or not table.size:
        raise ValueError(f"{what} has shape {table.shape}: give a square matrix")
    if isinstance(table, Tracer):
        lopsided, least, slack = _defects(jnp, lax.stop_gradient(table))
        # NaN and infinite entries fail both comparisons.
        return nan_unless((lopsided <= slack) & (least > (-slack if singular else slack)), table)
    if not np.isfinite(table).all():
        raise ValueError(f"{what} has the entry {table[~np.isfinite(table)][0]}: give finite numbers")
    lopsided, least, slack = _defects(np, table)
    if not lopsided <= slack:
        raise ValueError(
            f"{what} is not symmetric, by up to {np.abs(table - table.T).max():.3g}: average it with its transpose"
        )
    if not least > (-slack if singular else slack):
        raise ValueError(
            f"{what}, scaled to variances 1, has the eigenvalue {least:.3g}: it must be positive "
            f"{'semi-definite' if singular else 'definite; for a deterministic relation extend by noise 0'}"
        )
    return jnp.asarray(table)


def _defects(xp, table):
    """Return, of a matrix scaled to variances 1, how far it is from symmetric, its least eigenvalue, and `rounding`."""
    spread = xp.sqrt(xp.abs(xp.diag(table)))
    scale = xp.where(spread > 0, spread, 1.0)
    shape = table / xp.outer(scale, scale)
    return xp.abs(shape - shape.T).max(), xp.linalg.eigvalsh(shape)[0], rounding(len(table), table.dtype)


def check_vector(value: Float[Numbers, " n"] | None, n: int, what: str, dtype: DTypeLike | None) -> Float[Array, " n"]:
    """Return a vector of n finite numbers as floats; zeros for None. A traced one with other numbers becomes NaN.

    Raises:
        ValueError: For another shape, a number that is not finite, and as `check_floats` does.
        TypeError: For what holds no numbers.

    >>> check_vector(2, 1, "mean", None).tolist()
    [2.0]
    """
    if value is None:
        return jnp.zeros(n, dtype)
    vector = check_floats(value, what, dtype)
    vector = vector.reshape(1) if vector.ndim == 0 else vector
    if vector.shape != (n,):
        raise ValueError(f"{what} has shape {vector.shape}: give a vector of {n} numbers")
    finite = abs(vector) < np.inf
    if isinstance(vector, Tracer):
        return nan_unless(finite.all(), vector)
    if not finite.all():
        raise ValueError(f"{what} has the entry {vector[~finite][0]}: give finite numbers")
    return jnp.asarray(vector)
