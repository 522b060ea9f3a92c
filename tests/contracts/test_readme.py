"""What the README shows is what the commands print and what the example gives."""

import ast
import dataclasses
import re
import shlex

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from infoloop.cli import app
from infoloop.statements.verification import StatementResult
from tests.support.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
VALUE = re.compile(r"(?:\w+ = )?(?P<text>'[^']*'|[\d.]+(?:, [\d.]+)*)(?:$|[ ,:])")


def transcripts(text: str) -> list[tuple[list[str], list[str]]]:
    """The commands of all console blocks as lists of arguments, each with the lines that are shown below it."""
    found: list[tuple[list[str], list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ infoloop "):
                found.append((shlex.split(line.removeprefix("$ infoloop "), comments=True), []))
            else:
                found[-1][1].append(line)
    return found


def differing(shown: list[str], printed: list[str]) -> list[str]:
    """The lines that are shown and not printed, or not in this order; `...` stands for any lines."""
    rest, missing = iter(printed), []
    for line in (line for line in shown if line.strip() != "..."):
        if not any(line.rstrip() == other.rstrip() for other in rest):
            missing.append(line)
            rest = iter(printed)
    return missing


SHOWN = {" ".join(command): (command, lines) for command, lines in transcripts(README) if lines}


@pytest.mark.parametrize("command", [command for command, _ in transcripts(README)], ids=" ".join)
def test_every_command_of_the_readme_is_understood(command):
    group = get_command(app.app)
    assert isinstance(group, TyperGroup)
    name, _, arguments = group.resolve_command(group.make_context("infoloop", ["list"]), command)
    assert name == command[0]
    assert name is not None
    group.commands[name].make_context(name, arguments)


@pytest.mark.slow
@pytest.mark.parametrize(
    "shown", [pytest.param(key, marks=() if key.startswith("prove") else pytest.mark.full) for key in SHOWN]
)
def test_what_is_shown_below_a_command_is_what_it_prints(shown, capsys, monkeypatch):
    command, lines = SHOWN[shown]
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("sys.argv", ["infoloop", *command])
    with pytest.raises(SystemExit):
        app.main()
    printed = capsys.readouterr().out.splitlines()
    if command[0] == "verify":  # the last column is the least gap that floats saw, which depends on the machine
        lines, printed = ([line.rpartition(" ")[0].rstrip() for line in each] for each in (lines, printed))
    assert differing(lines, printed) == []


def test_the_json_keys_that_the_readme_names_are_there():
    (keys,) = re.findall(r"verify --json +# the same as JSON: (.*), \.\.\.", README)
    known = {field.name for field in dataclasses.fields(StatementResult)} - {"cls"} | {"class"}
    assert set(keys.split(", ")) <= known


def wrong_comments(example: str) -> list[str]:
    """The lines of an example whose comment begins with a value that is not what the line gives."""
    names: dict = {}
    lines, wrong, compared = example.splitlines(), [], 0
    for statement in ast.parse(example).body:
        line = lines[(statement.end_lineno or 1) - 1]
        comment = VALUE.match(line.rpartition("  # ")[2]) if "  # " in line else None
        if not isinstance(statement, ast.Expr) or comment is None:
            exec(compile(ast.Module([statement], []), "README.md", "exec"), names)
            continue
        found = eval(compile(ast.Expression(statement.value), "README.md", "eval"), names)
        compared += 1
        values = found if isinstance(found, tuple) else (found,)
        texts = comment["text"].split(", ")
        if [as_shown(value, text) for value, text in zip(values, texts, strict=True)] != texts:
            wrong.append(line)
    assert compared
    return wrong


def as_shown(value, text: str) -> str:
    """Return a value with as many digits as the text has."""
    digits = len(text.partition(".")[2])
    return repr(value) if isinstance(value, str) else f"{round(float(value), digits) + 0.0:.{digits}f}"


@pytest.mark.slow
def test_the_example_gives_what_its_comments_say():
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert wrong_comments(example) == []


def test_what_is_not_so_is_noticed():
    assert differing(["a", "...", "c"], ["a", "b", "c "]) == []
    assert differing(["c", "a"], ["a", "b", "c"]) == ["a"]
    assert differing(["a 1"], ["a 2"]) == ["a 1"]
    assert wrong_comments("x = 2\nx / 3  # 0.667, a third\nx, x / 4  # 2, 0.5 in all\nx  # 3: no") == ["x  # 3: no"]
