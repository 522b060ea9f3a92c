"""In which files a figure is written, and how wide, as a reader says it: `3.3in`, `pdf,svg`."""

from __future__ import annotations

import re
from typing import NamedTuple

from infoloop.reporting.suggestions import quote

FORMATS = ("svg", "png", "pdf")
_INCHES = {"in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4, "pt": 1 / 72.27}  # points as TeX has them
_LENGTH = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(in|cm|mm|pt)\s*")
_NARROWEST, _WIDEST = 2.0, 40.0  # inches: a narrower panel has no room for its numbers; a wider one is no figure


class FigureFormats(NamedTuple):
    """The endings of a figure's files, and its width in inches; None for the size that pages have."""

    formats: tuple[str, ...] = ("svg", "png")
    width: float | None = None


ON_A_PAGE = FigureFormats()


def parse_figure_formats(width: str | None = None, formats: str | None = None) -> FigureFormats:
    """Return how figures are to be written.

    Args:
        width: a length with its unit (in, cm, mm, pt); None for the size that pages have.
        formats: names of formats (pdf, svg, png) with commas between; None for SVG and PNG.

    Raises:
        ValueError: One of them is none of these.

    >>> parse_figure_formats("8.4 cm", "pdf")
    FigureFormats(formats=('pdf',), width=3.3070866141732282)
    >>> parse_figure_formats("3.3")
    Traceback (most recent call last):
    ValueError: --width '3.3' is no width: give a number and in, cm, mm or pt, such as 3.3in
    """
    return FigureFormats(_formats(formats), _inches(width))


def _inches(width: str | None) -> float | None:
    if width is None:
        return None
    found = _LENGTH.fullmatch(width)
    if not found:
        raise ValueError(f"--width {quote(width)} is no width: give a number and in, cm, mm or pt, such as 3.3in")
    inches = float(found[1]) * _INCHES[found[2]]
    if not _NARROWEST <= inches <= _WIDEST:
        raise ValueError(f"--width {quote(width)} is {inches:.3g} in: give from {_NARROWEST:g}in to {_WIDEST:g}in")
    return inches


def _formats(formats: str | None) -> tuple[str, ...]:
    if formats is None:
        return FigureFormats().formats
    names = [name.strip().lower() for name in formats.split(",")]
    for name in names:
        if name not in FORMATS:
            raise ValueError(f"--format {quote(name)} is no format of figures: give {', '.join(FORMATS)}")
    return tuple(dict.fromkeys(names))
