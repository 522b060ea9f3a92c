"""What is compared, problem by problem, against hand-made groups."""

import math

import numpy as np
import pytest

from infoloop.verdict_logs.groups.compared_measures import measure_pairs
from tests.support.hand_made_groups import table_of

VERDICT = [("verdict", "tests")]


def groups_of(*rights, size):
    return [[[1.0]] * right + [[0.0]] * (size - right) for right in rights]


def by_name(first, second):
    _, *at = np.intersect1d(first.problems, second.problems, return_indices=True)
    return {one.name: one for one in measure_pairs(first, second, (at[0], at[1]))}


def test_groups_of_one_attempt_are_neither_dead_nor_live():
    single, pair = table_of([[[1.0]]], VERDICT, ["a"]), table_of([[[1.0], [1.0]]], VERDICT, ["a"])
    assert math.isnan(by_name(single, pair)["dead"].first[0])
    assert by_name(pair, pair)["dead"].first.tolist() == [1.0]


def test_as_many_groups_of_each_size_are_compared_as_they_are():
    first = table_of(groups_of(0, 4, size=4), VERDICT, ["a", "a"])
    second = table_of(groups_of(1, 4, size=4), VERDICT, ["a", "a"])
    dead = by_name(first, second)["dead"]
    assert (dead.first.tolist(), dead.second.tolist(), dead.equal, dead.size) == ([1.0], [0.5], True, None)


def test_a_group_is_cut_to_the_smallest_of_its_problem():
    first = table_of([*groups_of(0, 1, size=2), *groups_of(1, size=3)], VERDICT, ["a", "a", "b"])
    second = table_of([*groups_of(2, size=4), *groups_of(3, size=3)], VERDICT, ["a", "b"])
    found = by_name(first, second)
    assert found["dead"].first == pytest.approx([0.5, 0])
    assert found["dead"].second == pytest.approx([1 / 3, 1])
    assert found["dead_all_fail"].second == pytest.approx([1 / 6, 0])
    assert not found["dead"].equal


def test_rewards_that_verdicts_do_not_tell_are_not_cut():
    measured = [("reward", ""), *VERDICT]
    few = table_of([[[0.1, 0], [0.2, 0]]], measured, ["a"])
    many = table_of([[[0.1, 0], [0.2, 0], [0.3, 0]]], measured, ["a"])
    dead = by_name(few, many)["dead"]
    assert not dead.equal
    assert dead.counts is None
    assert math.isnan(dead.first[0])
