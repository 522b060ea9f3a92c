"""What counts as a right answer in a log: the first verifier, and from which number on it says so."""

from __future__ import annotations

from infoloop.reporting.suggestions import cut_text
from infoloop.verdict_logs.groups.group_sums import Measured
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.within_groups import measured_names

_TOTALS = ("reward", "score")  # verdicts of these names are made of the whole reward, where no component has the name
_LONGEST = 60  # characters of a name


def right_where(table: GroupTable, threshold: float | None = None) -> str:
    """Return which answers are right, in words; an empty text for a log without verdicts.

    Args:
        table: Groups of rollouts.
        threshold: What the user gave; which verdicts it made is not known here, so that only their name is said.

    >>> import numpy as np
    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> reward = np.array([-1.0, 1.0])
    >>> log = Rollouts(np.array(["a", "a"]), np.arange(2), reward=reward, verdicts={"reward": reward > 0})
    >>> right_where(collect_groups([log]))
    'right where reward is above 0 (-1 to 1)'
    """
    names = measured_names(table, "verdict")
    if not names:
        return ""
    name, place = cut_text(names[0], _LONGEST), _number_behind(table, names[0])
    if place is None or threshold is not None:
        return f"right by {name}"
    known = table.count[:, place] > 0
    least, largest = table.least[known, place].min(), table.largest[known, place].max()
    if least < 0:
        return f"right where {name} is above 0 ({least:g} to {largest:g})"
    return f"right where {name} is 1"


def _number_behind(table: GroupTable, verdict: str) -> int | None:
    """Return the place of the number that a verdict was made of; None where the log has the verdict alone."""
    if Measured("component", verdict) in table.measured:
        return table.measured.index(Measured("component", verdict))
    return table.place("reward") if verdict in _TOTALS else None
