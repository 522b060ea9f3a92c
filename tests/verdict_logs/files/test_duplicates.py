"""Rollouts that stand in a log twice, against a set of Python."""

import dataclasses
import random

import numpy as np

from infoloop.verdict_logs.files.duplicates import KnownHashes, first_times
from infoloop.verdict_logs.rollouts import Rollouts


def part_of(rows):
    problem, step, attempt = (np.array(values, dtype=object) for values in zip(*rows, strict=True))
    return Rollouts(problem, np.arange(len(rows)), step=step.astype(int), attempt=attempt)


def test_rollouts_that_come_for_the_first_time_are_those_that_a_set_has_not():
    draw = random.Random(3)
    known, there = KnownHashes(), set()
    for many in (1, 50, 3, 200, 7, 200, 1000):
        rows = [(f"p{draw.randrange(9)}", draw.randrange(20), str(draw.randrange(30))) for _ in range(many)]
        expected = []
        for row in rows:
            expected.append(row not in there)
            there.add(row)
        assert first_times(part_of(rows), known).tolist() == expected
        assert known.count == len(there)


def test_problem_step_group_and_attempt_all_count():
    one = Rollouts(np.array(["a"], object), np.array([1]), np.array([3]), np.array([0]), np.array([1]))
    known = KnownHashes()
    assert first_times(one, known).tolist() == [True]
    for field, value in (("problem", np.array(["b"], object)), ("step", [4]), ("group", [1]), ("attempt", [0])):
        assert first_times(dataclasses.replace(one, **{field: np.asarray(value)}), known).tolist() == [True]
    assert first_times(dataclasses.replace(one, group=np.array([None], object)), known).tolist() == [True]
    assert first_times(one, known).tolist() == [False]


def test_attempts_that_are_missing_are_rollouts_of_their_own_and_whole_floats_are_like_whole_numbers():
    known, kept = KnownHashes(), []
    for attempts in (np.array([1, 2, 3]), np.array([1.0, np.nan, np.nan]), np.array([2.0, 0.5, 0.5])):
        kept += first_times(Rollouts(np.full(3, "a", object), np.arange(3), attempt=attempts), known).tolist()
    assert kept == [True] * 3 + [False, True, True] + [False, True, False]


def test_runs_stay_few():
    known = KnownHashes()
    for i in range(1000):
        known.add(np.arange(10 * i, 10 * i + 10, dtype=np.uint64))
    assert sorted(map(len, known._runs), reverse=True) == [len(run) for run in known._runs]
    assert len(known._runs) < 15


def test_a_step_is_no_group():
    one = np.array([0, 0])
    part = Rollouts(np.array(["p", "p"]), one, step=np.array([1, 2]), group=np.array([2, 1]), attempt=one)
    assert first_times(part, KnownHashes()).tolist() == [True, True]
