"""Pipelines as Python data: unrolling, and everything that is refused."""

import pytest

from infoloop.pipelines.node import Node, PipelineError
from infoloop.pipelines.pipeline_graph import pipeline

X, D0, Z0 = Node("X", "task"), Node("D0", "data", ("X",)), Node("Z0", "state", ("D0",))
Y, S = Node("Y", "query", ("Z@-1",)), Node("S", "signal", ("X", "Y"))
Z = Node("Z", "state", ("Z@-1", "Y", "S"))


def test_rounds_are_unrolled_with_their_parents():
    p = pipeline([X, D0, Z0], [Z, S, Y], rounds=2)
    assert p.parents == {
        "X": (), "D0": ("X",), "Z0": ("D0",),
        "Y1": ("Z0",), "S1": ("X", "Y1"), "Z1": ("Z0", "Y1", "S1"),
        "Y2": ("Z1",), "S2": ("X", "Y2"), "Z2": ("Z1", "Y2", "S2"),
    }  # fmt: skip
    assert [node.at for node in p.nodes] == [0] * 3 + [1] * 3 + [2] * 3
    assert [node.name for node in p.nodes] == list(p.parents)
    assert (p.rounds, p.task, p.of("state", "query", at=2)) == (2, "X", ("Y2", "Z2"))


def test_an_unrolled_pipeline_is_the_same():
    rolled = pipeline([X, D0, Z0], [Y, S, Z], rounds=2)
    assert pipeline(rolled.nodes) == rolled


@pytest.mark.parametrize(
    ("nodes", "template", "rounds", "node", "key", "message"),
    [
        ([D0, Z0], [], 0, "D0", "parents", "there is no node 'X'"),
        ([Z0], [], 0, "Z0", "parents", "there is no node 'D0'"),
        ([Node("Z0", "state")], [], 0, "", "", "there is no task"),
        ([X, D0], [], 0, "", "", "there is no state"),
        ([X, D0, Z0, Node("W", "task")], [], 0, "W", "role", "two tasks, X and W"),
        ([X, D0, Z0, Node("M", "state")], [], 0, "M", "role", "two states in round 0, Z0 and M"),
        ([X, D0, Z0, D0], [], 0, "D0", "", "the name D0 is given twice"),
        ([X, D0, Z0, Node("Z2", "data")], [Z], 2, "Z2", "", "the name Z2 is given twice"),
        ([X, D0, Z0, Node("Z1", "data")], [Y, S, Z], 1, "Z1", "", "the name Z1 is given twice"),
        ([X, D0, Z0], [Node("D", "data", ("Z0",))], 1, "", "round", "round 1 has no state"),
        ([X, D0, Z0], [Node("Y", "query", ("Z@1",)), S, Z], 2, "Y1", "parents", "'Z@1' is of a later round"),
        ([X, D0, Z0], [Node("Y", "query", ("Z2",)), S, Z], 2, "Y1", "parents", "'Z2' is of a later round (2, not 1)"),
        ([X, Node("D0", "data", ("S1",)), Z0], [Y, S, Z], 1, "D0", "parents", "'S1' is of a later round (1, not 0)"),
        ([X, D0, Z0], [Node("Y", "query", ("Z@-2",)), S, Z], 2, "Y1", "parents", "'Z@-2' reaches back 2 rounds"),
        ([X, D0, Z0], [Node("Y", "query", ("W@-1",)), S, Z], 2, "Y1", "parents", "'W@-1': [round] has no node 'W'"),
        ([X, D0], [Y, S, Z], 2, "Y1", "parents", "'Z@-1' is Z0 in round 1: give Z0 in [nodes]"),
        ([X, D0, Z0], [Y, Node("S", "data", ("Yy",)), Z], 2, "S1", "parents", "there is no node 'Yy': did you mean Y?"),
        ([X, D0, Node("Z3", "state", ("D0",), at=3)], [], 0, "Z3", "at", "round 1 has no state: "),
        ([X, D0, Z0], [Y, S, Z], 2000, "", "rounds", "2000 rounds make 6,003 nodes: at most 5,000 are audited"),
        ([X, D0, Node("Z0", "state", ("D@-1",))], [], 0, "Z0", "parents", "'D@-1' stands outside [round]"),
        ([X, D0, Node("Z0", "state", ("D0", "D0"))], [], 0, "Z0", "parents", "a parent is given twice"),
        ([X, D0, Node("Z0", "state", ("X",))], [], 0, "Z0", "parents", "a state cannot read the task X itself"),
        ([X, D0, Z0, Node("R", "noise", ("D0",))], [], 0, "R", "parents", "noise has no parents"),
        ([X, D0, Z0, Node("D", "data"), Node("XD", "data")], [], 0, "XD", "", "XD reads as X,D"),
        ([D0, Z0], [Node("X", "task"), Z], 1, "D0", "parents", "there is no node 'X'"),
        ([Z0, D0], [], 3, "", "", "rounds is 3 and [round] has 0 nodes"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_node_and_key(nodes, template, rounds, node, key, message):
    with pytest.raises(PipelineError) as refusal:
        pipeline(nodes, template, rounds)
    assert refusal.value.message.startswith(message)
    assert (refusal.value.node, refusal.value.key) == (node, key)


@pytest.mark.parametrize("around", [("A",), ("A", "B"), ("A", "B", "C")])
def test_a_cycle_is_named(around):
    parents = dict(zip(around, (*around[1:], around[0]), strict=True))
    with pytest.raises(PipelineError, match="there is a cycle") as refusal:
        pipeline([X, D0, Z0, *(Node(name, "data", (parent,)) for name, parent in parents.items())])
    assert all(name in refusal.value.message for name in around)


def test_a_cycle_inside_a_round_is_named():
    with pytest.raises(PipelineError, match="there is a cycle"):
        pipeline([X, D0, Z0], [Node("Y", "query", ("S",)), S, Z], rounds=1)
