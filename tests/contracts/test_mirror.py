"""The tests of a module lie in the file of its name: `src/infoloop/PACKAGE/MODULE.py`, `tests/PACKAGE/test_MODULE.py`.

Models and claims are tested by their contracts, and have a file of their own only where there is more to say. Tests of
what several modules do together, and of the repository, lie in `tests/contracts/`, those of pages in a browser in
`tests/browser/`, those of the site in `tests/site/`.
"""

from pathlib import Path

import pytest

from tests.support.paths import ROOT

SOURCE, TESTS = ROOT / "src" / "infoloop", ROOT / "tests"
UNTESTED = {"cli/options.py"}  # annotations only
BY_CONTRACT = ("models", "claims")
OF_SEVERAL = ("contracts", "browser", "site")


def files(folder: Path, pattern: str) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob(pattern))


def unmirrored(source: Path, tests: Path) -> list[str]:
    """Modules whose tests are not in the file of their name."""
    modules = [path for path in files(source, "*.py") if not path.stem.startswith("__")]
    wanted = [path for path in modules if path.parts[0] not in BY_CONTRACT and path.as_posix() not in UNTESTED]
    return [path.as_posix() for path in wanted if not (tests / path.with_name(f"test_{path.name}")).is_file()]


def astray(source: Path, tests: Path) -> list[str]:
    """Files of tests that bear the name of no module."""
    found = [path for path in files(tests, "test_*.py") if path.parts[0] not in OF_SEVERAL]
    return [path.as_posix() for path in found if not (source / path.with_name(path.name[5:])).is_file()]


def test_every_module_has_its_file_of_tests():
    assert unmirrored(SOURCE, TESTS) == []


def test_every_file_of_tests_is_that_of_a_module():
    assert astray(SOURCE, TESTS) == []


@pytest.fixture
def planted(tmp_path) -> tuple[Path, Path]:
    """A source and its tests, in which all is in its place."""
    source, tests = tmp_path / "src", tmp_path / "tests"
    modules = ["check.py", "__main__.py", "cli/options.py", "cli/app.py", "models/urn.py", "claims/loops/refits.py"]
    mirrored = ["test_check.py", "cli/test_app.py", "claims/loops/test_refits.py", "contracts/test_distributions.py"]
    for path in [*(source / name for name in modules), *(tests / name for name in mirrored)]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return source, tests


def test_where_all_is_in_its_place_nothing_is_noticed(planted):
    assert (unmirrored(*planted), astray(*planted)) == ([], [])


def test_a_missing_file_of_tests_is_noticed(planted):
    source, tests = planted
    (tests / "cli" / "test_app.py").rename(tests / "test_app.py")
    assert unmirrored(source, tests) == ["cli/app.py"]
    assert astray(source, tests) == ["test_app.py"]


def test_a_file_of_tests_without_its_module_is_noticed(planted):
    source, tests = planted
    (source / "claims" / "loops" / "refits.py").unlink()
    assert astray(source, tests) == ["claims/loops/test_refits.py"]
