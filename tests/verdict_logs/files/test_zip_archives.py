"""Zip archives: members come out whole, and no archive takes more than its bounds."""

import io
import struct
import zipfile
import zlib

import pyarrow as pa
import pytest

from infoloop.verdict_logs.files import byte_streams, zip_archives
from infoloop.verdict_logs.files.omissions import Omissions
from infoloop.verdict_logs.files.zip_archives import ZipArchive
from infoloop.verdict_logs.formats.log_format import LogError

TEXT = b"a text that is there twice " * 200


def archive_of(path, members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def zstd_archive(path, name, frames):
    """Write an archive by hand, its member several frames of Zstandard, method 93."""
    packed = b"".join(pa.Codec("zstd").compress(frame, asbytes=True) for frame in frames)
    whole = b"".join(frames)
    sizes = struct.pack("<III", zlib.crc32(whole), len(packed), len(whole))
    common = struct.pack("<HHHHH", 63, 0, 93, 0, 0) + sizes + struct.pack("<HH", len(name), 0)
    local = b"PK\3\4" + common + name + packed
    central = b"PK\1\2" + struct.pack("<H", 63) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    path.write_bytes(local + central + end)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_come_out_whole(method, tmp_path):
    path = archive_of(tmp_path / "log.eval", [("a/../../b", TEXT), ("empty", b"")], method)
    archive = ZipArchive(path)
    assert archive.namelist() == ["a/../../b", "empty"]
    assert archive.read("a/../../b") == TEXT
    assert archive.open("a/../../b").read(5) == TEXT[:5]
    assert archive.read("empty") == b""
    assert list(tmp_path.iterdir()) == [path]


def test_frames_of_zstandard_are_joined(tmp_path):
    path = zstd_archive(tmp_path / "log.eval", b"samples/../x.json", [TEXT, b"more", TEXT])
    assert ZipArchive(path).read("samples/../x.json") == TEXT + b"more" + TEXT


def test_of_a_name_that_is_there_twice_the_last_is_read(tmp_path):
    path, omissions = tmp_path / "log.eval", Omissions()
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive_of(path, [("a", b"old"), ("b", b"1"), ("a", b"new")])
    archive = ZipArchive(path, omissions)
    assert archive.read("a") == b"new"
    assert sorted(archive.namelist()) == ["a", "b"]
    assert [count for count, _ in omissions.values()] == [1]


def test_a_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(byte_streams, "RATIO_FROM", 2**16)
    path = archive_of(tmp_path / "log.eval", [("zeros", b"\0" * 2**21)])
    with pytest.raises(LogError, match="member 'zeros': more than 1,000 bytes come out of each: a bomb"):
        ZipArchive(path).read("zeros")
    path = archive_of(tmp_path / "log.eval", [("a", TEXT), ("b", TEXT)])
    monkeypatch.setattr(zip_archives, "MOST_ARCHIVE_BYTES", 2 * len(TEXT) - 1)
    archive = ZipArchive(path)
    archive.read("a")
    with pytest.raises(LogError, match="more than 10,799 bytes come out of it"):
        archive.read("b")
    monkeypatch.setattr(zip_archives, "MOST_MEMBER_BYTES", 100)
    with pytest.raises(LogError, match="member 'a': more than 100 bytes come out of it"):
        ZipArchive(path).read("a")


def test_members_that_overlap_are_refused(tmp_path):
    path = archive_of(tmp_path / "log.eval", [("a", TEXT), ("b", TEXT)])
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\1\2")
    data[second + 42 : second + 46] = struct.pack("<I", 0)  # the second member begins where the first does
    path.write_bytes(data)
    with pytest.raises(LogError, match="members of the archive overlap: a bomb"):
        ZipArchive(path)


def test_what_is_damaged_is_refused(tmp_path):
    path = archive_of(tmp_path / "log.eval", [("a", TEXT)], zipfile.ZIP_STORED)
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    with pytest.raises(LogError, match=r"not a whole zip archive: .*`inspect log recover`"):
        ZipArchive(path)
    path.write_bytes(whole.replace(b"twice", b"thrice"[:5], 1))
    with pytest.raises(LogError, match="member 'a': its checksum is wrong"):
        ZipArchive(path).read("a")
    path.write_bytes(b"XX" + whole[2:])
    with pytest.raises(LogError, match="there is no member where the directory has one"):
        ZipArchive(path).read("a")
    flag = whole.index(b"PK\1\2") + 8
    path.write_bytes(whole[:flag] + b"\1" + whole[flag + 1 :])
    with pytest.raises(LogError, match="the archive is encrypted"):
        ZipArchive(path)


def test_too_many_members_and_other_methods_are_refused(tmp_path, monkeypatch):
    path = archive_of(tmp_path / "log.eval", [("a", TEXT), ("b", b"")], zipfile.ZIP_BZIP2)
    with pytest.raises(LogError, match="compression method 12 is not read"):
        ZipArchive(path).read("a")
    monkeypatch.setattr(zip_archives, "MOST_MEMBERS", 1)
    with pytest.raises(LogError, match="there are 2 members, at most 1 are read"):
        ZipArchive(path)


def test_a_member_is_a_file_to_the_json_module(tmp_path):
    path = archive_of(tmp_path / "log.eval", [("a", b'{"x": 1}\n')])
    assert io.TextIOWrapper(ZipArchive(path).open("a")).readline() == '{"x": 1}\n'
