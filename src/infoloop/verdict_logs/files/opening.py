"""`peek`: what is seen of a file before it is read, from its content, never from its name."""

from __future__ import annotations

import codecs
import contextlib
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from infoloop.reporting.suggestions import quote
from infoloop.verdict_logs.files.arrow_files import arrow_kind, read_arrow
from infoloop.verdict_logs.files.byte_streams import byte_blocks, check_readable, first_bytes, shown
from infoloop.verdict_logs.files.delimited import first_records
from infoloop.verdict_logs.files.json_documents import document_value, is_table, table_records
from infoloop.verdict_logs.files.json_lines import MOST_LINE
from infoloop.verdict_logs.files.json_values import JSONValueError, json_value
from infoloop.verdict_logs.files.zip_archives import ZipArchive
from infoloop.verdict_logs.formats.log_format import LogError, Opening

_RECORDS = 3
_LINES = 50  # that are tried for the first rows
_LONGEST_LIST = 3  # of what is kept of a document
_PICKLE_PROTOCOLS = (b"\2", b"\3", b"\4", b"\5")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def peek(path: Path) -> Opening:
    """Return the kind of a file and its first rows.

    Args:
        path: a file, which may be gzip or Zstandard.

    Returns:
        What `formats.recognition.recognise` looks at.

    Raises:
        LogError: for a file that cannot be read, is empty, or is a pickle.

    >>> peek(Path("no/such.csv"))
    Traceback (most recent call last):
    infoloop.verdict_logs.formats.log_format.LogError: no/such.csv: cannot be read: No such file or directory
    """
    check_readable(path)
    raw = first_bytes(path)
    start = next(byte_blocks(path, size=4096), b"")
    if raw == b"PK\3\4":
        return Opening(path, "zip", members=tuple(_members(path)))
    if start[:1] == b"\x80" and start[1:2] in _PICKLE_PROTOCOLS:
        raise LogError(f"{shown(path)}: a pickle, which would run code: write its rows as JSON lines")
    if arrow_kind(start):
        return Opening(path, "table", tuple(_arrow_records(path)))
    if start[:2] in _UTF_16 and path.suffix.lower() not in (".csv", ".tsv"):
        raise LogError(f"{shown(path)}: text in UTF-16: save it in UTF-8")
    if path.suffix.lower() == ".parquet":
        raise LogError(f"{shown(path)}: not Parquet: it does not begin with PAR1")
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in (b"{", b"[") and path.suffix.lower() not in (".csv", ".tsv"):
        return _json_opening(path)
    return Opening(path, "table", tuple(first_records(path, _RECORDS)))


def _members(path: Path) -> list[str]:
    names = ZipArchive(path).namelist()
    if any(name.endswith("data.pkl") for name in names):
        raise LogError(f"{shown(path)}: a pickle, which would run code: write its rows as JSON lines")
    return names


def _arrow_records(path: Path) -> Iterator[Mapping[str, Any]]:
    names: list[str] = []

    def choose(found: list[str]) -> list[str]:
        names.extend(found)
        return [name for name in found if found.count(name) == 1]  # Arrow selects none by a name that is there twice

    part = next(read_arrow(path, choose, _RECORDS), None)
    rows = [{}] if part is None else part.head(_RECORDS).to_dict("records")
    yield from (dict.fromkeys(names) | row for row in rows)


def _json_opening(path: Path) -> Opening:
    lines = list(islice(_lines(path), _LINES))
    rows = []
    for text in lines:
        with contextlib.suppress(JSONValueError):
            value = json_value(text)
            rows += [value] if isinstance(value, dict) else []
    first = lines[0].strip() if lines else b""
    if rows and len(lines) > 1 and first not in (b"[", b"{"):
        return Opening(path, "lines", tuple(rows[:_RECORDS]))
    value = document_value(path)
    if is_table(value):
        return Opening(path, "table", tuple(islice(table_records(value), _RECORDS)))
    outer = value if isinstance(value, list) else [value]
    records = tuple(_cut(row) for row in outer[:_RECORDS] if isinstance(row, dict))
    if not records:
        raise LogError(
            f"{shown(path)}: JSON of {quote(type(value).__name__)} without objects: give a row for each answer"
        )
    return Opening(path, "document", records)


def _lines(path: Path) -> Iterator[bytes]:
    """Yield lines that are not blank; of one longer than `MOST_LINE` only its beginning."""
    held, skipping = b"", False
    for block in byte_blocks(path, size=2**20):
        first, *rest = block.split(b"\n")
        held = held if skipping else held + first
        if rest:
            *whole, last = held, *rest
            yield from (line for line in whole if line.strip())
            held, skipping = last, False
        skipping = skipping or len(held) > MOST_LINE
    if held.strip():
        yield held


def _cut(value: Any, deeper: int = 4) -> Any:
    """Return a value with its long lists cut, and what is deep in it left out."""
    if not deeper and isinstance(value, dict | list):
        return None
    if isinstance(value, dict):
        return {key: _cut(inner, deeper - 1) for key, inner in islice(value.items(), 1000)}
    if isinstance(value, list):
        return [_cut(inner, deeper - 1) for inner in value[:_LONGEST_LIST]]
    return value
