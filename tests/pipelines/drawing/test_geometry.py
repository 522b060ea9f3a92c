"""Drawings of pipelines can be read: nodes apart, edges left to right, and past all nodes."""

import dataclasses
import itertools

import numpy as np
import pytest

from infoloop.pipelines.drawing.collapsed_rounds import CollapsedGraph, DrawnNode
from infoloop.pipelines.drawing.geometry import HEIGHT, Diagram, lay_out, node_label
from infoloop.pipelines.limits import MOST_DRAWN_NODES
from infoloop.probability.numerics import rounding
from tests.support.sketches import SKETCHES


def laid_out(name: str) -> Diagram:
    found = lay_out(SKETCHES[name])
    assert found is not None
    return found


def along(points, count: int = 60):
    """Points of the curve, by the definition of cubic Bezier curves."""
    s = np.linspace(0, 1, count)[:, None]
    weights = [(1 - s) ** 3, 3 * s * (1 - s) ** 2, 3 * s**2 * (1 - s), s**3]
    ends = np.asarray(points)
    pieces = (sum(w * ends[k + j] for j, w in enumerate(weights)) for k in range(0, len(ends) - 1, 3))
    return np.concatenate([*pieces])


def crossed(found: Diagram) -> list[tuple[str, str, str]]:
    """Edges that run over nodes: (source, target, node)."""
    hits = []
    for curve in found.curves:
        x, y = along(curve.points).T
        for place in found.places:
            inside = (abs(x - place.x) < place.width / 2 - 0.01) & (abs(y - place.y) < HEIGHT / 2)
            if inside.any():
                hits.append((curve.link.source, curve.link.target, place.vertex.name))
    return hits


@pytest.mark.parametrize("name", SKETCHES)
def test_nodes_stand_apart_and_on_the_paper(name):
    found = laid_out(name)
    for a, b in itertools.combinations(found.places, 2):
        assert abs(a.x - b.x) > (a.width + b.width) / 2 or abs(a.y - b.y) > HEIGHT, (a, b)
    for place in found.places:
        assert place.width / 2 < place.x < found.width - place.width / 2
        assert HEIGHT / 2 < place.y < found.height - HEIGHT / 2


@pytest.mark.parametrize("name", SKETCHES)
def test_every_edge_goes_from_left_to_right_and_past_all_nodes(name):
    found = laid_out(name)
    places = {place.vertex.name: place for place in found.places}
    assert len(found.curves) == len(SKETCHES[name].links)
    for curve in found.curves:
        a, b = places[curve.link.source], places[curve.link.target]
        assert (np.diff(along(curve.points)[:, 0]) > -rounding(8)).all()
        assert abs(curve.points[0][0] - (a.x + a.width / 2)) < rounding(64)
        assert abs(curve.points[-1][0] - (b.x - b.width / 2)) < rounding(64)
        assert abs(curve.points[-1][1] - b.y) < HEIGHT / 2
    assert crossed(found) == []


def test_a_straight_edge_through_a_node_is_noticed():
    def straightened(curve):
        a, b = np.asarray(curve.points[0]), np.asarray(curve.points[-1])
        return dataclasses.replace(curve, points=tuple(tuple(a + (b - a) * k / 3) for k in range(4)))

    found = laid_out("rlvr_unit_tests")
    assert ("X", "S3..9", "S2") in crossed(dataclasses.replace(found, curves=tuple(map(straightened, found.curves))))


@pytest.mark.parametrize("name", SKETCHES)
def test_lanes_keep_roles_apart_and_blocks_keep_rounds_apart(name):
    found = laid_out(name)
    lanes = {lane.caption: lane for lane in found.lanes}
    for place in found.places:
        lane, block = lanes[place.vertex.role], found.blocks[place.vertex.block]
        assert lane.start <= place.y <= lane.end
        assert block.start < place.x - place.width / 2 < place.x + place.width / 2 < block.end
    for a, b in itertools.pairwise(found.lanes):
        assert a.end < b.start


def test_what_nobody_could_read_is_not_drawn():
    many = tuple(DrawnNode(f"n{k}", "data", 0, f"n{k}") for k in range(MOST_DRAWN_NODES + 1))
    assert lay_out(CollapsedGraph(("",), many, ())) is None
    assert lay_out(CollapsedGraph(("",), many[1:], ())) is not None


def test_labels_are_short_and_keep_their_number():
    assert node_label(DrawnNode("an_uncommonly_long_name12", "data", 1, "")).endswith("12")
    assert node_label(DrawnNode("S3..9", "signal", 1, "S", folded=True)) == "…"
