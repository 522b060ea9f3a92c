"""CSV and TSV as frames of texts; the csv module reads a file again only to name the line of what is wrong."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infoloop.reporting.suggestions import cut_text
from infoloop.reporting.text_files import NUL
from infoloop.verdict_logs.files.byte_streams import BlockReader, byte_blocks, byte_file, shown
from infoloop.verdict_logs.files.omissions import Omissions
from infoloop.verdict_logs.formats.log_format import LogError

if TYPE_CHECKING:
    import pandas as pd

CHUNK = 2**17  # rows in memory as text
_CHUNK_CELLS = 2**22  # of these rows
_CHUNK_BYTES = 2**26  # of these rows, about
_MOST_CHUNK_BYTES = 2**30  # more is a quotation mark that is not closed
_MOST_FIELD = 2**26  # characters
_MOST_COLUMNS = 10_000  # pandas takes some kilobytes for each
_DELIMITERS = ",;\t"


@contextlib.contextmanager
def _long_fields() -> Generator[None, None, None]:
    """Let the csv module read long answers; the limit is one for the process."""
    before = csv.field_size_limit(_MOST_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def read_delimited(
    path: Path, choose: Callable[[list[str]], list[str]], omissions: Omissions
) -> Iterator[pd.DataFrame]:
    """Yield the rows of a CSV or TSV file as texts, NaN where there is none, with their numbers from 1 as the index."""
    import pandas as pd

    separator, line, header, first = _opening(path)
    wanted = _places(path, line, header, choose)
    width = max(len(header), len(first[1]))  # of its first row pandas would drop what is too much
    if width > _MOST_COLUMNS:
        where = line if len(header) == width else first[0]
        why = f"there are {width:,} columns, at most {_MOST_COLUMNS:,} are read"
        raise LogError(f"{shown(path)}:{where}: {why}: leave out those that an audit ignores")
    settings: Any = {"header": 0, "names": range(width), "index_col": False, "skipinitialspace": True}
    texts: Any = {"dtype": str, "keep_default_na": False, "na_values": [""], "sep": separator}
    texts["chunksize"] = max(1, min(CHUNK, _CHUNK_CELLS // width, _CHUNK_BYTES // _line_bytes(path)))
    rows, unread = 0, [0]
    file = io.BufferedReader(BlockReader(_text_blocks(path, omissions, unread)), 2**20)
    try:
        with pd.read_csv(file, encoding="utf-8", **settings, **texts) as chunks:
            for chunk in chunks:
                if chunk.iloc[:, len(header) :].notna().any(axis=None):
                    _refuse_longer(path, header)
                part = chunk[list(wanted.values())].set_axis(list(wanted), axis=1)
                part.index = pd.RangeIndex(rows + 1, rows + 1 + len(part))
                rows, unread[0] = rows + len(part), 0
                yield part
    except UnicodeDecodeError:
        raise _not_utf8(path) or LogError(f"{shown(path)}: not CSV in UTF-8") from None
    except pd.errors.ParserError as error:
        line = _refuse_longer(path, header)
        text = "a quoted field is not closed" if "EOF inside string" in str(error) else cut_text(str(error), 200)
        raise LogError(f"{shown(path)}:{line}: not CSV: {text}") from None


@_long_fields()
def first_records(path: Path, most: int = 3) -> list[dict[str, str]]:
    """Return the first rows of a CSV or TSV file by the names of its header; one of empty texts where there is none."""
    separator, _, header, _ = _opening(path)
    rows = [fields for _, fields in itertools.islice(_records(path, separator), 1, 1 + most)]
    return [{name: fields[k] if k < len(fields) else "" for k, name in _named(header)} for fields in rows or [[]]]


@_long_fields()
def line_of(path: Path, row: int) -> int:
    """Return the line on which a row of a CSV or TSV file begins; rows count from 1."""
    records = _records(path, _opening(path)[0])
    return next(itertools.islice(records, row, None))[0]


@_long_fields()
def _opening(path: Path) -> tuple[str, int, list[str], tuple[int, list[str]]]:
    """Return the delimiter, the header with its line, and the first row with its line."""
    found = max((_header(path, separator) for separator in _DELIMITERS), key=lambda found: len(found[2]))
    if not found[2]:
        raise LogError(f"{shown(path)}: the log is empty: give a header with problem, attempt, pass and a row each")
    return found


def _header(path: Path, separator: str) -> tuple[str, int, list[str], tuple[int, list[str]]]:
    records = _records(path, separator)
    line, header = next(records, (0, []))
    return separator, line, header, next(records, (line, []))


def _named(header: list[str]) -> list[tuple[int, str]]:
    """Return the columns that have a name; the first has none where a table was written with its row numbers."""
    return [(k, name) for k, name in enumerate(header) if name and not (k == 0 and name == "Unnamed: 0")]


def _places(path: Path, line: int, header: list[str], choose: Callable[[list[str]], list[str]]) -> dict[str, int]:
    """Return by name where the columns stand in the header."""
    try:
        wanted = choose(list(dict.fromkeys(name for _, name in _named(header))))
    except LogError as error:
        raise LogError(f"{shown(path)}:{line}: {error}") from None
    for name in wanted:
        if header.count(name) != 1:
            raise LogError(f"{shown(path)}:{line}: {cut_text(name)}: the header has it twice: rename one")
    return {name: header.index(name) for name in wanted}


def _line_bytes(path: Path) -> int:
    """Return about how many bytes a line has, from the first ones."""
    start = next(byte_blocks(path, size=2**20), b"")
    return max(1, len(start) // max(1, start.count(b"\n")))


def _text_blocks(path: Path, omissions: Omissions, unread: list[int]) -> Iterator[bytes]:
    """Yield the bytes of a file without NUL; `unread` counts those of which no row was made."""
    line = 1
    for block in byte_blocks(path, omissions):
        place = block.find(b"\0")
        if place >= 0:
            line += block.count(b"\n", 0, place)
            raise _not_utf8(path, line) or LogError(f"{shown(path)}:{line}: not CSV: {NUL}")
        line += block.count(b"\n")
        unread[0] += len(block)
        if unread[0] > _MOST_CHUNK_BYTES:
            raise LogError(f"{shown(path)}: not CSV: a quoted field before line {line:,} is not closed")
        yield block


@_long_fields()
def _refuse_longer(path: Path, header: list[str]) -> int:
    """Raise LogError with the first record that has more in it than the header; return the line of the last one."""
    line = 1
    for line, fields in _records(path, _opening(path)[0]):
        if any(fields[len(header) :]):
            found = f"there are {len(fields)} fields, but the header has {len(header)}"
            raise LogError(f"{shown(path)}:{line}: not CSV: {found}: quote a value that holds a comma")
    return line


def _not_utf8(path: Path, last: int | None = None) -> LogError | None:
    """Return the error with the first line that is not UTF-8, up to the line `last`; None if all are."""
    with byte_file(path) as file:
        for line, text in enumerate(itertools.islice(file, last), start=1):
            try:
                text.decode()
            except UnicodeDecodeError as error:
                why = f"byte {text[error.start]:#04x} is not UTF-8: save the log as CSV in UTF-8"
                return LogError(f"{shown(path)}:{line}: not CSV: {why}")
    return None


def _records(path: Path, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line it begins on; lines of blanks are none, to pandas too."""
    last = [""]

    def texts(file: Iterable[str]) -> Iterator[str]:
        for last[0] in file:
            yield last[0]

    with io.TextIOWrapper(byte_file(path), encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(texts(file), skipinitialspace=True, delimiter=separator)
        line = 1
        try:
            for fields in reader:
                if len(fields) > 1 or last[0].strip():
                    yield line, fields
                line = reader.line_num + 1
        except UnicodeDecodeError:
            raise _not_utf8(path) or LogError(f"{shown(path)}: not CSV in UTF-8") from None
        except csv.Error as error:
            raise LogError(f"{shown(path)}:{line}: not CSV: {error}") from None
