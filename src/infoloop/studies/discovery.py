"""Experiments and toy models found by name: what each is about, and an experiment's module, checked."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
from types import ModuleType

from infoloop.reporting.package_files import package_folder, shipped_folder
from infoloop.reporting.suggestions import did_you_mean

_PARTS = ("Config", "SMALL", "CLAIMS", "FIGURES", "sweeps", "run")


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
    paths = [path for path in sorted(folder.glob("*.py")) if not path.stem.startswith("_")]
    return {path.stem: (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n")[0] for path in paths}


def load(name: str) -> ModuleType:
    """Return the module of an experiment, whose code is run.

    Args:
        name: The name of one in `folder_of_experiments()`, or a path that ends in .py.

    Raises:
        StudyError: There is none (the message has the nearest name), or it lacks a part that an experiment has.
    """
    path = Path(name) if name.endswith(".py") else folder_of_experiments() / f"{name}.py"
    if not path.is_file():
        known = experiment_summaries()
        raise StudyError(f"there is no experiment {name!r}{did_you_mean(name, known)}; there are {', '.join(known)}")
    spec = importlib.util.spec_from_file_location(f"infoloop_experiment_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    missing = [part for part in _PARTS if not hasattr(module, part)]
    if missing:
        raise StudyError(f"{path} lacks {', '.join(missing)}: CONTRIBUTING.md says what an experiment has")
    return module


def title(experiment: ModuleType) -> str:
    """Return the experiment's name: that of its file."""
    return Path(str(experiment.__file__)).stem


def source(experiment: ModuleType) -> str:
    """Return the text of the experiment's file."""
    return Path(str(experiment.__file__)).read_text(encoding="utf-8")
