"""A page brings the font of its formulas along: every sign of every formula is in it, with the table to stretch it."""

import base64
import io
import re

import pytest
from fontTools.ttLib import TTFont

from infoloop.reporting.audit_page import AuditPage, render_audit_page
from infoloop.reporting.html import FONT_OF_FORMULAS, markdown_to_html
from infoloop.reporting.math_font import formula_characters, math_font_css
from infoloop.statements import theory_files
from tests.support.paths import ROOT

TEMPLATES = sorted((ROOT / "src" / "infoloop" / "reporting" / "templates").glob("*.jinja"))
BASE = "page.html.jinja"


def font_in(page: str) -> TTFont:
    data = re.search(r"url\(data:font/woff;base64,([^)]*)\)", page)
    assert data
    return TTFont(io.BytesIO(base64.b64decode(data[1])))


def glyphs(font: TTFont) -> dict[str, str]:
    """Return the name of each character's glyph."""
    return {chr(code): name for code, name in (font.getBestCmap() or {}).items()}


@pytest.mark.full
def test_the_font_of_a_page_has_every_sign_of_every_formula_of_the_theory():
    """Where a sign is missing the browser takes it from another font, or draws none."""
    blocks = theory_files.read_blocks(ROOT / "theory")
    page = "".join(str(markdown_to_html(block.body)) for block in blocks)
    assert page.count("<msqrt>") == sum(block.body.count(r"\sqrt") for block in blocks) > 0
    missing = set(formula_characters(page)) - set(glyphs(font_in(math_font_css(page))))
    assert {c for c in missing if not c.isspace()} == set()


def test_the_font_has_roots_of_every_height_and_of_one_width():
    font = font_in(math_font_css(str(markdown_to_html(r"$\frac{\sqrt{5}-1}{2}$"))))
    variants, root = font["MATH"].table.MathVariants, glyphs(font)["√"]
    made = dict(zip(variants.VertGlyphCoverage.glyphs, variants.VertGlyphConstruction, strict=True))[root]
    names = [record.VariantGlyph for record in made.MathGlyphVariantRecord]
    assert len(names) >= 3
    assert len({font["hmtx"][name][0] for name in names}) == 1
    assert set(glyphs(font)) >= set("√51−2")


def test_letters_come_slanted_and_upright():
    assert set("xθ𝑥𝜃ℎ") <= set(formula_characters("<math><mi>x</mi><mi>&#x3b8;</mi><mi>h</mi></math>"))


def test_the_same_page_has_the_same_bytes_and_a_page_without_formulas_has_no_font():
    page = str(markdown_to_html("$x^2$"))
    assert math_font_css(page) == math_font_css(page)
    assert math_font_css("<p>sqrt(5)</p>") == ""


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_page_has_one_style_with_a_place_for_the_font(path):
    text = path.read_text(encoding="utf-8")
    base = path.name == BASE
    assert text.count(FONT_OF_FORMULAS) == text.count("<style>") == text.count("<script>") == base
    assert base or text.startswith(f'{{% extends "{BASE}" %}}')


def test_a_rendered_page_holds_the_font():
    page = render_audit_page(AuditPage("A page", "open", "I(X;Z) is positive"))
    assert FONT_OF_FORMULAS not in page
    assert "MATH" in font_in(page)
