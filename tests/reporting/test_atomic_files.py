"""Files are complete or absent, whatever stops their writer; only regular files are replaced."""

import fcntl
import os
import stat
from pathlib import Path

import pytest

from infoloop.reporting.atomic_files import (
    UnwritableError,
    atomic_write_bytes,
    atomic_write_text,
    check_writable_folder,
    remove_abandoned_parts,
    replaceable_file,
    writable_folder,
    write_if_absent,
)
from tests.support.full_disk import files_of_at_most


def test_a_file_is_replaced_at_once(tmp_path):
    path = tmp_path / "new" / "a.json"
    atomic_write_text(path, "1")
    atomic_write_text(path, "2")
    assert path.read_text() == "2"
    assert [p.name for p in path.parent.iterdir()] == ["a.json"]


def test_a_failed_write_leaves_the_old_file_and_no_part(tmp_path):
    path = tmp_path / "a.json"
    atomic_write_text(path, "old")
    with pytest.raises(UnicodeEncodeError):
        atomic_write_text(path, "\ud800")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("room", [0, 1, 4096])
def test_a_full_disk_is_one_line_and_leaves_the_old_file_and_no_part(room, tmp_path):
    path = tmp_path / "a.nc"
    atomic_write_text(path, "old")
    with files_of_at_most(room), pytest.raises(UnwritableError, match=r"cannot write .*a\.nc: .*; make room"):
        atomic_write_bytes(path, bytes(5000))
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.nc"]


def test_a_folder_below_a_file_is_unwritable(tmp_path):
    (tmp_path / "file").write_text("")
    for check in (check_writable_folder, writable_folder):
        for path in ("file", "file/out"):
            with pytest.raises(
                UnwritableError,
                match=rf"cannot write to .*{path}: .*/file is a file, not a folder; name another folder",
            ):
                check(tmp_path / path)


@pytest.mark.parametrize("name", ["there", "new", "new/deep"])
def test_a_folder_that_could_be_written_is_not_made_by_the_check(name, tmp_path):
    (tmp_path / "there").mkdir()
    check_writable_folder(tmp_path / name)
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]


@pytest.mark.parametrize(
    ("name", "why"),
    [("x" * 300, "File name too long"), ("circle/new", "Too many levels"), ("/proc/new", ""), ("dangling", "")],
)
def test_the_check_finds_what_would_fail_later(name, why, tmp_path):
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(UnwritableError, match=rf"cannot write to .*: .*{why}.*; name another folder"):
        check_writable_folder(tmp_path / name)


@pytest.fixture(params=["folder", "pipe", "link to a pipe"])
def no_file(request, tmp_path):
    """What is there and is no regular file."""
    path = tmp_path / "there"
    if request.param == "folder":
        path.mkdir()
    else:
        os.mkfifo(tmp_path / "pipe")
        path = tmp_path / "pipe"
    if request.param.startswith("link"):
        path = tmp_path / "link"
        path.symlink_to("pipe")
    return path


def test_what_is_no_regular_file_is_never_replaced(no_file):
    before = no_file.lstat()
    with pytest.raises(UnwritableError, match=r"it is a (folder|device, a pipe or a socket), and only a regular file"):
        atomic_write_text(no_file, "1")
    assert no_file.lstat().st_ino == before.st_ino
    assert not [path for path in no_file.parent.iterdir() if path.suffix == ".part"]


def test_a_link_is_followed_and_stays_a_link(tmp_path):
    (tmp_path / "kept").mkdir()
    for name in ("a.json", "dangling.json"):
        (tmp_path / name).symlink_to(Path("kept") / name)
    (tmp_path / "kept" / "a.json").write_text("old")
    for name in ("a.json", "dangling.json"):
        atomic_write_text(tmp_path / name, "new")
        assert (tmp_path / name).is_symlink()
        assert (tmp_path / "kept" / name).read_text() == "new"


@pytest.mark.parametrize("name", ["x" * 300, "circle", "x" * 250])
def test_a_path_that_cannot_be_is_one_line(name, tmp_path):
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(UnwritableError, match=r"cannot write .*: "):
        atomic_write_text(tmp_path / name, "1")


def test_a_path_where_nothing_is_may_be_written(tmp_path):
    assert replaceable_file(tmp_path / "new.json") == (tmp_path / "new.json").resolve()


def test_what_a_killed_writer_left_is_removed_by_the_next_and_what_a_living_one_writes_is_not(tmp_path):
    names = (
        "a.json01ab45ef.infoloop.part",
        "a.json12345678.infoloop.part",
        "b.json01ab45ef.infoloop.part",
        "a.json.part",
        "[a].json1234567a.infoloop.part",
    )
    for name in names:
        (tmp_path / name).write_text("half")
    with (tmp_path / names[1]).open("rb") as living:
        fcntl.flock(living, fcntl.LOCK_EX)
        atomic_write_text(tmp_path / "a.json", "whole")
        assert {path.name for path in tmp_path.iterdir()} == {"a.json", *names[1:]}
    remove_abandoned_parts(tmp_path / "a.json")
    remove_abandoned_parts(tmp_path / "[a].json")
    assert {path.name for path in tmp_path.iterdir()} == {
        "a.json",
        "b.json01ab45ef.infoloop.part",
        *names[3:4],
        *names[5:],
    }


def test_only_the_first_writer_of_a_file_succeeds(tmp_path):
    assert write_if_absent(tmp_path / "a", "one")
    assert not write_if_absent(tmp_path / "a", "two")
    assert (tmp_path / "a").read_text() == "one"


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_may_be_read_by_whom_the_umask_lets(mask, mode, tmp_path):
    before = os.umask(mask)
    try:
        atomic_write_text(tmp_path / "a", "1")
        assert write_if_absent(tmp_path / "b", "1")
    finally:
        os.umask(before)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in "ab"] == [mode, mode]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o400])
def test_a_file_that_is_replaced_keeps_who_may_read_it(mode, tmp_path, monkeypatch):
    path, modes = tmp_path / "a", []
    path.write_text("private")
    path.chmod(mode)
    flush = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: modes.append(os.fstat(handle).st_mode) or flush(handle))
    atomic_write_text(path, "as private")
    assert path.read_text() == "as private"
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert modes
    assert not any(stat.S_IMODE(found) & ~mode for found in modes)  # nor may others read it while it is written
