"""The wheel and the sdist, built and installed where the checkout is out of reach, do all that a checkout does."""

import json
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from tests.support.paths import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.full]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SHIPPED = "theory", "experiments"  # folders of the checkout that are packed into the package
LEFT_OUT = {
    "tests",
    "notebooks",
    "docs",
    "__pycache__",
    ".ci",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
    "results",
}


def build(folder: Path, source: Path, *kinds: str) -> None:
    """Build into a folder: the sdist and from it the wheel, or only the kinds named."""
    command = [sys.executable, "-m", "build", "--no-isolation", *kinds, "--outdir", str(folder), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def wheel_contents(folder: Path) -> dict[str, bytes]:
    """The files of the one wheel of a folder."""
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def unwanted(names: list[str]) -> list[str]:
    """The names that lie in a folder which has no place in an archive, or are compiled."""
    paths = map(PurePosixPath, names)
    return [str(path) for path in paths if LEFT_OUT.intersection(path.parts) or path.suffix in {".pyc", ".ipynb"}]


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A folder with the sdist, and the wheel that was built from the sdist alone."""
    folder = tmp_path_factory.mktemp("built")
    build(folder, ROOT)
    return folder


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory) -> Path:
    """The wheel as pip installs it; the dependencies are those of this environment."""
    folder = tmp_path_factory.mktemp("installed")
    (wheel,) = built.glob("*.whl")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--target",
        str(folder),
        str(wheel),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def run_there(installed, tmp_path):
    """Run a command of the installed package in an empty folder, and return what it printed."""

    def run(*arguments: str, status: int = 0) -> str:
        environment = {**os.environ, "PYTHONPATH": str(installed)}
        done = subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stderr if status else done.stdout

    return run


@pytest.fixture
def infoloop(run_there, installed):
    """Run the command as its entry point does, from the file that pip wrote."""
    return lambda *arguments, status=0: run_there(str(installed / "bin" / "infoloop"), *arguments, status=status)


def test_the_sdist_makes_the_wheel_that_the_checkout_makes(built, tmp_path):
    build(tmp_path, ROOT, "--wheel")
    assert wheel_contents(built) == wheel_contents(tmp_path)


def test_the_wheel_has_the_package_and_nothing_else(built):
    names = list(wheel_contents(built))
    assert {name.split("/")[0] for name in names} == {"infoloop", f"infoloop-{PROJECT['version']}.dist-info"}
    assert unwanted(names) == []


def test_the_sdist_has_no_caches_and_no_results(built):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = [member.name for member in archive.getmembers()]
    assert unwanted(names) == []


@pytest.mark.parametrize("name", ["infoloop/theory/__pycache__/a.py", "tests/a.py", "infoloop/a.pyc"])
def test_an_unwanted_file_is_noticed(name):
    assert unwanted([name, "infoloop/check.py"]) == [name]


@pytest.mark.parametrize("folder", SHIPPED)
def test_shipped_folders_are_whole(installed, folder):
    listing = subprocess.run(["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [name for name in listing.splitlines() if not (installed / "infoloop" / name).is_file()] == []


def test_type_checkers_find_the_types(installed):
    assert (installed / "infoloop" / "py.typed").is_file()
    assert (installed / "infoloop" / "__init__.pyi").is_file()


def test_the_metadata_are_those_of_the_project(installed):
    (metadata,) = installed.glob("*.dist-info/METADATA")
    lines = metadata.read_text(encoding="utf-8").splitlines()
    assert {f"Name: {PROJECT['name']}", f"Version: {PROJECT['version']}", "License-Expression: Apache-2.0"} <= set(
        lines
    )
    assert [line[12:] for line in lines if line.startswith("Classifier: ")] == PROJECT["classifiers"]
    assert (metadata.parent / "licenses" / "LICENSE").is_file()


def test_it_is_the_wheel_that_runs(run_there, installed):
    code = (
        "import infoloop, infoloop.reporting.package_files as f; print(infoloop.__file__, f.shipped_folder('theory'))"
    )
    package = installed / "infoloop"
    assert run_there("-c", code).split() == [str(package / "__init__.py"), str(package / "theory")]


def test_every_module_can_be_imported(run_there):
    code = """import importlib, pkgutil, infoloop
names = [m.name for m in pkgutil.walk_packages(infoloop.__path__, "infoloop.") if m.name != "infoloop.__main__"]
for name in names: importlib.import_module(name)
print(len(names))"""
    assert int(run_there("-c", code).split()[-1]) > 400


def test_the_version(infoloop):
    assert PROJECT["version"] in infoloop("--version")


def test_statements_and_experiments_are_listed(infoloop):
    assert "thm:dpi" in infoloop("list", "--json")
    assert "theory has no chapter" in infoloop("list", "--theory", "theory", status=3)


def test_a_statement_is_verified(infoloop):
    found = json.loads(infoloop("verify", "S01", "--json"))
    assert {row["label"]: row["evidence"] for row in found}["thm:dpi"] == "certified"


def test_an_inequality_is_proved(infoloop):
    assert "is proved" in infoloop("prove", "I(X;Z) <= I(X;D)", "--given", "X -> D -> Z")


def test_an_experiment_runs(infoloop, tmp_path):
    sizes = ("--set", "samples=4", "--set", "generations=3", "--set", "runs=4")
    infoloop("run", "collapse", *sizes, "--out", "mine")
    assert (tmp_path / "mine" / "report.html").is_file()


@pytest.mark.parametrize("example", ["pipelines/rlvr_unit_tests.toml", "logs/verdicts.csv"])
def test_a_pipeline_and_a_log_are_audited(infoloop, installed, example, tmp_path):
    assert infoloop("audit", str(installed / "infoloop" / "experiments" / example))
    assert list(tmp_path.iterdir()) == []


def test_new_writes_a_skeleton(infoloop, tmp_path):
    infoloop("new", "statement", "my_own")
    assert {path.name for path in tmp_path.rglob("*.*")} == {"my_own.py", "my_own.md", "test_my_own.py"}


def test_show_names_the_sources_of_the_wheel(infoloop, installed):
    (row,) = json.loads(infoloop("show", "thm:erasure-cascade", "--json"))
    assert row["place"].startswith(str(installed / "infoloop" / "theory" / "1_processing.md:"))
    assert row["claim_place"].startswith(str(installed / "infoloop" / "claims"))
