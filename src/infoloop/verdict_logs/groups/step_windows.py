"""Windows of steps: a run cut into stretches of about as many rollouts each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.groups.group_table import GroupTable

MOST_WINDOWS = 12


class StepWindow(NamedTuple):
    """Some steps of a log that follow each other.

    Attributes:
        first: The first step.
        last: The last one.
        groups: Which groups of the table they have: a slice, for groups stand in the order of steps.
    """

    first: int
    last: int
    groups: slice


@host_only
def cut_steps(table: GroupTable, most: int = MOST_WINDOWS) -> tuple[StepWindow, ...]:
    """Return windows of steps that have about as many rollouts each; no step is cut.

    Args:
        table: Groups of a log.
        most: How many windows at most, from 1 on.

    Raises:
        ValueError: `most` is below 1.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> part = Rollouts(np.array(["a"] * 8), np.arange(8), step=np.array([1, 1, 1, 1, 2, 2, 3, 3]))
    >>> [(window.first, window.last) for window in cut_steps(collect_groups([part]), 2)]
    [(1, 1), (2, 3)]
    """
    if most < 1:
        raise ValueError(f"most is {most}: give a number of windows from 1 on")
    starts = np.searchsorted(table.step, table.steps)
    rollouts = np.add.reduceat(table.size.astype(np.int64), starts)
    middle = np.cumsum(rollouts) - rollouts / 2
    _, firsts = np.unique(np.floor(most * middle / rollouts.sum()), return_index=True)
    ends = [*firsts[1:], table.steps.size]
    bounds = [*starts, table.step.size]
    return tuple(
        StepWindow(int(table.steps[a]), int(table.steps[b - 1]), slice(int(bounds[a]), int(bounds[b])))
        for a, b in zip(firsts.tolist(), ends, strict=True)
    )
