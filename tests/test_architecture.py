"""The house rules that a machine can check; each check is shown to notice a breach."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import infoloop
from tests.floors import FLOORS, climbs, floor_of, imports

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "infoloop"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.name != "__init__.py")
LONGEST_FILE, LONGEST_FUNCTION = 350, 50
FORBIDDEN = re.compile(
    r"nan_to_num|nansum|nanmin|jnp\.clip|\+ *1e-\d|debug\.print|(?<![.\w])print\(|logging\.|\.debug_callback"
)


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_imports_from_its_own_floor_or_above(path):
    if name_of(path) == "cli":
        return  # the top: it reaches everything through the lazy package
    assert climbs(path.read_text(), floor_of(name_of(path))) == []


def test_a_climbing_import_is_noticed():
    assert climbs("def f():\n    from infoloop.measures import entropy", floor=1) == ["measures"]


def test_an_import_of_the_package_by_its_plain_name_is_noticed():
    assert climbs("import infoloop.ledger", floor=3) == ["ledger"]


def test_a_relative_import_is_noticed():
    assert imports("from .claim import weigh\nfrom . import report") == ["claim", "report"]


def test_every_room_on_a_floor_exists():
    rooms = {name_of(path).split(".")[0] for path in MODULES}
    assert set().union(*FLOORS) == rooms


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_rooms_are_small(path):
    text = path.read_text()
    tree = ast.parse(text)
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    lengths = {n.name: (n.end_lineno or 0) - n.lineno + 1 - _docstring_lines(n) for n in functions}
    assert len(text.splitlines()) <= LONGEST_FILE
    assert {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION} == {}


def test_rooms_of_tests_are_small_too():
    lines = {path.name: len(path.read_text().splitlines()) for path in (ROOT / "tests").rglob("*.py")}
    assert {name: n for name, n in lines.items() if n > LONGEST_FILE} == {}


def _docstring_lines(node: ast.FunctionDef) -> int:
    return len((ast.get_docstring(node, clean=False) or "").splitlines())


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_public_function_says_what_it_is(path):
    tree = ast.parse(path.read_text())
    bare = [
        n.name
        for n in tree.body
        if isinstance(n, ast.FunctionDef | ast.ClassDef) and not n.name.startswith("_") and not ast.get_docstring(n)
    ]
    assert ast.get_docstring(tree)
    assert bare == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_numbers_are_neither_clamped_nor_hidden(path):
    hits = [line for line in path.read_text().splitlines() if FORBIDDEN.search(line) and ">>>" not in line]
    assert hits == []


def test_a_clamp_is_noticed():
    assert FORBIDDEN.search("x = jnp.log(p + 1e-12)")


def test_importing_every_module_changes_no_jax_setting_and_writes_nothing():
    names = [f"infoloop.{name_of(path)}" for path in MODULES]
    code = (
        "import importlib, json, jax\nbefore = dict(jax.config.values)\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "print(json.dumps([k for k, v in jax.config.values.items() if before.get(k) != v]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_help_needs_no_jax():
    code = "import sys, infoloop, infoloop.cli; sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_public_name_is_there_before_the_heavy_libraries():
    """Each by a module that it loads when it is first used: together they take seconds."""
    heavy = ["optax._src", "flax.core", "numpyro.handlers", "xarray.core", "matplotlib.figure"]
    heavy += ["scipy.optimize", "scipy.special", "jinja2.environment", "markdown_it.main", "latex2mathml.converter"]
    code = (
        "import json, sys, infoloop as il\nnames = [getattr(il, name) for name in il.__all__]\n"
        f"loaded = lambda: [name for name in {heavy} if name in sys.modules]\nfirst = loaded()\n"
        "il.pages.render('$X$')\nprint(json.dumps([first, loaded()]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[], ["markdown_it.main", "latex2mathml.converter"]]


def test_every_exported_name_exists():
    missing = [name for name in dir(infoloop) if getattr(infoloop, name, None) is None]
    assert missing == []


def test_no_module_bears_the_name_of_a_public_function():
    functions = {name for name in dir(infoloop) if callable(getattr(infoloop, name))}
    assert functions & {name_of(path).split(".")[0] for path in MODULES} == set()


def dropped_updates(source: str) -> list[int]:
    """Lines with a statement such as `x.at[i].set(v)`, which does nothing; linters do not see it."""
    calls = [n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)]
    return [call.lineno for call in calls if re.search(r"\.at\[.*\]\.(set|add)$", ast.unparse(call.func))]


def test_a_bare_functional_update_is_nowhere():
    found = {path.name: dropped_updates(path.read_text()) for path in [*MODULES, *(ROOT / "tests").rglob("*.py")]}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_bare_functional_update_is_noticed():
    assert dropped_updates("x = y\nx.at[0].set(1)\nz.append(x.at[0].set(1))") == [2]
