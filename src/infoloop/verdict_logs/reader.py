"""Verdict logs from CSV and Parquet files; whatever is wrong is one line with file, line or row, column and remedy."""

from __future__ import annotations

import contextlib
import csv
import itertools
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from infoloop.reporting.suggestions import did_you_mean
from infoloop.verdict_logs.estimators import Tally

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("problem", "attempt", "pass")
_WORDS = {"0": False, "0.0": False, "false": False, "1": True, "1.0": True, "true": True}
_CHUNK = 2**18  # rows of a CSV in memory as text


RowPlace = Callable[[int], tuple[str, int]]  # of a row, from 0: what its place is called, and its number


class LogFileError(ValueError):
    """A log that cannot be read; the message is `FILE:LINE: COLUMN: what and the remedy`, in Parquet `FILE:row K: `."""


class _Column(NamedTuple):
    """A column as `values[codes]`; code -1 stands for no value."""

    codes: np.ndarray
    values: Sequence[Any]


def read_log(path: str | Path, columns: Mapping[str, str] | None = None) -> Tally:
    """The tally of a verdict log, a `.csv` or `.parquet` file with a row for each attempt; names are texts, in order.

    Columns are `problem`, `attempt`, `pass` (0/1/true/false in any case, 0.0/1.0, or Booleans); others are ignored.
    `columns` says what they are called in the file: `{"pass": "reward"}`. Raises LogFileError (a ValueError) in one
    line.

    >>> read_log("no/such.csv")
    Traceback (most recent call last):
    infoloop.verdict_logs.reader.LogFileError: no/such.csv: cannot be read: No such file or directory
    """
    path, names = Path(path), column_names(columns)
    readers = {".csv": _read_csv, ".parquet": _read_parquet}
    if path.suffix.lower() not in readers:
        raise LogFileError(
            f"{path}: the suffix {path.suffix!r} is not known: give a log in .csv or .parquet, or a pipeline in .toml"
        )
    try:
        path.open("rb").close()
    except OSError as error:
        raise LogFileError(f"{path}: cannot be read: {error.strerror}") from None
    with _long_fields():
        table, place = readers[path.suffix.lower()](path, names)
        return _tally(dict(zip(COLUMNS, table, strict=True)), names, path, place)


@contextlib.contextmanager
def _long_fields() -> Generator[None]:
    """Let the csv module read fields of any length, as answers of a model may be; its limit is one for the process."""
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def column_names(columns: Mapping[str, str] | None) -> dict[str, str]:
    """What `problem`, `attempt` and `pass` are called in a file: themselves, unless `columns` says otherwise.

    >>> column_names({"pass": "reward"})
    {'problem': 'problem', 'attempt': 'attempt', 'pass': 'reward'}
    """
    for key in columns or {}:
        if key not in COLUMNS:
            raise LogFileError(
                f"columns: there is no {key!r}{did_you_mean(key, COLUMNS)}; keys are {', '.join(COLUMNS)}"
            )
    names = {key: key for key in COLUMNS} | dict(columns or {})
    for one, other in itertools.combinations(COLUMNS, 2):
        if names[one] == names[other]:
            raise LogFileError(f"columns: {one} and {other} are both {names[one]!r}: give each a column of its own")
    return names


def parse_columns(text: str) -> dict[str, str]:
    """The columns in a text such as `problem=task_id,pass=reward`, for `read_log`; ValueError if it is none.

    >>> parse_columns("problem=task_id,pass=reward")
    {'problem': 'task_id', 'pass': 'reward'}
    """
    parts = [part.partition("=") for part in text.split(",")]
    if not all(key.strip() and name.strip() for key, _, name in parts):
        raise LogFileError(f"columns: {text!r} is not understood: write problem=NAME,attempt=NAME,pass=NAME")
    return {key.strip(): name.strip() for key, _, name in parts}


def _tally(table: dict[str, _Column], names: dict[str, str], path: Path, place: RowPlace) -> Tally:
    """Count, after looking for what is missing, is no verdict, or stands twice."""
    if not len(table["pass"].codes):
        raise LogFileError(f"{path}: the log is empty: give a row for each attempt")
    verdicts = [_verdict(value) for value in table["pass"].values]
    odd = np.array([verdict is None for verdict in verdicts], bool)
    for key, column in table.items():
        wrong = column.codes < 0
        if key == "pass" and odd.any():
            wrong = wrong | odd[column.codes]
        if wrong.any():
            row = int(wrong.argmax())
            raise LogFileError(f"{path}:{_at(place(row))}: {names[key]}: {_complaint(key, column, row)}")
    problem = table["problem"]
    _refuse_twice(problem, table["attempt"], names, path, place)
    passed = np.array(verdicts, bool)[table["pass"].codes]
    labels = np.array([str(value) for value in problem.values], dtype=object)
    order = np.argsort(labels)
    attempts = np.bincount(problem.codes, minlength=len(labels))
    passes = np.bincount(problem.codes[passed], minlength=len(labels))
    return Tally(labels[order], attempts[order], passes[order])


def _at(place: tuple[str, int]) -> str:
    return str(place[1]) if place[0] == "line" else f"{place[0]} {place[1]}"


def _complaint(key: str, column: _Column, row: int) -> str:
    remedy = "give 0, 1, true or false" if key == "pass" else f"give every row its {key}"
    code = column.codes[row]
    return f"there is no value: {remedy}" if code < 0 else f"{_shown(column.values[code])} is no verdict: {remedy}"


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _verdict(value: Any) -> bool | None:
    if isinstance(value, str):
        return _WORDS.get(value.strip().lower())
    return None if value not in (0, 1) else bool(value)


