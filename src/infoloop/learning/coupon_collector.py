r"""What it costs to learn a set of acceptable answers: by demonstrations of its members, or by verdicts on candidates.

Demonstrations are drawn with probabilities $p_1,\dots,p_M$ and collected until each member has been seen (coupon
collector); verdicts are asked in any fixed order until what is left is known. Costs are expected numbers of signals.
"""

import itertools

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Batch, Numbers
from infoloop.probability.host_functions import host_only
from infoloop.probability.validation import check_count, check_distributions, check_int

_MOST = 16  # members: the sum has 2^16 terms, which cancel 5 digits for equal probabilities


@kinds_checked
def collection_time(chances: Float[Numbers, "members"]) -> Float[Array, ""]:
    r"""Return the expected number of draws until each of M members was seen (coupon collector).

    $\sum_{\emptyset\ne A}\frac{(-1)^{|A|+1}}{p(A)}$, by inclusion and exclusion over the last member to appear
    (Flajolet, Gardy & Thimonier 1992). For equal probabilities use `equal_collection_time`, which cancels nothing.

    Args:
        chances: Probability of each member, a law; at most 16 of them.

    Returns:
        Draws; infinite where a member has probability 0.

    Raises:
        ValueError: It is no law, or has more than 16 members.

    >>> float(collection_time([0.5, 0.5]))
    3.0
    """
    p = check_distributions(chances, "chances")
    if p.ndim != 1 or len(p) > _MOST:
        raise ValueError(f"chances has shape {p.shape}: give one law of at most {_MOST} members")
    members = np.array(list(itertools.product((0, 1), repeat=len(p)))[1:])
    signs = 1 - 2 * (members.sum(1) % 2 == 0)
    return jnp.where(p.min() > 0, (signs / (members @ p)).sum(), jnp.inf)


@host_only
@kinds_checked
def equal_collection_time(members: int) -> Float[Array, ""]:
    r"""Return the expected number of draws until each of M equally likely members was seen.

    $M\,H_M=M\sum_{k\le M}\frac1k$: the k-th new one takes $\frac M{M-k+1}$ draws on average.

    Args:
        members: M, at least 1; not traced.

    Raises:
        ValueError: `members` is no whole number, at least 1.

    >>> float(equal_collection_time(2))
    3.0
    """
    m = check_int(members, "members")
    return m * jnp.sum(1 / jnp.arange(m, 0, -1.0))


@kinds_checked
def verdicts_needed(candidates: Batch, members: Batch) -> Float[Array, "*batch"]:
    r"""Return the expected number of verdicts until a set of M among K candidates is known.

    $K-\frac M{K-M+1}-\frac{K-M}{M+1}$. All sets are equally likely and M is known. Asked in any order, the verdicts
    stop where the rest are all alike: the last run of acceptable candidates has expected length $\frac M{K-M+1}$, that
    of others $\frac{K-M}{M+1}$. For M = 1 it is $\frac{K+1}2-\frac1K$. Without knowing M all K verdicts are needed.

    Args:
        candidates: K, whole numbers from 1 on.
        members: M, whole numbers from 0 to K.

    Returns:
        Verdicts; NaN where a traced argument is none of these.

    Raises:
        ValueError: One of them is none of these.

    >>> float(verdicts_needed(2, 1)), float(verdicts_needed(5, 0))
    (1.0, 0.0)
    """
    k, m = check_count(candidates, "candidates", 1), check_count(members, "members", 0)
    others = check_count(k - m, "candidates beyond the members", 0)
    return k - m / (others + 1) - others / (m + 1)
