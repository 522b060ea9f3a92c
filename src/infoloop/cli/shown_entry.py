"""One thing that `infoloop show` knows: its rows for the terminal, its row for JSON, and how several are printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from infoloop import reporting


@dataclass(frozen=True)
class ShownEntry:
    """A thing that is shown.

    Attributes:
        kind, name, title: what it is, in words; its label or name; and what it says, in a line.
        rows: what is told of it, as a heading and a text each; an empty text is left out.
        row: the same for JSON.
        tables: what stands below the rows.
    """

    kind: str
    name: str
    title: str
    rows: tuple[tuple[str, str], ...]
    row: dict[str, Any]
    tables: tuple[RenderableType, ...] = ()


def print_entries(entries: Sequence[ShownEntry], console: Console) -> None:
    """Print entries in lines of at most 100 columns; of several, first a line for each."""
    if len(entries) > 1:
        heads = [(entry.name, entry.kind, entry.title) for entry in entries]
        console.print(reporting.text.text_table(heads, indent=0))
        console.print()
    for k, entry in enumerate(entries):
        if k:
            console.print()
        title = reporting.text.wrap_text(f"{entry.name}: {entry.title} ({entry.kind})")
        console.print(Text(title, style="bold"))
        rows = [(head, text) for head, text in entry.rows if text]
        console.print(reporting.text.text_table(rows, indent=0))
        for table in entry.tables:
            console.print()
            console.print(table)


def entries_json(entries: Sequence[ShownEntry]) -> str:
    """Return a JSON list with an object for each entry."""
    return reporting.text.as_strict_json(
        [{"kind": entry.kind, "name": entry.name, "title": entry.title, **entry.row} for entry in entries]
    )
