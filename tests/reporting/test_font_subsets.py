"""Fonts in a page: the characters that were asked for, as a browser reads them, the same bytes each time."""

import io
from pathlib import Path

import matplotlib as mpl
from fontTools.ttLib import TTFont

from infoloop.reporting.font_subsets import subset_font

FONT = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


def test_a_subset_has_what_was_asked_for_and_little_else():
    content = subset_font(FONT, "bits−θ")
    font = TTFont(io.BytesIO(content))
    assert set(map(chr, font.getBestCmap() or ())) == set("bits−θ")
    assert font.flavor == "woff"
    assert len(content) < 8000
    assert content == subset_font(FONT, "bits−θ")


def test_what_a_font_lacks_is_left_out_and_what_is_left_can_be_changed():
    seen = []
    font = TTFont(io.BytesIO(subset_font(FONT, "a中", lambda font: seen.append(font.getBestCmap() or ()))))
    assert [set(map(chr, seen[0])), set(map(chr, font.getBestCmap() or ()))] == [{"a"}, {"a"}]
