"""The command line as scripts rely on it: commands and options, keys of JSON, exit statuses, files of a run."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import typer.main
import xarray

from infoloop.__main__ import main
from tests.support.public_results import PIPELINE, UNDECIDED

ORDINARY = re.compile(r"[A-Za-z_][\w-]*")
GRAPH = """
[nodes]
X = { role = "task" }
D = { role = "data", parents = ["X"] }
Z = { role = "state", parents = ["D"] }
"""


def describe_commands(root: Path, planted: Path, folder: Path) -> dict[str, Any]:
    """Commands, keys of what `--json` prints, exit statuses, statements of theory/, settings of experiments."""
    runs = {name: run(*arguments) for name, arguments in with_json(root, planted, folder).items()}
    statuses = {name: status for name, (status, _) in runs.items()}
    listed = json.loads(runs["list"][1])
    keys = {name: key_paths(json.loads(text)) for name, (_, text) in runs.items()}
    keys["run.json"] = key_paths(json.loads((folder / "run" / "run.json").read_text()))
    return {
        "commands": describe_options(),
        "json": keys,
        "statuses": statuses | {name: run(*arguments)[0] for name, arguments in without_json(root, folder).items()},
        "files": describe_files(folder / "run"),
        "statements": {row["label"]: {key: row[key] for key in ("ref", "class")} for row in listed["statements"]},
        "settings": {name: describe_settings(name) for name in listed["experiments"]},
    }


def run(*arguments: str) -> tuple[int, str]:
    """The exit status and the standard output of `infoloop ARGUMENTS`."""
    shown = io.StringIO()
    with (
        mock.patch("sys.argv", ["infoloop", *arguments]),
        contextlib.redirect_stdout(shown),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        try:
            main()
        except SystemExit as stop:
            return int(stop.code or 0), shown.getvalue()
    return 0, shown.getvalue()


def with_json(root: Path, planted: Path, folder: Path) -> dict[str, tuple[str, ...]]:
    """Calls with `--json`, by name."""
    pipeline, graph = folder / "pipeline.toml", folder / "graph.toml"
    pipeline.write_text(PIPELINE, encoding="utf-8")
    graph.write_text(GRAPH, encoding="utf-8")
    log, out = root / "experiments" / "logs" / "verdicts.csv", folder / "run"
    refuted = ("I(X;Z) <= I(X;D)", "--given", "X -> D,S -> Z")
    calls = {
        "verify": ("verify", "S04", "thm:dpi-gap"),
        "verify, published": ("verify", "pub:C13"),
        "prove, proved": ("prove", "I(X;Z) <= I(X;D)", "--given", "X -> D -> Z"),
        "prove, refuted": ("prove", *refuted),
        "prove, undecided": ("prove", UNDECIDED, "--starts", "0"),
        "audit, pipeline": ("audit", str(pipeline)),
        "audit, graph": ("audit", str(graph)),
        "audit, log": ("audit", str(log)),
        "list": ("list",),
        "list, experiment": ("list", "collapse"),
        "run": ("run", str(planted), "--set", "sizes=4", "--out", str(out)),
    }
    return {name: (*arguments, "--json") for name, arguments in calls.items()}


def without_json(root: Path, folder: Path) -> dict[str, tuple[str, ...]]:
    """Calls of which only the exit status is looked at, by name."""
    theory = folder / "theory"
    (theory / "certificates").mkdir(parents=True)  # empty: a folder without it keeps none
    for chapter in (root / "theory").glob("*.md"):
        shutil.copy(chapter, theory)
    log, pipeline, broken = root / "experiments" / "logs" / "verdicts.csv", folder / "pipeline.toml", folder / "no.toml"
    broken.write_text("rounds = 2", encoding="utf-8")
    return {
        "--version": ("--version",),
        "--help": ("--help",),
        "no command": (),
        "no such command": ("prov",),
        "no such option": ("list", "--jsn"),
        "prove without a statement": ("prove",),
        "prove what does not parse": ("prove", "I(X;Z) <= I(X;D"),
        "verify with a certificate missing": ("verify", "fol:always-hidden", "--theory", str(theory)),
        "verify no such label": ("verify", "thm:dpy"),
        "verify no chapter": ("verify", "--theory", str(folder / "nowhere")),
        "audit no such file": ("audit", str(folder / "nowhere.toml")),
        "audit no such log": ("audit", str(folder / "nowhere.csv")),
        "audit what is no pipeline": ("audit", str(broken)),
        "audit a pipeline with the options of a log": ("audit", str(pipeline), "--confidence", "0.9"),
        "audit a log with the options of a pipeline": ("audit", str(log), "--error", "0.1"),
        "audit with an error of 1": ("audit", str(pipeline), "--error", "1"),
        "audit with a confidence of 1": ("audit", str(log), "--confidence", "1"),
        "list no such experiment": ("list", "colapse"),
        "run no such experiment": ("run", "colapse"),
        "run no such setting": ("run", "collapse", "--set", "size=3"),
        "run a part that is none": ("run", "collapse", "--shard", "3/2"),
    }


def describe_files(folder: Path) -> dict[str, dict[str, str]]:
    """The files of a run, and the attributes of its table and of the table's variables."""
    with xarray.open_dataset(folder / "means.nc", engine="h5netcdf") as table:
        inside = [*table.attrs, *(f"{name}.{key}" for name, column in table.items() for key in column.attrs)]
    return {
        "run": {path.name: "file" for path in sorted(folder.iterdir())},
        "means.nc": dict.fromkeys(inside, "attribute"),
    }


