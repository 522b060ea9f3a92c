"""A path names what stands inside the objects of a column; a column of that name comes first."""

import pandas as pd
import pytest

from infoloop.verdict_logs.formats.column_paths import column_at, outer_column, with_paths

FRAME = pd.DataFrame({"a": [{"b": {"c": 1}}, {"b": 2}, None], "a.b": [{"c": 7}, 8, 9], "x.y": [1, 2, 3]})


def test_the_longest_column_of_the_path_is_taken():
    found = column_at(FRAME, "a.b.c")
    assert found is not None
    assert found.iloc[0] == 7
    assert found.isna().tolist() == [False, True, True]
    assert outer_column("a.q.c", list(FRAME)) == "a"


@pytest.mark.parametrize("name", ["a.q", "b.c", "", ".", "a."])
def test_a_path_to_nothing_is_no_column(name):
    assert column_at(FRAME, name) is None


def test_a_column_with_a_dot_in_its_name_is_itself():
    found = column_at(FRAME, "x.y")
    assert found is not None
    assert found.tolist() == [1, 2, 3]
    assert list(with_paths(FRAME, ["x.y", "none.such"])) == list(FRAME)


def test_columns_of_numbers_are_none_of_a_path_and_are_left_in_peace():
    frame = pd.DataFrame({0: [1, 2], "a": [{"b": 3}, {"b": 4}]})
    found = column_at(frame, "a.b")
    assert found is not None
    assert found.tolist() == [3, 4]
    assert column_at(frame, "0.b") is column_at(frame, "0") is None


def test_what_stands_inside_keeps_the_rows_and_the_path_as_its_name():
    frame = FRAME.set_index(pd.Index([7, 5, 9]))
    found = column_at(frame, "a.b.c")
    assert found is not None
    assert (found.index.tolist(), found.name) == ([7, 5, 9], "a.b.c")
    assert with_paths(frame, ["a.b.c"])["a.b.c"].tolist()[0] == 7
