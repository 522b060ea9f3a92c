"""What an update keeps and what enters it, in cases where nearly right would look right."""

import numpy as np
import pytest

from infoloop.pipelines.node import Node
from infoloop.pipelines.numeric_results import RoundBits
from infoloop.pipelines.pipeline_audit import audit
from infoloop.pipelines.pipeline_graph import pipeline
from infoloop.probability.numerics import rounding

START = [
    Node("X", "task", size=2, table="uniform"),
    Node("D0", "data", ("X",), formula="X"),
    Node("Z0", "state", ("D0",), formula="D0"),
]


def round_of(*nodes: Node) -> RoundBits:
    found = audit(pipeline(START, nodes, rounds=1)).numbers
    assert found
    return found.rounds[0]


@pytest.mark.parametrize("error", [0.125, 0.25])
def test_where_nothing_enters_the_contraction_is_that_of_the_state_alone(error):
    """A symmetric channel: eta is (1 - 2 e)^2, though the update copies the answer that it reads without any noise."""
    symmetric = [[1 - error, error], [error, 1 - error]]
    r = round_of(Node("Y", "query", ("Z@-1",), table=symmetric), Node("Z", "state", ("Y",), formula="Y"))
    assert r.terms == ()
    assert r.contraction is not None
    assert abs(r.contraction - (1 - 2 * error) ** 2) <= rounding(4)
    assert r.after <= r.ceiling + rounding(4)


def test_a_mass_far_below_rounding_still_lets_something_through():
    least = 2.0**-50
    r = round_of(Node("Z", "state", ("Z@-1",), table=[[1.0, 0.0], [1 - least, least]]))
    assert r.contraction is not None
    assert abs(r.contraction / least - 1) <= rounding(4)


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
