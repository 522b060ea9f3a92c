"""Terms that are exactly 0, and others that floats cannot tell from 0."""

import numpy as np
import pytest

from infoloop.pipelines import limits
from infoloop.pipelines.node import Node
from infoloop.pipelines.pipeline_audit import audit
from infoloop.pipelines.pipeline_graph import Pipeline, pipeline
from infoloop.probability.numerics import rounding
from tests.support.measured_pipelines import numbers_of, verifier

CELLS = 2**14  # of the largest laws asked for here


def term_of(p: Pipeline):
    return numbers_of(audit(p)).rounds[0].terms[0]


@pytest.mark.slow
def test_a_verdict_that_passes_right_and_wrong_alike_is_open_on_its_graph_and_exactly_0():
    found = audit(verifier(0.3, 0.3))
    assert found.verdict == "open"
    term = numbers_of(found).rounds[0].terms[0]
    assert (term.bits, term.sign, numbers_of(found).informative) == (0.0, "zero", ())


def test_a_verdict_that_hardly_tells_is_positive_though_floats_cannot_say_so():
    term = term_of(verifier(0.3 + 1e-9, 0.3))
    assert term.sign == "positive"
    assert term.bits <= rounding(CELLS)


def test_what_is_too_large_for_fractions_is_left_undecided(monkeypatch):
    monkeypatch.setattr(limits, "MOST_EXACT_CELLS", 1)
    assert term_of(verifier(0.3, 0.3)).sign == "undecided"
    assert term_of(verifier(0.5, 0.25)).sign == "positive"


@pytest.mark.slow
@pytest.mark.parametrize(("by", "sign"), [(0.0, "zero"), (2.0**-30, "positive")])
def test_a_term_is_0_only_if_every_cell_says_so(by, sign):
    """The third answer is independent of the task, and a difference of 2^-30 in the others is below what floats see."""
    answers = [[0.25 + by, 0.25 - by, 0.5], [0.25, 0.25, 0.5]]
    start = [Node("X", "task", size=2, table="uniform"), Node("Z0", "state", table=[1.0])]
    nodes = [Node("S", "signal", ("X",), table=answers), Node("Z", "state", ("S",), formula="S")]
    found = audit(pipeline(start, nodes, rounds=1)).numbers
    assert found
    term = found.rounds[0].terms[0]
    assert term.bits <= rounding(np.size(answers))
    assert term.sign == sign
