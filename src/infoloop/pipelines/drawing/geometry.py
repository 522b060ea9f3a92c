"""A pipeline's graph as a drawing in inches: labelled nodes, curved edges, lanes of roles and blocks of rounds."""

from __future__ import annotations

import itertools
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from infoloop.pipelines import limits
from infoloop.pipelines.drawing.collapsed_rounds import CollapsedGraph, DrawnEdge, DrawnNode
from infoloop.pipelines.drawing.grid_routing import LaneSegment, Routes, route_edges

HEIGHT, NARROWEST, FOLDED, PADDING = 0.3, 0.42, 0.2, 0.22  # inches: of nodes, and around their labels
COLUMN_GAP, BLOCK_MARGIN, TOP_MARGIN = 0.28, 0.17, 0.3  # between columns; beside a block; above, for captions
ROW_GAP, SEGMENT_GAP, LANE_GAP = 0.16, 0.1, 0.08  # between rows, for each edge segment there, and between lanes
PORT_GAP = 0.055  # between the ends of edges on one side of a node
EM = 0.125  # of the labels

Point = tuple[float, float]


@dataclass(frozen=True)
class PlacedNode:
    """A vertex with its label, its centre and its width."""

    vertex: DrawnNode
    label: str
    x: float
    y: float
    width: float


@dataclass(frozen=True)
class EdgePath:
    """An edge as cubic Bezier curves: where it starts, then two control points and an end for each."""

    link: DrawnEdge
    points: tuple[Point, ...]


class BlockInterval(NamedTuple):
    """A lane or a block: its caption, where it begins and where it ends."""

    caption: str
    start: float
    end: float


@dataclass(frozen=True)
class Diagram:
    """A drawing in inches from its upper left corner; lanes are spans of y, blocks are spans of x."""

    places: tuple[PlacedNode, ...]
    curves: tuple[EdgePath, ...]
    lanes: tuple[BlockInterval, ...]
    blocks: tuple[BlockInterval, ...]
    width: float
    height: float


def lay_out(graph: CollapsedGraph) -> Diagram | None:
    """Lay out a graph in inches; return None for one with more than `limits.MOST_DRAWN_NODES` vertices.

    >>> nodes = (DrawnNode("X", "task", 0, "X"), DrawnNode("S", "signal", 0, "S"), DrawnNode("Z", "state", 0, "Z"))
    >>> edges = (DrawnEdge("X", "S", True, True), DrawnEdge("S", "Z", True, False))
    >>> found = lay_out(CollapsedGraph(("",), nodes, edges))
    >>> [place.label for place in found.places], [lane.caption for lane in found.lanes]
    (['X', 'S', 'Z'], ['task', 'signal', 'state'])
    """
    if len(graph.vertices) > limits.MOST_DRAWN_NODES:
        return None
    grid = route_edges(graph)
    sides, blocks = _sides(graph, grid)
    heights, bottom = _heights(grid)

    def place(v: DrawnNode) -> PlacedNode:
        left, right = sides[grid.columns[v.name]]
        return PlacedNode(v, node_label(v), (left + right) / 2, heights[LaneSegment(grid.rows[v.name])], right - left)

    lanes = (
        BlockInterval(role, heights[LaneSegment(rows[0])], heights[LaneSegment(rows[-1])])
        for role, rows in grid.lanes.items()
    )
    curves = _curves(graph, grid, sides, heights)
    return Diagram(tuple(map(place, graph.vertices)), curves, tuple(lanes), blocks, blocks[-1].end, bottom)


def node_label(v: DrawnNode) -> str:
    """Return the name, of a long one its beginning and its end, and a count; dots for a node of several rounds.

    >>> node_label(DrawnNode("reward_model_scores_12", "signal", 3, "reward_model_scores_"))
    'reward_…ores_12'
    """
    half = limits.MOST_LABEL_CHARACTERS // 2
    shown = v.name if len(v.name) <= limits.MOST_LABEL_CHARACTERS else f"{v.name[:half]}…{v.name[-half:]}"
    return "…" if v.folded else f"{shown} ×{v.count}" if v.count > 1 else shown


