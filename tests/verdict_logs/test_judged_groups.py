"""The groups of a log have the verdicts that are verdicts in every part of it."""

import pytest

from infoloop.verdict_logs.files.log_parts import open_log
from infoloop.verdict_logs.formats.log_format import LogError, Settings
from infoloop.verdict_logs.groups.within_groups import measured_names
from infoloop.verdict_logs.judged_groups import judged_table
from infoloop.verdict_logs.reader import read_log


def written(folder, *steps):
    for step, (one, other) in enumerate(steps):
        text = f"step,prompt,completion,correctness,format\n{step},p,x,{one},1.0\n{step},p,y,{other},0.0\n"
        (folder / f"completions_{step}.csv").write_text(text)
    return folder


def test_two_values_over_all_files_are_right_and_wrong(tmp_path):
    folder = written(tmp_path, (0.0, 2.0), (2.0, 2.0), (0.0, 0.0))
    assert measured_names(judged_table(open_log(folder)), "verdict") == ("correctness",)
    assert [counts.tolist() for counts in read_log(folder)[1:]] == [[6], [3]]


def test_a_third_value_in_another_file_makes_it_no_verdict_and_no_other_column_takes_its_place(tmp_path):
    folder = written(tmp_path, (0.0, 2.0), (1.0, 1.0))
    assert measured_names(judged_table(open_log(folder)), "verdict") == ()
    with pytest.raises(LogError, match="there is no verdict"):
        read_log(folder)

    def read(settings):
        return judged_table(open_log(folder, settings=settings))

    with pytest.raises(LogError, match="correctness takes other values than two of which one is 0"):
        read(Settings({"pass": "correctness"}))
    assert measured_names(read(Settings({"pass": "correctness"}, 1.5)), "verdict") == ("correctness",)
    assert measured_names(read(Settings({"pass": "format"})), "verdict") == ("format",)
