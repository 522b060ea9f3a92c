r"""Training as a loop of updates, exact or sampled: its state is the parameters (`infoloop.loops.loop`)."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import PyTree

from infoloop.learning.policy_gradient.advantage_rules import AdvantageRule
from infoloop.learning.policy_gradient.exact_updates import expected_update
from infoloop.learning.policy_gradient.reward_kinds import OutputKinds
from infoloop.learning.policy_gradient.sampled_updates import mean_sampled_update
from infoloop.learning.policy_gradient.score_statistics import LogitsMap
from infoloop.loops.loop import Loop
from infoloop.probability.array_types import Number
from infoloop.probability.validation import check_positive


def update_loop(update: Callable[..., PyTree], start: PyTree, rate: Number) -> Loop:
    r"""Return the loop $\theta\leftarrow\theta+\eta\,U(\theta)$.

    Args:
        update: key, parameters -> U; an exact one ignores the key.
        start: Parameters at the start.
        rate: Length $\eta$ of a step, above 0.

    Raises:
        ValueError: `rate` is not positive.

    >>> update_loop(lambda key, x: -x, 1.0, 0.25).step(None, 1.0).tolist()
    0.75
    """
    rate, first = check_positive(rate, "rate"), jax.tree.map(jnp.asarray, start)
    return Loop(
        lambda key: first, lambda key, theta: jax.tree.map(lambda x, u: x + rate * u, theta, update(key, theta))
    )


def expected_ascent(
    rule: AdvantageRule, logits_of: LogitsMap, start: PyTree, outputs: OutputKinds, size: int, rate: Number
) -> Loop:
    """Return training on the exact expected update of one question; many are the caller's `vmap`.

    Args:
        rule: What makes advantages.
        logits_of: parameters -> logits of all outputs.
        start: Parameters at the start.
        outputs: The outputs and their kinds.
        size: G, the size of a group.
        rate: Length of a step, above 0.

    Raises:
        ValueError: As `expected_update` does, at the first step; or `rate` is not positive.

    >>> from infoloop.learning.policy_gradient.advantage_rules import rloo
    >>> from infoloop.learning.policy_gradient.reward_kinds import output_kinds
    >>> loop = expected_ascent(rloo(), lambda z: z, jnp.zeros(2), output_kinds([1.0, 0.0]), 4, 2.0)
    >>> loop.step(None, jnp.zeros(2)).tolist()
    [0.5, -0.5]
    """
    return update_loop(lambda key, theta: expected_update(rule, logits_of, theta, outputs, size), start, rate)


def sampled_ascent(
    rule: AdvantageRule,
    logits_of: LogitsMap,
    start: PyTree,
    outputs: OutputKinds,
    size: int,
    rate: Number,
    groups: int = 1,
) -> Loop:
    """Return training on the mean update of some groups that are drawn anew at each step.

    Args:
        rule: What makes advantages.
        logits_of: parameters -> logits of all outputs.
        start: Parameters at the start.
        outputs: The outputs and their kinds.
        size: G, the size of a group.
        rate: Length of a step, above 0.
        groups: Groups a step.

    Raises:
        ValueError: As `sampled_update` does, at the first step; or `rate` is not positive.

    >>> from infoloop.learning.policy_gradient.advantage_rules import reinforce
    >>> from infoloop.learning.policy_gradient.reward_kinds import output_kinds
    >>> loop = sampled_ascent(reinforce(1.0), lambda z: z, jnp.zeros(2), output_kinds([1.0, 1.0]), 4, 1.0)
    >>> loop.step(jax.random.key(0), jnp.zeros(2)).tolist()
    [0.0, 0.0]
    """

    def update(key: Any, theta: PyTree) -> PyTree:
        return mean_sampled_update(key, rule, logits_of, theta, outputs, size, groups)

    return update_loop(update, start, rate)
