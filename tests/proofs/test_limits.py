"""The numbers that bound and steer proofs stand in one module, and each of them is used."""

import ast
from pathlib import Path

import infoloop.proofs
from infoloop.proofs import limits

FOLDER = Path(infoloop.proofs.__file__).parent
MODULES = [path for path in FOLDER.rglob("*.py") if path.name != "limits.py"]


def numbers_at_the_top(source: str) -> list[str]:
    """The names that a module gives to numbers, outside of its functions and classes."""
    assigned = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    numeric = (int, float)
    return [
        ast.unparse(node.targets[0])
        for node in assigned
        if any(isinstance(part, ast.Constant) and type(part.value) in numeric for part in ast.walk(node.value))
    ]


def test_no_other_module_has_a_number_of_its_own():
    assert [name for path in MODULES for name in numbers_at_the_top(path.read_text())] == []


def test_a_number_elsewhere_is_noticed():
    assert numbers_at_the_top('MOST = 2**19\nNAMES = ("a", "b")\nWEIGHTS = (1, 2.0)') == ["MOST", "WEIGHTS"]


def test_every_limit_is_used():
    sources = "".join(path.read_text() for path in MODULES)
    unused = [name for name in vars(limits) if name.isupper() and f"limits.{name}" not in sources]
    assert unused == []
