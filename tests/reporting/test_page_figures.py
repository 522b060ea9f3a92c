"""A drawing in a page: its colours are those that the page's style knows, so that none is unreadable in the dark."""

import re

import pytest

from infoloop.pipelines.drawing.svg import INK, MUTED, TINTS
from infoloop.reporting.figures import COLOURS, Figure, Line, Map, Panel, ShadedBand, figure_svg
from infoloop.reporting.package_files import package_folder
from infoloop.reporting.page_figures import inline_figure

CSS = (package_folder() / "reporting" / "templates" / "page.css").read_text(encoding="utf-8")
READABLE_ON_BOTH = {"#E69F00", "#56B4E9"}  # stay as they are


def changed() -> dict[str, str]:
    """The colours that a dark page changes, and to what."""
    dark = CSS.split("prefers-color-scheme: dark")[1]
    return {f"#{old}": new for old, new in re.findall(r"--c-([0-9a-f]{6}): (#[0-9a-f]{6})", dark)}


def luminance(colour: str) -> float:
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_lines_and_letters_are_seen_on_dark_paper():
    """WCAG 2.2 wants 3 of what is drawn, and 4.5 of what is read."""
    dark = changed()
    paper = dark["#ffffff"]
    assert min(contrast(dark.get(c.lower(), c), paper) for c in COLOURS) >= 3
    assert min(contrast(dark[c.lower()], paper) for c in (INK, MUTED, "#000000")) >= 4.5
    assert min(contrast(dark[INK], dark.get(tint.lower(), tint)) for tint in map(dark_tint, TINTS.values())) >= 4.5


def dark_tint(tint: str) -> str:
    return tint.lower()


@pytest.mark.slow
def test_every_colour_of_a_figure_is_one_that_a_dark_page_knows():
    x = (0.0, 1.0)
    lines = tuple(Line(x, (0.0, k), str(k)) for k in range(7))
    panels = (
        Panel("a", "x", "y", (*lines, ShadedBand(x, x, x, "band"))),
        Panel("b", "x", "y", (Map(x, x, [[1, 2], [3, 4]], "z"),)),
    )
    page = inline_figure(figure_svg(Figure(panels, ""), "colours"))
    used = set(re.findall(r"var\(--c-([0-9a-f]{6}), #\1\)", page))
    assert {f"#{colour}".lower() for colour in used} <= set(changed()) | {c.lower() for c in READABLE_ON_BOTH}
    assert not re.search(r"(?:fill|stroke): #", page)


def test_a_drawing_may_keep_a_share_of_its_width():
    svg = '<?xml version="1.0"?>\n<svg width="400pt" height="10pt"><path style="stroke: #000000"/></svg>'
    assert inline_figure(svg, 0.5).startswith('<svg style="min-width: 200pt" width="400pt"')
