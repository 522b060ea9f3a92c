"""Rows of every kind of file, and the place of a row in words."""

import gzip
import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from infoloop.verdict_logs.files.log_rows import container, made_by_format, place_of, read_rows
from infoloop.verdict_logs.files.omissions import Omissions
from infoloop.verdict_logs.files.opening import peek
from infoloop.verdict_logs.formats import counts, lm_eval, plain
from infoloop.verdict_logs.formats.log_format import LogError, LogFormat, Settings

ROWS = [{"id": "a", "pass": 1, "note": "x\ny"}, {"id": "b", "pass": 0, "note": ""}]


def written(folder):
    frame = pd.DataFrame(ROWS)
    frame.to_csv(folder / "1.csv", index=False)
    frame.to_parquet(folder / "2.parquet")
    (folder / "3.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (folder / "4.json").write_text(json.dumps(ROWS))
    (folder / "5.json.gz").write_bytes(
        gzip.compress(json.dumps({"columns": ["id", "pass"], "data": [["a", 1], ["b", 0]]}).encode())
    )
    return {
        "1.csv": "delimited",
        "2.parquet": "arrow",
        "3.jsonl": "lines",
        "4.json": "document",
        "5.json.gz": "document",
    }


def test_every_kind_of_file_gives_the_same_rows(tmp_path):
    places = {"1.csv": ":4", "3.jsonl": ":2"}
    for name, kind in written(tmp_path).items():
        opening = peek(tmp_path / name)
        (frame,) = read_rows(opening, plain.FORMAT, Settings(), Omissions())
        assert container(opening) == kind
        assert frame["id"].tolist() == ["a", "b"]
        assert frame["pass"].astype(int).tolist() == [1, 0]
        assert list(frame) == ["id", "pass"]
        assert frame.index.tolist() == [1, 2]
        assert place_of(opening, 2) == f"{tmp_path / name}{places.get(name, ':row 2')}"


def test_lines_that_belong_together_are_made_into_rows_by_their_format():
    assert made_by_format("lines", lm_eval.FORMAT)
    assert not made_by_format("lines", counts.FORMAT)
    assert made_by_format("document", counts.FORMAT)
    assert made_by_format("zip", plain.FORMAT)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("line 3: \x1b[2J"), "no X that can be read: line 3: "),
        (KeyError("eval"), "no X that can be read: 'eval'"),
        (RecursionError(), "nested too deep for X"),
        (LogError("as it is"), "^as it is$"),
    ],
)
def test_what_a_format_cannot_read_is_one_line_with_the_file(error, message, tmp_path):
    def rows(source):
        source.read()
        raise error

    written(tmp_path)
    form = LogFormat("x", "X", "", lambda _: True, plain.rollouts, rows=rows)
    with pytest.raises(LogError, match=message) as found:
        list(read_rows(peek(tmp_path / "4.json"), form, Settings(), Omissions()))
    assert "\x1b" not in str(found.value)
    assert len(str(found.value).splitlines()) == 1


def test_a_wanted_column_that_a_table_has_twice_is_refused_and_another_is_not(tmp_path):
    path = tmp_path / "log.parquet"
    pq.write_table(pa.table([["a"], [1], [1], [0]], names=["id", "pass", "note", "note"]), path)
    assert next(read_rows(peek(path), plain.FORMAT, Settings(), Omissions())).to_dict("records") == [
        {"id": "a", "pass": 1}
    ]
    pq.write_table(pa.table([["a"], [1], [0]], names=["id", "pass", "pass"]), path)
    with pytest.raises(LogError, match=r"log\.parquet: pass: the table has it twice: rename one"):
        next(read_rows(peek(path), plain.FORMAT, Settings(), Omissions()))
