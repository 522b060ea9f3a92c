"""Entropy among answers by window, against counts in plain Python."""

import dataclasses
import math
from collections import Counter

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.groups.answer_entropy import entropy_by_window
from infoloop.verdict_logs.groups.group_table import collect_groups
from infoloop.verdict_logs.rollouts import Rollouts

GROUPS = ((1, "aabb"), (1, "abcd"), (2, "aaaaaaab"), (2, "x"), (3, "aaab"))


def table_of_answers(groups):
    rows = [(f"p{i}", step, answer) for i, (step, answers) in enumerate(groups) for answer in answers]
    problem, step, answer = (
        np.array(x, kind) for x, kind in zip(zip(*rows, strict=True), (object, int, object), strict=True)
    )
    return collect_groups([Rollouts(problem, np.arange(len(rows)), step=step, answer=answer)])


def plug_in(answers):
    return -sum(c / len(answers) * math.log2(c / len(answers)) for c in Counter(answers).values())


def test_windows_have_the_means_of_their_groups_and_the_correction_is_cut_at_what_answers_can_have():
    windows = entropy_by_window(table_of_answers(GROUPS), 2)
    assert [(w.first, w.last, w.groups) for w in windows] == [(1, 2, 3), (3, 3, 1)] or len(windows) == 2
    for window in windows:
        groups = [a for step, a in GROUPS if window.first <= step <= window.last and len(a) > 1]
        corrected = [plug_in(a) + (len(set(a)) - 1) / (2 * len(a) * math.log(2)) for a in groups]
        most = [math.log2(len(a)) for a in groups]
        assert window.groups == len(groups)
        sums = rounding(sum(map(len, groups)))
        assert window.distinct == np.mean([len(set(a)) for a in groups])
        assert window.plug_in == pytest.approx(np.mean([plug_in(a) for a in groups]), rel=sums)
        assert window.miller_madow == pytest.approx(np.mean(np.minimum(corrected, most)), rel=sums)
        assert window.cut == sum(c > m for c, m in zip(corrected, most, strict=True))
        assert window.plug_in <= window.miller_madow <= window.most
    assert sum(window.cut for window in windows) == 1


def test_without_answers_there_is_nothing():
    assert entropy_by_window(collect_groups([Rollouts(np.array(["a"]), np.ones(1), reward=np.ones(1))])) == ()
    assert entropy_by_window(table_of_answers(((1, "a"), (2, "b")))) == ()


def test_windows_and_groups_that_tell_nothing_are_passed_over():
    (found,) = entropy_by_window(table_of_answers(((1, "a"), (2, "ab"))))
    assert (found.first, found.groups, found.plug_in) == (2, 1, 1.0)
    table = table_of_answers(((1, "ab"), (1, "abcd")))
    lost = np.where(np.arange(2) == 0, math.nan, table.answer_bits)  # its answers could not be kept
    (found,) = entropy_by_window(dataclasses.replace(table, answer_bits=lost))
    assert (found.groups, found.plug_in) == (1, 2.0)
