r"""Whether a verifier's rates of errors move over the steps, by the word of a trusted one.

Steps are put together into windows of about as many rollouts (`cut_steps`). Of two windows, $k_i$ of $n_i$ answers of a
kind were judged wrongly; given $k_1+k_2$ the split is hypergeometric if nothing moves, whatever the rate is: Fisher's
exact test (1935), for answers that err independently. Equal answers of a group err together, which makes the test too
eager; the interval of the difference is over groups and does not mind.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import scipy  # not its parts, which it loads when they are used

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import check_confidence
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.step_windows import cut_steps
from infoloop.verdict_logs.groups.verifier_errors import count_verdict_patterns, exact_share
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

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> verdicts = {"tests": np.repeat([0.0, 1.0], 8), "proof": np.zeros(16)}
    >>> log = Rollouts(np.array(["a"] * 16), np.arange(16), step=np.repeat([1, 2], 8), verdicts=verdicts)
    >>> found = drift_of_errors(collect_groups([log]), "proof")
    >>> found.false_positive.difference.value, round(found.false_positive.p_value, 4)
    (1.0, 0.0002)
    """
    delta = check_confidence(confidence)
    if windows < 2:
        raise ValueError(f"windows is {windows}: give a whole number from 2 on")
    verifier = verifier or next(iter(measured_names(table, "verdict")), "")
    counts = count_verdict_patterns(table, (trusted, verifier))[:, :2, :2]
    cut, found, tables = cut_steps(table, windows), [], []
    for window in cut:
        inside = counts[(table.steps >= window.first) & (table.steps <= window.last)].sum(axis=0)
        rates = [exact_share(int(inside[r, 1 - r]), int(inside[r].sum()), confidence) for r in (0, 1)]
        found.append(ErrorWindow(window.first, window.last, int(inside.sum()), *rates))
        tables.append(inside)
    ends = (cut[0].groups, cut[-1].groups)
    changes = [
        _change(table, (trusted, verifier), (tables[0], tables[-1]), ends, truth, delta)
        if len(cut) > 1
        else ErrorChange(UNKNOWN, 1.0, False)
        for truth in (0, 1)
    ]
    return ErrorDrift(verifier, trusted, tuple(found), *changes)


def _change(
    table: GroupTable,
    pair: tuple[str, str],
    counts: tuple[np.ndarray, np.ndarray],
    ends: tuple[slice, slice],
    truth: int,
    delta: float,
) -> ErrorChange:
    of = [[int(count) for count in window[truth]] for window in counts]
    p_value = float(scipy.stats.fisher_exact(of)[1]) if min(map(sum, of)) else 1.0
    right, passes = (measured_place(table, "verdict", name) for name in pair)
    total, both = table.total, table.products[right][passes]
    among = total[:, right] if truth else table.size - total[:, right]
    errors = total[:, right] - both if truth else total[:, passes] - both
    whole = whole_groups(table, [right, passes])
    places = np.arange(len(whole))
    inside = [whole & (places >= end.start) & (places < end.stop) for end in ends]
    sums = np.stack([part * there for there in inside for part in (errors, among)], axis=1)[whole]
    difference = jackknife_interval(sums, lambda t: t[..., 2] / t[..., 3] - t[..., 0] / t[..., 1], 1 - delta)
    beyond = math.isfinite(difference.low) and not difference.low <= 0 <= difference.high
    return ErrorChange(difference, p_value, beyond and p_value <= delta)
