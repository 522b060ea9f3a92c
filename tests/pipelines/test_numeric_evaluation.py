"""What a numeric audit makes of the bits of its rounds: ceilings, contractions, target errors; and where it cannot."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from infoloop.pipelines.node import Node
from infoloop.pipelines.numeric_evaluation import accuracy_of
from infoloop.pipelines.numeric_results import RoundBits
from infoloop.pipelines.pipeline_audit import audit
from infoloop.pipelines.pipeline_graph import pipeline
from infoloop.pipelines.report.numeric_text import bits_lines
from infoloop.probability.numerics import rounding
from tests.support.measured_pipelines import fano_of, numbers_of, verifier

CELLS = 2**14  # of the largest laws asked for here
START = [
    Node("X", "task", size=2, table="uniform"),
    Node("D0", "data", ("X",), formula="X"),
    Node("Z0", "state", ("D0",), formula="D0"),
]


@pytest.mark.full
def test_what_a_round_brings_is_what_enters(learned):
    for r in learned[1].rounds:
        assert abs(r.before + sum(term.bits for term in r.terms) - r.entering) <= rounding(CELLS)


@pytest.mark.slow
def test_the_ceiling_contracts_what_was_there_and_what_came(learned):
    ceiling = learned[1].rounds[0].before
    for r in learned[1].rounds:
        ceiling = r.contraction * (ceiling + sum(term.bits for term in r.terms))
        assert abs(r.ceiling - ceiling) <= rounding(CELLS)
        assert r.contraction < 1
        assert r.after <= r.contraction * r.entering + rounding(CELLS)
        assert r.after <= r.ceiling + rounding(CELLS)


@pytest.mark.full
@pytest.mark.parametrize("crossover", [0.0, 0.125])
def test_a_noisy_update_contracts_as_its_noise_does(crossover):
    found = numbers_of(audit(verifier(1.0, 0.0, crossover))).rounds[0]
    assert abs(found.contraction - (1 - 2 * crossover) ** 2) <= rounding(CELLS)


@pytest.mark.slow
def test_the_rounds_that_reach_a_target_are_named():
    fano = fano_of(numbers_of(audit(verifier(1.0, 0.0), error=0.3)))  # right in 1/2 + 1/2 * 1/2 of the cases
    assert (fano.informed_at, fano.reached_at) == (1, 1)


@pytest.mark.full
@pytest.mark.parametrize("size", [7, 16])
def test_what_is_known_already_takes_no_round_though_floats_differ(size):
    start = [Node("X", "task", size=size, table="uniform"), Node("D0", "data", ("X",), formula="X")]
    start += [Node("Z0", "state", ("D0",), formula="D0")]
    found = numbers_of(audit(pipeline(start, [Node("Z", "state", ("Z@-1",), formula="Z@-1")], rounds=1), error=0.0))
    fano = fano_of(found)
    assert (fano.rounds, fano.informed_at, fano.reached_at) == (0, 1, 1)
    assert dict(bits_lines(found, ()))["error"].endswith("they are there before round 1")


@pytest.mark.full
def test_an_error_met_exactly_is_reached():
    start = [Node("X", "task", size=2, table="uniform"), Node("Z0", "state", size=2, table="uniform")]
    later = [Node("S", "signal", ("X",), table=[[0.95, 0.05], [0.05, 0.95]]), Node("Z", "state", ("S",), formula="S")]
    fano = fano_of(numbers_of(audit(pipeline(start, later, rounds=1), error=0.05)))
    assert (fano.rounds, fano.informed_at, fano.reached_at) == (1, 1, 1)


def test_a_state_answers_by_the_formula_or_by_itself(learned):
    p = learned[0]
    pair = np.arange(9.0).reshape(3, 3) / 64
    assert accuracy_of(p, pair) == (0 + 4 + 8) / 64
    assert accuracy_of(replace(p, answer="(state + 1) % 3"), pair) == (3 + 7 + 2) / 64
    assert accuracy_of(p, pair[:, :2]) is None


def test_a_law_that_does_not_fit_is_named_and_the_verdict_stays():
    start = [Node("X", "task", size=2, table="uniform"), Node("Z0", "state", size=2, table="uniform")]
    asked = [Node(f"Y{c}", "query", ("Z@-1",), size=64, table="uniform") for c in "abcdef"]
    said = [Node(f"S{c}", "signal", ("X", f"Y{c}"), formula=f"(X + Y{c}) % 2") for c in "abcdef"]
    state = Node("Z", "state", ("Z@-1", *(node.name for node in said)), formula="Sa")
    found = audit(pipeline(start, [*asked, *said, state], rounds=1))
    assert (found.verdict, found.numbers) == ("open", None)
    cells = math.prod([2, 2, 2, *itertools.repeat(64 * 2, 6)])
    assert f"{cells:,}" in found.unmeasured or f"{8 * cells / 2**30:,.0f} GiB" in found.unmeasured


def test_a_node_without_a_table_is_named():
    found = audit(pipeline([Node("X", "task", size=2, table="uniform"), Node("Z", "state")]))
    assert found.numbers is None
    assert found.unmeasured == "no table, formula or program for Z"


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


@pytest.mark.full
def test_what_the_graph_separates_from_the_task_has_0_bits_not_rounding():
    nodes = [Node("X", "task", size=3, table="uniform"), Node("Z0", "state", size=3, table="uniform")]
    found = audit(pipeline(nodes, [Node("Z", "state", ("Z@-1",), formula="Z@-1")], rounds=1)).numbers
    assert found
    assert (found.bases, found.rounds[0].before, found.learned) == (((("Z0",), 0.0),), 0.0, 0.0)


@pytest.mark.slow
def test_rounds_without_a_term_start_from_the_state_before_and_forget_by_their_update_alone():
    """A state asks itself, keeps an answer that agrees, and draws anew where it does not: 1 becomes 0 at rate 1/4."""
    start = [
        Node("X", "task", size=2, table="uniform"),
        Node("D0", "data", ("X",), table=[[7 / 8, 1 / 8], [1 / 8, 7 / 8]]),
        Node("Z0", "state", ("D0",), formula="D0"),
    ]
    ask = Node("Y", "query", ("Z@-1",), table=[[1, 0], [0.5, 0.5]])
    update = Node("Z", "state", ("Z@-1", "Y"), table=[[[1, 0], [0.5, 0.5]], [[0.5, 0.5], [0, 1]]])
    numbers = numbers_of(audit(pipeline(start, [ask, update], rounds=2), error=0.3))
    first, second = numbers.rounds
    assert (first.terms, second.terms) == ((), ())
    assert (first.contraction, second.contraction) == pytest.approx((3 / 4, 3 / 4), abs=rounding(CELLS))
    assert (first.use, second.use) == pytest.approx((-3 / 32, -9 / 128), abs=rounding(CELLS))
    held = 1 + (7 * math.log2(7 / 8) + math.log2(1 / 8)) / 8
    assert fano_of(numbers).held == pytest.approx(held, abs=rounding(CELLS))
