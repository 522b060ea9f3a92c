"""The fonts of a drawing inside its SVG, so that its text is text and looks the same on every machine."""

from __future__ import annotations

import hashlib
import html
import re
from collections import defaultdict
from pathlib import Path

from infoloop.reporting.font_subsets import font_face, subset_font

_TEXT = re.compile(r'<(?:text|tspan)\b[^>]*?style="([^"]*font-family:[^"]*)"[^>]*>([^<]*)<')
_FAMILY = re.compile(r"(?<=font-family: )'DejaVu Sans'(?:, [^;\"]*)?")
_STYLE = '<style type="text/css">'
_FILES = {
    ("normal", "400"): "DejaVuSans.ttf",
    ("oblique", "400"): "DejaVuSans-Oblique.ttf",
    ("normal", "700"): "DejaVuSans-Bold.ttf",
    ("oblique", "700"): "DejaVuSans-BoldOblique.ttf",
}


def embed_fonts(svg: str) -> str:
    """Return matplotlib's SVG with the letters of DejaVu Sans that its text uses: the same text for the same drawing.

    The fonts are those that matplotlib ships. A character that they lack is drawn in a font of the reader's.

    Args:
        svg: what matplotlib drew with `svg.fonttype` none.

    Returns:
        The SVG, whose text asks for the font inside it, then for DejaVu Sans, then for any without serifs.
    """
    used: dict[tuple[str, str], set[str]] = defaultdict(set)
    for style, text in _TEXT.findall(svg):
        if "'DejaVu Sans'" in style:
            used[_look(style)].update(html.unescape(text))
    faces = {look: "".join(sorted(c for c in found if c.isprintable())) for look, found in sorted(used.items())}
    if not any(faces.values()):
        return svg
    family = f"infoloop-{hashlib.sha256(repr(faces).encode()).hexdigest()[:8]}"  # a page may hold several drawings
    rules = [
        font_face(family, subset_font(_font_file(look), characters), *look)
        for look, characters in faces.items()
        if characters
    ]
    named = _FAMILY.sub(f"'{family}', 'DejaVu Sans', sans-serif", svg)
    return named.replace(_STYLE, _STYLE + "\n".join(rules) + "\n", 1)


def _look(style: str) -> tuple[str, str]:
    slanted = re.search(r"font-style: (?:oblique|italic)", style)
    weight = re.search(r"font-weight: (\w+)", style)
    bold = weight and weight[1] in ("bold", "600", "700", "800", "900")
    return "oblique" if slanted else "normal", "700" if bold else "400"


def _font_file(look: tuple[str, str]) -> Path:
    import matplotlib as mpl  # here: who draws nothing need not wait for it

    return Path(mpl.get_data_path()) / "fonts" / "ttf" / _FILES[look]
