"""Tallies of logs: attempts and passes of each problem, from a log in any format."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.host_functions import host_only
from infoloop.reporting.suggestions import cut_text, did_you_mean, quote
from infoloop.verdict_logs.estimators import Tally
from infoloop.verdict_logs.files.byte_streams import shown
from infoloop.verdict_logs.files.log_parts import LogReading, open_log
from infoloop.verdict_logs.formats import plain, verl
from infoloop.verdict_logs.formats.column_values import are_verdicts
from infoloop.verdict_logs.formats.log_format import LogError, Settings

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
    import pandas as pd

    tallies: dict[str, tuple[Counter[str], Counter[str]]] = {}
    values: dict[str, np.ndarray] = {}  # of the numbers that verdicts were made of, four at most
    for part in reading:
        numbers = {"score": part.reward} if reading.form is verl.FORMAT and part.reward is not None else {}
        for name, given in {**numbers, **part.rewards}.items():
            values[name] = np.union1d(values.get(name, np.zeros(0)), given[~np.isnan(given)])[:4]
        for name, verdict in part.verdicts.items():
            judged = ~np.isnan(verdict)
            codes, names = pd.factorize(part.problem[judged])
            attempts, passes = tallies.setdefault(name, (Counter(), Counter()))
            attempts.update(dict(zip(names, np.bincount(codes, minlength=len(names)).tolist(), strict=True)))
            right = np.bincount(codes, verdict[judged], minlength=len(names))
            passes.update(dict(zip(names, right.astype(int).tolist(), strict=True)))
    threshold = reading.settings.threshold is not None
    divided = reading.settings.verifiers(tallies)[:1] if threshold else ()
    kept = [name for name in tallies if name in divided or name not in values or are_verdicts(values[name])]
    check_settings(reading, kept, values)
    attempts, passes = tallies[kept[0]] if kept else (Counter(), Counter())
    if reading.graded or not attempts:
        what = "rewards are graded" if reading.graded else "there is no verdict"
        column = "" if reading.graded else ", or name the column of verdicts with --columns pass=NAME"
        raise LogFileError(
            f"{shown(reading.path)}: {what}: say with --threshold from which one on an answer is right{column}"
        )
    names = np.array(sorted(attempts), dtype=object)
    return Tally(names, np.array([attempts[n] for n in names]), np.array([passes[n] for n in names]))


def check_settings(reading: LogReading, verdicts: Collection[str], components: Collection[str]) -> None:
    """Refuse what the user says of the verdicts of a log that was read, and what is not so.

    Args:
        reading: The log.
        verdicts: Names of the numbers that are verdicts all over the log.
        components: Names of the components of the reward.

    Raises:
        LogFileError: for a column that the user says is a verdict and that is none, and a threshold without effect.
    """
    settings = reading.settings
    for name in settings.verifiers(verdicts):
        if name not in verdicts:
            why = "takes other values than two of which one is 0 or which are opposite"
            remedy = "say with --threshold from which one on an answer is right"
            raise LogFileError(f"{shown(reading.path)}: {cut_text(name)} {why}: {remedy}")
    if settings.threshold is None or "pass" in settings.columns:
        divides = reading.divided or reading.form is not plain.FORMAT
    elif reading.form is plain.FORMAT:
        divides = reading.divided
    else:
        divides = any(name in components or " >= " in name for name in verdicts)
    if settings.threshold is not None and not divides:
        raise LogFileError(
            f"{shown(reading.path)}: --threshold {settings.threshold:g} has no effect, for no number is divided by it: "
            "leave it out, or name the number with --columns pass=NAME"
        )


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
