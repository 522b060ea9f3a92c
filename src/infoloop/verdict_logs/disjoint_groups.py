r"""Groups of any size drawn from the attempts of a log, no attempt twice, for exact intervals of what groups show.

The attempts at a problem are independent and alike, so that their order may be drawn. Cut into groups of m, those of a
problem with pass rate p are independent, and each has an event (a pass, both verdicts) with a probability f(p). With as
many groups of each problem, the share of groups with the event is in the mean the mean of f over problems, and
`estimators.pooled_interval` of their number is exact.
"""

from __future__ import annotations

import numpy as np

from infoloop.probability.host_functions import host_only

_KEY, _CELLS = 20_240_229, 2 * 10**7  # verdicts that are held at once


@host_only
def draw_order(passes: np.ndarray, attempts: np.ndarray, most: int) -> np.ndarray:
    """Return how many of the first 0, 1, ... m attempts at each problem pass, in an order drawn under a fixed key.

    Args:
        passes: Whole numbers, one for each problem.
        attempts: As many, from 1 on.
        most: m is the least number of attempts, and this at most; less in a log of very many problems.

    >>> draw_order(np.array([0, 3]), np.array([3, 3]), 8).tolist()
    [[0, 0, 0, 0], [0, 1, 2, 3]]
    """
    m = min(int(attempts.min()), most, max(2, _CELLS // len(attempts)))
    draw = np.random.default_rng(_KEY)
    right = draw.hypergeometric(passes, attempts - passes, m)
    order = draw.permuted(np.arange(m) < right[:, None], axis=1)
    return np.concatenate([np.zeros((len(order), 1), np.int32), np.cumsum(order, 1, dtype=np.int32)], axis=1)


@host_only
def passes_of_groups(order: np.ndarray, size: int) -> np.ndarray:
    """Return the passes of the disjoint groups of a size, problems by groups; the rest of the attempts is left out.

    Args:
        order: From `draw_order`.
        size: Of a group, at most m.

    >>> passes_of_groups(np.array([[0, 1, 1, 2, 2, 2]]), 2).tolist()
    [[1, 1]]
    """
    return np.diff(order[:, ::size], axis=1)
