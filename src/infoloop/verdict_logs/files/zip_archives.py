"""Zip archives within bounds: members are read through the central directory, none is ever written to the disk."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from infoloop.reporting.suggestions import cut_text, quote
from infoloop.verdict_logs.files.byte_streams import BlockReader, check_growth, check_readable, shown, zstd_blocks
from infoloop.verdict_logs.files.omissions import Omissions
from infoloop.verdict_logs.formats.log_format import LogError

MOST_MEMBERS = 1_000_000
MOST_MEMBER_BYTES = 2**28  # that come out of one member
MOST_ARCHIVE_BYTES = 2**34  # that come out of all members that are read
_STORED, _DEFLATED, _ZSTD = 0, 8, 93
_LOCAL = struct.Struct("<4s22xHH")  # the signature, then the lengths of the name and of the extra field


class ZipArchive:
    """A zip archive opened for reading: `namelist`, `read` and `open` as `zipfile.ZipFile` has them.

    Of members with the same name the last one is read. Zstandard (method 93), of several frames, is read too.

    Raises:
        LogError: for what is no archive, has no central directory, or has members that overlap.
    """

    def __init__(self, path: Path, omissions: Omissions | None = None):
        check_readable(path)
        self.path, self._came = path, 0
        try:
            with zipfile.ZipFile(path) as archive:
                found = archive.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            why = f"not a whole zip archive: {cut_text(str(error), 200)}"
            recover = "; `inspect log recover` rebuilds a log that was not finished" if path.suffix == ".eval" else ""
            raise LogError(f"{shown(path)}: {why}{recover}") from None
        _check_members(found, path)
        self._members = {member.filename: member for member in found}
        twice = len(found) - len(self._members)
        if twice and omissions is not None:
            omissions.add("members of the archive that a later one of the same name replaces", shown(path), twice)

    def namelist(self) -> list[str]:
        """Return the names of the members, each once."""
        return list(self._members)

    def read(self, name: str) -> bytes:
        """Return the bytes of a member, at most `MOST_MEMBER_BYTES`."""
        return b"".join(self._blocks(name))

    def open(self, name: str) -> IO[bytes]:
        """Return a member as a file, to be read from its beginning to its end."""
        return io.BufferedReader(BlockReader(self._blocks(name)))

    def _blocks(self, name: str) -> Iterator[bytes]:
        member, came, check = self._members[name], 0, 0
        what = f"{shown(self.path)}: member {quote(name)}"
        for block in _member_blocks(self.path, member, what):
            came, check, self._came = came + len(block), zlib.crc32(block, check), self._came + len(block)
            check_growth(came, max(member.compress_size, 1), what)
            if came > MOST_MEMBER_BYTES:
                raise LogError(f"{what}: more than {MOST_MEMBER_BYTES:,} bytes come out of it")
            if self._came > MOST_ARCHIVE_BYTES:
                raise LogError(f"{shown(self.path)}: more than {MOST_ARCHIVE_BYTES:,} bytes come out of it")
            yield block
        if check != member.CRC:
            raise LogError(f"{what}: its checksum is wrong: the archive is damaged")


def _check_members(found: list[zipfile.ZipInfo], path: Path) -> None:
    if len(found) > MOST_MEMBERS:
        raise LogError(f"{shown(path)}: there are {len(found):,} members, at most {MOST_MEMBERS:,} are read")
    if any(member.flag_bits & 1 for member in found):
        raise LogError(f"{shown(path)}: the archive is encrypted: give it as plain files")
    ends = 0
    for member in sorted(found, key=lambda member: member.header_offset):
        if member.header_offset < ends:
            raise LogError(f"{shown(path)}: members of the archive overlap: a bomb, no log is read from it")
        ends = member.header_offset + _LOCAL.size + member.compress_size
    if ends > path.stat().st_size:
        raise LogError(f"{shown(path)}: a member of the archive ends after its file: the archive is damaged")


def _member_blocks(path: Path, member: zipfile.ZipInfo, what: str) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(member.header_offset)
        signature, name, extra = _LOCAL.unpack(file.read(_LOCAL.size).ljust(_LOCAL.size, b"\0"))
        if signature != b"PK\3\4":
            raise LogError(f"{what}: there is no member where the directory has one: the archive is damaged")
        file.seek(name + extra, io.SEEK_CUR)
        packed = _packed_blocks(file, member.compress_size)
        if member.compress_type == _STORED:
            yield from packed
        elif member.compress_type == _DEFLATED:
            yield from _inflated(packed, what)
        elif member.compress_type == _ZSTD:
            if member.compress_size:
                yield from zstd_blocks(io.BufferedReader(BlockReader(packed)), what, 2**20)
        else:
            raise LogError(f"{what}: compression method {member.compress_type} is not read: write it with another one")


def _packed_blocks(file: IO[bytes], size: int) -> Iterator[bytes]:
    while size and (block := file.read(min(size, 2**18))):
        size -= len(block)
        yield block


def _inflated(packed: Iterator[bytes], what: str) -> Iterator[bytes]:
    engine = zlib.decompressobj(-15)
    for data in packed:
        while data and not engine.eof:
            try:
                yield engine.decompress(data, 2**20)
            except zlib.error as error:
                raise LogError(f"{what}: not deflated: {error}") from None
            data = engine.unconsumed_tail
