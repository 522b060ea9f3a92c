"""Closed forms for Gaussian laws: capacity, chains, and the information bottleneck. Everything is in bits."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from infoloop.probability.distributions import Names, as_names, marginal
from infoloop.probability.gaussians import Gaussian, LinearGaussian, canonical_correlations, whitened
from infoloop.probability.numerics import LOG2E
from infoloop.probability.validation import check_known, require_float64


class Bottleneck(NamedTuple):
    """A point of the information curve: complexity I(T;X) and relevance I(T;Y), in bits."""

    complexity: jax.Array
    relevance: jax.Array


def awgn_capacity(snr, dtype=None):
    r"""$C=\frac12\log_2(1+\mathrm{snr})$, in bits per use of a Gaussian channel (Cover & Thomas, 9.1).

    Raises ValueError for a negative ratio of powers; a traced one gives NaN.

    >>> float(awgn_capacity(3.0))
    1.0
    """
    snr = _within(snr, 0.0, jnp.inf, "snr", dtype)
    return jnp.log1p(snr) * (LOG2E / 2)


def gaussian_chain_information(correlations, dtype=None):
    r"""$I(X_0;X_n)=-\frac12\log_2\bigl(1-\prod_i\rho_i^2\bigr)$ of a scalar Gauss-Markov chain, in bits.

    `correlations[i]` is that of $X_i$ and $X_{i+1}$; they multiply along the chain. Infinite if all are 1 or -1.

    >>> f"{gaussian_chain_information([1.0, 0.75**0.5]):.12f}"
    '1.000000000000'
    """
    rho = _within(correlations, -1.0, 1.0, "correlations", dtype)
    return jnp.log1p(-jnp.square(jnp.prod(rho))) * (-LOG2E / 2)


def _within(value, least: float, most: float, what: str, dtype):
    """Floats in a range: a number outside raises ValueError; a traced one, which cannot raise, becomes NaN."""
    dtype = require_float64(value, what, dtype)
    if not isinstance(value, Tracer):
        seen = np.asarray(value, dtype)
        if not ((seen >= least) & (seen <= most)).all():
            raise ValueError(f"{what} is {seen}: give numbers from {least:g} to {most:g}")
    value = jnp.asarray(value, dtype)
    return jnp.where((value >= least) & (value <= most), value, jnp.nan)


def bottleneck_thresholds(p: Gaussian, x: Names, y: Names):
    r"""The critical $\beta_i=\frac1{1-\lambda_i}$, rising: where the bottleneck of $X$ on $Y$ gets its i-th dimension.

    $\lambda_i=1-\rho_i^2$ are the eigenvalues of $\Sigma_{x|y}\Sigma_x^{-1}$, one for each number in $X$; a direction
    that tells nothing of $Y$ has $\beta=\infty$ (Chechik, Globerson, Tishby & Weiss 2005, theorem 3.1).

    >>> from infoloop.probability.gaussians import gaussian
    >>> bottleneck_thresholds(gaussian([[1.0, 0.5], [0.5, 1.0]], "X", "Y"), "X", "Y").tolist()
    [4.0]
    """
    between = _between(p, x, y)
    square = jnp.square(jnp.linalg.svd(between, compute_uv=False))
    none = jnp.zeros(max(len(between) - len(square), 0), square.dtype)
    return 1 / jnp.concatenate([square, none])


def gaussian_bottleneck(p: Gaussian, x: Names, y: Names, beta) -> Bottleneck:
    r"""The minimum of $I(T;X)-\beta I(T;Y)$ over all $T$ with $T\to X\to Y$, at this $\beta$, in bits.

    The optimal $T$ sees canonical direction i at the signal-to-noise ratio
    $s_i=\max\bigl(0,\frac{\beta\rho_i^2-1}{1-\rho_i^2}\bigr)$, whence
    $$I(T;X)=\tfrac12\sum\log_2(1+s_i),\qquad I(T;Y)=I(T;X)-\tfrac12\sum_{s_i>0}\log_2(\beta\rho_i^2).$$
    Chechik et al. 2005, equations 17 and 18. Zero for $\beta$ up to the first of `bottleneck_thresholds`.

    >>> from infoloop.probability.gaussians import gaussian
    >>> curve = gaussian_bottleneck(gaussian([[1.0, 0.5], [0.5, 1.0]], "X", "Y"), "X", "Y", beta=13.0)
    >>> float(curve.complexity) == float(jnp.log2(4.0) / 2)
    True
    """
    snr, gain = _signal_to_noise(jnp.linalg.svd(_between(p, x, y), compute_uv=False), beta)
    complexity, excess = (jnp.log1p(ratio).sum() * (LOG2E / 2) for ratio in (snr, gain))
    return Bottleneck(complexity, complexity - excess)


def bottleneck_channel(p: Gaussian, x: Names, y: Names, beta, target: str) -> LinearGaussian:
    r"""An optimal `target` = $AX+N(0,1)$ of `gaussian_bottleneck`: row i is canonical direction i times $\sqrt{s_i}$.

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
    """The optimal ratios of signal to noise, and beta rho^2 - 1 where it is positive, else 0."""
    beta = _within(beta, 0.0, jnp.inf, "beta", rho.dtype)
    gain = jnp.where(beta * rho**2 <= 1, 0.0, beta * rho**2 - 1)
    return gain / ((1 - rho) * (1 + rho)), gain
