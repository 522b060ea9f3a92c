r"""The advantages in one group of outputs, under any rule: a pure function of what the group holds.

It serves groups that are enumerated (kinds and their counts) and groups that are drawn (members, each counted once).
"""

from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from infoloop.learning.policy_gradient.advantage_rules import AdvantageRule
from infoloop.learning.policy_gradient.reward_kinds import Kinds
from infoloop.probability.numerics import nan_unless


@partial(jax.jit, static_argnames="size")
def advantages(
    rule: AdvantageRule, kinds: Kinds, counts: Float[Array, "kinds"], size: int
) -> tuple[Float[Array, "kinds"], Bool[Array, ""]]:
    r"""Return the weight of the score of an output of each kind in a group, and whether the group is kept.

    The update of the group is $\frac1G\sum_iA_ig_i$ with scores $g_i$. Differences of rewards are taken to a member of
    the group, so that those of equal outcomes hang on no rounding of the outcome; they are divided by the largest,
    so that no square underflows.

    Args:
        rule: The rule.
        kinds: The K kinds of output.
        counts: How many outputs of each kind the group has; for a list of members, 1 for each.
        size: G, the sum of the counts.

    Returns:
        The advantages $A_k$, divided by lengths as the rule says, of kinds that are in the group (of others, numbers
        without meaning), and whether the group is kept and not drawn again.

    >>> from infoloop.learning.policy_gradient.advantage_rules import dr_grpo
    >>> two = Kinds(jnp.array([1.0, 0.0]), jnp.zeros(2), jnp.array([1.0, 0.0]), jnp.ones(2))
    >>> a, kept = advantages(dr_grpo(), two, jnp.array([1.0, 3.0]), 4)
    >>> a.tolist(), bool(kept)
    ([0.75, -0.25], True)
    """
    here = counts > 0
    dose = jnp.where(_gate_is_open(rule, kinds, counts), rule.dose, 0.0)
    first = jnp.argmax(here)
    gaps = kinds.outcome - kinds.outcome[first] + dose * (kinds.shaping - kinds.shaping[first])
    gaps = jnp.where(here, gaps, 0.0)
    alive = (gaps != 0).any()
    if rule.centring == "constant":
        found = kinds.outcome + dose * kinds.shaping - rule.baseline
        unit = jnp.ones(())
    else:
        largest = jax.lax.stop_gradient(abs(gaps).max())
        unit = jnp.where(alive, largest, 1.0)
        centred = gaps / unit - (counts * gaps).sum() / (size * unit)
        found = centred * (unit * size / (size - 1) if rule.centring == "others" else unit)
    if rule.divisor != "none":
        found = jnp.where(
            alive, found / (unit * _deviation(rule, gaps / unit, counts, size, alive) + rule.epsilon), 0.0
        )
    if rule.lengths == "own":
        found = found / kinds.length
    elif rule.lengths == "group total":
        found = found * size / (counts * kinds.length).sum()
    return nan_unless(~jnp.isnan(kinds.right).any(), found), _is_kept(rule, kinds, counts, size, alive)


def _deviation(rule, gaps, counts, size, alive):
    spread = (counts * (gaps - (counts * gaps).sum() / size) ** 2).sum() / (size - (rule.divisor == "sample"))
    return jnp.sqrt(jnp.where(alive, spread, 1.0))


def _gate_is_open(rule, kinds, counts):
    if rule.gate == "open":
        return jnp.array(True)
    right, wrong = (counts * kinds.right).sum() > 0, (counts * (1 - kinds.right)).sum() > 0
    return right if rule.gate == "some right" else right & wrong


def _is_kept(rule, kinds, counts, size, alive):
    if rule.redrawn == "equal verdicts":
        right = (counts * kinds.right).sum()
        return (right > 0) & (right < size)
    return alive if rule.redrawn == "equal rewards" else jnp.array(True)
