"""The blocks of a Markdown page that a reader copies, and what is wrong when they are run from top to bottom."""

import ast
import doctest
import itertools
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

VALUE = re.compile(r"(?:\w+ = )?(?P<text>'[^']*'|-?[\d.]+(?:, -?[\d.]+)*|True|False)(?:$|[ ,:])")
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r'(?:"""|# |// |<!-- )([\w/.]+\.(?:py|toml|csv|bif|md))\b')
_HAS_NO_COMMENTS = (".csv", ".md")  # the line that names such a file is no part of it
_SIGNS = set("();<>|&")  # which a shell reads
_COMMAND = re.compile(r"(?:^|\s|/)infoloop ([a-z]+ .*)")


class Block(NamedTuple):
    """What stands between two fences, and the language that the first one names."""

    language: str
    text: str


def blocks(page: str) -> list[Block]:
    """Return the blocks that name a language, in order."""
    return [Block(*found) for found in _BLOCK.findall(page)]


def transcript(text: str) -> list[tuple[str, list[str]]]:
    """Return the commands of a console block, each with the lines that are shown below it."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line.removeprefix("$ ").partition("   #")[0].strip(), []))
        else:
            found[-1][1].append(line)
    return found


def arguments_of_commands(page: str) -> list[list[str]]:
    """Return the arguments of each `infoloop` command in the blocks of a page, run or only shown."""
    lines = [line for b in blocks(page) if b.language in ("console", "sh", "yaml") for line in b.text.splitlines()]
    commands = [_COMMAND.search(line.partition(" # ")[0]) for line in lines if not line.startswith("infoloop: ")]
    return [_until_sign(command[1]) for command in commands if command]


def differing(shown: list[str], printed: list[str]) -> list[str]:
    """The lines that are shown and not printed, or not in this order; `...` stands for any lines."""
    rest, missing = iter(printed), []
    for line in (line for line in shown if line.strip() != "..."):
        if not any(line.rstrip() == other.rstrip() for other in rest):
            missing.append(line)
            rest = iter(printed)
    return missing


def as_shown(value, text: str) -> str:
    """Return a value with as many digits as the text has."""
    digits = len(text.partition(".")[2])
    return repr(value) if isinstance(value, str | bool) else f"{round(float(value), digits) + 0.0:.{digits}f}"


def wrong_comments(example: str, names: dict) -> list[str]:
    """The lines of an example whose comment begins with a value that is not what the line gives."""
    lines, wrong = example.splitlines(), []
    for statement in ast.parse(example).body:
        line = lines[(statement.end_lineno or 1) - 1]
        comment = VALUE.match(line.rpartition("  # ")[2]) if "  # " in line else None
        if not isinstance(statement, ast.Expr) or comment is None:
            exec(compile(ast.Module([statement], []), "page", "exec"), names)
            continue
        found = eval(compile(ast.Expression(statement.value), "page", "eval"), names)
        values = found if isinstance(found, tuple) else (found,)
        texts = comment["text"].split(", ")
        if [as_shown(value, text) for value, text in zip(values, texts, strict=True)] != texts:
            wrong.append(f"{line}, and not {found}")
    return wrong


def wrong_session(session: str, names: dict) -> list[str]:
    """What a session with prompts shows and does not give, told as doctest tells it."""
    said: list[str] = []
    test = doctest.DocTestParser().get_doctest(session, names, "page", None, 0)
    test.globs = names  # the parser copies them, and the next block should know what this one defines
    doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS).run(test, out=said.append, clear_globs=False)
    return said


def printed_by_shell(command: str) -> list[str]:
    """Return what a command prints in a shell that finds this Python, its scripts first."""
    place = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", "-c", f'PATH="{place}:$PATH"; {command}'], capture_output=True, text=True, check=False, timeout=600
    )
    return (done.stdout + done.stderr).splitlines()


def is_infoloop_alone(command: str) -> bool:
    """Tell whether a command needs no shell: `infoloop` with arguments, where `|` or `>` stand inside of words only."""
    words = list(_words(command))
    return words[0] == "infoloop" and not any(set(word) <= _SIGNS for word in words)


def _until_sign(command: str) -> list[str]:
    return list(itertools.takewhile(lambda word: not set(word) <= _SIGNS, _words(command)))


def _words(command: str) -> shlex.shlex:
    words = shlex.shlex(command, posix=True, punctuation_chars=True)
    words.whitespace_split = True
    return words


def wrong_transcript(text: str, printed_by: Callable[[list[str]], list[str]]) -> list[str]:
    """What a console block shows and its commands do not print, in the folder where we are.

    Args:
        text: the block.
        printed_by: runs `infoloop` with arguments in this process and returns the lines that it prints.
    """
    wrong = []
    for command, shown in transcript(text):
        words = shlex.split(command)
        printed = printed_by(words[1:]) if is_infoloop_alone(command) else printed_by_shell(command)
        if words[:2] == ["infoloop", "verify"]:  # the last column is the least gap that floats saw: the machine's
            shown, printed = ([line.rpartition(" ")[0].rstrip() or line for line in each] for each in (shown, printed))
        wrong += [f"{command}: {line}" for line in differing(shown, printed)]
    return wrong


def wrong_blocks(page: str, printed_by: Callable[[list[str]], list[str]]) -> list[str]:
    """What a page shows that is not so. Files are written to the folder where we are: see `file_of`."""
    names: dict = {}
    wrong = []
    for language, text in blocks(page):
        file = file_of(text)
        if file and language != "console":
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            content = text.split("\n", 1)[1].lstrip("\n") if file.endswith(_HAS_NO_COMMENTS) else text
            Path(file).write_text(content, encoding="utf-8")
        elif language == "console":
            wrong += wrong_transcript(text, printed_by)
        elif language == "python":
            wrong += wrong_comments(text, names)
        elif language == "pycon":
            wrong += wrong_session(text, names)
    return wrong


def file_of(text: str) -> str:
    """Return the file whose content a block is: its first line names it, in a comment or a docstring; else nothing."""
    named = _FILE.match(text)
    return named[1] if named else ""
