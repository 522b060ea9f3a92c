"""Text for the terminal in 100 columns, and JSON as this package prints it."""

import json
import re
import textwrap
from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r"(?:-?[\d,]+(?:\.\d+)?(?:e[+-]?\d+)?\??|-|\.\.\.)?")  # or what stands in a column of numbers


def wrap_text(text: str, hanging: int = 0) -> str:
    """Lines of at most 98 columns, broken between words; what belongs to an indented line stays indented.

    Continuation lines are indented by `hanging` columns, unless the line they continue is itself indented.
    """
    lines = []
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip())
        lines.append(textwrap.fill(line, 98, subsequent_indent=" " * (2 * indent or hanging)))
    return "\n".join(lines)


def format_columns(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The rows under their heads, two columns in and two apart, columns of numbers to the right.

    >>> format_columns(("t", "term", "bits"), [("1", "I(X;S)", "0.5"), ("2", "nothing", "-")])
    ['  t  term     bits', '  1  I(X;S)    0.5', '  2  nothing     -']
    """
    columns = list(zip(heads, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    sides = [str.rjust if all(map(_NUMBER.fullmatch, column[1:])) else str.ljust for column in columns]
    table = zip(
        *([side(cell, w) for cell in c] for side, c, w in zip(sides, columns, widths, strict=True)), strict=True
    )
    return ["  " + "  ".join(row).rstrip() for row in table]


def as_json(value) -> str:
    """JSON as this package prints and writes it."""
    return json.dumps(value, indent=1, ensure_ascii=False)
