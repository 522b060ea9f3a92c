"""Files of lines that are only added to: each line has a checksum, and one that was cut off is as if never written."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infoloop.reporting.atomic_files import lock_while_open

_START = b'{"sha256": "'
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
        with path.open("ab", buffering=0) as file:
            lock_while_open(file.fileno())  # before it is read, so that nothing is added until it is cut
            kept = _complete_bytes(read_whole_file(path) or b"")
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


def journal_lines(path: Path) -> list[dict[str, Any]]:
    """Return what the complete lines of a file hold; what comes after them was cut off by a kill.

    Raises:
        StoreError: A complete line is not as `append_line` wrote it.
    """
    content = read_whole_file(path) or b""
    found = []
    for k, line in enumerate(content[: _complete_bytes(content)].split(b"\n")[:-1], start=1):
        parts = _LINE.fullmatch(line)
        if not parts or _checksum(parts[2]) != parts[1]:
            raise StoreError(f"{path}:{k} is damaged: remove that line, and what it held is computed again")
        found.append(json.loads(b"{%s}" % parts[2]))
    return found


def read_whole_file(path: Path) -> bytes | None:
    """Return the content of a regular file; None where there is none.

    Raises:
        StoreError: Something else is there, or it cannot be read.
    """
    try:
        content = path.read_bytes() if _is_regular_file(path) else None
    except FileNotFoundError:
        content = None
    except OSError as error:
        raise _unreadable(path, error) from None
    if content is None and path.is_symlink():
        raise StoreError(f"{path} is a link to nothing: remove it, or name another --out")
    return content


def may_be_journal(path: Path) -> bool:
    """Return whether the file begins as `append_line` begins one, be it damaged or cut off by a kill."""
    first, end, _ = (read_whole_file(path) or b"").partition(b"\n")
    return _LINE.fullmatch(first) is not None if end else first[: len(_START)] == _START[: len(first)]


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


def _complete_bytes(content: bytes) -> int:
    return content.rfind(b"\n") + 1
