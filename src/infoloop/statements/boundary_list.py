"""Read the boundary list, `theory/boundary.md`: where a true statement of information is read as more than it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_BOUNDARY = re.compile(
    r"^## (?P<code>B\d+) (?P<title>.+?)\n+(?P<text>.*?)\n+"
    r":::\{statements\} (?P<numbers>.+?)\n:::",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Boundary:
    """An entry of the boundary list.

    Attributes:
        code: its code, such as B4.
        title, text: what it is called, and what it says, as Markdown.
        numbers: the numbers of the theory map under which something is stated of it.
    """

    code: str
    title: str
    text: str
    numbers: tuple[str, ...]


def read_boundaries(folder: Path) -> dict[str, Boundary]:
    """Return the entries of the boundary list by their codes, in order.

    Args:
        folder: One like `theory/`.

    Returns:
        Nothing where the folder has no such list.

    >>> from infoloop.statements.theory_files import default_folder
    >>> read_boundaries(default_folder())["B4"].title
    'An accurate verifier, and a closed loop'
    """
    file = Path(folder) / "boundary.md"
    if not file.is_file():
        return {}
    found = _BOUNDARY.finditer(file.read_text(encoding="utf-8"))
    entries = [Boundary(m["code"], m["title"], m["text"], tuple(m["numbers"].split()[1:])) for m in found]
    return {entry.code: entry for entry in entries}
