"""The page of a run: what the user wrote is escaped, formulas are MathML, figures are inline."""

import pytest

from infoloop.statements.theory_files import StatementBlock
from infoloop.studies.page import RunPage, run_page
from infoloop.studies.runner import Headline

FIELDS = {"ref": "S01", "class": "T", "source": "by hand"}
BLOCK = StatementBlock("thm:dpi", "Data processing", FIELDS, "**Statement.** $I(X;Z)$ falls.", "1.md:1")


@pytest.fixture(scope="module")
def page() -> str:
    headlines = (Headline("bits & <pieces>", 1 / 3, None, "bits", "theory"), Headline("sum", 2.0, 2.5, "1", "by hand"))
    svg = '<?xml version="1.0"?><svg><path/></svg>'
    figures = (("decay", svg, "Falls as $e^{-t}$."),)
    config = {"rates": "<0.5>"}
    return run_page(RunPage("own <study>", "About $X$.", headlines, figures, (BLOCK,), config, {}, {}, ("decay.nc",)))


@pytest.mark.slow
def test_whatever_is_filled_in_is_escaped(page):
    assert "<h1>infoloop run own &lt;study&gt;</h1>" in page
    assert "bits &amp; &lt;pieces&gt;" in page
    assert "<code>&lt;0.5&gt;</code>" in page


def test_figures_are_inline_without_their_prolog_and_formulas_are_mathml(page):
    assert "<svg><path/></svg>" in page
    assert "<?xml" not in page
    assert page.count("<math") == 3
    assert "$" not in page.split("<script>")[0]


def test_what_nothing_is_expected_of_has_a_dash(page):
    cells = page.replace("\n", "")
    assert '<td class="n">0.3333333333</td><td class="n">–</td>' in cells
    assert '<td class="n">2</td><td class="n">2.5</td>' in cells


def test_folklore_is_called_refuted_and_comes_with_what_refutes_it():
    body = "**Statement.** Every loop is open.\n\n**Refutation.** A copy of its own text."
    block = StatementBlock("fol:open", "REFUTED: Open", {**FIELDS, "class": "F"}, body, "1.md:9")
    page = run_page(RunPage("own", "", (), (), (block, BLOCK), {}, {}, {}, ("decay.nc",)))
    refuted, theorem = page.split("<h3>")[1:]
    assert refuted.index("REFUTED.") < refuted.index("<del><p>Every loop is open.</p>")
    assert "A copy of its own text." in refuted
    assert "<del>" not in theorem


def test_a_note_has_a_column_of_its_own_where_there_is_one():
    page = run_page(RunPage("own", "", (Headline("a", 1.0, None, "1", "", "95 %"),), (), (), {}, {}, {}, ("decay.nc",)))
    assert "<th>note</th></tr>" in page
    assert "<td>–</td><td>95 %</td></tr>" in page
