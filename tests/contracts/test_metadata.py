"""What pyproject.toml declares is what the source needs: dependencies, Pythons, and where they are tested."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions

import pytest

from tests.support.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOOKED_FOR = {"pytest"}  # `new` says how to have it
LOADED_BY_NAME = {"h5netcdf", "h5py"}  # xarray finds its engine, and that what it reads with
BY_NAME = {"lazy_loader.load", "importlib.util.find_spec"}  # calls that name a module as a text
OF_EXTRAS = {"dit", "submitit", "pyarrow"}


def names_of(requirements: Iterable[str]) -> set[str]:
    """The normalised names of requirements."""
    return {normalised(re.split(r"[\[<>=,; ]", text)[0]) for text in requirements}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(sources: Iterable[str]) -> set[str]:
    """The distributions that sources import, our own package and Python's library left out."""
    nodes = [node for source in sources for node in ast.walk(ast.parse(source))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    calls = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) in BY_NAME]
    names |= {str(node.args[0].value) for node in calls if isinstance(node.args[0], ast.Constant)}
    modules = {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"infoloop"}
    found = packages_distributions()
    return {normalised(found[module][0]) if module in found else module for module in modules}


@pytest.mark.slow
def test_what_the_source_imports_is_declared_and_nothing_else():
    paths = [*(ROOT / "src").rglob("*.py"), *(ROOT / "experiments").glob("*.py")]
    used = imported(path.read_text(encoding="utf-8") for path in paths)
    assert used - OF_EXTRAS - LOOKED_FOR == names_of(PROJECT["dependencies"]) - LOADED_BY_NAME


def test_an_import_that_is_not_declared_is_noticed():
    assert imported(["import numpy.linalg", "import os", "jinja2 = lazy_loader.load('jinja2')"]) == {"numpy", "jinja2"}


def test_extras_bring_what_their_imports_need():
    assert names_of(EXTRAS["bridges"] + EXTRAS["slurm"] + EXTRAS["parquet"]) == OF_EXTRAS
    assert names_of(EXTRAS["dev"]) >= OF_EXTRAS


def test_every_dependency_has_a_lower_bound():
    every = [*PROJECT["dependencies"], *(text for extra in EXTRAS.values() for text in extra)]
    assert [text for text in every if ">=" not in text] == []


def test_the_pythons_declared_are_one_range():
    minors = [int(m[1]) for c in PROJECT["classifiers"] if (m := re.search(r"Python :: 3\.(\d+)$", c))]
    assert minors == list(range(minors[0], minors[-1] + 1))
    assert PROJECT["requires-python"] == f">=3.{minors[0]},<3.{minors[-1] + 1}"
