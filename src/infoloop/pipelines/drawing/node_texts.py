"""What the page of an audit tells of a node of its graph, where a reader points at it."""

from __future__ import annotations

from infoloop.pipelines.drawing.geometry import Diagram, PlacedNode
from infoloop.reporting.text import join_names


def node_texts(diagram: Diagram) -> tuple[str, ...]:
    """Return for each node its name, role and round, its causes and effects, and where task information may enter.

    >>> from infoloop.pipelines.drawing.collapsed_rounds import CollapsedGraph, DrawnEdge, DrawnNode
    >>> from infoloop.pipelines.drawing.geometry import lay_out
    >>> nodes = DrawnNode("X", "task", 0, "X"), DrawnNode("S1", "signal", 1, "S")
    >>> found = lay_out(CollapsedGraph(("before", "round 1"), nodes, (DrawnEdge("X", "S1", True, True),)))
    >>> print(node_texts(found)[1])
    S1: signal, round 1
    from X
    task information may enter from X
    """
    return tuple(_node_text(diagram, place) for place in diagram.places)


def _node_text(diagram: Diagram, place: PlacedNode) -> str:
    node = place.vertex
    alike = f" and {node.count - 1} more like it" if node.count > 1 else ""
    head = f"{node.name}{alike}: {node.role}"
    first = ", ".join(part for part in (head, diagram.blocks[node.block].caption) if part)
    if node.folded:  # the edges within folded rounds are not drawn
        return f"{first}\nas in the rounds beside these"
    links = [curve.link for curve in diagram.curves]
    told = {
        "from": [link.source for link in links if link.target == node.name],
        "to": [link.target for link in links if link.source == node.name],
        "task information may enter from": [x.source for x in links if x.target == node.name and x.entering],
    }
    return "\n".join([first, *(f"{words} {join_names(names)}" for words, names in told.items() if names)])
