"""Verdict logs from CSV and Parquet files; whatever is wrong is one line with file, line or row, column and remedy.

pandas reads the files; the csv module reads a CSV again only to name the line of what is wrong.
"""

from __future__ import annotations

import csv
import itertools
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.host_functions import host_only
from infoloop.reporting.suggestions import cut_text, did_you_mean, list_names, quote
from infoloop.reporting.text_files import NUL, UnreadableFileError, check_regular_file, line_with_nul
from infoloop.verdict_logs.estimators import Tally

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("problem", "attempt", "pass")
_VERDICTS = {"0": 0.0, "0.0": 0.0, "false": 0.0, "1": 1.0, "1.0": 1.0, "true": 1.0}
_CHUNK = 2**18  # rows of a CSV in memory as text
_CHUNK_CELLS = 2**22  # of these rows
_MOST_COLUMNS = 10_000  # pandas takes some kilobytes for each

RowPlace = Callable[[int], tuple[str, int]]  # of a row, from 0: what its place is called, and its number


class LogFileError(ValueError):
    """A log that cannot be read; the message is `FILE:LINE: COLUMN: what and the remedy`, in Parquet `FILE:row K: `."""


@host_only
@kinds_checked
def read_log(path: str | Path, columns: Mapping[str, str] | None = None) -> Tally:
    """Return the tally of a verdict log, a file with a row for each attempt.

    Args:
        path: a `.csv` or `.parquet` file with the columns `problem`, `attempt` and `pass` (0, 1, true, false in any
            case, 0.0, 1.0, or Booleans); further columns are ignored.
        columns: what these columns are called in the file, `{"pass": "reward"}`.

    Returns:
        The names of the problems as texts, in order, with the numbers of their attempts and passes.

    Raises:
        LogFileError: a ValueError of one line, for a file that cannot be read, lacks a column or a value, or has one
            attempt twice or a verdict that is none.

    >>> read_log("no/such.csv")
    Traceback (most recent call last):
    infoloop.verdict_logs.reader.LogFileError: no/such.csv: cannot be read: No such file or directory
    """
    path, names = Path(path), column_names(columns)
    readers = {".csv": _read_csv, ".parquet": _read_parquet}
    special = path.exists() and not path.is_file() and not path.is_dir()  # such as /dev/zero: refused as what it is
    if path.suffix.lower() not in readers and not special:
        raise LogFileError(
            f"{path}: the suffix {path.suffix!r} is not known: give a log in .csv or .parquet, or a pipeline in .toml"
        )
    try:
        check_regular_file(path)
    except UnreadableFileError as error:
        raise LogFileError(f"{path}: cannot be read: {error.reason}") from None
    before = csv.field_size_limit(sys.maxsize)  # an answer of a model may be long; the limit is one for the process
    try:
        return _tally(*readers[path.suffix.lower()](path, names), names, path)
    except OSError as error:
        raise LogFileError(f"{path}: cannot be read: {error.strerror or error}") from None
    finally:
        csv.field_size_limit(before)


def column_names(columns: Mapping[str, str] | None) -> dict[str, str]:
    """Return what `problem`, `attempt` and `pass` are called in a file: themselves, unless `columns` says otherwise.

    >>> column_names({"pass": "reward"})
    {'problem': 'problem', 'attempt': 'attempt', 'pass': 'reward'}
    """
    for key in columns or {}:
        if key not in COLUMNS:
            raise LogFileError(
                f"columns: there is no {quote(key)}{did_you_mean(key, COLUMNS)}; keys are {', '.join(COLUMNS)}"
            )
    names = {key: key for key in COLUMNS} | dict(columns or {})
    for one, other in itertools.combinations(COLUMNS, 2):
        if names[one] == names[other]:
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


