r"""The same updates from groups that are drawn: nothing is enumerated but the logits."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float, Int, Key, PyTree

from infoloop.learning.policy_gradient.advantage_rules import AdvantageRule
from infoloop.learning.policy_gradient.group_advantages import advantages
from infoloop.learning.policy_gradient.reward_kinds import OutputKinds, check_outputs
from infoloop.learning.policy_gradient.score_statistics import (
    LogitsMap,
    log_policy,
    logit_weights,
    weighted_scores,
)
from infoloop.learning.policy_gradient.verdict_groups import check_size_for
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_distributions, check_int

MOST_ROUNDS = 1000  # of redrawing
_MOST_WEIGHTS = 2**21  # of outputs in groups, at once: 16 MB a table


def sampled_update(
    key: Key[Array, ""],
    rule: AdvantageRule,
    logits_of: LogitsMap,
    parameters: PyTree,
    outputs: OutputKinds,
    size: int,
    groups: int = 1,
) -> PyTree:
    r"""Return the updates $U=\frac1G\sum_iA_ig_i$ of groups that are drawn from the policy.

    Args:
        key: A key of `jax.random`.
        rule: What makes advantages.
        logits_of: parameters -> logits of all outputs.
        parameters: Any pytree of floats.
        outputs: The outputs and their kinds.
        size: G, the size of a group.
        groups: How many groups.

    Returns:
        A pytree like the parameters, with a leading axis of groups. Under a rule that redraws, a group that is not kept
        after 1000 rounds is NaN, as all are of a question whose outputs are of one kind.

    Raises:
        ValueError: The logits are not finite, the outputs are not those of the policy, G is below the least of the
            rule, or there is no group.

    >>> from infoloop.learning.policy_gradient.advantage_rules import reinforce
    >>> from infoloop.learning.policy_gradient.reward_kinds import output_kinds
    >>> two = output_kinds([1.0, 1.0])
    >>> sampled_update(jax.random.key(0), reinforce(1.0), lambda z: z, jnp.zeros(2), two, 4, groups=3).tolist()
    [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    """
    policy, size, groups = _settings(rule, logits_of, parameters, size, groups)
    members, found, kept = drawn_advantages(key, rule, policy, outputs, size, groups)
    return member_scores(logits_of, parameters, members, nan_unless(kept[:, None], found / size))


def mean_sampled_update(
    key: Key[Array, ""],
    rule: AdvantageRule,
    logits_of: LogitsMap,
    parameters: PyTree,
    outputs: OutputKinds,
    size: int,
    groups: int = 1,
) -> PyTree:
    r"""Return the mean of the updates that `sampled_update` draws by this key, without making each of them.

    Args:
        key: A key of `jax.random`.
        rule: What makes advantages.
        logits_of: parameters -> logits of all outputs.
        parameters: Any pytree of floats.
        outputs: The outputs and their kinds.
        size: G, the size of a group.
        groups: How many groups.

    Returns:
        A pytree like the parameters; NaN if a group is not kept after 1000 rounds.

    Raises:
        ValueError: As `sampled_update` does.

    >>> from infoloop.learning.policy_gradient.advantage_rules import reinforce
    >>> from infoloop.learning.policy_gradient.reward_kinds import output_kinds
    >>> two = output_kinds([1.0, 1.0])
    >>> mean_sampled_update(jax.random.key(0), reinforce(1.0), lambda z: z, jnp.zeros(2), two, 4, groups=3).tolist()
    [0.0, 0.0]
    """
    policy, size, groups = _settings(rule, logits_of, parameters, size, groups)
    members, found, kept = drawn_advantages(key, rule, policy, outputs, size, groups)
    weights = jax.ops.segment_sum(found.ravel(), members.ravel(), policy.size) / (size * groups)
    return weighted_scores(logits_of, parameters, nan_unless(kept.all(), weights))


def _settings(rule, logits_of, parameters, size, groups):
    size, groups = check_size_for(rule, size), check_int(groups, "groups")
    return jnp.exp(log_policy(logits_of, parameters)), size, groups


def member_scores(
    logits_of: LogitsMap,
    parameters: PyTree,
    members: Int[Array, "groups size"],
    weights: Float[Array, "groups size"],
) -> PyTree:
    r"""Return $\sum_iw_ig_{y_i}$ of each group, with weights w of its members y.

    Weights over outputs, which many groups make a large table, are made some groups at a time.

    Args:
        logits_of: parameters -> logits of all outputs.
        parameters: Any pytree of floats.
        members: Outputs y, in groups.
        weights: w, one for each.

    Returns:
        A pytree like the parameters, with a leading axis of groups.

    Raises:
        ValueError: The logits are not finite.

    >>> member_scores(lambda z: z, jnp.zeros(2), jnp.array([[0, 0], [0, 1]]), jnp.ones((2, 2))).tolist()
    [[1.0, -1.0], [0.0, 0.0]]
    """
    policy = jnp.exp(log_policy(logits_of, parameters))
    _, back = jax.vjp(logits_of, parameters)

    def of_group(group):
        its_members, its_weights = group
        return back(logit_weights(policy, jax.ops.segment_sum(its_weights, its_members, policy.size)))[0]

    at_once = max(1, _MOST_WEIGHTS // policy.size)
    if len(members) <= at_once:
        return jax.vmap(of_group)((members, weights))
    return lax.map(of_group, (members, weights), batch_size=at_once)


def drawn_advantages(
    key: Key[Array, ""],
    rule: AdvantageRule,
    policy: Float[Array, "outputs"],
    outputs: OutputKinds,
    size: int,
    groups: int,
) -> tuple[Int[Array, "groups size"], Float[Array, "groups size"], Bool[Array, "groups"]]:
    r"""Return groups of outputs, the advantages of their members, and whether each group is one that the rule keeps.

    Groups that the rule does not keep are drawn again, up to 1000 times; where all outputs are of one kind, none is.

    Args:
        key: A key of `jax.random`.
        rule: What makes advantages.
        policy: The law $\pi$ of the outputs.
        outputs: The outputs and their kinds.
        size: G, the size of a group.
        groups: How many groups.

    Raises:
        ValueError: `policy` is no law (the advantages of a traced one are NaN), the outputs are not those of the
            policy, G is below the least of the rule, or there is no group.

    >>> from infoloop.learning.policy_gradient.advantage_rules import dr_grpo, modified
    >>> from infoloop.learning.policy_gradient.reward_kinds import output_kinds
    >>> rule, two = modified(dr_grpo(), redrawn="equal rewards"), output_kinds([1.0, 0.0])
    >>> drawn_advantages(jax.random.key(0), rule, jnp.array([0.5, 0.5]), two, 2, 3)[1].sort(axis=1).tolist()
    [[-0.5, 0.5], [-0.5, 0.5], [-0.5, 0.5]]
    """
    policy = check_distributions(policy, "policy")
    return _groups_and_advantages(
        key, rule, policy, check_outputs(outputs, policy.size), check_size_for(rule, size), check_int(groups, "groups")
    )


@partial(jax.jit, static_argnames=("size", "groups"))
def _groups_and_advantages(key, rule, policy, outputs, size, groups):
    is_law = ~jnp.isnan(policy).any()

    def draw(of_round):
        members = draw_outputs(key, policy, size, groups, of_round)
        return members, *member_advantages(rule, outputs, members)

    def redraw(state):
        of_round, (members, found, kept) = state
        again = draw(of_round)
        chosen = (jnp.where(kept[:, None], members, again[0]), jnp.where(kept[:, None], found, again[1]))
        return of_round + 1, (*chosen, kept | again[2])

    def is_open(state):
        return (state[0] < MOST_ROUNDS) & ~state[1][2].all() & is_law

    members, found, kept = draw(0)
    if rule.redrawn != "never":
        members, found, kept = lax.while_loop(is_open, redraw, (1, (members, found, kept)))[1]
    return members, nan_unless(is_law, found), kept & is_law


def member_advantages(
    rule: AdvantageRule, outputs: OutputKinds, members: Int[Array, "groups size"]
) -> tuple[Float[Array, "groups size"], Bool[Array, "groups"]]:
    r"""Return the advantages of the members of groups, and whether the rule keeps each group.

    Args:
        rule: What makes advantages.
        outputs: The outputs and their kinds; nothing is checked.
        members: Outputs, in groups.

    >>> from infoloop.learning.policy_gradient.advantage_rules import dr_grpo
    >>> from infoloop.learning.policy_gradient.reward_kinds import output_kinds
    >>> member_advantages(dr_grpo(), output_kinds([1.0, 0.0]), jnp.array([[0, 1], [1, 1]]))[0].tolist()
    [[0.5, -0.5], [0.0, 0.0]]
    """
    size = members.shape[1]

    def of_group(members):
        features = jax.tree.map(lambda x: x[outputs.kind_of[members]], outputs.kinds)
        return advantages(rule, features, jnp.ones(size), size)

    return jax.vmap(of_group)(members)


def draw_outputs(
    key: Key[Array, ""], policy: Float[Array, "outputs"], size: int, groups: int, of_round: int | Int[Array, ""] = 0
) -> Int[Array, "groups size"]:
    r"""Return groups of outputs that are drawn from the policy.

    Args:
        key: A key of `jax.random`.
        policy: The law $\pi$ of the outputs; nothing is checked.
        size: G, the size of a group.
        groups: How many groups.
        of_round: How often groups were drawn before.

    >>> draw_outputs(jax.random.key(0), jnp.array([1.0, 0.0]), 3, 2).tolist()
    [[0, 0, 0], [0, 0, 0]]
    """
    return jax.random.choice(jax.random.fold_in(key, of_round), policy.size, (groups, size), p=policy)
