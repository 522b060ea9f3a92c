r"""Gradient flow of linear and deep linear regression in closed form: what is learned, and when.

Squared error $\frac12E(y-\hat y)^2$, input covariance $\Lambda=E\,xx^T$, correlation $c=E\,xy$ with the target.
$\tau\dot\theta=-\nabla$; the forms of the two-layer net are those of Saxe, McClelland & Ganguli (arXiv 1312.6120).
"""

import jax.numpy as jnp

from infoloop.probability.validation import check_positive, check_scores, check_unit_interval


def weights(covariance, correlation, t, start=0.0, tau=1.0):
    r"""The weights $w(t)$ of a linear learner, $\tau\dot w=c-\Lambda w$; in the eigenbasis of $\Lambda$ (symmetric)
    $$w_k(t)=e^{-\lambda_kt/\tau}w_k(0)+\frac{1-e^{-\lambda_kt/\tau}}{\lambda_k}c_k.$$

    A direction that the inputs never take ($\lambda_k=0$) moves by $c_kt/\tau$, and $c_k=0$ there for a covariance and
    a correlation of one law. Unit of target over input. Raises ValueError where shapes do not match.

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


def deep_mode(t, correlation, variance=1.0, start=1e-3, tau=1.0):
    r"""Strength of a two-layer linear mode: $a(t)=\frac{s\,e^{2ct/\tau}}{e^{2ct/\tau}-1+s/a_0}$, $s=c/\lambda$.

    With balanced layers $a=uv$, $u=v$, and $\tau\dot u=v(c-\lambda a)$, so $\tau\dot a=2a(c-\lambda a)$, a logistic
    equation: `correlation` c > 0 is the singular value of the mode, `variance` $\lambda$ that of its input (1 when
    white), `start` $a_0>0$. Raises ValueError for one that is not positive.

    >>> round(float(deep_mode(0.0, 2.0, 1.0, 0.25)), 12), round(float(deep_mode(100.0, 2.0, 1.0, 0.25)), 12)
    (0.25, 2.0)
    """
    c, goal, start = _mode(correlation, variance, start)
    shrunk = jnp.exp(-2 * c * t / check_positive(tau, "tau"))
    return goal / (1 - shrunk + goal / start * shrunk)


def deep_time(fraction, correlation, variance=1.0, start=1e-3, tau=1.0):
    r"""When `deep_mode` reaches $fs$: $t=\frac\tau{2c}\ln\frac{f\,(s-a_0)}{a_0\,(1-f)}$, in units of $\tau$.

    About $\frac\tau{2c}\ln\frac s{a_0}$: the stronger correlation is learned first. Negative where $a_0>fs$, NaN
    where $a_0>s$, infinite at f = 1.

    >>> round(float(deep_time(0.5, 1.0, start=0.01) / jnp.log(99.0)), 12)
    0.5
    """
    c, goal, start = _mode(correlation, variance, start)
    f = check_positive(fraction, "fraction", most=1.0)
    return check_positive(tau, "tau") / (2 * c) * (jnp.log(f / (1 - f)) + jnp.log(goal / start - 1))


def shallow_time(fraction, variance, tau=1.0):
    r"""When a one-layer mode, from 0, reaches the fraction f of its end: $t=-\frac\tau\lambda\ln(1-f)$, whatever c is.

    >>> round(float(shallow_time(0.5, 2.0) / jnp.log(2.0)), 12)
    0.5
    """
    f = check_positive(fraction, "fraction", most=1.0)
    return -check_positive(tau, "tau") / check_positive(variance, "variance") * jnp.log1p(-f)


def noisy_feature_moments(amplitude, crossover):
    r"""Moments of $x_j=a_jyN_j$, y uniform on ±1, $N_j=-1$ with probability $e_j$: covariance and correlation with y.

    $c_j=a_j(1-2e_j)$, $\Lambda_{jj}=a_j^2$ and $\Lambda_{jk}=c_jc_k$. A sign tells $1-h(e_j)$ bits of y, whatever its
    amplitude; $c_j$, the speed at the start, is not blind to it. ValueError for an amplitude not positive or a
    crossover probability outside [0, 1].

    >>> covariance, correlation = noisy_feature_moments([2.0, 1.0], [0.25, 0.0])
    >>> covariance.tolist(), correlation.tolist()
    ([[4.0, 1.0], [1.0, 1.0]], [1.0, 1.0])
    """
    a, e = check_positive(amplitude, "amplitude"), check_unit_interval(crossover, "crossover")
    c = a * (1 - 2 * e)
    outer = c[:, None] * c[None, :]
    return jnp.where(jnp.eye(len(c), dtype=bool), (a**2)[:, None], outer), c


def _relaxed(values, ends, start, t, tau):
    """Each mode of the linear flow; (1 - e^{-x}) / x is 1 at x = 0."""
    x = values * t / check_positive(tau, "tau")
    share = jnp.where(x == 0, 1.0, -jnp.expm1(-x) / jnp.where(x == 0, 1.0, x))
    return jnp.exp(-x) * start + share * ends * t / tau


def _mode(correlation, variance, start):
    c = check_positive(correlation, "correlation of a mode")
    return c, c / check_positive(variance, "variance"), check_positive(start, "start")
