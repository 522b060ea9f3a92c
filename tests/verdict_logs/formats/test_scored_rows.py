"""Ids as names, words as verdicts, and rows that say their scores by name."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from infoloop.verdict_logs.formats.log_format import LogError, Settings
from infoloop.verdict_logs.formats.scored_rows import (
    counted_reasons,
    mark,
    number_of,
    problem_name,
    problem_names,
    refuse_columns,
    scored_rollouts,
    spelled,
    texts,
)

PATH = Path("log.json")


def row(problem, why=None, **scores) -> dict:
    return {"problem": problem, "attempt": 0, "answer": None, "length": math.nan, "left_out": why, **scores}


def frame_of(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame(list(rows), index=range(1, len(rows) + 1))


def taken(frame: pd.DataFrame, settings: Settings) -> Any:
    return scored_rollouts(frame, PATH, settings)


def test_names_are_texts_and_whole_numbers():
    names = [problem_name(value) for value in ("a", 0, -7, 3.0, np.int64(5), 3.5, math.nan, None, True, [1], {"a": 1})]
    assert names == ["a", "0", "-7", "3", "5", None, None, None, None, None, None]
    assert problem_name(10**30) is None


def test_long_names_and_half_characters():
    long, other = str(problem_name("a" * 3000)), str(problem_name("a" * 3001))
    assert len(long) == len(other) < 100
    assert long != other
    assert problem_name("\ud800") == "\\ud800"


@pytest.mark.parametrize("kind", [None, object, "category"])
def test_columns_of_names(kind):
    column = pd.Series(["b", None, "a", "b"], dtype=kind)
    assert problem_names(column).tolist() == ["b", None, "a", "b"]


def test_columns_of_numbers_and_of_mixed_values():
    assert problem_names(pd.Series([3, 1, 3])).tolist() == ["3", "1", "3"]
    assert problem_names(pd.Series([3.0, math.nan])).tolist() == ["3", None]
    assert problem_names(pd.Series([1, True, "1", [1]], dtype=object)).tolist() == ["1", None, "1", None]
    assert problem_names(pd.Series([], dtype=object)).tolist() == []


def test_words_are_read_and_others_are_not():
    words = {"pass": 1.0, "fail": 0.0}
    assert np.array_equal(spelled(pd.Series(["fail", "pass", "?"]), words), [0, 1, math.nan], equal_nan=True)
    nested = pd.Series(["fail", ["pass"], {"a": 1}, None], dtype=object)
    assert np.array_equal(spelled(nested, words), [0, math.nan, math.nan, math.nan], equal_nan=True)
    flags = spelled(pd.Series([True, False, None], dtype=object), {True: 1.0, False: 0.0})
    assert np.array_equal(flags, [1, 0, math.nan], equal_nan=True)


def test_numbers_in_any_form():
    values = (
        True,
        False,
        1,
        0.25,
        "True",
        "FALSE",
        "0.5",
        "1e400",
        "nan",
        "9" * 50,
        10**400,
        math.inf,
        [1],
        None,
        "no",
    )
    found = [number_of(value) for value in values]
    assert found[:7] == [1, 0, 1, 0.25, 1, 0, 0.5]
    assert all(math.isnan(number) for number in found[7:])


def test_marks_are_equal_for_equal_values_only():
    values = ["a", "b", ["a"], [["a"]], {"a": 1}, 1, "\ud800"]
    assert len({mark(value) for value in values}) == len(values)
    assert mark(json.loads('{"a": [1, "x"]}')) == mark({"a": [1, "x"]})


def test_texts_and_lengths():
    found, length = texts(pd.Series(["abc", None, 7], dtype=object))
    assert found.tolist() == ["abc", None, None]
    assert np.array_equal(length, [3, math.nan, math.nan], equal_nan=True)


def test_reasons_are_counted():
    assert counted_reasons(np.array(["b", None, "a", "b"], dtype=object)) == {"a": 1, "b": 2}
    assert counted_reasons(np.array([None], dtype=object)) == {}


def test_rows_become_rollouts_and_those_without_verdict_are_counted():
    made = frame_of(
        row("a", **{"verdict:v": 1.0, "verdict:w": math.nan}),
        row("b", **{"verdict:v": math.nan, "verdict:w": 0.0}),
        row("c", **{"verdict:v": math.nan, "verdict:w": math.nan}),
        row(None, **{"verdict:v": 1.0, "verdict:w": 1.0}),
        row("d", "an error", **{"verdict:v": 1.0, "verdict:w": 1.0}),
    )
    found = taken(made, Settings())
    assert found.problem.tolist() == ["a", "b"]
    assert found.row.tolist() == [1, 2]
    assert np.array_equal(found.verdicts["v"], [1, math.nan], equal_nan=True)
    assert np.array_equal(found.verdicts["w"], [math.nan, 0], equal_nan=True)
    assert found.left_out == {"no verdict": 1, "no id": 1, "an error": 1}


def test_a_verifier_that_judged_nothing_is_none():
    made = frame_of(row("a", **{"verdict:v": 1.0, "verdict:w": math.nan}))
    assert list(taken(made, Settings()).verdicts) == ["v"]


def test_lines_and_attempts_are_taken_over():
    made = frame_of(row("a", **{"verdict:v": 1.0}), row("b", **{"verdict:v": 0.0})).assign(
        line=[7, 9], attempt=[2, None]
    )
    found = taken(made, Settings())
    assert found.row.tolist() == [7, 9]
    assert found.attempt is None


def test_a_threshold_judges_only_where_there_is_no_verdict():
    made = frame_of(row("a", **{"graded:g": 0.4}), row("a", **{"graded:g": 0.6}))
    assert taken(made, Settings()).verdicts == {}
    assert taken(made, Settings(threshold=0.6)).verdicts["g"].tolist() == [0, 1]
    both = taken(made.assign(**{"verdict:v": [1.0, 0.0]}), Settings(threshold=0.5))
    assert list(both.verdicts) == ["v"]
    assert both.reward is None
    assert both.rewards["g"].tolist() == [0.4, 0.6]


def test_nothing_scored_leaves_all_out():
    assert taken(frame_of(row("a"), row("b")), Settings()).left_out == {"no verdict": 2}


def test_columns_are_refused_with_the_file():
    refuse_columns(Settings(threshold=0.5), PATH)
    with pytest.raises(LogError, match=r"log\.json: columns cannot be named"):
        refuse_columns(Settings(columns={"pass": "x"}), PATH)


def test_a_reason_that_is_given_stays():
    assert taken(frame_of(row(None, "an error", **{"verdict:v": 1.0})), Settings()).left_out == {"an error": 1}


def test_a_verifier_with_verdicts_and_grades_is_judged_by_the_threshold():
    made = frame_of(*(row("a", **{"verdict:v": own, "graded:v": grade}) for own, grade in ((1, 1), (math.nan, 0.5))))
    assert taken(made, Settings(threshold=0.5)).verdicts["v"].tolist() == [1, 1]
    assert taken(made, Settings(threshold=0.6)).verdicts["v"].tolist() == [1, 0]


def test_attempts_that_are_numbers_are_those_of_their_file():
    made = frame_of(row("a", **{"verdict:v": 1.0}), row("a", **{"verdict:v": 0.0})).assign(attempt=[3, "run x"])
    assert taken(made, Settings()).attempt.tolist() == ["3 of /log.json", "run x"]
