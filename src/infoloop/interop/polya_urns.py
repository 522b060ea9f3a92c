r"""Laws of counts in Pólya's urn, $P(x)=\frac{n!}{\prod x_i!}\prod_i\alpha_i^{(x_i)}/\alpha^{(n)}$, to full precision.

Rising factorials of some hundred factors are beyond floats. So $P(x)=\prod_iu_{\alpha_i}(x_i)/u_\alpha(n)$ with growths
$u_c(k)=\prod_{j<k}\frac{c+j}{j+1}$, each a float in [1/2, 1) and a power of two. What rounding takes from a sum $c+j$
is the same for many j, and is put back to first order.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from infoloop.probability.array_types import Numbers
from infoloop.probability.scaled_numbers import Scaled, entries, number, product_of_all, products, scaled


class _Sum(NamedTuple):
    """A sum, and what rounding took from it."""

    high: jax.Array
    low: jax.Array


def urn_masses(alpha: Float[Numbers, "... k"], counts: Int[np.ndarray, "... rows k"]) -> Float[jax.Array, "... rows"]:
    """Return the probability of each vector of counts, of as many draws as its sum.

    Args:
        alpha: how many balls of each colour there are at first, real numbers from 0 on.
        counts: how often each colour is drawn.

    Returns:
        Probabilities with a relative error of some units in the last place.

    >>> [round(mass, 12) for mass in urn_masses(jnp.ones(2), np.array([[2, 0], [1, 1], [0, 3]])).tolist()]
    [0.333333333333, 0.333333333333, 0.25]
    """
    most, draws = (int(n.max(initial=0)) for n in (counts, counts.sum(axis=-1)))
    return _masses(jnp.asarray(alpha), counts, most, draws)


@functools.partial(jax.jit, static_argnames=("most", "draws"))
def _masses(alpha: jax.Array, counts: jax.Array, most: int, draws: int) -> jax.Array:
    own = entries(_growths(_Sum(alpha, jnp.zeros_like(alpha)), most), jnp.moveaxis(counts, -1, -2))
    total = entries(_growths(_total(alpha), draws), counts.sum(axis=-1))
    digits, power = product_of_all(Scaled(*(jnp.moveaxis(values, -2, -1) for values in own)))
    return number(Scaled(digits / total.digits, power - total.power))


def _growths(c: _Sum, most: int) -> Scaled:
    """Return $u_c(k)$ for k = 0, ..., most along a further axis."""
    j = jnp.arange(most, dtype=c.high.dtype)
    high, lost = _added(_Sum(c.high[..., None], c.low[..., None]), _Sum(j, jnp.zeros_like(j)))
    ones = jnp.ones((*c.high.shape, 1))
    factors = jnp.concatenate([ones, high / (j + 1)], axis=-1)
    digits, power = products(scaled(factors))
    back = jnp.cumsum(lost / jnp.where(high == 0, 1.0, high), axis=-1)  # a growth from 0 balls is 0 whatever is lost
    return Scaled(digits * jnp.exp(jnp.concatenate([0 * ones, back], axis=-1)), power)


def _total(alpha: jax.Array) -> _Sum:
    """Return the sum along the last axis."""
    sums = jnp.cumsum(alpha, axis=-1)
    before = jnp.concatenate([jnp.zeros_like(sums[..., :1]), sums[..., :-1]], axis=-1)
    zero = jnp.zeros_like(alpha)
    high, lost = _added(_Sum(before, zero), _Sum(alpha, zero))
    return _Sum(sums[..., -1], jnp.sum(lost + (high - sums), axis=-1))


def _added(a: _Sum, b: _Sum) -> _Sum:
    """Return the sum with what is lost by it, exactly (Knuth), so far as the two losses add exactly."""
    high = a.high + b.high
    part = high - a.high
    return _Sum(high, (a.high - (high - part)) + (b.high - part) + (a.low + b.low))
