"""Numbers that were verdicts in one part of a log and graded in another: they are no verdicts."""

from __future__ import annotations

import dataclasses

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.groups.group_table import MOST_JUDGES, GroupTable


@host_only
def without_partial_verdicts(table: GroupTable) -> GroupTable:
    """Return the table without verdicts of which the component of the same name has more rollouts.

    A log is read in parts. A reward function that gave only 0 and 1 in one part is a verifier there; where it gave .5
    in another, it is none, and what it said in the first part is no verdict on the log.

    Args:
        table: Groups of a log.

    >>> import numpy as np
    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> a, row, said = np.array(["a", "a"]), np.arange(2), np.array([0.0, 1.0])
    >>> early = Rollouts(a, row, rewards={"style": said}, verdicts={"style": said})
    >>> late = Rollouts(a, row, rewards={"style": said / 2})
    >>> [number.kind for number in without_partial_verdicts(collect_groups([early, late])).measured]
    ['component']
    """
    counts = {(number.kind, number.name): table.count[:, k].sum() for k, number in enumerate(table.measured)}
    partial = {
        number.name
        for number in table.measured
        if number.kind == "verdict" and counts["verdict", number.name] < counts.get(("component", number.name), 0)
    }
    if not partial:
        return table
    kept = [k for k, number in enumerate(table.measured) if not (number.kind == "verdict" and number.name in partial)]
    judges = [number.name for number in table.measured if number.kind == "verdict"][:MOST_JUDGES]
    patterns = table.judged.reshape(-1, *(3,) * len(judges))
    judged = patterns.sum(axis=tuple(1 + k for k, name in enumerate(judges) if name in partial))
    return dataclasses.replace(
        table,
        measured=tuple(table.measured[k] for k in kept),
        count=table.count[:, kept],
        total=table.total[:, kept],
        products=tuple(tuple(table.products[a][b] for b in kept) for a in kept),
        least=table.least[:, kept],
        largest=table.largest[:, kept],
        judged=judged.reshape(len(table.judged), -1),
    )
