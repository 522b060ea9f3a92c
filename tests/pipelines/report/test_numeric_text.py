"""The words and figures of a numeric audit where there is little to say: no rounds, one round, nothing needed."""

import numpy as np
import pytest

from infoloop.pipelines.node import Node
from infoloop.pipelines.numeric_results import Numbers
from infoloop.pipelines.pipeline_audit import audit
from infoloop.pipelines.pipeline_graph import Pipeline, pipeline
from infoloop.pipelines.report.figures import rounds_figure
from infoloop.pipelines.report.numeric_text import bits_lines
from infoloop.reporting.figures import Line

X = Node("X", "task", size=2, table="uniform")
READ = Node("Z", "state", ("D",), formula="D")
ONCE = pipeline([X, Node("D", "data", ("X",), table=[[0.75, 0.25], [0.25, 0.75]]), READ])
ONE_ROUND = pipeline([X], [Node("D", "data", ("X",), formula="X"), READ], rounds=1)


def numbers_of(p: Pipeline, error: float = 0.05) -> Numbers:
    found = audit(p, error).numbers
    assert found
    return found


@pytest.mark.parametrize("p", [ONCE, ONE_ROUND], ids=["no rounds", "one round"])
def test_every_value_of_a_figure_is_to_be_seen(p):
    for panel in rounds_figure(numbers_of(p)).panels:
        for mark in panel.marks:
            assert isinstance(mark, Line)
            assert np.size(mark.x) == np.size(mark.y)
            assert np.size(mark.x) > 1 or mark.style == "points"
            assert np.min(mark.x) >= 0


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (0.5, "0.5 is no more than a blind guess may have: no bits are needed"),
        (0.25, "0.25 needs 0.1887 bits, a round brings at most 1: at least 1 round; the state has them after round 1"),
    ],
)
def test_an_error_that_a_guess_may_have_needs_no_bits(error, words):
    found = audit(ONE_ROUND, error)
    assert found.numbers
    assert dict(bits_lines(found.numbers, found.ceilings))["error"].startswith(words)
