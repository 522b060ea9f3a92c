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


def test_means_are_of_the_attempts_that_have_the_number_in_the_order_of_runs():
    measured = [("length", "tokens"), ("component", "form"), ("component", "old")]
    nan = math.nan
    first = table_of([[[3, 1, 1], [5, 0, 1]], [[7, nan, 1]], [[2, 1, 1]]], measured, ["a", "b", "c"])
    second = table_of([[[6, 1], [9, 1]], [[nan, 0]], [[1, 0], [2, 1]]], measured[:2], ["a", "b", "c"])
    found = by_name(first, second)
    assert list(found) == ["dead", "length", "component form"]
    assert (found["length"].first.tolist(), found["length"].second[::2].tolist()) == ([4, 7, 2], [7.5, 1.5])
    assert math.isnan(found["length"].second[1])
    assert (found["component form"].first[::2].tolist(), found["component form"].second.tolist()) == (
        [0.5, 1],
        [1, 0, 0.5],
    )
    assert not found["length"].equal
    assert by_name(first, table_of([[[6, 1], [9, 1]], [[nan, 0]]], measured[:2], ["a", "b"]))["length"].equal
    assert list(by_name(table_of([[[3]]], measured[:1], ["a"]), second)) == ["length"]


def test_bits_are_told_by_as_many_verdicts_as_both_have_and_by_one_only_where_both_have_one():
    names = ["a", "b", "c", "d", "e"]
    first = table_of([*groups_of(1, size=1), *groups_of(1, size=1), *groups_of(1, size=2), *groups_of(1, size=3),
                      [[math.nan]]], VERDICT, names)  # fmt: skip
    second = table_of([*groups_of(0, size=1), *groups_of(1, size=2), *groups_of(1, size=3), *groups_of(2, size=9),
                       [[math.nan]]], [("verdict", "judge")], names)  # fmt: skip
    found = by_name(first, second)
    bits, rate = found["bits"], found["pass_rate"]
    assert np.isnan(bits.first).tolist() == np.isnan(bits.second).tolist() == [False, True, False, False, True]
    pairs = [0, 2, 3]
    third = math.log2(3) - 2 / 3  # bits of one of three
    assert bits.first[pairs] == pytest.approx([0, 1, third])
    # pairs of three with one pass: two of three are mixed; triples of nine with two: 2 * C(7, 2) + 7 of 84 are mixed
    assert bits.second[pairs] == pytest.approx([0, 2 / 3, (2 * 21 + 7) / 84 * third])
    assert (bits.size, bits.equal) == (2, False)  # the median of 2 and 3, cut
    assert bits.counts.size.tolist() == [1, 1, 2, 3, 0]
    assert rate.first[:4] == pytest.approx([1, 1, 1 / 2, 1 / 3])
    assert rate.second[:4] == pytest.approx([0, 1 / 2, 1 / 3, 2 / 9])
    assert rate.value(np.array([2]), np.array([8]), np.array([4])).tolist() == [0.25]
    assert "pass_rate" not in by_name(first, table_of([[[0.5]]], [("reward", "")], ["a"]))


def test_the_size_that_is_shown_is_the_median_over_problems_that_both_runs_have():
    first = table_of([part for n in (2, 3, 7, 1) for part in groups_of(1, size=n)], VERDICT, ["a", "b", "c", "d"])
    second = table_of([part for n in (3, 4, 8, 9) for part in groups_of(1, size=n)], VERDICT, ["a", "b", "c", "d"])
    found = by_name(first, second)
    assert [found[name].size for name in ("bits", "dead", "dead_all_fail")] == [3, 3, 3]
    assert found["dead"].counts.size.tolist() == [2, 3, 7, 0]  # a group of one is neither dead nor live


def test_groups_of_one_and_problems_of_one_run_have_no_part_in_what_is_cut():
    first = table_of([*groups_of(1, 2, size=2), *groups_of(0, size=1), *groups_of(0, size=2)], VERDICT, list("aaaz"))
    second = table_of(groups_of(1, size=3), VERDICT, ["a"])
    found = by_name(first, second)
    assert (found["dead"].first.tolist(), found["dead_all_fail"].first.tolist()) == ([0.5], [0])
    assert found["dead"].second == pytest.approx([1 / 3])
    assert [part.tolist() for part in (*found["dead"].counts.passes, *found["dead"].counts.attempts)] == [
        [3],
        [1],
        [4],
        [3],
    ]


def test_as_many_attempts_in_other_groups_are_cut_and_shares_are_of_attempts():
    first = table_of([*groups_of(2, size=2), *groups_of(0, size=4)], VERDICT, ["a", "a"])
    second = table_of(groups_of(0, 1, size=3), VERDICT, ["a", "a"])
    cut = by_name(first, second)["dead"]
    assert (cut.equal, cut.size) == (False, 2)
    assert cut.second == pytest.approx([(1 + 1 / 3) / 2])
    mixed = table_of([*groups_of(1, size=2), *groups_of(4, size=4)], VERDICT, ["a", "a"])
    whole = by_name(first, mixed)
    assert (whole["dead"].first.tolist(), whole["dead"].second.tolist()) == ([1], [4 / 6])
    assert (whole["dead_all_fail"].first.tolist(), whole["dead_all_fail"].second.tolist()) == ([4 / 6], [0])


def test_dead_by_another_number_is_not_compared():
    reward = table_of([[[0.5], [0.5]]], [("reward", "")], ["a"])
    found = by_name(table_of(groups_of(1, size=2), VERDICT, ["a"]), reward)
    assert list(found) == ["dead"]
    assert found["dead"].refused == "dead by verdict before, by reward now"
    assert np.isnan([found["dead"].first, found["dead"].second]).all()


def test_groups_of_which_some_verdict_is_missing_are_not_cut():
    measured = [("reward", ""), *VERDICT]
    few = table_of([[[1, 1], [1, math.nan]]], measured, ["a"])
    many = table_of([[[1, 1], [1, 1], [1, 1]]], measured, ["a"])
    assert by_name(few, many)["dead"].counts is None
