r"""Intervals for the rates of three verifiers, from counts of verdicts, whose coverage holds by construction.

Each of the eight cells and three means gets a `certified_interval`; with the stated confidence all hold at once. In
that box of laws $f(t)=\det\bigl((1-t)B-tC\bigr)$, whose roots are FPR and TPR (`verifier_rates`), has each cell once,
so that its range at a t is exact, and by rational arithmetic. What is left of [0, 1] where 0 is in that range holds
the roots. Nothing is fitted, and no sample size has to be large.
"""

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from flint import fmpq
from jaxtyping import Int

from infoloop.exact.binomial_intervals import certified_interval
from infoloop.exact.log_sums import Exact, rational
from infoloop.probability.array_types import Numbers
from infoloop.probability.host_functions import host_only

Interval = tuple[Fraction, Fraction]
_Ends = tuple[fmpq, fmpq]  # quicker than fractions by far
_FINEST, _SPLITS = fmpq(1, 2**12), 128
_ALL = (fmpq(0), fmpq(1))


class RateIntervals(NamedTuple):
    """Where rates lie, with one confidence for all of them together, if the first verifier has J > 0.

    Attributes:
        right: Interval for the share of right answers, p.
        false_positive: Intervals for FPR, one for each verifier.
        true_positive: Intervals for TPR, likewise.
        separated: Whether the data show J != 0 of each verifier; of others nothing is known but [0, 1].
        fits: Whether any three verifiers that err independently could have given such counts, at this confidence; if
            not, the intervals are of no use.
    """

    right: Interval
    false_positive: tuple[Interval, ...]
    true_positive: tuple[Interval, ...]
    separated: tuple[bool, ...]
    fits: bool

    def swapped(self) -> "RateIntervals":
        """Return the intervals if the first verifier has J < 0: the same counts speak for these as much."""
        right = (1 - self.right[1], 1 - self.right[0])
        return self._replace(right=right, false_positive=self.true_positive, true_positive=self.false_positive)


@host_only
def rates_from_counts(counts: Int[Numbers, "2 2 2"], confidence: Exact = "19/20") -> RateIntervals:
    """Return intervals for the rates of three verifiers that err independently given the truth, from tallies.

    Args:
        counts: How many answers had the verdicts (s1, s2, s3), 1 for passed; a table of whole numbers.
        confidence: Probability that all intervals hold, at least, in (0, 1): an exact rational.

    Returns:
        Intervals with rational ends, outwards to 1/4096 of what the box of cells says.

    Raises:
        ValueError: `counts` is no table of counts, or `confidence` is out of range.

    >>> found = rates_from_counts([[[36500, 4500], [4500, 4500]], [[4500, 4500], [4500, 36500]]])
    >>> found.separated, all(low <= Fraction(1, 10) <= high for low, high in found.false_positive)
    ((True, True, True), True)
    """
    table = np.asarray(counts)
    if table.shape != (2, 2, 2) or not np.issubdtype(table.dtype, np.integer) or not (table >= 0).all():
        raise ValueError(f"counts is {table.tolist()}: give whole numbers from 0 on, in a table of shape (2, 2, 2)")
    if not 0 < rational(confidence) < 1 or not table.sum():
        raise ValueError(
            f"confidence is {confidence} and {table.sum()} answers are counted: give one in (0, 1), and answers"
        )
    box = _box(table, (1 - rational(confidence)) / 11)
    signs = [_sign(_determinant(*(side.sum(axis=k) for side in (box.low, box.high)))) for k in range(3)]
    found = [_rates_of(box, k, signs) for k in range(3)]
    shares = [one.right for one in found if one.right is not None]
    right = (max([fmpq(0), *(low for low, _ in shares)]), min([fmpq(1), *(high for _, high in shares)]))
    none_empty = all(low <= high for low, high in (right, *(ends for one in found for ends in one[:2])))
    return RateIntervals(
        _fractions(right),
        tuple(_fractions(one.false_positive) for one in found),
        tuple(_fractions(one.true_positive) for one in found),
        tuple(one.right is not None for one in found),
        none_empty and math.prod(signs) >= 0,  # the product of the covariances is (pq)^3 (J1 J2 J3)^2
    )


def _fractions(ends: _Ends) -> Interval:
    low, high = (Fraction(int(end.p), int(end.q)) for end in ends)
    return low, high


class _Box(NamedTuple):
    """Ends of the eight cells, tables of fractions, and of the three means."""

    low: np.ndarray
    high: np.ndarray
    means: tuple[_Ends, ...]


