"""A factorisation enforces its assumptions: whatever the numbers, they hold exactly."""

import pytest

from infoloop.exact.rational_laws import rationalise
from infoloop.information.expressions import evaluate_terms
from infoloop.notation.assumptions import parse_assumptions
from infoloop.notation.grammar import variables
from infoloop.proofs.counterexamples.exact_decision import network_at
from infoloop.proofs.counterexamples.factorisation import factorise
from infoloop.proofs.counterexamples.gradient_search import initial_logits

ENFORCED = {
    "a chain": "X -> D -> Z",
    "a chain of groups": "X -> D,S -> Z",
    "a long chain": "X -> Y -> Z -> W -> V",
    "a cause of both": "X -> D,S -> Z; D _||_ S",
    "sources apart given the task": "X -> D,S -> Z; D _||_ S | X",
    "two signals": "X -> T,S -> V; X -> V,R -> W",
    "three independent": "A _||_ B _||_ C",
    "a function": "Z = f(X,Y); X _||_ Y",
    "functions of functions": "Y = f(X); Z = g(Y)",
    "written as an equality": "I(X;Y|Z) = 0; H(W|X) = 0",
}


def plan_of(given):
    zeros = [zero for assumption in parse_assumptions(given) for zero in assumption.zero]
    return factorise(tuple(dict.fromkeys(name for zero in zeros for name in variables(zero))), zeros), zeros


@pytest.mark.parametrize("given", ENFORCED.values(), ids=ENFORCED.keys())
def test_laws_that_factorise_meet_the_assumptions_exactly(given):
    plan, zeros = plan_of(given)
    law = rationalise(network_at(plan, initial_logits(plan, 2, 1, seed=0)[0], 2, 1000))
    assert plan.unmet == ()
    assert [evaluate_terms(zero, law).sign() for zero in zeros] == [0] * len(zeros)


@pytest.mark.parametrize("given", ENFORCED.values(), ids=ENFORCED.keys())
def test_laws_without_these_links_dropped_do_not(given):
    plan, zeros = plan_of(given)
    full = factorise(plan.names, [])
    law = rationalise(network_at(full, initial_logits(full, 2, 1, seed=0)[0], 2, 1000))
    assert all(evaluate_terms(zero, law).sign() for zero in zeros)


def test_an_equality_of_informations_is_left_unmet():
    plan, zeros = plan_of("X -> Y -> Z; I(X;Y) = I(X;Z)")
    assert plan.unmet == (zeros[1],)
    assert plan.parents["Z"] == ("Y",)


def test_independences_of_no_graph_are_left_unmet_and_everything_is_linked():
    plan, zeros = plan_of("A _||_ B | C,D; C _||_ D | A,B")
    assert plan.unmet == tuple(zeros)
    assert sum(map(len, plan.parents.values())) == 6
