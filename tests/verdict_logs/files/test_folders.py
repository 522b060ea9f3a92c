"""Files of a folder: in numeric order, none from outside, each kind of file that is skipped counted."""

import os

import pytest

from infoloop.verdict_logs.files import folders
from infoloop.verdict_logs.files.folders import log_files, natural_key, step_in_name
from infoloop.verdict_logs.files.omissions import Omissions
from infoloop.verdict_logs.formats.log_format import LogError


def filled(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")


def found_in(folder, omissions=None):
    return [
        str(path.relative_to(folder)) for path in log_files(folder, Omissions() if omissions is None else omissions)
    ]


def test_names_are_in_numeric_order(tmp_path):
    filled(tmp_path, "10.jsonl", "9.jsonl", "step_2/b.csv.gz", "step_10/a.csv.zst", "step_2/a.csv")
    assert found_in(tmp_path) == ["9.jsonl", "10.jsonl", "step_2/a.csv", "step_2/b.csv.gz", "step_10/a.csv.zst"]
    assert natural_key("a" + "9" * 5000) > natural_key("a1")


def test_what_is_skipped_is_counted(tmp_path):
    filled(tmp_path / "in", "a.jsonl", "b.txt", ".hidden.csv", "c.png")
    filled(tmp_path, "secret.jsonl")
    (tmp_path / "in" / "out.jsonl").symlink_to(tmp_path / "secret.jsonl")
    (tmp_path / "in" / "same.jsonl").symlink_to(tmp_path / "in" / "a.jsonl")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    os.mkfifo(tmp_path / "in" / "pipe.jsonl")
    omissions = Omissions()
    assert found_in(tmp_path / "in", omissions) == ["a.jsonl", "same.jsonl"]
    assert {reason: count for reason, (count, _) in omissions.items()} == {
        "files whose names end like no log's": 3,
        "links out of the folder": 1,
        "no regular files": 2,
    }


def test_depth_and_number_are_bounded(tmp_path, monkeypatch):
    filled(tmp_path, "/".join("abcdefgh") + "/1.csv", "/".join("abcdefghi") + "/2.csv")
    omissions = Omissions()
    assert found_in(tmp_path, omissions) == ["a/b/c/d/e/f/g/h/1.csv"]
    assert omissions == {"folders deeper than 8": (1, str(tmp_path / "a/b/c/d/e/f/g/h/i"))}
    monkeypatch.setattr(folders, "MOST_FILES", 2)
    filled(tmp_path, "1.txt", "2.csv")
    with pytest.raises(LogError, match="there are more than 2 files in it: name a folder in it"):
        found_in(tmp_path)


def test_rows_that_another_file_has_too_are_read_once(tmp_path):
    filled(tmp_path, "step_1/train/all/traces.jsonl", "step_1/train/effective/traces.jsonl", "a.eval", "a-scored.eval")
    omissions = Omissions()
    assert found_in(tmp_path, omissions) == ["a-scored.eval", "step_1/train/all/traces.jsonl"]
    assert [count for count, _ in omissions.values()] == [2]


def test_a_folder_without_a_log_is_refused(tmp_path):
    filled(tmp_path, "README.md")
    with pytest.raises(LogError, match=r"there is no log in the folder: names end in \.jsonl"):
        found_in(tmp_path)


def test_the_step_in_a_name(tmp_path):
    assert step_in_name(tmp_path / "7.jsonl.gz") == 7
    assert step_in_name(tmp_path / "train_data_step12.jsonl") == 12
    assert step_in_name(tmp_path / ("9" * 16 + ".jsonl")) is None
    assert step_in_name(tmp_path / "samples_sums_2026-11-27T10-11-12.123456.jsonl") is None
    assert step_in_name(tmp_path / "2026-11-27T10-11-12+00-00_sums_step3.eval") == 3
