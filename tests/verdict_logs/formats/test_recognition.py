"""Every example of a log is told by its content, and by one format alone; what is like none is refused in a line."""

import re

import pytest

from infoloop.verdict_logs.files.log_parts import open_log
from infoloop.verdict_logs.files.opening import peek
from infoloop.verdict_logs.formats.log_format import LogError, Opening
from infoloop.verdict_logs.formats.recognition import FORMATS, UnknownFormatError, format_named, recognise
from tests.support.paths import LOGS

FOLDERS = {
    "counts": "counts", "evalplus": "evalplus", "evalplus_base_only": "evalplus", "human_eval": "human_eval",
    "human_eval_extra": "human_eval", "inspect": "inspect_ai", "inspect_numbers": "inspect_ai", "lm_eval": "lm_eval",
    "lm_eval_before_0.4.7": "lm_eval", "plain": "plain", "trl": "trl", "trl_renamed": "trl", "verifiers": "verifiers",
    "verifiers_renamed": "verifiers", "verl": "verl", "verl_short": "verl",
}  # fmt: skip


@pytest.mark.parametrize(("folder", "name"), FOLDERS.items())
def test_each_example_is_told_by_its_content(folder, name):
    reading = open_log(LOGS / folder)
    assert reading.form.name == name
    assert f"read as {name}: " in reading.said


def test_the_names_of_formats_differ():
    names = [form.name for form in FORMATS]
    assert len(set(names)) == len(names)
    assert all(form.title for form in FORMATS)
    assert all(format_named(form.name) is form for form in FORMATS if not form.refused)


def test_a_name_that_is_none_is_refused():
    with pytest.raises(LogError, match="format: there is no 'vrel': did you mean verl"):
        format_named("vrel")


def seen(path, *records, kind="lines"):
    return Opening(path, kind, records)


def test_what_is_like_none_is_refused_with_the_names_of_formats(tmp_path):
    with pytest.raises(UnknownFormatError, match=r"\(keys are x\): name one with --format; formats are .*plain$"):
        recognise(seen(tmp_path / "f", {"x": 1}))
    with pytest.raises(UnknownFormatError, match=r"\(it is a zip\)"):
        recognise(Opening(tmp_path / "f", "zip", (), ("a.txt",)))


def test_what_is_like_two_is_refused_and_a_name_decides(tmp_path):
    both = {"task_id": "a", "passed": True, "result": "passed", "input": "", "output": "", "score": 1, "step": 1}
    with pytest.raises(LogError, match="it could be verl or human_eval: say which with --format"):
        recognise(seen(tmp_path / "f", both))
    assert recognise(seen(tmp_path / "f", both), "verl").name == "verl"


def test_what_has_nothing_to_audit_is_refused_with_what_to_give(tmp_path):
    (tmp_path / "log.jsonl").write_text('{"step": 1, "time": 2.0, "loss": 3}\n{"step": 2, "time": 3.0, "loss": 3}\n')
    with pytest.raises(LogError, match=re.escape("log.jsonl: metrics by step: there are no rollouts: give")):
        recognise(peek(tmp_path / "log.jsonl"))


def test_a_document_of_one_row_may_be_a_line(tmp_path):
    (tmp_path / "log.jsonl").write_text('{"task_id": "a", "passed": true, "result": "passed", "completion": ""}\n')
    assert recognise(peek(tmp_path / "log.jsonl")).name == "human_eval"


def test_an_object_of_settings_is_no_row(tmp_path):
    for name in ("config.json", "log.jsonl"):
        (tmp_path / name).write_text('{"id": 3, "score": 1}\n')
    assert recognise(peek(tmp_path / "log.jsonl")).name == "plain"
    with pytest.raises(UnknownFormatError):
        recognise(peek(tmp_path / "config.json"))
