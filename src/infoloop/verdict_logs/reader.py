"""Tallies of logs: attempts and passes of each problem, from a log in any format."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.host_functions import host_only
from infoloop.reporting.suggestions import cut_text, did_you_mean, quote
from infoloop.verdict_logs.estimators import Tally
from infoloop.verdict_logs.files.byte_streams import shown
from infoloop.verdict_logs.files.log_parts import LogReading, open_log
from infoloop.verdict_logs.formats import plain, verl
from infoloop.verdict_logs.formats.log_format import LogError, Settings
from infoloop.verdict_logs.groups.group_counts import tally_problems
from infoloop.verdict_logs.groups.group_table import GroupTable, collect_groups
from infoloop.verdict_logs.groups.partial_verdicts import without_partial_verdicts
from infoloop.verdict_logs.groups.within_groups import measured_names
from infoloop.verdict_logs.right_answers import pass_option

LogFileError = LogError
ALL_KEYS = (*plain.KEYS, "n", "c")  # the last two for counts


@host_only
@kinds_checked
def read_log(
    path: str | Path,
    columns: Mapping[str, str] | None = None,
    form: str | None = None,
    threshold: float | None = None,
) -> Tally:
    """Return the tally of a log of answers, of all its steps together.

    Args:
        path: a file or a folder of files in a format that `formats` has, a CSV with the columns `problem`, `attempt`
            and `pass` (0, 1, true, false, pass, fail ...) for one.
        columns: what these columns, or others of `ALL_KEYS`, are called, `{"pass": "reward"}`.
        form: the name of the format; told from the content where it is None.
        threshold: the reward from which on an answer is right, where the log has no verdicts.

    Returns:
        The names of the problems as texts, in order, with the numbers of their attempts and passes; what counts as a
        pass is the log's first verdict. Answers without one are left out.

    Raises:
        LogFileError: a ValueError of one line, for a file that cannot be read, lacks a column or a value, or has one
            attempt twice or a verdict that is none.

    >>> read_log("no/such.csv")
    Traceback (most recent call last):
    infoloop.verdict_logs.formats.log_format.LogError: no/such.csv: cannot be read: No such file or directory
    """
    named = {key: name for key, name in column_names(columns).items() if key in (columns or {})}
    return tally_of(open_log(path, form, Settings(named, threshold)))


def tally_of(reading: LogReading) -> Tally:
    """Return the tally of a log that is open, by its first verdict.

    Raises:
        LogFileError: for a log without verdicts.
    """
    table = judged_table(reading)
    if reading.graded or table.place("verdict") is None or not len(tally_problems(table).problems):
        what = "rewards are graded" if reading.graded else "there is no verdict"
        option = "--threshold from which one on an answer is right" if reading.graded else pass_option(table)
        raise LogFileError(f"{shown(reading.path)}: {what}: say with {option}")
    return tally_problems(table)


def judged_table(reading: LogReading) -> GroupTable:
    """Return the groups of a log that is open, with the verdicts that are verdicts all over it.

    Raises:
        LogFileError: for a column that the user says is a verdict and that is none, and a threshold without effect.
    """
    settings, written = reading.settings, collect_groups(reading)
    names = settings.verifiers(measured_names(written, "verdict"))
    divided = names[0] if names and settings.threshold is not None else ""
    table = without_partial_verdicts(written, divided, "score" if reading.form is verl.FORMAT else "")
    for name in names:
        if name not in measured_names(table, "verdict"):
            why = "takes other values than two of which one is 0 or which are opposite"
            remedy = "say with --threshold from which one on an answer is right"
            raise LogFileError(f"{shown(reading.path)}: {cut_text(name)} {why}: {remedy}")
    if settings.threshold is not None and not _divides(reading, table):
        raise LogFileError(
            f"{shown(reading.path)}: --threshold {settings.threshold:g} has no effect, for no number is divided by it: "
            "leave it out, or name the number with --columns pass=NAME"
        )
    return table


def _divides(reading: LogReading, table: GroupTable) -> bool:
    """Return whether the threshold made a verdict."""
    if reading.form is plain.FORMAT:
        return reading.divided
    verdicts, components = (measured_names(table, kind) for kind in ("verdict", "component"))
    return bool(reading.settings.columns.get("pass")) or any(n in components or " >= " in n for n in verdicts)


def column_names(columns: Mapping[str, str] | None) -> dict[str, str]:
    """Return what `problem`, `attempt`, `pass` and others are called in a file: themselves, unless `columns` says more.

    >>> column_names({"pass": "reward"})["pass"]
    'reward'
    """
    for key in columns or {}:
        if key not in ALL_KEYS:
            raise LogFileError(
                f"columns: there is no {quote(key)}{did_you_mean(key, ALL_KEYS)}; keys are {', '.join(ALL_KEYS)}"
            )
    names = {key: key for key in plain.KEYS} | dict(columns or {})
    for one, other in itertools.combinations(plain.KEYS, 2):
        if names[one] == names[other] and {one, other} != {"pass", "reward"}:
            raise LogFileError(
                f"columns: {one} and {other} are both {quote(names[one])}: give each a column of its own"
            )
    return names


def parse_columns(text: str) -> dict[str, str]:
    """Return the columns in a text such as `problem=task_id,pass=reward`; raise ValueError if it is none.

    >>> parse_columns("problem=task_id,pass=reward")
    {'problem': 'task_id', 'pass': 'reward'}
    """
    parts = [[side.strip() for side in part.partition("=")] for part in text.split(",")]
    if not all(key and name for key, _, name in parts):
        raise LogFileError(f"columns: {quote(text)} is not understood: write problem=NAME,attempt=NAME,pass=NAME")
    found: dict[str, str] = {}
    for key, _, name in parts:
        if key in found:
            more = f": of several verifiers write pass={found[key]}+{name}" if key == "pass" else ": name one column"
            raise LogFileError(f"columns: {quote(key)} stands twice{more}")
        found[key] = name
    return found
