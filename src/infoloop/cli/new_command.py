"""`infoloop new`."""

import importlib.util
import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from infoloop import reporting
from infoloop.cli.new_files import label_part, refuse_taken_labels, skeleton_files, skeleton_kinds, write_new_files
from infoloop.cli.options import Json, path_option
from infoloop.cli.own_names import check_own_name
from infoloop.cli.shipped_names import names_of_files
from infoloop.cli.terminal import show

_COMMANDS = {
    "model": ("python {name}.py",),
    "statement": ("infoloop verify --theory theory", "infoloop show thm:{label} --theory theory"),
    "experiment": ("infoloop run {name}.py",),
    "world": ("python {name}.py",),
    "pipeline": ("infoloop audit {name}.toml",),
}


def new_skeleton(
    kind: Annotated[str, typer.Argument(help="model, statement, experiment, world or pipeline.")],
    name: Annotated[str, typer.Argument(help="What to call it, a name as Python has them: my_study.")],
    folder: Annotated[
        Path | None, path_option("--in", help="Where to write it, the current folder if not said.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a working skeleton of your own, with its test: it runs at once, and its first lines say what to change.

    Nothing is overwritten. The name is that of a file in this folder and is looked up there only; one that would hide a
    module or an experiment is refused.

    Exit status 0 if it was written; 3 on bad input, or if it could not be done (full disk, closed pipe, out of memory,
    interrupted): then nothing is left.

    [bold]Examples[/bold]

      infoloop new experiment my_study

      infoloop new statement two_models          with a chapter in theory/

      infoloop new pipeline my_loop --in loops   in the folder loops
    """
    if kind not in skeleton_kinds():
        hint = reporting.suggestions.did_you_mean(kind, _COMMANDS)
        raise ValueError(f"there is no skeleton of {reporting.suggestions.quote(kind)}{hint}; there are {_kinds()}")
    target = folder or Path()
    files = skeleton_files(kind, check_own_name(name, names_of_files()))
    refuse_taken_labels(name, target, files)
    written = write_new_files(target, files)
    commands = _next_commands(kind, name, target)
    if as_json:
        row = {"kind": kind, "name": name, "files": [str(path) for path in written], "commands": commands}
        show(reporting.text.as_json(row))
        return
    for path in written:
        show(f"written  {path}")
    for command in commands:
        show(f"next     {command}")


def _kinds() -> str:
    return ", ".join(_COMMANDS)


def _next_commands(kind: str, name: str, folder: Path) -> list[str]:
    """Return what to type next: what runs it, and its test."""
    there = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(os.fspath(folder))} && "
    commands = [command.format(name=name, label=label_part(name)) for command in _COMMANDS[kind]]
    test = f"python -m pytest test_{name}.py"
    if importlib.util.find_spec("pytest") is None:
        test += "   (after: python -m pip install pytest)"
    return [there + command for command in (*commands, test)]
