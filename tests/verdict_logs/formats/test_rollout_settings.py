import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from infoloop.verdict_logs.formats.log_format import LogError, Settings
from infoloop.verdict_logs.formats.rollout_settings import (
    complete_rows,
    leave_out,
    need_columns,
    whole_steps,
    with_settings,
)
from infoloop.verdict_logs.formats.row_errors import RowError
from infoloop.verdict_logs.rollouts import Rollouts

PATH = Path("a.jsonl")


def small() -> Rollouts:
    numbers = np.array([0.0, 0.5, 1.0])
    return Rollouts(
        problem=np.array(["p", "q", "r"], object),
        row=np.array([1, 2, 3]),
        reward=numbers,
        rewards={"part": numbers},
        verdicts={"acc": np.array([0.0, 1.0, 1.0])},
        left_out={"pads": 1},
    )


def frame(**columns) -> pd.DataFrame:
    return pd.DataFrame(columns, index=[1, 2, 3])


def test_a_row_is_counted_under_its_first_reason():
    reasons = {
        "errors": np.array([True, True, False]),
        "pads": np.array([True, False, True]),
        "none": np.zeros(3, bool),
    }
    found = leave_out(small(), reasons)
    assert found.left_out == {"pads": 2, "errors": 2}
    assert found.problem.size == found.rewards["part"].size == found.verdicts["acc"].size == 0
    assert leave_out(small(), {"errors": np.array([False, True, False])}).row.tolist() == [1, 3]


def test_rows_that_lack_a_value_are_counted():
    kept, left_out = complete_rows(frame(step=[1, None, 3], prompt=[None, None, "p"]), ("step", "prompt"))
    assert kept.index.tolist() == [3]
    assert left_out == {"rows without step": 1, "rows without prompt": 1}


def test_columns_of_the_user_take_the_place_of_what_was_found():
    rows = frame(a=["x", "y", "y"], b=[1, 2, 3], c=[0.25, 0.5, 1.0], d=[True, False, True])
    columns = {"problem": "a", "step": "b", "group": "b", "attempt": "b", "reward": "c", "advantage": "c"}
    found = with_settings(small(), rows, PATH, Settings(columns | {"length": "c", "answer": "a", "pass": "d"}))
    assert found.problem.tolist() == ["x", "y", "y"]
    assert found.step is not None
    assert found.step.tolist() == [1, 2, 3]
    assert found.group is not None
    assert found.group.tolist() == ["1", "2", "3"]
    assert found.reward is not None
    assert found.reward.tolist() == [0.25, 0.5, 1.0]
    assert {name: values.tolist() for name, values in found.verdicts.items()} == {"d": [1, 0, 1], "acc": [0, 1, 1]}


def test_rows_that_were_left_out_have_no_value_taken():
    kept = leave_out(small(), {"errors": np.array([False, True, False])})
    assert with_settings(kept, frame(a=["x", "y", "z"]), PATH, Settings({"problem": "a"})).problem.tolist() == [
        "x",
        "z",
    ]


def test_a_threshold_judges_the_column_of_the_user_or_the_reward():
    rows = frame(c=[0.25, 0.5, None])
    found = with_settings(small(), rows, PATH, Settings({"pass": "c"}, threshold=0.5)).verdicts["c"]
    assert np.array_equal(found, [0.0, 1.0, np.nan], equal_nan=True)
    assert list(with_settings(small(), rows, PATH, Settings(threshold=0.5)).verdicts) == ["reward >= 0.5", "acc"]


def test_a_threshold_without_a_reward_is_refused_with_the_line_that_works():
    several = replace(small(), reward=None, rewards={"format": np.ones(3), "is_correct": np.ones(3)})
    with pytest.raises(LogError, match=r"^a.jsonl: --threshold 2 is for no one of 2 .*pass=is_correct --threshold 2$"):
        with_settings(several, frame(), PATH, Settings(threshold=2))
    with pytest.raises(LogError, match="no reward: leave it out"):
        with_settings(replace(several, rewards={}), frame(), PATH, Settings(threshold=2))


def test_several_verifiers_and_a_trusted_one_are_named():
    rows = frame(a=[1, 0, 1], b=[0, 0, 1], human=[True, False, None], part=[0, 2, 2])
    with_part = replace(small(), rewards={"part": np.array([0.0, 2.0, 2.0])})
    found = with_settings(with_part, rows, PATH, Settings({"pass": "a+b+part"}, trusted="human")).verdicts
    assert list(found) == ["a", "human", "b", "part", "acc"]
    assert found["part"].tolist() == [0, 1, 1]
    assert np.array_equal(found["human"], [1, 0, np.nan], equal_nan=True)
    with pytest.raises(LogError, match="n and c are columns of counts"):
        with_settings(small(), rows, PATH, Settings({"n": "a", "c": "b"}))


def test_a_column_may_stand_inside_another():
    rows = frame(metrics=[{"ok": 1}, {"ok": 0}, {}])
    found = with_settings(small(), rows, PATH, Settings({"pass": "metrics.ok"})).verdicts["metrics.ok"]
    assert np.array_equal(found, [1, 0, np.nan], equal_nan=True)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"pass": "right"}, r"^a.jsonl: there is no column 'right'; columns are b, c"),
        ({"pass": "c"}, r"^c: 0.5 is neither 0 nor 1: say from where on an answer is right with --threshold"),
        ({"step": "c"}, r"^c: 0.5 is no step: give every row a whole number"),
        ({"reward": "b"}, r"^b: 'two' is no number: name another column"),
        ({"problem": "b"}, r"^b: .* is no value: give every row one"),
    ],
)
def test_what_cannot_be_taken_is_said_in_a_line(columns, message):
    with pytest.raises(LogError, match=message) as caught:
        with_settings(small(), frame(b=[1, "two", None], c=[0.0, 0.5, 1.0]), PATH, Settings(columns))
    assert "\n" not in str(caught.value)
    assert getattr(caught.value, "row", 2) == (3 if "no value" in message else 2)


@pytest.mark.parametrize("step", [1.5, math.inf, -math.inf, 1e30, math.nan, "x", None])
def test_a_step_that_is_no_whole_number_is_refused_with_its_row(step):
    assert whole_steps(pd.Series([3, -4.0, "5"], dtype=object)).tolist() == [3, -4, 5]
    with pytest.raises(RowError, match=r"is no (step|number)") as error:
        whole_steps(pd.Series([3, step], index=[7, 8], name="step", dtype=object))
    assert error.value.row == 8


def test_a_column_that_is_not_there_is_named_with_those_that_are():
    need_columns(frame(step=[1, 2, 3]), ["step"])
    with pytest.raises(RowError, match=r"prompt: there is no such column; columns are step: another --format\?"):
        complete_rows(frame(step=[1, 2, 3]), ["step", "prompt"])
