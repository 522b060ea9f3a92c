"""One JSON value: its rows, with numbers, wherever they stand in it."""

import json

import pytest

from infoloop.verdict_logs.files.json_documents import (
    document_rows,
    document_value,
    is_table,
    read_records,
    table_records,
)
from infoloop.verdict_logs.files.omissions import Omissions
from infoloop.verdict_logs.formats.log_format import LogError


def test_rows_of_a_list_a_table_and_an_object():
    table = {"columns": ["", "a", "b"], "data": [[0, 1, "x"], [1, 2, "y"]], "ncols": 3}
    assert is_table(table)
    assert list(document_rows(table)) == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    assert list(document_rows([{"a": 1}])) == [{"a": 1}]
    assert list(document_rows({"a": 1})) == [{"a": 1}]
    empty = {"columns": ["a"], "data": []}
    assert list(document_rows(empty)) == []
    assert list(table_records(empty)) == [{"a": None}]
    assert not is_table([{"columns": [], "data": []}])


def test_what_is_no_object_is_counted(tmp_path):
    omissions = Omissions()
    (part,) = read_records(tmp_path / "f", [{"a": 1}, 7, {"a": 2}, None], lambda names: names, omissions)
    assert part["a"].tolist() == [1, 2]
    assert part.index.tolist() == [1, 3]
    assert omissions == {"no JSON object": (2, f"{tmp_path / 'f'}:row 2")}


def test_what_is_no_json_is_refused(tmp_path):
    path = tmp_path / "log.json"
    path.write_text(json.dumps([{"a": 1}])[:-1])
    with pytest.raises(LogError, match=r"log\.json: no JSON: give a whole JSON value, or one in each line"):
        document_value(path)
    path.write_text("[" * 100_000)
    with pytest.raises(LogError, match=r"log\.json: nested too deep"):
        document_value(path)
