"""The figures of an audit where there is little to draw: no rounds, or one."""

import numpy as np
import pytest

from infoloop.pipelines.node import Node
from infoloop.pipelines.numeric_results import Numbers
from infoloop.pipelines.pipeline_audit import audit
from infoloop.pipelines.pipeline_graph import Pipeline, pipeline
from infoloop.pipelines.report.figures import rounds_figure
from infoloop.reporting.figures import Line

X = Node("X", "task", size=2, table="uniform")
READ = Node("Z", "state", ("D",), formula="D")
ONCE = pipeline([X, Node("D", "data", ("X",), table=[[0.75, 0.25], [0.25, 0.75]]), READ])
ONE_ROUND = pipeline([X], [Node("D", "data", ("X",), formula="X"), READ], rounds=1)


def numbers_of(p: Pipeline, error: float = 0.05) -> Numbers:
    found = audit(p, error).numbers
    assert found
    return found


@pytest.mark.slow
@pytest.mark.parametrize("p", [ONCE, ONE_ROUND], ids=["no rounds", "one round"])
def test_every_value_of_a_figure_is_to_be_seen(p):
    for panel in rounds_figure(numbers_of(p)).panels:
        for mark in panel.marks:
            assert isinstance(mark, Line)
            assert np.size(mark.x) == np.size(mark.y)
            assert np.size(mark.x) > 1 or mark.style == "points"
            assert np.min(mark.x) >= 0
