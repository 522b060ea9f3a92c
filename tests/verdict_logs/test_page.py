"""The page of a log: its ceiling, tables and figure."""

from tests.support.command_line import run
from tests.support.paths import LOG


def test_a_log_has_a_page_with_its_ceiling_tables_and_figure(tmp_path):
    done = run("audit", str(LOG), "--out", str(tmp_path / "log.html"))
    page = (tmp_path / "log.html").read_text(encoding="utf-8")
    assert done.stdout.startswith("AT MOST 272 BITS")
    assert '<span class="verdict at most 272 bits">' in page
    assert page.count('<table class="data">') == 4
    assert page.count("<svg") == page.count('<metadata class="values">') == 1
