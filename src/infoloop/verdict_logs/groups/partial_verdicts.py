"""Numbers that were verdicts in one part of a log and graded in another: they are no verdicts."""

from __future__ import annotations

import dataclasses

import numpy as np

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.formats.column_values import are_verdicts
from infoloop.verdict_logs.groups.group_sums import Measured
from infoloop.verdict_logs.groups.group_table import MOST_JUDGES, GroupTable


@host_only
def without_partial_verdicts(table: GroupTable, divided: str = "", total: str = "") -> GroupTable:
    """Return the table without verdicts that some part of the log has as more than verdicts.

    A log is read in parts. A reward function that gave only 0 and 1 in one part is a verifier there; where it gave .5
    in another, it is none, and what it said in the first part is no verdict on the log: the component has more rollouts
    than the verdict, or more than two values.

    Args:
        table: Groups of a log.
        divided: The name of a verdict that is a number divided by the user's threshold; it stays.
        total: The name of a verdict that is made of the whole reward, if no component has the name.

    >>> import numpy as np
    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> a, row, said = np.array(["a", "a"]), np.arange(2), np.array([0.0, 1.0])
    >>> early = Rollouts(a, row, rewards={"style": said}, verdicts={"style": said})
    >>> late = Rollouts(a, row, rewards={"style": said / 2})
    >>> [number.kind for number in without_partial_verdicts(collect_groups([early, late])).measured]
    ['component']
    """
    partial = {
        number.name
        for k, number in enumerate(table.measured)
        if number.kind == "verdict" and number.name != divided and _is_partial(table, k, total)
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


def _is_partial(table: GroupTable, verdict: int, total: str) -> bool:
    """Return whether the number that a verdict was made of is more than verdicts; False where there is no such number.

    Of a part it is known that it has two values at most, so that the ends of its groups are all of them.
    """
    name = table.measured[verdict].name
    kinds = (Measured("component", name), *([Measured("reward", "")] if name == total else []))
    made_of = next((table.measured.index(number) for number in kinds if number in table.measured), None)
    if made_of is None:
        return False
    values = np.concatenate([table.least[:, made_of], table.largest[:, made_of]])
    return bool(table.count[:, verdict].sum() < table.count[:, made_of].sum()) or not are_verdicts(values)
