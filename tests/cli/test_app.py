"""The command line as a user meets it: help, bad input in one line with exit status 3, and what the README shows."""

import errno
import io
import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

import infoloop
from infoloop.cli import app
from infoloop.cli.theory_contents import names_of_blocks, published_blocks
from infoloop.statements.theory_files import default_folder, read_blocks
from tests.support.command_line import run, status_of
from tests.support.paths import PLANTED, ROOT


def test_the_version_is_a_number_alone_as_scripts_want_it():
    assert run("--version").stdout == f"{infoloop.__version__}\n"


@pytest.mark.parametrize("command", [(), *((name,) for name in app.COMMANDS)], ids=" ".join)
def test_the_help_of_every_command_has_its_examples(command):
    shown = run(*command, "--help")
    assert shown.exit_code == 0
    assert re.search(rf"Examples\s+infoloop {' '.join(command) or 'verify'}\b", shown.stdout)


def test_the_help_lists_every_command():
    shown = run("--help").stdout
    assert [name for name in app.COMMANDS if not re.search(rf"^│ {name} ", shown, re.MULTILINE)] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("verify", "thm:dpy"), "no statement is labelled 'thm:dpy': did you mean thm:dpi?"),
        (("verify", "S99"), "no statement is labelled 'S99': there are S01 to S73, and the nearest is S73"),
        (("measure", "S1"), "S01 has a claim and no experiment: run `infoloop verify S01`"),
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
        (("prove", "H(X) <= 1", "--certificate", str(ROOT)), f"cannot write {ROOT}: it is a folder"),
        (("prove", "H(X) <= 1", "--starts", "100000000"), "Invalid value for '--starts': "),
        (("prove", "H(X) <= 1", "--seed", str(2**63)), "Invalid value for '--seed': "),
        (("verify", "S01", "--seed", str(2**63)), "Invalid value for '--seed': "),
        (("run", PLANTED, "--seed", str(2**63)), "Invalid value for '--seed': "),
        (("run", PLANTED, "--set", "work=1e400"), "work is '1e400': give a whole number, in digits"),
        (
            ("run", PLANTED, "--set", "work=999999999999"),
            "work is '999999999999': input should be less than or equal to",
        ),
        (("run", PLANTED, "--set", "work=" + "9" * 5000), "work is '9999"),
        (
            ("run", "rare_tokens", "--set", "draws=2", "--set", "copies=50"),
            "copies is up to 50: give at most the least",
        ),
        (("run", "bits_per_episode", "--set", "pegs=100000"), "100000 pegs in 6 colours are too many"),
    ],
)
def test_bad_input_is_one_line_and_status_3(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert status_of(*arguments) == 3
    shown = capsys.readouterr().err
    assert shown.startswith("infoloop: " + message)
    assert len(shown.splitlines()) == 1
    assert len(shown) < 1200
    assert list(tmp_path.rglob("*.nc")) == []


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("audit", "log.csv", "--out", ""), "--out"),
        (("audit", "log.csv", "--compare", ""), "--compare"),
        (("audit", "log.csv", "--to-pipeline", ""), "--to-pipeline"),
        (("audit", ""), "file"),
        (("run", PLANTED, "--out", ""), "--out"),
        (("verify", "--out", ""), "--out"),
        (("verify", "--theory", ""), "--theory"),
        (("measure", "hyp:label-transfers", "--out", ""), "--out"),
        (("prove", "H(X) >= 0", "--certificate", ""), "--certificate"),
    ],
)
def test_a_path_that_is_empty_as_an_unset_variable_is_refused(arguments, option, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert status_of(*arguments) == 3
    shown = capsys.readouterr().err
    assert shown.startswith(f"infoloop: Invalid value for '{option}': a path is empty: give one, or leave it out; see ")
    assert len(shown.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("prove",), "infoloop: Missing argument 'statement'; see infoloop prove --help"),
        (("prov",), "infoloop: No such command 'prov'"),
        (("list", "--jsn"), "infoloop: No such option: --jsn"),
    ],
)
def test_a_call_that_is_none_is_one_line_and_status_3(arguments, message, capsys):
    assert status_of(*arguments) == 3
    shown = capsys.readouterr().err
    assert shown.startswith(message)
    assert len(shown.splitlines()) == 1


def test_without_arguments_the_help_is_shown(capsys):
    assert status_of() == 3
    assert "Usage: infoloop" in "".join(capsys.readouterr())


@pytest.mark.parametrize("command", [(), *((name,) for name in app.COMMANDS)])
def test_the_help_of_every_command_says_what_its_exit_status_means(command):
    shown = " ".join(run(*command, "--help").stdout.split())
    assert "Exit status 0" in shown
    assert "3 on bad input, or if it could not be done (full disk, closed pipe, out of memory, interrupted)" in shown


