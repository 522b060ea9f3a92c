"""Fonts inside a page or a drawing: the few characters that it uses, the same bytes for the same characters."""

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

_LEFT_OUT = ("DSIG", "FFTM", "GSUB", "GPOS", "GDEF")  # a seal, a date, ligatures and the like, which need every glyph


def subset_font(path: Path, characters: str, alter: Callable[[Any], None] = lambda font: None) -> bytes:
    """Return a font with these characters and what they stretch to, as WOFF.

    Args:
        path: the font's file, TrueType.
        characters: what is to be in it; what the font lacks is left out.
        alter: changes what is left of the font.
    """
    from fontTools import subset  # here: only a page needs it, and it takes half a second
    from fontTools.ttLib import TTFont

    options = subset.Options(hinting=False, layout_features=[], drop_tables=list(_LEFT_OUT))
    options.name_IDs = [0, 13, 14]  # copyright and licence
    with TTFont(path, recalcTimestamp=False, lazy=True) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=characters)
        subsetter.subset(font)
        alter(font)
        font.flavor = "woff"
        file = io.BytesIO()
        font.save(file)
    return file.getvalue()


def font_face(family: str, font: bytes, style: str = "normal", weight: str = "400") -> str:
    """Return the rule of CSS that gives a font, inline, its name.

    >>> font_face("mine", b"abc")
    '@font-face { font-family: "mine"; font-style: normal; font-weight: 400; src: url(data:font/woff;base64,YWJj) ...
    """
    data = base64.b64encode(font).decode()
    return (
        f'@font-face {{ font-family: "{family}"; font-style: {style}; font-weight: {weight}; '
        f'src: url(data:font/woff;base64,{data}) format("woff"); }}'
    )
