"""The folder of a run: which run it is, its finished shards one a line, its tables; no file is half there."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from infoloop.reporting.atomic_files import atomic_write, atomic_write_text, writable_folder, write_if_absent
from infoloop.reporting.text import as_json

if TYPE_CHECKING:
    import xarray

RUN = "run.json"
_WRITTEN = {".json", ".jsonl", ".nc", ".svg", ".png", ".html"}


class StoreError(ValueError):
    """A folder that holds something else, or a damaged file; the message says what and what to do."""


def open_run(folder: Path, identity: Mapping[str, Any], provenance: Mapping[str, Any], overwrite: bool = False) -> None:
    """Make the folder this run's own, or go on with what it holds of this very run.

    Args:
        folder: Made where it is not there.
        identity: All that the numbers depend on.
        provenance: What else is to be kept.
        overwrite: Whether the files of another run in it are deleted.

    Raises:
        StoreError: The folder holds another run, without `overwrite`; or files of no run.
    """
    writable_folder(folder)
    text = as_json({"identity": identity, "provenance": provenance}) + "\n"
    other_files = [path for path in folder.iterdir() if not path.name.startswith((RUN, "."))]
    stored = _stored_identity(folder)  # read after the list: another process may be opening the same run
    if stored is None and other_files:
        raise StoreError(f"{folder} is not empty and holds no run: name another --out")
    if stored is None and not write_if_absent(folder / RUN, text):
        stored = _stored_identity(folder)
    if stored is None:
        return
    differing = [key for key in identity if stored.get(key) != identity[key]]
    if not differing:
        return
    if not overwrite:
        there, here = stored.get(differing[0]), identity[differing[0]]
        raise StoreError(
            f"{folder} holds another run: {differing[0]} is {_difference(there, here)} there and "
            f"{_difference(here, there)} here; name another --out, or --overwrite"
        )
    for path in folder.iterdir():
        if path.suffix in _WRITTEN:
            path.unlink()
    atomic_write_text(folder / RUN, text)


def _stored_identity(folder: Path) -> dict[str, Any] | None:
    path = folder / RUN
    if not path.exists():
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))["identity"]
    except (json.JSONDecodeError, KeyError, TypeError):
        raise StoreError(f"{path} is not what a run writes: name another --out") from None


def _difference(value: Any, other: Any) -> str:
    """Return the parts of `value` that are not so in `other`, short enough for a message."""
    if isinstance(value, dict) and isinstance(other, dict):
        return ", ".join(f"{k}={v}" for k, v in value.items() if other.get(k) != v) or "without them"
    text = str(value)
    return text if len(text) <= 40 else text[:12] + "..."


def read_run_info(folder: Path) -> dict[str, Any]:
    """Return the run's "identity" and "provenance"."""
    return json.loads((folder / RUN).read_text(encoding="utf-8"))


def append_shard(folder: Path, part: str, shard: str, values: Mapping[str, np.ndarray]) -> None:
    """Add a finished shard to the part's file: one line, on the disk when this returns.

    Numbers are written as Python's `repr`, which reads back to the same bits.

    Args:
        folder: The run's folder.
        part: Name of the part, that of its file without the ending.
        shard: Name of the shard.
        values: Its quantities, by name.
    """
    path = folder / f"{part}.jsonl"
    line = json.dumps({"shard": shard, "values": {name: np.asarray(v).tolist() for name, v in values.items()}})
    with path.open("ab") as file:
        file.truncate(_complete_bytes(path))
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _complete_bytes(path: Path) -> int:
    """Count the bytes of the file's complete lines; what comes after them was cut off by a kill."""
    content = path.read_bytes() if path.exists() else b""
    return content.rfind(b"\n") + 1


def completed_shards(folder: Path) -> dict[str, dict[str, np.ndarray]]:
    """Return the quantities of every finished shard of every part, by the shard's name.

    Raises:
        StoreError: A complete line is damaged.
    """
    found = {}
    for path in sorted(folder.glob("*.jsonl")):
        for k, line in enumerate(path.read_bytes()[: _complete_bytes(path)].splitlines(), start=1):
            try:
                row = json.loads(line)
                found[row["shard"]] = {name: np.asarray(v) for name, v in row["values"].items()}
            except (json.JSONDecodeError, KeyError, TypeError, AttributeError):
                raise StoreError(f"{path}:{k} is damaged: remove that line, and its shard is computed again") from None
    return found


def write_table(folder: Path, name: str, table: xarray.Dataset) -> None:
    """Write the table as `NAME.nc` (netCDF 4, by h5netcdf), with the run's identity and provenance as attributes."""
    run = read_run_info(folder)
    flat = {**run["provenance"], **run["identity"]}
    table = table.assign_attrs({key: v if isinstance(v, str) else json.dumps(v) for key, v in flat.items()})
    atomic_write(folder / f"{name}.nc", lambda path: table.to_netcdf(path, engine="h5netcdf"))


def read_table(folder: Path, name: str) -> xarray.Dataset:
    """Return a table as `write_table` left it."""
    import xarray  # here: it takes half a second to import

    with xarray.open_dataset(folder / f"{name}.nc", engine="h5netcdf") as table:
        return table.load()
