"""Closed forms for Gaussian laws: capacity, chains, and the information bottleneck. Everything is in bits."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jax.typing import ArrayLike, DTypeLike
from jaxtyping import Array, Float

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Numbers
from infoloop.probability.distributions import Names, as_names, marginal
from infoloop.probability.gaussians import Gaussian, LinearGaussian, canonical_correlations, whitened
from infoloop.probability.numerics import LOG2E, nan_unless
from infoloop.probability.validation import check_known, require_float64


class Bottleneck(NamedTuple):
    r"""A point of the information curve, in bits: complexity $I(T;X)$ and relevance $I(T;Y)$."""

    complexity: Float[Array, ""]
    relevance: Float[Array, ""]


@kinds_checked
def awgn_capacity(snr: Float[Numbers, "..."], dtype: DTypeLike | None = None) -> Float[Array, "..."]:
    r"""Return the capacity of the Gaussian channel, $C=\frac12\log_2(1+\mathrm{snr})$, in bits per use.

    Cover & Thomas, 9.1.

    Args:
        snr: The ratio of signal power to noise power, at least 0, of any shape; not in decibels.
        dtype: The precision, float64 by default.

    Returns:
        Of the shape of `snr`; infinite where `snr` is.

    Raises:
        ValueError: For a negative or NaN ratio (a traced one gives NaN); for float32 numbers, or with float64 switched
            off, unless `dtype` says so.

    >>> float(awgn_capacity(3.0))
    1.0
    """
    snr = _within(snr, 0.0, jnp.inf, "snr", dtype)
    return jnp.log1p(snr) * (LOG2E / 2)


@kinds_checked
def gaussian_chain_information(correlations: Float[Numbers, "..."], dtype: DTypeLike | None = None) -> Float[Array, ""]:
    r"""Return the information between the ends of a scalar Gauss-Markov chain, in bits.

    $$I(X_0;X_n)=-\tfrac12\log_2\bigl(1-\prod_i\rho_i^2\bigr):$$ correlations multiply along the chain.

    Args:
        correlations: The correlation $\rho_i$, in [-1, 1], of each variable with the next one, $n$ of them.
        dtype: The precision, float64 by default.

    Returns:
        A scalar, at least 0; infinite if all correlations are 1 or -1, or there are none.

    Raises:
        ValueError: For a correlation outside [-1, 1] (a traced one gives NaN); for float32 numbers, or with float64
            switched off, unless `dtype` says so.

    >>> f"{gaussian_chain_information([1.0, 0.75**0.5]):.12f}"
    '1.000000000000'
    """
    rho = _within(correlations, -1.0, 1.0, "correlations", dtype)
    return jnp.log1p(-jnp.square(jnp.prod(rho))) * (-LOG2E / 2)


def _within(value, least, most, what, dtype):
    """Return floats in a range: a number outside raises ValueError; a traced one, which cannot raise, becomes NaN."""
    dtype = require_float64(value, what, dtype)
    if not isinstance(value, Tracer):
        seen = np.asarray(value, dtype)
        if not ((seen >= least) & (seen <= most)).all():
            raise ValueError(f"{what} is {seen}: give numbers from {least:g} to {most:g}")
    value = jnp.asarray(value, dtype)
    return nan_unless((value >= least) & (value <= most), value)


@kinds_checked
def bottleneck_thresholds(p: Gaussian, x: Names, y: Names) -> Float[Array, " numbers"]:
    r"""Return the trade-offs at which the Gaussian information bottleneck of X on Y gets one more dimension, rising.

    $\beta_i=\frac1{1-\lambda_i}$, where $\lambda_i=1-\rho_i^2$ are the eigenvalues of $\Sigma_{x|y}\Sigma_x^{-1}$
    (Chechik, Globerson, Tishby & Weiss 2005, theorem 3.1).

    Args:
        p: A Gaussian law.
        x: One name or several: what is compressed.
        y: One name or several, none of them in `x`: what is to be known.

    Returns:
        One $\beta\ge1$ for each number in X, no unit; infinite for a direction that tells nothing of Y.

    Raises:
        ValueError: For a variable that the law does not have, and for one that is in both groups.

    >>> from infoloop.probability.gaussians import gaussian
    >>> bottleneck_thresholds(gaussian([[1.0, 0.5], [0.5, 1.0]], "X", "Y"), "X", "Y").tolist()
    [4.0]
    """
    between = _between(p, x, y)
    square = jnp.square(jnp.linalg.svd(between, compute_uv=False))
    none = jnp.zeros(max(len(between) - len(square), 0), square.dtype)
    return 1 / jnp.concatenate([square, none])


@kinds_checked
def gaussian_bottleneck(p: Gaussian, x: Names, y: Names, beta: Float[ArrayLike, ""]) -> Bottleneck:
    r"""Return the point of the Gaussian information bottleneck at one trade-off, in bits.

    The minimum of $I(T;X)-\beta I(T;Y)$ over all $T$ with $T\to X\to Y$. The optimal $T$ sees canonical direction i at
    the signal-to-noise ratio $s_i=\max\bigl(0,\frac{\beta\rho_i^2-1}{1-\rho_i^2}\bigr)$, whence
    $$I(T;X)=\tfrac12\sum\log_2(1+s_i),\qquad I(T;Y)=I(T;X)-\tfrac12\sum_{s_i>0}\log_2(\beta\rho_i^2).$$
    Chechik et al. 2005, equations 17 and 18.

    Args:
        p: A Gaussian law.
        x: One name or several: what is compressed.
        y: One name or several, none of them in `x`: what is to be known.
        beta: What a bit about Y is worth in bits of X: a finite number, at least 0.

    Returns:
        Two scalars, `complexity` $I(T;X)$ and `relevance` $I(T;Y)$; both 0 for `beta` up to the first of
        `bottleneck_thresholds`.

    Raises:
        ValueError: For a variable that the law does not have, one that is in both groups, and a negative `beta` (a
            traced one gives NaN).

    >>> from infoloop.probability.gaussians import gaussian
    >>> curve = gaussian_bottleneck(gaussian([[1.0, 0.5], [0.5, 1.0]], "X", "Y"), "X", "Y", beta=13.0)
    >>> float(curve.complexity) == float(jnp.log2(4.0) / 2)
    True
    """
    snr, gain = _signal_to_noise(jnp.linalg.svd(_between(p, x, y), compute_uv=False), beta)
    complexity, excess = (jnp.log1p(ratio).sum() * (LOG2E / 2) for ratio in (snr, gain))
    return Bottleneck(complexity, complexity - excess)


def bottleneck_channel(p: Gaussian, x: Names, y: Names, beta: Float[ArrayLike, ""], target: str) -> LinearGaussian:
    r"""Return a channel from X that attains `gaussian_bottleneck`: `target` = $AX+N(0,1)$.

    Row i of $A$ is canonical direction i times $\sqrt{s_i}$. Arguments and errors are those of `gaussian_bottleneck`;
    `target` names the new variable, which has as many numbers as the smaller of X and Y.

    >>> from infoloop.probability.gaussians import gaussian
    >>> p = gaussian([[1.0, 0.5], [0.5, 1.0]], "X", "Y")
    >>> abs(bottleneck_channel(p, "X", "Y", 13.0, "T").matrix).tolist() == [[3.0**0.5]]
    True
    """
    x = as_names(x)
    left, rho, _ = jnp.linalg.svd(_between(p, x, y), full_matrices=False)
    covariance = marginal(p, *x).covariance
    directions = left.T @ whitened(covariance, jnp.eye(len(covariance), dtype=covariance.dtype))
    matrix = jnp.sqrt(_signal_to_noise(rho, beta)[0])[:, None] * directions
    size = len(matrix)
    return LinearGaussian(matrix, jnp.eye(size, dtype=matrix.dtype), x, (target,), jnp.zeros(size, matrix.dtype))


def _between(p: Gaussian, x: Names, y: Names):
    x, y = as_names(x), as_names(y)
    check_known(p.names, *x, *y)
    if set(x) & set(y):
        raise ValueError(f"{x} and {y} share a variable: the bottleneck is between two different ones")
    return canonical_correlations(p, x, y)


def _signal_to_noise(rho, beta):
    """Return the optimal ratios of signal to noise, and beta rho^2 - 1 where it is positive, else 0."""
    beta = _within(beta, 0.0, jnp.inf, "beta", rho.dtype)
    gain = jnp.where(beta * rho**2 <= 1, 0.0, beta * rho**2 - 1)
    return gain / ((1 - rho) * (1 + rho)), gain
