"""What a verification took: sums first, then the slowest statements, within 100 columns."""

import io
import os
from types import SimpleNamespace
from typing import Any

from rich.console import Console

from infoloop.statements import spent_text
from infoloop.statements.spent_time import PARTS, SpentTime


def _printed(count):
    spent = [SpentTime(dict.fromkeys(PARTS, 100.0 * k), 100.0 * k, 100, k) for k in range(count)]
    findings: Any = [SimpleNamespace(label=f"thm:{k}-{'long' * 10}", spent=s) for k, s in enumerate(spent)]
    text = io.StringIO()
    times = os.times_result((2000.0, 0.0, 100.0 * sum(range(count)), 0.0, 0.0))
    spent_text.print_spent(tuple(findings), times, Console(file=text, width=100))
    return text.getvalue().splitlines()


def test_the_first_line_has_the_sums():
    assert _printed(3)[1] == "3 statements took 300.0 s of CPU, 100.00 s each; starting and showing took 2000.0 s"
    assert _printed(1)[1].startswith("1 statement took")


def test_the_slowest_come_first_and_the_others_are_one_row():
    rows = [line.split()[:2] for line in _printed(spent_text.MOST_ROWS + 2)[3:]]
    assert rows[0] == ["all", "49600"]
    assert [row[0].split("-")[0] for row in rows[1:4]] == ["thm:31", "thm:30", "thm:29"]
    assert rows[1 + spent_text.MOST_ROWS] == ["2", "others"]


def test_it_fits_100_columns():
    assert max(map(len, _printed(40))) <= 100
