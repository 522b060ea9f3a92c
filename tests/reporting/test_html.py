"""Markdown with formulas as HTML: every formula is MathML, all else is escaped."""

import re

import pytest

from infoloop.reporting.html import markdown_to_html
from infoloop.statements import theory_files
from tests.support.paths import ROOT

ENTRIES = theory_files.pair_with_claims(theory_files.read_blocks(ROOT / "theory"))


@pytest.mark.slow
def test_every_formula_of_the_theory_becomes_mathml():
    for entry in ENTRIES:
        shown = markdown_to_html(entry.block.body)
        assert "$" not in shown, entry.block.label
        assert shown.count("<math") == len(re.findall(r"\$\$.+?\$\$|\$[^$]+\$", entry.block.body, re.DOTALL))


def test_a_formula_is_not_read_as_markdown():
    assert "<em>" not in markdown_to_html("$a_i b_i$ and $a*b*c$")


def test_text_is_escaped():
    assert "<b>" not in str(markdown_to_html("<b>bold</b>"))
