"""What counts as a right answer in a log: the first verifier, from which number on it says so, and why this one."""

from __future__ import annotations

import shlex

import numpy as np

from infoloop.reporting.suggestions import cut_text
from infoloop.verdict_logs.formats.column_values import is_binary
from infoloop.verdict_logs.formats.log_format import Settings
from infoloop.verdict_logs.formats.verdict_names import likeliest_judge, speaks_of_right
from infoloop.verdict_logs.groups.group_sums import Measured
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.within_groups import measured_names

_TOTALS = ("reward", "score")  # verdicts of these names are made of the whole reward, where no component has the name
NOTHING_SAID = Settings()
_FEW = 5  # values of a reward that counts parts
_LONGEST = 60  # characters of a name


def right_where(table: GroupTable, settings: Settings = NOTHING_SAID, trusted: str = "") -> str:
    """Return which answers are right, and why these; an empty text for a log without verdicts.

    Args:
        table: Groups of rollouts.
        settings: What the user says of the log.
        trusted: The verifier whose word is the truth.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> reward = np.array([-1.0, 1.0])
    >>> log = Rollouts(np.array(["a", "a"]), np.arange(2), reward=reward, verdicts={"reward": reward > 0})
    >>> right_where(collect_groups([log]))
    'reward above 0 (no other column judges; values -1 and 1)'
    """
    names = measured_names(table, "verdict")
    if not names:
        return ""
    named = settings.verifiers(names)
    name, said = cut_text(names[0], _LONGEST), bool(named)
    place = number_behind(table, names[0], not said)
    if settings.threshold is not None:
        what = cut_text(named[0], _LONGEST) if said else name.partition(" >= ")[0]
        return f"{what} at least {settings.threshold:g} ({'--columns and ' if said else ''}--threshold)"
    why = "--columns" if said else _why(names, trusted)
    if place is None:
        return f"{name} ({why})"
    return f"{name} above 0 ({why}; {_values(table, place)})"


def pass_option(table: GroupTable) -> str:
    """Return the option that says which answers are right, for a log without verdicts.

    Args:
        table: Groups of rollouts.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> rewards = {"tidy": np.array([0.0, 0.5]), "correctness": np.array([0.5, 2.0])}
    >>> pass_option(collect_groups([Rollouts(np.array(["a", "a"]), np.arange(2), rewards=rewards)]))
    '--columns pass=correctness --threshold 2'
    """
    names, reward = measured_names(table, "component"), table.place("reward")
    if reward is not None:
        return f"--threshold {_threshold(_ends(table, reward))}"
    if not names:
        return "--columns pass=NAME"
    name = likeliest_judge(names)
    values = _ends(table, table.measured.index(Measured("component", name)))
    option = f"--columns {shlex.quote(f'pass={name}')}"
    return option if is_binary(values) else f"{option} --threshold {_threshold(values)}"


def _threshold(values: np.ndarray) -> str:
    """Return the largest of few values; of many, which no choice is clear of, their range."""
    few = len(values) <= _FEW
    return f"{values[-1]:.12g}" if few else f"T, from {values[0]:.3g} to {values[-1]:.3g}"


def number_behind(table: GroupTable, verdict: str, of_reward: bool) -> int | None:
    """Return the place of the number that a verdict was made of; None where the log has the verdict alone.

    Args:
        table: Groups of rollouts.
        verdict: The name of the verifier.
        of_reward: Whether a verdict that has the name of the whole reward was made of it.
    """
    if Measured("component", verdict) in table.measured:
        return table.measured.index(Measured("component", verdict))
    return table.place("reward") if of_reward and verdict in _TOTALS else None


def _why(names: tuple[str, ...], trusted: str) -> str:
    if names[0] == trusted:
        return "it is trusted"
    if speaks_of_right(names[0]) or (names[0] == "score" and len(names) > 1):
        return "its name"
    return "no other column judges" if len(names) == 1 else f"the first of {len(names)} that judge"


def _ends(table: GroupTable, place: int) -> np.ndarray:
    """Return the least and the largest values of groups, each once, in order."""
    known = table.count[:, place] > 0
    return np.unique(np.concatenate([table.least[known, place], table.largest[known, place]]))


def _values(table: GroupTable, place: int) -> str:
    values = [f"{value:g}" for value in _ends(table, place)]
    return f"value {values[0]}" if len(values) == 1 else f"values {', '.join(values[:-1])} and {values[-1]}"
