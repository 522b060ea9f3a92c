"""What was measured is shown in 100 columns, apart from what is proved, with every loss counted."""

import io
import math

from rich.console import Console

from infoloop.reporting.text import plain_text
from infoloop.statements.cell_verdicts import CellFinding
from infoloop.statements.measured_ledger import MeasuredResult
from infoloop.statements.measured_text import (
    measured_rows,
    measured_summary,
    measured_table,
    print_measured,
    theses_table,
)
from infoloop.statements.seed_intervals import SeedInterval, interval_over_seeds
from tests.support.measured_chapter import planted_thesis

CELLS = (
    CellFinding("optimiser=sgd, forms=3", "for", SeedInterval(0.5, 0.5, 0.25, 0.75), 20, 1, 2, ""),
    CellFinding("optimiser=adam, forms=3", "void", interval_over_seeds([math.nan] * 20), 0, 0, 0, "nobody could"),
)
RESULT = MeasuredResult("hyp:a", "H1", "A", "greater", "It is.", "measured", "supported", CELLS, "cpu", ())
STALE = MeasuredResult("hyp:b", "H2", "B", "less", "It is.", "none", "stale", (), "", ("b.json is stale",))


def printed(*results, cells: bool = False) -> str:
    file = io.StringIO()
    print_measured(results, Console(file=file, width=100), cells)
    return file.getvalue()


def test_a_row_counts_cells_and_lost_seeds():
    shown = plain_text(measured_table((RESULT,))).splitlines()
    assert shown[-1].split() == ["hyp:a", "H1", "supported", "1", "0", "0", "0", "1", "3"]


def test_cells_are_shown_where_asked_for_with_interval_and_reason():
    assert "optimiser=sgd" not in printed(RESULT)
    shown = printed(RESULT, cells=True)
    assert "+0.5  +0.25  +0.75" in shown
    assert ["void", "-", "-inf", "+inf"] in [line.split()[2:6] for line in shown.splitlines()]
    assert "optimiser=adam, forms=3: nobody could" in shown
    assert max(map(len, shown.splitlines())) <= 100


def test_problems_and_the_summary_are_printed():
    shown = " ".join(printed(RESULT, STALE).split())
    assert "hyp:b: b.json is stale" in shown
    assert "2 measured theses, counted apart: 1 stale, 1 supported." in shown
    assert "interval by the sign test" in measured_summary((RESULT,))


def test_theses_are_listed(tmp_path):
    thesis = planted_thesis(tmp_path)
    (row,) = measured_rows((thesis,))
    assert (row["label"], row["class"], row["experiment"], row["outcome"]) == (
        "hyp:planted",
        "H",
        "study.py",
        "by_cell",
    )
    assert row["statement"] == "The difference is greater than 0."
    assert "hyp:planted" in plain_text(theses_table((thesis,)))
