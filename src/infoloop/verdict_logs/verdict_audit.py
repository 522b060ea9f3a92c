"""What the verdicts of a log say: bits, drift, pass@k, problems to drop and to keep, sizes of groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np

from infoloop.verdict_logs.groups.group_counts import count_passes, tally_problems
from infoloop.verdict_logs.groups.group_sizes import GroupSize, group_size_for
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.pass_at_tails import PassTail, extrapolate_pass
from infoloop.verdict_logs.groups.problem_choice import ProblemChoice, choose_problems
from infoloop.verdict_logs.groups.rate_drift import RateDrift, find_drift
from infoloop.verdict_logs.groups.step_windows import cut_steps
from infoloop.verdict_logs.groups.window_bits import WindowBits, bits_by_window
from infoloop.verdict_logs.log_audit import LogAudit, audit_tally
from infoloop.verdict_logs.pass_at_intervals import MOST_ATTEMPTS, PassEstimate, pass_estimates

_Part = TypeVar("_Part")


@dataclass(frozen=True, eq=False)
class VerdictAudit:
    """What the verdicts of the first verifier say.

    Attributes:
        bits: Pass rates and ceilings in bits, of all steps together.
        drift: Whether pass rates change from step to step.
        since: The first step that `passes`, `choice`, `size` and `tail` look at: where rates drift, the later half;
            else None.
        passes: pass@k of these problems, with intervals: up to the attempts at each, in training up to the size of
            a group where rates drift, or where no step tells whether they do: attempts then have several rates.
        windows: Bits by window of steps.
        choice: Problems to drop, to keep, and what the others are for; None without groups of two (from `since` on).
        size: Groups large enough for a wanted share of live ones; None where most problems have one attempt.
        tail: pass@k beyond the attempts, extrapolated; None where it cannot be fitted.
    """

    bits: LogAudit
    drift: RateDrift
    since: int | None
    passes: tuple[PassEstimate, ...]
    windows: tuple[WindowBits, ...]
    choice: ProblemChoice | None
    size: GroupSize | None
    tail: PassTail | None

    def row(self) -> dict[str, Any]:
        """Return it as plain data, without what `bits` has."""
        return {
            "drift": self.drift._asdict(),
            "since": self.since,
            "windows": [window._asdict() for window in self.windows],
            **{key: plain_data(getattr(self, key)) for key in ("choice", "size", "tail")},
        }


def plain_data(found: Any) -> Any:
    """Return a result as dictionaries and lists of numbers and texts.

    >>> plain_data((np.array([1, 2]), None))
    [[1, 2], None]
    """
    if hasattr(found, "_asdict"):
        return {key: plain_data(value) for key, value in found._asdict().items()}
    if isinstance(found, tuple | list):
        return [plain_data(value) for value in found]
    return found.tolist() if isinstance(found, np.ndarray | np.generic) else found


def told_or_none(part: Callable[[], _Part] | None, what: str, untold: list[str]) -> _Part | None:
    """Return a part of the audit; None where the log does not tell it, with the reason added to `untold`.

    >>> untold = []
    >>> told_or_none(lambda: int("x"), "components", untold), untold
    (None, ["components: invalid literal for int() with base 10: 'x'"])
    """
    try:
        return None if part is None else part()
    except ValueError as error:
        untold.append(f"{what}: {error}")
        return None


def audit_verdicts(table: GroupTable, name: str, confidence: float, live: float, untold: list[str]) -> VerdictAudit:
    """Return what the verdicts of the first verifier say; why a part is not told is added to `untold`.

    Args:
        table: Groups of rollouts with verdicts.
        name: Of the log.
        confidence: Of each interval.
        live: The share of groups with both verdicts that a group size is looked for.
        untold: Where to add why a part is not told.
    """
    tally, drift = tally_problems(table), find_drift(table, confidence)
    windows = cut_steps(table)
    since = windows[len(windows) // 2].first if drift.found else None  # old verdicts do not tell the present rates
    recent = tally if since is None else tally_problems(table, table.step >= since)
    groups, attempts, _ = count_passes(table)
    grouped = (attempts[table.step[groups] >= (table.steps[0] if since is None else since)] > 1).any()
    tried = int(np.median(recent.attempts))
    untested = table.place("advantage") is not None and not table.has_steps  # several policies, in an unknown order
    largest = int(np.median(attempts)) if drift.found or untested else MOST_ATTEMPTS
    passes = pass_estimates(recent.passes, recent.attempts, confidence, largest)
    beyond = tuple(passes[-1].k * 2**j for j in range(1, 5))
    choice = partial(choose_problems, table, confidence=confidence, since=since) if grouped else None
    size = partial(group_size_for, recent, live, confidence) if tried > 1 else None
    tail = partial(extrapolate_pass, recent, beyond, confidence) if tried > 1 and len(recent.problems) > 1 else None
    return VerdictAudit(
        audit_tally(tally, confidence, name),
        drift,
        since,
        passes,
        bits_by_window(table, drift, confidence),
        told_or_none(choice, "problems to drop", untold),
        told_or_none(size, "group size", untold),
        told_or_none(tail, "pass@k beyond the attempts", untold),
    )
