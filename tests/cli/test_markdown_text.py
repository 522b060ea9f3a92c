"""Markdown as text: a paragraph or an item a line, links as labels, formulas as text, code as it is written."""

import pytest

from infoloop.cli.markdown_text import format_markdown
from infoloop.statements.theory_files import labelled_blocks
from tests.support.paths import ROOT


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one\ntwo\n\nthree", "one two\nthree"),
        ("- *a*\n- **b** `c_d`", "- a\n- b c_d"),
        ("1. a\n2. b", "1. a\n2. b"),
        ("[gap](#thm:dpi-gap) and [page](https://x.org)", "gap (thm:dpi-gap) and page"),
        ("so $a_i\\le b$, and\n$$x=\\frac12.$$", "so aᵢ ≤ b, and x = 1/2."),
        ("$$x=1$$", "    x = 1"),
        ("```\n$ infoloop list\n```", "    $ infoloop list"),
        ("<b>bold</b> & $a<b$", "<b>bold</b> & a < b"),
        ("", ""),
    ],
)
def test_markdown_becomes_plain_text(text, shown):
    assert format_markdown(text) == shown


@pytest.mark.full
def test_every_block_of_the_theory_is_text_without_marks():
    for block in labelled_blocks(ROOT / "theory", bool):
        shown = format_markdown(block.body.partition("**")[2])
        assert "$" not in shown, block.label
        assert "](#" not in shown, block.label
