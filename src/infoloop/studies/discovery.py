"""Experiments and toy models found by name: what each is about, and an experiment's module, checked."""

from __future__ import annotations

import ast
import importlib.util
import traceback
from collections.abc import Collection
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from infoloop.reporting.package_files import package_folder, shipped_folder
from infoloop.reporting.suggestions import cut_text, did_you_mean, list_names, quote

if TYPE_CHECKING:
    from infoloop.statements.theory_files import StatementBlock

_LISTED = "`infoloop list` names the experiments there are"
_PARTS = ("Config", "SMALL", "CLAIMS", "FIGURES", "sweeps", "run", "headlines")


class StudyError(ValueError):
    """An experiment that is unknown or not well formed, or a run that is not complete."""


def folder_of_experiments() -> Path:
    """Return `experiments/` inside the installed package, or beside `src/` in a checkout."""
    return shipped_folder("experiments")


def experiment_summaries(folder: Path | None = None) -> dict[str, str]:
    """Return the first line of each experiment's docstring, by its name; nothing is run.

    Args:
        folder: Where the experiments are; the product's own unless given.
    """
    return _first_lines(folder or folder_of_experiments())


def model_summaries() -> dict[str, str]:
    """Return the first line of each toy model's docstring, by its name; nothing is run."""
    return _first_lines(package_folder() / "models")


def _first_lines(folder: Path) -> dict[str, str]:
    return {
        path.stem: (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[0]
        for path in _modules_in(folder)
    }


def _names(folder: Path) -> list[str]:
    return [path.stem for path in _modules_in(folder)]


def _modules_in(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.py")) if not path.stem.startswith("_")]


def load(name: str) -> ModuleType:
    """Return the module of an experiment, whose code is run.

    Args:
        name: The name of one in `folder_of_experiments()`, or a path that ends in .py; no code of other files is run.

    Raises:
        StudyError: There is none (the message has the nearest name), it lacks a part that an experiment has, or its
            code fails or ends the process.
    """
    known = _names(folder_of_experiments())
    path = Path(name) if name.endswith(".py") else folder_of_experiments() / f"{name}.py"
    if name.endswith(".py"):
        _check_own_file(path, known)
    elif not path.is_file() or name not in known:
        there = list_names(known, near=name)
        raise StudyError(f"there is no experiment {quote(name)}{did_you_mean(name, known)}; there are {there}")
    module = _executed(path)
    missing = [part for part in _PARTS if not hasattr(module, part)]
    if missing:
        raise StudyError(f"{path} lacks {', '.join(missing)}: CONTRIBUTING.md says what an experiment has")
    return module


def _check_own_file(path: Path, known: Collection[str]) -> None:
    """Raise StudyError unless a file of one's own can be run."""
    if path.is_dir():
        raise StudyError(f"{path}: is a folder: name a file of Python in it")
    if path.exists() and not path.is_file():
        raise StudyError(f"{path}: is no regular file: name a file of Python")
    if not path.exists():
        hint = f"the experiment of infoloop is called {path.stem}" if path.stem in known else _LISTED
        raise StudyError(f"{path}: there is no such file; {hint}")


def _executed(path: Path) -> ModuleType:
    """Return the module of a file whose code has been run; what it raises is told in one line, with the place."""
    spec = importlib.util.spec_from_file_location(f"infoloop_experiment_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise StudyError(_not_python(error, path)) from None
    except SystemExit as error:
        raise StudyError(f"{_place(error, path)}: it ends the process, with status {error.code or 0}") from None
    except (MemoryError, OSError):
        raise  # the machine's, not the file's
    except Exception as error:
        raise StudyError(f"{_place(error, path)}: {type(error).__name__}: {cut_text(str(error), 300)}") from error
    return module


def _not_python(error: SyntaxError, path: Path) -> str:
    """Return which text is not Python: this file, one that it imports, or what its code made up and ran."""
    if error.filename and Path(error.filename).is_file():
        return f"{_as_named(error.filename, path)}:{error.lineno or 1}: not Python: {error.msg}"
    if _lines(error, path):
        return f"{_place(error, path)}: {type(error).__name__}: {cut_text(error.msg, 300)}"
    return f"{path}:{error.lineno or 1}: not Python: {error.msg}"


def _place(error: BaseException, path: Path) -> str:
    """Return the last line of the file that ran before the error."""
    lines = _lines(error, path)
    return f"{path}:{lines[-1]}" if lines else str(path)


def _lines(error: BaseException, path: Path) -> list[int]:
    """Return the lines of the file on the way to the error; frames have its absolute path, whatever was given."""
    frames = traceback.extract_tb(error.__traceback__)
    return [frame.lineno for frame in frames if frame.lineno and _as_named(frame.filename, path) == str(path)]


def _as_named(filename: str, path: Path) -> str:
    """Return the path as the user gave it where a file name means the same file."""
    return str(path) if Path(filename).resolve() == path.resolve() else filename


def title(experiment: ModuleType) -> str:
    """Return the experiment's name: that of its file."""
    return Path(str(experiment.__file__)).stem


def source(experiment: ModuleType) -> str:
    """Return the text of the experiment's file."""
    return Path(str(experiment.__file__)).read_text(encoding="utf-8")


def cited_statements(experiment: ModuleType) -> tuple[StatementBlock, ...]:
    """Return the blocks of theory/ that the experiment names in `CLAIMS`.

    Raises:
        StudyError: `CLAIMS` is no tuple of labels, or no block has such a label; the message has the nearest one.
    """
    from infoloop.statements.theory_files import default_folder, read_blocks  # JAX, without which help is shown

    blocks = {block.label: block for block in read_blocks(default_folder())}
    labels = experiment.CLAIMS
    if not isinstance(labels, tuple | list) or not all(isinstance(label, str) for label in labels):
        raise StudyError(f"CLAIMS of {title(experiment)} is {quote(labels)}: give a tuple of labels, ('thm:dpi',)")
    for label in labels:
        if label not in blocks:
            hint = did_you_mean(label, blocks)
            raise StudyError(f"CLAIMS of {title(experiment)} names {quote(label)}, which theory/ does not state{hint}")
    return tuple(blocks[label] for label in labels)
