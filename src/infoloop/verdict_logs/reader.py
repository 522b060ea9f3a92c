"""Tallies of logs: attempts and passes of each problem, from a log in any format."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.host_functions import host_only
from infoloop.reporting.suggestions import did_you_mean, quote
from infoloop.verdict_logs.estimators import Tally
from infoloop.verdict_logs.files.byte_streams import shown
from infoloop.verdict_logs.files.log_parts import LogReading, open_log
from infoloop.verdict_logs.formats.log_format import LogError, Settings
from infoloop.verdict_logs.formats.plain import KEYS

LogFileError = LogError


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
        columns: what these columns, or others of `formats.plain.KEYS`, are called, `{"pass": "reward"}`.
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

    attempts: Counter[str] = Counter()
    passes: Counter[str] = Counter()
    for part in reading:
        for verdict in itertools.islice(part.verdicts.values(), 1):
            judged = ~np.isnan(verdict)
            codes, names = pd.factorize(part.problem[judged])
            attempts.update(dict(zip(names, np.bincount(codes, minlength=len(names)).tolist(), strict=True)))
            right = np.bincount(codes, verdict[judged], minlength=len(names))
            passes.update(dict(zip(names, right.astype(int).tolist(), strict=True)))
    if reading.graded or not attempts:
        what = "rewards are graded" if reading.graded else "there is no verdict"
        raise LogFileError(f"{shown(reading.path)}: {what}: say with --threshold from which one on an answer is right")
    names = np.array(sorted(attempts), dtype=object)
    return Tally(names, np.array([attempts[n] for n in names]), np.array([passes[n] for n in names]))


def column_names(columns: Mapping[str, str] | None) -> dict[str, str]:
    """Return what `problem`, `attempt`, `pass` and others are called in a file: themselves, unless `columns` says more.

    >>> column_names({"pass": "reward"})["pass"]
    'reward'
    """
    for key in columns or {}:
        if key not in KEYS:
            raise LogFileError(
                f"columns: there is no {quote(key)}{did_you_mean(key, KEYS)}; keys are {', '.join(KEYS)}"
            )
    names = {key: key for key in KEYS} | dict(columns or {})
    for one, other in itertools.combinations(KEYS, 2):
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
    parts = [part.partition("=") for part in text.split(",")]
    if not all(key.strip() and name.strip() for key, _, name in parts):
        raise LogFileError(f"columns: {quote(text)} is not understood: write problem=NAME,attempt=NAME,pass=NAME")
    return {key.strip(): name.strip() for key, _, name in parts}
