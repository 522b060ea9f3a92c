"""Bounds hold on random channels that respect the graph, and each has a proof that the checker accepts."""

import itertools

import pytest

from infoloop.check import CertificateError, check_certificate
from infoloop.information.expressions import evaluate
from infoloop.pipelines.node import Node
from infoloop.pipelines.pipeline_audit import audit
from infoloop.pipelines.pipeline_graph import pipeline
from infoloop.pipelines.toml_reader import read_pipeline
from infoloop.probability.bayes_nets import BayesNet, separated
from infoloop.probability.numerics import rounding
from tests.support.paths import PIPELINES
from tests.support.random_pipelines import ALL, NAMES, random_net, shortened

pytestmark = pytest.mark.slow

CELLS = 2**14  # of the largest tables asked for here


@pytest.mark.parametrize("p", ALL, ids=NAMES)
def test_every_bound_holds_on_random_channels_and_so_does_what_its_steps_assume(p):
    net = random_net(p, 7)
    for ceiling in audit(p).ceilings:
        left, right = ceiling.bound.split(" <= ")
        most = 0.0 if right == "0" else float(evaluate(right, net))
        assert float(evaluate(left, net)) <= most + rounding(CELLS)
        for step in ceiling.steps:
            for text in step.given:
                assert assumed(text, net), text


def assumed(text: str, net: BayesNet) -> bool:
    """Whether the graph makes the assumption true, by the search in the moral graph."""
    if "->" in text:
        x, given, z = (part.strip() for part in text.split("->"))
    else:
        x, rest = text.split(" _||_ ")
        z, _, given = (part.strip() for part in rest.partition(" | "))
    names = [tuple(part.split(",")) if part else () for part in (x, z, given)]
    return separated(net, names[0], names[1], given=names[2])


@pytest.mark.full
def test_an_assumption_that_the_graph_does_not_make_is_noticed():
    net = random_net(shortened(PIPELINES / "rlvr_unit_tests.toml"), 0)
    assert not assumed("X -> Z0,Y1 -> Z1", net)


@pytest.mark.full
def test_the_terms_of_the_chain_are_named_and_sized():
    found = audit(PIPELINES / "rlvr_unit_tests.toml")
    terms = [f"I(X;S{t}|Z{t - 1},Y{t})" for t in range(1, 11)]
    assert found.ceilings[0].bound == " + ".join(["I(X;Z10) <= I(X;D0)", *terms])
    assert found.ceilings[0].most == 2.0  # ten verdicts, but a task of four values
    nodes = read_pipeline(PIPELINES / "rlvr_unit_tests.toml").nodes
    unsized = [Node(n.name, n.role, n.parents, n.size if n.role == "signal" else None, at=n.at) for n in nodes]
    assert audit(pipeline(unsized)).ceilings[0].most == 10.0
    assert [r.edges for r in found.rounds] == [(("X", f"S{t}"),) for t in range(1, 11)]


def test_rounds_that_differ_only_in_names_share_a_proof():
    ceiling = audit(PIPELINES / "rlvr_unit_tests.toml").ceilings[0]
    assert len(ceiling.steps) == 11
    assert len(ceiling.proofs) == 2


def test_a_tampered_bound_is_refused():
    proof = audit(PIPELINES / "rlvr_unit_tests.toml").ceilings[0].proofs[1]
    check_certificate(proof)
    with pytest.raises(CertificateError):
        check_certificate(proof | {"statement": "I(X;Z1) <= I(X;Z0)"})


@pytest.mark.full
def test_ten_rounds_of_sixty_nodes_need_few_proofs():
    def of_round(t):
        queries = [Node(f"Y{t}_{k}", "query", (f"Z{t - 1}",), at=t) for k in range(29)]
        signals = [Node(f"S{t}_{k}", "signal", ("X", f"Y{t}_{k}"), size=2, at=t) for k in range(29)]
        read = tuple(n.name for n in (*queries, *signals))
        return [*queries, *signals, Node(f"Z{t}", "state", (f"Z{t - 1}", *read), at=t)]

    start = [Node("X", "task"), Node("D0", "data", ("X",)), Node("Z0", "state", ("D0",))]
    p = pipeline([*start, *itertools.chain.from_iterable(of_round(t) for t in range(1, 11))])
    found = audit(p)
    assert found.verdict == "open"
    assert found.ceilings[0].most == 290.0
    assert len(found.ceilings[0].proofs) == 2


def test_a_first_round_without_a_state_before_it_starts_from_the_first_data():
    nodes = [Node("X", "task"), Node("D0", "data", ("X",)), Node("S1", "signal", ("X",), at=1)]
    found = audit(pipeline([*nodes, Node("Z1", "state", ("D0", "S1"), at=1)]))
    assert found.ceilings[0].bound == "I(X;Z1) <= I(X;D0) + I(X;S1|D0)"
