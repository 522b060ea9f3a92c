"""Bits by window of steps: at most and estimated, under a model of the pass rates that the data do not refuse."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import Tally
from infoloop.verdict_logs.groups.group_counts import count_passes
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.rate_drift import RateDrift
from infoloop.verdict_logs.groups.step_windows import MOST_WINDOWS, cut_steps
from infoloop.verdict_logs.log_audit import audit_tally


class WindowBits(NamedTuple):
    r"""Bits of the verdicts in a window of steps, all together, as `audit_tally` has them.

    Attributes:
        first: The first step.
        last: The last one.
        verdicts: How many there are.
        unit: What has one pass rate in the window: "problem", or "group" where problems drift.
        told: At most this very log told to one who knew no pass rate; it may be more than the verdicts, the mean not.
        again: At most as many verdicts again would tell one who knows the pass rates.
        plug_in: Estimate of what `again` is a ceiling of, too low in the mean; never above it.
        miller_madow: The estimate with the correction of its bias, never above `again`.
        rate: Pass rate of the verdicts.
        low: The lower end of an exact interval of the mean rate.
        high: The upper end.
    """

    first: int
    last: int
    verdicts: int
    unit: str
    told: float
    again: float
    plug_in: float
    miller_madow: float
    rate: float
    low: float
    high: float


@host_only
def bits_by_window(
    table: GroupTable, drift: RateDrift, confidence: float = 0.95, most: int = MOST_WINDOWS
) -> tuple[WindowBits, ...]:
    """Return the bits of each window of steps that has verdicts.

    Where drift was found a problem has no rate; a group has one, for the policy that answers it is one.

    Args:
        table: Groups of a log with verdicts.
        drift: What `find_drift` says of it.
        confidence: Of each number; above 0 and below 1.
        most: How many windows at most.

    Raises:
        ValueError: The log has no verdicts, or an argument is outside its range.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.groups.rate_drift import find_drift
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> part = Rollouts(np.array(["a", "a", "b", "b"]), np.arange(4), verdicts={"tests": np.array([1.0, 0, 0, 0])})
    >>> table = collect_groups([part])
    >>> (found,) = bits_by_window(table, find_drift(table)); found.unit, found.verdicts, found.again, found.plug_in
    ('problem', 4, 4.0, 2.0)
    """
    groups, attempts, passes = count_passes(table)
    unit = "group" if drift.found else "problem"
    found = []
    for window in cut_steps(table, most):
        inside = slice(*np.searchsorted(groups, [window.groups.start, window.groups.stop]))
        n, k = attempts[inside], passes[inside]
        if not n.size:
            continue
        if unit == "problem":
            place = np.unique(table.problem[groups[inside]], return_inverse=True)[1]
            n, k = (np.bincount(place, x).astype(np.int64) for x in (n, k))
        audit = audit_tally(Tally(np.arange(n.size), n, k), confidence)
        bits = (audit.most_told.bits, audit.most_again.bits, *audit.estimates)
        found.append(WindowBits(window.first, window.last, audit.verdicts, unit, *bits, *audit.rate))
    return tuple(found)
