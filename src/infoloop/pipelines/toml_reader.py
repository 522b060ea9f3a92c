"""Pipeline files: TOML read into a checked `Pipeline`; whatever is wrong is one line with file, line and key."""

from __future__ import annotations

import dataclasses
import re
import runpy
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infoloop.pipelines.node import Node, PipelineError
from infoloop.pipelines.pipeline_graph import Pipeline, copy_names, pipeline
from infoloop.probability.host_functions import host_only
from infoloop.reporting.suggestions import did_you_mean

_TEXT, _NODES = (str, "a text"), (dict, "a table of nodes: X = { role = 'task' }")
_KEYS = {"title": _TEXT, "about": _TEXT, "rounds": (int, "a whole number"), "answer": _TEXT, "nodes": _NODES,
         "round": _NODES}  # fmt: skip
_FIELDS = tuple(field.name for field in dataclasses.fields(Node) if field.name != "name")
_HEADER = re.compile(r"\s*\[+\s*(?P<path>[^\]]+?)\s*\]")
_SETTING = re.compile(r"\s*(?P<path>[\w.\"'-]+)\s*=")
_PLACE = re.compile(r"(?P<what>.*) \(at line (?P<line>\d+), column \d+\)")

Where = tuple[str, ...]


class PipelineFileError(PipelineError):
    """A pipeline file that cannot be read; the message is `FILE:LINE: KEY: what and the remedy`."""


@host_only
def read_pipeline(path: str | Path) -> Pipeline:
    """Return the pipeline in a TOML file, checked; the format stands in `infoloop.pipelines.pipeline_graph`.

    Args:
        path: the file, in UTF-8.

    Raises:
        PipelineFileError: a ValueError of one line, with file, line and key, for whatever is wrong.

    >>> read_pipeline("nowhere.toml")
    Traceback (most recent call last):
    infoloop.pipelines.toml_reader.PipelineFileError: nowhere.toml: cannot be read: ... No such file or directory: ...
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PipelineFileError(f"{path}: cannot be read: {error}") from None
    return parse_pipeline(text, str(path))


@host_only
def parse_pipeline(text: str, file: str = "pipeline") -> Pipeline:
    """Return the pipeline in a TOML text, checked.

    Args:
        text: the content of a pipeline file.
        file: its name in messages.

    Raises:
        PipelineFileError: a ValueError of one line, with file, line and key, for whatever is wrong.

    >>> parse_pipeline('''[nodes]
    ... X = {role = "task"}
    ... Z = {role = "stat", parents = ["X"]}''')
    Traceback (most recent call last):
    infoloop.pipelines.toml_reader.PipelineFileError: pipeline:3: nodes.Z.role: there is no role 'stat': ...
    """
    source = _Source(text, file)
    content = source.content()
    for key, value in content.items():
        if key not in _KEYS:
            hint = f"{did_you_mean(key, _KEYS)}; keys are {', '.join(_KEYS)}"
            raise source.error((key,), f"there is no key {key!r}{hint}")
        kind, wanted = _KEYS[key]
        if type(value) is not kind:
            raise source.error((key,), f"{value!r} is not {wanted}")
    content |= {table: source.nodes(content.get(table, {}), table) for table in ("nodes", "round")}
    try:
        return pipeline(**content)
    except PipelineError as error:
        where = (error.key or "nodes",)
        if error.node:
            names = {table: [node.name for node in content[table]] for table in ("nodes", "round")}
            copies = copy_names(names["round"], content.get("rounds", 0), names["nodes"])
            made = {shown: name for (name, _), shown in copies.items()}
            place = ("round", made[error.node]) if error.node in made else ("nodes", error.node)
            where = (*place, error.key)
        raise source.error(where, error.message) from None


@dataclasses.dataclass(frozen=True)
class _Source:
    """A TOML text with the name of its file, which knows on which line a key stands."""

    text: str
    file: str

    def content(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            found = _PLACE.fullmatch(str(error))
            what, line = (found["what"], int(found["line"])) if found else (str(error), self.text.count("\n") + 1)
            here = [path for k, path in self.settings() if k == line]
            if here and what.startswith(("Cannot overwrite", "Cannot declare")):
                name = ".".join(here[0])
                raise PipelineFileError(
                    f"{self.file}:{line}: {name}: given twice: a name stands for one node"
                ) from None
            raise PipelineFileError(f"{self.file}:{line}: not TOML: {what[0].lower()}{what[1:]}") from None

    def settings(self) -> list[tuple[int, Where]]:
        """Return each line that opens a table or sets a key, with the whole path of it."""
        header, found = (), []
        for k, line in enumerate(self.text.splitlines(), start=1):
            match = _HEADER.match(line) or _SETTING.match(line)
            if match:
                path = tuple(part.strip(" \"'") for part in match["path"].split("."))
                header, path = (path, path) if match.re is _HEADER else (header, header + path)
                found.append((k, path))
        return found

    def error(self, where: Where, message: str) -> PipelineFileError:
        """Return the message with the line of the key, or of the nearest table around it that has a line."""
        where = tuple(part for part in where if part)
        lines = {path: k for k, path in reversed(self.settings())}
        around = (where[:n] for n in range(len(where), 0, -1))
        line = next((lines[path] for path in around if path in lines), 1)
        return PipelineFileError(f"{self.file}:{line}: {'.'.join(where)}: {message}")

    def nodes(self, table: dict[str, Any], title: str) -> list[Node]:
        return [self.node(name, fields, title) for name, fields in table.items()]

    def node(self, name: str, fields: Any, title: str) -> Node:
        known = tuple(field for field in _FIELDS if field not in ("at", "template") or title == "nodes")
        if not isinstance(fields, dict):
            raise self.error((title, name), f"this is a node: {name} = {{ role = 'data', parents = ['X'] }}")
        for key in fields:
            if key not in known:
                hint = f"there is no key {key!r}{did_you_mean(key, known)}; keys are {', '.join(known)}"
                raise self.error((title, name, key), hint)
        if "role" not in fields:
            raise self.error((title, name, "role"), "a node needs a role")
        parents = fields.get("parents", [])
        fields = fields | {"parents": tuple(parents) if isinstance(parents, list) else parents}
        if "program" in fields:
            fields["program"] = self.program(fields["program"], (title, name, "program"))
        try:
            return Node(name=name, **fields)
        except PipelineError as error:
            raise self.error((title, name, error.key if error.key != "name" else ""), error.message) from None

    def program(self, text: Any, where: Where) -> Callable:
        """Return the function that `FILE.py:FUNCTION` names; FILE is relative to the folder of the pipeline's file."""
        path, _, function = text.rpartition(":") if isinstance(text, str) else ("", "", "")
        source = Path(self.file).parent / path
        if not path:
            raise self.error(where, f"it is {text!r}: give 'FILE.py:FUNCTION', FILE beside this one")
        if not source.is_file():
            raise self.error(where, f"there is no file {source}: it is looked for beside this one")
        try:
            found = runpy.run_path(str(source))
        except (Exception, SystemExit) as error:  # whatever a user's file may raise
            raise self.error(where, f"{source} fails: {type(error).__name__}: {error}") from error
        if not callable(found.get(function)):
            known = [name for name, value in found.items() if callable(value)]
            raise self.error(where, f"{path} has no function {function!r}{did_you_mean(function, known)}")
        return found[function]
