"""What a file is, from its first bytes and lines, whatever it is called."""

import gzip
import json
import pickle
import zipfile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from infoloop.verdict_logs.files import json_lines, opening
from infoloop.verdict_logs.files.opening import peek
from infoloop.verdict_logs.formats.log_format import LogError

ROWS = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}, {"a": 3, "b": "z"}, {"a": 4, "b": ""}]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS).encode()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (LINES, "lines"),
        (b"\xef\xbb\xbf\n" + LINES, "lines"),
        (b'{"a": broken\n' + LINES, "lines"),
        (gzip.compress(LINES, mtime=0), "lines"),
        (json.dumps(ROWS).encode(), "document"),
        (json.dumps(ROWS, indent=2).encode(), "document"),
        (b"[\n" + b",\n".join(LINES.split(b"\n")[:-1]) + b"\n]\n", "document"),
        (json.dumps({"columns": ["a", "b"], "data": [[r["a"], r["b"]] for r in ROWS]}).encode(), "table"),
    ],
)
def test_rows_are_seen_in_json_of_every_form(text, kind, tmp_path):
    (tmp_path / "log.json").write_bytes(text)
    found = peek(tmp_path / "log.json")
    assert (found.kind, list(found.records)) == (kind, ROWS[:3])


def test_rows_are_seen_in_tables(tmp_path):
    frame = pd.DataFrame(ROWS)
    frame.to_csv(tmp_path / "1.tsv", sep="\t")
    frame.to_parquet(tmp_path / "2.parquet")
    texts = [{"a": str(row["a"]), "b": row["b"]} for row in ROWS[:3]]
    assert (peek(tmp_path / "1.tsv").kind, list(peek(tmp_path / "1.tsv").records)) == ("table", texts)
    assert (peek(tmp_path / "2.parquet").kind, list(peek(tmp_path / "2.parquet").records)) == ("table", ROWS[:3])


def test_of_a_document_its_outermost_value_is_seen_with_its_lists_cut(tmp_path):
    value = {"eval": {"task": [{"status": "pass", "deep": [[[1]]]}] * 9}, "date": "x"}
    (tmp_path / "log.json").write_text(json.dumps(value))
    found = peek(tmp_path / "log.json")
    assert found.kind == "document"
    assert found.keys == {"eval", "date"}
    assert [row["status"] for row in found.records[0]["eval"]["task"]] == ["pass"] * 3


def test_members_of_an_archive_are_seen(tmp_path):
    with zipfile.ZipFile(tmp_path / "log.eval", "w") as archive:
        archive.writestr("header.json", "{}")
    assert peek(tmp_path / "log.eval") == (tmp_path / "log.eval", "zip", (), ("header.json",))


def test_a_pickle_is_refused(tmp_path):
    (tmp_path / "log.jsonl").write_bytes(pickle.dumps(ROWS))
    with zipfile.ZipFile(tmp_path / "log.pt", "w") as archive:
        archive.writestr("12/data.pkl", "")
    for name in ("log.jsonl", "log.pt"):
        with pytest.raises(LogError, match=f"{name}: a pickle, which would run code: write its rows as JSON lines"):
            peek(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "what"), [(b"[1, 2]", "JSON of 'list' without objects"), (b'{"a": ', "no JSON: give")]
)
def test_json_without_rows_is_refused(text, what, tmp_path):
    (tmp_path / "log.json").write_bytes(text)
    with pytest.raises(LogError, match=f"log.json: {what}"):
        peek(tmp_path / "log.json")


def test_a_first_line_beyond_the_bound_does_not_hide_the_others(tmp_path, monkeypatch):
    for module in (json_lines, opening):
        monkeypatch.setattr(module, "MOST_LINE", 2**20)
    rows = [{"a": k, "b": "x" * 700_000} for k in range(3)]  # each reaches into the next block
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "log.jsonl").write_bytes(b'{"a": "' + b"x" * 2**22 + b'"}\n' + text.encode())
    assert list(peek(tmp_path / "log.jsonl").records) == rows


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_text_in_utf_16_is_called_so(encoding, tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_bytes(("\ufeff" + LINES.decode()).encode(encoding))
    with pytest.raises(LogError, match=r"log\.jsonl: text in UTF-16: save it in UTF-8"):
        peek(path)


def test_a_table_with_a_name_twice_is_seen_with_all_its_names(tmp_path):
    path = tmp_path / "log.parquet"
    pq.write_table(pa.table([[1], [2], [3]], names=["a", "b", "a"]), path)
    assert dict(peek(path).records[0]) == {"a": None, "b": 2}
