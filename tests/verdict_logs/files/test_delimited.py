"""CSV and TSV by any delimiter; what `test_reader` tells of their faults is not repeated."""

import csv
import gzip

import pytest

from infoloop.verdict_logs.files import delimited
from infoloop.verdict_logs.files.delimited import first_records, line_of, read_delimited
from infoloop.verdict_logs.files.omissions import Omissions
from infoloop.verdict_logs.formats.log_format import LogError


def rows_of(path):
    return [tuple(row) for part in read_delimited(path, lambda names: names, Omissions()) for row in part.itertuples()]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_told_from_the_header(delimiter, tmp_path):
    path, text = tmp_path / "log", 'a,"b x",c\n1,"x\n;,\t",3\n\n4,"""",6\n'
    rows = list(csv.reader(text.splitlines(keepends=True)))
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(row for row in rows if row)
    assert rows_of(path) == [(1, "1", "x\n;,\t", "3"), (2, "4", '"', "6")]
    assert first_records(path) == [{"a": "1", "b x": "x\n;,\t", "c": "3"}, {"a": "4", "b x": '"', "c": "6"}]
    assert line_of(path, 2) == 4


@pytest.mark.parametrize("first", ["", "Unnamed: 0"])
def test_a_first_column_of_row_numbers_is_none(first, tmp_path):
    path = tmp_path / "log.csv.gz"
    path.write_bytes(gzip.compress(f"{first},a,b\n0,x,1\n1,,2\n".encode()))
    (one, two) = rows_of(path)
    assert one == (1, "x", "1")
    assert two[2] == "2"
    assert list(first_records(path)[0]) == ["a", "b"]


def test_a_quotation_mark_that_is_not_closed_takes_bounded_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "_MOST_CHUNK_BYTES", 2**12)
    path = tmp_path / "log.csv"
    path.write_text('a,b\n1,"2\n' + "3,4\n" * 10_000)
    with pytest.raises(LogError, match=r"log\.csv: not CSV: a quoted field before line 10,003 is not closed"):
        rows_of(path)


def test_the_limit_of_the_csv_module_stays_as_it_was(tmp_path):
    before = csv.field_size_limit()
    (tmp_path / "log.csv").write_text("a,b\n" + "x" * 200_000 + ",2\n")
    assert len(rows_of(tmp_path / "log.csv")[0][1]) == 200_000
    assert csv.field_size_limit() == before
