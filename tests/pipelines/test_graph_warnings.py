"""A graph that deserves a warning has it, and others do not."""

import pytest

from infoloop.pipelines.graph_warnings import warning_texts
from infoloop.pipelines.node import Node
from infoloop.pipelines.pipeline_audit import audit
from infoloop.pipelines.pipeline_graph import pipeline

BEFORE = [Node("X", "task"), Node("D0", "data", ("X",)), Node("Z0", "state", ("D0",))]
READ = Node("Z", "state", ("Z@-1", "Y", "S"))
ASK, VERDICT = Node("Y", "query", ("Z@-1",)), Node("S", "signal", ("X", "Y"))


@pytest.mark.slow
def test_a_task_of_one_possible_value_is_warned_of_whatever_its_size():
    nodes = [Node("X", "task", table=[1.0, 0.0]), Node("Z", "state", table=[0.5, 0.5])]
    assert "B24" in [c.code for c in audit(pipeline(nodes)).cautions]


@pytest.mark.parametrize(
    ("code", "about", "nodes"),
    [
        ("B3", ("S1",), [Node("S", "signal", ("X",)), Node("Z", "state", ("Z@-1", "S"))]),
        ("B3", ("Y1",), [ASK, VERDICT, Node("Z", "state", ("Z@-1", "S"))]),
        ("B4", ("S1",), [ASK, Node("S", "signal", ("Y",)), READ]),
        ("B8", ("S1",), [ASK, Node("S", "signal", ("Y", "Z@-1")), READ]),
        ("B21", ("D1",), [ASK, VERDICT, Node("D", "data", ("Y", "S")), Node("Z", "state", ("Z@-1", "D"))]),
        ("B7", ("Z1",), [ASK, Node("Z", "state", ("Z@-1", "Y", "D0"))]),
    ],
)
def test_a_graph_that_deserves_a_warning_has_it_and_plain_verdicts_do_not(code, about, nodes):
    found = {(c.code, c.nodes) for c in audit(pipeline(BEFORE, nodes, 1)).cautions}
    plain = {c.code for c in audit(pipeline(BEFORE, [ASK, VERDICT, READ], 1)).cautions}
    assert (code, about) in found
    assert plain == {"B1"}


def test_a_visible_verdict_needs_no_warning_of_selection():
    nodes = [ASK, VERDICT, Node("D", "data", ("Y", "S")), Node("Z", "state", ("Z@-1", "D", "S"))]
    assert "B21" not in {c.code for c in audit(pipeline(BEFORE, nodes, 1)).cautions}


def test_a_task_with_one_value_is_warned_of():
    p = pipeline([Node("X", "task", size=1), *BEFORE[1:]])
    assert [c.code for c in audit(p).cautions] == ["B5", "B24"]


def test_the_texts_of_all_codes_are_told_without_a_pipeline():
    texts = warning_texts()
    assert list(texts) == ["B1", "B3", "B4", "B5", "B7", "B8", "B21", "B22", "B24"]
    assert len(texts["B3"]) == 2
    assert "{" not in "".join(text for found in texts.values() for text in found)
