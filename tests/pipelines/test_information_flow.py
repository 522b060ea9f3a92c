"""Cuts and entries of a graph, against d-separation in the moral graph of random channels."""

import pytest

from infoloop.pipelines.information_flow import BaseKind, conditioning_sets, last_state, rounds
from infoloop.pipelines.node import Node
from infoloop.pipelines.pipeline_audit import audit
from infoloop.pipelines.pipeline_graph import pipeline
from infoloop.probability.bayes_nets import separated
from tests.support.random_pipelines import ALL, NAMES, random_net


@pytest.mark.parametrize("p", ALL, ids=NAMES)
def test_the_cut_is_empty_exactly_if_the_base_closes_the_pipeline(p):
    for base in conditioning_sets(p):
        assert base.closed == (not base.cut)


@pytest.mark.slow
@pytest.mark.parametrize("p", ALL, ids=NAMES)
def test_without_the_cut_an_open_pipeline_is_closed(p):
    for base in conditioning_sets(p):
        gone = set(base.cut)
        nodes = [Node(n.name, n.role, tuple(q for q in n.parents if (q, n.name) not in gone), at=n.at) for n in p.nodes]
        net = random_net(pipeline(nodes), 3)
        assert separated(net, p.task, last_state(p), given=base.names)


def test_what_was_there_before_comes_in_by_the_edge_that_reads_it():
    nodes = [Node("X", "task"), Node("D0", "data", ("X",)), Node("R", "data", ("X",)), Node("Z0", "state", ("D0",))]
    found = audit(pipeline(nodes, [Node("Z", "state", ("Z@-1", "R"))], rounds=2))
    assert [r.edges for r in found.rounds] == [(("R", "Z1"),), (("R", "Z2"),)]


def test_a_base_says_whose_knowledge_it_is():
    nodes = [Node("X", "task"), Node("J", "judge", ("X",)), Node("Z0", "state", ("X2",)), Node("X2", "data", ("X",))]
    p = pipeline(nodes, [Node("S", "signal", ("J",)), Node("Z", "state", ("Z@-1", "S"))], rounds=1)
    student, both = BaseKind.STUDENT, BaseKind.STUDENT_AND_JUDGES
    assert [(base.names, base.kind) for base in conditioning_sets(p)] == [
        (("Z0",), student), (("X2",), student), (("Z0", "J"), both), (("X2", "J"), both),
    ]  # fmt: skip


@pytest.mark.parametrize("p", ALL, ids=NAMES)
def test_a_plan_says_by_places_what_a_round_says_by_names(p):
    for r in rounds(p):
        read = r.before + r.entering
        assert (r.plan.before, r.plan.entering) == (len(r.before), len(r.entering))
        by_name = [(tuple(read[k] for k in places), read[:given]) for places, given in r.plan.terms]
        assert by_name == [(term.names, term.given) for term in r.terms]
        assert [term.id for term in r.terms] == [(r.t, k) for k in range(len(r.terms))]


@pytest.mark.parametrize(
    ("signals", "terms"),
    [
        (4, ["I(X;S1|Z0)", "I(X;T1|Z0,S1)", "I(X;U1|Z0,S1,T1)", "I(X;V1|Z0,S1,T1,U1)"]),
        (5, ["I(X;S1|Z0)", "I(X;T1|Z0,S1)", "I(X;U1|Z0,S1,T1)", "I(X;V1,W1|Z0,S1,T1,U1)"]),
    ],
)
def test_four_terms_of_a_round_are_named_one_by_one_and_more_are_put_together(signals, terms):
    names = "STUVW"[:signals]
    read = [Node(name, "signal", ("X",), size=2) for name in names]
    nodes = [Node("X", "task"), Node("Z0", "state")]
    p = pipeline(nodes, [*read, Node("Z", "state", ("Z@-1", *names))], rounds=1)
    (found,) = rounds(p)
    assert [term.text for term in found.terms] == terms
    assert sum(term.most or 0 for term in found.terms) == signals
