r"""Gradient flow of linear and deep linear regression in closed form: what is learned, and when.

Squared error $\frac12E(y-\hat y)^2$, input covariance $\Lambda=E\,xx^T$, correlation $c=E\,xy$ with the target.
$\tau\dot\theta=-\nabla$; the forms of the two-layer net are those of Saxe, McClelland & Ganguli (arXiv 1312.6120).
"""

import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.probability.array_types import Batch, Number, Numbers
from infoloop.probability.validation import check_positive, check_scores, check_unit_interval


def weights(
    covariance: Float[Numbers, "d d"],
    correlation: Float[Numbers, "d"],
    t: Number,
    start: Float[Array, "d"] | float = 0.0,
    tau: Number = 1.0,
) -> Float[Array, "d"]:
    r"""Return the weights of a linear learner under gradient flow, $\tau\dot w=c-\Lambda w$, at time t.

    In the eigenbasis of $\Lambda$
    $$w_k(t)=e^{-\lambda_kt/\tau}w_k(0)+\frac{1-e^{-\lambda_kt/\tau}}{\lambda_k}c_k.$$
    A direction that the inputs never take ($\lambda_k=0$) moves by $c_kt/\tau$, and $c_k=0$ there for a covariance and
    a correlation of one law.

    Args:
        covariance: $\Lambda=E\,xx^T$ of the inputs, symmetric.
        correlation: $c=E\,xy$ with the target.
        t: Time, in the unit of $\tau$.
        start: Weights at time 0, or one number for all.
        tau: Time constant $\tau$, above 0.

    Returns:
        Weights in units of target over input.

    Raises:
        ValueError: The shapes do not match, a moment is not finite, or $\tau$ is not positive.

    >>> [round(float(w), 6) for w in weights([[1.0, 0.0], [0.0, 4.0]], [1.0, 4.0], jnp.log(2.0))]
    [0.5, 0.9375]
    """
    covariance, correlation = check_scores(covariance, "covariance"), check_scores(correlation, "correlation")
    if covariance.shape != 2 * correlation.shape:
        raise ValueError(
            f"covariance has shape {covariance.shape} and correlation {correlation.shape}: give d x d and d"
        )
    values, basis = jnp.linalg.eigh(covariance)
    mode = _relaxed(values, basis.T @ correlation, basis.T @ jnp.broadcast_to(start, correlation.shape), t, tau)
    return jnp.matmul(basis, mode, precision="highest")


def deep_mode(
    t: Float[Array, "*batch"] | float, correlation: Batch, variance: Batch = 1.0, start: Batch = 1e-3, tau: Batch = 1.0
) -> Float[Array, "*batch"]:
    r"""Return the strength of one mode of a two-layer linear network at time t.

    $a(t)=\frac{s\,e^{2ct/\tau}}{e^{2ct/\tau}-1+s/a_0}$, $s=c/\lambda$. With balanced layers $a=uv$, $u=v$, and
    $\tau\dot u=v(c-\lambda a)$, so $\tau\dot a=2a(c-\lambda a)$, a logistic equation. The arguments broadcast.

    Args:
        t: Time, in the unit of $\tau$.
        correlation: c, the singular value of the mode, above 0.
        variance: $\lambda$, that of its input, above 0; 1 when white.
        start: $a_0$, the strength at time 0, above 0.
        tau: Time constant $\tau$, above 0.

    Raises:
        ValueError: One of them is not positive.

    >>> round(float(deep_mode(0.0, 2.0, 1.0, 0.25)), 12), round(float(deep_mode(100.0, 2.0, 1.0, 0.25)), 12)
    (0.25, 2.0)
    """
    c, goal, start = _mode(correlation, variance, start)
    shrunk = jnp.exp(-2 * c * t / check_positive(tau, "tau"))
    return goal / (1 - shrunk + goal / start * shrunk)


