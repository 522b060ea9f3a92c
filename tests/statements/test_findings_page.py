"""The report page holds every statement with its mathematics, and needs nothing from outside."""

import re

import pytest

from infoloop.reporting.html import markdown_to_html
from infoloop.statements import findings_page, theory_files, verification
from infoloop.statements.findings_text import REFUTED
from tests.support.page_contents import foreign_parts
from tests.support.paths import ROOT

ENTRIES = theory_files.pair_with_claims(theory_files.read_blocks(ROOT / "theory"))
ENTRIES_BY_LABEL = {entry.block.label: entry for entry in ENTRIES}


@pytest.fixture(scope="module")
def page():
    chosen = theory_files.select_statements(ENTRIES, ("fol:always-hidden", "thm:z-cascade"))
    quick = verification.Effort(samples=100, starts=4, steps=10)
    return findings_page.render_findings_page(chosen, tuple(verification.verify_statements(chosen, quick)), "0.0")


@pytest.mark.slow
def test_the_page_says_what_was_found(page):
    assert "Refuted, certified: 1.0000000000000000000 = 0 is false for P(X,Y,S)" in page
    assert 'id="thm:z-cascade"' in page
    assert re.search(r"\(\d+ cases decided: the sides differ in 0, are equal in", page)
    assert "False neighbours" in page


def test_the_page_needs_no_network(page):
    assert foreign_parts(page) == []


def test_what_is_refuted_is_marked_with_its_counterexample_and_never_set_like_a_theorem(page):
    theorem, folklore = page.split('<h2 id="thm:z-cascade"')[1], page.split('<h2 id="fol:always-hidden"')[1]
    theorem, folklore = (part.split("<h2")[0] for part in (theorem, folklore))
    assert folklore.startswith(">REFUTED: ")
    marked, struck, after = re.split(r"<del>|</del>", folklore)
    assert marked.endswith('<b class="bad">REFUTED.</b></p>')
    assert markdown_to_html(ENTRIES_BY_LABEL["fol:always-hidden"].block.part("Statement")) == struck
    assert "Statement." not in folklore
    assert "Refuted, certified: " in after
    assert "<del>" not in theorem
    assert "REFUTED" not in theorem
    assert "<strong>Statement.</strong>" in theorem


def test_the_chapters_mark_their_folklore_and_nothing_else():
    marked = {entry.block.label: entry.block.title.startswith(REFUTED) for entry in ENTRIES}
    assert marked == {entry.block.label: entry.block.fields["class"] == "F" for entry in ENTRIES}
    assert all(entry.block.part("Refutation") for entry in ENTRIES if entry.block.fields["class"] == "F")
