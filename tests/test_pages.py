"""The report page holds every statement with its mathematics, and needs nothing from outside."""

import re
from pathlib import Path

import pytest

from infoloop import chapters, ledger, pages

ROOT = Path(__file__).parents[1]
ENTRIES = chapters.pair(chapters.read_blocks(ROOT / "theory"))


@pytest.fixture(scope="module")
def page():
    chosen = chapters.select(ENTRIES, ("fol:always-hidden", "thm:z-cascade"))
    quick = ledger.Effort(samples=100, starts=4, steps=10)
    return pages.findings_page(chosen, tuple(ledger.examine(chosen, quick)), "0.0")


def test_every_formula_of_the_theory_becomes_mathml():
    for entry in ENTRIES:
        shown = pages.render(entry.block.body)
        assert "$" not in shown, entry.block.label
        assert shown.count("<math") == len(re.findall(r"\$\$.+?\$\$|\$[^$]+\$", entry.block.body, re.DOTALL))


def test_a_formula_is_not_read_as_markdown():
    assert "<em>" not in pages.render("$a_i b_i$ and $a*b*c$")


def test_the_page_says_what_was_found(page):
    assert "Refuted, certified: 1.0000000000000000000 = 0 is false for P(X,Y,S)" in page
    assert 'id="thm:z-cascade"' in page
    assert "(162 cases decided, 162 equalities)" in page


def test_the_page_needs_no_network(page):
    assert re.findall(r'(?:src|href)="(?!#)', page) == []
    assert "<script" not in page


def test_text_is_escaped():
    assert "<b>" not in str(pages.render("<b>bold</b>"))
