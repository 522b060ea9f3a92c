"""What is told of a node of a drawn graph."""

from infoloop.pipelines.drawing.collapsed_rounds import CollapsedGraph, DrawnEdge, DrawnNode
from infoloop.pipelines.drawing.geometry import Diagram, lay_out
from infoloop.pipelines.drawing.node_texts import describe_nodes
from tests.support.sketches import SKETCHES


def laid_out(graph: CollapsedGraph) -> Diagram:
    found = lay_out(graph)
    assert found is not None
    return found


def test_every_node_has_its_causes_and_effects_and_no_others():
    for name in ("rlvr_unit_tests", "random0"):
        graph = SKETCHES[name]
        called = {v.name: " to ".join(v.ends) if v.folded else v.name for v in graph.vertices}
        for vertex, text in zip(graph.vertices, describe_nodes(laid_out(graph)), strict=True):
            first, *lines = text.splitlines()
            assert first.startswith(f"{called[vertex.name]}: {vertex.role}")
            causes = ", ".join(called[link.source] for link in graph.links if link.target == vertex.name)
            told = [line.removeprefix("from ") for line in lines if line.startswith("from ")]
            assert told == ([causes] if causes and not vertex.folded else [])
            enters = any(link.target == vertex.name and link.entering for link in graph.links)
            assert ("task information may enter" in text) == (enters and not vertex.folded)


def test_folded_rounds_and_merged_nodes_are_told_as_such():
    found = describe_nodes(laid_out(SKETCHES["rlvr_unit_tests"]))
    assert "S3 to S9: signal, rounds 3 to 9\nas in the rounds beside these" in found
    assert "X: task, before\nto D0, S1, S2, S3 to S9, S10" in found
    nodes = DrawnNode("Z0", "state", 0, "Z"), DrawnNode("A1", "query", 1, "A", count=3)
    graph = CollapsedGraph(("before", "round 1"), nodes, (DrawnEdge("Z0", "A1", False, False),))
    assert describe_nodes(laid_out(graph))[1] == "A1 and 2 more like it: query, round 1\nfrom Z0"


def test_of_many_causes_the_ends_are_told():
    causes = [DrawnNode(f"Y{k}", "query", 0, f"Y{k}") for k in range(9)]
    links = tuple(DrawnEdge(node.name, "Z", False, False) for node in causes)
    graph = CollapsedGraph(("",), (*causes, DrawnNode("Z", "state", 0, "Z")), links)
    assert describe_nodes(laid_out(graph))[-1] == "Z: state\nfrom Y0, Y1, ..., Y8"
