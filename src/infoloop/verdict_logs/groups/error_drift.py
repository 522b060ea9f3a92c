r"""Whether a verifier's rates of errors move over the steps, by the word of a trusted one.

Steps are put together into windows of about as many verdicts. Of two windows, $k_i$ of $n_i$ answers of a kind were
judged wrongly; given $k_1+k_2$ the split is hypergeometric if nothing moves, whatever the rate is: Fisher's exact test
(1935), for answers that err independently. Equal answers of a group err together, which makes the test too eager; the
interval of the difference is over groups and does not mind.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import scipy  # not its parts, which it loads when they are used

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import check_confidence
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.verifier_errors import exact_share, verdict_counts
from infoloop.verdict_logs.groups.within_groups import (
    UNKNOWN,
    IntervalEstimate,
    jackknife_interval,
    measured_names,
    measured_place,
    whole_groups,
)


class ErrorWindow(NamedTuple):
    """The rates of errors in the steps from `first` to `last`, with exact intervals, and how many were judged."""

    first: int
    last: int
    judged: int
    false_positive: IntervalEstimate
    false_negative: IntervalEstimate


class ErrorChange(NamedTuple):
    """How much larger a rate is in the last window than in the first.

    Attributes:
        difference: With an approximate interval over groups.
        p_value: Of Fisher's exact test that nothing moved; 1 where one of the windows has no answer of the kind.
        moved: Whether the interval excludes 0 and the test rejects, both at the confidence.
    """

    difference: IntervalEstimate
    p_value: float
    moved: bool


class ErrorDrift(NamedTuple):
    """Rates by window, and how they changed from the first to the last."""

    verifier: str
    trusted: str
    windows: tuple[ErrorWindow, ...]
    false_positive: ErrorChange
    false_negative: ErrorChange

    def row(self) -> dict[str, Any]:
        """Return it as plain data."""
        plain = [
            {key: part._asdict() if hasattr(part, "_asdict") else part for key, part in one._asdict().items()}
            for one in (*self.windows, self.false_positive, self.false_negative)
        ]
        return {**self._asdict(), "windows": plain[:-2], "false_positive": plain[-2], "false_negative": plain[-1]}


@host_only
def drift_of_errors(
    table: GroupTable, trusted: str, verifier: str = "", windows: int = 4, confidence: float = 0.95
) -> ErrorDrift:
    """Return the rates of errors of a verifier by window of steps.

    Args:
        table: Groups of rollouts.
        trusted: The verifier whose word is the truth.
        verifier: The one that is looked at; the first of the log if it is left out.
        windows: How many at most, from 2 on; there are no more than steps.
        confidence: Of each interval and test; above 0 and below 1.

    Raises:
        ValueError: There is no such verifier, both are the same, or fewer than two windows are asked for.
    """
    delta = check_confidence(confidence)
    if windows < 2:
        raise ValueError(f"windows is {windows}: give a whole number from 2 on")
    verifier = verifier or measured_names(table, "verdict")[0] if measured_names(table, "verdict") else verifier
    counts = verdict_counts(table, (trusted, verifier))[:, :2, :2]
    window = windows_of(counts.sum(axis=(1, 2)), windows)
    found = []
    for k in range(window.max() + 1):
        steps, inside = table.steps[window == k], counts[window == k].sum(axis=0)
        rates = [exact_share(int(inside[r, 1 - r]), int(inside[r].sum()), confidence) for r in (0, 1)]
        found.append(ErrorWindow(int(steps[0]), int(steps[-1]), int(inside.sum()), *rates))
    changes = [_change(table, (trusted, verifier), counts, window, truth, delta) for truth in (0, 1)]
    return ErrorDrift(verifier, trusted, tuple(found), *changes)


def windows_of(counts: np.ndarray, windows: int) -> np.ndarray:
    """Return the window of each step: whole steps in their order, of about as many verdicts, none of them empty.

    Args:
        counts: How many verdicts each step has.
        windows: How many windows at most.

    >>> windows_of(np.array([4, 4, 4, 4, 8]), 3).tolist()
    [0, 0, 1, 1, 2]
    """
    before = np.cumsum(counts) - counts / 2
    place = (before * windows / max(counts.sum(), 1)).astype(int)
    return np.unique(place, return_inverse=True)[1]


def _change(
    table: GroupTable, pair: tuple[str, str], counts: np.ndarray, window: np.ndarray, truth: int, delta: float
) -> ErrorChange:
    last = window.max()
    if last == 0:
        return ErrorChange(UNKNOWN, 1.0, False)
    of = [[int(counts[window == k, truth, verdict].sum()) for verdict in (0, 1)] for k in (0, last)]
    judged = min(sum(row) for row in of)
    p_value = float(scipy.stats.fisher_exact(of)[1]) if judged else 1.0
    right, passes = (measured_place(table, "verdict", name) for name in pair)
    groups = whole_groups(table, [right, passes])
    total, both = table.total[groups], table.products[groups][:, right, passes]
    among = total[:, right] if truth else table.size[groups] - total[:, right]
    errors = total[:, right] - both if truth else total[:, passes] - both
    late = window[np.searchsorted(table.steps, table.step[groups])]
    sums = np.stack([part * (late == k) for k in (0, last) for part in (errors, among)], axis=1)
    difference = jackknife_interval(sums, lambda t: t[..., 2] / t[..., 3] - t[..., 0] / t[..., 1], 1 - delta)
    beyond = math.isfinite(difference.low) and not difference.low <= 0 <= difference.high
    return ErrorChange(difference, p_value, beyond and p_value <= delta)
