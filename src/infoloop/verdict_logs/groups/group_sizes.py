r"""How large groups must be: the least n for which a wanted share of groups is live, the mean of $1-p^n-(1-p)^n$.

For n up to the attempts at each problem the mean is estimated without bias, by the share of groups of n, drawn from the
attempts at a problem, that have both verdicts; beyond them by the law of rates that fits the counts best
(`rate_mixtures.fit_mixture`), as nothing is unbiased there. Intervals are exact, but for a grid of rates: the least and
the largest mean over all laws of rates that the counts leave possible (`rate_mixtures.rate_region`), for all n at once.
They often have no upper end, for counts cannot tell a problem that is never solved from one that seldom is; the
interval under a Beta law of rates is shorter, and approximate (`beta_fits`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import Tally
from infoloop.verdict_logs.groups.beta_fits import fit_beta
from infoloop.verdict_logs.groups.dead_groups import unanimous_share
from infoloop.verdict_logs.groups.rate_mixtures import RATES, RateRegion, bound_mean, fit_mixture, rate_region

MOST_SIZE = 256
LEFT_OUT = 0.1  # share of problems, those with the fewest attempts, that may be left out for more attempts at the rest


class LiveShare(NamedTuple):
    """The share of live groups at a size: an estimate, the ends of an interval, whether the size is beyond the data."""

    size: int
    estimate: float
    low: float
    high: float
    extrapolated: bool


class GroupSize(NamedTuple):
    """How large groups must be for a wanted share of live ones; None stands for more than `MOST_SIZE`, or never.

    Attributes:
        wanted: The share of live groups.
        size: The estimate of the least size.
        low: The least size that the counts leave possible.
        high: The largest.
        extrapolated: Whether the size is beyond the attempts at a problem.
        problems: How many problems were looked at: those with `attempts` or more.
        attempts: The least number of attempts at one of them.
        left_out: How many problems have fewer.
        refused: Whether no law of rates has such counts if attempts are independent; there is no interval then.
        by_law: The size under the Beta law that fits, with the ends of its approximate interval; None as above.
        shares: The share of live groups at sizes 2, 4, 8, ... and at the sizes above.
    """

    wanted: float
    size: int | None
    low: int | None
    high: int | None
    extrapolated: bool
    problems: int
    attempts: int
    left_out: int
    refused: bool
    by_law: tuple[int | None, ...]
    shares: tuple[LiveShare, ...]


@host_only
def group_size_for(tally: Tally, wanted: float = 0.8, confidence: float = 0.95, most: int = MOST_SIZE) -> GroupSize:
    """Return the least size of groups for which a wanted share of them is live, problems being asked equally often.

    Args:
        tally: Attempts and passes of problems with one pass rate each; where rates drift, of the last steps only.
        wanted: Share of live groups, above 0 and below 1.
        confidence: Of the interval; above 0 and below 1.
        most: The largest size to look at, from 2 on.

    Raises:
        ValueError: An argument is outside its range, or no problem has two attempts.

    >>> found = group_size_for(Tally(np.arange(600), np.full(600, 16), np.repeat(np.arange(1, 16), 40)))
    >>> found.low <= found.size <= found.high, found.extrapolated
    (True, False)
    """
    if not 0 < wanted < 1:
        raise ValueError(f"wanted is {wanted}: give a share of live groups above 0 and below 1, such as 0.8")
    if most < 2:
        raise ValueError(f"most is {most}: give a size of groups from 2 on")
    n = np.asarray(tally.attempts, int)
    least = int(np.sort(n)[int(LEFT_OUT * n.size)]) if n.size else 0
    kept = n >= least
    k, n = np.asarray(tally.passes, int)[kept], n[kept]
    if least < 2:
        raise ValueError("most problems have one attempt: of groups nothing can be said")
    region = rate_region(k, n, confidence)
    live = _Live(k, n, region)
    size = _least(lambda m: live.estimate(m), wanted, most)
    refused = math.isnan(live.ends(most)[0])
    low, high = (None if refused else _least(lambda m, i=i: live.ends(m)[i], wanted, most) for i in (1, 0))
    sizes = sorted({2**j for j in range(1, most.bit_length())} | {m for m in (size, low, high) if m} | {most})
    shares = tuple(LiveShare(m, live.estimate(m), *live.ends(m), m > least) for m in sizes)
    fit = fit_beta(k, n, confidence)
    by_law = [_least(lambda m, i=i: fit.of(lambda a, b: _live_by_law(a, b, m))[i], wanted, most) for i in (0, 2, 1)]
    beyond, left_out = size is None or size > least, int((~kept).sum())
    return GroupSize(wanted, size, low, high, beyond, k.size, least, left_out, refused, tuple(by_law), shares)


class _Live:
    """The share of live groups by size, of counts and of a region of laws."""

    def __init__(self, passes: np.ndarray, attempts: np.ndarray, region: RateRegion) -> None:
        self._kinds, self._of_kind = np.unique(np.stack([passes, attempts]), axis=1, return_counts=True)
        self._least, self._region = int(attempts.min()), region
        self._weights: np.ndarray | None = None
        self._counts = passes, attempts
        self._known: dict[int, tuple[float, float]] = {}

    def estimate(self, size: int) -> float:
        if size <= self._least:
            return float((1 - unanimous_share(*self._kinds, np.array(size))) @ self._of_kind / self._of_kind.sum())
        if self._weights is None:
            self._weights = fit_mixture(*self._counts)
        return float(_live(size) @ self._weights)

    def ends(self, size: int) -> tuple[float, float]:
        if size not in self._known:
            self._known[size] = bound_mean(self._region, _live(size))
        return self._known[size]


def _live(size: int) -> np.ndarray:
    return 1 - RATES**size - (1 - RATES) ** size


def _live_by_law(a: np.ndarray, b: np.ndarray, size: int) -> np.ndarray:
    betaln = scipy.special.betaln
    return 1 - np.exp(betaln(a + size, b) - betaln(a, b)) - np.exp(betaln(a, b + size) - betaln(a, b))


def _least(share: Callable[[int], float], wanted: float, most: int) -> int | None:
    """Return the least size from 2 on with the wanted share, which rises with the size; None if none up to `most`."""
    if share(most) < wanted:
        return None
    low, high = 1, 2
    while high < most and share(high) < wanted:
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if share(middle) >= wanted else (middle, high)
    return high