def _refuse_twice(problem: _Column, attempt: _Column, names: dict[str, str], path: Path, place: RowPlace) -> None:
    import pandas as pd

    pairs = problem.codes.astype(np.int64) * len(attempt.values) + attempt.codes
    twice = pd.Series(pairs, copy=False).duplicated().to_numpy()
    if twice.any():
        row = int(twice.argmax())
        (kind, first), there = place(int((pairs == pairs[row]).argmax())), place(row)
        pair = [_shown(column.values[column.codes[row]]) for column in (problem, attempt)]
        what = f"{names['problem']} {pair[0]}, {names['attempt']} {pair[1]}"
        both = f"{kind}s {first} and {there[1]}"
        raise LogFileError(
            f"{path}:{_at(there)}: {names['attempt']}: {what} stands in {both}: keep one, or number them"
        )


def _found(path: Path, line: str, names: dict[str, str], header: Sequence[str]) -> list[int]:
    """Where the columns stand in the header."""
    for key, name in names.items():
        if header.count(name) != 1:
            twice = "the header has it twice: rename one" if name in header else None
            what = f"there is no such column{did_you_mean(name, header)}; columns are {', '.join(map(_plain, header))}"
            rename = f"; if it has another name, say so with --columns {key}=NAME"
            raise LogFileError(f"{path}:{line} {name}: {twice or what + rename}")
    return [header.index(name) for name in names.values()]


def _plain(name: str) -> str:
    return name if name.isprintable() and len(name) <= 40 else _shown(repr(name))


def _read_csv(path: Path, names: dict[str, str]) -> tuple[list[_Column], RowPlace]:
    import pandas as pd

    lines = _records(path)
    line, header = next(lines, (0, []))
    if not header:
        raise LogFileError(f"{path}: the log is empty: give a header with {', '.join(names.values())} and a row each")
    wanted = _found(path, f"{line}:", names, header)
    _refuse_longer(path, next(lines, None), header)  # of the first row pandas would only drop the rest
    settings: Any = {"header": 0, "names": range(len(header)), "index_col": False, "skipinitialspace": True}
    texts: Any = {"dtype": str, "keep_default_na": False, "na_values": [""], "chunksize": _CHUNK}
    try:
        with pd.read_csv(path, encoding="utf-8", **settings, **texts) as chunks:
            parts = [[_factors(chunk[k]) for k in wanted] for chunk in chunks]
    except UnicodeDecodeError:
        raise _not_utf8(path) from None
    except pd.errors.ParserError as error:
        for record in _records(path):
            _refuse_longer(path, record, header)
            line = record[0]
        unclosed = "a quoted field is not closed" if "EOF inside string" in str(error) else str(error).strip()
        raise LogFileError(f"{path}:{line}: not CSV: {unclosed}") from None
    return [_joined(column) for column in zip(*parts, strict=True)], lambda row: ("line", _line_of(path, row))


def _refuse_longer(path: Path, record: tuple[int, list[str]] | None, header: list[str]) -> None:
    if record and len(record[1]) > len(header) and any(record[1][len(header) :]):
        fields = f"{len(record[1])} fields, but the header has {len(header)}"
        raise LogFileError(f"{path}:{record[0]}: not CSV: there are {fields}: quote a value that holds a comma")


def _not_utf8(path: Path) -> LogFileError:
    """The error with the first line that is not UTF-8."""
    with path.open("rb") as file:
        for line, text in enumerate(file, start=1):
            try:
                text.decode()
            except UnicodeDecodeError as error:
                why = f"byte {text[error.start]:#04x} is not UTF-8: save the log as CSV in UTF-8"
                return LogFileError(f"{path}:{line}: not CSV: {why}")
    return LogFileError(f"{path}: not CSV in UTF-8")


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each record of a CSV with the line it begins on; lines of blanks are none, to pandas too."""
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
            raise _not_utf8(path) from None
        except csv.Error as error:
            raise LogFileError(f"{path}:{line}: not CSV: {error}") from None


def _line_of(path: Path, row: int) -> int:
    return next(itertools.islice(_records(path), row + 1, None))[0]


def _factors(values: pd.Series) -> _Column:
    import pandas as pd

    codes, kinds = pd.factorize(values)
    return _Column(codes.astype(np.int32), list(kinds))


def _joined(parts: Sequence[_Column]) -> _Column:
    """The column of which the parts are the pieces."""
    import pandas as pd

    every = np.array(list(itertools.chain.from_iterable(part.values for part in parts)), dtype=object)
    place, values = pd.factorize(every)
    pieces = np.split(place, np.cumsum([len(part.values) for part in parts])[:-1])
    codes = [np.append(piece, -1)[part.codes] for part, piece in zip(parts, pieces, strict=True)]
    return _Column(np.concatenate(codes).astype(np.int32), list(values))


def _read_parquet(path: Path, names: dict[str, str]) -> tuple[list[_Column], RowPlace]:
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
        raise LogFileError(f"{path}: not Parquet: {str(error).splitlines()[0]}") from None
    for name in names.values():
        kind = table.schema.field(name).type
        if pa.types.is_nested(kind):
            raise LogFileError(f"{path}: {name}: its values are of the nested type {kind}: give plain ones")
    frame = table.select(list(names.values())).to_pandas(ignore_metadata=True, strings_to_categorical=True)
    return [_factors(frame[name]) for name in names.values()], lambda row: ("row", row + 1)
