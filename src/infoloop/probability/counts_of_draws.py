r"""Masses of the counts of independent draws, $\frac{n!}{\prod c_i!}\prod_ip_i^{c_i}$, to full precision.

The coefficient and the powers can be beyond floats, above and below, where the mass is not: .25^500 is 1e-301 and
.25^500 .75^500 is 0 in floats, but this times the coefficient is 1e-126. So each factor is a float and a power of two.
"""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from infoloop.probability.array_types import Numbers
from infoloop.probability.scaled_numbers import Scaled, entries, number, product_of_all, scaled, times

_BITS = 128  # that are kept of a factorial


def count_masses(rates: Float[Numbers, "... k"], counts: Int[np.ndarray, "... rows k"]) -> Float[jax.Array, "... rows"]:
    r"""Return the probability of each vector of counts, of as many draws as its sum.

    $$\frac{n!}{\prod c_i!}\prod_ip_i^{c_i}$$

    Args:
        rates: the probability of each symbol; it is not checked.
        counts: how often each symbol is drawn; numbers that are known, not traced.

    Returns:
        Probabilities with a relative error of some units in the last place, exactly 0 where a symbol of rate 0 is
        drawn. Slopes of any order are as exact, at the rates 0 and 1 too.

    >>> count_masses(jnp.array([0.25, 0.75]), np.array([[1, 1], [0, 2]])).tolist()
    [0.375, 0.5625]
    """
    rates = jnp.asarray(rates)
    most = int(counts.max(initial=0))
    digits, power = _ways(counts)
    return _compiled(rates, jnp.asarray(counts), Scaled(jnp.asarray(digits, rates.dtype), jnp.asarray(power)), most)


@functools.partial(jax.jit, static_argnames=("most",))
def _compiled(rates: jax.Array, counts: jax.Array, ways: Scaled, most: int) -> jax.Array:
    return _masses(rates, counts, ways, most)


@functools.partial(jax.custom_jvp, nondiff_argnums=(3,))
def _masses(rates: jax.Array, counts: jax.Array, ways: Scaled, most: int) -> jax.Array:
    own = entries(_powers(rates, most), jnp.moveaxis(counts, -1, -2))
    return number(times(product_of_all(Scaled(*(jnp.moveaxis(values, -2, -1) for values in own))), ways))


@_masses.defjvp
def _(most, primals, tangents):
    rates, counts, ways = primals

    def slope(i):  # by a rate: its count times the mass with one draw of it less, at the rate 0 too
        count = counts[..., i]
        fewer = jnp.maximum(counts - (jnp.arange(counts.shape[-1]) == i), 0)
        factor = scaled(ways.digits * count)
        return _masses(rates, fewer, Scaled(factor.digits, ways.power + factor.power), most)

    slopes = jax.vmap(slope, out_axes=-1)(jnp.arange(counts.shape[-1]))
    return _masses(rates, counts, ways, most), jnp.sum(slopes * tangents[0][..., None, :], axis=-1)


def _powers(rates: jax.Array, most: int) -> Scaled:
    """Return the powers 0, ..., most of the rates along a further axis."""
    step = -int(jnp.finfo(rates.dtype).minexp)  # powers up to this of digits in [1/2, 1) are normal floats
    base, left = scaled(rates), np.arange(most + 1)
    found = Scaled(jnp.ones((*rates.shape, 1), rates.dtype), jnp.zeros((*rates.shape, 1), int))
    while left.any():
        left, now = np.divmod(left, step)
        part = scaled(base.digits[..., None] ** now)
        found = times(found, Scaled(part.digits, part.power + base.power[..., None] * now))
        whole = scaled(base.digits**step)
        base = Scaled(whole.digits, whole.power + base.power * step)
    return found


def _ways(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Return the digits and the powers of $\frac{n!}{\prod c_i!}$, each digit's error half a unit a factor."""
    total = counts.sum(axis=-1)
    digits, powers = _factorials(int(total.max(initial=0)))
    found, power = digits[total], powers[total] - powers[counts].sum(axis=-1)
    for i in range(counts.shape[-1]):
        found, more = np.frexp(found / digits[counts[..., i]])
        power = power + more
    return found, power


@functools.lru_cache(maxsize=16)
def _factorials(most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the digits and the powers of 0!, ..., most!; the integer of 128 bits loses some 2**-128 a factor."""
    digits, powers = np.empty(most + 1), np.empty(most + 1, int)
    whole, power = 1, 0
    for n in range(most + 1):
        whole *= max(n, 1)
        cut = max(whole.bit_length() - _BITS, 0)
        whole, power = whole >> cut, power + cut
        digits[n] = whole / 2 ** whole.bit_length()
        powers[n] = power + whole.bit_length()
    return digits, powers
