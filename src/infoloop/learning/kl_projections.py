r"""The laws nearest to a base policy: on the accepted outputs, at a given pass rate, and under a penalty on distance.

Divergences are in bits; objectives and the weight $\beta$ of a penalty are in the unit of the reward.
"""

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
from jax import lax
from jax.custom_derivatives import SymbolicZero
from jaxtyping import Array, Float

from infoloop.learning.policy_optimisation import check_temperature
from infoloop.learning.verdict_orbit import divide_by_slope, verdict_question
from infoloop.probability.array_types import Number, Numbers
from infoloop.probability.bisection import bisect
from infoloop.probability.numerics import LOG2E, divergence_terms, nan_unless, plog2p
from infoloop.probability.validation import check_distributions, check_int, check_scores, check_unit_interval

_HALVINGS, _REACH = 200, 1e6


def accepted_law(base: Float[Numbers, "outputs"], accepted: Float[Numbers, "outputs"]) -> Float[Array, "outputs"]:
    r"""Return $\pi^*=\pi_0(\cdot\mid A)$, the law on the accepted outputs that is nearest to the base.

    $D(\pi\|\pi_0)=-\log p_0+D(\pi\|\pi^*)$ for every law on A (the I-projection, Csiszár 1975).

    Args:
        base: $\pi_0$, a law with mass on accepted and on rejected outputs.
        accepted: 1 for accepted outputs, 0 for rejected ones.

    Raises:
        ValueError: One of them is none of these.

    >>> accepted_law([0.25, 0.25, 0.5], [1, 1, 0]).tolist()
    [0.5, 0.5, 0.0]
    """
    question = verdict_question(base, accepted)
    return jnp.where(question.classes[0], question.likelihoods, 0.0) / question.rate


def reference_cost(
    base: Float[Numbers, "outputs"], accepted: Float[Numbers, "outputs"], references: int
) -> Float[Array, ""]:
    r"""Return how far from the base, on average, the law of n references is, in bits.

    $E\,D(\hat q_n\|\pi_0)=-\log_2p_0+H(\pi^*)-E\,H(\hat q_n)$, where $\hat q_n$ has the frequencies of n draws from
    $\pi^*=\pi_0(\cdot\mid A)$: for one reference $-\log_2p_0+H(\pi^*)$, in the limit $-\log_2p_0$.

    Args:
        base: $\pi_0$, a law with mass on accepted and on rejected outputs.
        accepted: 1 for accepted outputs, 0 for rejected ones.
        references: n, a known whole number from 1 on.

    Raises:
        ValueError: One of them is none of these.

    >>> round(float(reference_cost([0.25, 0.25, 0.5], [1, 1, 0], 2)), 12)
    1.5
    """
    law = accepted_law(base, accepted)
    return -jnp.log2(verdict_question(base, accepted).rate) - plog2p(law).sum() - empirical_entropy(law, references)


def empirical_entropy(law: Float[Numbers, "outputs"], draws: int) -> Float[Array, ""]:
    r"""Return the mean entropy of the frequencies of n independent draws, in bits.

    $E\,H(\hat q_n)=-\sum_y\sum_k\binom nk q_y^k(1-q_y)^{n-k}\frac kn\log_2\frac kn$: each cell's count is binomial.

    Args:
        law: q, a law.
        draws: n, a known whole number from 1 on.

    Raises:
        ValueError: One of them is none of these.

    >>> round(float(empirical_entropy([0.5, 0.5], 2)), 12)
    0.5
    """
    q, n = check_distributions(law, "law"), check_int(draws, "draws")
    inner = (q > 0) & (q < 1)
    safe = jnp.where(inner, q, 0.5)[:, None]
    k = jnp.arange(1, n)  # counts 0 and n have no term
    ways = jax.scipy.special.gammaln(n + 1) - jax.scipy.special.gammaln(k + 1) - jax.scipy.special.gammaln(n - k + 1)
    masses = jnp.exp(ways + k * jnp.log(safe) + (n - k) * jnp.log1p(-safe))
    return -jnp.where(inner, masses @ plog2p(k / n), 0.0 * q).sum()


def law_at_rate(
    base: Float[Numbers, "outputs"], accepted: Float[Numbers, "outputs"], rate: Number
) -> Float[Array, "outputs"]:
    r"""Return the law of a given pass rate that is nearest to the base, in both directions of divergence.

    $\pi=p'\pi_0(\cdot\mid A)+(1-p')\pi_0(\cdot\mid A^c)$ is the tilt $\propto\pi_0e^{cr}$; the least divergences are
    `rate_divergence` of (p', p_0) and of (p_0, p'). The second tends to infinity as p' does to 1.

    Args:
        base: $\pi_0$, a law with mass on accepted and on rejected outputs.
        accepted: 1 for accepted outputs, 0 for rejected ones.
        rate: p', in [0, 1].

    Raises:
        ValueError: One of them is none of these.

    >>> law_at_rate([0.25, 0.25, 0.5], [1, 1, 0], 0.75).tolist()
    [0.375, 0.375, 0.25]
    """
    question, rate = verdict_question(base, accepted), check_unit_interval(rate, "rate")
    p = question.rate
    q = jnp.where(question.classes[1], question.likelihoods, 0.0).sum()
    factors = jnp.where(question.classes[0], rate / p, (1 - rate) / q)
    return question.likelihoods * factors


