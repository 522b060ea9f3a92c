"""Text in a drawing is text, in letters that the drawing brings along."""

import base64
import io
import re

import pytest
from fontTools.ttLib import TTFont

from infoloop.reporting.drawing_fonts import embed_fonts
from infoloop.reporting.figures import Figure, Line, Panel, figure_svg

X = (0.0, 1.0)


def fonts_of(svg: str) -> dict[str, set[str]]:
    """The characters of the fonts inside a drawing, by their style."""
    faces = re.findall(r"@font-face \{[^}]*font-style: (\w+);[^}]*base64,([^)]*)\)", svg)
    fonts = {style: TTFont(io.BytesIO(base64.b64decode(data))) for style, data in faces}
    return {style: set(map(chr, font.getBestCmap() or ())) for style, font in fonts.items()}


@pytest.mark.slow
def test_a_drawing_has_its_words_as_text_and_every_letter_of_them():
    line = Line(X, X, "knowledge & <doubt>", symbol="")
    svg = figure_svg(Figure((Panel("Schätzung", "I(theta;Z_t), bits", "share", (line,)),), ""), "words")
    assert ">Schätzung</text>" in svg
    assert ">knowledge &amp; &lt;doubt&gt;</text>" in svg
    fonts = fonts_of(svg)
    assert fonts["normal"] >= set("Schätzungknowledge & <doubt>;(),bits01.")
    assert fonts["oblique"] >= set("IθZt")
    assert "<path id=" not in svg.replace('<path id="m', "").replace('<path id="p', "")  # letters as outlines have ids
    assert not re.search(r"font-family: 'DejaVu Sans'(?!, sans-serif)", svg.replace("', 'DejaVu Sans', sans-serif", ""))


def test_two_drawings_of_one_page_do_not_share_a_name_unless_they_share_the_letters():
    head = """<style type="text/css">*{}</style><text style="font-family: 'DejaVu Sans'" x="1">"""
    one, two = (f"{head}{letter}</text>" for letter in "ab")
    names = [re.findall(r"infoloop-\w+", embed_fonts(svg)) for svg in (one, two, one)]
    assert names[0] == names[2] != names[1]
    assert [len(set(found)) for found in names] == [1, 1, 1]


def test_a_drawing_without_text_or_in_another_font_stays_as_it_is():
    for svg in ("<svg/>", "<text style=\"font-family: 'Other'\">a</text>"):
        assert embed_fonts(svg) == svg
