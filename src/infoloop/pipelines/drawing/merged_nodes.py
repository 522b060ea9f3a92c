"""Nodes of one round whose edges are alike, drawn as one: how a round of many queries and signals fits on a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import replace

from infoloop.pipelines.drawing.collapsed_rounds import CollapsedGraph


def quotient_graph(graph: CollapsedGraph) -> CollapsedGraph:
    """Return the coarsest drawing in which nodes drawn as one have the same role, causes and effects.

    As a cause or an effect, nodes drawn as one are one. They bear the name of the first, and how many they are.

    >>> from infoloop.pipelines.drawing.collapsed_rounds import DrawnEdge, DrawnNode
    >>> nodes = (DrawnNode("Z0", "state", 0, "Z"), *(DrawnNode(y, "query", 1, y) for y in ("A1", "B1")))
    >>> [(v.name, v.count) for v in quotient_graph(CollapsedGraph(("", "round 1"), nodes, tuple(
    ...     DrawnEdge("Z0", y, False, False) for y in ("A1", "B1")))).vertices]
    [('Z0', 1), ('A1', 2)]
    """
    kinds = _kinds(graph)
    first: dict[int, str] = {}
    for v in graph.vertices:
        first.setdefault(kinds[v.name], v.name)
    count = Counter(kinds.values())
    vertices = tuple(replace(v, count=count[kinds[v.name]]) for v in graph.vertices if first[kinds[v.name]] == v.name)
    links = (replace(e, source=first[kinds[e.source]], target=first[kinds[e.target]]) for e in graph.links)
    return CollapsedGraph(graph.blocks, vertices, tuple(dict.fromkeys(links)))


def _kinds(graph: CollapsedGraph) -> dict[str, int]:
    """Return the kind of every vertex; all of one kind have causes and effects of the same kinds."""
    kinds = _numbered({v.name: (v.role, v.block, v.folded) for v in graph.vertices})
    while True:
        around: dict[str, set[Hashable]] = {name: set() for name in kinds}
        for e in graph.links:
            around[e.target].add(("cause", kinds[e.source], e.signal, e.entering))
            around[e.source].add(("effect", kinds[e.target], e.signal, e.entering))
        finer = _numbered({name: (kind, frozenset(around[name])) for name, kind in kinds.items()})
        if len({*finer.values()}) == len({*kinds.values()}):
            return kinds
        kinds = finer


def _numbered(views: dict[str, Hashable]) -> dict[str, int]:
    numbers: dict[Hashable, int] = {}
    return {name: numbers.setdefault(view, len(numbers)) for name, view in views.items()}
