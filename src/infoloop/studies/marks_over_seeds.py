"""Marks of a figure for what came out of independent seeds: medians with the exact intervals of the sign test."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from infoloop.reporting.figures import Line, Whiskers
from infoloop.statements.seed_intervals import interval_over_seeds


def seed_marks(
    groups: Sequence[Float[np.ndarray, "seeds"]], label: str = "", colour: int = 0, shift: float = 0.0
) -> tuple[Whiskers | Line, ...]:
    """Return medians of groups of seeds at 0, 1, 2, ...: with their intervals, or circles where there is none.

    Args:
        groups: Numbers by seed, of each group; one without any is left out.
        label: What the legend says.
        colour: Number of the colour.
        shift: How far the marks stand to the right.

    >>> [type(mark).__name__ for mark in seed_marks([np.arange(20.0), np.arange(2.0)])]
    ['Whiskers', 'Line']
    """
    ends = [(k + shift, interval_over_seeds(values.tolist())) for k, values in enumerate(groups)]
    bounded = [(x, e.median, e.lower, e.upper) for x, e in ends if np.isfinite(e).all()]
    rest = np.array([(x, e.median) for x, e in ends if np.isfinite(e.median) and not np.isfinite(e).all()])
    marks: list[Whiskers | Line] = [Whiskers(*zip(*bounded, strict=True), label, colour)] if bounded else []
    return (*marks, *([Line(rest[:, 0], rest[:, 1], "" if bounded else label, "points", colour)] if len(rest) else []))
