"""JSON lines: the same rows by pyarrow and line by line, and every line that is none counted with its number."""

import gzip
import json
import sys

import numpy as np
import pytest

from infoloop.verdict_logs.files import byte_streams, json_lines
from infoloop.verdict_logs.files.json_lines import line_blocks, read_lines
from infoloop.verdict_logs.files.omissions import Omissions
from infoloop.verdict_logs.formats.log_format import LogError

ROWS = [
    {"problem": f"p{k % 5}", "reward": 0.5 if k == 700 else k % 2, "step": k // 9, "text": "\u2028\u0085x" * (k % 3)}
    for k in range(1500)
]


def written(path, rows) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def rows_of(path, names, omissions=None):
    """Return the line number and the values of each row, and the names that were there to choose from."""
    seen = []

    def choose(found):
        seen.extend(found)
        return names

    parts = read_lines(path, choose, Omissions() if omissions is None else omissions)
    return [(row[0], *row[1:]) for part in parts for row in part.itertuples()], seen


@pytest.mark.parametrize("block", [20_000, 2**23])
@pytest.mark.parametrize("arrow", [True, False])
def test_rows_come_with_their_line_numbers(block, arrow, tmp_path, monkeypatch):
    path = tmp_path / "log.jsonl"
    written(path, ROWS)
    monkeypatch.setattr(json_lines, "byte_blocks", lambda path, found: byte_streams.byte_blocks(path, found, block))
    if not arrow:
        monkeypatch.setitem(sys.modules, "pyarrow.json", None)
    found, names = rows_of(path, ["step", "problem", "reward", "text"])
    assert names == list(ROWS[0])
    assert found == [(k, r["step"], r["problem"], r["reward"], r["text"]) for k, r in enumerate(ROWS, start=1)]


BAD = [
    (b'{"a": 1', "no JSON"),
    (b"[1, 2]", "no JSON object"),
    (b'"text"', "no JSON object"),
    (b'{"a": ' + b"[" * 3000 + b"]" * 3000 + b"}", "nested too deep"),
    (b'{"a": ' + b"7" * 5000 + b"}", "a whole number of more than 308 digits"),
    (b'{"a": "\xe9"}', "not UTF-8"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD)
def test_a_broken_line_is_counted_with_its_line_and_the_rest_is_read(bad, reason, tmp_path):
    path, omissions = tmp_path / "log.jsonl", Omissions()
    path.write_bytes(b'{"a": 1}\n\n' + bad + b'\n{"a": 2}\n' + bad + b'\n{"a": 3}\n')
    found, _ = rows_of(path, ["a"], omissions)
    assert found == [(1, 1), (4, 2), (6, 3)]
    assert omissions == {reason: (2, f"{path}:3")}


def test_a_last_line_that_is_cut_off_is_called_so(tmp_path):
    path, omissions = tmp_path / "log.jsonl", Omissions()
    path.write_bytes(b'{"a": 1}\n{"a": 2')
    assert rows_of(path, ["a"], omissions)[0] == [(1, 1)]
    assert omissions == {"the last line is cut off": (1, f"{path}:2")}
    path.write_bytes(b'{"a": 1}\n{"a": 2}')
    assert rows_of(path, ["a"])[0] == [(1, 1), (2, 2)]


def test_types_may_change_and_numbers_that_json_has_not_are_read(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_bytes(
        b'{"a": 7, "b": 1}\n{"a": "x", "b": NaN}\n{"a": null, "b": Infinity, "c": {"d": [1]}}\n{"b": true}\n'
    )
    found, _ = rows_of(path, ["a", "b", "c"])
    assert [row[1] for row in found[:2]] == [7, "x"]
    assert np.isnan(found[1][2])
    assert found[2][2] == np.inf
    assert found[2][3] == {"d": [1]}


@pytest.mark.parametrize("block", [10, 64, 2**20])
def test_a_line_that_is_too_long_is_skipped_wherever_blocks_end(block, tmp_path, monkeypatch):
    path, omissions = tmp_path / "log.jsonl", Omissions()
    long = b'{"a": "' + b"x" * 500 + b'"}\n'
    path.write_bytes(b'{"a": 1}\n' + long + b'{"a": 3}\n' + long + long + b'{"a": 6}\n')
    monkeypatch.setattr(json_lines, "MOST_LINE", 200)
    monkeypatch.setattr(json_lines, "byte_blocks", lambda path, found: byte_streams.byte_blocks(path, found, block))
    if block > 500:  # such a line is within one block, and read
        assert len(rows_of(path, ["a"], omissions)[0]) == 6
        return
    assert rows_of(path, ["a"], omissions)[0] == [(1, 1), (3, 3), (6, 6)]
    assert omissions == {"longer than 200 bytes": (3, f"{path}:2")}


def test_blocks_are_whole_lines_and_are_numbered(tmp_path, monkeypatch):
    path = tmp_path / "log.jsonl"
    text = b"".join(b"x" * (k % 7) + b"\n" for k in range(40)) + b"end"
    path.write_bytes(text)
    monkeypatch.setattr(json_lines, "byte_blocks", lambda path, found: byte_streams.byte_blocks(path, found, 9))
    blocks = list(line_blocks(path, Omissions()))
    assert b"".join(block for _, _, block in blocks) == text
    ahead = 1
    for line, lines, block in blocks:
        assert (line, lines) == (
            ahead,
            len(block.rstrip(b"\n").split(b"\n")) if block == b"end" else block.count(b"\n"),
        )
        ahead += lines


def test_gzip_is_read_and_too_many_keys_are_refused(tmp_path, monkeypatch):
    (tmp_path / "log.gz").write_bytes(gzip.compress(b'{"a": 1}\n{"b": 2}\n'))
    assert rows_of(tmp_path / "log.gz", ["a"])[1] == ["a", "b"]
    monkeypatch.setattr(json_lines, "MOST_COLUMNS", 1)
    with pytest.raises(LogError, match=r"log\.gz: there are 2 keys, at most 1 are read"):
        rows_of(tmp_path / "log.gz", ["a", "b"])


def test_blank_lines_are_counted_as_lines_and_not_as_rows(tmp_path):
    path, omissions = tmp_path / "log.jsonl", Omissions()
    path.write_bytes(b'\n{"a": 1}\n  \r\n\n{"a": 2}\r\n')
    assert rows_of(path, ["a"], omissions)[0] == [(2, 1), (5, 2)]
    assert omissions == {}


def test_a_line_that_never_ends_is_not_kept(tmp_path, monkeypatch):
    path, omissions = tmp_path / "log.jsonl", Omissions()
    path.write_bytes(b'{"a": 1}\n' + b"x" * 1000)
    monkeypatch.setattr(json_lines, "MOST_LINE", 200)
    monkeypatch.setattr(json_lines, "byte_blocks", lambda path, found: byte_streams.byte_blocks(path, found, 100))
    assert [len(block) for _, _, block in line_blocks(path, omissions)] == [9]
    assert omissions == {"longer than 200 bytes": (1, f"{path}:2")}


@pytest.mark.parametrize("late", [{"pass": 1}, {"p\u00e4ss": 1}, {"pass": {"nested": 1}}])
@pytest.mark.parametrize("gone", ["", "note"])
@pytest.mark.parametrize("block", [20_000, 2**23])
def test_a_key_that_first_comes_after_the_sample_is_read(late, gone, block, tmp_path, monkeypatch):
    """A renamed key too, which leaves as many keys in each line."""
    rows = [{"problem": f"p{k % 5}", "note": '"x": {"y": 1}'} for k in range(1500)]
    for k in range(1200, 1500):
        rows[k] = {name: value for name, value in rows[k].items() if name != gone} | late
    path, (name, value) = tmp_path / "log.jsonl", *late.items()
    written(path, rows)
    monkeypatch.setattr(json_lines, "byte_blocks", lambda path, found: byte_streams.byte_blocks(path, found, block))
    frames = list(read_lines(path, lambda names: [found for found in names if found != "note"], Omissions()))
    found = [row for frame in frames for row in frame.to_dict("records")]
    assert [row["problem"] for row in found] == [row["problem"] for row in rows]
    assert [row.get(name) for row in found[1200:]] == [value] * 300


def test_keys_of_all_blocks_are_few_enough(tmp_path, monkeypatch):
    path = tmp_path / "log.jsonl"
    written(path, [{"a": 1}] * 1100 + [{"a": 1, "b": 2}])
    monkeypatch.setattr(json_lines, "MOST_COLUMNS", 1)
    with pytest.raises(LogError, match=r"there are 2 keys, at most 1 are read"):
        list(read_lines(path, lambda names: names, Omissions()))


def test_a_text_that_is_not_utf_8_is_counted_behind_the_sample_too(tmp_path):
    path, omissions = tmp_path / "log.jsonl", Omissions()
    path.write_bytes(b'{"a": "x"}\n' * 1500 + b'{"a": "\xe9"}\n' + b'{"a": "y"}\n')
    assert len(rows_of(path, ["a"], omissions)[0]) == 1501
    assert omissions == {"not UTF-8": (1, f"{path}:1501")}
