r"""Groups of G outputs as multisets of kinds: the moments of what a rule makes of them, as sums over all multisets.

No group is drawn: a multiset of counts c has the probability $\frac{G!}{\prod c_k!}\prod m_k^{c_k}$.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from infoloop.learning.policy_gradient.advantage_rules import AdvantageRule
from infoloop.learning.policy_gradient.group_advantages import advantages
from infoloop.learning.policy_gradient.reward_kinds import Kinds
from infoloop.probability.array_types import Numbers
from infoloop.probability.numerics import nan_unless
from infoloop.probability.unordered_draws import MOST_MULTISETS, Multisets, multisets
from infoloop.probability.validation import check_choice, check_distributions, check_int

PARTS = ("all", "all wrong", "mixed", "all right")
_CHUNK = 256  # multisets at once, which bounds the memory of a batch


class GroupMoments(NamedTuple):
    r"""Moments over all groups of what a rule makes of them, with counts c and advantages a by kind.

    Attributes:
        weight: $W_k=E[c_ka_k]/G$.
        positive: $E[c_k\max(a_k,0)]/G$, of positive advantages alone.
        square: $Q_k=E[c_ka_k^2]/G^2$.
        product: $R_{kl}=E[c_kc_la_ka_l]/G^2$.
        kept: Probability that a group is kept, and not drawn again.
    """

    weight: Float[Array, "*batch kinds"]
    positive: Float[Array, "*batch kinds"]
    square: Float[Array, "*batch kinds"]
    product: Float[Array, "*batch kinds kinds"]
    kept: Float[Array, "*batch"]


def group_moments(
    rule: AdvantageRule,
    masses: Float[Numbers, "kinds"],
    kinds: Kinds,
    size: int,
    among: str = "all",
    most: int = MOST_MULTISETS,
) -> GroupMoments:
    r"""Return the moments of a rule over all groups of G outputs, drawn independently.

    Where the rule draws groups again they are those of the groups that are kept, and NaN if none is. Multisets are
    summed in chunks: the memory of a batch (`vmap`) is that of 256 of them.

    Args:
        rule: The rule.
        masses: Mass of each kind, a law.
        kinds: What the kinds are.
        size: G, the size of a group.
        among: The part of the expectations that comes from groups that are "all wrong", "mixed" or "all right"; the
            three add up to "all".
        most: More multisets than these are refused.

    Raises:
        ValueError: `masses` is no law, G is below the least of the rule, or there are too many multisets; and for
            another word.

    >>> two = Kinds(jnp.array([1.0, 0.0]), jnp.zeros(2), jnp.array([1.0, 0.0]), jnp.ones(2))
    >>> from infoloop.learning.policy_gradient.advantage_rules import grpo
    >>> group_moments(grpo(), [0.5, 0.5], two, 2).weight.tolist()
    [0.25, -0.25]
    """
    check_choice(among, "among", PARTS)
    found = _checked(rule, masses, kinds, size, (among,), most)
    return jax.tree.map(lambda x: x[0], found._replace(kept=found.kept[None]))


def group_shares(
    rule: AdvantageRule, masses: Float[Numbers, "kinds"], kinds: Kinds, size: int, most: int = MOST_MULTISETS
) -> GroupMoments:
    r"""Return the parts of the moments that come from groups "all wrong", "mixed" and "all right", in one pass.

    Args:
        rule: The rule.
        masses: Mass of each kind, a law.
        kinds: What the kinds are.
        size: G, the size of a group.
        most: More multisets than these are refused.

    Returns:
        `group_moments` of the three parts, along a leading axis; the probability of being kept is that of any group.

    Raises:
        ValueError: As `group_moments` does.

    >>> two = Kinds(jnp.array([1.0, 0.0]), jnp.zeros(2), jnp.array([1.0, 0.0]), jnp.ones(2))
    >>> from infoloop.learning.policy_gradient.advantage_rules import grpo
    >>> group_shares(grpo(), [0.5, 0.5], two, 2).weight.tolist()
    [[0.0, 0.0], [0.25, -0.25], [0.0, 0.0]]
    """
    return _checked(rule, masses, kinds, size, PARTS[1:], most)


def _checked(rule, masses, kinds, size, parts, most):
    size, masses = check_size_for(rule, size), check_distributions(masses, "masses")
    _groups(masses.shape[-1], size, most)  # or says that they are too many
    return _moments(rule, masses, kinds, size, parts, most)


def _groups(kinds, size, most=MOST_MULTISETS):
    instead = "draw groups (policy_gradient.sampled_updates)"
    return multisets(kinds, size, most, "groups of {draws} of {kinds} kinds", instead)


@partial(jax.jit, static_argnames=("size", "parts", "most"))
def _moments(rule, masses, kinds, size, parts, most):
    total = _in_chunks(partial(_sums, rule, masses, kinds, size, parts), multisets(len(masses), size, most))
    if rule.redrawn == "never":
        return total
    share = nan_unless(total.kept > 0, total.kept)
    return jax.tree.map(lambda x: x / share, total)._replace(kept=share)


def _in_chunks(terms, listed):
    """Return the sum of terms over all multisets, 256 at a time; derivatives compute a chunk again, and keep none."""
    number = len(listed.orders)
    if number <= _CHUNK:
        return terms(listed)
    chunks = -(-number // _CHUNK)
    missing = chunks * _CHUNK - number  # made up by multisets in no order
    counts = np.concatenate([listed.counts, np.repeat(listed.counts[-1:], missing, axis=0)])
    orders = np.concatenate([listed.orders, np.zeros(missing)])
    parts = Multisets(counts.reshape(chunks, _CHUNK, -1), orders.reshape(chunks, _CHUNK))

    @jax.checkpoint
    def added(total, part):
        return jax.tree.map(jnp.add, total, terms(part)), None

    start = jax.tree.map(lambda x: jnp.zeros(x.shape), jax.eval_shape(terms, Multisets(*(x[0] for x in parts))))
    return lax.scan(added, start, parts)[0]


def _sums(rule, masses, kinds, size, parts, listed):
    """Return the moments over some multisets, each with its probability, before any division by that of being kept."""
    counts = jnp.asarray(listed.counts)
    found, kept = jax.vmap(lambda c: advantages(rule, kinds, c, size))(counts)
    probability = jnp.where(kept, _chances(masses, listed, size), 0.0)
    right = counts @ kinds.right
    among = {"all": right == right, "all wrong": right == 0, "all right": right == size}
    among["mixed"] = (right > 0) & (right < size)
    seen = jnp.where(jnp.stack([among[part] for part in parts]), probability, 0.0)
    weighted = counts * found / size
    return GroupMoments(
        seen @ weighted,
        seen @ jnp.where(found > 0, weighted, 0.0),
        seen @ (weighted * found) / size,
        jnp.einsum("pm,mk,ml->pkl", seen, weighted, weighted, precision=lax.Precision.HIGHEST),
        probability.sum(),
    )


def _chances(masses, listed, size):
    """Return the probabilities of multisets from powers of the masses: at mass 0 the slope is right too."""
    steps = jnp.concatenate([jnp.ones((len(masses), 1)), jnp.repeat(masses[:, None], size, axis=1)], axis=1)
    powers = jnp.cumprod(steps, axis=1)
    chosen = powers[jnp.arange(len(masses)), jnp.asarray(listed.counts, int)]
    return jnp.asarray(listed.orders) * chosen.prod(axis=1)


def check_size_for(rule: AdvantageRule, size: int) -> int:
    """Return the size of a group, which is at least what the rule needs.

    Args:
        rule: The rule.
        size: G.

    Raises:
        ValueError: It is less, or no whole number.

    >>> from infoloop.learning.policy_gradient.advantage_rules import rloo
    >>> check_size_for(rloo(), 2)
    2
    """
    return check_int(size, "size (outputs in a group)", rule.least_size)