def rate_divergence(rate: Number, other: Number) -> Float[Array, ""]:
    r"""Return $d(a\|b)=a\log_2\frac ab+(1-a)\log_2\frac{1-a}{1-b}$, in bits; infinite where a has mass that b lacks.

    Its slopes are $\log_2\frac{a(1-b)}{(1-a)b}$ by a, infinite where one of a, b is 0 or 1, and
    $\frac{b-a}{b(1-b)}\log_2e$ by b, finite where a = b.

    Args:
        rate: a, in [0, 1].
        other: b, in [0, 1].

    Raises:
        ValueError: One of them is outside.

    >>> float(rate_divergence(1.0, 0.25)), float(rate_divergence(0.25, 1.0))
    (2.0, inf)
    """
    a, b = check_unit_interval(rate, "rate"), check_unit_interval(other, "other")
    return _rate_divergence(*jnp.broadcast_arrays(a, b))


@jax.custom_jvp
def _rate_divergence(a, b):
    return divergence_terms(a, b) + divergence_terms(1 - a, 1 - b)


@partial(_rate_divergence.defjvp, symbolic_zeros=True)
def _(primals, tangents):
    a, b = primals
    by_a = jnp.log2(a / (1 - a)) - jnp.log2(b / (1 - b))
    by_a = jnp.where(b == 0, jnp.inf, jnp.where(b == 1, -jnp.inf, by_a))
    # apart, as a = b = 0 and a = b = 1 each have one term that is 0
    by_b = jnp.where(a == 1, 0.0, (1 - a) / (1 - b)) - jnp.where(a == 0, 0.0, a / b)
    moved = [s * t for s, t in zip((by_a, LOG2E * by_b), tangents, strict=True) if not isinstance(t, SymbolicZero)]
    return _rate_divergence(a, b), sum(moved, jnp.zeros_like(a))


def forward_regularised(
    base: Float[Numbers, "outputs"], reward: Float[Numbers, "outputs"], beta: Number
) -> Float[Array, "outputs"]:
    r"""Return the best policy for $E_\pi r-\beta D(\pi_0\|\pi)$ in nats: the other direction.

    $\pi_y=\frac{\beta\pi_0(y)}{\lambda-r_y}$, with the $\lambda>\max r$ that makes it a law, by bisection. With a
    verdict $1-p\sim\beta(1-p_0)$ as $\beta\to0$, where `regularised` has $1-p\sim\frac{1-p_0}{p_0}e^{-1/\beta}$.

    Args:
        base: $\pi_0$, a law.
        reward: Reward of each output, finite.
        beta: Temperature $\beta$, above 0.

    Raises:
        ValueError: One of them is none of these.

    >>> print(forward_regularised([0.5, 0.5], [1.0, 0.0], 2.0).round(6))
    [0.618034 0.381966]
    """
    return penalised_law(base, reward, beta, lambda y: jnp.where(y < 0, -1 / jnp.where(y < 0, y, -1.0), jnp.inf))


def penalised_law(
    base: Float[Numbers, "outputs"],
    reward: Float[Numbers, "outputs"],
    beta: Number,
    inverse_slope: Callable[[Float[Array, "outputs"]], Float[Array, "outputs"]],
) -> Float[Array, "outputs"]:
    r"""Return the best policy for $E_\pi r-\beta\sum_y\pi_0(y)f\bigl(\frac{\pi_y}{\pi_0(y)}\bigr)$, f strictly convex.

    $\pi_y=\pi_0(y)\,(f')^{-1}\bigl(\frac{r_y-\lambda}\beta\bigr)$, 0 below $f'(0)$, with the $\lambda$
    that makes it a law.

    Args:
        base: $\pi_0$, a law.
        reward: Reward of each output, finite.
        beta: Temperature $\beta$, above 0.
        inverse_slope: $(f')^{-1}$, increasing, 0 below $f'(0)$ and infinite from $f'(\infty)$ on: $e^{y-1}$ for the
            divergence from $\pi_0$ (f = x ln x), $\max(0,1+y)$ for half of chi-square.

    Returns:
        The law; NaN where no $\lambda$ is found within $10^6\beta$ of the best reward.

    Raises:
        ValueError: One of them is none of these.

    >>> penalised_law([0.5, 0.5], [1.0, 0.0], 1.0, lambda y: jnp.maximum(0.0, 1 + y)).round(12).tolist()
    [0.75, 0.25]
    """
    base, reward, beta = check_distributions(base, "base"), check_scores(reward, "reward"), check_temperature(beta)
    some = base > 0
    best = jnp.where(some, reward, -jnp.inf).max()
    behind = jnp.where(some, best - reward, 0.0)

    def masses(level):
        return jnp.where(some, base * inverse_slope(-(behind + level) / beta), 0.0)

    def solve(_, start):
        end = _REACH * beta * jnp.ones_like(start)
        return bisect(lambda level: masses(level).sum() > 1, -end, end, _HALVINGS)[1]

    level = lax.custom_root(lambda level: 1 - masses(level).sum(), jnp.zeros_like(best), solve, divide_by_slope)
    return nan_unless(jnp.abs(level) < _REACH * beta, masses(level))
