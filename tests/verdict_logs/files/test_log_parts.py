"""A log as it is read: parts, what is left out with its place, what is said, folders as one log."""

import json
import os

import numpy as np
import pandas as pd
import pytest

from infoloop.verdict_logs.files import log_parts, log_rows
from infoloop.verdict_logs.files.arrow_files import read_arrow
from infoloop.verdict_logs.files.log_parts import BACK, NO_LOG, REPEATED, STEPS_BY_NAME, TWICE, open_log
from infoloop.verdict_logs.formats import plain
from infoloop.verdict_logs.formats.log_format import LogError, Settings


def written(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows))
    return path


def row(problem="a", reward=1, **more):
    return {"prompt": problem, "reward": reward, **more}


def read(reading):
    return [row for part in reading for row in zip(part.problem, part.step.tolist(), part.row, strict=True)]


def problems_of(reading):
    return [name for part in reading for name in part.problem]


def test_prompts_that_come_back_each_step_need_no_attempt(tmp_path):
    path = written(tmp_path / "log.jsonl", [row("a", k % 2, step=k // 4) for k in range(12)])
    reading = open_log(path)
    assert [np.asarray(part.step).tolist() for part in reading] == [[0] * 4 + [1] * 4 + [2] * 4]
    assert (reading.left_out, reading.remarks, reading.rows) == ({}, {}, 12)
    assert reading.said == (
        "read as plain: rows with a column for each (problem: prompt, step: step, reward: reward); "
        "a group is the same problem, and the same step and group where there are such columns"
    )


def test_what_is_left_out_is_counted_with_its_first_place(tmp_path):
    rows = [row("a"), '{"prompt": \n', row("b", float("nan")), {"note": "no prompt"}, row("c"), '{"prompt": "d", "rew']
    reading = open_log(written(tmp_path / "log.jsonl", rows))
    assert problems_of(reading) == ["a", "c"]
    at = f"{tmp_path / 'log.jsonl'}:"
    assert reading.left_out == {
        "no JSON": (1, f"{at}2"),
        "the last line is cut off": (1, f"{at}6"),
        "no prompt": (1, f"{at}3"),
        "no verdict and no reward": (1, f"{at}3"),
    }
    assert problems_of(reading) == ["a", "c"]  # it can be read again
    assert reading.left_out["no JSON"].count == 1


def test_rollouts_that_stand_twice_are_left_out_or_refused(tmp_path):
    rows = [row("a", attempt=1, step=1), row("a", attempt=2, step=1), row("a", attempt=1, step=2)]
    path = written(tmp_path / "log.jsonl", [*rows, rows[1], rows[2]])
    reading = open_log(path)
    assert len(problems_of(reading)) == 3
    assert reading.left_out == {TWICE: (2, f"{path}:4")}
    pd.DataFrame([{"problem": "a", "attempt": k, "pass": 1} for k in (1, 2, 1)]).to_csv(tmp_path / "v.csv")
    with pytest.raises(
        LogError, match=r"v\.csv:4: attempt: problem 'a', attempt '1' stands in lines 2 and 4: keep one"
    ):
        problems_of(open_log(tmp_path / "v.csv"))


def test_a_step_that_goes_back_is_said(tmp_path):
    path = written(tmp_path / "log.jsonl", [row("a", step=step) for step in (1, 2, 5, 3, 4, 5)])
    reading = open_log(path)
    assert len(problems_of(reading)) == 6
    assert reading.remarks == {BACK: (2, f"{path}:4")}


def test_grades_are_said_and_known_at_the_end(tmp_path):
    reading = open_log(written(tmp_path / "log.jsonl", [row("a", 1), row("a", -1), row("b", 0.5)]))
    problems_of(reading)
    assert reading.graded
    assert reading.remarks[plain.BELOW_ZERO] == (1, f"{tmp_path / 'log.jsonl'}:2")
    judged = open_log(tmp_path / "log.jsonl", settings=Settings(threshold=0.5))
    assert [part.verdicts["reward"].tolist() for part in judged] == [[1, 0, 1]]
    assert not judged.graded


def test_a_folder_of_steps_is_one_log_in_numeric_order(tmp_path):
    for step in (10, 9, 2):
        written(tmp_path / f"{step}.jsonl", [row("a"), row("b", 0)])
    written(tmp_path / "notes.txt", ["x"])
    written(tmp_path / "config.json", [{"id": 3, "score": 5}])
    reading = open_log(tmp_path)
    assert [step for _, step, _ in read(reading)] == [2, 2, 9, 9, 10, 10]
    assert reading.remarks == {STEPS_BY_NAME: (3, str(tmp_path / "2.jsonl"))}
    assert reading.skipped == {
        "files whose names end like no log's": (1, str(tmp_path / "notes.txt")),
        NO_LOG: (1, str(tmp_path / "config.json")),
    }
    assert ", 3 files; " in reading.said


def test_two_formats_in_a_folder_are_refused_with_both_names(tmp_path):
    written(tmp_path / "1.jsonl", [row()] * 2)
    written(tmp_path / "2.jsonl", [{"input": "", "output": "", "score": 1, "step": 1}] * 2)
    with pytest.raises(LogError, match=r"two formats in one folder: .*1\.jsonl is plain, .*2\.jsonl is verl: name one"):
        open_log(tmp_path)


def test_stray_files_are_no_log_where_the_format_is_named(tmp_path):
    rows = [{"input": "p", "output": "x", "gts": "y", "score": k % 2, "step": 1} for k in range(4)]
    (tmp_path / "1.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "config.json").write_text('{"model": "m", "layers": 3}')
    (tmp_path / "events.jsonl").write_text('{"a": 1}\n{"a": 2}\n')
    (tmp_path / "README.md").write_text("# run")
    reading = open_log(tmp_path, "verl")
    assert sum(len(part.problem) for part in reading) == 4
    assert [opening.path.name for opening in reading.files] == ["1.jsonl"]
    assert reading.skipped[NO_LOG].count == 2
    (tmp_path / "1.jsonl").unlink()
    assert len(open_log(tmp_path, "verl").files) == 2  # the user's word, where no file is like it


def test_a_folder_without_a_log_says_why(tmp_path):
    written(tmp_path / "1.jsonl", [{"x": 1}] * 2)
    with pytest.raises(LogError, match=r"there is no log in the folder: .*1\.jsonl: no format of logs is like it"):
        open_log(tmp_path)


def test_a_buffer_that_is_written_again_is_left_out(tmp_path):
    columns = {"prompt": ["a", "a", "b", "b"], "completion": list("wxyz"), "ok": [1.0, 0, 1, 0]}
    frame = pd.DataFrame({"step": 1, **columns, "advantage": [1.0, -1, 1, -1]})
    frame.to_parquet(tmp_path / "completions_00001.parquet")
    frame.assign(step=2).to_parquet(tmp_path / "completions_00002.parquet")
    reading = open_log(tmp_path)
    assert [step for _, step, _ in read(reading)] == [1] * 4
    assert reading.left_out == {REPEATED: (4, f"{tmp_path / 'completions_00002.parquet'}:row 1")}


def test_a_buffer_longer_than_a_frame_is_left_out(tmp_path, monkeypatch):
    rows = [{"prompt": f"p{k // 4}", "completion": f"{k}", "ok": k % 2, "advantage": k % 2 - 0.5} for k in range(40)]
    for number, of in enumerate((slice(24), slice(16, 40)), start=1):
        pd.DataFrame(rows[of]).assign(step=number).to_parquet(tmp_path / f"completions_0000{number}.parquet")
    monkeypatch.setattr(log_rows, "read_arrow", lambda path, choose: read_arrow(path, choose, 10))
    reading = open_log(tmp_path)
    assert [step for _, step, _ in read(reading)] == [1] * 24 + [2] * 16
    assert reading.left_out == {REPEATED: (8, f"{tmp_path / 'completions_00002.parquet'}:row 1")}


def test_columns_and_a_format_overrule_what_is_told(tmp_path):
    path = written(tmp_path / "log.jsonl", [{"q": "a", "ok": True, "t": 3}] * 2)
    with pytest.raises(LogError, match=r"no format of logs is like it .*; or name the columns with --columns"):
        open_log(path)
    reading = open_log(path, settings=Settings({"problem": "q", "pass": "ok", "step": "t"}))
    assert read(reading) == [("a", 3, 1), ("a", 3, 2)]
    with pytest.raises(LogError, match="format: there is no 'plian': did you mean plain"):
        open_log(path, "plian")


def test_an_empty_log_says_what_was_left_out(tmp_path):
    path = written(tmp_path / "log.jsonl", [row("a", None), row(None)])
    with pytest.raises(LogError, match="no row of the log can be read: 1 left out: no prompt, first at"):
        problems_of(open_log(path))


def test_a_name_moves_no_cursor(tmp_path):
    path = written(tmp_path / "a\x1b[2J.jsonl", [{"x": 1}] * 2)
    with pytest.raises(LogError) as error:
        open_log(path)
    assert "\x1b" not in str(error.value)
    os.mkfifo(tmp_path / "pipe.jsonl")
    with pytest.raises(LogError, match=r"pipe\.jsonl: cannot be read: it is no regular file"):
        open_log(tmp_path / "pipe.jsonl")


def test_beyond_the_bound_no_duplicates_are_looked_for_and_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(log_parts, "MOST_KEYS", 1)
    reading = open_log(written(tmp_path / "log.jsonl", [row("a", attempt=1)] * 2))
    assert len(problems_of(reading)) == 2
    assert reading.remarks[log_parts.UNCOMPARED].count == 2


def test_a_part_keeps_its_arrays_together(tmp_path):
    rows = [row("a", k, attempt=k // 2, step=1, advantage=float(k), tokens=k, passed=1) for k in range(6)]
    (part,) = open_log(written(tmp_path / "log.jsonl", rows), settings=Settings(threshold=3))
    assert part.row.tolist() == [1, 3, 5]
    for values in (part.reward, part.advantage, part.length):
        assert np.asarray(values).tolist() == [0, 2, 4]
    assert part.verdicts["passed"].tolist() == [1, 1, 1]


@pytest.mark.parametrize("first", [True, False])
def test_a_folder_of_files_with_steps_and_files_without_is_refused_with_both(tmp_path, first):
    steps = [row("a", step=1), row("b", step=2)]
    for name, stepped in (("x", first), ("y", not first), ("z", not first)):
        written(tmp_path / f"{name}.jsonl", steps if stepped else [row("a"), row("b")])
    whole, bare = ("x", "y") if first else ("y", "x")
    said = rf"{whole}\.jsonl has steps, .*{bare}\.jsonl has none: name one of them, or put the step into the names"
    with pytest.raises(LogError, match=said):
        problems_of(open_log(tmp_path))
    numbered = tmp_path / "numbered"
    numbered.mkdir()
    written(numbered / "a.jsonl", steps)
    written(numbered / "3.jsonl", [row("a"), row("b")])
    assert [step for _, step, _ in read(open_log(numbered))] == [3, 3, 1, 2]
