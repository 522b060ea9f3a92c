"""The numbers of a figure as CSV: every mark, every digit, with what x and y are, and no formula of a spreadsheet."""

import csv
import io

import numpy as np

from infoloop.reporting.figure_table import figure_csv
from infoloop.reporting.figures import Figure, Line, Map, Panel, ShadedBand, Whiskers, plain_label

X = np.array([0.0, 1.0])


def rows_of(*panels: Panel) -> list[list[str]]:
    return list(csv.reader(io.StringIO(figure_csv(Figure(panels, "")), newline=""), strict=True))


def test_every_kind_of_mark_has_its_rows_with_all_digits():
    third = np.array([1 / 3, 2 / 3])
    marks = (Line(X, third, "line"), ShadedBand(X, third - 1, third + 1), Whiskers(X, third, X, X + 1, "gain"))
    head, *rows = rows_of(Panel("One", "round", "bits", (*marks, Map(X, X, [[1, 2], [3, 4.5]], "depth"))))
    assert head == ["panel", "mark", "x: round", "y: bits", "low", "high", "z: depth"]
    assert rows[:2] == [["One", "line", "0", repr(1 / 3), "", "", ""], ["One", "line", "1", repr(2 / 3), "", "", ""]]
    assert rows[2] == ["One", "shadedband 2", "0", "", repr(1 / 3 - 1), repr(4 / 3), ""]
    assert rows[5] == ["One", "gain", "1", repr(2 / 3), "1", "2", ""]
    assert rows[6:] == [["One", "depth", x, y, "", "", z] for y, x, z in
                        [("0", "0", "1"), ("0", "1", "2"), ("1", "0", "3"), ("1", "1", "4.5")]]  # fmt: skip


def test_where_panels_differ_the_header_says_it_of_each():
    line = (Line(X, X, "a"),)
    head, *rows = rows_of(Panel("P", "step", "bits", line), Panel("", "step", "share", line))
    assert head[2:4] == ["x: step", "y: bits (P); share (panel 2)"]
    assert [row[0] for row in rows] == ["P", "P", "panel 2", "panel 2"]


def test_a_name_stands_for_its_place_and_no_text_is_a_formula():
    marks = (Line([-0.1, 1.1], X, plain_label("=cmd|' /C'!A0")), Line([7.0], [1e300], "far"))
    _, *rows = rows_of(Panel("@P", "arm", "", marks, x_names=("a", plain_label("$b"))))
    assert [row[:3] for row in rows[:2]] == [["'@P", "'=cmd|' /C'!A0", "a"], ["'@P", "'=cmd|' /C'!A0", "$b"]]
    assert rows[2][2:4] == ["7", "1e+300"]


def test_what_has_no_end_is_said_so():
    assert [row[3] for row in rows_of(Panel("", "", "", (Line(X, [np.inf, -np.inf], "a"),)))[1:]] == ["inf", "-inf"]
