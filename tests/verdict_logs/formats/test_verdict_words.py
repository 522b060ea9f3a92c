"""Verdicts as they are spelled: what each word says, and what is no verdict."""

import math

import numpy as np
import pandas as pd
import pytest

from infoloop.verdict_logs.formats.row_errors import RowError
from infoloop.verdict_logs.formats.verdict_words import read_verdicts

RIGHT, WRONG, NONE = 1.0, 0.0, None


def read(values, **more):
    return [None if math.isnan(value) else value for value in read_verdicts(pd.Series(values), **more).tolist()]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([1, 0, 1], [RIGHT, WRONG, RIGHT]),
        ([True, False], [RIGHT, WRONG]),
        ([1.0, math.nan, 0.0], [RIGHT, NONE, WRONG]),
        (["1", "0.0", " TRUE", "False ", None], [RIGHT, WRONG, RIGHT, WRONG, NONE]),
        (["Pass", "FAIL", "timed out", "timeout"], [RIGHT, WRONG, WRONG, WRONG]),
        (["correct", "incorrect", "yes", "no", "resolved"], [RIGHT, WRONG, RIGHT, WRONG, RIGHT]),
        (["passed", "failed: assert 1 == 2", "failed: "], [RIGHT, WRONG, WRONG]),
        (["C", "I", "N", "P"], [RIGHT, WRONG, WRONG, NONE]),
        ([True, None, False], [RIGHT, NONE, WRONG]),
        (pd.Categorical(["pass", "fail"]), [RIGHT, WRONG]),
    ],
)
def test_each_spelling_is_understood(values, found):
    assert read(values) == found


@pytest.mark.parametrize(
    ("values", "row", "what"),
    [
        (["pass", "maybe"], 1, "'maybe' is no verdict: give 0, 1, true or false"),
        (["C", "P", "C"], 0, "'C' is no verdict"),  # without an I it may be the letter of an answer
        (["A", "B", "C"], 0, "'A' is no verdict"),
        ([0, 1, 2], 2, "2 is no verdict: .* say with --threshold"),
        ([0.0, -1.0], 1, "-1.0 is no verdict"),
        (["1", "fail"], 1, "'fail' is a word among numbers"),
        (["pass", [1]], 1, "its values are nested"),
        (["pass", "\x1b[2J" + "x" * 99], 1, r"'\\x1b\[2J"),
    ],
)
def test_what_is_no_verdict_is_refused_with_its_row(values, row, what):
    with pytest.raises(RowError, match=what) as error:
        read_verdicts(pd.Series(values, index=range(10, 10 + len(values)), name="v"))
    assert error.value.row == 10 + row
    assert len(str(error.value)) < 250


def test_a_threshold_divides_grades_and_leaves_verdicts_alone():
    assert read([0.2, 0.5, math.nan, 0.9], threshold=0.5) == [WRONG, RIGHT, NONE, RIGHT]
    assert read([0, 1], threshold=3) == [WRONG, RIGHT]
    assert read(["0.2", "0.9"], threshold=0.5) == [WRONG, RIGHT]


def test_a_threshold_says_the_same_of_a_reward_in_every_part_of_a_log():
    assert read([0.0, 1.0], threshold=2, graded=True) == [WRONG, WRONG]
    assert read([0.0, 1.0, 3.0], threshold=2, graded=True) == [WRONG, WRONG, RIGHT]
    assert read([-1.0, 0.0], threshold=0, graded=True) == [WRONG, RIGHT]


def test_of_rewards_only_ends_are_verdicts():
    assert read([1.0, 0.0, -1.0, 0.3], graded=True) == [RIGHT, WRONG, WRONG, NONE]
    assert np.isnan(read_verdicts(pd.Series([0.3, 7.0]), graded=True)).all()
