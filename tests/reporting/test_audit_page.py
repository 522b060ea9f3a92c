"""Pages of audits: formulas in plain text, and whatever parts a page has."""

from infoloop.reporting import audit_page


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