def _sides(graph: CollapsedGraph, grid: Routes) -> tuple[list[Point], tuple[BlockInterval, ...]]:
    """Return left and right of each column, as wide as its longest label, and the blocks, as wide as their captions."""
    widths: dict[int, float] = defaultdict(float)
    block = {grid.columns[v.name]: v.block for v in graph.vertices}
    for v in graph.vertices:
        least = FOLDED if v.folded else max(NARROWEST, EM * _em_width(node_label(v)) + PADDING)
        widths[grid.columns[v.name]] = max(widths[grid.columns[v.name]], least)
    sides, spans, x = [], [], 0.0
    for k, caption in enumerate(graph.blocks):
        mine = [widths[column] for column in sorted(block) if block[column] == k]
        inner, start = sum(mine) + COLUMN_GAP * (len(mine) - 1), x
        spare = max(inner, 0.6 * EM * len(caption) - BLOCK_MARGIN) - inner
        x += BLOCK_MARGIN + spare / 2
        for width in mine:
            sides.append((x, x + width))
            x += width + COLUMN_GAP
        x += BLOCK_MARGIN + spare / 2 - COLUMN_GAP
        spans.append(BlockInterval(caption, start, x))
    return sides, tuple(spans)


def _em_width(text: str) -> float:
    """Return the width of a label in em, at most."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" or c in "MW…mw" else 0.75 for c in text)


def _heights(grid: Routes) -> tuple[dict[LaneSegment, float], float]:
    """Return the y of each row and edge segment, and the bottom; a gap is as high as its segments need."""
    segments: dict[int, int] = defaultdict(int)
    for segment in grid.segments.values():
        if segment.between:
            segments[segment.row] = max(segments[segment.row], segment.position + 1)
    firsts, last = {rows[0] for rows in grid.lanes.values()}, max(grid.rows.values())
    found, y = {}, TOP_MARGIN
    for row in range(last + 2):
        found |= {
            LaneSegment(row, True, k): y + (ROW_GAP + SEGMENT_GAP) / 2 + SEGMENT_GAP * k for k in range(segments[row])
        }
        y += ROW_GAP + SEGMENT_GAP * segments[row] + (LANE_GAP if row in firsts else 0)
        found[LaneSegment(row)] = y + HEIGHT / 2
        y += HEIGHT if row <= last else 0
    return found, y


def _curves(
    graph: CollapsedGraph, grid: Routes, sides: list[Point], heights: dict[LaneSegment, float]
) -> tuple[EdgePath, ...]:
    """Return each edge as a curve from the right side of its cause to the left side of its effect."""
    own = {name: heights[LaneSegment(row)] for name, row in grid.rows.items()}
    passing = {link: heights[segment] for link, segment in grid.segments.items()}
    leaves = {link: passing.get(link, own[link.target]) for link in graph.links}
    comes = {link: (passing.get(link, own[link.source]), link.source) for link in graph.links}
    out, into = defaultdict(set), defaultdict(set)
    for link in graph.links:
        out[link.source].add((leaves[link], ""))
        into[link.target].add(comes[link])
    starts = {name: _ports(own[name], ends) for name, ends in out.items()}
    ends = {name: _ports(own[name], ends) for name, ends in into.items()}
    found = []
    for link in graph.links:
        a, b = grid.columns[link.source], grid.columns[link.target]
        stops = [(sides[a][1], starts[link.source][leaves[link], ""]), (sides[b][0], ends[link.target][comes[link]])]
        if link in passing:
            stops[1:1] = [(sides[a + 1][0], passing[link]), (sides[b - 1][1], passing[link])]
        found.append(EdgePath(link, _bezier(stops)))
    return tuple(found)


def _ports(middle: float, ends: Iterable[tuple[float, str]]) -> dict[tuple[float, str], float]:
    """Return the y on a node's side for edges from, or to, these heights: in their order, level ones level."""
    ordered = sorted(ends)
    level = next((k for k, (y, _) in enumerate(ordered) if y == middle), None)
    centre = (len(ordered) - 1) / 2 if level is None else level
    step = min(PORT_GAP, 0.8 * HEIGHT / 2 / max(1, len(ordered) - 1 - centre, centre))
    return {end: middle + step * (k - centre) for k, end in enumerate(ordered)}


def _bezier(stops: list[Point]) -> tuple[Point, ...]:
    """Return a curve through the stops that is level at each of them."""
    points = [stops[0]]
    for (x, y), (x1, y1) in itertools.pairwise(stops):
        points += [((x + x1) / 2, y), ((x + x1) / 2, y1), (x1, y1)]
    return tuple(points)
