"""Files are complete or absent."""

import pytest

from infoloop.reporting.atomic_files import UnwritableError, atomic_write_text, writable_folder


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


def test_a_folder_below_a_file_is_unwritable(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UnwritableError, match=r"cannot write to .*file/out: .*; name another folder"):
        writable_folder(tmp_path / "file" / "out")
