r"""What may be maximised in place of the pass rate p: each objective F(p) by its slope $F'(p)$.

A slope is a function of p and of $q=1-p$, which is given apart, so that slopes near p = 1 keep their digits. All of
them move one question along the same policies (`learning.verdict_orbit`); they differ in the clock.
"""

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
from jax.custom_derivatives import SymbolicZero
from jaxtyping import Array, Float

from infoloop.learning.policy_gradient.difficulty_weights import contrast_weights, difficulty_weight
from infoloop.probability.array_types import Batch
from infoloop.probability.validation import check_positive

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


def attempts_slope(k: Batch) -> Slope:
    r"""Return the function $kq^{k-1}$, the slope of pass@k, $1-q^k$.

    Its own slopes hold at q = 0 too: by q 0 for k = 1, 2 for k = 2, and infinite for other k below 2; by k minus
    infinite up to k = 1, where the value jumps, and 0 beyond.

    Args:
        k: Attempts, above 0; broadcast against the rates.

    Raises:
        ValueError: It is not above 0.

    >>> float(attempts_slope(2)(jnp.array(0.25), jnp.array(0.75)))
    1.5
    """
    k = check_positive(k, "k (attempts)")
    return lambda p, q: _power_slope(*jnp.broadcast_arrays(q, k))


@jax.custom_jvp
def _power_slope(q, k):
    return jnp.where(k == 0, 0.0, k * q ** (k - 1))


@partial(_power_slope.defjvp, symbolic_zeros=True)
def _(primals, tangents):
    q, k = primals
    safe = jnp.where(q == 0, 1.0, q)
    by_k = jnp.where(q == 0, jnp.where(k > 1, 0.0, -jnp.inf), safe ** (k - 1) * (1 + k * jnp.log(safe)))
    slopes = jnp.where(k == 0, 0.0, k * _power_slope(q, k - 1)), by_k
    moved = [s * t for s, t in zip(slopes, tangents, strict=True) if not isinstance(t, SymbolicZero)]
    return _power_slope(q, k), sum(moved, jnp.zeros_like(q))


def group_slope(size: int) -> Slope:
    r"""Return the function $\kappa_G(p)=\sum_{c=1}^{G-1}\binom Gc p^{c-1}q^{G-c-1}\frac{\sqrt{c(G-c)}}G$, GRPO's slope.

    The mean of GRPO's update with groups of G verdicts, divided by the population deviation, is $\kappa_G(p)\nabla p$:
    $\kappa_2=1$, $\kappa_3=\sqrt2$, and $\sqrt{G-1}$ at both ends.

    Args:
        size: G, verdicts a group, a known whole number from 2 on.

    Returns:
        `difficulty_weights.difficulty_weight` of the weights of GRPO; a polynomial in p, which needs no q.

    Raises:
        ValueError: It is smaller, or no whole number.

    >>> round(float(group_slope(2)(jnp.array(0.25), jnp.array(0.75))), 12)
    1.0
    """
    weights = contrast_weights(size)
    return lambda p, q: difficulty_weight(p, weights)


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
