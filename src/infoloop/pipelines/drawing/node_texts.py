"""What the page of an audit tells of a node of its graph, where a reader points at it."""

from __future__ import annotations

from infoloop.pipelines.drawing.collapsed_rounds import DrawnEdge, DrawnNode
from infoloop.pipelines.drawing.geometry import Diagram
from infoloop.reporting.text import join_names


def describe_nodes(diagram: Diagram) -> tuple[str, ...]:
    """Return for each node its name, role and round, its causes and effects, and where task information may enter.

    >>> from infoloop.pipelines.drawing.collapsed_rounds import CollapsedGraph, DrawnEdge
    >>> from infoloop.pipelines.drawing.geometry import lay_out
    >>> nodes = DrawnNode("X", "task", 0, "X"), DrawnNode("S1", "signal", 1, "S")
    >>> found = lay_out(CollapsedGraph(("before", "round 1"), nodes, (DrawnEdge("X", "S1", True, True),)))
    >>> print(describe_nodes(found)[1])
    S1: signal, round 1
    from X
    task information may enter from X
    """
    rounds = [block.caption for block in diagram.blocks]
    nodes = [place.vertex for place in diagram.places]
    called = {v.name: " to ".join(v.ends) if v.folded else v.name for v in nodes}
    links = [curve.link for curve in diagram.curves]
    return tuple(_node_text(v, rounds[v.block], links, called) for v in nodes)


def _node_text(node: DrawnNode, round_name: str, links: list[DrawnEdge], called: dict[str, str]) -> str:
    if node.folded:  # the edges within folded rounds are not drawn
        return f"{called[node.name]}: {node.role}, {round_name}\nas in the rounds beside these"
    alike = f" and {node.count - 1} more like it" if node.count > 1 else ""
    told = {
        "from": [link.source for link in links if link.target == node.name],
        "to": [link.target for link in links if link.source == node.name],
        "task information may enter from": [x.source for x in links if x.target == node.name and x.entering],
    }
    first = ", ".join(part for part in (f"{node.name}{alike}: {node.role}", round_name) if part)
    shown = (f"{words} {join_names(called[name] for name in names)}" for words, names in told.items() if names)
    return "\n".join([first, *shown])
