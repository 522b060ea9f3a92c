"""The values of a figure inside its SVG: the script of a page shows them where a reader points.

They are JSON in a `metadata` element, which nothing draws; a file of the SVG alone has them too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from infoloop.reporting.figure_data import readable_label
from infoloop.reporting.html import inert_json

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_POINTS = 4000  # of one figure; of a mark with more than its share some are left out, evenly
_POINTS_PER_INCH = 72  # the unit of matplotlib's SVG
_OUTSIDE = 1  # points that the centre of a mark may lie beyond the axes


class ReadableMark(NamedTuple):
    """What can be read off a mark: at each x a value y, an interval from low to high, or both; of a map also its z."""

    name: str
    x: ArrayLike
    y: ArrayLike | None = None
    low: ArrayLike | None = None
    high: ArrayLike | None = None
    z: ArrayLike | None = None


class ReadablePanel(NamedTuple):
    """Axes that are drawn, and what can be read off them; `x_names` stand for 0, 1, 2, ...; x may run `downward`."""

    axes: Axes
    x_label: str
    y_label: str
    marks: tuple[ReadableMark, ...]
    x_names: tuple[str, ...] = ()
    downward: bool = False
    title: str = ""


def add_hover_values(svg: str, panels: Sequence[ReadablePanel]) -> str:
    """Return the SVG of a drawing with the values of its panels: the same text for the same drawing.

    Args:
        svg: what `figures.svg_text` made of the drawing; its axes are where that put them.
        panels: what can be read off each.

    Returns:
        The SVG with one element more. Values have six digits; what lies outside its axes is left out.
    """
    share = MOST_POINTS // sum(len(panel.marks) for panel in panels)
    return _with_metadata(svg, [_panel_values(panel, share) for panel in panels])


def add_hover_texts(svg: str, axes: Axes, places: Sequence[tuple[float, float]], texts: Sequence[str]) -> str:
    """Return the SVG of a drawing that tells a text of its own at each of some places, and has no values to be saved.

    Args:
        svg: what `figures.svg_text` made of the drawing.
        axes: where the places are.
        places: x and y of each, in the units of the axes.
        texts: what is told there, in lines.

    Returns:
        The SVG with one element more.
    """
    at = _places(axes, axes.transData.transform(np.reshape(places, (-1, 2))))
    mark = {"name": "", "at": _rounded(at.ravel(), ".1f"), "x": list(range(len(texts))), "told": list(texts)}
    box = _rounded(_box(axes), ".1f")
    return _with_metadata(svg, [{"box": box, "title": "", "x_label": "", "y_label": "", "names": [], "marks": [mark]}])


def _with_metadata(svg: str, panels: list[dict[str, Any]]) -> str:
    at = svg.rindex("</svg>")
    return f'{svg[:at]}<metadata class="values">{inert_json(panels)}</metadata>\n{svg[at:]}'


def _box(axes: Axes) -> np.ndarray:
    return _places(axes, axes.transAxes.transform([(0.0, 1.0), (1.0, 0.0)])).ravel()


def _panel_values(panel: ReadablePanel, most: int) -> dict[str, Any]:
    box = _box(panel.axes)
    values_first = sorted(panel.marks, key=lambda mark: mark.y is None)  # where a band's middle is a value's place too
    marks = (_mark_values(panel, mark, box, most) for mark in values_first)
    return {
        "box": _rounded(box, ".1f"),
        "title": readable_label(panel.title),
        "x_label": readable_label(panel.x_label),
        "y_label": readable_label(panel.y_label),
        "names": list(map(readable_label, panel.x_names)),
        "marks": [mark for mark in marks if mark["x"]],
    }


def _mark_values(panel: ReadablePanel, mark: ReadableMark, box: np.ndarray, most: int) -> dict[str, Any]:
    """Return the name of a mark, where its points are, and their values, without those that are not seen.

    Where some are left out, `of` is how many there are.
    """
    fields = {"x": mark.x, "y": mark.y, "low": mark.low, "high": mark.high, "z": mark.z}
    values = {name: np.asarray(given, float) for name, given in fields.items() if given is not None}
    heights = [values[name] for name in ("low", "high") if name in values] if mark.y is None else [values["y"]]
    # An interval without a value is told at its middle, on the paper.
    at = np.mean([_drawn_at(panel, values["x"], height) for height in heights], axis=0)
    left, top, right, bottom = box + np.array([-_OUTSIDE, -_OUTSIDE, _OUTSIDE, _OUTSIDE])
    seen = np.flatnonzero(
        (left <= at[:, 0]) & (at[:, 0] <= right) & (top <= at[:, 1]) & (at[:, 1] <= bottom)
        & np.all([np.isfinite(value) for value in values.values()], axis=0)
    )  # fmt: skip
    thinned = {"of": len(seen)} if len(seen) > most else {}
    if thinned:
        seen = seen[np.linspace(0, len(seen) - 1, most).round().astype(int)]
    told = {name: _rounded(value[seen], ".6g") for name, value in values.items()}
    return {"name": readable_label(mark.name), "at": _rounded(at[seen].ravel(), ".1f"), **told, **thinned}


def _drawn_at(panel: ReadablePanel, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):  # what a scale has no place for is not seen
        drawn = panel.axes.transData.transform(np.column_stack([y, x] if panel.downward else [x, y]))
        return _places(panel.axes, drawn)


def _places(axes: Axes, drawn: np.ndarray) -> np.ndarray:
    """Return where points of the canvas are in the SVG, whose y runs down, in its own units."""
    figure: Any = axes.get_figure(root=True)
    width, height = np.asarray(figure.get_size_inches()) * _POINTS_PER_INCH
    shares = figure.transFigure.inverted().transform(drawn)
    return np.column_stack([shares[:, 0] * width, (1 - shares[:, 1]) * height])


def _rounded(values: np.ndarray, digits: str) -> list[float]:
    """Return numbers with few digits, whole ones without a point."""
    rounded = (float(format(value, digits)) for value in values.tolist())
    return [int(value) if value.is_integer() and abs(value) < 1e15 else value for value in rounded]
