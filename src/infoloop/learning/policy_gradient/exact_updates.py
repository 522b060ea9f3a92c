r"""The update of one question under any rule and policy: its exact mean, covariance and total variance.

$U=\frac1G\sum_iA_ig_i$ over G outputs drawn from the policy; formulas in `infoloop.learning.policy_gradient`.
"""

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, PyTree

from infoloop.learning.policy_gradient.advantage_rules import AdvantageRule
from infoloop.learning.policy_gradient.reward_kinds import OutputKinds, mass_by_kind
from infoloop.learning.policy_gradient.score_statistics import (
    LogitsMap,
    log_policy,
    score_moments,
    scores,
    weighted_scores,
)
from infoloop.learning.policy_gradient.verdict_groups import group_moments, group_shares
from infoloop.probability.argument_kinds import kinds_checked


@kinds_checked
def expected_update(
    rule: AdvantageRule, logits_of: LogitsMap, parameters: PyTree, outputs: OutputKinds, size: int, among: str = "all"
) -> PyTree:
    r"""Return $E\,U=\sum_y\pi_y\frac{W_{k(y)}}{m_{k(y)}}g_y$, by one vector-Jacobian product.

    Args:
        rule: What makes advantages.
        logits_of: parameters -> logits of all outputs.
        parameters: Any pytree of floats.
        outputs: The outputs and their kinds.
        size: G, the size of a group.
        among: The part that comes from groups that are "all wrong", "mixed" or "all right"; these add up to "all".

    Returns:
        A pytree like the parameters; NaN where the rule draws groups again and no group is kept, as in a question whose
        outputs are all of one kind.

    Raises:
        ValueError: The logits are not finite, the outputs are not those of the policy, G is below the least of the
            rule, there are too many multisets of kinds, or `among` is another word.

    >>> from infoloop.learning.policy_gradient.advantage_rules import rloo
    >>> from infoloop.learning.policy_gradient.reward_kinds import output_kinds
    >>> expected_update(rloo(), lambda z: z, jnp.zeros(2), output_kinds([1.0, 0.0]), 4).tolist()
    [0.25, -0.25]
    """
    policy = jnp.exp(log_policy(logits_of, parameters))
    mass = mass_by_kind(policy, outputs)
    weight = group_moments(rule, mass, outputs.kinds, size, among).weight
    return weighted_scores(logits_of, parameters, policy * _per_mass(weight, mass)[outputs.kind_of])


def update_shares(
    rule: AdvantageRule, logits_of: LogitsMap, parameters: PyTree, outputs: OutputKinds, size: int
) -> PyTree:
    r"""Return the parts of the expected update that come from groups "all wrong", "mixed" and "all right".

    Args:
        rule: What makes advantages.
        logits_of: parameters -> logits of all outputs.
        parameters: Any pytree of floats.
        outputs: The outputs and their kinds.
        size: G, the size of a group.

    Returns:
        A pytree like the parameters, with a leading axis of the three parts, which add up to `expected_update`.

    Raises:
        ValueError: As `expected_update` does.

    >>> from infoloop.learning.policy_gradient.advantage_rules import dr_grpo
    >>> from infoloop.learning.policy_gradient.reward_kinds import output_kinds
    >>> update_shares(dr_grpo(), lambda z: z, jnp.zeros(2), output_kinds([1.0, 0.0]), 2).tolist()
    [[0.0, 0.0], [0.125, -0.125], [0.0, 0.0]]
    """
    policy = jnp.exp(log_policy(logits_of, parameters))
    mass = mass_by_kind(policy, outputs)
    weights = group_shares(rule, mass, outputs.kinds, size).weight
    of_part = lambda weight: weighted_scores(  # noqa: E731
        logits_of, parameters, policy * _per_mass(weight, mass)[outputs.kind_of]
    )
    return jax.vmap(of_part)(weights)


def update_variance(
    rule: AdvantageRule, logits_of: LogitsMap, parameters: PyTree, outputs: OutputKinds, size: int
) -> Float[Array, ""]:
    r"""Return the total variance $\sum_kQ_k\,\mathrm{tr}V_k+\sum_{kl}(R-WW^T)_{kl}\,\mu_k\cdot\mu_l$ of U.

    No matrix over parameters is made.

    Args:
        rule: What makes advantages.
        logits_of: parameters -> logits of all outputs.
        parameters: Any pytree of floats.
        outputs: The outputs and their kinds.
        size: G, the size of a group.

    Raises:
        ValueError: As `expected_update` does.

    >>> from infoloop.learning.policy_gradient.advantage_rules import dr_grpo
    >>> from infoloop.learning.policy_gradient.reward_kinds import output_kinds
    >>> float(update_variance(dr_grpo(), lambda z: z, jnp.zeros(2), output_kinds([1.0, 0.0]), 2))
    0.03125
    """
    by_kind = score_moments(logits_of, parameters, outputs)
    found = group_moments(rule, by_kind.mass, outputs.kinds, size)
    between = found.product - jnp.outer(found.weight, found.weight)
    alike = jnp.matmul(by_kind.mean, by_kind.mean.T, precision=lax.Precision.HIGHEST)
    return found.square @ by_kind.spread + (between * alike).sum()


def update_covariance(
    rule: AdvantageRule, logits_of: LogitsMap, parameters: PyTree, outputs: OutputKinds, size: int
) -> Float[Array, "parameters parameters"]:
    r"""Return $\mathrm{Cov}\,U=\sum_kQ_kV_k+\mu^T(R-WW^T)\mu$, as large as the square of the parameters.

    Args:
        rule: What makes advantages.
        logits_of: parameters -> logits of all outputs.
        parameters: Any pytree of floats; the matrix is in the order of `jax.flatten_util.ravel_pytree`.
        outputs: The outputs and their kinds.
        size: G, the size of a group.

    Raises:
        ValueError: As `expected_update` does.

    >>> from infoloop.learning.policy_gradient.advantage_rules import dr_grpo
    >>> from infoloop.learning.policy_gradient.reward_kinds import output_kinds
    >>> update_covariance(dr_grpo(), lambda z: z, jnp.zeros(2), output_kinds([1.0, 0.0]), 2).tolist()
    [[0.015625, -0.015625], [-0.015625, 0.015625]]
    """
    policy, g = jnp.exp(log_policy(logits_of, parameters)), scores(logits_of, parameters)
    mass = mass_by_kind(policy, outputs)
    found = group_moments(rule, mass, outputs.kinds, size)
    share = policy * _per_mass(jnp.ones_like(mass), mass)[outputs.kind_of]
    mean = jnp.zeros((mass.size, g.shape[1])).at[outputs.kind_of].add(share[:, None] * g)
    off = g - mean[outputs.kind_of]
    within = jnp.einsum("y,yp,yq->pq", share * found.square[outputs.kind_of], off, off, precision=lax.Precision.HIGHEST)
    between = found.product - jnp.outer(found.weight, found.weight)
    return within + jnp.einsum("kp,kl,lq->pq", mean, between, mean, precision=lax.Precision.HIGHEST)


def _per_mass(weight, mass):
    """Return weights over masses; 0 for a kind without mass, which has no output that could be drawn."""
    return jnp.where(mass > 0, weight, 0.0) / jnp.where(mass > 0, mass, 1.0)
