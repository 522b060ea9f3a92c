"""Nodes are checked when they are made."""

import pytest

from infoloop.pipelines.node import Node, PipelineError


@pytest.mark.parametrize(
    ("wrong", "remedy"),
    [
        ({"role": "stat"}, "there is no role 'stat': did you mean state?"),
        ({"name": "2"}, "'2' is no name"),
        ({"name": "S@1"}, "'S@1' is no name"),
        ({"size": 0}, "it is 0: give a whole number, at least 1"),
        ({"cost": -1.0}, "it is -1.0: give a finite number, at least 0"),
        ({"at": -1}, "it is -1: give a whole number, at least 0"),
        ({"role": ["state"]}, r"there is no role \['state'\]"),
        ({"name": "S\n"}, r"'S\\n' is no name"),
        ({"name": None}, "None is no name"),
        ({"parents": ["X"]}, r"it is \['X'\]: give a list of names of nodes"),
        ({"parents": ("X", 1)}, r"it is \('X', 1\): give a list of names of nodes"),
        ({"size": True}, "it is True: give a whole number, at least 1"),
        ({"size": 2.0}, "it is 2.0: give a whole number, at least 1"),
        ({"cost": True}, "it is True: give a finite number, at least 0"),
        ({"cost": float("nan")}, "it is nan: give a finite number, at least 0"),
        ({"cost": float("inf")}, "it is inf: give a finite number, at least 0"),
        ({"formula": " "}, "it is ' ': give a text"),
        ({"program": "f"}, "it is 'f': give a numpyro program, a function"),
        ({"site": ""}, "it is '': give a text"),
        ({"template": None}, "it is None: give the name of what the node is a copy of"),
    ],
)
def test_a_node_is_checked_when_it_is_made(wrong, remedy):
    with pytest.raises(PipelineError, match=remedy) as refusal:
        Node(**{"name": "S", "role": "signal"} | wrong)
    assert [refusal.value.key] == list(wrong)
    assert len(refusal.value.message.splitlines()) == 1


def test_a_node_is_kept_as_it_was_given():
    table = [[0.5, 0.5]]
    node = Node("S", "signal", ("X",), size=2, cost=1, table=table, formula="X")
    assert (node.cost, type(node.cost), node.table is table) == (1, int, True)
