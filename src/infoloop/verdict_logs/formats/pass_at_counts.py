r"""How many of n attempts passed, from the values of pass@k that a log gives instead of the verdicts.

$\mathrm{pass@}k=1-\binom{n-c}k/\binom nk$ where $c$ of $n$ attempts passed (Chen et al. 2021, equation 1). It rises
strictly with $c$ up to $c=n-k$ and is 1 for every larger $c$, so that one $k$ may leave several counts open.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

_MOST_FACTORS = 10**7  # n times k: beyond it the count is called open
_ROUNDING = 1e-10  # the value is a product of at most n rounded factors


def pass_at_values(attempts: int, k: int) -> np.ndarray:
    r"""Return $1-\binom{n-c}k/\binom nk$ for $c=0,\dots,n$ and $1\le k\le n$; 1 where fewer than $k$ attempts failed.

    >>> pass_at_values(4, 2).round(4).tolist()
    [0.0, 0.5, 0.8333, 1.0, 1.0]
    """
    failed = attempts - np.arange(attempts + 1)[:, None] - np.arange(k)  # one factor is 0 where there are fewer than k
    return 1 - (failed / (attempts - np.arange(k))).prod(axis=1)


def count_of_passes(attempts: int, values: Mapping[int, float]) -> int | None:
    """Return the count that all values of pass@k agree on; None where several counts do, or none does.

    >>> count_of_passes(4, {2: 0.5}), count_of_passes(4, {2: 1.0}), count_of_passes(4, {2: 1.0, 4: 1.0, 1: 0.75})
    (1, None, 3)
    """
    open_counts = np.ones(attempts + 1, bool)
    for k, value in values.items():
        if attempts * k > _MOST_FACTORS:
            return None
        if 1 <= k <= attempts:
            open_counts &= np.abs(pass_at_values(attempts, k) - value) <= _ROUNDING
        else:  # of fewer than k attempts the tools write 1, or nothing
            open_counts &= value == 1
    found = np.flatnonzero(open_counts)
    return int(found[0]) if len(found) == 1 else None
