"""Text files from outside: only regular files, only up to a size, only UTF-8; what is wrong is named with its line."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

MOST_BYTES = 2**25  # of a file that is read as a whole
NUL = "there is a NUL character: save the file as text"
_BLOCK = 2**20


class UnreadableFileError(ValueError):
    """A file that is not read: `reason` says why and what to do, `line` is the line to blame, None if there is none."""

    def __init__(self, reason: str, line: int | None = None):
        super().__init__(reason if line is None else f"line {line}: {reason}")
        self.reason, self.line = reason, line


def check_regular_file(path: Path) -> None:
    """Raise UnreadableFileError unless the path, or what it links to, is a regular file: a device may never end.

    >>> check_regular_file(Path("/dev/null"))
    Traceback (most recent call last):
    infoloop.reporting.text_files.UnreadableFileError: it is no regular file: name a file with the text in it
    """
    try:
        found = path.stat()
    except (OSError, ValueError) as error:  # a ValueError for a name with a NUL
        raise UnreadableFileError(_why(error)) from None
    if stat.S_ISDIR(found.st_mode):
        raise UnreadableFileError("Is a directory")
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableFileError("it is no regular file: name a file with the text in it")


def read_text_file(path: str | Path, most_bytes: int = MOST_BYTES) -> str:
    r"""Return the text of a regular file in UTF-8, with `\n` at the end of each line and without a byte order mark.

    Args:
        path: the file.
        most_bytes: how long it may be.

    Raises:
        UnreadableFileError: for what is no regular file, cannot be read, is longer, is not UTF-8, or has a NUL.

    >>> read_text_file("no/such.txt")
    Traceback (most recent call last):
    infoloop.reporting.text_files.UnreadableFileError: No such file or directory
    """
    path = Path(path)
    check_regular_file(path)
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except OSError as error:
        raise UnreadableFileError(_why(error)) from None
    if len(data) > most_bytes:
        raise UnreadableFileError(f"it is longer than {most_bytes:,} bytes: give a shorter file")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        why = f"byte {data[error.start]:#04x} is not UTF-8: save the file as UTF-8"
        raise UnreadableFileError(why, data.count(b"\n", 0, error.start) + 1) from None
    if b"\0" in data:
        raise UnreadableFileError(NUL, data.count(b"\n", 0, data.index(b"\0")) + 1)
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def line_with_nul(path: Path) -> int | None:
    """Return the first line of a file that has a NUL character, None if there is none; read block by block."""
    line = 1
    for block in _blocks(path):
        place = block.find(b"\0")
        if place >= 0:
            return line + block.count(b"\n", 0, place)
        line += block.count(b"\n")
    return None


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
