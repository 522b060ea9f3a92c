"""The groups of a log have the verdicts that are verdicts in every part of it."""

import json

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


def test_a_threshold_divides_the_first_verifier_that_the_user_names(tmp_path):
    folder = written(tmp_path, (0.0, 2.0), (1.0, 1.0))
    table = judged_table(open_log(folder, settings=Settings({"pass": "correctness+format"}, 1.5)))
    assert measured_names(table, "verdict") == ("correctness", "format")


def verl_log(folder, *steps):
    for step, scores in enumerate(steps, 1):
        rows = [{"input": "p", "output": "x", "gts": "1", "score": score, "step": step} for score in scores]
        (folder / f"{step}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def test_the_score_of_verl_is_its_whole_reward(tmp_path):
    (tmp_path / "even").mkdir()
    (tmp_path / "graded").mkdir()
    even = verl_log(tmp_path / "even", (0.0, 1.0), (1.0, 1.0))
    graded = verl_log(tmp_path / "graded", (0.0, 1.0), (0.5, 1.0))
    assert measured_names(judged_table(open_log(even)), "verdict") == ("score",)
    assert measured_names(judged_table(open_log(graded)), "verdict") == ()


def test_a_verifier_that_is_called_score_is_not_the_reward_of_other_logs(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("prompt,reward,score\np,0.5,0\np,2.5,1\nq,0.25,1\nq,1.5,0\n")
    table = judged_table(open_log(log, settings=Settings({"problem": "prompt", "pass": "score"})))
    assert measured_names(table, "verdict") == ("score",)
