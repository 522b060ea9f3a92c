"""Figures of an audit of rollouts: what happens over steps, and how pass rates are spread."""

from __future__ import annotations

import numpy as np

from infoloop.reporting.figures import Figure, Line, Panel, ShadedBand, plain_label
from infoloop.verdict_logs.figures import log_figure
from infoloop.verdict_logs.rollout_audit import RolloutAudit
from infoloop.verdict_logs.verdict_audit import VerdictAudit


def step_figure(found: RolloutAudit) -> Figure | None:
    """Return dead groups, pass rate, bits and entropy of answers over steps; None for a log of one window."""
    dead = found.dead.windows
    if len(dead) < 2:
        return None
    panels = [_dead(found)]
    if found.verdicts:
        panels += [_rates(found, found.verdicts), _bits(found.verdicts)]
    if len(found.answers) > 1:
        panels.append(_answers(found))
    caption = (
        "By window of steps, each drawn at its last step. Shares of dead groups are counted; bands are intervals for "
        f"what is expected ({100 * found.confidence:.6g} %)."
    )
    return Figure(tuple(panels), caption, columns=2)


def rollout_audit_figures(found: RolloutAudit) -> tuple[Figure, ...]:
    """Return the figures of an audit."""
    steps = step_figure(found)
    spread = (log_figure(found.verdicts.bits),) if found.verdicts else ()
    return (*((steps,) if steps else ()), *spread)


def _dead(found: RolloutAudit) -> Panel:
    windows = found.dead.windows
    x = [window.last for window in windows]
    n = np.array([max(window.rollouts, 1) for window in windows])
    fail, whole = (np.array([getattr(window, key) for window in windows]) for key in ("all_fail", "all_pass"))
    marks = [
        ShadedBand(x, [window.low for window in windows], [window.high for window in windows], "", 0),
        Line(x, [window.share for window in windows], "dead groups", "line", 0),
        Line(x, fail / n, "all fail", "dashed", 1),
        Line(x, whole / n, "all pass", "dotted", 2),
    ]
    return Panel("Rollouts that carry no gradient", "step", "share of rollouts", tuple(marks))


def _rates(found: RolloutAudit, verdicts: VerdictAudit) -> Panel:
    windows = verdicts.windows
    x = [window.last for window in windows]
    name = next(number.name for number in found.table.measured if number.kind == "verdict")
    marks = (
        ShadedBand(x, [window.low for window in windows], [window.high for window in windows], "", 2),
        Line(x, [window.rate for window in windows], plain_label(name), "line", 2),
    )
    return Panel("Pass rate", "step", "share of rollouts that pass", marks)


def _bits(verdicts: VerdictAudit) -> Panel:
    windows = verdicts.windows
    x, n = [window.last for window in windows], np.array([window.verdicts for window in windows])
    marks = (
        Line(x, np.array([window.again for window in windows]) / n, "at most", "dashed", 1),
        Line(x, np.array([window.miller_madow for window in windows]) / n, "estimated", "line", 0),
    )
    return Panel("What as many verdicts again can tell", "step", "bits a rollout", marks)


def _answers(found: RolloutAudit) -> Panel:
    x = [window.last for window in found.answers]
    marks = (
        Line(x, [window.most for window in found.answers], "if all differ", "dotted", 6),
        Line(x, [window.miller_madow for window in found.answers], "answers of a group", "line", 3),
    )
    return Panel("Entropy among answers", "step", "bits", marks)
