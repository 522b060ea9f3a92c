"""Figures from data, as files for pages and papers: SVG, PNG and PDF, with the numbers beside them as CSV."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from infoloop.reporting.atomic_files import atomic_write_bytes
from infoloop.reporting.drawing_fonts import embed_fonts
from infoloop.reporting.figure_data import (
    Figure,
    FigureError,
    Line,
    Map,
    Panel,
    ShadedBand,
    Whiskers,
    plain_label,
)
from infoloop.reporting.figure_drawing import COLOURS, draw_figure, figure_style
from infoloop.reporting.figure_formats import ON_A_PAGE, FigureFormats
from infoloop.reporting.figure_table import figure_csv
from infoloop.reporting.hover_values import ReadableMark, ReadablePanel, add_hover_values

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

__all__ = (
    "COLOURS", "Figure", "FigureError", "Line", "Map", "Panel", "ShadedBand", "Whiskers", "draw_figure", "figure_svg",
    "plain_label", "svg_text", "write_figure",
)  # fmt: skip
_UNDATED: dict[str, dict[str, Any]] = {
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}


def write_figure(figure: Figure, folder: Path, name: str, formats: FigureFormats = ON_A_PAGE) -> str:
    """Draw `NAME.svg`, `NAME.png` or `NAME.pdf` into the folder, write `NAME.csv`, and return the SVG for a page.

    The same numbers give the same bytes. All files are made before the first is written.

    Args:
        figure: what to draw.
        folder: where to.
        name: of the files, without an ending.
        formats: which files, and how wide they are; the SVG for a page has the size that pages have.

    Raises:
        FigureError: A panel is empty, or a number is a NaN.
        UnwritableError: A file cannot be written.
    """
    files, svg = figure_files(figure, name, formats)
    for file, content in files.items():
        atomic_write_bytes(folder / file, content)
    return svg


def figure_files(figure: Figure, name: str, formats: FigureFormats = ON_A_PAGE) -> tuple[Mapping[str, bytes], str]:
    """Return the files of a figure by their names, as `write_figure` writes them, and the SVG for a page."""
    with figure_style(name):
        canvas = draw_figure(figure)
        svg = _readable_svg(figure, canvas)
        drawn = {} if formats.width else {form: _content(figure, canvas, form) for form in formats.formats}
    if formats.width:
        with figure_style(name, formats.width):
            canvas = draw_figure(figure, formats.width)
            drawn = {form: _content(figure, canvas, form) for form in formats.formats}
    files = {f"{name}.{form}": content for form, content in drawn.items()}
    return {**files, f"{name}.csv": figure_csv(figure).encode()}, svg


def figure_svg(figure: Figure, name: str) -> str:
    """Return the SVG of `write_figure` without a file, for a page; raise FigureError for an empty panel or a NaN."""
    with figure_style(name):
        return _readable_svg(figure, draw_figure(figure))


def svg_text(canvas: Drawing) -> str:
    """Return what matplotlib drew as SVG, with the style that is current; its letters are inside."""
    svg = io.StringIO()
    canvas.savefig(svg, format="svg", metadata=_UNDATED["svg"])
    return embed_fonts(svg.getvalue())


def _content(figure: Figure, canvas: Drawing, form: str) -> bytes:
    if form == "svg":
        return _readable_svg(figure, canvas).encode()
    file = io.BytesIO()
    canvas.savefig(file, format=form, metadata=_UNDATED[form])
    return file.getvalue()


def _readable_svg(figure: Figure, canvas: Drawing) -> str:
    """Return the SVG of a figure that is drawn, with the values that a page shows where a reader points."""
    svg = svg_text(canvas)  # which puts the axes where they stay
    drawn = zip(figure.panels, canvas.axes, strict=False)  # the bars beside maps come last
    return add_hover_values(svg, [_readable(panel, axes) for panel, axes in drawn])


def _readable(panel: Panel, axes: Any) -> ReadablePanel:
    marks = tuple(map(_readable_mark, panel.marks))
    downward = bool(panel.x_names) and axes.yaxis_inverted()
    return ReadablePanel(axes, panel.x_label, panel.y_label, marks, panel.x_names, downward, panel.title)


def _readable_mark(mark: Line | ShadedBand | Whiskers | Map) -> ReadableMark:
    if isinstance(mark, Map):
        x, y = np.meshgrid(np.asarray(mark.x, float), np.asarray(mark.y, float))
        return ReadableMark(mark.label, x.ravel(), y.ravel(), z=np.ravel(mark.z))
    if isinstance(mark, ShadedBand):
        return ReadableMark(mark.label, mark.x, low=mark.low, high=mark.high)
    if isinstance(mark, Whiskers):
        return ReadableMark(mark.label, mark.x, mark.y, mark.low, mark.high)
    return ReadableMark(mark.label, mark.x, mark.y)
