"""Tables of a page: what a reader sees at once, and as data the rows that the page's script shows, within bounds."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from infoloop.reporting.html import inert_json
from infoloop.reporting.suggestions import cut_text, escape_unprintable
from infoloop.reporting.text import count_noun

FIRST_ROWS = 100  # of a long table, in the page itself: they are seen without a script
MOST_PLAIN_ROWS = 200  # of a table that has all its rows in the page itself
MOST_CELL = 200  # characters of a text in a long table
MOST_BYTES = 1_000_000  # of the further rows of all long tables of a page together, so that it stays below 2 MB
NOTHING = "–"  # in a cell: there is no value; the script knows it too
COLOURED = ("open", "closed")


class PageTable(NamedTuple):
    """A table of a page: numbers stand to the right, `note` says how to read it.

    A click on a header sorts, a table of more than 12 rows can be filtered, and one with a `download`, the name of a
    file, is saved as CSV, as it is filtered and sorted. Cells are numbers, shown with six digits, texts, or None where
    there is no value; the CSV has what is shown. Texts are never read as HTML.

    >>> PageTable("problems", ("problem", "pass rate"), (("sum", 0.25), ("sort", None)), download="problems.csv").note
    ''
    """

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    note: str = ""
    download: str = ""


class ShownTable(NamedTuple):
    """A table as `table.html` wants it: texts with their classes, further rows as JSON, and what is left out."""

    headers: tuple[tuple[str, str], ...]
    first: tuple[tuple[tuple[str, str], ...], ...]
    more: Markup = Markup()
    left_out: str = ""
    download: str = ""


def show_tables(tables: Sequence[PageTable]) -> tuple[ShownTable, ...]:
    """Return the tables of one page as its template wants them.

    Of a table of more than `MOST_PLAIN_ROWS` rows the page's elements hold `FIRST_ROWS` and JSON holds the others,
    as many as there is room for; how many are left out is said. Long texts of such a table are cut.

    Args:
        tables: all tables of the page: the long ones share the room of `MOST_BYTES`.

    Returns:
        The same tables, in the same order.

    Raises:
        ValueError: a row has more or fewer cells than there are headers.

    >>> (table,) = show_tables([PageTable("rates", ("problem", "rate"), (("<b>", 1 / 3), ("sort", None)))])
    >>> table.first
    ((('<b>', ''), ('0.333333', 'n')), (('sort', ''), ('–', 'n')))
    """
    for table in tables:
        for k, row in enumerate(table.rows, start=1):
            if len(row) != len(table.headers):
                cells, heads = count_noun(len(row), "cell"), count_noun(len(table.headers), "header")
                raise ValueError(f"row {k} of table {table.title!r} has {cells} for {heads}: give one for each")
    long = sum(len(table.rows) > MOST_PLAIN_ROWS for table in tables)
    return tuple(_show(table, MOST_BYTES // long if long else 0) for table in tables)


def _show(table: PageTable, room: int) -> ShownTable:
    long = len(table.rows) > MOST_PLAIN_ROWS
    numeric = [_is_numeric([row[k] for row in table.rows]) for k in range(len(table.headers))]
    heads = tuple(
        (escape_unprintable(header), "n" if right else "") for header, right in zip(table.headers, numeric, strict=True)
    )
    plain = table.rows[:FIRST_ROWS] if long else table.rows
    first = tuple(tuple(_cell(v, right, long) for v, right in zip(row, numeric, strict=True)) for row in plain)
    if not long:
        return ShownTable(heads, first, download=table.download)
    more = _rows_within(room, table.rows[FIRST_ROWS:])
    left_out = _left_out(len(table.rows), len(first) + len(more))
    return ShownTable(heads, first, Markup(f"[{','.join(more)}]"), left_out, table.download)


def _left_out(rows: int, shown: int) -> str:
    return "" if shown == rows else f"Of {rows:,} rows the first {shown:,} are on this page and in its CSV."


def _rows_within(room: int, rows: Sequence[tuple[Any, ...]]) -> list[str]:
    """Return the first rows as JSON, as many as fit into the room."""
    found, used = [], 0
    for row in rows:
        text = inert_json([_text(value, long=True) for value in row])
        used += len(text.encode()) + 1
        if used > room:
            break
        found.append(text)
    return found


def _is_numeric(column: Sequence[Any]) -> bool:
    """Return whether a column holds numbers, and nothing else except what is missing."""
    found = [value for value in column if value is not None]
    return bool(found) and all(_is_number(value) for value in found)


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _cell(value: Any, right: bool, long: bool) -> tuple[str, str]:
    text = _text(value, long)
    return text, "n" if right or _is_number(value) else text if text in COLOURED else ""


def _text(value: Any, long: bool) -> str:
    if value is None:
        return NOTHING
    if _is_number(value):
        return str(value) if isinstance(value, numbers.Integral) else f"{float(value):.6g}"
    return cut_text(str(value), MOST_CELL) if long else escape_unprintable(str(value))
