"""Columns and rows for the nodes of a drawing, and routes for its edges: left to right, and past every node.

A node stands in the column of its round and of its depth there, and in a row of its role. An edge crosses the columns
between its ends on a horizontal segment: in a row that is free there, or in the gap above a row, which has as many
positions as are needed. Edges of one cause may share a segment, others never do.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from infoloop.pipelines.drawing.collapsed_rounds import CollapsedGraph, DrawnEdge

LANES = ("task", "judge", "signal", "noise", "query", "data", "state")  # from top to bottom
DETOUR = 0.6  # rows that an edge would rather go up or down than leave the rows

Gap = list[dict[str, set[int]]]


class LaneSegment(NamedTuple):
    """A horizontal segment of an edge: in a row, or (`between`) at the `position`-th place in the gap above a row."""

    row: int
    between: bool = False
    position: int = 0


@dataclass(frozen=True)
class Routes:
    """Column and row of every name, the rows of every role that occurs, and the segments of edges that pass columns."""

    columns: dict[str, int]
    rows: dict[str, int]
    lanes: dict[str, range]
    segments: dict[DrawnEdge, LaneSegment]


def route_edges(graph: CollapsedGraph) -> Routes:
    """Place the nodes of a graph on a grid, and route its edges.

    >>> from infoloop.pipelines.drawing.collapsed_rounds import DrawnNode
    >>> nodes = (DrawnNode("X", "task", 0, "X"), DrawnNode("D", "data", 0, "D"), DrawnNode("Z", "state", 0, "Z"))
    >>> edges = (DrawnEdge("X", "D", False, False), DrawnEdge("D", "Z", False, False))
    >>> found = route_edges(CollapsedGraph(("",), nodes, edges))
    >>> found.columns, found.rows
    ({'X': 0, 'D': 1, 'Z': 2}, {'X': 0, 'D': 1, 'Z': 2})
    """
    columns, rows, lanes = _columns(graph), {}, {}
    for role in LANES:
        inside = _rows(graph, columns, role)
        if inside:
            first = max(rows.values(), default=-1) + 1
            rows |= {name: first + row for name, row in inside.items()}
            lanes[role] = range(first, first + max(inside.values()) + 1)
    return Routes(columns, rows, lanes, _segments(graph, columns, rows))


def _columns(graph: CollapsedGraph) -> dict[str, int]:
    """Return a column for every name: blocks side by side; inside, a vertex stands behind all its causes."""
    columns: dict[str, int] = {}
    causes: dict[str, list[str]] = {v.name: [] for v in graph.vertices}
    for link in graph.links:
        causes[link.target].append(link.source)
    for _, group in itertools.groupby(graph.vertices, lambda v: v.block):
        first = max(columns.values(), default=-1) + 1
        for v in group:
            columns[v.name] = max([first, *(columns[cause] + 1 for cause in causes[v.name])])
    return columns


def _rows(graph: CollapsedGraph, columns: dict[str, int], role: str) -> dict[str, int]:
    """Return a row for every name of the role; namesakes of several rounds share one, which has no other names."""
    groups: dict[str, list[str]] = {}
    for v in graph.vertices:
        if v.role == role:
            groups.setdefault(v.row, []).append(v.name)
    taken: list[set[int]] = []
    rows: dict[str, int] = {}
    for names in sorted(groups.values(), key=len, reverse=True):
        mine = {columns[name] for name in names}
        shared = (k for k, others in enumerate(taken) if len(names) == 1 and not others & mine)
        row = next(shared, len(taken))
        if row == len(taken):
            taken.append(set())
        taken[row] |= mine
        rows |= dict.fromkeys(names, row)
    return rows


def _segments(graph: CollapsedGraph, columns: dict[str, int], rows: dict[str, int]) -> dict[DrawnEdge, LaneSegment]:
    """Route each edge by the nearest segment that is free, first for edges inside one row, then for short ones."""
    used = {(rows[name], column): name for name, column in columns.items()}
    gaps: dict[int, Gap] = defaultdict(list)
    found = {}
    for link in sorted(
        graph.links, key=lambda e: (rows[e.source] != rows[e.target], columns[e.target] - columns[e.source])
    ):
        passed = range(columns[link.source] + 1, columns[link.target])
        if not passed:
            continue
        free = [r for r in {*rows.values()} if all(used.get((r, c), link.source) == link.source for c in passed)]
        segments = [*map(LaneSegment, free), *(LaneSegment(k, True) for k in range(max(rows.values()) + 2))]
        best = min(segments, key=lambda segment: _detour(segment, rows[link.source], rows[link.target]))
        if best.between:
            best = best._replace(position=_free_position(gaps[best.row], link.source, {*passed}))
        else:
            used |= {(best.row, c): link.source for c in passed}
        found[link] = best
    return found


def _detour(segment: LaneSegment, start: int, end: int) -> float:
    """Return how many rows an edge goes up and down for this segment."""
    y = segment.row - 0.5 if segment.between else segment.row
    return abs(y - start) + abs(y - end) + (DETOUR if segment.between else 0)


def _free_position(gap: Gap, source: str, passed: set[int]) -> int:
    """Reserve the first position in the gap that no other cause uses in the passed columns or next to them."""
    near = passed | {min(passed) - 1, max(passed) + 1}
    for k, position in enumerate(gap):
        if not any(near & columns for name, columns in position.items() if name != source):
            position.setdefault(source, set()).update(passed)
            return k
    gap.append({source: passed})
    return len(gap) - 1
