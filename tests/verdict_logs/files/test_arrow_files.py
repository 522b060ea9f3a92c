"""Parquet and Arrow files: plain columns, in batches, with row numbers."""

import gzip
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from infoloop.verdict_logs.files.arrow_files import arrow_kind, arrow_names, read_arrow
from infoloop.verdict_logs.formats.log_format import LogError

TABLE = pa.table(
    {
        "word": pa.array(["x", None, "y"] * 4).dictionary_encode(),
        "whole": pa.array([2**60 + 1, None, 3] * 4),
        "price": pa.array([Decimal(1), Decimal(2), Decimal(3)] * 4, pa.decimal128(5, 2)),
        "nested": [[{"role": "user", "content": "?"}]] * 12,
    }
)


def written(path, kind):
    if kind == "parquet":
        pq.write_table(TABLE, path, row_group_size=5)
        return
    with pa.OSFile(str(path), "wb") as file:
        writer = pa.ipc.new_file if kind == "file" else pa.ipc.new_stream
        with writer(file, TABLE.schema) as out:
            out.write_table(TABLE, max_chunksize=5)


@pytest.mark.parametrize("kind", ["parquet", "file", "stream"])
@pytest.mark.parametrize("packed", [False, True])
def test_rows_come_in_batches_with_their_numbers(kind, packed, tmp_path):
    path = tmp_path / "log"
    written(path, kind)
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    parts = list(read_arrow(path, lambda names: [name for name in names if name != "nested"], batch=4))
    frame = pd.concat(parts)
    assert max(map(len, parts)) <= 4
    assert frame.index.tolist() == list(range(1, 13))
    assert frame["word"].tolist()[::3] == ["x"] * 4
    assert frame["word"].isna().sum() == 4
    assert [value for value in frame["whole"] if value == 2**60 + 1] == [2**60 + 1] * 4
    assert frame["price"].tolist() == [1.0, 2.0, 3.0] * 4


def test_nested_values_are_there_if_they_are_wanted(tmp_path):
    written(tmp_path / "log", "parquet")
    (part,) = read_arrow(tmp_path / "log", lambda _: ["nested"])
    assert part["nested"].iloc[0][0]["role"] == "user"
    assert arrow_names(tmp_path / "log") == TABLE.column_names


def test_what_only_begins_like_one_is_refused(tmp_path):
    for start, kind in ((b"PAR1", "Parquet"), (b"ARROW1\0\0", "Arrow")):
        (tmp_path / "log").write_bytes(start + b"x" * 100)
        assert arrow_kind(start) == kind
        with pytest.raises(LogError, match=f"log: not {kind}: "):
            arrow_names(tmp_path / "log")
