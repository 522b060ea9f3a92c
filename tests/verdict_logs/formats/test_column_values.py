from hashlib import blake2b

import numpy as np
import pandas as pd
import pytest

from infoloop.verdict_logs.formats.column_values import (
    column_kind,
    column_numbers,
    hashed_names,
    is_binary,
    text_hashes,
    text_lengths,
    typed_columns,
    zero_one_verdicts,
)
from infoloop.verdict_logs.formats.text_hashing import hash_texts


@pytest.mark.parametrize(
    ("values", "kind", "numbers"),
    [
        ([True, None, False], "flag", [1, np.nan, 0]),
        (["True", "False", None], "flag", [1, 0, np.nan]),
        ([0.5, None, 1], "float", [0.5, np.nan, 1]),
        ([1, 2, None], "whole", [1, 2, np.nan]),
        (["7", "x", None], "text", [7, np.nan, np.nan]),
        ([None, None, None], "none", [np.nan] * 3),
        ([[1], {"a": 1}, 2], "other", [np.nan, np.nan, 2]),
    ],
)
def test_what_a_column_holds(values, kind, numbers):
    column = pd.Series(values, dtype=object)
    assert column_kind(column) == kind
    assert np.array_equal(column_numbers(column), numbers, equal_nan=True)


def test_texts_are_numbers_where_the_whole_frame_is_texts():
    texts = pd.DataFrame({"a": ["1.5", None], "b": ["1", "2"], "c": ["1", "x"], "d": [None, None]}, dtype=object)
    assert [column_kind(typed_columns(texts, ())[name]) for name in "abcd"] == ["float", "whole", "text", "none"]
    mixed = texts.assign(e=[1.0, 2.0])
    assert typed_columns(mixed, ()) is mixed
    assert typed_columns(texts, ("b",))["b"].tolist() == ["1", "2"]


@pytest.mark.parametrize("dtype", ["bool", "boolean", "int64", "Int64", "float32"])
def test_typed_columns_are_numbers_too(dtype):
    assert column_numbers(pd.Series([1, 0], dtype=dtype)).tolist() == [1.0, 0.0]


def test_equal_texts_have_equal_hashes_and_nested_values_those_of_their_json():
    column = pd.Series(["a", None, "a", [{"b": 1, "a": 2}], np.array(["x"], object)], dtype=object)
    texts = ["a", "", "a", '[{"a": 2, "b": 1}]', '["x"]']
    assert text_hashes(column).tolist() == hash_texts(pd.Series(texts)).tolist()
    assert text_lengths(column).tolist() == [float(len(text)) for text in texts]


def test_a_lone_surrogate_has_a_hash():
    assert text_hashes(pd.Series(["\ud800"], dtype=object)).dtype == np.uint64


def test_names_of_several_columns_differ_where_one_does():
    found = hashed_names(pd.Series(["p", "p", "q", "p"]), pd.Series(["1", "2", "1", "1"]))
    assert found.tolist() == [
        blake2b(text.encode(), digest_size=8).hexdigest() for text in ("p\0001", "p\0002", "q\0001", "p\0001")
    ]


def test_verdicts_are_what_takes_only_two_values_and_no_count():
    numbers = {
        "format": np.array([1.0, 1.0, 0.0]),
        "two": np.array([0.0, 2.0, np.nan]),
        "win": np.array([-1.0, 1.0, np.nan]),
        "graded": np.array([0.0, 0.5, 1.0]),
        "num_turns": np.ones(3),
        "tool_calls": np.ones(3),
        "acc": np.array([0.0, 1.0, 1.0]),
        "none": np.full(3, np.nan),
    }
    assert list(zero_one_verdicts(numbers)) == ["acc", "win"]
    found = zero_one_verdicts(numbers, numbers)
    assert list(found) == ["acc", "two", "win"]
    assert np.array_equal(found["two"], [0.0, 1.0, np.nan], equal_nan=True)
    assert np.array_equal(found["win"], [0.0, 1.0, np.nan], equal_nan=True)


@pytest.mark.parametrize(
    ("values", "binary"),
    [
        ([0, 2], True), ([-0.5, 0.5], True), ([-1, 0, 1], True), ([0.5], True), ([0, 0.5, 1], False),
        ([-0.5, 0], False), ([-0.5, 1], False), ([1, 2], False), ([np.nan], False), ([], False),
    ],
)  # fmt: skip
def test_two_values_are_those_of_verdicts_where_one_is_0_or_they_are_opposite(values, binary):
    assert is_binary(np.array(values, float)) is binary
