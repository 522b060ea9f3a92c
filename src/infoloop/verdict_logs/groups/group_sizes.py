r"""How large groups must be: the least n for which a wanted share of groups is live, the mean of $1-p^n-(1-p)^n$.

For n up to the attempts at each problem the mean is estimated without bias, by the share of groups of n, drawn from the
attempts at a problem, that have both verdicts; beyond them by the law of rates that fits the counts best
(`rate_mixtures.fit_mixture`), as nothing is unbiased there. Intervals are exact and speak of these problems. For n up
to the attempts they come from groups drawn from them (`disjoint_groups`). Beyond, but for a grid of rates, they are the
least and the largest mean over all laws of rates that the counts leave possible (`rate_mixtures.rate_region`), at half
of the risk; the mean rises with n, so that the lower end at the attempts is one for larger n too, at the other half.
They often have no upper end, for counts cannot tell a problem that is never solved from one that seldom is; the
interval under a Beta law of rates is shorter, approximate, and speaks of problems like these (`beta_fits`).

The interval of the least size for a share w goes from the least n whose upper end is w or more to the first n from
which on no lower end is less than w. It misses the true size s only where the upper end at s, or the lower end at the
lesser of s - 1 and the attempts, is wrong, or the region.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.disjoint_groups import draw_order, passes_of_groups
from infoloop.verdict_logs.estimators import Tally, check_confidence, pooled_interval
from infoloop.verdict_logs.groups.beta_fits import fit_beta
from infoloop.verdict_logs.groups.dead_groups import unanimous_share
from infoloop.verdict_logs.groups.rate_mixtures import RATES, bound_mean, fit_mixture, rate_region

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
        bounds: Whether that interval is a bound: wider than it says (`beta_fits`).
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
    bounds: bool
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
    live = _Live(k, n, most, confidence)
    size = _least(lambda m: live.estimate(m), wanted, 1, most)
    low, high = (None, None) if live.refused else (live.first(wanted), live.last(wanted))
    if size is not None and not live.refused:  # an interval holds its estimate
        low, high = min(low or size, size), None if high is None else max(high, size)
    sizes = sorted({2**j for j in range(1, most.bit_length())} | {m for m in (size, low, high) if m} | {most})
    shares = tuple(live.share(m) for m in sizes)
    fit = fit_beta(k, n, confidence)
    by_law = [_least(lambda m, i=i: fit.of(lambda a, b: _live_by_law(a, b, m))[i], wanted, 1, most) for i in (0, 2, 1)]
    beyond, left_out = size is None or size > least, int((~kept).sum())
    return GroupSize(
        wanted, size, low, high, beyond, k.size, least, left_out, live.refused, tuple(by_law), fit.bounds, shares
    )


class _Live:
    """The share of live groups by size: estimates and ends of intervals."""

    def __init__(self, passes: np.ndarray, attempts: np.ndarray, most: int, confidence: float) -> None:
        self._kinds, self._of_kind = np.unique(np.stack([passes, attempts]), axis=1, return_counts=True)
        self._least, self._most, self._confidence = int(attempts.min()), most, confidence
        self._weights: np.ndarray | None = None
        self._counts = passes, attempts
        self._order = draw_order(passes, attempts, most)
        self._drawn = self._order.shape[1] - 1
        self._region = rate_region(passes, attempts, 1 - check_confidence(confidence) / 2)
        self._known: dict[int, tuple[float, float]] = {}
        self.refused = math.isnan(bound_mean(self._region, _live(most))[0])

    def estimate(self, size: int) -> float:
        if size <= self._least:
            return float((1 - unanimous_share(*self._kinds, np.array(size))) @ self._of_kind / self._of_kind.sum())
        if self._weights is None:
            self._weights = fit_mixture(*self._counts)
        return float(_live(size) @ self._weights)

    def ends(self, size: int) -> tuple[float, float]:
        """Return the ends of the interval; NaN where independent attempts are refused."""
        if self.refused:
            return math.nan, math.nan
        if size not in self._known:
            self._known[size] = self._of_groups(size) if size <= self._drawn else self._of_region(size)
        return self._known[size]

    def share(self, size: int) -> LiveShare:
        """Return the estimate and an interval that holds it."""
        at, (low, high) = self.estimate(size), self.ends(size)
        return LiveShare(size, at, min(low, at), max(high, at), size > self._least)

    def first(self, wanted: float) -> int | None:
        """Return the least size at which the share may be the wanted one."""
        drawn = (m for m in range(2, self._drawn + 1) if self.ends(m)[1] >= wanted)
        return next(drawn, None) or _least(lambda m: self.ends(m)[1], wanted, self._drawn, self._most)

    def last(self, wanted: float) -> int | None:
        """Return the size from which on the share is surely the wanted one."""
        if self.ends(self._drawn)[0] < wanted:
            return _least(lambda m: self.ends(m)[0], wanted, self._drawn, self._most)
        return next((m + 1 for m in range(self._drawn, 1, -1) if self.ends(m)[0] < wanted), 2)

    def _of_groups(self, size: int) -> tuple[float, float]:
        passes = passes_of_groups(self._order, size)
        live = int(((passes > 0) & (passes < size)).sum())
        return pooled_interval([live], [passes.size], self._confidence)

    def _of_region(self, size: int) -> tuple[float, float]:
        low, high = bound_mean(self._region, _live(size))
        return max(low, self._of_groups(self._drawn)[0]), high


def _live(size: int) -> np.ndarray:
    return 1 - RATES**size - (1 - RATES) ** size


def _live_by_law(a: np.ndarray, b: np.ndarray, size: int) -> np.ndarray:
    betaln = scipy.special.betaln
    return 1 - np.exp(betaln(a + size, b) - betaln(a, b)) - np.exp(betaln(a, b + size) - betaln(a, b))


def _least(share: Callable[[int], float], wanted: float, below: int, most: int) -> int | None:
    """Return the least size above `below` with the share, which rises with the size; None if none up to `most`."""
    if below >= most or share(most) < wanted:
        return None
    low, high = below, below + 1
    while high < most and share(high) < wanted:
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if share(middle) >= wanted else (middle, high)
    return high
