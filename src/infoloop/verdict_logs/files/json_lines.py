"""JSON lines as frames: blocks of whole lines through pyarrow where their columns are plain, else line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infoloop.verdict_logs.files.byte_streams import byte_blocks, shown
from infoloop.verdict_logs.files.json_keys import count_key, key_ends, keys_within
from infoloop.verdict_logs.files.json_values import JSONValueError, frame_of, json_value
from infoloop.verdict_logs.files.omissions import Omissions
from infoloop.verdict_logs.formats.log_format import LogError

if TYPE_CHECKING:
    import pandas as pd

MOST_LINE = 2**26  # bytes
MOST_COLUMNS = 10_000
_SAMPLE = 1000  # lines that tell the columns and their types
_MOST_COUNTED = 200  # different keys; where there are more, lines are parsed one by one
_PARSED_AT_ONCE = 2**22  # bytes, of a block that several cores parse

Choose = Callable[[list[str]], list[str]]


def line_blocks(path: Path, omissions: Omissions) -> Iterator[tuple[int, int, bytes]]:
    r"""Yield blocks of whole lines: the number of the first, how many, and their bytes; lines end at `\n` alone.

    A line longer than `MOST_LINE` is left out and counted: it is never in memory as a whole.
    """
    line, held, size, skipping = 1, [], 0, False
    for block in byte_blocks(path, omissions):
        first = block.find(b"\n")
        if first < 0:
            held, size = ([], 0) if skipping else ([*held, block], size + len(block))
        else:
            if skipping or size + first > MOST_LINE:
                block = block[first + 1 :]
                if not skipping:
                    _too_long(path, line, omissions)
                line, held, skipping = line + 1, [], False
            end = block.rfind(b"\n") + 1
            if end:
                whole = b"".join([*held, block[:end]])
                lines = whole.count(b"\n")
                yield line, lines, whole
                line, held = line + lines, []
            held.append(block[end:])
            size = sum(map(len, held))
        if size > MOST_LINE:
            _too_long(path, line, omissions)
            held, size, skipping = [], 0, True
    if any(held):
        yield line, 1, b"".join(held)


def read_lines(path: Path, choose: Choose, omissions: Omissions) -> Iterator[pd.DataFrame]:
    """Yield the rows of a file of JSON lines, with their line numbers as the index.

    Args:
        path: the file.
        choose: from the names of the columns those to read; asked again where a line has a new key.
        omissions: where to count the lines that are left out.
    """
    keys: list[str] = []  # of all lines so far
    inside: list[str] = []  # keys of objects in the first lines
    kinds: dict[str, Any] = {}
    for line, lines, block in line_blocks(path, omissions):
        if not keys:
            sample = [row for _, row in _rows(block, line, path, Omissions(), _SAMPLE)]
            keys = list(dict.fromkeys(name for row in sample for name in row))
            inside = list(dict.fromkeys(key for row in sample for value in row.values() for key in keys_within(value)))
            kinds = _kinds(sample, _chosen(keys, choose, path))
        frame = _frame_by_arrow(block, range(line, line + lines), kinds)
        if frame is None or not _has_only(block, frame, keys, inside):
            found = list(_rows(block, line, path, omissions))
            rows = [row for _, row in found]
            fresh = dict.fromkeys(name for row in rows for name in row).keys() - set(keys)
            if fresh:
                keys += [name for name in dict.fromkeys(name for row in rows for name in row) if name in fresh]
                kinds = {name: kinds.get(name) for name in _chosen(keys, choose, path)}
            kinds = {name: _wider(kinds[name], kind) for name, kind in _kinds(rows, list(kinds)).items()}
            frame = frame_of(rows, kinds, [number for number, _ in found])
        if len(frame):
            yield frame


def _chosen(keys: list[str], choose: Choose, path: Path) -> list[str]:
    names = choose(keys)
    if len(names) > MOST_COLUMNS:
        raise LogError(f"{shown(path)}: there are {len(names):,} keys, at most {MOST_COLUMNS:,} are read")
    return names


def _has_only(block: bytes, frame: pd.DataFrame, keys: list[str], inside: list[str]) -> bool:
    """Whether the lines of a block, of which the frame was made, have no other keys than these."""
    if len(keys) + len(inside) > _MOST_COUNTED:
        return False
    whole = {name for name in frame.columns if name not in inside and frame[name].notna().all()}
    counted = {*keys, *inside} - whole
    return key_ends(block) == len(whole) * len(frame) + sum(count_key(block, key) for key in counted)


def _too_long(path: Path, line: int, omissions: Omissions) -> None:
    omissions.add(f"longer than {MOST_LINE:,} bytes", f"{shown(path)}:{line}")


def _rows(
    block: bytes, line: int, path: Path, omissions: Omissions, most: int | None = None
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the number and the value of each line that is an object; count the others."""
    texts = block.split(b"\n", most or -1)[:most]
    for number, text in enumerate(texts, start=line):
        if not text or text.isspace():
            continue
        try:
            value = json_value(text)
        except JSONValueError as fault:
            cut = number == line + len(texts) - 1 and not block.endswith(b"\n")
            omissions.add("the last line is cut off" if cut else str(fault), f"{shown(path)}:{number}")
            continue
        if isinstance(value, dict):
            yield number, value
        else:
            omissions.add("no JSON object", f"{shown(path)}:{number}")


def _kinds(rows: list[Mapping[str, Any]], names: list[str]) -> dict[str, Any]:
    """Return by column the type of its values: str, int, float, bool, None for none yet, list for what is not plain."""
    kinds: dict[str, Any] = {}
    for name in names:
        found = {type(row[name]) for row in rows if row.get(name) is not None}
        kind = None
        for one in found:
            kind = _wider(kind, one)
        kinds[name] = kind
    return kinds


def _wider(one: Any, other: Any) -> Any:
    if one is None or other is None or one is other:
        return one or other
    return float if {one, other} == {int, float} else list


def _frame_by_arrow(block: bytes, lines: range, kinds: Mapping[str, Any]) -> pd.DataFrame | None:
    """Return the block as a frame; None where pyarrow is not there or refuses a line."""
    try:
        import pyarrow as pa
        import pyarrow.json as arrow_json
    except ImportError:
        return None
    import pandas as pd

    arrow = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(), None: pa.null()}
    if not kinds or not all(kind in arrow for kind in kinds.values()):
        return None
    options = arrow_json.ParseOptions(
        explicit_schema=pa.schema([(name, arrow[kind]) for name, kind in kinds.items()]),
        unexpected_field_behavior="ignore",
    )
    try:
        table = arrow_json.read_json(
            pa.BufferReader(block), arrow_json.ReadOptions(block_size=_PARSED_AT_ONCE), options
        )
        if table.num_rows != len(lines):  # an empty line, or two values in one
            return None
        table.validate(full=True)  # texts are UTF-8
        frame = table.to_pandas(integer_object_nulls=True)
    except (pa.ArrowException, UnicodeDecodeError, OverflowError):
        return None
    frame.index = pd.RangeIndex(lines.start, lines.stop)
    return frame
