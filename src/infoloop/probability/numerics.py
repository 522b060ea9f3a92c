"""Rounding, dtypes and zeros: the only place where `0 log 0` and near-cancellation are handled. All in bits."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.core import Tracer
from jax.custom_derivatives import SymbolicZero
from jax.typing import ArrayLike, DTypeLike
from jaxtyping import Bool, Float

from infoloop.probability.array_types import Numbers
from infoloop.probability.bisection import bisect

LOG2E = 1 / math.log(2)
_SMALL, _REFINEMENTS = 2.0**-20, 12  # halvings of [0, 1/2] know p to 1e-19: each refinement to a 20th of its error
_CUT = 1 / 129
_EDGE = 65 / 64  # (1 + _CUT) / (1 - _CUT), chosen such that _EDGE * (1 / _EDGE) is exactly 1 in floats


def rounding(cells: int, dtype: DTypeLike = np.float64) -> float:
    """Return how far from 1 a sum of `cells` correctly rounded numbers with true sum 1 may be.

    Also the yardstick of every float comparison: a gap within `rounding` is undecided, never a failure.

    Args:
        cells: how many numbers are added.
        dtype: their float type.

    Returns:
        8 `cells` times the spacing of floats at 1.

    >>> rounding(4) < 1e-14
    True
    """
    return 8 * cells * float(np.finfo(dtype).eps)


@jax.custom_jvp
def nan_unless(valid: Bool[ArrayLike, "*part"], value: Float[ArrayLike, "*shape"]) -> Float[Array, "*shape"]:
    """Return `value` where `valid`, else NaN, and as derivative NaN too.

    A `where` alone would have the derivative 0 at what is refused, by which a descent would stop there without a word.

    >>> nan_unless(jnp.array([True, False]), jnp.array([0.5, 1.5])).tolist()
    [0.5, nan]
    """
    return jnp.where(valid, value, jnp.nan)


@nan_unless.defjvp
def _(primals, tangents):
    valid, value = primals
    return nan_unless(valid, value), jnp.where(valid, 1.0, jnp.nan).astype(tangents[1].dtype) * tangents[1]


def nan_if_any(parts: Sequence[Float[Array, "..."]], *arrays: Float[Array, "..."]) -> tuple[Float[Array, "..."], ...]:
    """Return `arrays`, all of them NaN if one of the `parts` that they are made of has a NaN.

    Only what is traced can have one: of other numbers the checks would have raised an error.

    >>> [a.tolist() for a in jax.jit(nan_if_any)([jnp.array([1.0, jnp.nan])], jnp.ones(1), jnp.ones(2))]
    [[nan], [nan, nan]]
    """
    traced = [part for part in parts if isinstance(part, Tracer)]
    if not traced:
        return arrays
    valid = jnp.stack([~jnp.isnan(part).any() for part in traced]).all()
    return tuple(nan_unless(valid, array) for array in arrays)


def plog2p(p: Float[ArrayLike, "*shape"]) -> Float[Array, "*shape"]:
    r"""Return $p\log_2 p$ cell by cell, with $0\log 0=0$ in the value and in the gradient; NaN below zero.

    >>> float(plog2p(0.5)), float(plog2p(0.0)), float(jax.grad(plog2p)(0.0))
    (-0.5, 0.0, 0.0)
    """
    return jnp.log(jnp.where(p == 0, 1.0, p)) * p * LOG2E


@jax.custom_jvp
def binary_entropy(p: Float[ArrayLike, "*shape"]) -> Float[Array, "*shape"]:
    r"""Return the entropy of a coin, in bits, cell by cell.

    $$h(p)=-p\log_2 p-(1-p)\log_2(1-p)$$ (Cover & Thomas, 2.1). Its derivative is $\log_2\frac{1-p}p$: infinite at 0,
    minus infinite at 1.

    Args:
        p: probabilities: a number or an array, not a list.

    Returns:
        Numbers between 0 and 1; NaN for p outside [0, 1].

    >>> float(binary_entropy(0.5))
    1.0
    """
    return -plog2p(p) - plog2p(1 - p)


@binary_entropy.defjvp
def _(primals, tangents):
    return binary_entropy(*primals), _entropy_slope(*primals) * tangents[0]


def _entropy_slope(p):
    return jnp.log2(jnp.divide(1 - p, p))


def binary_convolution(a: Any, b: Any) -> Any:
    r"""Return the probability that exactly one of two independent events happens: $a*b=a(1-b)+b(1-a)$.

    It is the crossover probability of two binary symmetric channels in a row.

    Args:
        a: probability of one event: a float, an array or an exact rational, not a list.
        b: probability of the other; shapes broadcast. Neither is checked.

    Returns:
        The probabilities, of the type and shape of the arguments.

    >>> binary_convolution(0.25, 0.5)
    0.5
    """
    return a * (1 - b) + b * (1 - a)


@jax.custom_jvp
def inverse_binary_entropy(bits: Float[Numbers, "*shape"]) -> Float[Array, "*shape"]:
    r"""Return the probability $p\in[0,\frac12]$ whose binary entropy $h(p)$ is `bits`, by 60 halvings.

    Args:
        bits: entropies between 0 and 1.

    Returns:
        The probabilities; NaN for an entropy that is outside [0, 1] by more than rounding. The derivative is 0 at 0,
        infinite at 1, and NaN where the value is.

    >>> round(float(inverse_binary_entropy(binary_entropy(0.11))), 12)
    0.11
    """
    bits = jnp.asarray(bits, float)
    low, high = bisect(lambda p: binary_entropy(p) < bits, jnp.zeros_like(bits), jnp.full_like(bits, 0.5), 60)
    return nan_unless(_is_entropy(bits), (low + high) / 2)


def _is_entropy(bits):
    within = rounding(64, bits.dtype)
    return (bits >= -within) & (bits <= 1 + within)


@inverse_binary_entropy.defjvp
def _(primals, tangents):
    bits, p = jnp.asarray(primals[0], float), inverse_binary_entropy(*primals)
    small = jnp.where(p < _SMALL, p, _SMALL)
    for _ in range(_REFINEMENTS):  # p = bits / (h(p) / p), where the quotient hardly moves with p
        small = bits / ((1 - small / 2) * LOG2E - jnp.log2(jnp.where(small > 0, small, 1.0)))
    slope = _entropy_slope(jnp.where(p < _SMALL, small, p))
    return p, tangents[0] / nan_unless(_is_entropy(bits), jnp.where(bits >= 1, 0.0, slope))


def product_parts(
    a: Float[Array, "*shape"], b: Float[Array, "*shape"]
) -> tuple[Float[Array, "*shape"], Float[Array, "*shape"]]:
    """Return `a * b` as two parts `high + low`, with half as many digits again as one float has; `high` is exact.

    `high` multiplies the leading halves of the two mantissas (Veltkamp's split, one digit short on purpose, so that it
    stays exact where the compiler contracts multiply and add into one operation).
    """
    a_high, b_high = _leading_half(a), _leading_half(b)
    return a_high * b_high, a_high * (b - b_high) + (a - a_high) * b


def _leading_half(x):
    large = x * (2.0 ** (jnp.finfo(x.dtype).nmant // 2 + 2) + 1)
    return lax.stop_gradient(large - (large - x))


@jax.custom_jvp
def divergence_terms(p: Float[Array, "*shape"] | float, q: Float[Array, "*shape"] | float) -> Float[Array, "*shape"]:
    r"""Return $p\log_2\frac pq-(p-q)\log_2 e$ cell by cell, in bits: never negative, and $\infty$ where $p>0=q$.

    Summed over two laws the second part vanishes; without it, terms near $p=q$ would cancel each other's digits.
    The slope by p at $p=0<q$ is minus infinite, and is taken as that of the second part alone, as `plog2p` does.
    """
    return _divergence_terms(p, p - q, _ratio(p, q))


@divergence_terms.defjvp
def _(primals, tangents):
    p, q = primals
    d_p, d_q = tangents
    ratio = _ratio(p, q)
    some = (p > 0) & (ratio > 0)
    slope = d_p * jnp.where(some, jnp.log(jnp.where(some, ratio, 1.0)), -1.0) + (1 - ratio) * d_q
    return divergence_terms(p, q), slope * LOG2E


def _ratio(p, q):
    return jnp.where(q == 0, jnp.where(p == 0, 0.0, jnp.inf), p / jnp.where(q == 0, 1.0, q))


@jax.custom_jvp
def information_terms(
    p: Float[Array, "..."], total: Float[Array, "..."], left: Float[Array, "..."], right: Float[Array, "..."]
) -> Float[Array, "..."]:
    r"""Return the cells of $I(X;Y|Z)$, in bits: `divergence_terms` of $p=p_{xyz}$ against $q=p_{xz}\,p_{yz}/p_z$.

    `total` is $p_z$, `left` $p_{xz}$, `right` $p_{yz}$, broadcast against `p`. The product has extra digits, so that a
    dependence of 1e-12 keeps its digits. Rounding of the marginals needs no such care: among the products $l_xr_y$ the
    marginals themselves are nearest to $p$, so that their errors enter squared.

    The slope by $p=0$ is minus infinite where $q>0$. Where $q=0$ too, as a whole row has no mass, it depends on the row
    that comes up, which no argument tells. Both are taken as 0; `binary_channel_bits` knows its rows.
    """
    return _divergence_terms(p, *_excess_and_ratio(p, total, left, right))


@information_terms.defjvp
def _(primals, tangents):
    p, *margins = primals
    d_p, *d_margins = tangents
    excess, ratio = _excess_and_ratio(p, *margins)
    some = (p > 0) & (ratio > 0)
    total, left, right = (d / jnp.where(m > 0, m, 1.0) for d, m in zip(d_margins, margins, strict=True))
    slope = jnp.where(some, d_p * jnp.log(jnp.where(some, ratio, 1.0)), 0.0) - excess * (left + right - total)
    return information_terms(*primals), slope * LOG2E


def binary_channel_bits(
    p: Float[ArrayLike, "*batch"],
    low: Float[ArrayLike, "*batch"],
    high: Float[ArrayLike, "*batch"],
    mass: Float[ArrayLike, "*batch"] = 1.0,
) -> Float[Array, "*batch"]:
    r"""Return what a bit Y tells about a bit X, in bits: $h(m)-q\,h(y_0)-p\,h(y_1)$ with $m=qy_0+py_1$.

    Computed by `information_terms`, with the slopes of the channel itself: $D(Y_1\|Y)-D(Y_0\|Y)$ by p, right at 0 and
    1 too, and infinite there where one kind of X gives a Y that the other never does. Slopes by $y_0,y_1$ at 0 and 1
    are infinite, and taken as those of the finite terms, unless no X gives that Y.

    Args:
        p: P(X = 1), in [0, 1]; nothing is checked.
        low: $y_0=P(Y=1\mid X=0)$.
        high: $y_1=P(Y=1\mid X=1)$.
        mass: By what the bits are multiplied, from 0 on; at 0 all other slopes are 0.

    Returns:
        Bits; the arguments broadcast.

    >>> round(float(binary_channel_bits(0.5, 0.0, 0.5)), 6)
    0.311278
    >>> round(float(jax.grad(binary_channel_bits)(0.0, 0.5, 1.0)), 12)
    1.0
    """
    return _channel_bits(*jnp.broadcast_arrays(p, low, high, mass))


@jax.custom_jvp
def _channel_bits(p, low, high, mass):
    weights, rows = _channel(p, low, high)
    table = weights * rows
    terms = information_terms(table, jnp.ones(()), table.sum(1, keepdims=True), table.sum(0, keepdims=True))
    return mass * terms.sum((0, 1))


def _channel(p, low, high):
    ones = jnp.stack([low, high])
    return jnp.stack([1 - p, p])[:, None], jnp.stack([1 - ones, ones], axis=1)


@partial(_channel_bits.defjvp, symbolic_zeros=True)
def _(primals, tangents):
    p, low, high, mass = primals
    weights, rows = _channel(p, low, high)
    mean = (weights * rows).sum(0)
    distances = divergence_terms(rows, mean).sum(1)
    # where no X gives this Y, the first X to do so makes all of it: then the mean is its weight times its row
    ratio = jnp.where(mean > 0, rows / jnp.where(mean > 0, mean, 1.0), 1 / jnp.where(weights > 0, weights, 1.0))
    logs = jnp.log2(jnp.where(ratio > 0, ratio, 1.0))
    by_rows = weights[:, 0] * (logs[:, 1] - logs[:, 0])
    some, bits = mass > 0, _channel_bits(p, low, high, jnp.ones_like(mass))
    slopes = [jnp.where(some, mass * s, 0.0) for s in (distances[1] - distances[0], *by_rows)]
    moved = [s * t for s, t in zip([*slopes, bits], tangents, strict=True) if not isinstance(t, SymbolicZero)]
    return mass * bits, sum(moved, jnp.zeros_like(bits))


def _excess_and_ratio(p, total, left, right):
    r"""Return $p-q$ and $p/q$, $q=p_{xz}\,p_{yz}/p_z$.

    The ratio is taken by a reciprocal, since XLA turns `a/b/c` into `a/(bc)`.
    """
    tiny = jnp.finfo(p.dtype).tiny
    share = right / jnp.maximum(total, tiny)
    high, low = product_parts(left, share)
    ratio = (p / jnp.maximum(left, tiny)) * (1 / jnp.maximum(share, tiny))
    return (p - high) - low, ratio


def _divergence_terms(p, excess, ratio):
    r"""Return `divergence_terms` by $p$, the excess $p-q$ and the ratio $p/q$, which callers may know better than $q$.

    With $s=\frac{p-q}{p+q}$, $\ln\frac pq=2\operatorname{artanh}s$. Cut $s$ at $\pm\frac1{129}$ to get $c$, and the
    ratio where $s$ is cut to get $\rho$: then $\ln\frac pq=2\operatorname{artanh}c+\ln\frac{p/q}\rho$, so the term is
    $$(p+q)\bigl(sc-(s-c)\bigr)+p\Bigl(2c^3\bigl(\tfrac13+\tfrac{c^2}5+\tfrac{c^4}7\bigr)+\ln\tfrac{p/q}\rho\Bigr),$$
    where $s-c$ and the logarithm are exactly 0 near $p=q$. The series leaves a relative error of 1e-16, the rounding of
    the ratio one of 4e-12 just beyond the cut, less further out. Few operations, and cuts by minimum and maximum, not
    selects: XLA on CPUs then makes vector code of the whole sum.
    """
    total = p + p - excess
    s = excess / jnp.maximum(total, jnp.finfo(p.dtype).tiny)
    far = jnp.maximum(s, _CUT) + jnp.minimum(s, -_CUT)
    c = s - far
    square = c * c
    rest = jnp.maximum(ratio, _EDGE) * jnp.minimum(ratio, 1 / _EDGE)
    series = c * square * (square * (square * (2 / 7) + 2 / 5) + 2 / 3)
    log = series + jnp.log(jnp.maximum(rest, jnp.finfo(p.dtype).tiny))
    return (total * (s * c - far) + p * log) * LOG2E
