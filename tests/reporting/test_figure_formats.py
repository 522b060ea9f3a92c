"""Widths and formats of figures as they are typed: with units, and refused in one line where they are none."""

import pytest

from infoloop.probability.numerics import rounding
from infoloop.reporting.figure_formats import ON_A_PAGE, FigureFormats, parse_figure_formats


@pytest.mark.parametrize(
    ("typed", "inches"),
    [("3.3in", 3.3), ("84 mm", 84 / 25.4), ("8.4cm", 8.4 / 2.54), ("240pt", 240 / 72.27), (".3e", None)],
)
def test_a_width_has_a_unit(typed, inches):
    if inches is None:
        with pytest.raises(ValueError, match=r"--width '\.3e' is no width: give a number and in, cm, mm or pt"):
            parse_figure_formats(typed)
    else:
        assert parse_figure_formats(typed).width == pytest.approx(inches, rel=rounding(1))


@pytest.mark.parametrize("typed", ["0in", "1.9in", "41in", "9999999999cm"])
def test_a_width_with_no_room_or_beyond_any_paper_is_refused(typed):
    with pytest.raises(ValueError, match=f"--width '{typed}' is .* in: give from 2in to 40in"):
        parse_figure_formats(typed)


def test_formats_are_named_in_any_order_once():
    assert parse_figure_formats(None, " PDF,svg,pdf") == FigureFormats(("pdf", "svg"))
    assert parse_figure_formats() == ON_A_PAGE == FigureFormats(("svg", "png"), None)


@pytest.mark.parametrize("typed", ["gif", "pdf,", "", "../x"])
def test_a_format_that_is_none_is_refused(typed):
    with pytest.raises(ValueError, match="is no format of figures: give svg, png, pdf"):
        parse_figure_formats(None, typed)
