"""Rules of structure that a machine can check; each check is shown to notice a breach."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import infoloop
from tests.support.paths import ROOT

SOURCE = ROOT / "src" / "infoloop"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.name != "__init__.py")
LONGEST_FILE, LONGEST_FUNCTION = 350, 50
FORBIDDEN = re.compile(
    r"nan_to_num|nansum|nanmin|jnp\.clip|\+ *1e-\d|debug\.print|(?<![.\w])print\(|logging\.|\.debug_callback"
)


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts)


def public_functions(path: Path) -> set[str]:
    return {n.name for n in ast.parse(path.read_text()).body if isinstance(n, ast.FunctionDef)}


def layers_kept(tmp_path: Path, change=lambda text: text) -> bool:
    """Whether import-linter keeps the contracts of pyproject.toml after a `change` of their text."""
    config = tmp_path / "pyproject.toml"
    config.write_text(change((ROOT / "pyproject.toml").read_text()))
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    done = subprocess.run(
        [*command, "--config", str(config), "--no-cache"], capture_output=True, text=True, check=False
    )
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    return done.returncode == 0


def test_packages_import_only_from_layers_below_and_without_cycles(tmp_path):
    assert layers_kept(tmp_path)


def test_an_import_of_a_layer_above_is_noticed(tmp_path):
    swapped = {'"claims"': '"statements"', '"statements"': '"claims"'}
    assert not layers_kept(tmp_path, lambda text: re.sub("|".join(swapped), lambda m: swapped[m[0]], text))


def test_a_package_without_a_layer_is_noticed(tmp_path):
    assert not layers_kept(tmp_path, lambda text: text.replace("loops | games", "loops"))


def test_contributing_draws_the_layers():
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    layers = [line.split(" | ") for line in contract["layers"][1:]]
    drawing = re.search(r"<!-- layers -->\n```\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)
    assert drawing
    drawn = [re.split(r" {3,}", line)[0].split() for line in drawing[1].splitlines()]
    assert drawn == [[name for name in layer if name != "moved_modules"] for layer in layers]
    assert len(drawn) == 12


def test_every_package_says_what_is_in_it():
    texts = {path.parent.name: ast.get_docstring(ast.parse(path.read_text())) for path in SOURCE.rglob("__init__.py")}
    assert [name for name, text in texts.items() if not text] == []


def test_few_modules_lie_flat():
    flat = sorted(path.stem for path in SOURCE.glob("*.py"))
    assert flat == ["__init__", "__main__", "check", "moved_modules"]


@pytest.mark.slow
def test_modules_and_functions_are_small():
    long = {}
    for path in MODULES:
        text = path.read_text()
        functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)]
        lengths = {n.name: (n.end_lineno or 0) - n.lineno + 1 - _docstring_lines(n) for n in functions}
        long |= {f"{name_of(path)}.{name}": n for name, n in lengths.items() if n > LONGEST_FUNCTION}
        long |= {name_of(path): n for n in [len(text.splitlines())] if n > LONGEST_FILE}
    assert long == {}


def test_test_files_are_small_too():
    lines = {path.name: len(path.read_text().splitlines()) for path in (ROOT / "tests").rglob("*.py")}
    assert {name: n for name, n in lines.items() if n > LONGEST_FILE} == {}


def imported_test_modules(source: str) -> list[str]:
    """The test modules that a source imports."""
    imports = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Import | ast.ImportFrom)]
    names = [f"{getattr(n, 'module', '') or ''}.{alias.name}" for n in imports for alias in n.names]
    return [name for name in names if re.match(r"\.?tests\b.*\.test_", name)]


@pytest.mark.slow
def test_no_test_imports_another_test_module():
    found = {path.name: imported_test_modules(path.read_text()) for path in (ROOT / "tests").rglob("*.py")}
    assert {name: names for name, names in found.items() if names} == {}


def test_an_import_of_a_test_module_is_noticed():
    assert imported_test_modules("from tests.loops.test_loop import walk") == ["tests.loops.test_loop.walk"]
    assert imported_test_modules("from tests.loops import test_loop") == ["tests.loops.test_loop"]


def _docstring_lines(node: ast.FunctionDef) -> int:
    return len((ast.get_docstring(node, clean=False) or "").splitlines())


def undocumented(path: Path) -> list[str]:
    tree = ast.parse(path.read_text())
    public = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef) and not n.name.startswith("_")]
    bare = [n.name for n in public if not ast.get_docstring(n)]
    return bare if ast.get_docstring(tree) else ["the module", *bare]


@pytest.mark.slow
def test_every_public_function_says_what_it_is():
    found = {name_of(path): undocumented(path) for path in MODULES}
    assert {name: bare for name, bare in found.items() if bare} == {}


def test_a_function_without_a_docstring_is_noticed(tmp_path):
    (tmp_path / "bare.py").write_text("def f():\n    return 1\n")
    assert undocumented(tmp_path / "bare.py") == ["the module", "f"]


@pytest.mark.slow
def test_numbers_are_neither_clamped_nor_hidden():
    lines = ((name_of(path), line) for path in MODULES for line in path.read_text().splitlines())
    assert [(name, line) for name, line in lines if FORBIDDEN.search(line) and ">>>" not in line] == []


def test_a_clamp_is_noticed():
    assert FORBIDDEN.search("x = jnp.log(p + 1e-12)")


@pytest.mark.slow
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
    code = "import sys, infoloop, infoloop.cli.app; sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.slow
def test_every_public_name_is_there_before_the_heavy_libraries():
    """Each by a module that it loads when it is first used: together they take seconds."""
    heavy = ["optax._src", "flax.core", "numpyro.handlers", "xarray.core", "matplotlib.figure", "pandas"]
    heavy += ["scipy.optimize", "scipy.special", "jinja2.environment", "markdown_it.main", "latex2mathml.converter"]
    code = (
        "import json, sys, infoloop as il\nnames = [getattr(il, name) for name in il.__all__]\n"
        f"loaded = lambda: [name for name in {heavy} if name in sys.modules]\nfirst = loaded()\n"
        "il.reporting.html.markdown_to_html('$X$')\nprint(json.dumps([first, loaded()]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[], ["markdown_it.main", "latex2mathml.converter"]]


def test_every_exported_name_exists():
    missing = [name for name in dir(infoloop) if getattr(infoloop, name, None) is None]
    assert missing == []


@pytest.mark.slow
def test_no_module_bears_the_name_of_a_public_function_or_of_one_in_it():
    public = {name for name in dir(infoloop) if callable(getattr(infoloop, name))}
    models = {
        path for path in MODULES if path.parent.name == "models"
    }  # `il.models.cascade.cascade` is public, and stays
    assert public & {path.stem for path in MODULES if path not in models} == set()
    assert [name_of(path) for path in MODULES if path not in models and path.stem in public_functions(path)] == []


def shared_names(sources: dict[str, str]) -> dict[str, list[str]]:
    """The public functions and classes that two modules define, and where; every program may have its `main`."""
    places: dict[str, list[str]] = {}
    for module, source in sources.items():
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(module)
    return {name: found for name, found in places.items() if len(found) > 1 and name != "main"}


def test_no_name_is_used_for_two_things():
    """Models share the names of their contract: `loop`, `sampled`, `law`, ..."""
    assert shared_names({name_of(path): path.read_text() for path in MODULES if path.parent.name != "models"}) == {}


def test_a_name_used_for_two_things_is_noticed():
    twice = {"one": "class Term: ...", "two": "class Term: ...\ndef _own(): ...", "three": "def _own(): ..."}
    assert shared_names(twice) == {"Term": ["one", "two"]}


def dropped_updates(source: str) -> list[int]:
    """Lines with a statement such as `x.at[i].set(v)`, which does nothing; linters do not see it."""
    calls = [n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)]
    return [call.lineno for call in calls if re.search(r"\.at\[.*\]\.(set|add)$", ast.unparse(call.func))]


@pytest.mark.slow
def test_a_bare_functional_update_is_nowhere():
    found = {path.name: dropped_updates(path.read_text()) for path in [*MODULES, *(ROOT / "tests").rglob("*.py")]}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_bare_functional_update_is_noticed():
    assert dropped_updates("x = y\nx.at[0].set(1)\nz.append(x.at[0].set(1))") == [2]
