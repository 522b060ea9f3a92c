"""Experiments and models are found by name; one that is unknown or lacks a part is refused."""

import os
from pathlib import Path
from types import ModuleType

import pytest

from infoloop.studies import discovery
from tests.support.paths import ROOT


def test_an_unknown_experiment_is_refused_with_the_nearest():
    with pytest.raises(
        discovery.StudyError, match=r"no experiment 'mixing_real_dat': did you mean mixing_real_data[?]"
    ):
        discovery.load("mixing_real_dat")


def test_a_file_that_is_no_experiment_says_what_it_lacks(tmp_path):
    (tmp_path / "mine.py").write_text("Config = None\n")
    with pytest.raises(discovery.StudyError, match=r"mine\.py lacks SMALL, CLAIMS"):
        discovery.load(str(tmp_path / "mine.py"))


@pytest.mark.parametrize("name", ["{}/evil", "../evil", "evil", "./evil", "_hidden", "", ".", "evil.txt", "collapse/"])
def test_code_runs_only_from_a_py_file_that_was_named(name, tmp_path, monkeypatch):
    (tmp_path / "experiments").mkdir()
    for path in ("evil.py", "evil.txt", "experiments/_hidden.py", "experiments/collapse.py", "evil"):
        (tmp_path / path).write_text("raise AssertionError('run')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(discovery, "folder_of_experiments", lambda: tmp_path / "experiments")
    with pytest.raises(discovery.StudyError, match="there is no experiment '"):
        discovery.load(name.format(tmp_path))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = 1\nx ==== 2\n", "mine.py:2: not Python: invalid syntax"),
        ("x = (\n", "mine.py:1: not Python: '\\(' was never closed"),
        ("import sys\nsys.exit(0)\n", "mine.py:2: it ends the process, with status 0"),
        ("raise SystemExit('gone')\n", "mine.py:1: it ends the process, with status gone"),
        ("\n\n1 / 0\n", "mine.py:3: ZeroDivisionError: division by zero"),
        ("import nowhere\n", "mine.py:1: ModuleNotFoundError: No module named 'nowhere'"),
        ("def f():\n    return f()\nf()\n", "mine.py:2: RecursionError: maximum recursion depth exceeded"),
        ("raise ValueError('two\\nlines' + 'x' * 10**6)\n", "mine.py:1: ValueError: two"),
    ],
)
def test_code_that_fails_is_told_in_one_line_with_its_place(code, message, tmp_path):
    (tmp_path / "mine.py").write_text(code)
    with pytest.raises(discovery.StudyError, match=message) as refused:
        discovery.load(str(tmp_path / "mine.py"))
    assert len(str(refused.value).splitlines()) == 1
    assert len(str(refused.value)) < 1000


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("\nimport broken_import\n", r"/broken_import\.py:3: not Python: invalid syntax"),
        ("\neval('1 +')\n", r"/mine\.py:2: SyntaxError: invalid syntax"),
        ("\nraise SyntaxError('own')\n", r"/mine\.py:2: SyntaxError: own"),
    ],
)
def test_a_syntax_error_is_told_of_the_text_that_has_it(code, message, tmp_path, monkeypatch):
    (tmp_path / "broken_import.py").write_text("x = 1\n\nx ==== 2\n")
    (tmp_path / "mine.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(discovery.StudyError, match=message) as refused:
        discovery.load(str(tmp_path / "mine.py"))
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["mine.py", "./mine.py", "sub/../mine.py"])
@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("\n\n1 / 0\n", "ZeroDivisionError: division by zero"),
        ("\n\neval('1 +')\n", "SyntaxError: invalid syntax"),
    ],
)
def test_the_place_is_told_of_a_relative_path_too(name, code, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "mine.py").write_text(code)
    with pytest.raises(discovery.StudyError) as refused:
        discovery.load(name)
    assert str(refused.value).startswith(f"{Path(name)}:3: {message}")


@pytest.mark.slow
def test_a_path_without_a_file_is_told_as_such(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.py").mkdir()
    os.mkfifo("pipe.py")
    for name, message in (
        ("nosuch.py", "nosuch.py: there is no such file; `infoloop list` names the experiments there are"),
        ("collapse.py", "collapse.py: there is no such file; the experiment of infoloop is called collapse"),
        ("folder.py", "folder.py: is a folder: name a file of Python in it"),
        ("pipe.py", "pipe.py: is no regular file: name a file of Python"),
    ):
        with pytest.raises(discovery.StudyError) as refused:
            discovery.load(name)
        assert str(refused.value) == message


def test_summaries_are_read_as_utf_8_whatever_the_locale(tmp_path, monkeypatch):
    def read_in_ascii_unless_told(path, encoding="ascii", errors=None):
        return read(path, encoding, errors)

    read = Path.read_text
    (tmp_path / "mine.py").write_text('"""Gaußian loops."""\n', encoding="utf-8")
    monkeypatch.setattr(Path, "read_text", read_in_ascii_unless_told)
    assert discovery.experiment_summaries(tmp_path) == {"mine": "Gaußian loops."}


@pytest.mark.parametrize("content", [b"x = '\xff'\n", b"x = 1\0\n"])
def test_what_is_no_text_is_told_in_one_line(content, tmp_path):
    (tmp_path / "mine.py").write_bytes(content)
    with pytest.raises(discovery.StudyError, match=r"mine\.py:1: not Python: ") as refused:
        discovery.load(str(tmp_path / "mine.py"))
    assert len(str(refused.value).splitlines()) == 1


def test_of_many_experiments_the_nearest_are_listed(monkeypatch):
    monkeypatch.setattr(discovery, "_names", lambda folder: [f"study_{k}" for k in range(724)])
    with pytest.raises(discovery.StudyError, match=r"there are study_.* and 716 more"):
        discovery.load("study_71l")


def test_experiments_and_models_say_what_they_are_without_being_run():
    assert discovery.experiment_summaries(ROOT / "tests" / "support")["planted_experiment"].startswith(
        "A planted experiment"
    )
    assert "wright_fisher" in discovery.model_summaries()


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        (
            ("thm:dpi", "thm:dpy"),
            "CLAIMS of mine names 'thm:dpy', which theory/ does not state: did you mean thm:dpi[?]",
        ),
        ("thm:dpi", "CLAIMS of mine is 'thm:dpi': give a tuple of labels"),
        (3, "CLAIMS of mine is 3: give a tuple of labels"),
    ],
)
def test_claims_that_theory_does_not_state_are_refused(claims, message):
    study = ModuleType("study")
    vars(study).update(CLAIMS=claims, __file__="mine.py")
    with pytest.raises(discovery.StudyError, match=message):
        discovery.cited_statements(study)
