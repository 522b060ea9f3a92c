"""How figures are drawn: lines told apart without colours, in a style that papers can use, in few bytes."""

import re
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from infoloop.reporting.figure_drawing import figure_style
from infoloop.reporting.figure_formats import parse_figure_formats
from infoloop.reporting.figures import COLOURS, Figure, Line, Panel, Whiskers, draw_figure, write_figure
from infoloop.reporting.hover_values import MOST_POINTS

X = np.linspace(0.0, 1.0, 20)


def dashes_of(line: Any) -> tuple:
    return line._unscaled_dash_pattern


def test_every_line_of_a_panel_is_told_apart_without_its_colour():
    styles = ("line", "dashed", "dotted")
    lines = tuple(Line(X, k + X, f"{style} {k}", style) for k, style in enumerate(styles * 4))
    axis = draw_figure(Figure((Panel("", "", "", lines),), "")).axes[0]
    looks = {(dashes_of(line), line.get_marker()) for line in axis.lines}
    assert len(looks) == len(lines)
    single = draw_figure(Figure((Panel("", "", "", (lines[0], lines[1])),), "")).axes[0]
    assert {line.get_marker() for line in single.lines} == {"None"}  # dashes do


def test_the_style_for_papers_can_be_used_by_its_name():
    with plt.style.context("infoloop.infoloop"):
        cycle = list(mpl.rcParams["axes.prop_cycle"])
        assert [entry["color"].upper().lstrip("#") for entry in cycle] == [colour.lstrip("#") for colour in COLOURS]
        assert len({str(entry["linestyle"]) for entry in cycle}) == len(cycle)
        assert (mpl.rcParams["svg.fonttype"], mpl.rcParams["pdf.fonttype"]) == ("none", 42)
        assert all(7 <= mpl.rcParams[key] <= 9 for key in ("font.size", "axes.titlesize", "legend.fontsize"))


def test_a_figure_that_is_called_none_has_a_name_too():
    with figure_style("none"):
        assert mpl.rcParams["svg.hashsalt"] is not None


@pytest.mark.full
def test_a_pdf_has_its_letters_inside_and_the_same_bytes_each_time(tmp_path):
    figure = Figure((Panel("Decay", "I(theta;Z_t)", "bits", (Line(X, X, "known"),)),), "It falls.")
    formats = parse_figure_formats("84mm", "pdf")
    for name in ("a", "b"):
        write_figure(figure, tmp_path / name, "decay", formats)
    first, second = ((tmp_path / name / "decay.pdf").read_bytes() for name in "ab")
    assert first == second
    assert re.findall(rb"/FontName /\w+\+DejaVuSans\b", first)
    assert b"/FontFile2" in first
    assert b"/Type3" not in first
    (box,) = re.findall(rb"/MediaBox \[ ?0 0 ([\d.]+)", first)
    assert float(box) == pytest.approx(72 * 84 / 25.4, abs=0.01)
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["decay.csv", "decay.pdf"]


@pytest.mark.full
def test_many_points_are_a_picture_in_a_vector_format_and_few_are_not(tmp_path):
    many, few = 20 * MOST_POINTS, 50
    rng = np.random.default_rng(0)
    sizes = {}
    for n in (few, many):
        x, y = rng.random((2, n))
        marks = (Line(x, y, "points", "points"), Whiskers(x[:few], y[:few], y[:few], y[:few] + 0.1, "whiskers"))
        svg = write_figure(
            Figure((Panel("", "", "", marks),), ""), tmp_path, f"n{n}", parse_figure_formats(None, "svg,pdf")
        )
        sizes[n] = [(tmp_path / f"n{n}.{end}").stat().st_size for end in ("svg", "pdf")]
        assert ("<image" in svg) == (n == many)
    assert max(sizes[many]) < 1.5e6  # as paths they would be 9 MB and more
