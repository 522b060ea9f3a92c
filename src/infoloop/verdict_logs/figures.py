"""The figure of a log audit: how the pass rates are spread, and how few problems bring most of the bits."""

from __future__ import annotations

import numpy as np

from infoloop.reporting.figures import Figure, Line, Panel, ShadedBand
from infoloop.verdict_logs.log_audit import LogAudit, half_from, information_curve


def log_figure(found: LogAudit) -> Figure:
    """Return the shares of problems by pass rate, and the share of the estimated bits by the share of the problems.

    The second panel is left out where no problem has both verdicts: the caption says so.
    """
    half = half_from(found)
    failed, passed = (count / len(found.tally.problems) for count in found.unanimous)
    seen = f"{100 * failed:.0f} % of the problems failed at every attempt and {100 * passed:.0f} % passed at every one"
    if half is None:
        return Figure((_rates(found),), f"{seen}: no problem has an estimate above 0 bits.")
    bits = "the estimated bits (h of the pass rate, an upper bound on task information)"
    shares = f"half of {bits} come from {100 * half:.0f} % of them"
    return Figure((_rates(found), _shares(found, half)), f"{seen}; {shares}.")


def _rates(found: LogAudit) -> Panel:
    rates, problems = np.unique(found.tally.passes / found.tally.attempts, return_counts=True)
    upto = np.append(0.0, np.cumsum(problems) / problems.sum())
    corners = np.concatenate([[0.0], np.repeat(rates, 2), [1.0]])
    rate, low, high = found.rate
    marks = (
        ShadedBand([low, high], [0.0, 0.0], [1.0, 1.0], "", 1),
        Line([rate, rate], [0.0, 1.0], "all verdicts, with interval", "dashed", 1),
        Line(corners, np.repeat(upto, 2), "problems", "line", 0),
    )
    return Panel("How often problems are passed", "pass rate", "share of problems at or below", marks)


def _shares(found: LogAudit, half: float) -> Panel:
    shares, brought = information_curve(found)
    marks = (
        Line([0.0, 1.0], [0.0, 1.0], "if all were alike", "dotted", 6),
        Line([0.0, half, half], [0.5, 0.5, 0.0], f"half: {100 * half:.0f} % of problems", "dashed", 1),
        Line(shares, brought, "problems", "line", 0),
    )
    return Panel("Where the bits come from", "share of problems, most bits first", "share of the estimated bits", marks)
