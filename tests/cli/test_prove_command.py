"""`infoloop prove`: the verdict is the exit status, the certificate passes the checker, errors have a caret."""

import json
import subprocess
import sys

import pytest

from infoloop.cli import app
from tests.support.command_line import run


@pytest.mark.slow
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
