"""What README.md and the pages of docs/ show is what comes out: commands, sessions, examples, links."""

import dataclasses
import re
import sys
from pathlib import Path

import jax
import matplotlib as mpl
import pytest
from typer.core import TyperGroup
from typer.main import get_command

from infoloop.cli import app
from infoloop.statements.verification import StatementResult
from tests.support.page_blocks import arguments_of_commands, blocks, differing, wrong_blocks, wrong_comments
from tests.support.paths import ROOT

WRITTEN = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
PAGES = sorted([*WRITTEN, *(ROOT / "docs" / "tutorials").glob("*.md"), *(ROOT / "docs" / "how_to").glob("*.md")])
RUN = [page for page in PAGES if any(b.language in ("console", "pycon", "python") for b in blocks(page.read_text()))]
FAST = ("check_a_certificate", "prove_an_inequality")  # the others take seconds to minutes
SLOW = (pytest.mark.slow, pytest.mark.full)
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)(?:#[^)]*)?\)")
MADE = ("docs/api/", "docs/theory/", "docs/gallery")  # by Sphinx and by its gallery, which check links themselves


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_of_a_page_is_understood(page):
    group = get_command(app.app)
    assert isinstance(group, TyperGroup)
    for command in arguments_of_commands(page.read_text(encoding="utf-8")):
        called, _, arguments = group.resolve_command(group.make_context("infoloop", ["list"]), command)
        assert called == command[0]
        assert called is not None
        group.commands[called].make_context(called, arguments)


@pytest.mark.parametrize("page", [pytest.param(p, marks=() if p.stem in FAST else SLOW) for p in RUN], ids=name)
def test_what_a_page_shows_is_what_comes_out(page, tmp_path, monkeypatch, capsys):
    def printed_by(arguments):
        monkeypatch.setattr("sys.argv", ["infoloop", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit):
            app.main()
        printed = capsys.readouterr()
        return (printed.out + printed.err).splitlines()

    (tmp_path / "experiments").symlink_to(ROOT / "experiments")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    try:
        with mpl.rc_context():  # a page may choose a style for all figures
            assert wrong_blocks(page.read_text(encoding="utf-8"), printed_by) == []
    finally:
        jax.config.update("jax_enable_x64", True)
        for module in set(sys.modules) - before:
            if str(tmp_path) in str(getattr(sys.modules[module], "__file__", "")):
                del sys.modules[module]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_of_a_page_leads_to_a_file(page):
    goals = [goal for goal in LINK.findall(page.read_text(encoding="utf-8")) if "{" not in goal]
    places = [(page.parent / goal).resolve() for goal in goals]
    missing = [goal for goal, place in zip(goals, places, strict=True) if not place.exists()]
    assert [goal for goal in missing if not name((page.parent / goal).resolve()).startswith(MADE)] == []


def test_the_json_keys_that_a_page_names_are_there():
    words = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
    (keys,) = re.findall(r"verify --json` .*? with the keys (.*?) and more", words, re.DOTALL)
    known = {field.name for field in dataclasses.fields(StatementResult)} - {"cls"} | {"class"}
    assert set(keys.replace("\n", " ").split(", ")) <= known


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 100


def test_what_is_not_so_is_noticed(tmp_path, monkeypatch):
    assert differing(["a", "...", "c"], ["a", "b", "c "]) == []
    assert differing(["c", "a"], ["a", "b", "c"]) == ["a"]
    assert differing(["a 1"], ["a 2"]) == ["a 1"]
    assert len(wrong_comments("x = 2\nx / 3  # 0.667, a third\nx, x / 4  # 2, 0.5 in all\nx  # 3: no", {})) == 1
    monkeypatch.chdir(tmp_path)
    page = "```python\n# my/a.py\nx = 1\n```\n```pycon\n>>> 1 + 1\n3\n```\n"
    page += "```console\n$ cat my/a.py; echo b\nx = 2\nb\n```\n"
    wrong = wrong_blocks(page, lambda arguments: arguments)
    assert [text.splitlines()[-1].strip() for text in wrong] == ["2", "cat my/a.py; echo b: x = 2"]
