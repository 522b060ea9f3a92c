r"""What may be maximised in place of the pass rate p: each objective F(p) by its slope $F'(p)$.

A slope is a function of p and of $q=1-p$, which is given apart, so that slopes near p = 1 keep their digits. All of
them move one question along the same policies (`learning.verdict_orbit`); they differ in the clock.
"""

import math
from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from infoloop.probability.array_types import Batch, Number
from infoloop.probability.validation import check_int, check_positive

Slope = Callable[[Float[Array, "*batch"], Float[Array, "*batch"]], Float[Array, "*batch"]]


def rate_slope(p: Float[Array, "*batch"], q: Float[Array, "*batch"]) -> Float[Array, "*batch"]:
    """Return 1, the slope of the pass rate itself: the policy gradient with or without a baseline (REINFORCE, RLOO).

    >>> float(rate_slope(jnp.array(0.25), jnp.array(0.75)))
    1.0
    """
    return jnp.ones_like(p * q)


def log_rate_slope(p: Float[Array, "*batch"], q: Float[Array, "*batch"]) -> Float[Array, "*batch"]:
    r"""Return $\frac1p$, the slope of $\ln p$: imitation of the policy's own right answers.

    >>> float(log_rate_slope(jnp.array(0.25), jnp.array(0.75)))
    4.0
    """
    return 1 / p


def log_odds_slope(p: Float[Array, "*batch"], q: Float[Array, "*batch"]) -> Float[Array, "*batch"]:
    r"""Return $\frac1{pq}$, the slope of $\ln\frac pq$: groups of two or three, redrawn until they are mixed.

    >>> float(log_odds_slope(jnp.array(0.5), jnp.array(0.5)))
    4.0
    """
    return 1 / (p * q)


def arcsine_slope(p: Float[Array, "*batch"], q: Float[Array, "*batch"]) -> Float[Array, "*batch"]:
    r"""Return $\frac1{\sqrt{pq}}$, the slope of $2\arcsin\sqrt p$: GRPO with infinite groups.

    >>> float(arcsine_slope(jnp.array(0.5), jnp.array(0.5)))
    2.0
    """
    return 1 / jnp.sqrt(p * q)


def attempts_slope(k: Number) -> Slope:
    r"""Return the function $kq^{k-1}$, the slope of pass@k, $1-q^k$.

    Args:
        k: Attempts, a number above 0.

    Raises:
        ValueError: It is not above 0.

    >>> float(attempts_slope(2)(jnp.array(0.25), jnp.array(0.75)))
    1.5
    """
    k = check_positive(k, "k (attempts)")
    return lambda p, q: k * q ** (k - 1)


def group_slope(size: int) -> Slope:
    r"""Return the function $\kappa_G(p)=\sum_{c=1}^{G-1}\binom Gc p^{c-1}q^{G-c-1}\frac{\sqrt{c(G-c)}}G$, GRPO's slope.

    The mean of GRPO's update with groups of G verdicts, divided by the population deviation, is $\kappa_G(p)\nabla p$:
    $\kappa_2=1$, $\kappa_3=\sqrt2$, and $\sqrt{G-1}$ at both ends.

    Args:
        size: G, verdicts a group, a known whole number from 2 on.

    Raises:
        ValueError: It is smaller, or no whole number.

    >>> round(float(group_slope(2)(jnp.array(0.25), jnp.array(0.75))), 12)
    1.0
    """
    size = check_int(size, "size (verdicts a group)", 2)
    c = np.arange(1, size)
    logs = [math.lgamma(size + 1) - math.lgamma(k + 1) - math.lgamma(size - k + 1) for k in c.tolist()]
    logs = np.array(logs) + np.log(c * (size - c)) / 2 - np.log(size)

    def slope(p, q):
        p, q = jnp.asarray(p)[..., None], jnp.asarray(q)[..., None]
        inner = (p > 0) & (q > 0)
        powers = (c - 1) * jnp.log(jnp.where(inner, p, 0.5)) + (size - c - 1) * jnp.log(jnp.where(inner, q, 0.5))
        ends = math.sqrt(size - 1)
        return jnp.where(inner[..., 0], jnp.exp(logs + powers).sum(-1), ends + 0 * (p * q)[..., 0])

    return slope


def late_error(scale: Batch, t: Batch, factor: Batch = 1.0, power: Batch = 0.0) -> Float[Array, "*batch"]:
    r"""Return what $1-p$ is close to at a late time t of the softmax flow of an objective.

    $\Bigl(\frac{c_0}{f(1+j)t}\Bigr)^{1/(1+j)}$ solves $\dot E=-\frac f{c_0}E^{2+j}$ up to its start, where the slope is
    near $fE^j$ at $E=1-p\to0$: f, j are 1, 0 for the pass rate and its logarithm, $\sqrt{G-1}$, 0 for `group_slope`,
    1, -1/2 for `arcsine_slope`, k, k - 1 for `attempts_slope`. The arguments broadcast; a traced bad one gives NaN.

    Args:
        scale: $c_0$, the `verdict_orbit.error_scale` of the question, above 0.
        t: Time, above 0.
        factor: f, above 0.
        power: j, above -1.

    Raises:
        ValueError: One of them is out of range.

    >>> float(late_error(0.5, 100.0)), float(late_error(0.5, 100.0, 1.0, -0.5))
    (0.005, 0.0001)
    """
    scale, t = check_positive(scale, "scale"), check_positive(t, "t (time)")
    factor, power = check_positive(factor, "factor"), check_positive(power, "power", above=-1.0)
    return (scale / (factor * (1 + power) * t)) ** (1 / (1 + power))
