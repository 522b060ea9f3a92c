r"""Policies on outputs that can be enumerated: expectations are sums, so that nothing is sampled.

`base[y]` is the reference policy $p_0$, `reward[y]` the reward. Objectives and the weight $\beta$ (a temperature) are
in the unit of the reward, so logarithms are natural here.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.core import Tracer
from jaxtyping import Array, Float

from infoloop.loops.loop import Loop
from infoloop.probability.array_types import Batch, Number, Numbers
from infoloop.probability.arrays import log_ratio, tilt
from infoloop.probability.validation import check_distributions, check_positive, check_scores


def regularised(
    base: Float[Numbers, "outputs"], reward: Float[Numbers, "outputs"], beta: Number
) -> Float[Array, "outputs"]:
    r"""Return the best policy for $E_pr-\beta D(p\|p_0)$ (Donsker & Varadhan; Gibbs).

    $p^*_y\propto p_0(y)\,e^{r_y/\beta}$.

    Args:
        base: Reference policy $p_0$, a law.
        reward: Reward of each output, finite.
        beta: Temperature $\beta$, above 0, in the unit of the reward; a traced bad one gives NaN.

    Raises:
        ValueError: One of them is none of these.

    >>> regularised([0.5, 0.5, 0.0], [1.0, 1.0, 9.0], 0.1).tolist()
    [0.5, 0.5, 0.0]
    """
    base, beta = check_distributions(base, "base"), check_temperature(beta)
    return tilt(base, _behind(base, check_scores(reward, "reward"))[0] / beta)


def _behind(base, reward):
    """Return how far each reward is from the best that the base has, and the best: ratios to a tiny beta are finite."""
    best = lax.stop_gradient(jnp.where(base > 0, reward, -jnp.inf).max(axis=-1, keepdims=True))
    return jnp.where(base > 0, reward - best, 0.0), best[..., 0]


def objective(
    policy: Float[Numbers, "*batch outputs"],
    base: Float[Numbers, "*batch outputs"],
    reward: Float[Numbers, "*batch outputs"],
    beta: Number,
) -> Float[Array, "*batch"]:
    r"""Return the regularised objective $J(p)=E_pr-\beta\sum_yp_y\ln\frac{p_y}{p_0(y)}$, in the unit of the reward.

    Args:
        policy: The policy p, a law.
        base: Reference policy $p_0$, a law.
        reward: Reward of each output, finite.
        beta: Temperature $\beta$, above 0.

    Returns:
        J; $-\infty$ where p has mass that $p_0$ lacks.

    Raises:
        ValueError: One of them is none of these.

    >>> float(objective([0.5, 0.5], [0.5, 0.5], [0.0, 1.0], 0.1))
    0.5
    """
    policy, base = check_distributions(policy, "policy"), check_distributions(base, "base")
    gains = check_scores(reward, "reward") - check_temperature(beta) * log_ratio(policy, base)
    return (policy * gains).sum(axis=-1)


def best_objective(
    base: Float[Numbers, "*batch outputs"], reward: Float[Numbers, "*batch outputs"], beta: Number
) -> Float[Array, "*batch"]:
    r"""Return the largest objective, $\max_pJ(p)=\beta\ln\sum_yp_0(y)e^{r_y/\beta}$, in the unit of the reward.

    `regularised` alone attains it.

    Args:
        base: Reference policy $p_0$, a law.
        reward: Reward of each output, finite.
        beta: Temperature $\beta$, above 0.

    Raises:
        ValueError: One of them is none of these.

    >>> float(best_objective([0.5, 0.5], [1.0, 1.0], 0.1))
    1.0
    """
    base, beta = check_distributions(base, "base"), check_temperature(beta)
    behind, best = _behind(base, check_scores(reward, "reward"))
    return best + beta * jax.nn.logsumexp(behind / beta, axis=-1, b=base)


def regularised_gradient(
    logits: Float[Array, "*batch outputs"],
    base: Float[Numbers, "*batch outputs"],
    reward: Float[Numbers, "*batch outputs"],
    beta: Number,
) -> Float[Array, "*batch outputs"]:
    r"""Return the gradient of the objective by the logits z of a softmax policy (Williams 1992), as an expectation.

    $\frac{\partial J}{\partial z_y}=p_y\bigl(A_y-\sum p A\bigr)$, $p=\mathrm{softmax}(z)$, with
    $A_y=r_y-\beta\ln\frac{p_y}{p_0(y)}$: the $\beta$ that differentiating $p\ln p$ leaves is constant and falls out
    with the mean.

    Args:
        logits: z.
        base: Reference policy $p_0$, a law.
        reward: Reward of each output, finite.
        beta: Temperature $\beta$, above 0.

    Raises:
        ValueError: One of them is none of these.

    >>> regularised_gradient(jnp.zeros(2), [0.5, 0.5], [0.0, 1.0], 1.0).tolist()
    [-0.25, 0.25]
    """
    policy, base = jax.nn.softmax(logits, axis=-1), check_distributions(base, "base")
    gains = check_scores(reward, "reward") - check_temperature(beta) * log_ratio(policy, base)
    return policy * (gains - (policy * gains).sum(axis=-1, keepdims=True))


def ascent(base: Float[Numbers, "outputs"], reward: Float[Numbers, "outputs"], beta: Number, rate: Number) -> Loop:
    """Return exact gradient ascent on the softmax logits as a loop, whose state is the logits.

    Args:
        base: Reference policy, with mass on every output, since a softmax has; its logits are the start.
        reward: Reward of each output, finite.
        beta: Temperature, above 0.
        rate: Length of a step, above 0.

    Raises:
        ValueError: One of them is none of these.

    >>> loop = ascent([0.5, 0.5], [0.0, 1.0], 1.0, 4.0)
    >>> loop.step(None, jnp.zeros(2)).tolist()
    [-1.0, 1.0]
    """
    base, reward = check_distributions(base, "base"), check_scores(reward, "reward")
    beta, rate = check_temperature(beta), check_positive(rate, "rate")
    if not isinstance(base, Tracer) and not (base > 0).all():
        raise ValueError(f"base is {base}: logits need a base with mass on every output")
    start = jnp.log(base)
    return Loop(lambda key: start, lambda key, z: z + rate * regularised_gradient(z, base, reward, beta))


def replicator(
    base: Float[Numbers, "outputs"], reward: Float[Numbers, "outputs"], t: Float[Array, ""] | float
) -> Float[Array, "outputs"]:
    r"""Return the policy at time t of the natural gradient flow of the expected reward (replicator equation).

    $p_t(y)\propto p_0(y)\,e^{r_yt}$ solves $\dot p_y=p_y(r_y-E_pr)$, since $\frac d{dt}\ln p_y=r_y-E_pr$, whose second
    part is the same for all y. At whole t it is `curation` as well.

    Args:
        base: The policy $p_0$ at time 0, a law.
        reward: Reward of each output, finite.
        t: Time, in the inverse unit of the reward.

    Raises:
        ValueError: `base` is no law, or a reward is not finite.

    >>> replicator([0.5, 0.5], [0.0, 1.0], 0.0).tolist()
    [0.5, 0.5]
    """
    return tilt(check_distributions(base, "base"), check_scores(reward, "reward") * t)


def regularised_flow(
    base: Float[Numbers, "outputs"], reward: Float[Numbers, "outputs"], beta: Number, t: Float[Array, ""] | float
) -> Float[Array, "outputs"]:
    r"""Return the policy at time t of the natural gradient flow of the regularised objective J, from $p_0$.

    $p_t\propto p_0\exp\bigl(\tfrac{1-e^{-\beta t}}\beta\,r\bigr)$, since
    $\frac d{dt}\ln\frac{p_y}{p_0(y)}=r_y-\beta\ln\frac{p_y}{p_0(y)}$ plus what is the same for all y: linear. It tends
    to `regularised` at rate $\beta$.

    Args:
        base: Reference policy $p_0$, a law, at time 0 too.
        reward: Reward of each output, finite.
        beta: Temperature $\beta$, above 0.
        t: Time, in the inverse unit of the reward.

    Raises:
        ValueError: One of them is none of these.

    >>> regularised_flow([0.5, 0.5], [1.0, 1.0], 0.5, 3.0).tolist()
    [0.5, 0.5]
    """
    beta = check_temperature(beta)
    return tilt(check_distributions(base, "base"), -jnp.expm1(-beta * t) / beta * check_scores(reward, "reward"))


def curation(base: Float[Numbers, "outputs"], reward: Float[Numbers, "outputs"]) -> Loop:
    r"""Return curated retraining as a loop, $p_{t+1}\propto p_te^{r}$, whose state is the policy (arXiv 2407.09499).

    The expected reward never falls. Closed form: `replicator`, where $\frac d{dt}E_{p_t}r=\mathrm{Var}_{p_t}r$, 0 only
    once all mass has one reward.

    Args:
        base: The policy at the start, a law.
        reward: Reward of each output, finite.

    Raises:
        ValueError: `base` is no law, or a reward is not finite.

    >>> curation([0.5, 0.5], [0.0, 0.0]).step(None, jnp.array([0.25, 0.75])).round(12).tolist()
    [0.25, 0.75]
    """
    base, reward = check_distributions(base, "base"), check_scores(reward, "reward")
    return Loop(lambda key: base, lambda key, p: tilt(p, reward))


def check_temperature(beta: Batch) -> Float[Array, "*batch"]:
    """Return the temperature as positive floats; a traced bad one becomes NaN.

    Raises:
        ValueError: It is not positive and finite, or below the normal floats, by which XLA does not divide.

    >>> float(check_temperature(0.5))
    0.5
    """
    return check_positive(beta, "beta (a temperature)", above=float(np.finfo(float).tiny))
