r"""The sampled version of `update_terms`: clipping, KL estimators and natural gradients of groups that are drawn.

A key draws the same outputs here as in `sampled_updates`, where groups are not drawn again.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key, PyTree

from infoloop.learning.policy_gradient.advantage_rules import AdvantageRule
from infoloop.learning.policy_gradient.reward_kinds import OutputKinds
from infoloop.learning.policy_gradient.sampled_updates import (
    draw_outputs,
    drawn_advantages,
    member_scores,
    sampled_update,
)
from infoloop.learning.policy_gradient.score_statistics import LogitsMap, log_policy
from infoloop.learning.policy_gradient.update_terms import check_base, check_bounds, check_law, natural_update
from infoloop.probability.array_types import Number, Numbers
from infoloop.probability.arrays import log_ratio
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_choice, check_finite, check_int

_ESTIMATORS = ("k1", "k2", "k3")


def sampled_clipped_update(
    key: Key[Array, ""],
    rule: AdvantageRule,
    logits_of: LogitsMap,
    parameters: PyTree,
    old: Float[Numbers, "outputs"],
    outputs: OutputKinds,
    size: int,
    groups: int = 1,
    low: Number = 0.2,
    high: Number = 0.2,
) -> PyTree:
    r"""Return the gradients of PPO's clipped objective on groups that are drawn from an old policy (arXiv 1707.06347).

    $\frac1G\sum_i\rho_iA_ig_i$ with ratios $\rho=\pi/\pi_{old}$ of whole outputs, over members with $A_i>0$ and
    $\rho_i\le1+b$, and with $A_i<0$ and $\rho_i\ge1-a$: on average `update_terms.clipped_update`.

    Args:
        key: A key of `jax.random`.
        rule: What makes advantages.
        logits_of: parameters -> logits of all outputs.
        parameters: Any pytree of floats.
        old: The law $\pi_{old}$ from which groups are drawn.
        outputs: The outputs and their kinds.
        size: G, the size of a group.
        groups: How many groups.
        low: a, in [0, 1].
        high: b, at least 0.

    Returns:
        A pytree like the parameters, with a leading axis of groups; NaN for a group that the rule does not keep.

    Raises:
        ValueError: One of them is none of these.

    >>> from infoloop.learning.policy_gradient.advantage_rules import reinforce
    >>> from infoloop.learning.policy_gradient.reward_kinds import output_kinds
    >>> one = output_kinds([1.0])
    >>> sampled_clipped_update(jax.random.key(0), reinforce(), lambda z: z, jnp.zeros(1), [1.0], one, 2, 3).tolist()
    [[0.0], [0.0], [0.0]]
    """
    policy = jnp.exp(log_policy(logits_of, parameters))
    old, (low, high) = check_law(old, policy, "old"), check_bounds(low, high)
    members, found, kept = drawn_advantages(key, rule, old, outputs, size, groups)
    ratio = policy[members] / old[members]
    passes = jnp.where(found > 0, ratio <= 1 + high, ratio >= 1 - low)
    weights = jnp.where(passes, ratio * found, 0.0) / size
    return member_scores(logits_of, parameters, members, nan_unless(kept[:, None], weights))


def sampled_kl_update(
    key: Key[Array, ""],
    logits_of: LogitsMap,
    parameters: PyTree,
    base: Float[Numbers, "outputs"],
    beta: Number,
    estimator: str,
    size: int,
    groups: int = 1,
) -> PyTree:
    r"""Return the updates of a KL penalty that is estimated from outputs drawn from the policy, and differentiated.

    $-\frac\beta G\sum_iw_ig_i$ with $u=\pi_0/\pi$: w is 1 for k1, $-\ln u$ for k2 and $1-u$ for k3. Their means are
    those of `update_terms.kl_update`: 0, the exact one, and that of the other direction.

    Args:
        key: A key of `jax.random`.
        logits_of: parameters -> logits of all outputs.
        parameters: Any pytree of floats.
        base: The law $\pi_0$, with mass on every output that the policy has (but for k1 and k3).
        beta: Weight $\beta$ of the penalty, at least 0, in the unit of the reward.
        estimator: "k1", "k2" or "k3" (Schulman 2020).
        size: G, the size of a group.
        groups: How many groups.

    Returns:
        A pytree like the parameters, with a leading axis of groups, to be added to an update.

    Raises:
        ValueError: One of them is none of these.

    >>> sampled_kl_update(jax.random.key(0), lambda z: z, jnp.zeros(1), [1.0], 1.0, "k3", 2, 3).tolist()
    [[0.0], [0.0], [0.0]]
    """
    check_choice(estimator, "estimator", _ESTIMATORS)
    size, groups = check_int(size, "size (outputs in a group)"), check_int(groups, "groups")
    policy = jnp.exp(log_policy(logits_of, parameters))
    base, beta = check_base(base, policy, estimator), check_finite(beta, "beta", 0.0)
    members = draw_outputs(key, policy, size, groups)
    if estimator == "k1":
        loss = jnp.ones_like(policy)
    elif estimator == "k2":
        loss = log_ratio(policy, base)
    else:
        some = policy > 0  # others are never drawn
        loss = 1 - jnp.where(some, base, 1.0) / jnp.where(some, policy, 1.0)
    return member_scores(logits_of, parameters, members, -beta * loss[members] / size)


def sampled_natural_update(
    key: Key[Array, ""],
    rule: AdvantageRule,
    logits_of: LogitsMap,
    parameters: PyTree,
    outputs: OutputKinds,
    size: int,
    groups: int = 1,
) -> PyTree:
    r"""Return the natural gradients $F^+U$ of groups that are drawn: on average `natural_update` of the mean update.

    F is that of the policy. With F estimated from the same draws the mean would be another.

    Args:
        key: A key of `jax.random`.
        rule: What makes advantages.
        logits_of: parameters -> logits of all outputs.
        parameters: Any pytree of floats.
        outputs: The outputs and their kinds.
        size: G, the size of a group.
        groups: How many groups.

    Returns:
        A pytree like the parameters, with a leading axis of groups; NaN for a group that the rule does not keep.

    Raises:
        ValueError: As `sampled_update` does.

    >>> from infoloop.learning.policy_gradient.advantage_rules import reinforce
    >>> from infoloop.learning.policy_gradient.reward_kinds import output_kinds
    >>> two = output_kinds([1.0, 1.0])
    >>> sampled_natural_update(jax.random.key(0), reinforce(1.0), lambda z: z, jnp.zeros(2), two, 4, 3).tolist()
    [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    """
    updates = sampled_update(key, rule, logits_of, parameters, outputs, size, groups)
    return jax.vmap(lambda update: natural_update(logits_of, parameters, update))(updates)
