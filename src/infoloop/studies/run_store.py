"""The folder of a run: which run it is, its finished shards one a line, its tables; no file is half there."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from infoloop.reporting.atomic_files import (
    atomic_write_bytes,
    atomic_write_text,
    locked_folder,
    remove_abandoned_parts,
    writable_folder,
    write_if_absent,
)
from infoloop.reporting.suggestions import cut_text
from infoloop.reporting.text import as_json
from infoloop.studies.journals import StoreError, append_line, journal_lines, may_be_journal, read_whole_file

if TYPE_CHECKING:
    import xarray

RUN = "run.json"
_JOURNAL = re.compile(r"shards-[0-9]+-of-[0-9]+\.jsonl")
_FILE = re.compile(r"[\w-][\w.-]*\.(nc|svg|png|pdf|csv|html)")  # what a run may write, and `overwrite` may delete
_NO_RUN = "is not what a run writes: name another --out"


class StoredReport(NamedTuple):
    """What a finished run showed.

    Attributes:
        texts: What its page hangs on beside the run's identity, as one text.
        tables: The names of its tables.
        headlines: Its headlines, as JSON has them.
        files: The SHA-256 of each file that it left.
    """

    texts: str
    tables: tuple[str, ...]
    headlines: tuple[dict[str, Any], ...]
    files: dict[str, str]


def open_run(
    folder: Path,
    identity: Mapping[str, Any],
    provenance: Mapping[str, Any],
    overwrite: bool = False,
    files: Iterable[str] = (),
) -> None:
    """Make the folder this run's own, or go on with what it holds of this very run.

    Args:
        folder: Made where it is not there.
        identity: All that the numbers depend on.
        provenance: What else is to be kept.
        overwrite: Whether the files of another run in it are deleted: those that its run.json names, and no others.
        files: Names of the tables, figures and pages that the run will write.

    Raises:
        StoreError: The folder holds another run, without `overwrite`; or files of no run.
    """
    writable_folder(folder)
    run = _as_stored({"identity": identity, "provenance": provenance, "files": list(files)})
    with locked_folder(folder):  # another part of the run may be about to delete what is there
        _open_locked(folder, run, overwrite)


def _open_locked(folder: Path, run: dict[str, Any], overwrite: bool) -> None:
    identity, files, text = run["identity"], run["files"], _sealed_run(run)
    for name in (RUN, *files):
        remove_abandoned_parts(folder / name)
    other_files = [path for path in folder.iterdir() if not path.name.startswith((RUN, "."))]
    stored = _stored_run(folder)  # read after the list: another process may be opening the same run
    if stored is None and other_files:
        raise StoreError(f"{folder} is not empty and holds no run: name another --out")
    if stored is None and not write_if_absent(folder / RUN, text):
        stored = _stored_run(folder)
    if stored is None:
        return
    differing = [key for key in identity if not _same(stored["identity"].get(key), identity[key])]
    if not differing:
        return
    if not overwrite:
        there, here = stored["identity"].get(differing[0]), identity[differing[0]]
        raise StoreError(
            f"{folder} holds another run: {differing[0]} is {_difference(there, here)} there and "
            f"{_difference(here, there)} here; name another --out, or --overwrite"
        )
    _delete_written(folder, stored["files"], files)
    atomic_write_text(folder / RUN, text)  # last, so that the folder holds a run whenever this process is killed


def _delete_written(folder: Path, written: Iterable[str], files: Iterable[str]) -> None:
    """Delete what another run wrote, once nothing is found to be in the way."""
    names = {*written, *(path.name for path in _journals(folder))}
    for name in sorted(names):
        if (folder / name).is_dir():
            raise StoreError(f"{folder / name} is a folder, which no run makes: move it, or name another --out")
    for path in _journals(folder):
        if not may_be_journal(path):
            raise StoreError(f"{path} is not what a run writes: move it, or name another --out")
    for name in sorted(set(files) - names):
        if (folder / name).exists():
            raise StoreError(f"{folder / name} would be replaced, and no run wrote it: move it, or name another --out")
    for name in sorted(names):
        (folder / name).unlink(missing_ok=True)
        remove_abandoned_parts(folder / name)


def _as_stored(run: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run as JSON gives it back: tuples are lists, and keys are texts."""
    return json.loads(json.dumps(run))


def _same(value: Any, other: Any) -> bool:
    """Return whether two values that JSON gave back have one text: a NaN is itself there."""
    return json.dumps(value, sort_keys=True) == json.dumps(other, sort_keys=True)


def _sealed_run(run: Mapping[str, Any]) -> str:
    """Return the text of run.json, with a checksum of all else that is in it."""
    return as_json({**run, "sha256": _digest_of_run(run)}) + "\n"