def _tally(log: pd.DataFrame, place: RowPlace, names: dict[str, str], path: Path) -> Tally:
    """Count attempts and passes, after looking for what is missing, is no verdict, or stands twice."""
    if log.empty:
        raise LogFileError(f"{path}: the log is empty: give a row for each attempt")
    passed = log["pass"].map(_verdict, na_action="ignore").astype(float)
    for key, values in (("problem", log["problem"]), ("attempt", log["attempt"]), ("pass", passed)):
        if values.hasnans:
            row = int(values.isna().to_numpy().argmax())
            raise LogFileError(f"{path}:{_at(place(row))}: {names[key]}: {_complaint(key, log[key].iloc[row])}")
    _refuse_twice(log, place, names, path)
    problem = log["problem"].cat
    labels = np.array([str(value) for value in problem.categories], dtype=object)
    order = np.argsort(labels)
    attempts = np.bincount(problem.codes, minlength=len(labels))
    passes = np.bincount(problem.codes[passed == 1], minlength=len(labels))
    return Tally(labels[order], attempts[order], passes[order])


def _at(place: tuple[str, int]) -> str:
    return str(place[1]) if place[0] == "line" else f"{place[0]} {place[1]}"


def _complaint(key: str, value: Any) -> str:
    remedy = "give 0, 1, true or false" if key == "pass" else f"give every row its {key}"
    missing = isinstance(value, float) and math.isnan(value)
    return f"there is no value: {remedy}" if missing else f"{_shown(value)} is no verdict: {remedy}"


def _shown(value: Any) -> str:
    return quote(value, 40) if isinstance(value, str) else cut_text(str(value), 40)


def _verdict(value: Any) -> float:
    """Return 1 for a pass, 0 for a failure and NaN for what is neither."""
    if isinstance(value, str):
        return _VERDICTS.get(value.strip().lower(), math.nan)
    return float(value) if value in (0, 1) else math.nan


def _refuse_twice(log: pd.DataFrame, place: RowPlace, names: dict[str, str], path: Path) -> None:
    problems, attempts = log["problem"].cat, log["attempt"].cat
    pairs = problems.codes.astype(np.int64) * len(attempts.categories) + attempts.codes
    twice = pairs.duplicated()
    if twice.any():
        row = int(twice.argmax())
        first = int((pairs == pairs[row]).argmax())
        problem, attempt = log["problem"].iloc[row], log["attempt"].iloc[row]
        what = f"{names['problem']} {_shown(problem)}, {names['attempt']} {_shown(attempt)}"
        both = f"{place(row)[0]}s {place(first)[1]} and {place(row)[1]}"
        why = f"{what} stands in {both}: keep one, or number them"
        raise LogFileError(f"{path}:{_at(place(row))}: {names['attempt']}: {why}")


def _found(path: Path, line: str, names: dict[str, str], header: Sequence[str]) -> list[int]:
    """Return where the columns stand in the header."""
    for key, name in names.items():
        if header.count(name) != 1:
            twice = "the header has it twice: rename one" if name in header else None
            what = f"there is no such column{did_you_mean(name, header)}; columns are {list_names(header, name)}"
            rename = f"; if it has another name, say so with --columns {key}=NAME"
            raise LogFileError(f"{path}:{line} {cut_text(name)}: {twice or what + rename}")
    return [header.index(name) for name in names.values()]


