"""Rollouts that stand in a log twice, against a set of tuples."""

import dataclasses
import random

import numpy as np

from infoloop.verdict_logs.files import duplicates
from infoloop.verdict_logs.files.duplicates import KnownRollouts, rollout_keys
from infoloop.verdict_logs.rollouts import Rollouts


def part_of(rows):
    problem, step, attempt = (np.array(values, dtype=object) for values in zip(*rows, strict=True))
    return Rollouts(problem, np.arange(len(rows)), step=step.astype(int), attempt=attempt)


def test_repeated_rollouts_are_those_that_a_set_has_seen():
    draw = random.Random(3)
    seen, there = KnownRollouts(), set()
    for many in (1, 50, 3, 200, 7, 200, 1000):
        rows = [(f"p{draw.randrange(9)}", draw.randrange(20), str(draw.randrange(30))) for _ in range(many)]
        expected = []
        for row in rows:
            expected.append(row in there)
            there.add(row)
        assert seen.repeated(part_of(rows)).tolist() == expected
        assert seen.count == len(there)
    assert len(seen.runs) <= 12


def test_problem_step_group_and_attempt_all_count():
    one = Rollouts(np.array(["a"], object), np.array([1]), np.array([3]), np.array([0]), np.array([1]))
    keys = {int(rollout_keys(one)[0])}
    for field, value in (("problem", np.array(["b"], object)), ("step", [4]), ("group", [1]), ("attempt", [0])):
        keys.add(int(rollout_keys(dataclasses.replace(one, **{field: np.asarray(value)}))[0]))
    assert len(keys) == 5


def test_beyond_the_bound_nothing_is_remembered(monkeypatch):
    monkeypatch.setattr(duplicates, "MOST_KEYS", 3)
    seen = KnownRollouts()
    assert not seen.repeated(part_of([("a", 1, "1"), ("b", 1, "1")])).any()
    assert not seen.repeated(part_of([("a", 1, "1"), ("b", 1, "1")])).any()
    assert seen.count == 2
