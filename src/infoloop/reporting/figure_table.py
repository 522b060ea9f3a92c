"""The numbers of a figure as one tidy table, in CSV: a row for each point, with its panel and its mark."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from infoloop.reporting.figure_data import Figure, Line, Map, Panel, ShadedBand, Whiskers, readable_label

_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")  # with which a text begins that a spreadsheet would compute


def figure_csv(figure: Figure) -> str:
    r"""Return the numbers of a figure as CSV, each with all its digits.

    The columns are panel, mark, x, y, low, high and z; those of x, y and z say what they are, with the unit, as the
    axes do. Where panels differ in that, the header says it of each. What a mark does not have is empty.

    >>> figure = Figure((Panel("Decay", "round", "bits", (Line([0, 1], [1, 0.1], "known"),)),), "It falls.")
    >>> print(figure_csv(figure).replace("\r", ""), end="")
    panel,mark,x: round,y: bits,low,high,z
    Decay,known,0,1,,,
    Decay,known,1,0.1,,,
    """
    text = io.StringIO()
    writer = csv.writer(text)
    titles = [readable_label(panel.title) or f"panel {k}" for k, panel in enumerate(figure.panels, start=1)]
    of_x, of_y = ([getattr(panel, key) for panel in figure.panels] for key in ("x_label", "y_label"))
    of_z = [", ".join(mark.label for mark in panel.marks if isinstance(mark, Map)) for panel in figure.panels]
    heads = (
        "panel",
        "mark",
        _head("x", titles, of_x),
        _head("y", titles, of_y),
        "low",
        "high",
        _head("z", titles, of_z),
    )
    writer.writerow(heads)
    for title, panel in zip(titles, figure.panels, strict=True):
        for k, mark in enumerate(panel.marks, start=1):
            name = _inert(readable_label(mark.label) or f"{type(mark).__name__.lower()} {k}")
            writer.writerows([_inert(title), name, *row] for row in _rows(panel, mark))
    return text.getvalue()


def _head(letter: str, titles: list[str], labels: list[str]) -> str:
    """Return the header of a column, which says what it is in all panels, or in each."""
    plain = [readable_label(label) for label in labels]
    if len(set(plain)) == 1:
        return f"{letter}: {plain[0]}" if plain[0] else letter
    said = (f"{label} ({title})" for title, label in zip(titles, plain, strict=True) if label)
    return f"{letter}: {'; '.join(said)}"


def _inert(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def _rows(panel: Panel, mark: Line | ShadedBand | Whiskers | Map) -> Iterator[tuple[Any, ...]]:
    if isinstance(mark, Map):
        x, y = np.meshgrid(np.asarray(mark.x, float), np.asarray(mark.y, float))
        columns = (x.ravel(), y.ravel(), None, None, np.ravel(np.asarray(mark.z, float)))
    elif isinstance(mark, Line):
        columns = (mark.x, mark.y, None, None, None)
    else:
        columns = (mark.x, getattr(mark, "y", None), mark.low, mark.high, None)
    lists = [None if column is None else np.asarray(column, float).tolist() for column in columns]
    for k, x in enumerate(lists[0] or ()):
        yield _place(panel, x), *("" if values is None else _number(values[k]) for values in lists[1:])


def _place(panel: Panel, x: float) -> str:
    """Return x, or the name that stands there: marks of one name may stand side by side."""
    k = round(x)
    named = 0 <= k < len(panel.x_names) and abs(x - k) < 0.5
    return _inert(readable_label(panel.x_names[k])) if named else _number(x)


def _number(value: float) -> str:
    return str(int(value)) if abs(value) < 2**53 and value == int(value) else repr(value)
