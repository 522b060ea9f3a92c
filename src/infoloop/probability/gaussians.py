"""Gaussian laws with named blocks, linear Gaussian channels, and their information, in bits."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.typing import DTypeLike
from jaxtyping import Float

from infoloop.probability.array_types import Numbers
from infoloop.probability.channels import extend
from infoloop.probability.covariances import check_covariance, check_vector
from infoloop.probability.distributions import Joint, Names, as_names, condition, marginal, product, relabel
from infoloop.probability.law_measures import (
    alphabet_of_law,
    divergence_of_laws,
    entropy_of_law,
    information_of_law,
    self_information_of_law,
)
from infoloop.probability.numerics import LOG2E, nan_if_any, rounding
from infoloop.probability.validation import check_distinct, check_floats, check_int, check_kind, check_known


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Gaussian:
    """The law N(mean, covariance) of the variables `names`, vectors of lengths `sizes` that follow each other.

    The class checks nothing, traced or not, and what is computed from numbers that are no law means nothing; `gaussian`
    checks.
    """

    mean: Float[Array, " n"]
    covariance: Float[Array, "n n"]
    names: tuple[str, ...] = field(metadata={"static": True})
    sizes: tuple[int, ...] = field(metadata={"static": True})


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class LinearGaussian:
    """The channel Z = matrix X + offset + N(0, noise), where X is the sources, one after the other.

    The class checks nothing, traced or not; `linear_gaussian` checks.
    """

    matrix: Float[Array, "m n"]
    noise: Float[Array, "m m"]
    source: tuple[str, ...] = field(metadata={"static": True})
    target: tuple[str, ...] = field(metadata={"static": True})
    offset: Float[Array, " m"]


def gaussian(
    covariance: Float[Numbers, "n n"],
    *names: str,
    sizes: tuple[int, ...] | None = None,
    mean: Float[Numbers, " n"] | None = None,
    dtype: DTypeLike | None = None,
) -> Gaussian:
    r"""Return the Gaussian law $N(\mu,\Sigma)$ of named vectors.

    Args:
        covariance: $\Sigma$, positive definite; a number for one variable.
        names: the variables; each is a block of the n numbers, in this order.
        sizes: the length of each block; 1 each if None.
        mean: $\mu$; zeros if None.
        dtype: float type of both; float64 if None, and float32 only where this asks for it.

    Returns:
        The law. Where JAX traces an argument (`jit`, `vmap`, `grad`, `scan`), no error can be raised for its numbers:
        if they are no law, by the same rule, mean and covariance are NaN, and so is all that is computed from them.

    Raises:
        ValueError: For a covariance that is not finite, symmetric and positive definite within rounding, a mean that is
            not finite, a mean or sizes that do not fit the covariance, empty or equal names; for complex, masked and
            text entries; and where float64 is off, or numbers are of fewer digits, without a dtype.
        TypeError: For what holds no numbers.

    >>> p = gaussian([[1.0, 0.5], [0.5, 1.0]], "X", "Y")
    >>> condition(p, Y=2.0).mean.tolist(), condition(p, Y=2.0).covariance.tolist()
    ([1.0], [[0.75]])
    """
    names, sizes = check_distinct(names, "gaussian"), (1,) * len(names) if sizes is None else tuple(sizes)
    covariance = check_covariance(covariance, "covariance", dtype, singular=False)
    n = len(covariance)
    if len(sizes) != len(names) or sum(check_int(size, "an entry of sizes") for size in sizes) != n:
        raise ValueError(f"{names} of sizes {sizes} do not fill a {n} x {n} covariance: give each name its length")
    parts = check_vector(mean, n, "mean", dtype), covariance
    return Gaussian(*nan_if_any(parts, *parts), names, sizes)


def linear_gaussian(
    matrix: Float[Numbers, "m n"],
    noise: Float[Numbers, "m m"],
    source: Names,
    target: str,
    offset: Float[Numbers, " m"] | None = None,
    dtype: DTypeLike | None = None,
) -> LinearGaussian:
    """Return the channel Z = matrix X + offset + N(0, noise).

    Args:
        matrix: a row for each number of the target, a column for each of the sources (`extend` checks that it fits).
        noise: covariance of the noise, positive semi-definite: 0 makes Z a function of X; a number where Z has one.
        source: the name of the input variable, or the names of several, whose numbers follow each other.
        target: the name of the output variable.
        offset: zeros if None.
        dtype: float type of all three; float64 if None, and float32 only where this asks for it.

    Returns:
        The channel. Where JAX traces an argument, no error can be raised for its numbers: if they are no channel, by
        the same rule, matrix, noise and offset are NaN, and so is all that is computed from them.

    Raises:
        ValueError: For a noise that is no covariance of as many numbers as the matrix has rows, a matrix or an offset
            that is not finite, an offset that does not fit, empty or equal names; for complex, masked and text entries;
            and where float64 is off, or numbers are of fewer digits, without a dtype.
        TypeError: For what holds no numbers.

    >>> from infoloop.probability.channels import push
    >>> z = push(gaussian([[1.0]], "X"), linear_gaussian(3.0, 1.0, "X", "Z", offset=2.0))
    >>> z.names, z.mean.tolist(), z.covariance.tolist()
    (('Z',), [2.0], [[10.0]])
    """
    source = as_names(source)
    check_distinct((*source, target), "linear_gaussian")
    noise = check_covariance(noise, "noise", dtype, singular=True)
    matrix = check_floats(matrix, "matrix", dtype)
    matrix = matrix.reshape(1, 1) if matrix.ndim == 0 else matrix
    if matrix.ndim != 2 or len(matrix) != len(noise):
        raise ValueError(f"matrix has shape {matrix.shape} beside a noise of {noise.shape}: give a row for each noise")
    numbers = check_vector(matrix.ravel(), matrix.size, "matrix", matrix.dtype).reshape(matrix.shape)
    parts = numbers, noise, check_vector(offset, len(matrix), "offset", dtype)
    matrix, noise, offset = nan_if_any(parts, *parts)
    return LinearGaussian(matrix, noise, source, (target,), offset)


def _at(p: Gaussian, names: tuple[str, ...]) -> np.ndarray:
    ends = np.cumsum(p.sizes)
    places = {name: range(end - size, end) for name, size, end in zip(p.names, p.sizes, ends, strict=True)}
    return np.array([k for name in names for k in places[name]], int)


@marginal.register
def _(p: Gaussian, *names: str) -> Gaussian:
    at = _at(p, check_known(p.names, *check_distinct(names, "marginal")))
    sizes = tuple(p.sizes[p.names.index(name)] for name in names)
    return Gaussian(p.mean[at], p.covariance[np.ix_(at, at)], names, sizes)


@condition.register
def _(p: Gaussian, /, **event: Any) -> Gaussian:
    seen = marginal(p, *event)
    rest = marginal(p, *(name for name in p.names if name not in event))
    values = [check_vector(event[name], n, name, p.mean.dtype) for name, n in zip(seen.names, seen.sizes, strict=True)]
    gap = jnp.concatenate([*values, seen.mean[:0]]) - seen.mean
    both = marginal(p, *seen.names, *rest.names).covariance
    # With the gap as one more column, elimination takes S_ag S_gg^-1 gap from the zeros below it.
    side = jnp.concatenate([gap, jnp.zeros_like(rest.mean)])[:, None]
    left = _eliminate(_bordered(both, side), len(gap), jnp.pad(jnp.diag(both), (0, 1)))[1]
    return Gaussian(rest.mean - left[:-1, -1], left[:-1, :-1], rest.names, rest.sizes)


@product.register
def _(p: Gaussian, *others: Gaussian) -> Gaussian:
    laws = (p, *(check_kind(law, Gaussian, "a factor of the product") for law in others))
    names = check_distinct((name for law in laws for name in law.names), "product")
    covariance = jax.scipy.linalg.block_diag(*(law.covariance for law in laws))
    parts = jnp.concatenate([law.mean for law in laws]), covariance
    return Gaussian(*nan_if_any(parts, *parts), names, sum((q.sizes for q in laws), ()))


relabel.register(Gaussian, relabel.dispatch(Joint))


@extend.register
def _(p: Gaussian, *channels: LinearGaussian) -> Gaussian:
    for k in channels:
        check_kind(k, LinearGaussian, "what joins the law")
        at = _at(p, check_known(p.names, *k.source))
        if len(at) != k.matrix.shape[1]:
            raise ValueError(f"{k.source} have {len(at)} numbers in the law but the matrix reads {k.matrix.shape[1]}")
        cross = _product(k.matrix, p.covariance[at])
        corner = _product(cross[:, at], k.matrix.T) + k.noise
        mean = jnp.concatenate([p.mean, _product(k.matrix, p.mean[at]) + k.offset])
        names = check_distinct(p.names + k.target, "extended law")
        parts = mean, jnp.block([[p.covariance, cross.T], [cross, corner]])
        p = Gaussian(*nan_if_any(parts, *parts), names, (*p.sizes, len(corner)))
    return p


def _product(a, b):
    return jnp.matmul(a, b, precision=lax.Precision.HIGHEST)


def _bordered(matrix, side):
    zero = jnp.zeros((side.shape[1], side.shape[1]), matrix.dtype)
    return jnp.block([[matrix, side], [side.T, zero]])


@functools.partial(jax.jit, static_argnames="count")
def _eliminate(matrix, count, scale):
    """Return Cholesky's first `count` rows of a symmetric matrix, and what they leave: matrix = rows' rows + (0, left).

    A variance lost in the rounding of its `scale`, the variance it began with, is 0: those before determine the number.
    Such a pivot gets a row of zeros and adds nothing. A negative pivot, which no covariance has, gives NaN.
    """
    if count == 0:
        return matrix[:0], matrix
    least = rounding(len(matrix), matrix.dtype) * scale

    def step(left, k):
        lost = jnp.abs(left[k, k]) <= least[k]
        row = jnp.where(lost, 0.0, left[k] / jnp.sqrt(jnp.where(lost, 1.0, left[k, k])))
        return left - jnp.outer(row, row), row

    left, rows = lax.scan(step, matrix, jnp.arange(count))
    kept = jnp.abs(jnp.diag(left)) > least
    return rows, jnp.where(kept[:, None] & kept, left, 0.0)[count:, count:]


def whitened(
    matrix: Float[Array, "n n"], side: Float[Array, "n m"], scale: Float[Array, " n"] | None = None
) -> Float[Array, "n m"]:
    r"""Return $L^{-1}B$ for a covariance $LL^{\mathsf T}$ and $B$ = `side`; zero along directions without variance.

    `scale` is what rounding is measured by: the variances before anything was given, if not those of the matrix.
    """
    n, scale = len(matrix), jnp.diag(matrix) if scale is None else scale
    return _eliminate(_bordered(matrix, side), n, jnp.pad(scale, (0, side.shape[1])))[0][:, n:]


def canonical_correlations(
    law: Gaussian, x: tuple[str, ...], y: tuple[str, ...], given: tuple[str, ...] = ()
) -> Float[Array, "x y"]:
    r"""Return $L_x^{-1}\Sigma_{xy}L_y^{-\mathsf T}$ given $G$: its singular values are the canonical correlations."""
    both, g, n = marginal(law, *given, *x, *y).covariance, len(_at(law, given)), len(_at(law, x))
    scale = jnp.diag(both)
    left = _eliminate(both, g, scale)[1]
    half = whitened(left[:n, :n], left[:n, n:], scale[g : g + n])
    return whitened(left[n:, n:], half.T, scale[g + n :]).T


@entropy_of_law.register
def differential_entropy(law: Gaussian, names: tuple[str, ...], given: tuple[str, ...]) -> Float[Array, ""]:
    r"""Return $h(X\mid G)=\frac12\log_2\det(2\pi e\,\Sigma_{x|g})$, in bits; $-\infty$ where a number is determined.

    >>> round(float(differential_entropy(gaussian([[1 / (2 * np.pi * np.e)]], "X"), ("X",), ())), 12)
    0.0
    """
    g, n = len(_at(law, given)), len(_at(law, names))
    covariance = marginal(law, *given, *names).covariance
    rows, _ = _eliminate(covariance, g + n, jnp.diag(covariance))
    return jnp.log2(jnp.diag(rows)[g:]).sum() + n * np.log2(2 * np.pi * np.e) / 2


@self_information_of_law.register
def _(law: Gaussian, names: tuple[str, ...], given: tuple[str, ...]):
    # A real number known exactly is worth infinitely many bits; of a NaN, which is no law, nothing is known.
    return nan_if_any([law.covariance], jnp.array(jnp.inf))[0]


@alphabet_of_law.register
def _(law: Gaussian, name: str) -> str:
    return f"R^{law.sizes[law.names.index(name)]}"


@information_of_law.register
def gaussian_information(
    law: Gaussian, x: tuple[str, ...], y: tuple[str, ...], given: tuple[str, ...]
) -> Float[Array, ""]:
    r"""Return $I(X;Y\mid G)=-\frac12\sum\log_2(1-\rho_i^2)$ over the canonical correlations given $G$, in bits.

    A sum of non-negative terms, so that small correlations keep their digits. Infinite where a correlation is 1 within
    rounding: one number then determines another, which is as far as a covariance in floating point can tell.

    >>> p = gaussian([[1.0, 0.75**0.5], [0.75**0.5, 1.0]], "X", "Y")
    >>> round(float(gaussian_information(p, ("X",), ("Y",), ())), 12)
    1.0
    """
    between = canonical_correlations(law, x, y, given)
    rho = jnp.linalg.svd(between, compute_uv=False)
    certain = (1 - rho) * (1 + rho) <= rounding(len(law.mean), rho.dtype)
    bits = jnp.log1p(-jnp.square(jnp.where(certain, 0.0, rho))) * (-LOG2E / 2)
    return jnp.where(certain, jnp.inf, bits).sum()


@divergence_of_laws.register
def gaussian_divergence(p: Gaussian, q: Gaussian) -> Float[Array, ""]:
    r"""Return $D(P\|Q)=\frac12\bigl(\operatorname{tr}E-\ln\det(1+E)+|m|^2\bigr)\log_2e$, in bits.

    Here $E=L^{-1}(\Sigma_p-\Sigma_q)L^{-\mathsf T}$ and $m=L^{-1}(\mu_p-\mu_q)$, where $\Sigma_q=LL^{\mathsf T}$. With
    $1+e_k$ the pivots of $1+E$, column k adds $e_k-\ln(1+e_k)\ge0$ and the squares that elimination took off $E_{kk}$,
    so that nothing cancels near $P=Q$. Infinite where one of $P$ and $Q$ is singular; NaN where both are.

    >>> p, q = gaussian([[1.0]], "X"), gaussian([[1.0]], "X", mean=[2.0])
    >>> float(gaussian_divergence(p, q)) == 2 / float(np.log(2))
    True
    """
    singular_p, singular_q = _singular(p.covariance), _singular(q.covariance)
    inverse = whitened(q.covariance, jnp.eye(len(q.mean), dtype=q.mean.dtype))
    excess = _product(_product(inverse, p.covariance - q.covariance), inverse.T)
    shift = _product(inverse, p.mean - q.mean)
    nats = _trace_less_log_det(excess) / 2 + jnp.square(shift).sum() / 2
    no_density = jnp.where(singular_p & singular_q, jnp.nan, jnp.inf)
    return jnp.where(singular_p | singular_q, no_density, nats * LOG2E)


def _singular(covariance):
    return (jnp.diag(_eliminate(covariance, len(covariance), jnp.diag(covariance))[0]) == 0).any()


@jax.jit
def _trace_less_log_det(excess):
    """Return tr E - ln det(1 + E), by the elimination of 1 + E with the ones left out."""

    def step(carry, k):
        left, short = carry
        pivot = 1 + left[k, k]
        # A singular P has a pivot 0; its divergence is infinite whatever stands here.
        row = left[k] / jnp.sqrt(jnp.where(jnp.abs(pivot) <= rounding(len(left), left.dtype), 1.0, pivot))
        return (left - jnp.outer(row, row), short + row * row), _less_log(left[k, k]) + short[k]

    return lax.scan(step, (excess, jnp.zeros_like(excess[0])), jnp.arange(len(excess)))[1].sum()


def _less_log(e):
    r"""Return $e-\ln(1+e)=es-2(\operatorname{artanh}s-s)$ with $s=\frac e{2+e}$; near 0 by the series."""
    s = e / (2 + e)
    near = e * s - 2 * s**3 * (1 / 3 + s**2 * (1 / 5 + s**2 / 7))
    return jnp.where(jnp.abs(e) < 1 / 64, near, e - jnp.log1p(e))
