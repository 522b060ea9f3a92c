"""Roots of monotone functions, by halving an interval."""

from collections.abc import Callable

import jax.numpy as jnp
from jax import Array, lax
from jaxtyping import Bool, Float


def bisect(
    root_is_above: Callable[[Float[Array, "..."]], Bool[Array, "..."]],
    low: Float[Array, "..."],
    high: Float[Array, "..."],
    halvings: int,
) -> tuple[Float[Array, "..."], Float[Array, "..."]]:
    """Return the ends of the interval around a root, cell by cell, after a fixed number of halvings.

    Each halving moves one end to the middle: the lower one where `root_is_above(middle)`. Comparisons have no
    derivative: a caller that needs one states it (`jax.custom_jvp`).

    Args:
        root_is_above: says of each cell's number whether its root lies above it; NaN counts as no.
        low: lower ends.
        high: upper ends, of the shape of `low`.
        halvings: how many; 60 take an interval of length 1 below the spacing of float64 numbers near 1/2.

    Returns:
        The lower and the upper ends, each of the shape of `low`.

    >>> low, high = bisect(lambda x: x * x < 2, jnp.array(1.0), jnp.array(2.0), 60)
    >>> print(f"{(low + high) / 2:.15f}")
    1.414213562373095
    """

    def halve(_, ends):
        low, high = ends
        middle = (low + high) / 2
        above = root_is_above(middle)
        return jnp.where(above, middle, low), jnp.where(above, high, middle)

    return lax.fori_loop(0, halvings, halve, (low, high))
