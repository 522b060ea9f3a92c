"""Of a pipeline every node and edge is drawn, or stands for others in a block that says so."""

from dataclasses import replace

import pytest

from infoloop.pipelines.drawing.collapsed_rounds import DrawnEdge
from infoloop.pipelines.pipeline_graph import Node, pipeline
from infoloop.pipelines.toml_reader import read_pipeline
from tests.support.paths import PIPELINES
from tests.support.sketches import collapsed

BEFORE = [Node("X", "task"), Node("Z0", "state")]
ROUND = [Node("S", "signal", ("X", "Z@-1")), Node("Z", "state", ("Z@-1", "S"))]


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(PIPELINES.glob("*.toml")), ids=lambda path: path.stem)
def test_ten_rounds_are_drawn_as_three_and_a_folded_block(path):
    found = collapsed(read_pipeline(path))
    assert found.blocks == ("before", "round 1", "round 2", "rounds 3 to 9", "round 10")
    assert {v.block for v in found.vertices if v.folded} == {3}
    assert not any(v.folded for v in found.vertices if v.block != 3)


def test_every_edge_is_drawn_or_inside_the_folded_block():
    p = read_pipeline(PIPELINES / "rejection_sampling.toml")
    found = collapsed(p)
    shown = {v.name for v in found.vertices if not v.folded}
    edges = {(parent, n.name) for n in p.nodes for parent in n.parents if {parent, n.name} <= shown}
    assert edges <= {(link.source, link.target) for link in found.links}
    across = {(a, b) for a, b in ((link.source, link.target) for link in found.links) if not {a, b} <= shown}
    assert across == {
        ("X", "S3..9"), ("Z2", "Y3..9"), ("Z2", "Z3..9"), ("Z3..9", "Y10"), ("Z3..9", "Z10"),
    }  # fmt: skip


def test_few_rounds_are_shown_whole():
    assert collapsed(pipeline(BEFORE, ROUND, 4)).blocks == ("before", "round 1", "round 2", "round 3", "round 4")
    assert collapsed(pipeline(BEFORE, ROUND, 5)).blocks[3] == "rounds 3 to 4"


def test_a_round_that_differs_is_not_folded():
    p = pipeline(BEFORE, ROUND, 9)
    odd = [replace(n, parents=(*n.parents, "Z0")) if n.name == "Z5" else n for n in p.nodes]
    assert collapsed(pipeline(odd)).blocks == (
        "before", "round 1", "round 2", "round 3", "round 4", "round 5", "round 6", "rounds 7 to 8", "round 9",
    )  # fmt: skip


def test_rounds_that_are_written_out_are_drawn_one_by_one():
    nodes = [replace(n, template="") for n in pipeline(BEFORE, ROUND, 9).nodes]
    assert collapsed(pipeline(nodes)).blocks == ("before", *(f"round {t}" for t in range(1, 10)))


def test_signals_and_entries_are_marked():
    found = {(link.source, link.target): link for link in collapsed(pipeline(BEFORE, ROUND, 2)).links}
    assert found["X", "S1"] == DrawnEdge("X", "S1", signal=True, entering=True)
    assert found["S1", "Z1"] == DrawnEdge("S1", "Z1", signal=True, entering=False)
    assert found["Z0", "Z1"] == DrawnEdge("Z0", "Z1", signal=False, entering=False)


def test_what_a_round_reads_of_before_enters_where_it_is_read():
    nodes = [Node("X", "task"), Node("D0", "data", ("X",)), Node("Z0", "state", ("D0",)), Node("R", "data", ("X",))]
    found = collapsed(pipeline(nodes, [Node("Z", "state", ("Z@-1", "R"))], 2))
    assert [(link.source, link.target) for link in found.links if link.entering] == [("R", "Z1"), ("R", "Z2")]


def test_a_pipeline_without_rounds_has_one_block_without_a_caption():
    assert collapsed(pipeline([*BEFORE[:1], Node("D", "data", ("X",)), Node("Z", "state", ("D",))])).blocks == ("",)
