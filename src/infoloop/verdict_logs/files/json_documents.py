"""Files that are one JSON value: lists of rows, tables of columns and data, and what a format makes rows of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infoloop.verdict_logs.files.byte_streams import shown, whole_bytes
from infoloop.verdict_logs.files.json_values import JSONValueError, frame_of, json_value
from infoloop.verdict_logs.files.omissions import Omissions
from infoloop.verdict_logs.formats.log_format import LogError

if TYPE_CHECKING:
    import pandas as pd

_PART = 2**15  # rows


def document_value(path: Path) -> Any:
    """Return the one JSON value of a file; raise LogError where it is none, or is too long."""
    try:
        return json_value(whole_bytes(path))
    except JSONValueError as fault:
        raise LogError(f"{shown(path)}: {fault}: give a whole JSON value, or one in each line") from None


def is_table(value: Any) -> bool:
    """Whether a JSON value is a table as trackers export them: `columns`, and `data`, a list for each row.

    >>> is_table({"columns": ["a"], "data": [[1], [2]]}), is_table({"columns": ["a"]})
    (True, False)
    """
    columns, data = (value.get("columns"), value.get("data")) if isinstance(value, dict) else (None, None)
    texts = isinstance(columns, list) and all(isinstance(name, str) for name in columns)
    return texts and isinstance(data, list) and all(isinstance(row, list) for row in data)


def table_records(value: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table of `columns` and `data`; a leading column without a name is none.

    >>> list(table_records({"columns": ["", "a"], "data": [[0, 1], [1, 2]]}))
    [{'a': 1}, {'a': 2}]
    """
    if not value["data"]:
        yield dict.fromkeys(value["columns"])
    for row in value["data"]:
        yield {name: cell for name, cell in zip(value["columns"], row, strict=False) if name}


def read_records(
    path: Path, rows: Iterable[Any], choose: Callable[[list[str]], list[str]], omissions: Omissions
) -> Iterator[pd.DataFrame]:
    """Yield rows that are dictionaries as frames, with their numbers from 1 as the index."""
    names: list[str] = []
    start, rest = 1, iter(rows)
    while part := list(islice(rest, _PART)):
        kept = [(number, row) for number, row in enumerate(part, start) if isinstance(row, dict)]
        if len(kept) < len(part):
            bad = next(number for number, row in enumerate(part, start) if not isinstance(row, dict))
            omissions.add("no JSON object", f"{shown(path)}:row {bad}", len(part) - len(kept))
        start += len(part)
        if not names:
            names = choose(list(dict.fromkeys(name for _, row in kept for name in row)))
        if kept:
            yield frame_of([row for _, row in kept], names, [number for number, _ in kept])


def document_rows(value: Any) -> Iterable[Any]:
    """Return the rows of a JSON value: those of a table or a list, else the value itself."""
    if is_table(value):
        return table_records(value) if value["data"] else ()
    return value if isinstance(value, list) else [value]
