"""The figures of a numeric audit: what is known after each round, and how that hangs on the quality of the signals."""

from __future__ import annotations

import numpy as np

from infoloop.bits import Numbers
from infoloop.figures import Figure, Line, Panel
from infoloop.qualities import Sensitivity


def rounds_figure(numbers: Numbers) -> Figure:
    """Bits and accuracy after each round, with what bounds them; a point where there is one round only."""
    first, t = numbers.rounds[0], [numbers.rounds[0].t - 1, *(r.t for r in numbers.rounds)]
    known = [first.before, *(r.after for r in numbers.rounds)]
    bits = [
        Line(t, known, "what the state knows"),
        Line(t, [first.before, *(r.ceiling for r in numbers.rounds)], "bound by terms and contraction", "dashed"),
        Line(t, [numbers.task] * len(t), "all there is to know", "dotted"),
    ]
    if numbers.fano and 0 < numbers.fano.needed:
        bits.append(Line(t, [numbers.fano.needed] * len(t), f"needed for error {numbers.fano.error:g}", "dotted"))
    return Figure(
        (Panel("What the state knows", "round", "bits", tuple(bits)), _accuracy_by_round(numbers)),
        "What is known of the task after each round, at most, and how often it is answered. "
        "The bound adds every term that entered; what the state knows lies below it by what it forgets.",
    )


def _accuracy_by_round(numbers: Numbers) -> Panel:
    t, first = [r.t for r in numbers.rounds], numbers.rounds[0]
    lines = [Line(t, [r.best for r in numbers.rounds], "best decoder of the state", "dashed", 1)]
    own = [r.accuracy for r in numbers.rounds if r.accuracy is not None]
    if first.accuracy is not None and first.use is not None:
        lines.insert(0, Line([t[0] - 1, *t], [first.accuracy - first.use, *own], "the state's own answer", "line", 0))
    elif own:
        lines.insert(0, Line(t, own, "the state's own answer", "line", 0))
    return Panel("How often it is right", "round", "probability", tuple(lines), y_limits=(0.0, 1.0))


def sensitivity_figure(found: Sensitivity, numbers: Numbers) -> Figure:
    """Bits and accuracy after the last round over the quality of all signals."""
    quality = found.quality
    level = np.full(len(quality), numbers.task)
    bits = (
        Line(quality, found.learned, "what the last state knows"),
        Line(quality, found.bound, "bound: first state and all terms", "dashed"),
        Line(quality, level, "all there is to know", "dotted"),
    )
    lines = [Line(quality, found.best, "best decoder of the state", "dashed", 1)]
    if found.accuracy is not None:
        lines.insert(0, Line(quality, found.accuracy, "the state's own answer", "line", 0))
    label = "quality of the signals"
    return Figure(
        (
            Panel("What the last state knows", label, "bits", bits),
            Panel("How often it is right", label, "probability", tuple(lines), y_limits=(0.0, 1.0)),
        ),
        "Every signal answers as given in the share of cases on the axis, and blindly in the rest: 1 is the pipeline "
        "as it is, 0 pure noise; below 0 signals are turned over. Bits do not say which way a signal points, "
        "the share of right answers does.",
    )