def _digest_of_run(run: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in run.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _stored_run(folder: Path) -> dict[str, Any] | None:
    """Return what run.json holds, None where there is none; raise StoreError if it is not as a run wrote it."""
    path = folder / RUN
    content = read_whole_file(path)
    if content is None:
        return None
    try:
        run = json.loads(content.decode())
    except (ValueError, RecursionError):
        raise StoreError(f"{path} {_NO_RUN}") from None
    if not isinstance(run, dict) or not all(isinstance(run.get(key), dict) for key in ("identity", "provenance")):
        raise StoreError(f"{path} {_NO_RUN}")
    if "sha256" not in run:
        raise StoreError(f"{path} has no checksum, as a run writes it since infoloop 0.2: name another --out")
    files = run.get("files")
    if run["sha256"] != _digest_of_run(run) or not isinstance(files, list):
        raise StoreError(f"{path} is damaged: its checksum is that of another text; name another --out")
    if not all(isinstance(name, str) and _FILE.fullmatch(name) for name in files):
        raise StoreError(f"{path} {_NO_RUN}")
    return run


def _difference(value: Any, other: Any) -> str:
    """Return the parts of `value` that are not so in `other`, short enough for a message."""
    if isinstance(value, dict) and isinstance(other, dict):
        return cut_text(", ".join(f"{k}={v}" for k, v in value.items() if not _same(other.get(k), v))) or "without them"
    text = str(value)
    return text if len(text) <= 40 else text[:12] + "..."


def read_run_info(folder: Path) -> dict[str, Any]:
    """Return the run's "identity" and "provenance".

    Raises:
        StoreError: The folder holds no run, or its run.json is damaged.
    """
    run = _stored_run(folder)
    if run is None:
        raise StoreError(f"{folder} holds no run: there is no {RUN}")
    return run


def append_shard(
    folder: Path, part: str, shard: str, values: Mapping[str, np.ndarray], identity: Mapping[str, Any] | None = None
) -> None:
    """Add a finished shard to the part's file: one line, on the disk when this returns.

    Numbers are written as Python's `repr`, which reads back to the same bits. The line says of which run it is.

    Args:
        folder: The run's folder.
        part: Name of the part, that of its file without the ending.
        shard: Name of the shard.
        values: Its quantities, by name.
        identity: The run that computed it; None for the run that the folder holds.

    Raises:
        StoreError: The folder holds another run by now, or the line cannot be written; what was there is as it was.
    """
    run = _digest_of_identity(read_run_info(folder)["identity"])
    if identity is not None and _digest_of_identity(_as_stored(identity)) != run:
        raise StoreError(f"{folder} holds another run by now, begun with --overwrite: name another --out")
    append_line(folder / f"{part}.jsonl", {"run": run, "shard": shard, "values": _encoded(values)})


def completed_shards(folder: Path) -> dict[str, dict[str, np.ndarray]]:
    """Return the quantities of every finished shard of every part, by the shard's name.

    Raises:
        StoreError: A complete line is damaged.
    """
    return {row["shard"]: _decoded(row["values"]) for row in _rows(folder) if "shard" in row}


def completed_names(folder: Path) -> set[str]:
    """Return the names of the finished shards of all parts, without their values.

    Raises:
        StoreError: A complete line is damaged.
    """
    return {row["shard"] for row in _rows(folder) if "shard" in row}


def _encoded(values: Mapping[str, np.ndarray]) -> dict[str, Any]:
    arrays = {name: np.asarray(v) for name, v in values.items()}
    return {name: {"dtype": v.dtype.str, "shape": v.shape, "cells": v.ravel().tolist()} for name, v in arrays.items()}


def _decoded(values: Mapping[str, Any]) -> dict[str, np.ndarray]:
    return {name: np.array(v["cells"], v["dtype"]).reshape(v["shape"]) for name, v in values.items()}


def _digest_of_identity(identity: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:16]


def _rows(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of the run that the folder holds; a process of another run may have added its own since."""
    run = _digest_of_identity(read_run_info(folder)["identity"])
    return (row for path in _journals(folder) for row in journal_lines(path) if row.get("run") == run)


def _journals(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if _JOURNAL.fullmatch(path.name))


def store_report(
    folder: Path, part: str, texts: str, tables: Iterable[str], headlines: Iterable[Mapping[str, Any]]
) -> None:
    """Note in the part's file that the run is finished, what it showed and which files it left.

    Raises:
        StoreError: The line cannot be written.
    """
    info = read_run_info(folder)
    names = [name for name in info["files"] if (folder / name).is_file()]
    report = StoredReport(texts, tuple(tables), tuple(map(dict, headlines)), {n: _digest(folder / n) for n in names})
    append_line(folder / f"{part}.jsonl", {"run": _digest_of_identity(info["identity"]), "report": report._asdict()})


def stored_report(folder: Path, texts: str) -> StoredReport | None:
    """Return what the finished run showed; None where it is not finished, or texts or files are no longer as they were.

    Raises:
        StoreError: A line of a part's file is damaged.
    """
    reports = [StoredReport(**row["report"]) for row in _rows(folder) if "report" in row]
    return next((report for report in reports if report.texts == texts and _holds(folder, report.files)), None)


def _holds(folder: Path, files: Mapping[str, str]) -> bool:
    return all((folder / name).is_file() and _digest(folder / name) == digest for name, digest in files.items())


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_table(folder: Path, name: str, table: xarray.Dataset) -> None:
    """Write the table as `NAME.nc` (netCDF 4, by h5netcdf), with the run's identity and provenance as attributes.

    The bytes are made in memory: HDF5 ends the process when it meets a full disk.
    """
    run = read_run_info(folder)
    flat = {**run["provenance"], **run["identity"]}
    table = table.assign_attrs({key: v if isinstance(v, str) else json.dumps(v) for key, v in flat.items()})
    content = io.BytesIO()
    table.to_netcdf(content, engine="h5netcdf")
    atomic_write_bytes(folder / f"{name}.nc", content.getvalue())


def read_table(folder: Path, name: str) -> xarray.Dataset:
    """Return a table as `write_table` left it."""
    import xarray  # here: it takes half a second to import

    with xarray.open_dataset(folder / f"{name}.nc", engine="h5netcdf") as table:
        return table.load()
