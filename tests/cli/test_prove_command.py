"""`infoloop prove`: the verdict is the exit status, the certificate passes the checker, errors have a caret."""

import json
import os
import subprocess
import sys

import pytest

from infoloop.cli import app
from tests.support.command_line import run, status_of
from tests.support.full_disk import files_of_at_most


@pytest.mark.full
@pytest.mark.parametrize(
    ("statement", "given", "verdict", "status"),
    [
        ("I(X;Z) <= I(X;D)", "X -> D -> Z", "proved", 0),
        ("I(X;Z) <= I(X;D)", "X -> D,S -> Z", "refuted", 1),
        ("2 I(C;D) <= I(A;B) + I(A;C,D) + 3 I(C;D|A) + I(C;D|B)", "", "undecided", 2),
    ],
)
def test_prove_says_its_verdict_by_its_status(statement, given, verdict, status):
    shown = run("prove", statement, "--given", given, "--starts", "4", "--json")
    assert json.loads(shown.stdout)["verdict"] == verdict
    assert shown.exit_code == status


def test_prove_writes_a_certificate_that_the_checker_accepts(tmp_path):
    path = tmp_path / "new" / "dpi.json"
    shown = run("prove", "I(X;Z) <= I(X;D)", "--given", "X -> D -> Z", "--certificate", str(path))
    checked = subprocess.run(
        [sys.executable, "-m", "infoloop.check", str(path)], capture_output=True, text=True, check=True
    )
    assert "I(X;D|Z)" in shown.stdout
    assert "holds" in checked.stdout


def test_prove_takes_several_assumptions():
    shown = run("prove", "I(X;Z) <= I(X;D) + I(X;S)", "--given", "X -> D,S -> Z", "--given", "D _||_ S | X")
    assert shown.exit_code == 0


def test_a_statement_that_does_not_parse_is_shown_with_a_caret(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["infoloop", "prove", "I(X;Z) <= I(X;D"])
    with pytest.raises(SystemExit) as stop:
        app.main()
    assert stop.value.code == 3
    assert capsys.readouterr().err.splitlines()[1:] == ["  I(X;Z) <= I(X;D", " " * 17 + "^"]


@pytest.mark.parametrize("name", ["pipe", "link", "folder"])
def test_a_certificate_replaces_nothing_but_a_regular_file(name, tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    (tmp_path / "folder").mkdir()
    assert status_of("prove", "H(X) >= 0", "--certificate", str(tmp_path / name)) == 3
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"infoloop: cannot write {tmp_path / name}: it is a ")
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "link").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "link", "pipe"]


def test_a_certificate_is_written_through_a_link(tmp_path):
    (tmp_path / "link.json").symlink_to("dpi.json")
    assert run("prove", "H(X) >= 0", "--certificate", str(tmp_path / "link.json")).exit_code == 0
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "dpi.json").read_text())["statement"]


def test_a_certificate_that_finds_no_room_is_one_line_and_no_verdict(tmp_path, capsys):
    with files_of_at_most(10):
        status = status_of("prove", "H(X) >= 0", "--certificate", str(tmp_path / "c.json"))
    shown = capsys.readouterr()
    assert (status, shown.out) == (3, "")
    assert shown.err.startswith(f"infoloop: cannot write {tmp_path / 'c.json'}: File too large; make room")
    assert list(tmp_path.iterdir()) == []


def test_a_statement_that_does_not_parse_leaves_no_folder_behind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert status_of("prove", "H(X) <= bad(", "--certificate", "new/c.json") == 3
    assert status_of("prove", "H(X) <= 0", "--starts", "1", "--certificate", "new/c.json") == 1
    assert list(tmp_path.iterdir()) == []
