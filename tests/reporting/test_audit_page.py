"""Pages of audits: formulas in plain text, and whatever parts a page has."""

import pytest

from infoloop.reporting import audit_page
from tests.support.command_line import status_of
from tests.support.full_disk import files_of_at_most
from tests.support.paths import PIPELINES


def test_formulas_keep_words_and_numbers_apart():
    assert "<msub><mi>S</mi><mrow><mn>12</mn></mrow></msub>" in audit_page.formulas_to_mathml("I(X;S12)")
    assert "<mtext>reward_a</mtext><mrow><mn>3</mn></mrow>" in audit_page.formulas_to_mathml("H(reward_a3)")
    many = ",".join(f"S{k}" for k in range(20))
    assert f'alttext="I(X;{many})"' in audit_page.formulas_to_mathml(f"I(X;{many})")
    assert audit_page.formulas_to_mathml(f"I(X;{many})").striptags() == "I(X;S0,S1,…,S19)"
    assert str(audit_page.formulas_to_mathml("I(<b>;Z)")) == "I(&lt;b&gt;;Z)"


def test_a_page_needs_no_graph_and_takes_tables_and_figures():
    table = audit_page.PageTable("bits", ("what", "bits"), (("I(X;S1)", 0.1234567), ("count", 3)))
    page = audit_page.render_audit_page(
        audit_page.AuditPage("Logs", "open", "reason", figures=(("a caption", "<svg></svg>"),), tables=(table,))
    )
    assert '<td class="n">0.123457</td>' in page
    assert '<td class="n">3</td>' in page
    assert "<figcaption>a caption</figcaption>" in page
    assert "certificates" not in page


@pytest.mark.full
def test_a_page_of_an_audit_that_cannot_be_written_leaves_none(tmp_path, capsys):
    file, page = str(PIPELINES / "rlvr_unit_tests.toml"), tmp_path / "page.html"
    with files_of_at_most(10_000):
        assert status_of("audit", file, "--out", str(page)) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"infoloop: cannot write {page}: File too large")
    assert list(tmp_path.iterdir()) == []


def test_greek_names_are_greek_letters():
    assert "<mi>&#x003B8;</mi>" in audit_page.formulas_to_mathml("I(theta;Z_t)")
    assert "<mtext>thetas</mtext>" in audit_page.formulas_to_mathml("I(thetas;Z_t)")
