"""Cuts and entries of a graph, against d-separation in the moral graph of random channels."""

import pytest

from infoloop.pipelines.information_flow import conditioning_sets, last_state
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
