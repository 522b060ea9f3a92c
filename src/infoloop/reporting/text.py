"""Text for the terminal in 100 columns, and JSON as this package prints it."""

import io
import json
import math
import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

WIDTH = 98  # columns, so that a prompt or a margin of two fits beside it in 100
_NUMBER = re.compile(r"(?:-?[\d,]+(?:\.\d+)?(?:e[+-]?\d+)?\??|-|\.\.\.)?")  # or what stands in a column of numbers


def wrap_text(text: str) -> str:
    """Return lines of at most `WIDTH` columns, broken between words; what belongs to a line stays indented with it."""
    lines = []
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip())
        lines.append(textwrap.fill(line, WIDTH, subsequent_indent=" " * 2 * indent))
    return "\n".join(lines)


def text_table(rows: Iterable[Sequence[str]], heads: Sequence[str] = (), indent: int = 2) -> RenderableType:
    """Return a table without lines, its columns two apart, those of numbers to the right.

    >>> print(plain_text(text_table([("1", "I(X;S)", "0.5"), ("2", "nothing", "-")], ("t", "term", "bits"), indent=0)))
    t  term     bits
    1  I(X;S)    0.5
    2  nothing     -
    """
    rows = list(rows)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=bool(heads))
    for k, cells in enumerate(zip(*rows, strict=True)):
        numbers = all(map(_NUMBER.fullmatch, cells))
        table.add_column(Text(heads[k]) if heads else "", justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return Padding(table, (0, 0, 0, indent))


def plain_text(*parts: RenderableType) -> str:
    """Return texts and tables one below the other, in lines of at most `WIDTH` columns without colours."""
    file = io.StringIO()
    console = Console(file=file, width=WIDTH, color_system=None, force_jupyter=False)
    for part in parts:
        console.print(part, markup=False, highlight=False, emoji=False)
    return "\n".join(line.rstrip() for line in file.getvalue().rstrip("\n").split("\n"))


def count_noun(number: int, noun: str, plural: str = "s") -> str:
    """Return how many there are of what the noun names.

    >>> count_noun(1, "round"), count_noun(1200, "round")
    ('1 round', '1,200 rounds')
    """
    return f"{number:,} {noun}{'' if number == 1 else plural}"


def join_names(names: Iterable[str], most: int = 6) -> str:
    """Return names with commas; of more than `most` the first two and the last.

    >>> join_names([f"S{k}" for k in range(1, 11)])
    'S1, S2, ..., S10'
    """
    names = list(names)
    return ", ".join(names if len(names) <= most else [*names[:2], "...", names[-1]])


def as_json(value: Any) -> str:
    """Return a value as JSON, as this package prints and writes it."""
    return json.dumps(value, indent=1, ensure_ascii=False)


def as_strict_json(value: Any) -> str:
    """Return a value as JSON that any program reads: a number that is not finite is null.

    >>> as_strict_json([0.5, float("nan")]).split()
    ['[', '0.5,', 'null', ']']
    """
    return json.dumps(_finite(value), indent=1, ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
