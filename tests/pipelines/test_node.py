"""Nodes are checked when they are made."""

import pytest

from infoloop.pipelines.node import Node


@pytest.mark.parametrize(
    ("wrong", "remedy"),
    [
        ({"role": "stat"}, "there is no role 'stat': did you mean state?"),
        ({"name": "2"}, "'2' is no name"),
        ({"name": "S@1"}, "'S@1' is no name"),
        ({"size": 0}, "it is 0: give a whole number, at least 1"),
        ({"cost": -1.0}, "it is -1.0: give a finite number, at least 0"),
        ({"at": -1}, "it is -1: give a whole number, at least 0"),
    ],
)
def test_a_node_is_checked_when_it_is_made(wrong, remedy):
    with pytest.raises(ValueError, match=remedy):
        Node(**{"name": "S", "role": "signal"} | wrong)