@pytest.mark.parametrize("command", [(), *((name,) for name in app.COMMANDS)])
def test_every_label_and_number_that_a_help_names_is_there(command):
    theory = default_folder()
    known = names_of_blocks((*read_blocks(theory), *published_blocks(theory))).keys() | {"thm:my-own"}
    shown = run(*command, "--help").stdout
    named = re.findall(r"\b(?:[a-z]{3}:[a-zA-Z][\w-]+|[SC]\d{2})\b", shown)
    assert [name for name in named if name not in known] == []
    assert named or command not in [("measure",), ("verify",), ("show",)]


EVIL = "\x1b[2K\x1b[1A\rholds\x9b2J\u202e\u2066\x07\t\udcff"


@pytest.mark.parametrize(
    "arguments",
    [
        ("prove", EVIL),
        ("prove", f"H(X) <= {EVIL}"),
        ("prove", "H(X) <= 1", "--given", EVIL),
        ("prove", "H(X) <= 1", "--certificate", f"/dev/null/{EVIL}/x"),
        ("prove", "H(X) <= 1", f"--{EVIL}"),
        (EVIL,),
        ("verify", EVIL),
        ("verify", "--theory", EVIL),
        ("audit", f"{EVIL}.toml"),
        ("audit", f"{EVIL}.csv"),
        ("audit", f"{EVIL}.py"),
        ("audit", "evil.toml"),
        ("audit", "evil.csv"),
        ("audit", "evil.csv", "--columns", EVIL),
        ("audit", "evil.toml", "--out", f"{EVIL}.txt"),
        ("list", EVIL),
        ("list", "--chapter", EVIL),
        ("list", "--kind", EVIL),
        ("show", EVIL),
        ("show", "evil.py"),
        ("new", EVIL, "x"),
        ("new", "model", EVIL),
        ("new", "model", "mine", "--in", f"/dev/null/{EVIL}"),
        ("list", "evil.py"),
        ("list", "evil.py", "--json"),
        ("run", EVIL),
        ("run", "evil.py", "--set", f"sizes={EVIL}"),
        ("run", "evil.py", "--set", EVIL),
        ("run", PLANTED, "--shard", EVIL),
        ("run", PLANTED, "--out", f"/dev/null/{EVIL}"),
    ],
)
def test_nothing_that_is_shown_moves_the_cursor(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    evil = repr(EVIL[:-1])  # a file cannot have half a character
    planted = Path(PLANTED).read_text(encoding="utf-8").replace("normals a point", f"{EVIL[:-1]}")
    Path("evil.py").write_text(planted.replace("\r", "\\r").replace("\x1b", "\\x1b"), encoding="utf-8")
    Path("evil.toml").write_text(f"title = {EVIL[:-1]}", encoding="utf-8")
    Path("evil.csv").write_text(f"problem,pass\n1,{evil}{EVIL[:-1]}\n", encoding="utf-8")
    status_of(*arguments)
    shown = "".join(capsys.readouterr())
    assert shown
    assert [c for c in shown if c != "\n" and (unicodedata.category(c) in ("Cc", "Cf", "Cs") or c == "\x9b")] == []


class Full(io.StringIO):
    """Standard output where there is no room; `at` is the call that fails."""

    def __init__(self, at: str, error: OSError):
        super().__init__()
        self.at, self.error = at, error

    def write(self, text: str) -> int:
        """Fail, or write."""
        if self.at == "write":
            raise self.error
        return super().write(text)

    def flush(self) -> None:
        """Fail, or flush."""
        if self.at == "flush":
            raise self.error


@pytest.mark.parametrize("at", ["write", "flush"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EPIPE, errno.EIO])
@pytest.mark.parametrize("arguments", [("prove", "H(X) <= H(X,Y)"), ("prove", "H(X) <= 0"), ("list",), ("--version",)])
def test_standard_output_that_takes_nothing_is_no_verdict(arguments, number, at, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout", Full(at, OSError(number, os.strerror(number))))
    assert status_of(*arguments) == 3
    shown = capsys.readouterr().err
    assert shown.startswith("infoloop: ")
    assert len(shown.splitlines()) == 1


@pytest.mark.full
@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("{} prove 'H(X) >= 0' | head -c 0; exit ${{PIPESTATUS[0]}}", "standard output was closed before"),
        ("{} list | head -c 0; exit ${{PIPESTATUS[0]}}", "standard output was closed before"),
        ("{} --help | head -c 0; exit ${{PIPESTATUS[0]}}", "standard output was closed before"),
        ("{} prove 'H(X) >= 0' > /dev/full", "cannot read or write: No space left on device"),
        ("{} prove 'H(X) >= 0' >&-", "cannot read or write: standard output is closed"),
        ("{} prove 'H(X) >= 0' > /dev/full 2> /dev/full", ""),
    ],
)
def test_a_full_or_closed_standard_output_is_one_line_and_status_3(command, message):
    command = command.format(f"{sys.executable} -m infoloop")
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 3
    assert done.stderr.startswith("infoloop: " + message if message else "")
    assert len(done.stderr.splitlines()) == bool(message)


def test_the_readme_shows_the_commands_that_the_gate_runs():
    commands = re.findall(r"^python3 -m venv .*", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert [command.rsplit("/", 1)[1] for command in commands] == ["infoloop verify", "pytest"]
