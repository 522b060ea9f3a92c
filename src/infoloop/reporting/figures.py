"""Figures as data (panels of lines, points, bands, maps), drawn in one style that the colour-blind can read."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from infoloop.reporting.atomic_files import atomic_write_bytes, atomic_write_text
from infoloop.reporting.hover_values import ReadableMark, ReadablePanel, add_hover_values
from infoloop.reporting.suggestions import cut_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

# Okabe & Ito (2008), black last: told apart by readers with any of the common colour blindnesses, and in print.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_STYLE: dict[Any, Any] = {
    "axes.grid": True, "axes.spines.right": False, "axes.spines.top": False, "axes.titlesize": 10,
    "axes.titlelocation": "left", "figure.dpi": 150, "font.family": "DejaVu Sans", "font.size": 9, "grid.alpha": 0.25,
    "legend.fontsize": 8, "legend.frameon": False, "lines.linewidth": 1.4, "svg.fonttype": "path",
}  # fmt: skip
_LINES: dict[str, dict[str, Any]] = {
    "line": {},
    "dashed": {"linestyle": (0, (4, 2))},
    "dotted": {"linestyle": (0, (1, 1.5))},
}
_PANEL = (4.3, 3.5)  # inches
_SAMPLE, _CHARACTER = 37, 4.6  # points: the sample of a line in a legend with its margins, a letter
_ROOM = 60  # letters of names that stand below an axis side by side


class Line(NamedTuple):
    """Values over x: `style` is line, dashed, dotted or points; `colour` counts in `COLOURS`, by position if None."""

    x: ArrayLike
    y: ArrayLike
    label: str = ""
    style: str = "line"
    colour: int | None = None


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

    Where the names are too long to stand side by side, they stand one below the other, and x runs down.
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


def write_figure(figure: Figure, folder: Path, name: str) -> str:
    """Draw `NAME.svg` and `NAME.png` into the folder, the same bytes for the same numbers, and return the SVG.

    Raises FigureError for an empty panel or a NaN.
    """
    with _style(figure, name):
        canvas = draw_figure(figure)
        svg, png = _readable_svg(figure, canvas), io.BytesIO()
        canvas.savefig(png, format="png", metadata={"Software": None})
    atomic_write_text(folder / f"{name}.svg", svg)
    atomic_write_bytes(folder / f"{name}.png", png.getvalue())
    return svg


def figure_svg(figure: Figure, name: str) -> str:
    """Return the SVG of `write_figure` without a file, for a page; raise FigureError for an empty panel or a NaN."""
    with _style(figure, name):
        return _readable_svg(figure, draw_figure(figure))


def svg_text(canvas: Drawing) -> str:
    """Return what matplotlib drew as SVG, with the style that is current."""
    svg = io.StringIO()
    canvas.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return svg.getvalue()


def _readable_svg(figure: Figure, canvas: Drawing) -> str:
    """Return the SVG of a figure that is drawn, with the values that a page shows where a reader points."""
    svg = svg_text(canvas)  # which puts the axes where they stay
    drawn = zip(figure.panels, canvas.axes, strict=False)  # the bars beside maps come last
    return add_hover_values(svg, [_readable(panel, axes) for panel, axes in drawn])


def _readable(panel: Panel, axes: Any) -> ReadablePanel:
    marks = tuple(map(_readable_mark, panel.marks))
    return ReadablePanel(axes, panel.x_label, panel.y_label, marks, panel.x_names, _runs_downward(panel))


def _readable_mark(mark: Line | ShadedBand | Whiskers | Map) -> ReadableMark:
    if isinstance(mark, Map):
        x, y = np.meshgrid(np.asarray(mark.x, float), np.asarray(mark.y, float))
        return ReadableMark(mark.label, x.ravel(), y.ravel(), z=np.ravel(mark.z))
    if isinstance(mark, ShadedBand):
        return ReadableMark(mark.label, mark.x, low=mark.low, high=mark.high)
    if isinstance(mark, Whiskers):
        return ReadableMark(mark.label, mark.x, mark.y, mark.low, mark.high)
    return ReadableMark(mark.label, mark.x, mark.y)


def _style(figure: Figure, name: str):
    """Return the context of the one style; raise FigureError for a figure that shows nothing."""
    import matplotlib as mpl  # here: an experiment that is only listed need not wait for it

    for panel in figure.panels:
        _check(panel)
    return mpl.rc_context({**_STYLE, "svg.hashsalt": name})


def _check(panel: Panel) -> None:
    if not panel.marks:
        raise FigureError(f"panel {panel.title!r} has nothing to show")
    for mark in panel.marks:
        axes = ("z",) if isinstance(mark, Map) else ("y", "low", "high")
        for axis, values in [(axis, getattr(mark, axis)) for axis in axes if hasattr(mark, axis)]:
            numbers = np.asarray(values, float)
            if not numbers.size or np.isnan(numbers).any():
                what = "is empty" if not numbers.size else f"has {np.isnan(numbers).sum()} NaN"
                raise FigureError(f"{mark.label or axis!r} in panel {panel.title!r} {what}: leave it out and say why")


def draw_figure(figure: Figure) -> Drawing:
    """Return the figure as matplotlib's, with the style that is current."""
    from matplotlib.figure import Figure as Drawing

    columns = min(figure.columns, len(figure.panels))
    rows = -(-len(figure.panels) // columns)
    canvas = Drawing(figsize=(_PANEL[0] * columns, _PANEL[1] * rows), layout="constrained")
    axes = canvas.subplots(rows, columns, squeeze=False).ravel()
    for axis in axes[len(figure.panels) :]:
        axis.set_axis_off()
    for axis, panel in zip(axes, figure.panels, strict=False):
        _draw(canvas, axis, panel)
    _explain(canvas, axes[: len(figure.panels)], columns)
    return canvas


def _explain(canvas: Drawing, axes: np.ndarray, columns: int) -> None:
    """Add legends below the axes, where they cover no data: one for all panels if these have the same marks."""
    legends = [axis.get_legend_handles_labels() for axis in axes]
    if all(labels == legends[0][1] for _, labels in legends):
        if legends[0][1]:
            canvas.legend(*legends[0], loc="outside lower center", ncols=_legend_columns(legends[0][1], columns))
        return
    for axis, (handles, labels) in zip(axes, legends, strict=True):
        if labels:
            axis.legend(
                handles, labels, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=_legend_columns(labels, 1)
            )


def _legend_columns(labels: list[str], panels: int) -> int:
    """Return how many labels stand side by side below so many panels: two each, or fewer where they are long."""
    fit = 72 * _PANEL[0] * panels / (_SAMPLE + _CHARACTER * max(map(len, labels)))
    return max(1, min(2 * panels, len(labels), int(fit)))


def _draw(canvas: Drawing, axis: Any, panel: Panel) -> None:
    downward = _runs_downward(panel)
    for k, mark in enumerate(panel.marks):
        if isinstance(mark, Map):
            _draw_map(canvas, axis, mark)
        elif isinstance(mark, Whiskers):
            _draw_whiskers(axis, mark, downward)
        elif isinstance(mark, ShadedBand):
            fill = axis.fill_betweenx if downward else axis.fill_between
            fill(mark.x, mark.low, mark.high, color=_colour(mark.colour), alpha=0.22, lw=0, label=mark.label or None)
        else:
            _draw_line(axis, mark, _colour(k if mark.colour is None else mark.colour), downward)
    axis.set_title(panel.title)
    _scale(panel, *((axis.yaxis, axis.xaxis) if downward else (axis.xaxis, axis.yaxis)))
    if downward:
        axis.set_yticks(range(len(panel.x_names)), panel.x_names)
        axis.invert_yaxis()
    elif panel.x_names:
        axis.set_xticks(range(len(panel.x_names)), panel.x_names, rotation=20, ha="right")
    elif panel.x_scale == "linear" and all(_all_integers(mark.x) for mark in panel.marks):
        axis.xaxis.get_major_locator().set_params(integer=True)  # there is no round 1.5
    if panel.y_limits:
        (axis.set_xlim if downward else axis.set_ylim)(panel.y_limits)


def _runs_downward(panel: Panel) -> bool:
    return sum(map(len, panel.x_names)) > _ROOM


def _scale(panel: Panel, of_x: Any, of_y: Any) -> None:
    for axis, label, scale in ((of_x, panel.x_label, panel.x_scale), (of_y, panel.y_label, panel.y_scale)):
        axis.set_label_text(label)
        setter = axis.axes.set_xscale if axis.axis_name == "x" else axis.axes.set_yscale
        setter(scale)


def _all_integers(values: ArrayLike) -> bool:
    numbers = np.asarray(values, float)
    return bool((numbers == np.round(numbers)).all() and np.ptp(numbers) > 1)


def _draw_line(axis: Any, mark: Line, colour: str, downward: bool) -> None:
    values = (mark.y, mark.x) if downward else (mark.x, mark.y)
    if mark.style == "points":
        axis.plot(*values, "o", ms=3.5, mfc="white", mec=colour, color=colour, label=mark.label or None)
    else:
        axis.plot(*values, color=colour, label=mark.label or None, **_LINES[mark.style])


def _draw_whiskers(axis: Any, mark: Whiskers, downward: bool) -> None:
    y = np.asarray(mark.y, float)
    reach = np.stack([y - np.asarray(mark.low, float), np.asarray(mark.high, float) - y])
    places = {"x": y, "y": mark.x, "xerr": reach} if downward else {"x": mark.x, "y": y, "yerr": reach}
    axis.errorbar(**places, fmt="o", ms=4, lw=1.2, capsize=2, color=_colour(mark.colour), label=mark.label or None)


def _draw_map(canvas: Drawing, axis: Any, mark: Map) -> None:
    from matplotlib.colors import CenteredNorm

    hues: dict[str, Any] = {"cmap": "PuOr", "norm": CenteredNorm()} if mark.signed else {"cmap": "cividis"}
    shades = axis.pcolormesh(mark.x, mark.y, mark.z, shading="nearest", rasterized=True, **hues)
    canvas.colorbar(shades, ax=axis, label=mark.label)
    if mark.level is not None and min(np.shape(mark.z)) > 1:  # one row or column has no contour
        axis.contour(
            mark.x, mark.y, mark.z, levels=[mark.level], colors="black" if mark.signed else "white", linewidths=1
        )


def _colour(k: int) -> str:
    return COLOURS[k % len(COLOURS)]
