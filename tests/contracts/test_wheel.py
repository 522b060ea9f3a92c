"""The built wheel, unpacked where the checkout is out of reach, verifies its own theory in any folder."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.paths import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The wheel's files alone: the dependencies are those of this environment, the package is not this checkout's."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run_there(installed: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run the command with the unpacked wheel first on the path, in a folder that holds nothing."""
    elsewhere = installed.parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    code = "import sys, infoloop.cli.app; sys.argv[0] = 'infoloop'; infoloop.cli.app.main()"
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=elsewhere,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_theory_certificates_and_the_type_marker_travel(installed):
    package = installed / "infoloop"
    assert {path.name for path in (package / "theory" / "certificates").glob("*.json")} == {
        path.name for path in (ROOT / "theory" / "certificates").glob("*.json")
    }
    assert (package / "py.typed").exists()
    assert (package / "__init__.pyi").exists()
    assert (package / "experiments").is_dir()


def test_verify_works_in_any_folder(installed):
    done = run_there(installed, "verify", "thm:erasure-cascade", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["evidence"] == "certified"


def test_it_is_the_wheel_that_ran(installed):
    done = run_there(installed, "list", "--theory", "theory")
    assert done.returncode == 3
    assert "theory has no chapter" in done.stderr


def test_list_works_in_any_folder(installed):
    done = run_there(installed, "list", "--json")
    assert "thm:dpi" in done.stdout, done.stderr


def test_new_writes_skeletons_in_any_folder(installed, tmp_path):
    done = run_there(installed, "new", "statement", "my_own", "--in", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.rglob("*.*")} == {"my_own.py", "my_own.md", "test_my_own.py"}


def test_show_finds_the_sources_of_the_wheel(installed):
    done = run_there(installed, "show", "thm:erasure-cascade", "--json")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    assert row["place"].startswith(str(installed / "infoloop" / "theory" / "1_processing.md:"))
    assert row["claim_place"].startswith(str(installed / "infoloop" / "claims"))
