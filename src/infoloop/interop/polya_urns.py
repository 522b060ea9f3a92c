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


class _Scaled(NamedTuple):
    """The positive numbers `digits * 2**power`."""

    digits: jax.Array
    power: jax.Array


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
    own = _at(_growths(_Sum(alpha, jnp.zeros_like(alpha)), most), jnp.moveaxis(counts, -1, -2))
    total = _at(_growths(_total(alpha), draws), counts.sum(axis=-1))
    digits, power = _products(_Scaled(*(jnp.moveaxis(values, -2, -1) for values in own)))
    return _product(digits[..., -1] / total.digits, power[..., -1] - total.power)


def _growths(c: _Sum, most: int) -> _Scaled:
    """Return $u_c(k)$ for k = 0, ..., most along a further axis."""
    j = jnp.arange(most, dtype=c.high.dtype)
    high, lost = _added(_Sum(c.high[..., None], c.low[..., None]), _Sum(j, jnp.zeros_like(j)))
    ones = jnp.ones((*c.high.shape, 1))
    factors = jnp.concatenate([ones, high / (j + 1)], axis=-1)
    digits, power = _products(_scaled(factors))
    back = jnp.cumsum(lost / jnp.where(high == 0, 1.0, high), axis=-1)  # a growth from 0 balls is 0 whatever is lost
    return _Scaled(digits * jnp.exp(jnp.concatenate([0 * ones, back], axis=-1)), power)


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


def _scaled(numbers: jax.Array) -> _Scaled:
    power = jnp.frexp(jax.lax.stop_gradient(numbers))[1]
    return _Scaled(_product(numbers, -power), power)


def _products(factors: _Scaled) -> _Scaled:
    """Return the products of the first, the first two, ..., all factors along the last axis."""

    def step(before: _Scaled, factor: _Scaled) -> tuple[_Scaled, _Scaled]:
        digits = before.digits * factor.digits
        scaled = _scaled(digits)
        after = _Scaled(scaled.digits, before.power + factor.power + scaled.power)
        return after, after

    first = _Scaled(jnp.ones_like(factors.digits[..., 0]), jnp.zeros_like(factors.power[..., 0]))
    _, products = jax.lax.scan(step, first, _Scaled(*(jnp.moveaxis(values, -1, 0) for values in factors)))
    return _Scaled(*(jnp.moveaxis(values, 0, -1) for values in products))


def _product(digits: jax.Array, power: jax.Array) -> jax.Array:
    """Return the number itself, by two exact powers of two, of which neither is too small for a float."""
    half = power // 2
    return digits * jnp.ldexp(1.0, half) * jnp.ldexp(1.0, power - half)


def _at(table: _Scaled, counts: jax.Array) -> _Scaled:
    """Return the entries of a table by elements and counts, where each element has many counts."""
    return _Scaled(*(_entries(values, counts) for values in table))


def _entries(values: jax.Array, counts: jax.Array) -> jax.Array:
    axes = max(values.ndim, counts.ndim)
    values, counts = (x.reshape((1,) * (axes - x.ndim) + x.shape) for x in (values, counts))
    return jnp.take_along_axis(values, counts, axis=-1)
