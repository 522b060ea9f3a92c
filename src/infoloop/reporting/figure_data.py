"""Figures as data: panels of lines, points, bands and maps, with the words and the symbols that name them."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from infoloop.reporting.suggestions import cut_text, escape_unprintable

GREEK = (
    "alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "lambda", "mu", "nu", "pi", "rho", "sigma", "tau",
    "phi", "psi", "omega",
)  # fmt: skip
_DOLLAR = re.compile(r"(?<!\\)\$")
_GREEK = re.compile(rf"\b(?:{'|'.join(GREEK)})(?![A-Za-z])")
_NAME = rf"(?:[A-Za-z]|{'|'.join(GREEK)})(?:\d|_\d|_[a-z])?"
_TERM = re.compile(rf"\b[IH]\({_NAME}(?:[;,|]{_NAME})*\)")


class Line(NamedTuple):
    """Values over x: `style` is line, dashed, dotted or points; `colour` counts in `COLOURS`, by position if None.

    `symbol`, LaTeX without dollars, is drawn in place of the label, which the caption then explains it by.
    """

    x: ArrayLike
    y: ArrayLike
    label: str = ""
    style: str = "line"
    colour: int | None = None
    symbol: str = ""


class ShadedBand(NamedTuple):
    """The area between two curves."""

    x: ArrayLike
    low: ArrayLike
    high: ArrayLike
    label: str = ""
    colour: int = 0


class Whiskers(NamedTuple):
    """Points with intervals."""

    x: ArrayLike
    y: ArrayLike
    low: ArrayLike
    high: ArrayLike
    label: str = ""
    colour: int = 0


class Map(NamedTuple):
    """Values over a grid, `z[i, j]` at `x[j]`, `y[i]`; `label` says what they are, `level` draws a contour.

    `signed` values get two hues that meet at 0.
    """

    x: ArrayLike
    y: ArrayLike
    z: ArrayLike
    label: str
    level: float | None = None
    signed: bool = False


class Panel(NamedTuple):
    """One pair of axes; scales are linear, log or symlog; `x_names` stand at 0, 1, 2, ... instead of numbers.

    Where the names are too long to stand side by side, they stand one below the other, and x runs down. A term of a
    label that is written like `I(theta;Z_t)` is drawn as mathematics.
    """

    title: str
    x_label: str
    y_label: str
    marks: tuple[Line | ShadedBand | Whiskers | Map, ...]
    x_scale: str = "linear"
    y_scale: str = "linear"
    y_limits: tuple[float, float] | None = None
    x_names: tuple[str, ...] = ()


class Figure(NamedTuple):
    """Panels side by side, in rows of at most `columns`, and what a reader should see in them."""

    panels: tuple[Panel, ...]
    caption: str
    columns: int = 3


class FigureError(ValueError):
    """A figure that would show nothing, or something that is no number; the message names panel and line."""


def plain_label(text: str, most: int = 40) -> str:
    r"""Return what others wrote as a label of a mark or an axis: one short line that is never read as mathematics.

    A longer text would leave the axes no room, `$` would begin a formula, and a label that begins with `_` is hidden.

    >>> plain_label("_costs $1 or $2"), plain_label("x" * 100, 12)
    (' _costs \\$1 or \\$2', 'xxxxxx ... xxx')
    """
    cut = cut_text(text, most).replace("$", r"\$")
    return f" {cut}" if cut.startswith("_") else cut


def readable_label(label: str) -> str:
    r"""Return a label as a reader sees it: `\$` is a dollar.

    >>> readable_label(plain_label("_costs $1"))
    '_costs $1'
    """
    return escape_unprintable(label.replace(r"\$", "$").strip())


def drawn_label(label: str, symbol: str = "") -> str:
    r"""Return a label as it is drawn: its symbol if it has one, and terms like `I(theta;Z_t)` as mathematics.

    What stands between dollars is mathematics already; with a single dollar nothing is.

    >>> drawn_label("I(theta;Z_1|X), bits"), drawn_label("bits of the model", r"I(\theta;Z)"), drawn_label("I(column)")
    ('$I(\\theta;Z_1\\mid X)$, bits', '$I(\\theta;Z)$', 'I(column)')
    """
    if symbol:
        return f"${symbol}$"
    parts = _DOLLAR.split(label)
    if len(parts) % 2 == 0:
        return label
    return "$".join(part if k % 2 else _TERM.sub(_as_mathematics, part) for k, part in enumerate(parts))


def _as_mathematics(term: re.Match) -> str:
    indexed = re.sub(r"(?<=[A-Za-z])(?=\d)", "_", term[0]).replace("|", r"\mid ")
    greek = _GREEK.sub(lambda letter: rf"\{letter[0]}", indexed)
    return f"${greek}$"


def explained_symbols(figure: Figure) -> str:
    r"""Return a sentence, in Markdown, that says in words what the symbols of a figure are; nothing without symbols.

    >>> line = Line([0, 1], [1, 2], "information of the model", symbol=r"I(\theta;Z)")
    >>> explained_symbols(Figure((Panel("", "", "", (line,)),), "It falls."))
    '$I(\\theta;Z)$: information of the model.'
    """
    marks = [mark for panel in figure.panels for mark in panel.marks if isinstance(mark, Line) and mark.symbol]
    words = dict.fromkeys(f"${mark.symbol}$: {mark.label}" for mark in marks if mark.label)
    return f"{'; '.join(words)}." if words else ""


def check_figure(figure: Figure) -> None:
    """Raise FigureError for an empty panel or a NaN."""
    for panel in figure.panels:
        if not panel.marks:
            raise FigureError(f"panel {panel.title!r} has nothing to show")
        for mark in panel.marks:
            _check_mark(panel, mark)


def _check_mark(panel: Panel, mark: Line | ShadedBand | Whiskers | Map) -> None:
    axes = ("z",) if isinstance(mark, Map) else ("y", "low", "high")
    for axis, values in [(axis, getattr(mark, axis)) for axis in axes if hasattr(mark, axis)]:
        numbers = np.asarray(values, float)
        if not numbers.size or np.isnan(numbers).any():
            what = "is empty" if not numbers.size else f"has {np.isnan(numbers).sum()} NaN"
            raise FigureError(f"{mark.label or axis!r} in panel {panel.title!r} {what}: leave it out and say why")
