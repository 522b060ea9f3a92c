"""Edges on a grid never share a track unless they have one cause."""

import pytest

from infoloop.pipelines.drawing.grid_routing import route_edges
from tests.support.sketches import SKETCHES


@pytest.mark.parametrize("name", SKETCHES)
def test_segments_of_two_causes_never_lie_on_each_other(name):
    grid = route_edges(SKETCHES[name])
    used: dict[tuple, str] = {}
    for link, segment in grid.segments.items():
        for column in range(grid.columns[link.source] + 1, grid.columns[link.target]):
            assert used.setdefault((segment, column), link.source) == link.source
