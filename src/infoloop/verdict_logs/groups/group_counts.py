"""Verdicts of groups: how many say right, group by group or problem by problem."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import Tally
from infoloop.verdict_logs.groups.group_table import GroupTable


class GroupCounts(NamedTuple):
    """Groups with verdicts of the first verifier: which groups of the table, how many verdicts, how many say right."""

    groups: np.ndarray
    attempts: np.ndarray
    passes: np.ndarray


@host_only
def count_passes(table: GroupTable) -> GroupCounts:
    """Return the groups that have verdicts, by the first verifier.

    Args:
        table: Groups of a log.

    Raises:
        ValueError: The log has no verdicts.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> part = Rollouts(np.array(["a", "a"]), np.array([1, 2]), verdicts={"tests": np.array([0.0, 1.0])})
    >>> count_passes(collect_groups([part])).passes.tolist()
    [1]
    """
    place = table.place("verdict")
    if place is None:
        raise ValueError("the log has rewards and no verdicts: give a threshold from which on an answer is right")
    groups = np.flatnonzero(table.count[:, place])
    return GroupCounts(groups, table.count[groups, place], table.total[groups, place].astype(np.int64))


@host_only
def tally_problems(table: GroupTable, of: np.ndarray | None = None) -> Tally:
    """Return how often each problem was tried and passed, by the first verifier, in these groups.

    Args:
        table: Groups of a log.
        of: Which groups count, true or false; all unless given.

    Raises:
        ValueError: The log has no verdicts.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> part = Rollouts(np.array(["b", "a"]), np.array([1, 2]), verdicts={"tests": np.array([0.0, 1.0])})
    >>> [x.tolist() for x in tally_problems(collect_groups([part]))]
    [['a', 'b'], [1, 1], [1, 0]]
    """
    groups, attempts, passes = count_passes(table)
    if of is not None:
        kept = np.asarray(of)[groups]
        groups, attempts, passes = groups[kept], attempts[kept], passes[kept]
    n, k = (np.bincount(table.problem[groups], x, table.problems.size).astype(np.int64) for x in (attempts, passes))
    return Tally(table.problems[n > 0], n[n > 0], k[n > 0])
