"""The report page holds every statement with its mathematics, and needs nothing from outside."""

import re

import pytest

from infoloop.statements import findings_page, theory_files, verification
from tests.support.paths import ROOT

ENTRIES = theory_files.pair_with_claims(theory_files.read_blocks(ROOT / "theory"))


@pytest.fixture(scope="module")
def page():
    chosen = theory_files.select_statements(ENTRIES, ("fol:always-hidden", "thm:z-cascade"))
    quick = verification.Effort(samples=100, starts=4, steps=10)
    return findings_page.render_findings_page(chosen, tuple(verification.verify_statements(chosen, quick)), "0.0")


@pytest.mark.slow
def test_the_page_says_what_was_found(page):
    assert "Refuted, certified: 1.0000000000000000000 = 0 is false for P(X,Y,S)" in page
    assert 'id="thm:z-cascade"' in page
    assert "(162 cases decided: the sides differ in 0, are equal in" in page
    assert "False neighbours" in page


def test_the_page_needs_no_network(page):
    assert re.findall(r'(?:src|href)="(?!#)', page) == []
    assert "<script" not in page
