r"""What a policy over styled responses has taken up, of right answers and of a marker that means nothing."""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from infoloop.learners.parametric_policies import LogPolicy
from infoloop.learners.policy_outcomes import first_at
from infoloop.learning.component_order_rates import relative_lead
from infoloop.probability.array_types import Numbers
from infoloop.probability.numerics import LOG2E, divergence_terms
from infoloop.worlds.finite_worlds import World, right_outputs
from infoloop.worlds.styled_instructions import MARKER


class StyledOutcomes(NamedTuple):
    r"""Means over questions.

    Attributes:
        proxy: Gain over the base in the reward.
        accuracy: Probability of a right answer.
        marker: Probability of the marker, junk included.
        divergence: $D(\pi\|\pi_0)$, in nats.
    """

    proxy: Float[Array, "..."]
    accuracy: Float[Array, "..."]
    marker: Float[Array, "..."]
    divergence: Float[Array, "..."]


def styled_outcomes(
    world: World,
    rule: Int[Array, ""] | int,
    base: Float[Array, "questions outputs"],
    reward: Float[Array, "questions outputs"],
    log_policy: LogPolicy,
) -> StyledOutcomes:
    """Return what a policy does under the rule, beside what the reward says of it.

    Args:
        world: A `styled_world`.
        rule: Number of the rule.
        base: Probabilities of all outputs before training.
        reward: Reward of all outputs.
        log_policy: Log-probabilities after it.

    >>> import jax
    >>> from infoloop.worlds.styled_instructions import styled_world
    >>> world = styled_world(jax.random.key(0), tasks=0, domains=1)
    >>> law = jnp.full(world.classes.shape, 1 / 81)
    >>> found = styled_outcomes(world, 5, law, 1.0 * right_outputs(world, 5), jnp.log(law))
    >>> [abs(round(float(x), 6)) for x in found]
    [0.0, 0.098765, 0.333333, 0.0]
    """
    law, marked = jnp.exp(log_policy), world.outputs[:, MARKER] == 1
    return StyledOutcomes(
        proxy=((law - base) * reward).sum(axis=1).mean(),
        accuracy=(law * right_outputs(world, rule)).sum(axis=1).mean(),
        marker=(law * marked).sum(axis=1).mean(),
        divergence=divergence_terms(law, base).sum(axis=1).mean() / LOG2E,
    )


def share_gained(values: Float[Numbers, "*batch looks"]) -> Float[Array, "*batch looks"]:
    r"""Return $\frac{p_t-p_0}{1-p_0}$: what has been gained since the first look, of all that there was to gain.

    Args:
        values: A probability at each look.

    >>> share_gained(jnp.array([0.5, 0.75, 1.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    p = jnp.asarray(values, float)
    return (p - p[..., :1]) / (1 - p[..., :1])


def lead_on_the_way(
    share: Float[Array, ""] | float,
    way: Float[Array, "looks"],
    first: Float[Array, "looks"],
    second: Float[Array, "looks"],
) -> Float[Array, ""]:
    """Return the `relative_lead` of the first over the second where a share of the way is first gone.

    Args:
        share: Of the way.
        way: Share of it that is gone at each look.
        first: What has been taken up of the first component, at each look.
        second: The same of the second.

    Returns:
        The lead, on the line between two looks; NaN where so much of the way is never gone.

    >>> way = jnp.array([0.0, 0.5, 1.0])
    >>> float(lead_on_the_way(0.25, way, jnp.array([0.0, 0.75, 1.0]), jnp.array([0.0, 0.25, 1.0])))
    0.5
    """
    return relative_lead(first_at(share, way, first), first_at(share, way, second))
