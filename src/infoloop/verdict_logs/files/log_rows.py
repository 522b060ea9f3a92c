"""Rows of a file as frames, whatever kind of file it is, and the place of a row in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from infoloop.reporting.suggestions import cut_text
from infoloop.verdict_logs.files.arrow_files import arrow_kind, read_arrow
from infoloop.verdict_logs.files.byte_streams import byte_blocks, byte_file, shown
from infoloop.verdict_logs.files.delimited import line_of, read_delimited
from infoloop.verdict_logs.files.json_documents import document_rows, document_value, read_records
from infoloop.verdict_logs.files.json_lines import read_lines
from infoloop.verdict_logs.files.omissions import Omissions
from infoloop.verdict_logs.files.zip_archives import ZipArchive
from infoloop.verdict_logs.formats.log_format import LogError, LogFormat, Opening, Settings

if TYPE_CHECKING:
    import pandas as pd


def read_rows(opening: Opening, form: LogFormat, settings: Settings, omissions: Omissions) -> Iterator[pd.DataFrame]:
    """Yield the rows of a file as frames with the columns that its format looks at.

    Args:
        opening: what `peek` saw of the file.
        form: the format of the file.
        settings: what the user says of the log.
        omissions: where to count what is left out.
    """
    path, kind = opening.path, container(opening)

    def choose(names: list[str]) -> list[str]:
        try:
            wanted = names if form.wanted is None else form.wanted(names, settings)
        except LogError as error:  # of a header it is told which line it is on
            raise error if kind == "delimited" else LogError(f"{shown(path)}: {error}") from None
        twice = next((name for name in wanted if names.count(name) > 1), None) if kind == "arrow" else None
        if twice is not None:
            raise LogError(f"{shown(path)}: {cut_text(twice)}: the table has it twice: rename one")
        return wanted

    if made_by_format(kind, form):
        yield from read_records(path, _made_rows(opening, form, omissions), choose, omissions)
    elif kind == "lines":
        yield from read_lines(path, choose, omissions)
    elif kind == "arrow":
        yield from read_arrow(path, choose)
    elif kind == "delimited":
        yield from read_delimited(path, choose, omissions)
    else:
        yield from read_records(path, document_rows(document_value(path)), choose, omissions)


def made_by_format(kind: str, form: LogFormat) -> bool:
    """Whether the format itself makes rows of a file: of archives, documents, and of lines that belong together.

    A format that says which columns it wants takes lines one by one.
    """
    return kind == "zip" or (form.rows is not None and (kind == "document" or (kind == "lines" and not form.wanted)))


def container(opening: Opening) -> str:
    """Return how the rows of a file are written: lines, arrow, delimited, zip or document."""
    if opening.kind != "table":
        return opening.kind
    start = next(byte_blocks(opening.path, size=4096), b"")
    if arrow_kind(start):
        return "arrow"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    named = opening.path.suffix.lower() in (".csv", ".tsv")
    return "document" if text[:1] in (b"{", b"[") and not named else "delimited"


def place_of(opening: Opening, row: int) -> str:
    """Return where a row is: `FILE:LINE` in texts, `FILE:row K` elsewhere."""
    kind = container(opening)
    if kind == "delimited":
        row = line_of(opening.path, row)
    return f"{shown(opening.path)}:{row}" if kind in ("delimited", "lines") else f"{shown(opening.path)}:row {row}"


def _made_rows(opening: Opening, form: LogFormat, omissions: Omissions) -> Iterator:
    path, title = shown(opening.path), form.title
    if form.rows is None:
        raise LogError(f"{path}: {title} are not read from a {opening.kind}: another --format?")
    source = ZipArchive(opening.path, omissions) if opening.kind == "zip" else byte_file(opening.path, omissions)
    try:
        yield from form.rows(source)
    except LogError:
        raise
    except RecursionError:
        raise LogError(f"{path}: nested too deep for {title}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:  # values of other kinds than the format's
        raise LogError(f"{path}: no {title} that can be read: {cut_text(str(error), 200)}") from None
