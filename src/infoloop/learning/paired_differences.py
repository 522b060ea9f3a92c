"""What paired differences by independent seed say: a bootstrap interval of their mean, and a word by a stated size."""

import numpy as np
from jaxtyping import Float

from infoloop.probability.array_types import Numbers
from infoloop.probability.host_functions import host_only

_DRAWS = 2000


@host_only
def bootstrap_interval(values: Float[Numbers, "seeds"], level: float = 0.95) -> tuple[float, float, float]:
    """Return the mean over seeds and the ends of its percentile bootstrap interval, the same each time.

    Seeds are drawn anew with replacement, 2 000 times (Efron & Tibshirani, An Introduction to the Bootstrap, 1993).

    Args:
        values: A difference by seed, NaN where there is none; such seeds are left out.
        level: Coverage that is aimed at.

    Raises:
        ValueError: No seed has a value.

    >>> bootstrap_interval([0.25, 0.25])
    (0.25, 0.25, 0.25)
    """
    given = np.asarray(values, float)
    kept = given[~np.isnan(given)]
    if not kept.size:
        raise ValueError(f"values has {given.size} seeds and none has a difference: give at least one that has")
    drawn = kept[np.random.default_rng(0).integers(kept.size, size=(_DRAWS, kept.size))].mean(axis=1)
    low, high = np.quantile(drawn, ((1 - level) / 2, (1 + level) / 2))
    return float(kept.mean()), float(low), float(high)


@host_only
def said_by_differences(values: Float[Numbers, "seeds"], size: float, most_missing: float = 0.25) -> str:
    """Return "more", "less", "alike" or "undecided", by where the interval of the mean lies.

    Args:
        values: A difference by seed, NaN where there is none.
        size: The least difference that counts: "more" above it, "less" below its opposite, "alike" between them.
        most_missing: The share of seeds without a difference above which nothing is decided.

    >>> said_by_differences([0.25, 0.25], 0.125), said_by_differences([0.0, 0.0], 0.125)
    ('more', 'alike')
    """
    if np.isnan(np.asarray(values, float)).mean() > most_missing:
        return "undecided"
    _, low, high = bootstrap_interval(values)
    if low > size or high < -size:
        return "more" if low > size else "less"
    return "alike" if -size <= low and high <= size else "undecided"
