"""JSON within bounds: documents and lines, cut, long, nested, and in other encodings."""

import io

import pytest

from infoloop.verdict_logs.formats import json_records
from infoloop.verdict_logs.formats.json_records import Fault, numbered_records, parsed_json, whole_document


def records(source: bytes) -> list:
    return list(numbered_records(io.BytesIO(source)))


def test_lines_are_numbered_and_blank_ones_passed_over():
    assert records(b'\n  \n{"a": 1}\r\n\n{"a": 2}') == [(3, {"a": 1}), (5, {"a": 2})]


def test_a_mark_of_the_encoding_is_passed_over():
    assert records(b"\xef\xbb\xbf[1]") == [(1, 1)]
    assert whole_document(io.BytesIO(b"\xef\xbb\xbf[1]")) == [1]


def test_an_array_and_a_document_on_several_lines():
    assert records(b'[\n {"a": 1},\n {"a": 2}\n]') == [(1, {"a": 1}), (2, {"a": 2})]
    assert records(b'{\n "a": 1\n}') == [(1, {"a": 1})]


def test_a_line_that_is_cut_is_said_and_the_next_one_read():
    assert records(b'{"a": 1}\n{"a": \n{"a": 3}\n') == [(1, {"a": 1}), (2, "a line that is not JSON"), (3, {"a": 3})]


def test_a_long_line_is_passed_over_in_pieces(monkeypatch):
    monkeypatch.setattr(json_records, "LONGEST_LINE", 2**20)
    long = b'{"a": "' + b"x" * (3 * 2**20) + b'"}\n'
    found = records(b'{"a": 1}\n' + long + b'{"a": 2}')
    assert found == [(1, {"a": 1}), (2, "a line longer than 1 MiB"), (3, {"a": 2})]


def test_a_long_document_is_refused(monkeypatch):
    monkeypatch.setattr(json_records, "LONGEST_DOCUMENT", 2**20)
    with pytest.raises(ValueError, match="longer than 1 MiB"):
        whole_document(io.BytesIO(b" " * 2**20 + b"1"))
    assert whole_document(io.BytesIO(b" " * (2**20 - 1) + b"1")) == 1


@pytest.mark.parametrize("source", [b"", b"{", b"\xff", b"[" * 100_000, b"nul", b'[1]\n{"a": 1}'])
def test_what_is_no_json_is_refused_in_one_line(source):
    for read in (parsed_json, lambda data: records(data)):
        with pytest.raises(ValueError, match=r"^not JSON: [^\n]+$"):
            read(source)


def test_a_long_whole_number_is_infinite():
    assert parsed_json(b'{"a": -' + b"9" * 5000 + b', "b": 7}') == {"a": -float("inf"), "b": 7}


def test_a_text_of_the_file_is_no_fault_of_the_reader():
    found = records(b'{"a": 1}\n"a line that is not JSON"\n{')
    assert [isinstance(value, Fault) for _, value in found] == [False, False, True]
