"""The figure of a log: its curves, and what is left out where there is nothing to show."""

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.reporting.figures import Line, Panel, write_figure
from infoloop.verdict_logs.figures import log_figure
from infoloop.verdict_logs.log_audit import audit_tally, half_from
from tests.support.tallies import tally


@pytest.mark.slow
def test_problems_that_are_all_passed_or_failed_leave_the_second_panel_out(tmp_path):
    found = audit_tally(tally((0, 4), (4, 4)), file="v.csv")
    figure = log_figure(found)
    assert half_from(found) is None
    assert len(figure.panels) == 1
    assert "no problem has an estimate above 0 bits" in figure.caption
    assert write_figure(figure, tmp_path, "log").count("<svg") == 1


def curve_of_problems(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    (curve,) = (mark for mark in panel.marks if isinstance(mark, Line) and mark.label == "problems")
    return np.asarray(curve.x, float), np.asarray(curve.y, float)


def test_the_curves_end_at_one_and_the_second_passes_through_half(example):
    rates, shares = log_figure(example).panels
    x, y = curve_of_problems(rates)
    assert min(np.diff(x).min(), np.diff(y).min()) >= 0
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    assert y[2] == example.unanimous[0] / 60
    assert abs(
        np.interp(example.row()["half_of_bits_from_share_of_problems"], *curve_of_problems(shares)) - 0.5
    ) < rounding(60)
