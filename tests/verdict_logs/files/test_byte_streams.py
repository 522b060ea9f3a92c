"""Bytes of files: what is compressed comes out whole, what never ends or explodes is refused."""

import gzip
import os
import zlib
from pathlib import Path

import pyarrow as pa
import pytest

from infoloop.verdict_logs.files import byte_streams
from infoloop.verdict_logs.files.byte_streams import (
    byte_blocks,
    byte_file,
    check_growth,
    first_bytes,
    is_compressed,
    shown,
    whole_bytes,
)
from infoloop.verdict_logs.files.omissions import Omissions
from infoloop.verdict_logs.formats.log_format import LogError

TEXT = b"".join(b"line %d\n" % k for k in range(5000))


def zstd(data: bytes) -> bytes:
    return pa.Codec("zstd").compress(data, asbytes=True)


@pytest.mark.parametrize("size", [7, 4096, 2**23])
@pytest.mark.parametrize(
    "pack",
    [bytes, gzip.compress, zstd, lambda text: gzip.compress(text[:99]) + gzip.compress(text[99:]),
     lambda text: zstd(text[:99]) + zstd(text[99:])],
)  # fmt: skip
def test_what_is_packed_comes_out_whole(pack, size, tmp_path):
    path = tmp_path / "log"
    path.write_bytes(pack(TEXT[:6000]))
    blocks = list(byte_blocks(path, size=size))
    assert b"".join(blocks) == TEXT[:6000] == whole_bytes(path)
    assert max(map(len, blocks)) <= size
    assert is_compressed(path) == (pack is not bytes)


def test_lines_of_a_packed_file_are_read_as_a_file(tmp_path):
    (tmp_path / "log.gz").write_bytes(gzip.compress(TEXT))
    with byte_file(tmp_path / "log.gz") as file:
        assert list(file) == TEXT.splitlines(keepends=True)


def test_a_gzip_file_that_ends_early_is_read_up_to_there_and_counted(tmp_path):
    path, omissions = tmp_path / "log.gz", Omissions()
    path.write_bytes(gzip.compress(TEXT)[:-200])
    read = b"".join(byte_blocks(path, omissions))
    assert TEXT.startswith(read)
    assert len(read) > 1000
    assert omissions == {"the gzip file ends early": (1, str(path))}


def test_what_follows_a_gzip_file_is_counted_and_zeros_are_not(tmp_path):
    for tail, counted in ((b"\0" * 100, []), (b"more", ["bytes after the end of the gzip file"])):
        path, omissions = tmp_path / "log.gz", Omissions()
        path.write_bytes(gzip.compress(TEXT) + tail)
        assert b"".join(byte_blocks(path, omissions)) == TEXT
        assert list(omissions) == counted


@pytest.mark.parametrize("data", [b"\x1f\x8b\x08\0" + b"x" * 50, b"\x28\xb5\x2f\xfd" + b"x" * 50])
def test_what_only_begins_like_an_archive_is_refused(data, tmp_path):
    (tmp_path / "log").write_bytes(data)
    with pytest.raises(LogError, match=r"log: not (gzip|Zstandard): "):
        whole_bytes(tmp_path / "log")


def test_a_bomb_of_gzip_is_refused_soon(tmp_path, monkeypatch):
    monkeypatch.setattr(byte_streams, "_INPUT", 2**10)
    monkeypatch.setattr(byte_streams, "RATIO_FROM", 2**16)
    engine = zlib.compressobj(9, wbits=31)
    data = b"".join(engine.compress(b"\0" * 2**20) for _ in range(4)) + engine.flush()
    (tmp_path / "log.gz").write_bytes(data)
    taken = []
    with pytest.raises(LogError, match=r"log\.gz: more than 1,000 bytes come out of each: a bomb"):
        taken.extend(map(len, byte_blocks(tmp_path / "log.gz")))
    assert sum(taken) < 2**21


def test_more_than_the_bounds_is_refused(tmp_path, monkeypatch):
    with pytest.raises(LogError, match="more than 68,719,476,736 bytes come out of it"):
        check_growth(2**36 + 1, 2**36, "log")
    monkeypatch.setattr(byte_streams, "MOST_DOCUMENT", 100)
    (tmp_path / "log").write_bytes(TEXT)
    with pytest.raises(LogError, match="one value of more than 100 bytes"):
        whole_bytes(tmp_path / "log")


def test_what_is_no_regular_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(LogError, match="cannot be read: it is no regular file"):
            whole_bytes(path)
    with pytest.raises(LogError, match="cannot be read: No such file"):
        first_bytes(tmp_path / "none")


def test_a_name_moves_no_cursor():
    assert shown(Path("a\x1b[2K\u202e.csv")) == "a\\x1b[2K\\u202e.csv"
