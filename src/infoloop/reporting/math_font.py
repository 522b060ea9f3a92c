"""The font of a page's formulas, inside the page: browsers draw roots and stretched signs from a font's table of them.

Where no installed font has that table (`MATH`, of OpenType), a root sign may vanish and an index stand beside its
letter. STIX Two Math, which the package ziamath ships under the SIL Open Font License, has it; a page gets the few
characters that it uses, some 30 kB.
"""

import functools
import html
import importlib.util
import re
import unicodedata
from pathlib import Path
from typing import Any

from markupsafe import Markup

from infoloop.reporting.font_subsets import font_face, subset_font

FAMILY = "infoloop formulas"
_FONT = "fonts/STIXTwoMath-Regular.ttf"
_FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_ALWAYS = "√()[]{}|"  # what a browser draws for a root or for a fence without a character in the page


def math_font_css(page: str) -> Markup:
    """Return the style that gives the formulas of a page their font; nothing for a page without formulas.

    Args:
        page: its HTML, with formulas as MathML.

    Returns:
        A `@font-face` with the font inline, and the rule that uses it: the same text for the same page.
    """
    characters = formula_characters(page)
    if not characters:
        return Markup()
    face = font_face(FAMILY, subset_font(_font_file(), characters, _narrow_roots))
    return Markup(f'{face}\nmath {{ font-family: "{FAMILY}", math; margin-block: .12em; }}')


def formula_characters(page: str) -> str:
    """Return the characters in which a browser draws the formulas of a page, sorted; nothing where it has none.

    >>> "".join(formula_characters("<p>a</p><math><msqrt><mi>x</mi></msqrt><mo>&#x2212;</mo></math>"))
    '()[]x{|}−√𝑥'
    """
    formulas = _FORMULA.findall(page)
    if not formulas:
        return ""
    text = html.unescape("".join(_TAG.sub("", formula) for formula in formulas))
    shown = {character for character in text if character.isprintable()}
    return "".join(sorted(shown | set(_ALWAYS) | {_italics().get(character, character) for character in shown}))


@functools.cache
def _italics() -> dict[str, str]:
    """Return in which slanted form a browser draws a variable of one letter, Latin or Greek."""
    slanted = map(chr, [*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C)])
    known = {chr(int(unicodedata.decomposition(c).split()[1], 16)): c for c in slanted if unicodedata.name(c, "")}
    return {**known, "h": "ℎ"}  # which is older than the others, and has its own place


def _font_file() -> Path:
    found = importlib.util.find_spec("ziamath")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("the package ziamath is missing, which has the font of formulas", name="ziamath")
    return Path(found.origin).parent / _FONT


def _narrow_roots(font: Any) -> None:
    """Make the taller root signs of a font as wide as the shortest: browsers keep room for the widest beside each."""
    variants, shortest = font["MATH"].table.MathVariants, font.getBestCmap()[ord("√")]
    places = dict(zip(variants.VertGlyphCoverage.glyphs, variants.VertGlyphConstruction, strict=True))
    construction = places[shortest]
    taller = {record.VariantGlyph for record in construction.MathGlyphVariantRecord} - {shortest}
    taller |= {part.glyph for part in construction.GlyphAssembly.PartRecords}
    width = font["hmtx"][shortest][0]
    for name in taller:
        wide, left = font["hmtx"][name]
        font["glyf"][name].coordinates.scale((width / wide, 1))
        font["glyf"][name].recalcBounds(font["glyf"])
        font["hmtx"][name] = (width, round(left * width / wide))
