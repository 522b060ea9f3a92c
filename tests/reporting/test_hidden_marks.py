"""No line lies unseen under another, and no point: dashes of its colour, and rings."""

import matplotlib as mpl
import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.reporting.figures import COLOURS, Figure, Line, Panel, Whiskers, draw_figure

X = np.linspace(0.0, 1.0, 50)
CURVE = X**2
_PIXELS = 1000  # a place goes to pixels and back, of which the figure has fewer


def hidden(*marks, **scales) -> list:
    """The marks that were drawn over a panel for what it would hide."""
    axis = draw_figure(Figure((Panel("", "", "", marks, **scales),), "")).axes[0]
    return [line for line in axis.lines if line.get_gid() == "hidden"]


def colours(lines) -> list[str]:
    return [mpl.colors.to_hex(line.get_color()).upper() for line in lines]


@pytest.mark.parametrize("style", ["line", "dashed", "dotted"])
def test_two_lines_of_one_style_on_each_other_are_both_seen(style):
    (stripe,) = hidden(Line(X, CURVE, "a", style), Line(X, CURVE, "b", style))
    assert colours([stripe]) == [COLOURS[0]]
    assert stripe.is_dashed()
    np.testing.assert_allclose([stripe.get_xdata()[0], stripe.get_xdata()[-1]], [0, 1], atol=0.01)


def test_a_solid_line_hides_a_dashed_one_and_not_the_other_way_round():
    assert len(hidden(Line(X, CURVE, "a", "dashed"), Line(X, CURVE, "b"))) == 1
    assert hidden(Line(X, CURVE, "a"), Line(X, CURVE, "b", "dashed")) == []


def test_three_lines_take_turns():
    stripes = hidden(*(Line(X, CURVE, name) for name in "abc"))
    assert colours(stripes) == list(COLOURS[:2])
    patterns = [stripe._unscaled_dash_pattern for stripe in stripes]  # offset, (on, off)
    (first, (on, off)), (second, _) = patterns
    assert off == pytest.approx(2 * on)
    assert (first - second) % (on + off) == pytest.approx(on)  # the second begins where the first ends


def test_only_the_stretch_that_is_hidden_is_marked():
    (stripe,) = hidden(Line(X, CURVE, "a"), Line(X, np.where(X < 0.5, CURVE, CURVE + 1), "b"))
    assert stripe.get_xdata().max() < 0.55


def test_lines_that_cross_or_run_beside_each_other_are_left_alone():
    assert hidden(Line(X, X, "a"), Line(X, 1 - X, "b"), Line(X, X + 0.02, "c")) == []


@pytest.mark.slow
def test_the_resolution_is_that_of_the_drawing_on_any_scale():
    tiny = Line(X + 1, 10.0 ** (5 * X) * (1 + 1e-6), "b")
    assert len(hidden(Line(X + 1, 10.0 ** (5 * X), "a"), tiny, y_scale="log")) == 1
    assert hidden(Line(X + 1, 10.0 ** (5 * X), "a"), tiny._replace(y=10.0 ** (5 * X) * 1.5), y_scale="log") == []


def test_a_point_under_another_is_a_ring_around_it():
    at = np.arange(3.0)
    (ring,) = hidden(Line(at, at, "a", "points"), Line(at[1:], at[1:], "b", "points"))
    np.testing.assert_allclose(ring.get_xdata(), [1, 2], rtol=rounding(_PIXELS))
    assert ring.get_markeredgecolor() == COLOURS[0]
    (around,) = hidden(Whiskers(at, at, at, at + 1, "a", 0), Whiskers(at, at, at, at + 2, "b", 1))
    assert around.get_markeredgecolor() == COLOURS[0]


def test_what_is_outside_the_axes_or_not_finite_hides_nothing():
    steep = Line(X, np.where(X > 0.9, np.inf, 10 * X), "b")
    assert hidden(Line(X, X * 10 + 3, "a"), steep, y_limits=(0.0, 1.0)) == []


def test_the_limits_stay_as_they_were():
    alone = draw_figure(Figure((Panel("", "", "", (Line(X, CURVE, "a"),)),), "")).axes[0]
    both = draw_figure(Figure((Panel("", "", "", (Line(X, CURVE, "a"), Line(X, CURVE, "b"))),), "")).axes[0]
    assert (alone.get_xlim(), alone.get_ylim()) == (both.get_xlim(), both.get_ylim())