class _Rates(NamedTuple):
    false_positive: _Ends
    true_positive: _Ends
    right: _Ends | None


def _box(counts: np.ndarray, miss: Exact) -> _Box:
    total = int(counts.sum())
    ends = [_exact_ends(int(count), total, miss) for count in counts.ravel()]
    low, high = (np.array(side, dtype=object).reshape(counts.shape) for side in zip(*ends, strict=True))
    passes = [int(np.moveaxis(counts, k, 0)[1].sum()) for k in range(3)]
    return _Box(low, high, tuple(_exact_ends(count, total, miss) for count in passes))


def _exact_ends(passes: int, attempts: int, miss: Exact) -> _Ends:
    low, high = certified_interval(passes, attempts, miss)
    return rational(low), rational(high)


def _rates_of(box: _Box, k: int, signs: list[int]) -> _Rates:
    """Return what is known of verifier k: its two roots, told apart by the sign of its covariance with the first.

    `signs[k]` is that of the covariance of the other two.
    """
    sign = 1 if k == 0 else signs[3 - k]
    roots = _roots(np.moveaxis(box.low, k, 0), np.moveaxis(box.high, k, 0), signs[k]) if sign * signs[k] else None
    if roots is None:
        return _Rates(_ALL, _ALL, None)
    share = _share(*roots, box.means[k])
    return _Rates(*roots, share) if sign > 0 else _Rates(*roots[::-1], (1 - share[1], 1 - share[0]))


def _roots(low: np.ndarray, high: np.ndarray, sign: int) -> tuple[_Ends, _Ends] | None:
    """Return intervals for the two roots of f, of this sign outside them, or None where no t is surely between them."""
    grid = (fmpq(k, _SPLITS) for k in range(1, _SPLITS))
    inside = [t for t in grid if _sign(_range(low, high, t, t)) == -sign]
    if not inside:
        return None
    between = inside[len(inside) // 2]  # well inside: next to the first, a range over some width may hold 0
    return _hull(low, high, fmpq(0), between), _hull(low, high, between, fmpq(1))


def _hull(low: np.ndarray, high: np.ndarray, start: fmpq, stop: fmpq) -> _Ends:
    """Return the least interval that holds all t of [start, stop] where f may be 0; (1, 0) if there is none."""
    first, last = (_outermost(low, high, start, stop, from_left) for from_left in (True, False))
    return (fmpq(1), fmpq(0)) if first is None or last is None else (first, last)


def _outermost(low: np.ndarray, high: np.ndarray, start: fmpq, stop: fmpq, from_left: bool) -> fmpq | None:
    if _sign(_range(low, high, start, stop)):
        return None
    if stop - start <= _FINEST:
        return start if from_left else stop
    middle = (start + stop) / 2
    halves = [(start, middle), (middle, stop)]
    found = (_outermost(low, high, *half, from_left) for half in (halves if from_left else halves[::-1]))
    return next((t for t in found if t is not None), None)


def _range(low: np.ndarray, high: np.ndarray, start: fmpq, stop: fmpq) -> _Ends:
    """Return the range of f on [start, stop] in the box: (1-t)B - tC falls with t."""
    return _determinant((1 - stop) * low[1] - stop * high[0], (1 - start) * high[1] - start * low[0])


def _determinant(low: np.ndarray, high: np.ndarray) -> _Ends:
    """Return the range of the determinant of a 2 x 2 table whose cells are in intervals of their own."""
    both, across = (_product(low[a], high[a], low[b], high[b]) for a, b in (((1, 1), (0, 0)), ((1, 0), (0, 1))))
    return both[0] - across[1], both[1] - across[0]


def _product(a: fmpq, b: fmpq, c: fmpq, d: fmpq) -> _Ends:
    corners = (a * c, a * d, b * c, b * d)
    return min(corners), max(corners)


def _sign(interval: _Ends) -> int:
    return (interval[0] > 0) - (interval[1] < 0)


def _share(lower: _Ends, upper: _Ends, mean: _Ends) -> _Ends:
    r"""Return where $p=\frac{m-F}{T-F}$ lies: it rises with m and falls with F and T where F <= m <= T."""
    least, most = fmpq(0), fmpq(1)
    if mean[0] > lower[1]:
        least = (mean[0] - lower[1]) / (upper[1] - lower[1])
    if mean[1] < upper[0]:
        most = (mean[1] - lower[0]) / (upper[0] - lower[0])
    return least, most
