r"""Logarithms of ratios cell by cell, by products and the bits of floats: vector code on CPUs, all digits near 1."""

import math

import jax
import jax.numpy as jnp
from jax import Array, lax
from jaxtyping import Float

_TERMS = 10  # of the series of artanh, whose rest is below 1e-17 of the sum for |s| <= 3 - 2 sqrt(2)


def log_of_ratio(
    p: Float[Array, "*shape"], high: Float[Array, "..."], low: Float[Array, "..."], ratio: Float[Array, "*shape"]
) -> Float[Array, "*shape"]:
    r"""Return $\ln\frac pq$ of a q in two parts, $q=h+l$, cell by cell.

    With $k$ the whole number for which $\sqrt{\tfrac12}\le\frac p{2^kq}<\sqrt2$,
    $$\ln\frac pq=2\operatorname{artanh}\frac{p-2^kq}{p+2^kq}+k\ln2.$$ Its relative error is a few roundings, near
    $p=q$ too.

    Args:
        p: Numbers above 0.
        high: The part of q that, near p, leaves a difference from p without any rounding.
        low: The rest.
        ratio: p / q, up to roundings.

    >>> one = jnp.ones(())
    >>> float(log_of_ratio(one, one, one * 1e-20, one))
    -1e-20
    """
    k, power = doublings(ratio)
    excess = (p - high * power) - low * power
    return 2 * artanh(excess / (p + p - excess)) + k * math.log(2)


@jax.custom_jvp
def natural_log(p: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    r"""Return $\ln p$ cell by cell, as `log_of_ratio` does: an array of them takes CPUs half the time of `jnp.log`.

    >>> float(natural_log(jnp.array(0.5)))
    -0.6931471805599453
    """
    k, fraction = _parts(p)
    return 2 * artanh((fraction - 1) / (fraction + 1)) + k * math.log(2)


@natural_log.defjvp
def _(primals, tangents):
    return natural_log(*primals), tangents[0] / primals[0]


def artanh(s: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    r"""Return $\operatorname{artanh}s=s+\tfrac{s^3}3+\tfrac{s^5}5+\ldots$ for $|s|\le3-2\sqrt2$, which nothing checks.

    >>> round(float(artanh(jnp.array(0.1))), 15)
    0.100335347731076
    """
    square = s * s
    return s * (1 + square * artanh_rest(square))


def artanh_rest(square: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    r"""Return $\tfrac13+\tfrac{s^2}5+\tfrac{s^4}7+\ldots$ for $s^2$.

    >>> float(artanh_rest(jnp.array(0.0)))
    0.3333333333333333
    """
    total = jnp.full_like(square, 1 / (2 * _TERMS + 1))
    for n in range(2 * _TERMS - 1, 1, -2):
        total = total * square + 1 / n
    return total


def doublings(ratio: Float[Array, "*shape"]) -> tuple[Float[Array, "*shape"], Float[Array, "*shape"]]:
    r"""Return the whole number k for which $\sqrt{\tfrac12}\le r/2^k<\sqrt2$, and $2^k$, by the bits of the floats r.

    >>> [float(part) for part in doublings(jnp.array(12.0))]
    [4.0, 16.0]
    """
    info = jnp.finfo(ratio.dtype)
    k, digits = _whole(ratio)
    power = lax.bitcast_convert_type(lax.shift_left(k + (info.maxexp - 1), digits), ratio.dtype)
    return k.astype(ratio.dtype), power


def _parts(ratio):
    k, digits = _whole(ratio)
    bits = lax.bitcast_convert_type(ratio, k.dtype)
    return k.astype(ratio.dtype), lax.bitcast_convert_type(bits - lax.shift_left(k, digits), ratio.dtype)


def _whole(ratio):
    info = jnp.finfo(ratio.dtype)
    kind = jnp.dtype(f"int{info.bits}")
    least = lax.bitcast_convert_type(jnp.asarray(math.sqrt(0.5), ratio.dtype), kind)
    digits = jnp.asarray(info.nmant, kind)
    return lax.shift_right_arithmetic(lax.bitcast_convert_type(ratio, kind) - least, digits), digits
