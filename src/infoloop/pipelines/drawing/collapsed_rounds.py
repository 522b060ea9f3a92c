"""What of a pipeline's graph is drawn: all rounds that differ, and of rounds that are alike the first and the last."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from infoloop.pipelines import limits
from infoloop.pipelines.information_flow import Edge
from infoloop.pipelines.pipeline_audit import Audit
from infoloop.pipelines.pipeline_graph import Node, Pipeline


@dataclass(frozen=True)
class DrawnNode:
    """A node to be drawn: `block` is the column block of its round; nodes of one role and one `row` share a grid row.

    A folded node stands for its copies in several rounds, from the first to the last of its `ends`, and one with a
    `count` for so many nodes of its round.
    """

    name: str
    role: str
    block: int
    row: str
    folded: bool = False
    count: int = 1
    ends: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class DrawnEdge:
    """An edge: whether a signal is at one of its ends, and whether it may bring in task information."""

    source: str
    target: str
    signal: bool
    entering: bool


@dataclass(frozen=True)
class CollapsedGraph:
    """Blocks (before round 1, rounds, folded rounds) by their captions; nodes, causes first; and edges."""

    blocks: tuple[str, ...]
    vertices: tuple[DrawnNode, ...]
    links: tuple[DrawnEdge, ...]


def collapse_rounds(p: Pipeline, found: Audit) -> CollapsedGraph:
    """Return the drawing of a pipeline, without positions; of rounds that are alike, all but the ends are folded.

    Task information may enter by the edges that bring a round what the state before it does not hold (`Round.edges`),
    and around the first base (`Base.cut`).

    >>> from infoloop.pipelines.pipeline_audit import audit
    >>> from infoloop.pipelines.pipeline_graph import pipeline
    >>> nodes = [Node("X", "task"), Node("D0", "data", ("X",)), Node("Z0", "state", ("D0",))]
    >>> p = pipeline(nodes, [Node("S", "signal", ("X",)), Node("Z", "state", ("Z@-1", "S"))], rounds=10)
    >>> graph = collapse_rounds(p, audit(p))
    >>> graph.blocks
    ('before', 'round 1', 'round 2', 'rounds 3 to 9', 'round 10')
    >>> [link.target for link in graph.links if link.entering]
    ['S1', 'S2', 'S3..9', 'S10']
    """
    entering = {*found.bases[0].cut, *(edge for r in found.rounds for edge in r.edges)}
    spans = [(0, 0), *_spans(p, entering)] if p.rounds else [(0, 0)]
    block = {t: k for k, (a, b) in enumerate(spans) for t in range(a, b + 1)}
    folded = {n.name: f"{n.template}{a}..{b}" for n in p.nodes for a, b in [spans[block[n.at]]] if a != b}
    ends: dict[str, tuple[str, str]] = {}
    for n in p.nodes:
        if n.name in folded:
            first, _ = ends.get(folded[n.name], (n.name, ""))
            ends[folded[n.name]] = first, n.name
    links = _links(p, entering, folded, {n.name: block[n.at] for n in p.nodes})
    linked = {name for link in links for name in (link.source, link.target)}
    vertices = dict.fromkeys(
        DrawnNode(n.name, n.role, block[n.at], _row(n))
        if n.name not in folded
        else DrawnNode(folded[n.name], n.role, block[n.at], _row(n), True, ends=ends[folded[n.name]])
        for n in p.nodes
        if n.name not in folded or n.role == "state" or folded[n.name] in linked
    )
    return CollapsedGraph(tuple(map(_caption, spans)) if p.rounds else ("",), tuple(vertices), links)


def _caption(span: tuple[int, int]) -> str:
    first, last = span
    return "before" if last == 0 else f"round {first}" if first == last else f"rounds {first} to {last}"


def _spans(p: Pipeline, entering: set[Edge]) -> list[tuple[int, int]]:
    """Return the rounds as they are drawn, (first, last): one by one, or several folded into one block."""
    found = [(1, 1)]
    for _, group in itertools.groupby(range(2, p.rounds + 1), lambda t: _form(p, entering, t)):
        first, *more = group
        middle, last = more[:-1], more[-1:]
        fold = [(middle[0], middle[-1])] if len(middle) >= limits.FEWEST_FOLDED_ROUNDS else [(t, t) for t in middle]
        found += [(first, first), *fold, *((t, t) for t in last)]
    return found


def _form(p: Pipeline, entering: set[Edge], t: int) -> tuple:
    """Describe a round by what its nodes and their causes are copies of, equal for rounds that are alike."""

    def causes(n: Node) -> tuple:
        return tuple((p.by_name[name].seen_from(t), (name, n.name) in entering) for name in n.parents)

    return tuple((n.role, n.seen_from(t), causes(n)) for n in p.nodes if n.at == t)


def _row(n: Node) -> str:
    """Name the row of a node: copies of one node share it, and no other, as no name has an @."""
    return f"{n.template}@" if n.template else n.name


def _links(p: Pipeline, entering: set[Edge], folded: dict[str, str], block: dict[str, int]) -> tuple[DrawnEdge, ...]:
    signals, found = set(p.of("signal")), {}
    for n in p.nodes:
        for parent in n.parents:
            ends = folded.get(parent, parent), folded.get(n.name, n.name)
            if block[parent] == block[n.name] and n.name in folded:
                continue
            old = found.get(ends, DrawnEdge(*ends, False, False))
            by_signal, enters = old.signal or bool(signals & {parent, n.name}), (parent, n.name) in entering
            found[ends] = DrawnEdge(*ends, by_signal, old.entering or enters)
    return tuple(found.values())
