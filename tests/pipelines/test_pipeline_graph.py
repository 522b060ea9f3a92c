"""Pipelines as Python data: unrolling, and everything that is refused."""

from dataclasses import replace

import pytest

from infoloop.pipelines.node import Node, PipelineError
from infoloop.pipelines.pipeline_graph import copy_names, pipeline

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
    assert [n.template for n in pipeline(rolled.nodes).nodes] == [n.template for n in rolled.nodes]


def test_a_copy_knows_what_it_is_a_copy_of_and_so_does_what_round_1_reads_for_it():
    p = pipeline([X, D0, Z0], [Y, S, Z, Node("D", "data")], rounds=2)
    assert {n.name: (n.template, n.at) for n in p.nodes} == {
        "X": ("", 0), "D0": ("", 0), "Z0": ("Z", 0),
        "Y1": ("Y", 1), "S1": ("S", 1), "Z1": ("Z", 1), "D1": ("D", 1),
        "Y2": ("Y", 2), "S2": ("S", 2), "Z2": ("Z", 2), "D2": ("D", 2),
    }  # fmt: skip


def test_copies_that_would_have_one_name_are_told_apart():
    query, verdict = Node("A", "query", ("Z@-1",)), Node("A1", "signal", ("X", "A"))
    p = pipeline([X, D0, Z0], [query, verdict, Node("Z", "state", ("Z@-1", "A1"))], rounds=11)
    assert p.parents["A1_1"] == ("X", "A_1")
    assert p.parents["A1_11"] == ("X", "A_11")
    assert p.parents["Z11"] == ("Z10", "A1_11")
    fewer = pipeline([X, D0, Z0], [query, verdict, Node("Z", "state", ("Z@-1", "A1"))], rounds=10)
    assert fewer.parents["A110"] == ("X", "A10")


@pytest.mark.parametrize(
    ("template", "written", "shown"),
    [
        (["A", "A1"], [], {("A", 11): "A_11", ("A1", 1): "A1_1"}),
        (["A", "A1", "S"], [], {("A", 2): "A_2", ("A1", 111): "A1_111", ("S", 11): "S11"}),
        (["A", "A1", "A1_"], [], {("A", 11): "A__11", ("A1", 1): "A1__1", ("A1_", 1): "A1_1"}),
        (["A", "A1"], ["A_11"], {("A", 11): "A__11", ("A1", 1): "A1__1"}),
        (["A'", "A1'"], [], {("A'", 11): "A_11'", ("A1'", 1): "A1_1'"}),
        (["A", "A1'"], [], {("A", 11): "A11", ("A1'", 1): "A11'"}),
        (["A", "A1", "A11"], [], {("A", 111): "A_111", ("A1", 11): "A1_11", ("A11", 1): "A11_1"}),
    ],
)
def test_names_of_copies_are_all_different_and_none_is_written_already(template, written, shown):
    names = copy_names(template, 111, written)
    assert len({*names.values(), *written}) == len(names) + len(written)
    assert {copy: names[copy] for copy in shown} == shown


def test_a_prime_stays_at_the_end():
    said = Node("S'", "signal", ("X",), formula="X")
    z = Node("Z'", "state", ("Z'@-1", "S'"), formula="S' if S' else Z'@-1")
    start = [Node("X", "task", size=2, table="uniform"), Node("Z0'", "state", table=[0.5, 0.5])]
    p = pipeline(start, [said, z], rounds=2)
    assert p.parents["Z2'"] == ("Z1'", "S2'")
    assert p.nodes[-1].formula == "S2' if S2' else Z1'"


def test_two_nodes_of_a_round_cannot_be_copies_of_one():
    twice = [Node(name, "signal", ("X",), at=1, template="S") for name in ("S1", "T1")]
    with pytest.raises(PipelineError, match="S1 is the copy of S in round 1 already") as refusal:
        pipeline([X, D0, Z0, *twice, Node("Z1", "state", ("Z0", "S1", "T1"), at=1)])
    assert (refusal.value.node, refusal.value.key) == ("T1", "template")


def test_a_written_copy_has_its_own_table():
    start = [Node("X", "task", size=2, table="uniform"), Node("Z0", "state", table=[0.5, 0.5])]
    p = pipeline(start, [Node("S", "signal", ("X",), formula="X"), Node("Z", "state", ("S",), formula="S")], rounds=2)
    assert p.tables["S1"] is p.tables["S2"]
    other = replace(p.nodes[-2], formula=None, table=[[0.5, 0.5], [0.25, 0.75]])
    changed = pipeline([*p.nodes[:-2], other, p.nodes[-1]])
    assert (other.template, changed.tables["S2"].tolist()) == ("S", [[0.5, 0.5], [0.25, 0.75]])


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
        ([Z0, D0], [], 3, "", "rounds", "rounds is 3 and [round] has 0 nodes"),
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