def key_paths(value: Any, path: str = "") -> dict[str, str]:
    """The types found at each path of a JSON value: `[]` for the items of a list, `*` for a key that is no name.

    >>> key_paths({"rows": [{"n": 1}, {"n": None}], "P(X,Y)": {"0 0": "1/2"}})
    {'rows': 'list', 'rows[].n': 'null number', '*.*': 'text'}
    """
    found: dict[str, set[str]] = {}
    for inner, kind in _typed(value, path):
        found.setdefault(inner, set()).add(kind)
    return {inner: " ".join(sorted(kinds)) for inner, kinds in found.items()}


def _typed(value: Any, path: str):
    if isinstance(value, dict):
        for key, item in value.items():
            name = key if ORDINARY.fullmatch(key) else "*"
            yield from _typed(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        yield path, "list"
        for item in value:
            if isinstance(item, dict | list):
                yield from _typed(item, f"{path}[]")
    else:
        yield path, {str: "text", bool: "truth", type(None): "null"}.get(type(value), "number")


def describe_options() -> dict[str, dict[str, str]]:
    """Options by their names, arguments by their places, of the program and of each command."""
    program = typer.main.get_command(sys.modules[main.__module__].app)
    commands = {"infoloop": program, **getattr(program, "commands", {})}
    return {name: _parameters(command) for name, command in commands.items()}


def _parameters(command: Any) -> dict[str, str]:
    arguments = [item for item in command.params if item.param_type_name == "argument"]
    options = [item for item in command.params if item.param_type_name == "option"]
    found = {f"argument {place}": _kind(item) for place, item in enumerate(arguments)}
    return found | {" ".join(sorted((*item.opts, *item.secondary_opts))): _kind(item) for item in options}


def _kind(item: Any) -> str:
    """Whether it must be given, is given often or takes no value; a default of None is none."""
    words = [
        "required" if item.required else "optional",
        "any number" if item.nargs != 1 or getattr(item, "multiple", False) else "",
        "flag" if getattr(item, "is_flag", False) else "",
        f"default {item.default!r}" if isinstance(item.default, bool | int | str) else "",
    ]
    return ", ".join(word for word in words if word)


def describe_settings(name: str) -> dict[str, str]:
    """What can be set in an experiment, and its kind."""
    rows = json.loads(run("list", name, "--json")[1])
    return {row["name"]: row["kind"] for row in rows}
