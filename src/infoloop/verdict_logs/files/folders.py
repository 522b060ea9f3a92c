"""Files of a folder that may be logs, in numeric order of their names, within bounds."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from infoloop.verdict_logs.files.byte_streams import shown
from infoloop.verdict_logs.files.omissions import Omissions
from infoloop.verdict_logs.formats.log_format import LogError

MOST_FILES = 100_000
DEEPEST = 8  # folders in folders
_SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".arrow", ".eval")
_PACKED = (".gz", ".zst")


def log_files(folder: Path, omissions: Omissions) -> list[Path]:
    """Return the files of a folder that may be logs, `2.jsonl` before `10.jsonl`; what is skipped is counted.

    Raises:
        LogError: for a folder that cannot be read, has too many files, or none.
    """
    root, found = folder.resolve(), []
    for seen, path in enumerate(_walk(folder, root, DEEPEST, omissions), start=1):
        if seen > MOST_FILES:
            raise LogError(f"{shown(folder)}: there are more than {MOST_FILES:,} files in it: name a folder in it")
        name = path.name.lower()
        for packed in _PACKED:
            name = name.removesuffix(packed)
        if name.endswith(_SUFFIXES) and not name.startswith("."):
            found.append(path)
        else:
            omissions.add("files whose names end like no log's", shown(path))
    found = _each_once(found, omissions)
    if not found:
        raise LogError(f"{shown(folder)}: there is no log in the folder: names end in {', '.join(_SUFFIXES)}")
    return sorted(found, key=lambda path: [natural_key(part) for part in path.relative_to(folder).parts])


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9-]+(?:\.[0-9]+)?)?")


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Return a key that orders names by the numbers in them.

    >>> sorted(["step_10.jsonl", "step_9.jsonl", "a"], key=natural_key)
    ['a', 'step_9.jsonl', 'step_10.jsonl']
    """
    pieces = re.split(r"([0-9]{1,4000})", name)
    return [(0, int(piece), "") if k % 2 else (1, 0, piece) for k, piece in enumerate(pieces)]


def step_in_name(path: Path) -> int | None:
    """Return the last number in a file's name, up to 15 digits, which numbers the step; None where there is none.

    A date and its time number no step.

    >>> step_in_name(Path("run7/train_data_step12.jsonl")), step_in_name(Path("log.csv"))
    (12, None)
    >>> step_in_name(Path("samples_sums_2026-11-27T10-11-12.123456.jsonl"))
    """
    numbers = re.findall(r"[0-9]+", _DATE.sub("", path.name).split(".")[0])
    return int(numbers[-1]) if numbers and len(numbers[-1]) <= 15 else None


def _walk(folder: Path, root: Path, deeper: int, omissions: Omissions) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: natural_key(entry.name))
    except OSError as error:
        raise LogError(f"{shown(folder)}: cannot be read: {error.strerror or error}") from None
    for entry in entries:
        path = Path(entry.path)
        if entry.is_symlink() and not path.resolve().is_relative_to(root):
            omissions.add("links out of the folder", shown(path))
        elif entry.is_dir(follow_symlinks=False):
            if deeper:
                yield from _walk(path, root, deeper - 1, omissions)
            else:
                omissions.add(f"folders deeper than {DEEPEST}", shown(path))
        elif entry.is_file():
            yield path
        else:
            omissions.add("no regular files", shown(path))


def _each_once(found: list[Path], omissions: Omissions) -> list[Path]:
    """Leave out what another file holds too: `effective` beside `all`, and a log that was scored again."""
    there = set(found)
    kept = []
    for path in found:
        twins = [
            Path(*path.parts[:k], "all", *path.parts[k + 1 :])
            for k, part in enumerate(path.parts)
            if part == "effective"
        ]
        scored = path.with_name(f"{path.stem}-scored{path.suffix}")
        if there.intersection([*twins, scored]):
            omissions.add("files whose rows another file has too", shown(path))
        else:
            kept.append(path)
    return kept
