r"""Sums of squares and products within groups, and intervals for what is made of sums over groups.

For the numbers a and b of the n rollouts of a group, $S(a,b)=\sum(a_i-\bar a)(b_i-\bar b)=\sum a_ib_i-n\bar a\bar b$.
It is 0 exactly where one of them is the same in all rollouts, which the least and the largest tell: rounding never
decides whether a group is dead. Groups in which a number is missing somewhere are left out by `whole_groups`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import scipy  # not its parts, which it loads when they are used

from infoloop.reporting.suggestions import did_you_mean, list_names, quote
from infoloop.verdict_logs.estimators import check_confidence
from infoloop.verdict_logs.groups.group_table import GroupTable, Measured

MOST_BLOCKS = 400  # groups are put together into so many at most, so that a jackknife takes no time


class IntervalEstimate(NamedTuple):
    """A number with the ends of its interval; NaN for what the groups do not tell."""

    value: float
    low: float
    high: float


UNKNOWN = IntervalEstimate(np.nan, np.nan, np.nan)


def measured_names(table: GroupTable, kind: str) -> tuple[str, ...]:
    """Return the names of what was measured of this kind, in the order of the table.

    Args:
        table: Groups of rollouts.
        kind: "reward", "component", "verdict", "advantage" or "length".
    """
    return tuple(found.name for found in table.measured if found.kind == kind)


def measured_place(table: GroupTable, kind: str, name: str = "") -> int:
    """Return the place of a number in `measured`: the one of this name, or the first of the kind.

    Raises:
        ValueError: The table has no such number.
    """
    names = measured_names(table, kind)
    if name in names or (names and not name):
        return table.measured.index(Measured(kind, name or names[0]))
    asked = f"no {kind} {quote(name)}{did_you_mean(name, names)}" if name else f"no {kind}"
    raise ValueError(f"the log has {asked}; of this kind it has {list_names(names)}")


def whole_groups(table: GroupTable, places: Sequence[int], or_none: Sequence[int] = ()) -> np.ndarray:
    """Return which groups have all of these numbers of every rollout.

    Args:
        table: Groups of rollouts.
        places: Places in `measured`.
        or_none: Places of numbers that a group has of every rollout or of none, and one of these of every rollout.
    """
    whole = (table.count[:, list(places)] == table.size[:, None]).all(axis=1) & (table.size > 0)
    some = table.count[:, list(or_none)]
    every = some == table.size[:, None]
    return whole & (every | (some == 0)).all(axis=1) & (every.any(axis=1) | (not or_none))


def centred_products(table: GroupTable, places: Sequence[int], groups: np.ndarray) -> np.ndarray:
    """Return S(a, b) of these numbers in these groups, of shape (groups, k, k).

    Args:
        table: Groups of rollouts.
        places: Places in `measured`, k of them.
        groups: Which groups; they have all of the numbers (`whole_groups`).
    """
    rows, places = np.flatnonzero(groups), list(places)
    size = table.size[rows]
    total = [table.total[rows, a] for a in places]
    moves = [table.least[rows, a] < table.largest[rows, a] for a in places]
    centred = np.empty((len(rows), len(places), len(places)))
    for i, a in enumerate(places):  # column by column, without a copy of all products
        for j, b in enumerate(places[: i + 1]):
            found = table.products[a][b][rows] - total[i] * total[j] / size
            centred[:, i, j] = centred[:, j, i] = np.where(moves[i] & moves[j], found, 0.0)
    return centred


def jackknife_interval(
    sums: np.ndarray, statistic: Callable[[np.ndarray], np.ndarray], confidence: float = 0.95
) -> IntervalEstimate:
    r"""Return a statistic of sums over groups, with an approximate interval over groups.

    $\theta\pm t_{B-1}\sqrt{\tfrac{B-1}B\sum_b(\theta_{(b)}-\bar\theta)^2}$, where $\theta_{(b)}$ leaves out the groups
    $b,b+B,b+2B,\dots$, one group each while there are at most 400 (Miller 1974). It takes the groups as independent,
    and the rollouts of one group in no way: what they share, by their problem or their step, is in the interval.

    Args:
        sums: What is summed, of shape (groups, d).
        statistic: From sums of shape (..., d) to numbers of shape (...); smooth where the sums lie.
        confidence: Above 0 and below 1; approximate, and too high where a handful of groups decide.

    Returns:
        The statistic and the ends of its interval; NaN for the ends where leaving out groups leaves nothing to compute.

    Raises:
        ValueError: The confidence is outside its range.

    >>> ratio = lambda s: s[..., 0] / s[..., 1]
    >>> found = jackknife_interval(np.array([[1.0, 4.0], [2.0, 4.0], [3.0, 4.0], [2.0, 4.0]]), ratio)
    >>> [round(x, 4) for x in found]
    [0.5, 0.1752, 0.8248]
    """
    tail = check_confidence(confidence) / 2
    many = min(len(sums), MOST_BLOCKS)
    if not many:
        return UNKNOWN
    total = sums.sum(axis=0)
    whole = len(sums) // many * many
    blocks = sums[:whole].reshape(-1, many, sums.shape[1]).sum(axis=0)
    blocks[: len(sums) - whole] += sums[whole:]
    with np.errstate(divide="ignore", invalid="ignore"):
        value, left_out = float(statistic(total)), statistic(total - blocks)
    if many < 2 or not np.isfinite(left_out).all():
        return IntervalEstimate(value, np.nan, np.nan)
    spread = float(np.sqrt((many - 1) / many * np.square(left_out - left_out.mean()).sum()))
    reach = -float(scipy.special.stdtrit(many - 1, tail)) * spread
    return IntervalEstimate(value, value - reach, value + reach)


def ratio_interval(numerators: np.ndarray, denominators: np.ndarray, confidence: float = 0.95) -> IntervalEstimate:
    """Return the ratio of two sums over groups, with an approximate interval (`jackknife_interval`).

    >>> ratio_interval(np.array([1.0, 1.0, 1.0]), np.array([2.0, 2.0, 2.0]))
    IntervalEstimate(value=0.5, low=0.5, high=0.5)
    """
    return jackknife_interval(np.stack([numerators, denominators], axis=1), lambda s: s[..., 0] / s[..., 1], confidence)
