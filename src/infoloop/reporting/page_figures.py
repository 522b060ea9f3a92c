"""A drawing as a part of a page: inline, in colours that the page can change where the reader's screen is dark."""

import re

from markupsafe import Markup

_STYLE = re.compile(r'(?<= style=")[^"]*')
_COLOUR = re.compile(r"\b(fill|stroke): (#[0-9a-f]{6})\b")


def inline_figure(svg: str, least: float = 0.0) -> Markup:
    """Return an SVG file as a part of a page.

    Each colour `#rrggbb` of its styles becomes `var(--c-rrggbb, #rrggbb)`: it stays what it is unless the style of the
    page says otherwise.

    Args:
        svg: what `figures.svg_text` or `figures.figure_svg` made.
        least: the share of its width to which the page may shrink it.

    >>> inline_figure('<?xml version="1.0"?><svg><path d="M 0 0" style="fill: #ffffff"/></svg>')
    Markup('<svg><path d="M 0 0" style="fill: var(--c-ffffff, #ffffff)"/></svg>')
    """
    inner = _STYLE.sub(_with_variables, svg[svg.index("<svg") :])
    width = re.search(r'width="([\d.]+)pt"', inner)
    style = f' style="min-width: {least * float(width[1]):.0f}pt"' if width and least else ""
    return Markup(inner.replace("<svg", f"<svg{style}", 1))


def _with_variables(style: re.Match) -> str:
    return _COLOUR.sub(lambda colour: f"{colour[1]}: var(--c-{colour[2][1:]}, {colour[2]})", style[0])
