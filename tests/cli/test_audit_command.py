"""`infoloop audit` of pipelines and of logs: text, JSON alone, a page where it is asked for, one line for bad input."""

import json
import os
from pathlib import Path

import pandas as pd
import pytest

from infoloop.check import check_certificate
from infoloop.cli import app
from infoloop.verdict_logs.rollout_audit import audit_rollouts
from infoloop.verdict_logs.rollout_text import rollout_audit_text
from tests.support.command_line import run, status_of
from tests.support.paths import LOG, LOGS, PIPELINES


@pytest.mark.full
def test_the_command_prints_json_alone():
    shown = run("audit", str(PIPELINES / "teacher.toml"), "--json")
    row = json.loads(shown.stdout)
    assert row["verdict"] == "open"
    assert row["rounds"][0]["open"] is True
    for ceiling in row["ceilings"]:
        for proof in ceiling["proofs"]:
            check_certificate(proof)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[nodes]\nX = { role = "tusk" }\n', ":2: nodes.X.role: there is no role 'tusk': did you mean task?"),
        ('[nodes]\nX = { role = "task" }\n', ":1: nodes: there is no state"),
        ("[nodes\n", ":1: not TOML: "),
    ],
)
def test_a_bad_pipeline_is_one_line_and_status_3(text, message, tmp_path, monkeypatch, capsys):
    path = tmp_path / "p.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["infoloop", "audit", str(path)])
    with pytest.raises(SystemExit) as stop:
        app.main()
    shown = capsys.readouterr().err
    assert stop.value.code == 3
    assert shown.startswith(f"infoloop: {path}{message}")
    assert len(shown.splitlines()) == 1


def test_what_is_no_plain_file_is_not_replaced_by_a_page(tmp_path):
    os.mkfifo(tmp_path / "pipe.html")
    done = run("audit", str(PIPELINES / "teacher.toml"), "--out", str(tmp_path / "pipe.html"))
    assert "pipe.html is no place for a page" in str(done.exception)
    assert (tmp_path / "pipe.html").is_fifo()


def test_the_error_aimed_at_is_refused_for_a_log():
    assert "leave out --error" in str(run("audit", str(LOG), "--error", "0.1").exception)


@pytest.mark.full
def test_the_page_is_named_after_the_file_where_no_name_is_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("audit", str(PIPELINES / "self_distillation.toml"), "--html").exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["self_distillation.html"]


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("/dev/null/x/y.html", "cannot write to /dev/null/x"),
        ("p.toml", "the page would replace p.toml itself"),
        ("notes.txt", "notes.txt is no place for a page: name a folder that exists, or a file that ends in .html"),
        ("/dev/null", "/dev/null is no place for a page"),
    ],
)
def test_a_page_that_cannot_be_written_is_one_line_and_status_3(out, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("p.toml").write_text((PIPELINES / "teacher.toml").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["infoloop", "audit", "p.toml", "--out", out])
    with pytest.raises(SystemExit) as stop:
        app.main()
    shown = capsys.readouterr()
    assert (stop.value.code, shown.out) == (3, "")
    assert shown.err.startswith("infoloop: " + message)
    assert len(shown.err.splitlines()) == 1


@pytest.mark.parametrize("name", ["nosuch.toml", "bad.toml", "nosuch.csv"])
def test_a_file_that_cannot_be_read_leaves_no_folder_of_its_page(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("bad.toml").write_text("[nodes\n", encoding="utf-8")
    assert status_of("audit", name, "--html", "--out", "new/deep/x.html") == 3
    assert [path.name for path in tmp_path.iterdir()] == ["bad.toml"]


@pytest.mark.slow
def test_the_folder_of_a_page_is_made(tmp_path):
    assert run("audit", str(LOG), "--out", str(tmp_path / "new" / "x.html")).exit_code == 0
    assert (tmp_path / "new" / "x.html").is_file()


@pytest.mark.slow
def test_the_command_gives_the_same_of_both_formats(tmp_path):
    renamed = pd.read_csv(LOG).rename(columns={"problem": "task_id", "pass": "reward"})
    renamed.sample(frac=1, random_state=1).to_parquet(tmp_path / "verdicts.parquet")
    options = ["--confidence", "0.9", "--json"]
    shown = [
        run("audit", str(LOG), *options),
        run("audit", str(tmp_path / "verdicts.parquet"), "--columns", "problem=task_id,pass=reward", *options),
    ]
    rows = [json.loads(result.stdout) for result in shown]
    assert [row["file"] for row in rows] == ["verdicts.csv", "verdicts.parquet"]
    same = ("pass_rate", "problems", "told", "again", "entropy", "numbers")
    assert [rows[0][key] for key in same] == [rows[1][key] for key in same]
    assert rows[0]["confidence"] == 0.9
    assert rows[0]["problems"]["problem"][0] == "algebra-01"


@pytest.mark.slow
def test_the_command_shows_the_text():
    shown = run("audit", str(LOG))
    assert (shown.exit_code, shown.stdout) == (0, rollout_audit_text(audit_rollouts(LOG)) + "\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([str(LOG), "--confidence", "1"], "confidence is 1.0: give a number above 0 and below 1, such as 0.95"),
        (
            [str(LOG), "--columns", "pass"],
            "columns: 'pass' is not understood: write problem=NAME,attempt=NAME,pass=NAME",
        ),
        ([str(LOG), "--columns", "pass=tokens"], f"{LOG}:2: tokens: '663' is no verdict: give 0, 1, true or false"),
        (["p.json"], "p.json: cannot be read: No such file or directory"),
        (
            ["p.toml", "--confidence", "0.9"],
            "p.toml is no log: leave out --confidence, or give a log",
        ),
    ],
)
def test_bad_input_is_one_line_and_status_3(arguments, message, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["infoloop", "audit", *arguments])
    with pytest.raises(SystemExit) as stop:
        app.main()
    shown = capsys.readouterr().err
    assert stop.value.code == 3
    assert shown.startswith(f"infoloop: {message}")
    assert len(shown.splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("log", ["lm_eval", "verl_short", "trl"])
def test_a_log_is_told_in_json_that_strict_readers_take(log):
    def refuse(word):
        raise ValueError(word)

    found = json.loads(run("audit", str(LOGS / log), "--json").stdout, parse_constant=refuse)
    assert found["rollouts"] > 0
