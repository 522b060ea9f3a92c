"""Digests follow imports to the end, notice a changed byte, and leave out what only stores and shows."""

import hashlib

import pytest

from infoloop.reporting import source_digests as module
from infoloop.reporting.package_files import package_folder
from infoloop.reporting.source_digests import code_digest, digests_of_sources, module_file


def digests(tmp_path, text: str, also=()) -> dict[str, str]:
    file = tmp_path / "study.py"
    file.write_text(text, encoding="utf-8")
    return digests_of_sources(file, also)


def test_a_file_without_imports_is_itself(tmp_path):
    assert digests(tmp_path, "import json\n") == {"study.py": hashlib.sha256(b"import json").hexdigest()}


@pytest.mark.parametrize(
    "text",
    [
        "from infoloop.learning.pass_at_k import cover",
        "from infoloop.learning import pass_at_k",
        "import infoloop.learning.pass_at_k as p",
        "def late():\n    from infoloop.learning.pass_at_k import cover",
    ],
)
def test_imports_are_followed_to_the_end_however_they_are_written(tmp_path, text):
    found = digests(tmp_path, text)
    content = (package_folder() / "learning" / "pass_at_k.py").read_bytes()
    assert found["infoloop.learning.pass_at_k"] == code_digest(content)
    assert "infoloop.probability.numerics" in found  # which it imports
    assert "infoloop.learning.linear_networks" not in found


def test_an_exported_name_is_followed_to_its_module(tmp_path):
    found = digests(tmp_path, "from infoloop import entropy")
    assert "infoloop.information.measures" in found
    assert "infoloop.learning.pass_at_k" not in found


@pytest.fixture
def planted(tmp_path, monkeypatch):
    """A package of three modules, all loaded when asked for."""
    package = tmp_path / "infoloop"
    (package / "inner").mkdir(parents=True)
    for path, text in {
        "__init__.py": "",
        "__init__.pyi": "from .inner.deep import size as size\n",
        "other.py": "",
        "inner/__init__.py": "",
        "inner/__init__.pyi": "from . import deep as deep\n",
        "inner/deep.py": "from .. import other\nfrom . import near\n",
        "inner/near.py": "",
    }.items():
        (package / path).write_text(text, encoding="utf-8")
    monkeypatch.setattr(module, "package_folder", lambda: package)
    return package


WHOLE = {"infoloop", "infoloop.other", "infoloop.inner", "infoloop.inner.deep", "infoloop.inner.near"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import infoloop as il", WHOLE),
        ("from infoloop import *", WHOLE),
        ("from infoloop import inner", WHOLE - {"infoloop"}),
        ("from infoloop import size", {"infoloop.inner.deep", "infoloop.inner.near", "infoloop.other"}),
        ("from infoloop import other", {"infoloop.other"}),
    ],
)
def test_a_package_whose_attributes_nobody_follows_is_taken_whole(tmp_path, planted, text, expected):
    assert digests(tmp_path, text).keys() - {"study.py"} == expected


def test_what_only_stores_and_shows_is_left_out(tmp_path):
    found = digests(
        tmp_path, "from infoloop.studies.runner import Headline\nfrom infoloop.studies.sweep import Sweep\n"
    )
    assert set(found) == {"study.py", "infoloop.studies.sweep"}


def test_a_module_that_is_used_without_an_import_is_followed(tmp_path):
    assert "infoloop.probability.numerics" in digests(tmp_path, "", ["infoloop.learning.pass_at_k"])


def test_changed_code_far_down_changes_a_digest(tmp_path, planted):
    before = digests(tmp_path, "from infoloop import size")
    (planted / "other.py").write_text("SIZE = 1\n", encoding="utf-8")
    after = digests(tmp_path, "from infoloop import size")
    assert {name for name in after if before[name] != after[name]} == {"infoloop.other"}


def test_modules_of_others_have_no_file_here():
    assert module_file("jax.numpy") is None
    assert module_file("infoloop.nowhere") is None


CODE = '''"""What it is."""

import os  # why

# more of it
class A:
    """A class."""

    text = """no docstring"""


async def f(x):
    """Say
    é more."""  # and a comment
    return "# no comment", x
'''.encode()
BARE = b'''import os
class A:
    text = """no docstring"""
async def f(x):
    return "# no comment", x'''


def test_what_is_said_of_code_is_no_part_of_it():
    assert code_digest(CODE) == code_digest(BARE) == hashlib.sha256(BARE).hexdigest()
    for old, new in ((b"# no", b"# a"), (b"no docstring", b"one"), (b", x\n", b", -x\n"), (b"import os", b"import re")):
        assert code_digest(CODE.replace(old, new)) != code_digest(CODE)


def test_an_assignment_that_is_left_out_changes_nothing():
    one = b"x = 1\nSMALL = f(\n    2,  # why\n)  # fmt: skip\ny = SMALL\n"
    other = b"x = 1\nSMALL = 3\ny = SMALL\n"
    assert code_digest(one, ["SMALL"]) == code_digest(other, ["SMALL"]) != code_digest(one)
    assert code_digest(one, ["SMALL"]) != code_digest(b"x = 2\nSMALL = 3\ny = SMALL\n", ["SMALL"])
    inside = b"def f():\n    SMALL = %d\n    return SMALL\n"
    assert code_digest(inside % 1, ["SMALL"]) != code_digest(inside % 2, ["SMALL"])
