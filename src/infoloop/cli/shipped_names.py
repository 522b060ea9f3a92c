"""What the package ships beside its statements, by kind and name: models, experiments, worlds, pipelines and logs."""

import ast
import re
import tomllib
from pathlib import Path

from infoloop.reporting.package_files import package_folder
from infoloop.studies.discovery import experiment_summaries, folder_of_experiments, model_summaries

KINDS = ("model", "experiment", "world", "pipeline", "log")
_LOG_ROW = re.compile(r"^\| (?P<names>`[^|]*) \| (?P<about>[^|]*) \| `[^|]*` \|$", re.MULTILINE)


def shipped_summaries(kind: str) -> dict[str, str]:
    """Return what each thing of a kind is, in a line, by its name; nothing is run.

    Args:
        kind: One of `KINDS`.

    >>> shipped_summaries("pipeline")["rlvr_unit_tests"]
    'RLVR with unit tests'
    """
    return {
        "model": model_summaries,
        "experiment": experiment_summaries,
        "world": _world_summaries,
        "pipeline": _pipeline_titles,
        "log": _log_summaries,
    }[kind]()


def names_of_files() -> dict[str, str]:
    """Return the kind of each shipped thing by its name, such as "an experiment"; a file of a user has none of them."""
    return {
        name: f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
        for kind in reversed(KINDS)
        for name in shipped_summaries(kind)
    }


def shipped_path(kind: str, name: str) -> Path:
    """Return the file, or of a log perhaps the folder, of a thing of that kind."""
    folders = {"model": package_folder() / "models", "world": package_folder() / "worlds"}
    folder = folders.get(kind) or folder_of_experiments() / {"pipeline": "pipelines", "log": "logs"}.get(kind, "")
    return folder / (name if kind == "log" else f"{name}.toml" if kind == "pipeline" else f"{name}.py")


def _world_summaries() -> dict[str, str]:
    """Return the modules that make a world of something else than a world."""
    found = {}
    for path in sorted((package_folder() / "worlds").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        makers = [node for node in tree.body if isinstance(node, ast.FunctionDef) and _makes_a_world(node)]
        if makers:
            found[path.stem] = (ast.get_docstring(tree) or "").split("\n")[0]
    return found


def _makes_a_world(node: ast.FunctionDef) -> bool:
    given = [argument.annotation for argument in (*node.args.args, *node.args.kwonlyargs)]
    kinds = [ast.unparse(annotation) for annotation in given if annotation]
    return node.returns is not None and ast.unparse(node.returns) == "World" and "World" not in kinds


def _pipeline_titles() -> dict[str, str]:
    paths = sorted((folder_of_experiments() / "pipelines").glob("*.toml"))
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8"))["title"] for path in paths}


def _log_summaries() -> dict[str, str]:
    """Return what the table of the logs' README says of each."""
    text = (folder_of_experiments() / "logs" / "README.md").read_text(encoding="utf-8")
    rows = [(name, row["about"]) for row in _LOG_ROW.finditer(text) for name in re.findall(r"`([^`]+)`", row["names"])]
    return {name: about.replace("`", "") for name, about in rows}
