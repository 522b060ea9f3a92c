"""Figures drawn by matplotlib, in one style that the colour-blind can read, for a page or for a column of a paper."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from infoloop.reporting.figure_data import Figure, Line, Map, Panel, ShadedBand, Whiskers, check_figure, drawn_label
from infoloop.reporting.figure_texts import Sizes, break_lines, break_texts, explain_marks, fix_layout, size_of
from infoloop.reporting.hidden_marks import show_hidden_marks
from infoloop.reporting.hover_values import MOST_POINTS
from infoloop.reporting.package_files import package_folder

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

# Okabe & Ito (2008), black last: told apart by readers with any of the common colour blindnesses, and in print.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_ON_A_PAGE: dict[str, Any] = {
    "axes.labelsize": 9, "axes.titlesize": 10, "font.size": 9, "legend.fontsize": 8, "lines.linewidth": 1.4,
    "savefig.dpi": "figure", "xtick.labelsize": 9, "ytick.labelsize": 9,
}  # fmt: skip
_LINES: dict[str, dict[str, Any]] = {
    "line": {"linestyle": "-"},
    "dashed": {"linestyle": (0, (4, 2))},
    "dotted": {"linestyle": (0, (1, 1.5))},
}
_MARKERS = ("s", "^", "D", "v", "P", "X", "<", ">")  # circles are points
_APART = 0.24  # between two marks of a line, of the diagonal of the axes
_CONTOUR = ("#fefefe", "#010101")  # on a map, which stays as it is on a dark page, where white and black change places
_PANEL = (4.3, 3.5)  # inches, on a page
_LEAST_PANEL = 2.1  # inches, in a paper: a narrower one has no room for its numbers
_TALL = 0.78  # height of a panel in a paper, without its legend, over its width
_ROOM = 14  # letters of names that stand below an axis side by side, an inch of the panel
_NAME_ROWS = 2.4  # heights of a letter that a name beside an axis takes, and its neighbour's distance


@contextlib.contextmanager
def figure_style(name: str, width: float | None = None) -> Generator[None]:
    """Set the style of figures for the `with` block: that of the file infoloop.mplstyle, with larger letters on a page.

    Args:
        name: of the figure: by it the marks inside its SVG are called, the same each time.
        width: of the figure in a paper, in inches; None on a page.
    """
    import matplotlib as mpl  # here: an experiment that is only listed need not wait for it

    style: dict[Any, Any] = dict(mpl.rc_params_from_file(package_folder() / "infoloop.mplstyle", False, False))
    style |= {"svg.hashsalt": f"figure {name}"} | (_ON_A_PAGE if width is None else {})
    with mpl.rc_context(style), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # the reader's browser has letters of its own
        yield


def draw_figure(figure: Figure, width: float | None = None) -> Drawing:
    """Return the figure as matplotlib's, with the style that is current.

    Args:
        figure: what to draw.
        width: of the whole in inches, as a paper wants it: panels stand one below the other where they have no room
            side by side. None for panels of the size that pages have.

    Raises:
        FigureError: A panel is empty, or a number is a NaN.
    """
    from matplotlib.figure import Figure as Drawing

    check_figure(figure)
    columns = min(figure.columns, len(figure.panels))
    if width is not None:
        columns = min(columns, max(1, int(width / _LEAST_PANEL)))
    rows = -(-len(figure.panels) // columns)
    wide = _PANEL[0] if width is None else width / columns
    sizes = Sizes(wide, columns)
    heights = [
        max(_height(panel, sizes, width is None) for panel in figure.panels[k * columns : (k + 1) * columns])
        for k in range(rows)
    ]
    canvas = Drawing(figsize=(wide * columns, sum(heights)), layout="constrained")
    cells = canvas.subfigures(rows, columns, squeeze=False, height_ratios=heights).ravel()
    axes = [cell.subplots() for cell in cells[: len(figure.panels)]]  # before the bars beside maps
    points = sum(np.size(m.x) for p in figure.panels for m in p.marks if isinstance(m, Whiskers) or _is_points(m))
    for cell, axis, panel in zip(cells, axes, figure.panels, strict=False):
        _draw(cell, axis, panel, sizes, points > MOST_POINTS)
    explain_marks(canvas, axes, sizes)
    fix_layout(canvas, axes, columns)
    for axis in axes:
        show_hidden_marks(axis)
    return canvas


def _is_points(mark: Any) -> bool:
    return isinstance(mark, Line) and mark.style == "points"


def _height(panel: Panel, sizes: Sizes, on_a_page: bool) -> float:
    """Return the height of a panel in inches: more for many names beside an axis, and for a legend in a paper."""
    least = _PANEL[1] if on_a_page else _TALL * sizes.wide
    if not on_a_page:
        least += sizes.legend_height([_label(mark) for mark in panel.marks if _label(mark)])
        texts = break_texts(drawn_label(panel.title), drawn_label(panel.x_label), sizes.wide)
        least += sum(text.count("\n") for text in texts) * size_of("axes.titlesize") / 60
    if _runs_downward(panel, sizes):
        letter = size_of("ytick.labelsize")
        rows = sum(name.count("\n") + _NAME_ROWS for name in _names_beside(panel, sizes))
        least = max(least, rows * letter / 72 + 1.0)
    return least


def _label(mark: Any) -> str:
    return "" if isinstance(mark, Map) else drawn_label(mark.label, getattr(mark, "symbol", ""))


def _names_beside(panel: Panel, sizes: Sizes) -> list[str]:
    """Return the names that stand beside an axis, in lines of at most half the panel."""
    return [break_lines(name, 36 * sizes.wide, size_of("ytick.labelsize")) for name in panel.x_names]


def _marker(panel: Panel, k: int) -> dict[str, Any]:
    """Return the few marks that tell a line of a panel from others with the same dashes, in print without colours."""
    line = panel.marks[k]
    alike = [m for m in panel.marks if isinstance(m, Line) and isinstance(line, Line) and m.style == line.style]
    if len(alike) < 2 or _is_points(line):
        return {}
    j = next(j for j, other in enumerate(alike) if other is line)
    return {"marker": _MARKERS[j % len(_MARKERS)], "ms": 3.2, "markevery": (_APART * (j + 1) / len(alike), _APART)}


def _draw(cell: Any, axis: Any, panel: Panel, sizes: Sizes, many: bool) -> None:
    downward = _runs_downward(panel, sizes)
    for k, mark in enumerate(panel.marks):
        label = _label(mark) or None
        if isinstance(mark, Map):
            _draw_map(cell, axis, mark)
        elif isinstance(mark, Whiskers):
            _draw_whiskers(axis, mark, label, downward, many)
        elif isinstance(mark, ShadedBand):
            fill = axis.fill_betweenx if downward else axis.fill_between
            fill(mark.x, mark.low, mark.high, color=_colour(mark.colour), alpha=0.22, lw=0, label=label)
        else:
            look = {"color": _colour(k if mark.colour is None else mark.colour), **_marker(panel, k)}
            _draw_line(axis, mark, label, look, downward, many)
    title, x_label = break_texts(drawn_label(panel.title), drawn_label(panel.x_label), sizes.wide)
    axis.set_title(title)
    _scale(panel, x_label, *((axis.yaxis, axis.xaxis) if downward else (axis.xaxis, axis.yaxis)))
    if downward:
        axis.set_yticks(range(len(panel.x_names)), _names_beside(panel, sizes))
        axis.invert_yaxis()
    elif panel.x_names:
        axis.set_xticks(range(len(panel.x_names)), panel.x_names, rotation=20, ha="right")
    elif panel.x_scale == "linear" and all(_all_integers(mark.x) for mark in panel.marks):
        axis.xaxis.get_major_locator().set_params(integer=True)  # there is no round 1.5
    if panel.y_limits:
        (axis.set_xlim if downward else axis.set_ylim)(panel.y_limits)


def _runs_downward(panel: Panel, sizes: Sizes) -> bool:
    return sum(map(len, panel.x_names)) > _ROOM * sizes.wide


def _scale(panel: Panel, x_label: str, of_x: Any, of_y: Any) -> None:
    for axis, label, scale in (
        (of_x, x_label, panel.x_scale),
        (of_y, drawn_label(panel.y_label), panel.y_scale),
    ):
        axis.set_label_text(label)
        setter = axis.axes.set_xscale if axis.axis_name == "x" else axis.axes.set_yscale
        setter(scale)


def _all_integers(values: ArrayLike) -> bool:
    numbers = np.asarray(values, float)
    return bool((numbers == np.round(numbers)).all() and np.ptp(numbers) > 1)


def _draw_line(axis: Any, mark: Line, label: str | None, look: dict[str, Any], downward: bool, many: bool) -> None:
    values = (mark.y, mark.x) if downward else (mark.x, mark.y)
    if mark.style == "points":
        axis.plot(*values, "o", ms=3.5, mfc="white", mec=look["color"], label=label, rasterized=many, **look)
    else:
        axis.plot(*values, label=label, **_LINES[mark.style], **look)


def _draw_whiskers(axis: Any, mark: Whiskers, label: str | None, downward: bool, many: bool) -> None:
    y = np.asarray(mark.y, float)
    reach = np.stack([y - np.asarray(mark.low, float), np.asarray(mark.high, float) - y])
    places = {"x": y, "y": mark.x, "xerr": reach} if downward else {"x": mark.x, "y": y, "yerr": reach}
    drawn = axis.errorbar(**places, fmt="o", ms=4, lw=1.2, capsize=2, color=_colour(mark.colour), label=label)
    for artist in drawn.get_children():
        artist.set_rasterized(many)


def _draw_map(cell: Any, axis: Any, mark: Map) -> None:
    from matplotlib.colors import CenteredNorm

    hues: dict[str, Any] = {"cmap": "PuOr", "norm": CenteredNorm()} if mark.signed else {"cmap": "cividis"}
    shades = axis.pcolormesh(mark.x, mark.y, mark.z, shading="nearest", rasterized=True, **hues)
    cell.colorbar(shades, ax=axis, label=drawn_label(mark.label))
    if mark.level is not None and min(np.shape(mark.z)) > 1:  # one row or column has no contour
        axis.contour(mark.x, mark.y, mark.z, levels=[mark.level], colors=_CONTOUR[mark.signed], linewidths=1)


def _colour(k: int) -> str:
    return COLOURS[k % len(COLOURS)]
