r"""pass@k of the problems of a verdict log: the share of problems that one of k attempts passes, with an interval.

Of problem i, $k_i$ of $n_i$ attempts passed. $1-\binom{n_i-k_i}k/\binom{n_i}k$ estimates $1-(1-p_i)^k$ without bias
(arXiv 2107.03374), for every k up to $n_i$; beyond it nothing does (`learning.pass_at_k`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from infoloop.verdict_logs.estimators import check_confidence, pooled_interval

MOST_ATTEMPTS = 1024  # k in the table of a log
_HALVINGS = 60


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
    return tuple(pass_estimate(passes, attempts, k, confidence) for k in asked)


def pass_estimate(passes: ArrayLike, attempts: ArrayLike, k: int, confidence: float = 0.95) -> PassEstimate:
    r"""Return the estimate of pass@k of these problems, and an interval for it.

    The estimates of Q problems are independent and in [0, 1], so that their mean is above x with the probability
    $e^{-Q\,D(x\|\mu)}$ at most, if $\mu<x$ is pass@k (Hoeffding 1963, theorem 1), and below likewise; and one verdict
    moves the estimate of its problem by $\frac k{n_i}$ at most, so that the sum is off by s with the probability
    $2e^{-2s^2/\sum v_i}$ at most, $v_i=\min(\frac{k^2}{n_i},1)$ (McDiarmid 1989). Each takes half of the risk. At
    k = 1, with as many attempts at each problem, it is `pooled_interval`.

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
    delta = check_confidence(confidence)
    pooled = pooled_interval(passes, attempts, confidence)  # which checks the counts
    c, n = np.asarray(passes, int), np.asarray(attempts, int)
    if k < 1:
        raise ValueError(f"k is {k}: give a whole number from 1 on")
    if k > n.min():
        why = "no unbiased estimator of pass@k exists for k > n; ask for less"
        raise ValueError(f"k is {k} and a problem has n = {n.min()} attempts: {why}")
    kinds, of_kind = np.unique(np.stack([c, n]), axis=1, return_counts=True)
    misses = np.array([math.comb(b - a, k) / math.comb(b, k) for a, b in kinds.T.tolist()])
    estimate = float(of_kind @ (1 - misses) / n.size)
    if k == 1 and (n == n[0]).all():
        return PassEstimate(k, estimate, *pooled)
    moved = math.sqrt(math.log(4 / delta) / 2 * float(np.minimum(k**2 / n, 1).sum())) / n.size
    most = math.log(4 / delta) / n.size
    low, high = 1 - largest_mean(1 - estimate, most), largest_mean(estimate, most)
    return PassEstimate(k, estimate, max(low, estimate - moved), min(high, estimate + moved))


def largest_mean(seen: float, most: float) -> float:
    r"""Return the largest $\mu\ge x$ with $D(x\|\mu)$ at most so many nats, from outside.

    The mean x of n independent numbers in [0, 1] whose mean is expected to be $\mu$ is $\mu$ or less with
    $D(x\|\mu)\ge\frac1n\ln\frac1\delta$ with the probability $\delta$ at most (Hoeffding 1963, theorem 1).

    Args:
        seen: x, in [0, 1].
        most: $\frac1n\ln\frac1\delta$.

    >>> round(largest_mean(0.0, 0.1), 4), largest_mean(1.0, 0.1)
    (0.0952, 1.0)
    """
    low, high = seen, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        inside = _divergence(seen, middle) <= most
        low, high = (middle, high) if inside else (low, middle)
    return high


def _divergence(x: float, mu: float) -> float:
    parts = ((x, mu), (1 - x, 1 - mu))
    return math.inf if any(p and not q for p, q in parts) else sum(p * math.log(p / q) for p, q in parts if p)
