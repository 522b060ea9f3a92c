"""Nodes of one round are drawn as one only if nothing but their names tells them apart."""

from infoloop.pipelines.drawing.collapsed_rounds import CollapsedGraph
from infoloop.pipelines.drawing.geometry import lay_out
from infoloop.pipelines.drawing.merged_nodes import quotient_graph
from infoloop.pipelines.limits import MOST_DRAWN_NODES
from infoloop.pipelines.pipeline_graph import Node, pipeline
from tests.support.sketches import SKETCHES, collapsed


def wide(pairs: int, odd: tuple[str, ...] = ()) -> CollapsedGraph:
    """Three rounds of many queries and signals; `odd` are causes that the first query of round 2 has besides."""
    nodes = [Node("X", "task"), Node("Z0", "state")]
    for t in (1, 2, 3):
        queries = [Node(f"Y{t}_{k}", "query", (f"Z{t - 1}",), at=t) for k in range(pairs)]
        if t == 2:
            queries[0] = Node("Y2_0", "query", ("Z1", *odd), at=2)
        signals = [Node(f"S{t}_{k}", "signal", ("X", f"Y{t}_{k}"), at=t) for k in range(pairs)]
        read = (n.name for n in (*queries, *signals))
        nodes += [*queries, *signals, Node(f"Z{t}", "state", (f"Z{t - 1}", *read), at=t)]
    return collapsed(pipeline(nodes))


def counts(found: CollapsedGraph) -> dict[str, int]:
    return {v.name: v.count for v in found.vertices if v.count > 1}


def test_a_wide_round_becomes_one_query_and_one_signal_and_can_be_drawn():
    many = wide(29)
    assert len(many.vertices) > MOST_DRAWN_NODES
    assert lay_out(many) is None
    assert counts(quotient_graph(many)) == {f"{letter}{t}_0": 29 for letter in "YS" for t in (1, 2, 3)}
    assert {(e.source, e.target) for e in quotient_graph(many).links if "2_0" in e.target} == {
        ("Z1", "Y2_0"), ("X", "S2_0"), ("Y2_0", "S2_0"),
    }  # fmt: skip
    assert lay_out(quotient_graph(many)) is not None


def test_a_node_with_one_cause_more_stays_apart_and_so_does_what_it_causes():
    found = counts(quotient_graph(wide(4, odd=("Z0",))))
    assert found == {"Y1_0": 4, "S1_0": 4, "Y2_1": 3, "S2_1": 3, "Y3_0": 4, "S3_0": 4}


def test_no_node_is_lost_and_none_is_drawn_twice():
    for found in SKETCHES.values():
        assert sum(v.count for v in quotient_graph(found).vertices) == len(found.vertices)
        assert quotient_graph(quotient_graph(found)).links == quotient_graph(found).links
