"""Pipeline files: TOML read into a checked `Pipeline`; whatever is wrong is one line with file, line and key."""

from __future__ import annotations

import dataclasses
import itertools
import re
import runpy
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infoloop.pipelines.node import Node, PipelineError
from infoloop.pipelines.pipeline_graph import Pipeline, copy_names, pipeline
from infoloop.probability.host_functions import host_only
from infoloop.reporting.suggestions import bound_message, cut_text, did_you_mean, list_names, quote
from infoloop.reporting.text_files import UnreadableFileError, read_text_file

_TEXT, _NODES = (str, "a text"), (dict, "a table of nodes: X = { role = 'task' }")
_KEYS = {"title": _TEXT, "about": _TEXT, "rounds": (int, "a whole number"), "answer": _TEXT, "nodes": _NODES,
         "round": _NODES}  # fmt: skip
_FIELDS = tuple(field.name for field in dataclasses.fields(Node) if field.name != "name")
_MOST_BYTES = 2**20  # of a file; one with as many nodes as are audited has some 300 kB
_MOST_LEVELS = 32  # of lists and tables in each other
_HEADER = re.compile(r"\s*\[+(?P<path>[^\]]*)\]")
_SETTING = re.compile(r"\s*(?P<path>[\w.\"'-]+)\s*=")
_LITERAL = re.compile(  # what is not closed goes on to the end, so that no place is looked at twice
    "#[^\n]*+"
    r'|(?P<lines>"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)' + r"|'''(?:[^']|'(?!''))*+(?:'''|\Z))"
    r'|"(?:[^"\\\n]|\\.)*+"?' + r"|'[^'\n]*+'?",
    re.DOTALL,
)
_LONG_KEY = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*\.[ \t]*){{{_MOST_LEVELS}}}")
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
    infoloop.pipelines.toml_reader.PipelineFileError: nowhere.toml: cannot be read: No such file or directory
    """
    path = Path(path)
    try:
        text = read_text_file(path, _MOST_BYTES)
    except UnreadableFileError as error:
        place = "" if error.line is None else f":{error.line}"
        raise PipelineFileError(f"{path}{place}: cannot be read: {error.reason}") from None
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
            hint = f"{did_you_mean(key, _KEYS)}; keys are {list_names(_KEYS)}"
            raise source.error((key,), f"there is no key {quote(key)}{hint}")
        kind, wanted = _KEYS[key]
        if type(value) is not kind:
            raise source.error((key,), f"{quote(value)} is not {wanted}")
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
        # tomllib takes the square of a key's length
        found = _LONG_KEY.search(self.without_literals(shown="x"))
        if found:
            line = found.string.count("\n", 0, found.start()) + 1
            raise PipelineFileError(f"{self.file}:{line}: a key has more than {_MOST_LEVELS} parts")
        try:
            content = tomllib.loads(self.text)
        except RecursionError:
            raise PipelineFileError(f"{self.file}: not read: its lists or tables are nested too deeply") from None
        except tomllib.TOMLDecodeError as error:
            found = _PLACE.fullmatch(str(error))
            what, line = (found["what"], int(found["line"])) if found else (str(error), self.text.count("\n") + 1)
            here = [path for k, path in self.settings() if k == line]
            if here and what.startswith(("Cannot overwrite", "Cannot declare")):
                name = ".".join(here[0])
                raise PipelineFileError(
                    f"{self.file}:{line}: {name}: given twice: a name stands for one node"
                ) from None
            raise PipelineFileError(f"{self.file}:{line}: not TOML: {what[0].lower()}{cut_text(what[1:])}") from None
        except ValueError:  # Python's limit of digits
            raise PipelineFileError(f"{self.file}: not read: it has a whole number of thousands of digits") from None
        self.refuse_beyond_bounds(content)
        return content

    def refuse_beyond_bounds(self, content: dict[str, Any]) -> None:
        """Raise PipelineFileError for what is nested deeply, and for whole numbers that TOML need not know."""
        waiting: list[tuple[Where, Any]] = [((), content)]
        while waiting:
            where, value = waiting.pop()
            if len(where) > _MOST_LEVELS:
                raise self.error(where, f"it is nested more than {_MOST_LEVELS} levels deep")
            if isinstance(value, int) and not -(2**63) <= value < 2**63:
                raise self.error(where, "it has more than 64 bits: give a smaller number")
            if isinstance(value, dict | list):
                items = value.items() if isinstance(value, dict) else zip(itertools.repeat(""), value)
                waiting += [((*where, key), inner) for key, inner in items]

    def without_literals(self, shown: str | None = None) -> str:
        """Return the text with only the new lines of texts of several lines, and `shown` for any other, if it is given.

        Comments count as texts.
        """

        def replacement(match: re.Match) -> str:
            lines = "\n" * match[0].count("\n")
            return lines if match["lines"] else match[0] if shown is None else shown + lines

        return _LITERAL.sub(replacement, self.text)

    def settings(self) -> list[tuple[int, Where]]:
        """Return each line that opens a table or sets a key, with the whole path of it."""
        header, found = (), []
        for k, line in enumerate(self.without_literals().split("\n"), start=1):
            match = _HEADER.match(line) or _SETTING.match(line)
            if match:
                path = tuple(part.strip(" \t\"'") for part in match["path"].split("."))
                header, path = (path, path) if match.re is _HEADER else (header, header + path)
                found.append((k, path))
        return found

    def error(self, where: Where, message: str) -> PipelineFileError:
        """Return the message with the line of the key, or of the nearest table around it that has a line."""
        where = tuple(part for part in where if part)
        lines = {path: k for k, path in reversed(self.settings())}
        around = (where[:n] for n in range(len(where), 0, -1))
        line = next((lines[path] for path in around if path in lines), 1)
        return PipelineFileError(bound_message(f"{self.file}:{line}: {cut_text('.'.join(where))}: {message}"))

    def nodes(self, table: dict[str, Any], title: str) -> list[Node]:
        return [self.node(name, fields, title) for name, fields in table.items()]

    def node(self, name: str, fields: Any, title: str) -> Node:
        known = tuple(field for field in _FIELDS if field not in ("at", "template") or title == "nodes")
        if not isinstance(fields, dict):
            raise self.error((title, name), f"this is a node: {name} = {{ role = 'data', parents = ['X'] }}")
        for key in fields:
            if key not in known:
                hint = f"there is no key {quote(key)}{did_you_mean(key, known)}; keys are {', '.join(known)}"
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
        """Return the function that `FILE.py:FUNCTION` names; FILE is in the folder of the pipeline's file or below it.

        Whoever audits a pipeline of other people runs no code but what lies beside it and is named as code.
        """
        path, _, function = text.rpartition(":") if isinstance(text, str) else ("", "", "")
        folder = Path(self.file).parent
        source = folder / path
        if not path or "\0" in path:
            raise self.error(where, f"it is {quote(text)}: give 'FILE.py:FUNCTION', FILE beside this one")
        if source.suffix != ".py":
            raise self.error(where, f"{cut_text(path)} does not end in .py: code is only run from such a file")
        if not source.resolve().is_relative_to(folder.resolve()):
            raise self.error(where, f"{cut_text(path)} is not in the folder of this file: put it there")
        if not source.is_file():
            raise self.error(where, f"there is no file {cut_text(str(source), 300)}: it is looked for beside this one")
        try:
            found = runpy.run_path(str(source))
        except (Exception, SystemExit) as error:  # whatever a user's file may raise
            why = f"{type(error).__name__}: {cut_text(str(error), 300)}"
            raise self.error(where, f"{cut_text(str(source), 300)} fails: {why}") from error
        if not callable(found.get(function)):
            known = [name for name, value in found.items() if callable(value)]
            hint = did_you_mean(function, known)
            raise self.error(where, f"{cut_text(path)} has no function {quote(function)}{hint}")
        return found[function]
