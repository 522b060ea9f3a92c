"""Lines of a journal come back as they were written, or not at all: cut off, damaged, or without room."""

import io
import os
import random
from threading import Thread

import pytest

from infoloop.studies import journals
from infoloop.studies.journals import StoreError, append_line, journal_lines, read_whole_file
from tests.support.full_disk import files_of_at_most

ROWS = [{"shard": f"decay {{'n': {k}}} from 0", "values": {"x": [0.1 * k, 1e-320, k]}} for k in range(3)]


class CountingFile(io.BytesIO):
    """A file that notes how many bytes are read of it."""

    def __init__(self, file, read):
        self.seek, self._file, self._read = file.seek, file, read

    def read(self, size=-1, /):
        content = self._file.read(size)
        self._read.append(len(content))
        return content


@pytest.fixture
def journal(tmp_path):
    path = tmp_path / "shards-1-of-1.jsonl"
    for row in ROWS:
        append_line(path, row)
    return path


def test_lines_come_back(journal):
    assert list(journal_lines(journal)) == ROWS
    assert list(journal_lines(journal.with_name("none.jsonl"))) == []


@pytest.mark.slow
def test_what_a_kill_cut_off_is_not_read_and_the_next_line_is_complete(journal):
    whole = journal.read_bytes()
    for size in range(len(whole)):
        journal.write_bytes(whole[:size])
        kept = list(journal_lines(journal))
        assert kept == ROWS[: whole[:size].count(b"\n")]
        append_line(journal, {"more": 1})
        assert list(journal_lines(journal)) == [*kept, {"more": 1}]


def test_a_long_line_that_was_cut_off_is_not_read(journal):
    whole = journal.read_bytes()
    journal.write_bytes(whole + b"x" * (2 * journals._CHUNK + 1))
    assert list(journal_lines(journal)) == ROWS
    append_line(journal, {"more": 1})
    assert list(journal_lines(journal)) == [*ROWS, {"more": 1}]


def test_a_line_is_added_without_reading_those_before(journal, monkeypatch):
    journal.write_bytes(journal.read_bytes() + b"x\n" * journals._CHUNK)
    find, read = journals._end_of_last_line, []

    monkeypatch.setattr(journals, "_end_of_last_line", lambda file: find(CountingFile(file, read)))
    append_line(journal, {"more": 1})
    assert 0 < sum(read) <= journals._CHUNK


@pytest.mark.full
def test_a_wrong_byte_anywhere_is_one_line(journal):
    whole, chance = journal.read_bytes(), random.Random(0)
    for place in range(len(whole)):
        for change in (1, 1 << chance.randrange(8), chance.randrange(1, 256)):
            damaged = bytearray(whole)
            damaged[place] ^= change
            journal.write_bytes(damaged)
            if place == len(whole) - 1:  # the last line's end: it is cut off
                assert list(journal_lines(journal)) == ROWS[:2]
                continue
            with pytest.raises(StoreError, match="is damaged: remove that line") as refused:
                list(journal_lines(journal))
            assert len(str(refused.value).splitlines()) == 1


def test_a_line_without_checksum_is_refused(journal):
    journal.write_bytes(b'{"shard": "one", "values": {"x": 1}}\n' + journal.read_bytes())
    with pytest.raises(StoreError, match=r"shards-1-of-1.jsonl:1 is damaged: remove that line"):
        list(journal_lines(journal))


@pytest.mark.parametrize("room", [0, 1, 10, 100])
def test_a_full_disk_is_one_line_and_what_was_there_is_kept(room, journal):
    before = journal.read_bytes()
    with files_of_at_most(len(before) + room), pytest.raises(StoreError, match=r"cannot write .*; make room and run"):
        append_line(journal, {"values": list(range(100))})
    assert journal.read_bytes() == before
    append_line(journal, {"more": 1})
    assert list(journal_lines(journal))[-1] == {"more": 1}


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_neither_read_nor_written(make, tmp_path):
    make(tmp_path / "shards-1-of-1.jsonl")
    with pytest.raises(StoreError, match="is no regular file"):
        list(journal_lines(tmp_path / "shards-1-of-1.jsonl"))
    with pytest.raises(StoreError, match="is no regular file"):
        append_line(tmp_path / "shards-1-of-1.jsonl", {})


def test_a_file_that_cannot_be_read_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be read: Not a directory"):
        read_whole_file(tmp_path / "file" / "run.json")


def test_a_line_that_another_process_adds_meanwhile_is_kept(journal, monkeypatch):
    """A thread stands for the other process; it begins when this one has read how long the file is."""
    others, find = [], journals._end_of_last_line

    def find_and_let_another_write(file):
        end = find(file)
        monkeypatch.setattr(journals, "_end_of_last_line", find)
        others.append(Thread(target=append_line, args=(journal, {"shard": "other's"})))
        others[0].start()
        others[0].join(timeout=0.1)
        return end

    monkeypatch.setattr(journals, "_end_of_last_line", find_and_let_another_write)
    append_line(journal, {"shard": "mine"})
    others[0].join()
    assert list(journal_lines(journal)) == [*ROWS, {"shard": "mine"}, {"shard": "other's"}]
