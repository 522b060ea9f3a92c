"""Bytes of a file in blocks, decompressed where it is gzip or Zstandard, within bounds that are counted on the way."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from infoloop.reporting.suggestions import cut_text
from infoloop.reporting.text_files import UnreadableFileError, check_regular_file
from infoloop.verdict_logs.files.omissions import Omissions
from infoloop.verdict_logs.formats.log_format import LogError

BLOCK = 2**23  # bytes that come out at once
MOST_BYTES = 2**36  # that come out of one file
MOST_RATIO = 1000  # of the bytes that come out to those that go in; logs compress 3 to 100 times
RATIO_FROM = 10 * 2**20  # bytes, before which the ratio says nothing
MOST_DOCUMENT = 2**30  # bytes of a file that is read as a whole
_INPUT = 2**18
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def check_readable(path: Path) -> None:
    """Raise LogError unless the path, or what it links to, is a regular file.

    >>> check_readable(Path("/dev/null"))
    Traceback (most recent call last):
    infoloop.verdict_logs.formats.log_format.LogError: /dev/null: cannot be read: it is no regular file: name a file ...
    """
    try:
        check_regular_file(path)
    except UnreadableFileError as error:
        raise LogError(f"{shown(path)}: cannot be read: {error.reason}") from None


def shown(path: Path) -> str:
    r"""Return a path for a message: what is not printable is escaped.

    >>> shown(Path("a\x1b[2K.csv"))
    'a\\x1b[2K.csv'
    """
    return cut_text(str(path), 400)


def is_compressed(path: Path) -> bool:
    """Whether a file is gzip or Zstandard, by its first bytes."""
    return first_bytes(path)[:2] == _GZIP or first_bytes(path) == _ZSTD


def first_bytes(path: Path, many: int = 4) -> bytes:
    """Return the first bytes of a file as they stand in it."""
    try:
        with path.open("rb") as file:
            return file.read(many)
    except OSError as error:
        raise _unreadable(path, error) from None


def byte_blocks(path: Path, omissions: Omissions | None = None, size: int = BLOCK) -> Iterator[bytes]:
    """Yield the bytes of a file, decompressed; a gzip file that ends early is counted, what came before is yielded.

    Args:
        path: a regular file.
        omissions: where to count what is left out.
        size: of a block, at most, in bytes.

    Raises:
        LogError: for a file that cannot be read, is no such archive, or is a bomb.
    """
    check_readable(path)
    came = 0
    try:
        with path.open("rb") as file:
            for block in _opened(file, path, Omissions() if omissions is None else omissions, size):
                came += len(block)
                check_growth(came, file.tell(), shown(path))
                yield block
    except OSError as error:
        raise _unreadable(path, error) from None


def check_growth(out: int, taken: int, what: str) -> None:
    """Raise LogError where the bytes that came out are too many, or too many for those that went in.

    >>> check_growth(2**24, 1000, "a.gz")
    Traceback (most recent call last):
    infoloop.verdict_logs.formats.log_format.LogError: a.gz: more than 1,000 bytes come out of each: a bomb, no log ...
    """
    if out > RATIO_FROM and out > MOST_RATIO * taken:
        raise LogError(f"{what}: more than {MOST_RATIO:,} bytes come out of each: a bomb, no log is read from it")
    if out > MOST_BYTES:
        raise LogError(f"{what}: more than {MOST_BYTES:,} bytes come out of it: split the log into several files")


def byte_file(path: Path, omissions: Omissions | None = None) -> IO[bytes]:
    """Return a file opened for reading from its beginning to its end, decompressed within bounds."""
    return io.BufferedReader(BlockReader(byte_blocks(path, omissions)), BLOCK)


def whole_bytes(path: Path) -> bytes:
    """Return all bytes of a file that has at most `MOST_DOCUMENT` of them, decompressed; raise LogError for more."""
    blocks, size = [], 0
    for block in byte_blocks(path):
        blocks.append(block)
        size += len(block)
        if size > MOST_DOCUMENT:
            raise LogError(
                f"{shown(path)}: it is one value of more than {MOST_DOCUMENT:,} bytes: give it as JSON lines"
            )
    return b"".join(blocks)


class BlockReader(io.RawIOBase):
    """Blocks of bytes as a raw file."""

    def __init__(self, blocks: Iterator[bytes]):
        super().__init__()
        self._blocks, self._left = blocks, memoryview(b"")

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer from the next block."""
        while not self._left:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._left = memoryview(block)
        many = min(len(buffer), len(self._left))
        buffer[:many], self._left = self._left[:many], self._left[many:]
        return many


def zstd_blocks(file: IO[bytes], what: str, size: int = BLOCK) -> Iterator[bytes]:
    """Yield the bytes of all frames of a Zstandard file; pyarrow has the codec."""
    try:
        import pyarrow as pa
    except ImportError:
        remedy = "an optional extra: pip install 'infoloop[parquet]'"
        raise LogError(f"{what}: a Zstandard file needs pyarrow, {remedy}") from None
    with pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd") as stream:
        while True:
            try:
                block = stream.read(size)
            except OSError as error:
                raise LogError(f"{what}: not Zstandard: {cut_text(str(error), 200)}") from None
            if not block:
                return
            yield block


def _opened(file: IO[bytes], path: Path, omissions: Omissions, size: int) -> Iterator[bytes]:
    start = file.read(4)
    file.seek(0)
    if start[:2] == _GZIP:
        yield from _gzip_blocks(file, path, omissions, size)
    elif start == _ZSTD:
        yield from zstd_blocks(file, shown(path), size)
    else:
        while block := file.read(size):
            yield block


def _gzip_blocks(file: IO[bytes], path: Path, omissions: Omissions, size: int) -> Iterator[bytes]:
    engine = zlib.decompressobj(31)
    while data := file.read(_INPUT):
        while data:
            try:
                block = engine.decompress(data, size)
            except zlib.error as error:
                raise LogError(f"{shown(path)}: not gzip: {error}") from None
            if block:
                yield block
            data = engine.unconsumed_tail
            if engine.eof:
                data = (engine.unused_data + file.read(2 if len(engine.unused_data) < 2 else 0)).lstrip(b"\0")
                if data and data[:2] != _GZIP:
                    omissions.add("bytes after the end of the gzip file", shown(path))
                    return
                engine = zlib.decompressobj(31) if data else engine
    if not engine.eof:
        omissions.add("the gzip file ends early", shown(path))


def _unreadable(path: Path, error: OSError) -> LogError:
    return LogError(f"{shown(path)}: cannot be read: {error.strerror or error}")
