"""All multisets of a number of draws, each with the number of orders in which it comes, listed on the host."""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from infoloop.probability.channel_families import compositions
from infoloop.probability.validation import check_int

MOST_MULTISETS = 2_000_000  # that one enumeration lists; the table of counts then takes 16 MB a kind
_MOST_DIGITS = 700  # e^700 orders are a float


class Multisets(NamedTuple):
    r"""All multisets of n draws of K kinds.

    Attributes:
        counts: Counts c of the kinds, one row a multiset.
        orders: The number of orders of its members, $n!/\prod c_k!$.
    """

    counts: Float[np.ndarray, "multisets kinds"]
    orders: Float[np.ndarray, "multisets"]


def multisets(
    kinds: int,
    draws: int,
    most: int = MOST_MULTISETS,
    words: str = "{draws} draws of {kinds} kinds",
    instead: str = "draw them",
) -> Multisets:
    """Return all multisets of so many draws of some kinds; the last few lists are kept.

    Args:
        kinds: K, at least 1.
        draws: n, at least 1.
        most: More multisets than these are refused.
        words: What the message calls them.
        instead: What it proposes in place of the sum.

    Raises:
        ValueError: There are more multisets, or too many orders for a float.

    >>> multisets(2, 2).orders.tolist()
    [1.0, 2.0, 1.0]
    >>> multisets(12, 64)
    Traceback (most recent call last):
    ValueError: 64 draws of 12 kinds are 4,898,229,264,825 multisets, more than fit (2,000,000): take fewer...
    """
    kinds, draws = check_int(kinds, "kinds"), check_int(draws, "draws")
    number = math.comb(draws + kinds - 1, kinds - 1)
    if number > most or draws * math.log(kinds) > _MOST_DIGITS:
        reason = f"{number:,} multisets, more than fit ({most:,})" if number > most else "in too many orders for floats"
        raise ValueError(
            f"{words.format(draws=f'{draws:,}', kinds=f'{kinds:,}')} are {reason}: take fewer, or {instead}"
        )
    return _listed(kinds, draws)


@lru_cache(maxsize=32)
def _listed(kinds, draws):
    counts = compositions(draws, kinds)
    factorials = np.array([math.factorial(n) for n in range(draws + 1)], dtype=object)
    orders = factorials[draws] // factorials[counts].prod(1)
    found = Multisets(counts.astype(float), orders.astype(float))
    for array in found:
        array.flags.writeable = False
    return found