def _read_csv(path: Path, names: dict[str, str]) -> tuple[pd.DataFrame, RowPlace]:
    import pandas as pd

    line = line_with_nul(path)
    if line is not None:
        raise _not_utf8(path, line) or LogFileError(f"{path}:{line}: not CSV: {NUL}")
    records = _records(path)
    line, header = next(records, (0, []))
    if not header:
        raise LogFileError(f"{path}: the log is empty: give a header with {', '.join(names.values())} and a row each")
    wanted = _found(path, f"{line}:", names, header)
    first = next(records, (line, []))
    width = max(len(header), len(first[1]))  # of its first row pandas would drop what is too much
    if width > _MOST_COLUMNS:
        where = line if len(header) == width else first[0]
        why = f"there are {width:,} columns, at most {_MOST_COLUMNS:,} are read"
        raise LogFileError(f"{path}:{where}: {why}: leave out those that an audit ignores")
    settings: Any = {"header": 0, "names": range(width), "index_col": False, "skipinitialspace": True}
    texts: Any = {"dtype": str, "keep_default_na": False, "na_values": [""]}
    texts["chunksize"] = max(1, min(_CHUNK, _CHUNK_CELLS // width))
    parts = []
    try:
        with pd.read_csv(path, encoding="utf-8", **settings, **texts) as chunks:
            for chunk in chunks:
                if chunk.iloc[:, len(header) :].notna().any(axis=None):
                    _refuse_longer(path, header)
                parts.append(chunk[wanted].astype("category"))
    except UnicodeDecodeError:
        raise _not_utf8(path) or LogFileError(f"{path}: not CSV in UTF-8") from None
    except pd.errors.ParserError as error:
        line = _refuse_longer(path, header)
        unclosed = (
            "a quoted field is not closed" if "EOF inside string" in str(error) else cut_text(str(error).strip(), 200)
        )
        raise LogFileError(f"{path}:{line}: not CSV: {unclosed}") from None
    joined = (pd.api.types.union_categoricals([part[k] for part in parts]) for k in wanted)
    log = pd.DataFrame(dict(zip(COLUMNS, joined, strict=True)), copy=False)
    return log, lambda row: ("line", next(itertools.islice(_records(path), row + 1, None))[0])


def _refuse_longer(path: Path, header: list[str]) -> int:
    """Raise LogFileError with the first record that has more in it than the header; return the line of the last one."""
    line = 1
    for line, fields in _records(path):
        if any(fields[len(header) :]):
            found = f"there are {len(fields)} fields, but the header has {len(header)}"
            raise LogFileError(f"{path}:{line}: not CSV: {found}: quote a value that holds a comma")
    return line


def _not_utf8(path: Path, last: int | None = None) -> LogFileError | None:
    """Return the error with the first line that is not UTF-8, up to the line `last`; None if all are."""
    with path.open("rb") as file:
        for line, text in enumerate(itertools.islice(file, last), start=1):
            try:
                text.decode()
            except UnicodeDecodeError as error:
                why = f"byte {text[error.start]:#04x} is not UTF-8: save the log as CSV in UTF-8"
                return LogFileError(f"{path}:{line}: not CSV: {why}")
    return None


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield each record of a CSV with the line it begins on; lines of blanks are none, to pandas too."""
    last = [""]

    def texts(file: Iterable[str]) -> Iterator[str]:
        for last[0] in file:
            yield last[0]

    with path.open(encoding="utf-8-sig", newline="") as file:
        reader, line = csv.reader(texts(file), skipinitialspace=True), 1
        try:
            for fields in reader:
                if len(fields) > 1 or last[0].strip():
                    yield line, fields
                line = reader.line_num + 1
        except UnicodeDecodeError:
            raise _not_utf8(path) or LogFileError(f"{path}: not CSV in UTF-8") from None
        except csv.Error as error:
            raise LogFileError(f"{path}:{line}: not CSV: {error}") from None


def _read_parquet(path: Path, names: dict[str, str]) -> tuple[pd.DataFrame, RowPlace]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        remedy = "an optional extra: pip install 'infoloop[parquet]'"
        raise LogFileError(f"{path}: a Parquet file needs pyarrow, {remedy}") from None
    try:
        header = pq.read_schema(path).names
        _found(path, "", names, header)
        table = pq.read_table(path, columns=list(names.values()))
    except (pa.ArrowException, OSError) as error:
        raise LogFileError(f"{path}: not Parquet: {cut_text(str(error), 200)}") from None
    for field in table.schema:
        if pa.types.is_nested(field.type):
            why = f"its values are of the nested type {cut_text(str(field.type))}: give plain ones"
            raise LogFileError(f"{path}: {cut_text(field.name)}: {why}")
    log = table.select(list(names.values())).rename_columns(COLUMNS)
    return log.to_pandas(ignore_metadata=True).astype("category"), lambda row: ("row", row + 1)
