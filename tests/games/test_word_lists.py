"""Word lists: what is read, and what is refused with its line."""

import os

import pytest

from infoloop.games.word_lists import read_words
from tests.support.paths import DATA


def written(tmp_path, data: bytes):
    path = tmp_path / "words.txt"
    path.write_bytes(data)
    return path


def test_the_list_of_the_tests_is_read():
    words = read_words(DATA / "words.txt")
    assert len(words) == 60
    assert sum(len(set(word)) < 5 for word in words) > 30


@pytest.mark.parametrize("data", [b"Crane\nSLATE\n", b"crane\r\n slate", b"\xef\xbb\xbfcrane\nslate\n"])
def test_case_ends_of_lines_and_marks_are_no_matter(tmp_path, data):
    assert read_words(written(tmp_path, data)) == ["crane", "slate"]


def test_letters_beyond_ascii_are_letters(tmp_path):
    assert read_words(written(tmp_path, "größe\nмирно\n".encode())) == ["größe", "мирно"]


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"crane\nstone\nfour\n", r"words.txt, line 3 has 4 letters in 'four', but 'crane' 5"),
        (b"crane\nst0ne\n", r"words.txt, line 2 has '0' in 'st0ne'"),
        (b"crane\nfew er\n", r"line 2 has ' ' in 'few er'"),
        (b"crane\n\nstone\n", r"words.txt, line 2 is empty"),
        (b"crane\nstone\nCrane\n", r"words.txt, line 3 repeats 'crane' of line 1"),
        (b"", r"words.txt is empty"),
        (b"cr\xffne\n", r"words.txt, line 1: byte 0xff is not UTF-8: save the file as UTF-8"),
        (b"crane\nsto\0e\n", r"words.txt, line 2: there is a NUL character"),
        ("crane\nst́one\n".encode(), r"words.txt, line 2 has '́' in 'st́one'"),
    ],
)
def test_what_is_no_list_is_refused_in_one_line(tmp_path, data, match):
    with pytest.raises(ValueError, match=match) as refusal:
        read_words(written(tmp_path, data))
    assert "\n" not in str(refusal.value)


def test_a_letter_is_one_however_it_is_written(tmp_path):
    composed, apart = "été\nÎle\n", "e\u0301te\u0301\nI\u0302le\n"
    assert composed.encode() != apart.encode()
    assert read_words(written(tmp_path, apart.encode())) == read_words(written(tmp_path, composed.encode()))
    assert read_words(written(tmp_path, apart.encode())) == ["\xe9t\xe9", "\xeele"]
    with pytest.raises(ValueError, match="line 2 repeats"):
        read_words(written(tmp_path, "été\ne\u0301te\u0301".encode()))


@pytest.mark.parametrize("data", [b"a" * 10**6 + b"\nb", b"b\n" + b"a" * 10**6, b"1" * 10**6, b"a\n" * 10**7])
def test_what_is_huge_is_one_short_line(tmp_path, data):
    with pytest.raises(ValueError) as refusal:
        read_words(written(tmp_path, data))
    assert len(str(refusal.value)) < 500


def test_what_is_no_file_is_refused_at_once(tmp_path):
    (tmp_path / "zero").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe")
    for name in ("zero", "pipe"):
        with pytest.raises(ValueError, match=f"cannot read .*{name}: it is no regular file: .*; name a text file"):
            read_words(tmp_path / name)


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(ValueError, match="cannot read"):
        read_words(tmp_path)
    with pytest.raises(ValueError, match=r"cannot read .*missing"):
        read_words(tmp_path / "missing")
