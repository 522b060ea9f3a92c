"""Tables of a page: numbers to the right, texts as texts, long ones as data within bounds, what is left out is said."""

import json
from fractions import Fraction

import numpy as np
import pytest

from infoloop.reporting import page_tables
from infoloop.reporting.audit_page import AuditPage, render_audit_page
from infoloop.reporting.page_tables import FIRST_ROWS, MOST_PLAIN_ROWS, PageTable, show_tables
from tests.support.page_contents import foreign_parts

HOSTILE = "</script><script>hit=1</script><img src=x onerror=hit=1> & \u202e\x1b[2K"


def table(rows: int, cell: object = "x") -> PageTable:
    return PageTable("many", ("problem", "rate"), tuple((cell, k) for k in range(rows)), download="many.csv")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1 / 3, "0.333333"),
        (np.float32(0.25), "0.25"),
        (np.int64(1200), "1200"),
        (Fraction(1, 8), "0.125"),
        (float("nan"), "nan"),
        (None, "–"),
        (True, "True"),
        ("a\nb", "a\\nb"),
        ("\u202edrow", "\\u202edrow"),
    ],
)
def test_a_cell_shows_its_value_on_one_line(value, text):
    (shown,) = show_tables([PageTable("one", ("value",), ((value,),))])
    assert shown.first[0][0][0] == text


def test_columns_of_numbers_stand_to_the_right_also_where_one_is_missing():
    rows = ((None, 1, "1", None), (0.5, "all", "2", None))
    (shown,) = show_tables([PageTable("mixed", ("a", "b", "c", "d"), rows)])
    assert [kind for _, kind in shown.headers] == ["n", "", "", ""]
    assert [[kind for _, kind in row] for row in shown.first] == [["n", "n", "", ""], ["n", "", "", ""]]


@pytest.mark.parametrize(
    ("rows", "first", "more"),
    [(0, 0, None), (MOST_PLAIN_ROWS, MOST_PLAIN_ROWS, None), (MOST_PLAIN_ROWS + 1, FIRST_ROWS, 101)],
)
def test_only_long_tables_are_data(rows, first, more):
    (shown,) = show_tables([table(rows)])
    assert len(shown.first) == first
    assert (len(json.loads(shown.more)) if shown.more else None) == more
    assert shown.left_out == ""


def test_no_row_is_lost_or_changed_between_the_page_and_its_data():
    (shown,) = show_tables([table(1000, "I(X;Z) <b>")])
    rows = [[text for text, _ in row] for row in shown.first] + json.loads(shown.more)
    assert rows == [["I(X;Z) <b>", str(k)] for k in range(1000)]


def test_the_long_tables_of_a_page_share_its_room_and_say_what_they_leave_out(monkeypatch):
    monkeypatch.setattr(page_tables, "MOST_BYTES", 4000)
    both = show_tables([table(3), table(1000), table(1000, "ß")])
    assert [len(shown.more.encode()) <= 2001 for shown in both] == [True] * 3
    lengths = [len(shown.first) + len(json.loads(shown.more or "[]")) for shown in both]
    assert FIRST_ROWS < lengths[2] < lengths[1] < 1000
    said = [f"Of 1,000 rows the first {n:,} are on this page and in its CSV." for n in lengths[1:]]
    assert [shown.left_out for shown in both] == ["", *said]


@pytest.mark.slow
def test_a_page_of_many_rows_and_endless_cells_is_below_2_mb():
    endless = PageTable("endless", ("text",), (("x" * 10_000,),) * 1000)
    page = render_audit_page(
        AuditPage("Logs", "open", "reason", tables=(table(30_000, "a problem of some length"), endless))
    )
    assert len(page.encode()) < 2_000_000
    assert "Of 30,000 rows the first" in page


@pytest.mark.parametrize("rows", [3, 1000])
def test_a_hostile_cell_ends_no_element_and_moves_no_cursor(rows):
    hostile = PageTable(HOSTILE, (HOSTILE,), ((HOSTILE,),) * rows, HOSTILE, 'a"><script>.csv')
    page = render_audit_page(AuditPage("Logs", "open", "reason", tables=(hostile,)))
    assert [part for part in foreign_parts(page) if part != " onerror="] == []
    assert page.count("<img") == 0
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert page.count("</script>") == page.count("<script")


def test_a_row_that_does_not_fit_its_headers_is_refused():
    with pytest.raises(ValueError, match="row 2 of table 'odd' has 1 cell for 2 headers: give one for each"):
        show_tables([PageTable("odd", ("a", "b"), ((1, 2), (3,)))])


@pytest.mark.slow
def test_formulas_are_mathematics_in_a_short_table_and_text_in_a_long_one():
    pages = [render_audit_page(AuditPage("L", "open", "r", tables=(table(n, "I(X;Z)"),))) for n in (5, 1000)]
    assert [page.count("<math") for page in pages] == [5, 0]


def test_the_rows_that_are_data_are_said_to_be_where_no_script_runs():
    page = render_audit_page(AuditPage("Logs", "open", "reason", tables=(table(1000),)))
    assert "<noscript><p" in page
    assert "the first 100 rows" in page
