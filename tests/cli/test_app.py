"""The command line as a user meets it: help, bad input in one line with exit status 3, and what the README shows."""

import re

import pytest

import infoloop
from infoloop.cli import app
from tests.support.command_line import run
from tests.support.paths import PLANTED, ROOT


def test_version():
    assert run("--version").stdout == f"infoloop {infoloop.__version__}\n"


@pytest.mark.parametrize("command", [(), ("verify",), ("list",)])
def test_help_has_examples_or_options(command):
    shown = run(*command, "--help")
    assert shown.exit_code == 0
    assert "infoloop" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("verify", "thm:dpy"), "no statement is labelled 'thm:dpy': did you mean thm:dpi?"),
        (("verify", "--theory", "/nowhere"), "/nowhere has no chapter"),
        (("verify", "thm:dpi", "--out", "/dev/null/x"), "cannot write to /dev/null/x"),
        (("run", "mixing_real_dota"), "there is no experiment 'mixing_real_dota': did you mean mixing_real_data?"),
        (
            ("run", PLANTED, "--set", "size=3"),
            "there is no key 'size': did you mean sizes?; keys are sizes, rates, work",
        ),
        (("run", PLANTED, "--set", "rates=2"), "rates[0] is '2': input should be less than or equal to 1"),
        (("run", PLANTED, "--set", "sizes=0"), "sizes[0] is '0': input should be greater than or equal to 1"),
        (("run", PLANTED, "--out", "/dev/null/x"), "cannot write to /dev/null/x"),
        (("run", PLANTED, "--out", str(ROOT)), f"{ROOT} is not empty and holds no run: name another --out"),
        (("run", PLANTED, "--shard", "3/2"), "shard is '3/2': give i/n with i from 1 to n"),
        (("run", PLANTED, "--processes", "2"), "give all of --coordinator HOST:PORT, --processes N and --process I"),
        (("prove", "H(X) <= 1", "--certificate", "/dev/null/x/y"), "cannot write to /dev/null/x"),
    ],
)
def test_bad_input_is_one_line_and_status_3(arguments, message, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["infoloop", *arguments])
    with pytest.raises(SystemExit) as stop:
        app.main()
    shown = capsys.readouterr().err
    assert stop.value.code == 3
    assert shown.startswith("infoloop: " + message)
    assert len(shown.splitlines()) == 1


def test_a_missing_argument_is_bad_input(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["infoloop", "prove"])
    with pytest.raises(SystemExit) as stop:
        app.main()
    assert stop.value.code == 3
    assert "Missing argument" in capsys.readouterr().err


def test_the_readme_shows_the_commands_that_the_gate_runs():
    commands = re.findall(r"^python3 -m venv .*", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert [command.rsplit("/", 1)[1] for command in commands] == ["infoloop verify", "pytest"]
