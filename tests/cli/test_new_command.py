"""`infoloop new`: each skeleton runs at once and passes its own test, in a folder that is no checkout."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infoloop.cli.new_files import skeleton_kinds
from tests.support.command_line import run, status_of
from tests.support.paths import ROOT

SHOWN = {  # what the first of the next commands prints
    "experiment": "my_own/report.html: figures, tables",
    "model": "round 1: I(X;Z) = 0.531004 bits, 0.531004 in closed form",
    "pipeline": "OPEN   my_own",
    "statement": "thm:my-own own T machine certified",
    "world": "Held-out accuracy of the best learner: 1.000",
}


def as_installed(folder: Path, command: str) -> subprocess.CompletedProcess:
    """Run a command in a folder as one would who has installed the package: the current folder is on no path."""
    script = "import sys, infoloop.cli.app; sys.argv[0] = 'infoloop'; sys.path.remove(''); infoloop.cli.app.main()"
    program, *arguments = command.split()
    call = [sys.executable, "-c", script, *arguments] if program == "infoloop" else [sys.executable, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(call, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.full
@pytest.mark.parametrize("kind", skeleton_kinds())
def test_a_skeleton_runs_at_once_and_passes_its_test(kind, tmp_path):
    written = as_installed(tmp_path, f"infoloop new {kind} my_own --json")
    assert written.returncode == 0, written.stderr
    commands = json.loads(written.stdout)["commands"]
    done = {command: as_installed(tmp_path, command) for command in commands}
    assert {command: found.stderr[-500:] for command, found in done.items() if found.returncode} == {}
    assert SHOWN[kind] in done[commands[0]].stdout
    assert " passed" in done[commands[-1]].stdout


@pytest.mark.full
@pytest.mark.parametrize("kind", skeleton_kinds())
def test_a_skeleton_is_well_formed_and_formatted(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("new", kind, "my_own").exit_code == 0
    ruff = [sys.executable, "-m", "ruff"]
    rules = "--select=E,F,W,I,N,UP,B,C4,PT,RET,SIM"
    lint = subprocess.run(
        [*ruff, "check", "--isolated", rules, "--line-length=120", "."], capture_output=True, text=True, check=False
    )
    assert lint.returncode == 0, lint.stdout
    form = [*ruff, "format", "--isolated", "--line-length=120", "--check", "."]
    assert subprocess.run(form, capture_output=True, check=False).returncode == 0


def test_what_was_written_and_the_next_commands_are_shown(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shown = run("new", "pipeline", "my_loop", "--in", "my loops")
    assert shown.stdout.splitlines() == [
        "written  my loops/my_loop.toml",
        "written  my loops/test_my_loop.py",
        "next     cd 'my loops' && infoloop audit my_loop.toml",
        "next     cd 'my loops' && python -m pytest test_my_loop.py",
    ]
    assert sorted(path.name for path in (tmp_path / "my loops").iterdir()) == ["my_loop.toml", "test_my_loop.py"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("modle", "mine"), "there is no skeleton of 'modle': did you mean model?; there are model, statement"),
        (("experiment", "collapse"), "'collapse' is an experiment of infoloop: give another name, such as my_collapse"),
        (("model", "urn"), "'urn' is a model of infoloop"),
        (("world", "lookup"), "'lookup' is a world of infoloop"),
        (("experiment", "jax"), "'jax' is an installed module"),
        (("experiment", "taken"), "taken.py is there already, and nothing is overwritten"),
        (("experiment", "mine.py"), "'mine.py' is no name: leave out .py: mine"),
        (("model", "mine", "--in", "/dev/null/x"), "cannot write to /dev/null/x"),
        (("model", "mine", "--in", "taken.py"), "cannot write to taken.py: taken.py is a file, not a folder; name"),
        (("model", "mine", "--in", ""), "Invalid value for '--in': a path is empty: give one, or leave it out"),
    ],
)
def test_what_cannot_be_is_one_line_and_leaves_nothing(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("taken.py").write_text("mine")
    assert status_of("new", *arguments) == 3
    shown = capsys.readouterr().err
    assert shown.startswith("infoloop: " + message)
    assert len(shown.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["taken.py"]
    assert Path("taken.py").read_text() == "mine"


@pytest.mark.slow
def test_a_label_that_a_chapter_has_is_not_given_again(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run("new", "statement", "x").exit_code == 0
    before = sorted(tmp_path.rglob("*"))
    assert status_of("new", "statement", "x_") == 3
    message = f"'x_' gives the label thm:x, which {Path('theory/x.md')} has: give another name"
    assert capsys.readouterr().err == f"infoloop: {message}\n"
    assert sorted(tmp_path.rglob("*")) == before
    assert run("new", "statement", "y").exit_code == 0
