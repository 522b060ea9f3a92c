"""Rollouts hold what a log has, and are frozen."""

import dataclasses

import numpy as np
import pytest

from infoloop.verdict_logs.rollouts import Rollouts


def test_what_a_log_has_not_is_none_or_empty():
    part = Rollouts(np.array(["a"]), np.array([1]))
    rest = {field.name: getattr(part, field.name) for field in dataclasses.fields(part)[2:]}
    assert {name for name, value in rest.items() if value is None} == {
        "step", "group", "attempt", "reward", "advantage", "length", "answer",
    }  # fmt: skip
    assert (rest["rewards"], rest["verdicts"], rest["left_out"]) == ({}, {}, {})


def test_rollouts_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Rollouts(np.array(["a"]), np.array([1])).step = None  # ty: ignore[invalid-assignment]
