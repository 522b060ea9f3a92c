"""The share of independent seeds of which something is so, with its exact interval (Clopper & Pearson 1934)."""

from typing import NamedTuple

import numpy as np
import scipy.stats
from jaxtyping import Bool


class SeedShare(NamedTuple):
    """A share of independent seeds with its exact interval, and how many seeds there are."""

    right: float
    low: float
    high: float
    seeds: int


def share_over_seeds(holds: Bool[np.ndarray, "seeds"], level: float = 0.95) -> SeedShare:
    """Return the share of seeds of which something holds; of no seeds, 0 with the interval from 0 to 1.

    Args:
        holds: Whether it does, one entry a seed.
        level: Level of the interval.

    >>> [round(x, 3) for x in share_over_seeds(np.arange(24) < 12)]
    [0.5, 0.291, 0.709, 24]
    """
    right, seeds = int(np.sum(holds)), len(holds)
    if not seeds:
        return SeedShare(0.0, 0.0, 1.0, 0)
    low, high = scipy.stats.binomtest(right, seeds).proportion_ci(level, method="exact")
    return SeedShare(right / seeds, float(low), float(high), seeds)
