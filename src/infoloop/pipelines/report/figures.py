"""The figures of a numeric audit: what is known after each round, and how that hangs on the quality of the signals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from infoloop.pipelines.numeric_results import Numbers
from infoloop.pipelines.signal_quality import Sensitivity
from infoloop.reporting.figures import Figure, Line, Panel


def rounds_figure(numbers: Numbers) -> Figure:
    """Return bits and accuracy before and after each round (without rounds: the training), with what bounds them."""
    first, last = numbers.rounds[0], numbers.rounds[-1]
    names, t = ((), np.arange(first.t - 1, last.t + 1)) if first.t else (("before", "after"), np.arange(2))
    bits = [
        Line(t, [first.before, *(r.after for r in numbers.rounds)], "what the state knows"),
        Line(t, [first.before, *(r.ceiling for r in numbers.rounds)], "bound: terms, H(X) or a base", "dashed"),
        Line(t, [numbers.task] * len(t), "all there is to know", "dotted"),
    ]
    if numbers.fano and 0 < numbers.fano.needed:
        bits.append(Line(t, [numbers.fano.needed] * len(t), f"needed for error {numbers.fano.error:g}", "dotted"))
    right = [_curve(t[1:], [r.best for r in numbers.rounds], "best decoder of the state", "dashed", 1)]
    if first.accuracy is not None:
        start = [] if first.use is None else [first.accuracy - first.use]
        own = [*start, *(r.accuracy for r in numbers.rounds)]
        right.insert(0, _curve(t[-len(own) :], own, "the state's own answer", "line", 0))
    label = "" if names else "round"
    return Figure(
        (
            Panel("What the state knows", label, "bits", tuple(bits), x_names=names),
            Panel("How often it is right", label, "probability", tuple(right), y_limits=(0.0, 1.0), x_names=names),
        ),
        "What is known of the task after each round, at most, and how often it is answered. "
        "The bound adds every term that entered, and contracts; where H(X), or what a base that closes the pipeline "
        "knows, is less, it is that. What the state knows lies below it by what it forgets.",
    )


def _curve(x: np.ndarray, y: Sequence[Any], label: str, style: str, colour: int) -> Line:
    """Return a line, or a point where there is one value only: a line through it would not be seen."""
    return Line(x, y, label, style if len(y) > 1 else "points", colour)


def sensitivity_figure(found: Sensitivity, numbers: Numbers) -> Figure:
    """Return bits and accuracy after the last round over the quality of all signals."""
    quality = found.quality
    level = np.full(len(quality), numbers.task)
    bits = (
        Line(quality, found.learned, "what the last state knows"),
        Line(quality, found.bound, "bound: first state and terms, or H(X)", "dashed"),
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
