"""Places in source files, read from their text alone."""

from pathlib import Path

import pytest

from infoloop.cli.source_places import (
    docstring_parts,
    imports_module,
    line_of_definition,
    public_signatures,
    shown_path,
    source_of_module,
)

SOURCE = '''"""What it is.

More of it.
"""

import infoloop.models.urn
from infoloop.models import cascade
from infoloop.worlds.lookup import lookup_world

raise RuntimeError("nothing of this is run")
claim = 1
noted: int = 2
first, second = 3, 4


class Model:
    """A class."""


def loop(m: Model, /, size: int = 3, *others, key=None, **more) -> int:
    """Return it.

    At length.
    """


def _private():
    """Nothing."""
'''


@pytest.fixture
def source(tmp_path) -> Path:
    (tmp_path / "source.py").write_text(SOURCE)
    return tmp_path / "source.py"


def test_lines_of_names_are_found(source):
    lines = SOURCE.splitlines()
    found = {
        name: line_of_definition(source, name) for name in ("claim", "noted", "second", "Model", "loop", "missing")
    }
    assert found.pop("missing") == 0
    assert [lines[line - 1].split("(")[0] for line in found.values()] == [
        "claim = 1",
        "noted: int = 2",
        "first, second = 3, 4",
        "class Model:",
        "def loop",
    ]


def test_the_docstring_and_the_signatures_are_read(source):
    assert docstring_parts(source) == ("What it is.", "More of it.")
    assert public_signatures(source) == [("loop(m, /, size=3, *others, key=None, **more)", "Return it.")]


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("infoloop.models.urn", True),
        ("infoloop.models.cascade", True),
        ("infoloop.worlds.lookup", True),
        ("infoloop.models", True),
        ("infoloop.models.mixing", False),
        ("infoloop.worlds", False),
        ("infoloop.models.urns", False),
    ],
)
def test_imports_are_seen(module, imported, source):
    assert imports_module(source, module) == imported


def test_files_of_modules_are_found_and_none_of_what_is_missing():
    found = source_of_module("infoloop.models.urn")
    assert found is not None
    assert found.name == "urn.py"
    assert [source_of_module(name) for name in ("infoloop.nowhere", "nowhere.at.all", "")] == [None, None, None]


def test_a_path_is_as_one_would_type_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert shown_path(tmp_path / "a" / "b.md", 3) == "a/b.md:3"
    assert shown_path(tmp_path.parent / "c.md") == str(tmp_path.parent / "c.md")
