"""Parquet and Arrow files as frames, batch by batch, only the columns that are wanted."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infoloop.reporting.suggestions import cut_text
from infoloop.verdict_logs.files.byte_streams import (
    MOST_RATIO,
    RATIO_FROM,
    byte_blocks,
    is_compressed,
    shown,
    whole_bytes,
)
from infoloop.verdict_logs.formats.log_format import LogError

if TYPE_CHECKING:
    import pandas as pd

_BATCH = 2**17  # rows
_BATCH_BYTES = 2**27  # of them, about
_STARTS = {b"PAR1": "Parquet", b"ARRO": "Arrow", b"\xff\xff\xff\xff": "Arrow"}


def arrow_kind(start: bytes) -> str | None:
    """Return "Parquet", "Arrow" or None for the first four bytes of a file.

    >>> arrow_kind(b"PAR1"), arrow_kind(b"a,b,")
    ('Parquet', None)
    """
    return _STARTS.get(start[:4])


def arrow_names(path: Path) -> list[str]:
    """Return the names of the columns of a Parquet or Arrow file."""
    return _guarded(path, lambda pa: _opened(path, pa)[0])


def read_arrow(path: Path, choose: Callable[[list[str]], list[str]], batch: int = _BATCH) -> Iterator[pd.DataFrame]:
    """Yield the rows of a Parquet or Arrow file, with their numbers from 1 as the index."""
    import pandas as pd

    names, batches = _guarded(path, lambda pa: _opened(path, pa))
    wanted = choose(names)
    rows, parts = 0, batches(wanted, batch)
    while (part := _guarded(path, lambda _: next(parts, None))) is not None:
        frame = _guarded(path, lambda pa, part=part: _frame(part.select(wanted), pa))
        frame.index = pd.RangeIndex(rows + 1, rows + 1 + len(frame))
        rows += len(frame)
        if len(frame):
            yield frame


def _start(path: Path) -> bytes:
    return next(byte_blocks(path, size=4), b"")


def _guarded(path: Path, action: Callable[[Any], Any]) -> Any:
    kind = arrow_kind(_start(path)) or "Parquet"
    try:
        import pyarrow as pa
    except ImportError:
        remedy = "an optional extra: pip install 'infoloop[parquet]'"
        raise LogError(f"{shown(path)}: a {kind} file needs pyarrow, {remedy}") from None
    try:
        return action(pa)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise LogError(f"{shown(path)}: not {kind}: {cut_text(str(error), 200)}") from None


def _opened(path: Path, pa: Any) -> tuple[list[str], Callable[[list[str], int], Iterator[Any]]]:
    """Return the names of the columns, and what yields batches of some of them."""
    start = _start(path)
    source = io.BytesIO(whole_bytes(path)) if is_compressed(path) else str(path)
    if start == b"ARRO":
        file = pa.ipc.open_file(pa.memory_map(source) if isinstance(source, str) else source)
        read = (file.get_batch(k) for k in range(file.num_record_batches))
        return file.schema.names, lambda _, batch: _slices(read, batch)
    if start == b"\xff\xff\xff\xff":
        stream = pa.ipc.open_stream(pa.memory_map(source) if isinstance(source, str) else source)
        return stream.schema.names, lambda _, batch: _slices(stream, batch)
    from pyarrow import parquet

    table = parquet.ParquetFile(source)
    size = len(source.getbuffer()) if isinstance(source, io.BytesIO) else path.stat().st_size
    if table.metadata.num_rows > MOST_RATIO * max(size, RATIO_FROM):
        raise LogError(
            f"{shown(path)}: {table.metadata.num_rows:,} rows in {size:,} bytes: a bomb, no log is read from it"
        )
    groups = [table.metadata.row_group(k) for k in range(table.metadata.num_row_groups)]
    wide = max((group.total_byte_size // max(1, group.num_rows) for group in groups), default=1)
    rows = max(1, _BATCH_BYTES // max(1, wide))
    return table.schema_arrow.names, lambda columns, batch: table.iter_batches(min(batch, rows), columns=columns)


def _slices(batches: Iterable[Any], rows: int) -> Iterator[Any]:
    return (part.slice(k, rows) for part in batches for k in range(0, part.num_rows, rows))


def _frame(batch: Any, pa: Any) -> pd.DataFrame:
    columns = []
    for field, values in zip(batch.schema, batch.columns, strict=True):
        if pa.types.is_dictionary(field.type):
            values = values.cast(field.type.value_type)
        elif pa.types.is_decimal(field.type):
            values = values.cast(pa.float64())
        columns.append(values)
    plain = pa.Table.from_arrays([pa.chunked_array([values]) for values in columns], names=batch.schema.names)
    return plain.to_pandas(integer_object_nulls=True, ignore_metadata=True)
