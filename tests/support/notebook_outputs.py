"""Run notebooks, and say in one line for each cell how what it shows differs from what is kept."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import nbclient
import nbformat
from nbformat import NotebookNode

from infoloop.reporting.suggestions import cut_text
from tests.support.paths import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
METADATA = {**KERNEL, "language_info": {"name": "python"}}  # of no machine and no version
NO_PROGRESS_BARS = {"PYTHONWARNINGS": "ignore:IProgress not found"}  # tqdm says so where Jupyter has no widgets
SVG = "image/svg+xml"
HALF_A_PIXEL = 72 / 150 / 2  # figures are in points, 72 an inch, and drawn with 150 pixels an inch: less is not seen
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_HASHED_NAME = re.compile(r"\b[pm][0-9a-f]{10}\b")  # matplotlib names clips and marks by a hash of their coordinates
_MOST_CHARACTERS = 120
_MOST_SECONDS = 1800  # of a cell: only one that hangs takes as long, on a busy machine too


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook of any version as one of version 4."""
    return nbformat.read(path, as_version=4)


def run_notebook(path: Path) -> NotebookNode:
    """Run a notebook from top to bottom in a kernel of its own, as if opened where it lies, and return it as kept.

    XLA has all its passes there, other than in tests: last bits may decide whether a line lies under another.
    """
    notebook = read_notebook(path)
    there = {"metadata": {"path": str(path.parent)}}
    nbclient.NotebookClient(
        notebook, resources=there, timeout=_MOST_SECONDS, kernel_name="python3", record_timing=False
    ).execute(env={**os.environ, **NO_PROGRESS_BARS, "XLA_FLAGS": ""})
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in code_cells(notebook):
        cell.outputs = _joined_streams(cell.outputs)
    return notebook


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells that run, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def output_differences(name: str, kept: NotebookNode, ran: NotebookNode) -> list[str]:
    """One line for each cell that shows something else than is kept: notebook, cell, expected, found."""
    lines = []
    for k, cell in enumerate(ran.cells):
        if cell.cell_type == "code":
            found = _first_difference(list(shown(kept.cells[k])), list(shown(cell)))
            lines += [f"{name}, cell {k}: expected {_quote(found[0])}, found {_quote(found[1])}"] if found else []
    return lines


def shown(cell: NotebookNode) -> Iterator[tuple[str, str]]:
    """What a cell shows, in order: the kind (a stream, an error, a media type) and its text."""
    for output in cell.outputs:
        if output.output_type == "stream":
            yield output.name, output.text
        elif output.output_type == "error":
            yield "error", f"{output.ename}: {output.evalue}"
        else:
            yield from sorted(output.data.items())


def svg_difference(kept: str, found: str) -> tuple[str, str] | None:
    """The first place where two drawings differ by a mark, a word, or a coordinate by half a pixel; None if none."""
    kept, found = (_HASHED_NAME.sub("NAME", svg) for svg in (kept, found))
    if difference := _first_line(_NUMBER.sub("#", kept), _NUMBER.sub("#", found)):
        return difference
    for a, b in zip(_NUMBER.finditer(kept), _NUMBER.finditer(found), strict=True):
        if abs(float(a[0]) - float(b[0])) >= HALF_A_PIXEL:
            return _around(a), _around(b)
    return None


def _first_difference(kept: list[tuple[str, str]], found: list[tuple[str, str]]) -> tuple[str, str] | None:
    for (kept_kind, kept_text), (kind, text) in zip(kept, found, strict=False):
        if kept_kind != kind:
            return f"{kept_kind}: {kept_text}", f"{kind}: {text}"
        if difference := (svg_difference if kind == SVG else _first_line)(kept_text, text):
            return difference
    if len(kept) != len(found):
        return _next_output(kept[len(found) :]), _next_output(found[len(kept) :])
    return None


def _next_output(rest: list[tuple[str, str]]) -> str:
    return ": ".join(rest[0]) if rest else "nothing"


def _first_line(kept: str, found: str) -> tuple[str, str] | None:
    if kept == found:
        return None
    a, b = kept.splitlines(), found.splitlines()
    k = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    a, b = [*a, "no further line"], [*b, "no further line"]
    return a[k], b[k]


def _around(number: re.Match) -> str:
    start, end = number.span()
    return number.string[max(0, start - 30) : end + 30]


def _quote(text: str) -> str:
    return repr(cut_text(" ".join(text.split()), _MOST_CHARACTERS))


def _joined_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join what one stream wrote in several pieces: where it is cut hangs on the moment."""
    joined: list[NotebookNode] = []
    for output in outputs:
        if joined and output.output_type == joined[-1].output_type == "stream" and output.name == joined[-1].name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined
