"""The page of an audit of verdicts: its ceiling, tables and figure."""

from infoloop.reporting.audit_page import render_audit_page
from infoloop.verdict_logs.log_audit import audit_log
from infoloop.verdict_logs.page import log_audit_page
from tests.support.paths import LOG


def test_a_log_has_a_page_with_its_ceiling_tables_and_figure():
    page = render_audit_page(log_audit_page(audit_log(LOG)))
    assert '<span class="verdict at most 272 bits">' in page
    assert page.count('<table class="data">') == 4
    assert page.count("<svg") == page.count('<metadata class="values">') == 1
