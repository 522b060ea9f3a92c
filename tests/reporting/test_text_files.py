"""Files that are no text, or no files: each is refused in one line, at once."""

import os

import pytest

from infoloop.reporting.text_files import UnreadableFileError, check_regular_file, line_with_nul, read_text_file


def test_a_text_is_read_whatever_ends_its_lines_and_begins_it(tmp_path):
    path = tmp_path / "t"
    path.write_bytes("\ufeffaé\r\nb\rc\n".encode())
    assert read_text_file(path) == "aé\nb\nc\n"


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b"a\nb\xff\n", 2, "byte 0xff is not UTF-8: save the file as UTF-8"),
        (b"a\n\nb\0", 3, "there is a NUL character"),
        (b"abcdefghijk", None, "it is longer than 10 bytes"),
    ],
)
def test_what_is_no_text_is_named_with_its_line(data, line, reason, tmp_path):
    path = tmp_path / "t"
    path.write_bytes(data)
    with pytest.raises(UnreadableFileError) as error:
        read_text_file(path, 10)
    assert error.value.line == line
    assert error.value.reason.startswith(reason)


def odd_files(folder):
    """A pipe that nobody writes to, a device without an end, a folder, and no file at all."""
    os.mkfifo(folder / "pipe")
    (folder / "zero").symlink_to("/dev/zero")
    (folder / "folder").mkdir()
    return [folder / "pipe", folder / "zero", folder / "folder", folder / "none", folder / "a\0b", folder / ("n" * 300)]


def test_what_is_no_regular_file_is_refused_at_once(tmp_path):
    for path in odd_files(tmp_path):
        for check in (check_regular_file, read_text_file):
            with pytest.raises(UnreadableFileError) as error:
                check(path)
            assert len(str(error.value).splitlines()) == 1


def test_a_file_that_the_system_cannot_read_is_refused():
    with pytest.raises(UnreadableFileError, match="Input/output error"):
        read_text_file("/proc/self/mem")


def test_the_first_nul_is_found_in_any_block(tmp_path, monkeypatch):
    monkeypatch.setattr("infoloop.reporting.text_files._BLOCK", 3)
    path = tmp_path / "t"
    path.write_bytes(b"ab\ncd\nef\n\0\n\0")
    assert line_with_nul(path) == 4
    path.write_bytes(b"ab\ncd\n")
    assert line_with_nul(path) is None
