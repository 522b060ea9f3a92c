"""Drawings as SVG: labels are text that can be searched, the same bytes each time, and a legend of what is there."""

import re

import matplotlib as mpl
import pytest

from infoloop.pipelines.drawing.geometry import Diagram, lay_out
from infoloop.pipelines.drawing.svg import diagram_svg
from infoloop.pipelines.pipeline_graph import Node, pipeline
from tests.support.sketches import SKETCHES, collapsed


def texts(found: Diagram | None) -> list[str]:
    assert found is not None
    return re.findall(r"<text[^>]*>([^<]*)</text>", diagram_svg(found))


@pytest.mark.parametrize("name", ["rlvr_unit_tests", "random0"])
def test_every_label_is_text_once_for_each_node(name):
    found = lay_out(SKETCHES[name])
    assert found is not None
    shown = texts(found)
    labels = [place.label for place in found.places]
    lanes = [lane.caption for lane in found.lanes]
    assert all(shown.count(label) == labels.count(label) for label in set(labels) - set(lanes))
    assert {block.caption for block in found.blocks} | set(lanes) <= set(shown)


def test_the_style_for_papers_moves_nothing_in_a_graph():
    found = lay_out(SKETCHES["random0"])
    assert found is not None
    plain = diagram_svg(found)
    with mpl.rc_context({"figure.constrained_layout.use": True}):  # which the style sets, for a user's whole process
        assert diagram_svg(found) == plain


def test_a_diagram_is_drawn_twice_and_always_alike():
    found = lay_out(SKETCHES["random0"])
    assert found is not None
    assert diagram_svg(found) == diagram_svg(found)


def test_the_legend_names_the_kinds_of_edges_that_are_there_and_no_others():
    closed = pipeline([Node("X", "task"), Node("D", "data", ("X",)), Node("Z", "state", ("D",))])
    assert not any("signal" in text for text in texts(lay_out(collapsed(closed))))
    assert "signal edge by which task information may enter" in texts(lay_out(SKETCHES["rlvr_unit_tests"]))


def test_letters_of_every_script_are_kept_and_nothing_is_read_as_a_formula():
    odd = pipeline([Node("任务", "task"), Node("D_1", "data", ("任务",)), Node("Z", "state", ("D_1",))])
    assert {"任务", "D_1"} <= set(texts(lay_out(collapsed(odd))))