def deep_time(
    fraction: Batch, correlation: Batch, variance: Batch = 1.0, start: Batch = 1e-3, tau: Batch = 1.0
) -> Float[Array, "*batch"]:
    r"""Return the time at which `deep_mode` reaches a fraction of its limit $s=c/\lambda$, in the unit of $\tau$.

    $t=\frac\tau{2c}\ln\frac{f\,(s-a_0)}{a_0\,(1-f)}$, about $\frac\tau{2c}\ln\frac s{a_0}$: the stronger correlation is
    learned first. The arguments broadcast.

    Args:
        fraction: f, above 0 and at most 1.
        correlation: c, the singular value of the mode, above 0.
        variance: $\lambda$, that of its input, above 0.
        start: $a_0$, the strength at time 0, above 0.
        tau: Time constant $\tau$, above 0.

    Returns:
        Times: negative where $a_0>fs$, NaN where $a_0>s$, infinite at f = 1.

    Raises:
        ValueError: One of them is out of range.

    >>> round(float(deep_time(0.5, 1.0, start=0.01) / jnp.log(99.0)), 12)
    0.5
    """
    c, goal, start = _mode(correlation, variance, start)
    f = check_positive(fraction, "fraction", most=1.0)
    return check_positive(tau, "tau") / (2 * c) * (jnp.log(f / (1 - f)) + jnp.log(goal / start - 1))


def shallow_time(fraction: Batch, variance: Batch, tau: Batch = 1.0) -> Float[Array, "*batch"]:
    r"""Return the time at which a one-layer mode, from 0, reaches a fraction of its limit, in the unit of $\tau$.

    $t=-\frac\tau\lambda\ln(1-f)$, whatever the correlation is. The arguments broadcast.

    Args:
        fraction: f, above 0 and at most 1, where the time is infinite.
        variance: $\lambda$, that of the mode's input, above 0.
        tau: Time constant $\tau$, above 0.

    Raises:
        ValueError: One of them is out of range.

    >>> round(float(shallow_time(0.5, 2.0) / jnp.log(2.0)), 12)
    0.5
    """
    f = check_positive(fraction, "fraction", most=1.0)
    return -check_positive(tau, "tau") / check_positive(variance, "variance") * jnp.log1p(-f)


def noisy_feature_moments(
    amplitude: Float[Numbers, "d"], crossover: Float[Numbers, "d"], common: Number = 0.0
) -> tuple[Float[Array, "d d"], Float[Array, "d"]]:
    r"""Return covariance and correlation with the label of noisy signs $x_j=a_jyN_j$.

    y is uniform on ±1, and $N_j=-1$ with probability $e_j$. $c_j=a_j(1-2e_j)$, $\Lambda_{jj}=a_j^2$ and
    $\Lambda_{jk}=(1-\kappa)c_jc_k+\kappa a_ja_k(1-2|e_j-e_k|)$: the errors are independent or, with probability
    $\kappa$, nested, so that the rarer one never comes alone. A sign tells $1-h(e_j)$ bits of y, whatever its
    amplitude; $c_j$, the speed at the start, is not blind to it.

    Args:
        amplitude: $a_j$, above 0.
        crossover: $e_j$, in [0, 1].
        common: $\kappa$, the share of the errors that is common, in [0, 1].

    Returns:
        The covariance $\Lambda$ and the correlation c.

    Raises:
        ValueError: One of them is out of range.

    >>> covariance, correlation = noisy_feature_moments([2.0, 1.0], [0.25, 0.0])
    >>> covariance.tolist(), correlation.tolist()
    ([[4.0, 1.0], [1.0, 1.0]], [1.0, 1.0])
    >>> noisy_feature_moments([1.0, 2.0], [0.25, 0.25], 1.0)[0].tolist()
    [[1.0, 2.0], [2.0, 4.0]]
    """
    a, e = check_positive(amplitude, "amplitude"), check_unit_interval(crossover, "crossover")
    share, c = check_unit_interval(common, "common"), a * (1 - 2 * e)
    nested = jnp.outer(a, a) * (1 - 2 * jnp.abs(e[:, None] - e))
    covariance = (1 - share) * jnp.outer(c, c) + share * nested
    return jnp.where(jnp.eye(len(c), dtype=bool), (a**2)[:, None], covariance), c


def _relaxed(values, ends, start, t, tau):
    """Return each mode of the linear flow; (1 - e^{-x}) / x is 1 at x = 0."""
    x = values * t / check_positive(tau, "tau")
    share = jnp.where(x == 0, 1.0, -jnp.expm1(-x) / jnp.where(x == 0, 1.0, x))
    return jnp.exp(-x) * start + share * ends * t / tau


def _mode(correlation, variance, start):
    c = check_positive(correlation, "correlation of a mode")
    return c, c / check_positive(variance, "variance"), check_positive(start, "start")
