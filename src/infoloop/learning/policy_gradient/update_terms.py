r"""What is added to an update or made of it: clipping against an old policy, a KL penalty, the natural gradient."""

import jax.numpy as jnp
from jax import lax
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float, PyTree

from infoloop.learning.policy_gradient.advantage_rules import AdvantageRule
from infoloop.learning.policy_gradient.reward_kinds import OutputKinds, mass_by_kind
from infoloop.learning.policy_gradient.score_statistics import LogitsMap, log_policy, scores, weighted_scores
from infoloop.learning.policy_gradient.verdict_groups import group_moments
from infoloop.probability.array_types import Number, Numbers
from infoloop.probability.arrays import log_ratio
from infoloop.probability.numerics import rounding
from infoloop.probability.validation import check_choice, check_distributions, check_finite, check_unit_interval

_ESTIMATORS = ("exact", "k1", "k2", "k3")


def clipped_update(
    rule: AdvantageRule,
    logits_of: LogitsMap,
    parameters: PyTree,
    old: Float[Numbers, "outputs"],
    outputs: OutputKinds,
    size: int,
    low: Number = 0.2,
    high: Number = 0.2,
) -> PyTree:
    r"""Return the expected gradient of PPO's clipped objective on groups drawn from an old policy (arXiv 1707.06347).

    The objective is $\frac1G\sum_i\min(\rho_iA_i,\mathrm{clip}(\rho_i,1-a,1+b)A_i)$ with ratios $\rho=\pi/\pi_{old}$
    of whole outputs, so that
    $$\sum_y\pi_yg_y\Bigl(1_{\rho_y\le1+b}\tfrac{W^+_{k(y)}}{m_{k(y)}}-1_{\rho_y\ge1-a}\tfrac{W^-_{k(y)}}{m_{k(y)}}\Bigr)$$
    with the parts $W^\pm$ of positive and negative advantages and the masses m, all under the old policy. It is
    `expected_update` where the policy is the old one.

    Args:
        rule: What makes advantages.
        logits_of: parameters -> logits of all outputs.
        parameters: Any pytree of floats.
        old: The law $\pi_{old}$ from which groups were drawn.
        outputs: The outputs and their kinds.
        size: G, the size of a group.
        low: a, in [0, 1].
        high: b, at least 0.

    Raises:
        ValueError: One of them is none of these.

    >>> from infoloop.learning.policy_gradient.advantage_rules import rloo
    >>> from infoloop.learning.policy_gradient.reward_kinds import output_kinds
    >>> clipped_update(rloo(), lambda z: z, jnp.zeros(2), [0.5, 0.5], output_kinds([1.0, 0.0]), 4).tolist()
    [0.25, -0.25]
    """
    old = check_distributions(old, "old")
    low, high = check_unit_interval(low, "low"), check_finite(high, "high", 0.0)
    mass = mass_by_kind(old, outputs)
    found = group_moments(rule, mass, outputs.kinds, size)
    some = mass > 0
    plus, minus = (
        (jnp.where(some, part, 0.0) / jnp.where(some, mass, 1.0))[outputs.kind_of]
        for part in (found.positive, found.positive - found.weight)
    )
    drawn = old > 0
    ratio = jnp.where(drawn, jnp.exp(log_policy(logits_of, parameters)) / jnp.where(drawn, old, 1.0), 0.0)
    gain = jnp.where(ratio <= 1 + high, plus, 0.0) - jnp.where(ratio >= 1 - low, minus, 0.0)
    return weighted_scores(logits_of, parameters, old * ratio * gain)


def kl_update(
    logits_of: LogitsMap, parameters: PyTree, base: Float[Numbers, "outputs"], beta: Number, estimator: str = "exact"
) -> PyTree:
    r"""Return the expected update of a KL penalty to the base, $-\beta\nabla D(\pi\|\pi_0)$ or what stands for it.

    An estimator that is differentiated as a loss, with samples fixed, has another mean: with $u=\pi_0/\pi$, $-\ln u$
    (k1) has the mean 0, $\frac12\ln^2u$ (k2) the exact one, and $u-1-\ln u$ (k3) that of the other direction,
    $-\beta\nabla D(\pi_0\|\pi)=\beta\sum_y\pi_0(y)g_y$. As a part of the reward, k1 has the exact mean.

    Args:
        logits_of: parameters -> logits of all outputs.
        parameters: Any pytree of floats.
        base: The law $\pi_0$, with mass on every output (but for k1 and k3).
        beta: Weight $\beta$ of the penalty, at least 0, in the unit of the reward.
        estimator: "exact", or the loss "k1", "k2" or "k3" (Schulman 2020).

    Returns:
        A pytree like the parameters, to be added to an update.

    Raises:
        ValueError: One of them is none of these.

    >>> kl_update(lambda z: z, jnp.zeros(2), [0.75, 0.25], 1.0, "k3").tolist()
    [0.25, -0.25]
    """
    base, beta = check_distributions(base, "base"), check_finite(beta, "beta", 0.0)
    check_choice(estimator, "estimator", _ESTIMATORS)
    policy = jnp.exp(log_policy(logits_of, parameters))
    if estimator == "k1":
        weights = jnp.zeros_like(policy)
    elif estimator == "k3":
        weights = beta * base
    else:
        weights = -beta * policy * log_ratio(policy, base)
    return weighted_scores(logits_of, parameters, weights)


def natural_update(logits_of: LogitsMap, parameters: PyTree, update: PyTree) -> PyTree:
    r"""Return the natural gradient $F^+U$, with $F=E[gg^T]$ and its pseudo-inverse (Amari 1998).

    Eigenvalues of F within rounding of 0, relative to the largest, count as 0: these are the directions in which the
    policy does not change.

    Args:
        logits_of: parameters -> logits of all outputs.
        parameters: Any pytree of floats.
        update: U, a pytree like the parameters.

    Returns:
        A pytree like the parameters.

    Raises:
        ValueError: The logits are not finite.

    >>> natural_update(lambda z: z, jnp.zeros(2), jnp.array([0.25, -0.25])).round(12).tolist()
    [0.5, -0.5]
    """
    flat, unravel = ravel_pytree(update)
    g = scores(logits_of, parameters)
    weighted = jnp.exp(log_policy(logits_of, parameters) / 2)[:, None] * g
    _, sizes, rows = jnp.linalg.svd(weighted, full_matrices=False)  # of the root of F: half the digits are lost in F
    some = sizes > rounding(max(g.shape)) * sizes.max()
    along = jnp.matmul(rows, flat, precision=lax.Precision.HIGHEST) / jnp.where(some, sizes, 1.0) ** 2
    return unravel(jnp.matmul(jnp.where(some, along, 0.0), rows, precision=lax.Precision.HIGHEST))


def natural_logits(
    policy: Float[Array, "*batch outputs"], update: Float[Array, "*batch outputs"]
) -> Float[Array, "*batch outputs"]:
    r"""Return the natural gradient of a tabular policy, $U_y/\pi_y$ less its mean over outputs.

    $F=\mathrm{diag}\,\pi-\pi\pi^T$ maps $U_y/\pi_y$ to U where $\sum U=0$, and constants to 0; this is `natural_update`
    of the identity in closed form.

    Args:
        policy: The law $\pi$, with mass on every output.
        update: U, which sums to 0.

    >>> natural_logits(jnp.array([0.5, 0.5]), jnp.array([0.25, -0.25])).tolist()
    [0.5, -0.5]
    """
    per_mass = update / policy
    return per_mass - per_mass.mean(axis=-1, keepdims=True)
