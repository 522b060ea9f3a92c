r"""Two runs of unequal attempts at each problem: numbers that do not hang on how many there are, and an exact test.

Of n attempts with k passes, a number of g of them is looked at in the mean over all subsets of g: their entropy, or
whether they are all equal. Its expectation is that of g attempts, whatever n is, so that two runs are compared at the
g that both have.

If a problem has one pass rate in both runs and attempts are independent, then given its $K_i$ passes in both the
second run has a hypergeometric number of them, and problems are independent. The sum over problems of the differences
of such a number has the mean 0 under that law, with which it is compared: with B draws and m of them as large,
$p=\frac{1+m}{1+B}$ is exact. Problems of the same counts are drawn at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.estimators import verdict_entropy
from infoloop.verdict_logs.log_binomials import log_choose

_KEY = 20_240_229
_FEWEST_DRAWS, _MOST_DRAWS = 999, 49_999
_MOST_CELLS = 2_000_000  # kinds of problems times draws
SubsetValue = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


class PairedCounts(NamedTuple):
    """Passes and attempts of each problem in two runs, and the attempts that both are looked at with."""

    passes: tuple[np.ndarray, np.ndarray]
    attempts: tuple[np.ndarray, np.ndarray]
    size: np.ndarray


def subset_entropy(passes: np.ndarray, attempts: np.ndarray, size: np.ndarray) -> np.ndarray:
    r"""Return the entropy h(j/g) of the verdicts of g attempts, in the mean over subsets of g, in bits a verdict.

    Args:
        passes: k, whole numbers.
        attempts: n.
        size: g, from 1 to n.

    >>> subset_entropy(np.array([2]), np.array([4]), np.array([2])).round(12).tolist()
    [0.666666666667]
    """
    k, n, g = (np.asarray(x, float) for x in np.broadcast_arrays(passes, attempts, size))
    found = np.zeros(k.shape)
    for j in range(1, int(g.max(initial=0))):
        found += subset_law(j, k, n, g) * verdict_entropy(np.minimum(j / g, 1))
    return found


def subset_law(right: ArrayLike, passes: ArrayLike, attempts: ArrayLike, size: ArrayLike) -> np.ndarray:
    r"""Return the share of subsets of g of n attempts with j of the k passes: $\binom kj\binom{n-k}{g-j}/\binom ng$.

    Args:
        right: j.
        passes: k, whole numbers.
        attempts: n.
        size: g, from 1 to n.

    >>> subset_law(np.arange(3), 2, 4, 2).round(12).tolist()
    [0.166666666667, 0.666666666667, 0.166666666667]
    """
    j, k, n, g = (np.asarray(x, float) for x in np.broadcast_arrays(right, passes, attempts, size))
    return np.exp(log_choose(k, j) + log_choose(n - k, g - j) - log_choose(n, g))


def exchange_p_value(counts: PairedCounts, value: SubsetValue, delta: float) -> float:
    """Return the exact two-sided p-value of the sum of differences, if each problem has one rate in both runs.

    Args:
        counts: Of each problem in both runs.
        value: From passes, attempts and the common number of attempts to a number.
        delta: The risk, which the least p-value is far below.

    >>> few, many = np.full(20, 4), np.full(20, 8)
    >>> rate = lambda k, n, g: k / n
    >>> exchange_p_value(PairedCounts((np.zeros(20, int), many), (few, many), few), rate, 0.05)
    0.001
    """
    (k1, k2), (n1, n2) = counts.passes, counts.attempts
    draws = min(max(_FEWEST_DRAWS, math.ceil(50 / delta) - 1), _MOST_DRAWS)
    kinds, place, alike = np.unique(
        np.stack([n1, n2, k1 + k2, counts.size]), axis=1, return_inverse=True, return_counts=True
    )
    tested = np.argsort(-alike * ((kinds[2] > 0) & (kinds[2] < kinds[0] + kinds[1])), kind="stable")
    tested = tested[: max(1, _MOST_CELLS // draws)]
    gaps = value(k2, n2, counts.size) - value(k1, n1, counts.size)
    seen = float(gaps[np.isin(place.ravel(), tested)].sum())
    draw, sums, most = np.random.default_rng(_KEY), np.zeros(draws), 0.0
    for many, (a, b, both, size) in zip(alike[tested].tolist(), kinds[:, tested].T.tolist(), strict=True):
        second = np.arange(max(0, both - a), min(b, both) + 1)
        law = subset_law(second, both, a + b, b)
        sizes = np.full(second.size, size)
        moved = value(second, np.full(second.size, b), sizes) - value(both - second, np.full(second.size, a), sizes)
        sums += draw.multinomial(many, law / law.sum(), draws) @ moved
        most += many * float(abs(moved).max())
    slack = rounding(len(k1) + draws) * (1 + most)  # draws that are as large but for rounding count
    return float((1 + (abs(sums) >= abs(seen) - slack).sum()) / (1 + draws))
