"""A reader can use every exported function from its signature and docstring alone; each rule notices a breach.

Ruff holds the imperative first line and complete annotations of what is annotated at all (`pyproject.toml`, D and ANN).
"""

import ast
import inspect
import re
from pathlib import Path

import pytest

import infoloop
from tests.support.paths import ROOT

SOURCE = ROOT / "src" / "infoloop"
FUNCTIONS = {name: value for name in dir(infoloop) if inspect.isroutine(value := getattr(infoloop, name))}


def section(text: str, name: str) -> str:
    """Return the lines of a section such as Args, without its title; "" if there is none."""
    found = re.search(rf"^{name}:\n((?:[ \t]+.*\n?|\n(?=[ \t]))*)", text, re.MULTILINE)
    return found[1] if found else ""


def entries(text: str, name: str) -> set[str]:
    """Return the names that a section explains; one line may explain several."""
    found = re.findall(r"^    (\*{0,2}\w+(?:, \*{0,2}\w+)*):", section(text, name), re.MULTILINE)
    return {word.strip(" *") for names in found for word in names.split(",")}


def breaches(function) -> list[str]:
    """Say what the docstring of a function leaves out."""
    text = inspect.getdoc(function) or ""
    signature = inspect.signature(function)
    parameters, gives = signature.parameters, signature.return_annotation not in (None, "None")
    bare = [name for name in parameters if name not in entries(text, "Args")]
    unknown = [name for name in entries(text, "Args") if name not in parameters]
    raises = {n for n in re.findall(r"\b[A-Z]\w+(?:Error|Warning)\b", text) if n not in section(text, "Raises")}
    example = ">>>" in text or not parameters
    return [
        *(f"{name} is not explained" for name in bare),
        *(f"{name} is no parameter" for name in unknown),
        *(
            ["what it returns is not said"]
            if gives and not re.search(r"^Returns:|\AReturn ", text, re.MULTILINE)
            else []
        ),
        *(f"{name} is not among what it raises" for name in raises if "Traceback" not in text),
        *([] if example else ["there is no example"]),
    ]


def unannotated(path: Path) -> list[str]:
    """Name the public functions, and methods of public classes, with a parameter or a result without a type."""
    tree = ast.parse(path.read_text())
    classes = [n for n in tree.body if isinstance(n, ast.ClassDef) and not n.name.startswith("_")]
    functions = [n for body in (tree.body, *(c.body for c in classes)) for n in body if isinstance(n, ast.FunctionDef)]
    return [f.name for f in functions if not f.name.startswith("_") and not _annotated(f)]


def _annotated(function: ast.FunctionDef) -> bool:
    a = function.args
    named = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg))]
    return function.returns is not None and all(p.annotation or p.arg in ("self", "cls") for p in named)


@pytest.mark.slow
def test_every_exported_function_explains_its_parameters_its_result_and_its_errors():
    assert len(FUNCTIONS) > 100
    assert {name: found for name, f in FUNCTIONS.items() if (found := breaches(f))} == {}


def test_what_a_docstring_leaves_out_is_noticed():
    def halved(x, y):
        """Halve x. Raises ValueError for nothing.

        Args:
            x: a number.
            z: a number.
        """

    assert breaches(halved) == [
        "y is not explained",
        "z is no parameter",
        "what it returns is not said",
        "ValueError is not among what it raises",
        "there is no example",
    ]


@pytest.mark.slow
def test_every_parameter_of_a_public_function_has_a_type():
    found = {str(path.relative_to(SOURCE)): unannotated(path) for path in SOURCE.rglob("*.py")}
    assert {name: functions for name, functions in found.items() if functions} == {}


def test_a_parameter_without_a_type_is_noticed(tmp_path):
    path = tmp_path / "planted.py"
    path.write_text("def f(x: int, y) -> int: ...\ndef g(x: int): ...\ndef h(*x: int) -> int: ...\ndef _i(x): ...\n")
    assert unannotated(path) == ["f", "g"]
