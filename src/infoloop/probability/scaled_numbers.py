"""Positive numbers beyond the range of floats, each as digits and a power of two; of 0 the digits are 0."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float, Int


class Scaled(NamedTuple):
    """The numbers `digits * 2**power`.

    >>> float(number(Scaled(jnp.asarray(0.75), jnp.asarray(2))))
    3.0
    """

    digits: Float[jax.Array, "..."]
    power: Int[jax.Array, "..."]


def scaled(numbers: Float[jax.Array, "..."]) -> Scaled:
    """Return the numbers with digits in [1/2, 1).

    >>> [part.item() for part in scaled(jnp.asarray(3.0))]
    [0.75, 2]
    """
    power = jnp.frexp(jax.lax.stop_gradient(numbers))[1]
    return Scaled(number(Scaled(numbers, -power)), power)


def number(parts: Scaled) -> Float[jax.Array, "..."]:
    """Return the number itself, by two exact powers of two, of which neither is too small for a float.

    >>> float(number(Scaled(jnp.asarray(0.5), jnp.asarray(-1020)))) == 2.0**-1021
    True
    """
    half, one = parts.power // 2, jnp.ones_like(parts.digits)
    return parts.digits * jnp.ldexp(one, half) * jnp.ldexp(one, parts.power - half)


def products(factors: Scaled) -> Scaled:
    """Return the products of the first, the first two, ..., all factors along the last axis.

    >>> number(products(scaled(jnp.array([2.0, 3.0, 4.0])))).tolist()
    [2.0, 6.0, 24.0]
    """

    def step(before: Scaled, factor: Scaled) -> tuple[Scaled, Scaled]:
        after = times(before, factor)
        return after, after

    first = Scaled(jnp.ones_like(factors.digits[..., 0]), jnp.zeros_like(factors.power[..., 0]))
    _, found = jax.lax.scan(step, first, Scaled(*(jnp.moveaxis(values, -1, 0) for values in factors)))
    return Scaled(*(jnp.moveaxis(values, 0, -1) for values in found))


def product_of_all(factors: Scaled) -> Scaled:
    """Return the product of all factors along the last axis, which have digits in [1/2, 1).

    >>> float(number(product_of_all(scaled(jnp.array([2.0, 3.0, 4.0])))))
    24.0
    """
    if factors.digits.shape[-1] > -jnp.finfo(factors.digits.dtype).minexp:  # the digits' product may be beyond floats
        return Scaled(*(values[..., -1] for values in products(factors)))
    digits, power = scaled(jnp.prod(factors.digits, axis=-1))
    return Scaled(digits, power + jnp.sum(factors.power, axis=-1))


def times(a: Scaled, b: Scaled) -> Scaled:
    """Return the products of two arrays of numbers, with digits in [1/2, 1).

    >>> float(number(times(scaled(jnp.asarray(3.0)), scaled(jnp.asarray(5.0)))))
    15.0
    """
    digits = scaled(a.digits * b.digits)
    return Scaled(digits.digits, a.power + b.power + digits.power)


def entries(table: Scaled, places: Int[jax.Array, "..."]) -> Scaled:
    """Return the entries along the last axis, where each row of the table may have many places.

    >>> number(entries(scaled(jnp.array([[1.0, 2.0, 3.0]])), jnp.array([[2, 0]]))).tolist()
    [[3.0, 1.0]]
    """
    return Scaled(*(_entries(values, places) for values in table))


def _entries(values: jax.Array, places: jax.Array) -> jax.Array:
    axes = max(values.ndim, places.ndim)
    values, places = (x.reshape((1,) * (axes - x.ndim) + x.shape) for x in (values, places))
    return jnp.take_along_axis(values, places, axis=-1)
