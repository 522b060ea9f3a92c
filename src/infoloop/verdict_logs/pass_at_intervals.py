r"""pass@k of the problems of a verdict log: the share of problems that one of k attempts passes, with an interval.

Of problem i, $k_i$ of $n_i$ attempts passed. $1-\binom{n_i-k_i}k/\binom{n_i}k$ estimates $1-(1-p_i)^k$ without bias
(arXiv 2107.03374), for every k up to $n_i$; beyond it nothing does (`learning.pass_at_k`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from infoloop.verdict_logs.disjoint_groups import groups_with_a_pass
from infoloop.verdict_logs.estimators import pooled_interval

MOST_ATTEMPTS = 1024  # k in the table of a log


class PassEstimate(NamedTuple):
    """The estimate of pass@k, a mean over problems, and the ends of its interval."""

    k: int
    estimate: float
    low: float
    high: float


def pass_estimates(
    passes: ArrayLike, attempts: ArrayLike, confidence: float = 0.95, most: int = MOST_ATTEMPTS
) -> tuple[PassEstimate, ...]:
    """Return estimates of pass@k for k = 1, 2, 4, ... up to the least number of attempts, and of that number itself.

    Args:
        passes: whole numbers, one for each problem, from 0 to its attempts.
        attempts: whole numbers from 1 on, as many.
        confidence: of each interval; above 0 and below 1.
        most: the largest k at most, from 1 on: the size of a group where attempts are of several policies.

    Raises:
        ValueError: for counts that are none, and for a confidence or a `most` outside its range.

    >>> [(found.k, round(found.estimate, 4)) for found in pass_estimates([0, 2], [4, 6])]
    [(1, 0.1667), (2, 0.3), (4, 0.4667)]
    """
    if most < 1:
        raise ValueError(f"most is {most}: give a number of attempts from 1 on")
    least = min(most, MOST_ATTEMPTS, int(np.min(attempts)))
    asked = sorted({2**j for j in range(least.bit_length())} | {least})
    return _estimates(passes, attempts, asked, confidence)


def pass_estimate(passes: ArrayLike, attempts: ArrayLike, k: int, confidence: float = 0.95) -> PassEstimate:
    r"""Return the estimate of pass@k of these problems, and an interval for it.

    At k = 1, with as many attempts at each problem, it is `pooled_interval`. Else the attempts are drawn into groups of
    k, no attempt twice, with as many groups of each problem (`disjoint_groups`): those with a pass are independent and
    their share is in the mean pass@k, so that `pooled_interval` of their number holds it, over logs and orders drawn.
    It is widened to hold the estimate, which is the mean of that share over all orders.

    Args:
        passes: whole numbers, one for each problem, from 0 to its attempts.
        attempts: whole numbers from 1 on, as many.
        k: attempts of pass@k, from 1 on.
        confidence: of the interval; above 0 and below 1.

    Raises:
        ValueError: for counts that are none, for a confidence outside its range, and for a k beyond the attempts at a
            problem, of which no estimate without bias exists.

    >>> pass_estimate([0, 2], [4, 6], 5)
    Traceback (most recent call last):
    ValueError: k is 5 and a problem has n = 4 attempts: no unbiased estimator of pass@k exists for k > n; ask for less
    """
    return _estimates(passes, attempts, [k], confidence)[0]


def _estimates(passes: ArrayLike, attempts: ArrayLike, asked: list[int], confidence: float) -> tuple[PassEstimate, ...]:
    pooled = pooled_interval(passes, attempts, confidence)  # which checks the counts
    c, n = np.asarray(passes, int), np.asarray(attempts, int)
    if min(asked) < 1:
        raise ValueError(f"k is {min(asked)}: give a whole number from 1 on")
    if max(asked) > n.min():
        why = "no unbiased estimator of pass@k exists for k > n; ask for less"
        raise ValueError(f"k is {max(asked)} and a problem has n = {n.min()} attempts: {why}")
    kinds, of_kind = np.unique(np.stack([c, n]), axis=1, return_counts=True)
    found = []
    for k, (with_a_pass, groups) in zip(asked, groups_with_a_pass(c, n, asked).tolist(), strict=True):
        misses = np.array([math.comb(b - a, k) / math.comb(b, k) for a, b in kinds.T.tolist()])
        estimate = float(of_kind @ (1 - misses) / n.size)
        low, high = pooled_interval([with_a_pass], [groups], confidence)
        ends = pooled if k == 1 and (n == n[0]).all() else (min(low, estimate), max(high, estimate))
        found.append(PassEstimate(k, estimate, *ends))
    return tuple(found)
