"""Files of lines that are only added to: each line has a checksum, and one that was cut off is as if never written."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from infoloop.reporting.atomic_files import lock_while_open

_START = b'{"sha256": "'
_CHUNK = 2**16  # bytes read at once
_LINE = re.compile(rb'\{"sha256": "([0-9a-f]{16})", (.*)\}')


class StoreError(ValueError):
    """A folder that holds something else, or a damaged file; the message says what and what to do."""


def append_line(path: Path, row: Mapping[str, Any]) -> None:
    """Add a line, a JSON object that begins with the checksum of its rest; it is on the disk when this returns.

    Raises:
        StoreError: It cannot be written; the complete lines that were there are still there.
    """
    body = json.dumps(row)[1:-1].encode()
    line = b'{"sha256": "%s", %s}\n' % (_checksum(body), body)
    _is_regular_file(path)  # else opening a pipe would wait for its reader
    try:
        with path.open("a+b", buffering=0) as file:
            lock_while_open(file.fileno())  # before it is read, so that nothing is added until it is cut
            kept = _end_of_last_line(file)
            file.truncate(kept)
            try:
                while line:
                    line = line[file.write(line) :]
                os.fsync(file.fileno())
            except OSError:
                with contextlib.suppress(OSError):
                    file.truncate(kept)
                raise
    except OSError as error:
        why = error.strerror or error
        raise StoreError(f"cannot write {path}: {why}; make room and run again: what is finished is kept") from None


def journal_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what the complete lines of a file hold, one at a time; what comes after them was cut off by a kill.

    Raises:
        StoreError: A complete line is not as `append_line` wrote it, or the file cannot be read.
    """
    if not _is_there(path):
        return
    try:
        with path.open("rb") as file:
            left = _end_of_last_line(file)  # what lies before never changes, whatever other processes add
            file.seek(0)
            for k in itertools.count(1):
                if not left:
                    return
                line = file.readline()
                left -= len(line)
                parts = _LINE.fullmatch(line[:-1])
                if not parts or _checksum(parts[2]) != parts[1]:
                    raise StoreError(f"{path}:{k} is damaged: remove that line, and what it held is computed again")
                yield json.loads(b"{%s}" % parts[2])
    except OSError as error:
        raise _unreadable(path, error) from None


def read_whole_file(path: Path) -> bytes | None:
    """Return the content of a regular file; None where there is none.

    Raises:
        StoreError: Something else is there, or it cannot be read.
    """
    try:
        return path.read_bytes() if _is_there(path) else None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from None


def may_be_journal(path: Path) -> bool:
    """Return whether the file begins as `append_line` begins one, be it damaged or cut off by a kill."""
    first, end, _ = (read_whole_file(path) or b"").partition(b"\n")
    return _LINE.fullmatch(first) is not None if end else first[: len(_START)] == _START[: len(first)]


def _is_there(path: Path) -> bool:
    """Return whether a regular file is there; raise StoreError if something else is, or a link to nothing."""
    if _is_regular_file(path):
        return True
    if path.is_symlink():
        raise StoreError(f"{path} is a link to nothing: remove it, or name another --out")
    return False


def _is_regular_file(path: Path) -> bool:
    """Return whether a regular file is there; raise StoreError if something else is."""
    try:
        if stat.S_ISREG(path.stat().st_mode):
            return True
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _unreadable(path, error) from None
    raise StoreError(f"{path} is no regular file, as a run writes it: name another --out")


def _unreadable(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path} cannot be read: {error.strerror or error}")


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:16].encode()


def _end_of_last_line(file: IO[bytes]) -> int:
    """Return how many bytes the complete lines of an open file take, found from its end."""
    end = file.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - _CHUNK)
        file.seek(start)
        last = file.read(end - start).rfind(b"\n")
        if last >= 0:
            return start + last + 1
        end = start
    return 0
