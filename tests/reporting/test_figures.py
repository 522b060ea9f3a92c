"""Figures are drawn from data, the same bytes for the same numbers; what shows nothing is refused."""

import numpy as np
import pytest
from matplotlib.colors import CenteredNorm

from infoloop.reporting.figures import (
    COLOURS,
    Figure,
    FigureError,
    Line,
    Map,
    Panel,
    ShadedBand,
    Whiskers,
    draw_figure,
    figure_svg,
    plain_label,
    write_figure,
)

X = np.arange(4.0)
LINE = Line(X, X**2, "square")


def panel(*marks, **scales):
    return Panel("A panel", "x", "y", marks, **scales)


@pytest.mark.full
def test_a_figure_is_written_twice_and_always_alike(tmp_path):
    figure = Figure(
        (panel(LINE, ShadedBand(X, X - 1, X + 1, "around")), panel(Map(X, X, np.outer(X, X), "z", 2.0))), "Two."
    )
    first = write_figure(figure, tmp_path / "a", "both")
    second = write_figure(figure, tmp_path / "b", "both")
    assert first == second == (tmp_path / "a" / "both.svg").read_text(encoding="utf-8")
    assert (tmp_path / "a" / "both.png").read_bytes() == (tmp_path / "b" / "both.png").read_bytes()
    assert (tmp_path / "a" / "both.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("marks", "message"),
    [
        ((), "'A panel' has nothing to show"),
        ((Line([], [], "none"),), "'none' in panel 'A panel' is empty"),
        ((Line(X, [0, 1, np.nan, 3], "odd"),), "'odd' in panel 'A panel' has 1 NaN"),
        ((ShadedBand(X, X, X * np.nan, "band"),), "'band' in panel 'A panel' has 4 NaN"),
        ((Map(X, X, np.full((4, 4), np.nan), "map"),), "'map' in panel 'A panel' has 16 NaN"),
    ],
)
def test_what_shows_nothing_is_refused_and_leaves_no_file(tmp_path, marks, message):
    with pytest.raises(FigureError, match=message):
        write_figure(Figure((panel(*marks),), "None."), tmp_path, "none")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.full
def test_panels_with_the_same_marks_share_one_legend(tmp_path):
    shared = write_figure(Figure((panel(LINE), panel(LINE)), ""), tmp_path, "shared")
    apart = write_figure(Figure((panel(LINE), panel(Line(X, X, "itself"))), ""), tmp_path, "apart")
    assert shared.count('id="legend_1"') == 1
    assert 'id="legend_2"' not in shared
    assert 'id="legend_2"' in apart


@pytest.mark.slow
def test_every_line_of_a_panel_has_its_own_colour(tmp_path):
    svg = write_figure(Figure((panel(*(Line(X, X + k) for k in range(5))),), ""), tmp_path, "colours")
    assert all(colour.lower() in svg for colour in COLOURS[:5])


def luminance(colour):
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_the_colours_differ_from_each_other_and_from_the_paper():
    assert len(set(COLOURS)) == len(COLOURS)
    assert all(1.05 / (luminance(c) + 0.05) > 2 for c in COLOURS)


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_the_axes_span_the_data_and_little_more(scale):
    decay = Line(X, 10.0 ** -(4 * X), "decay")
    (axis,) = draw_figure(Figure((panel(decay, y_scale=scale),), "")).axes
    low, high = axis.transScale.transform([(0, y) for y in axis.get_ylim()])[:, 1]
    data = axis.transScale.transform(np.column_stack([X, decay.y]))[:, 1]
    assert np.ptp(data) > 0.8 * (high - low)


@pytest.mark.parametrize(("x", "integers"), [([0, 1, 2, 3], True), ([0.0, 0.5, 3.0], False), ([0, 1], False)])
def test_whole_numbers_have_ticks_at_whole_numbers_unless_they_are_shares(x, integers):
    axis = draw_figure(Figure((Panel("p", "x", "y", (Line(x, x),)),), "c")).axes[0]
    assert all(tick == round(tick) for tick in axis.get_xticks()) == integers


def test_limits_that_are_given_are_kept():
    (axis,) = draw_figure(Figure((panel(LINE, y_limits=(-1.0, 20.0)),), "")).axes
    assert axis.get_ylim() == (-1.0, 20.0)


def test_signed_values_meet_at_zero(tmp_path):
    figure = draw_figure(Figure((panel(Map(X, X, np.outer(X - 1, X), "z", 0.0, signed=True)),), ""))
    (shades,) = [c for c in figure.axes[0].collections if hasattr(c, "norm") and c.get_array() is not None][:1]
    assert isinstance(shades.norm, CenteredNorm)
    assert (shades.norm.vcenter, shades.norm(0.0)) == (0, 0.5)
    assert shades.norm(-1.0) + shades.norm(1.0) == 1


def test_names_too_long_to_stand_side_by_side_stand_one_below_the_other():
    marks = (Whiskers([0, 1], [0.2, 0.7], [0.1, 0.5], [0.4, 0.8]), Line([0, 1], [0.3, 0.6], "", "points"))
    short, long = (
        draw_figure(Figure((Panel("", "cell", "gain", marks, x_names=names),), "")).axes[0]
        for names in (("a", "b"), ("perceptron, other symbols, M=3, adam", "perceptron, no shared rule, M=3, sgd"))
    )
    assert [tick.get_text() for tick in short.get_xticklabels()] == ["a", "b"]
    assert [tick.get_text() for tick in long.get_yticklabels()][1] == "perceptron, no shared rule,\nM=3, sgd"
    assert (long.get_xlabel(), long.get_ylabel()) == ("gain", "cell")
    assert long.yaxis_inverted()
    for axis, of_y in ((short, 1), (long, 0)):
        assert np.asarray(axis.lines[-1].get_xydata())[:, of_y].tolist() == [0.3, 0.6]


@pytest.mark.parametrize("columns", [1, 2])
def test_one_legend_for_all_is_no_wider_than_the_columns(columns):
    marks = tuple(Line(X, k * X, f"mark number {k}") for k in range(6))
    drawn = draw_figure(Figure((panel(*marks), panel(*marks)), "Two.", columns=columns))
    drawn.draw_without_rendering()
    box, legend = drawn.bbox, drawn.legends[0].get_window_extent()
    assert box.x0 <= legend.x0
    assert legend.x1 <= box.x1


@pytest.mark.slow
def test_a_name_that_others_wrote_is_drawn_as_it_is_and_leaves_room():
    names = ("_private", r"$\frac$", "a$b$c", "long " * 100)
    marks = tuple(Line(X, X + k, plain_label(name)) for k, name in enumerate(names))
    drawn = draw_figure(Figure((panel(*marks), panel(*marks)), ""))
    assert len(drawn.legends[0].get_texts()) == len(names)
    drawn.draw_without_rendering()
    legend = drawn.legends[0].get_window_extent()
    assert drawn.bbox.x0 <= legend.x0 < legend.x1 <= drawn.bbox.x1
    svg = figure_svg(Figure((panel(*marks), panel(*marks)), ""), "names")
    assert all(f'"name":"{name}"' in svg for name in ("_private", r"$\\frac$", "a$b$c"))
    with pytest.raises(ValueError, match="frac"):
        figure_svg(Figure((panel(Line(X, X, r"$\frac$")),), ""), "formula")
