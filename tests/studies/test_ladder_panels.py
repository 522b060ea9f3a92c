"""Panels of a ladder: medians over seeds, circles for what is told once, no signal where it costs nothing."""

from typing import Any

import numpy as np
import pytest
import xarray

from infoloop.reporting.figures import Panel
from infoloop.studies.ladder_panels import budget_panels, prediction_panel, rung_panel, transfer_panel

RNG = np.random.default_rng(0)
SIGNALS = ["own", "class", "samples"]
AXES = ("seed", "signal", "step")
TABLE = xarray.Dataset(
    {
        "trained_curve": (AXES, RNG.random((20, 3, 4))),
        "held_out_curve": (AXES, RNG.random((20, 3, 4))),
        "bits": (AXES, np.broadcast_to([[0, 20, 20, 20], [0, 12, 12, 12], [0, 100, 190, 250]], (20, 3, 4)).copy()),
        "examples": (("seed", "signal"), np.broadcast_to([6.0, 6.0, 480.0], (20, 3)).copy()),
        "verdicts": (("seed", "signal"), np.broadcast_to([0.0, 0.0, 480.0], (20, 3)).copy()),
        "price": (("seed", "signal"), np.broadcast_to([60.0, 6.0, 48.0], (20, 3)).copy()),
        "held_out": (("seed", "signal", "level"), RNG.random((20, 3, 1))),
        "reached": (("seed", "signal", "level"), np.ones((20, 3, 1))),
    },
    {"signal": SIGNALS, "step": [0, 10, 20, 30], "level": [0.8]},
)


def marks_of(panel: Panel) -> Any:
    return panel.marks


def test_transfer_is_the_median_of_both_curves():
    (line,) = marks_of(transfer_panel("here", TABLE, ["samples", "gone"]))
    assert np.array_equal(line.x, np.median(TABLE.trained_curve.values[:, 2], axis=0))
    assert np.array_equal(line.y, np.median(TABLE.held_out_curve.values[:, 2], axis=0))
    assert (line.label, line.colour) == ("GRPO", 0)


def test_budgets_are_one_panel_each():
    panels = budget_panels(TABLE, SIGNALS)
    assert [panel.x_label for panel in panels] == ["steps", "steps", "examples", "verdicts", "bits", "price"]
    assert [[(line.label, line.style) for line in marks_of(panel)] for panel in panels[3:5]] == [
        [("GRPO", "line")],
        [("own", "points"), ("class", "points"), ("GRPO", "line")],
    ]
    assert np.asarray(marks_of(panels[3])[0].x).tolist() == [480.0, 960.0, 1440.0]
    assert np.asarray(marks_of(panels[4])[0].x).tolist() == [20.0]
    assert np.asarray(marks_of(panels[4])[0].y).tolist() == [np.median(TABLE.held_out_curve.values[:, 0, -1])]


def test_rungs_have_a_group_of_marks_a_table():
    panel = rung_panel("here", "held out", {"adam": TABLE, "sgd": TABLE}, "held_out", 0.8)
    assert panel.x_names == ("own", "class", "GRPO")
    assert [mark.label for mark in marks_of(panel)] == ["adam", "sgd"]
    assert np.allclose(marks_of(panel)[0].y, np.median(TABLE.held_out.values[:, :, 0], axis=0))


@pytest.mark.slow
def test_predictions_are_lines_under_circles():
    curves = {"trained_curve": [[0.25, 0.5, 0.8]], "held_out_curve": [[0.25, 0.4, 0.7]]}
    table = xarray.Dataset({k: (("signal", "step"), v) for k, v in curves.items()}, {"signal": ["class"]})
    line, circles = marks_of(prediction_panel("here", table, ["class"], 0.5, 4))
    assert (line.style, circles.style, circles.label) == ("line", "points", "class")
    assert np.round(line.y[1], 3) == 0.709
