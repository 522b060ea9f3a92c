"""Digests of the source files that a file's numbers hang on: itself, and all that it imports of this package."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from infoloop.reporting.package_files import package_folder

_PACKAGE = "infoloop"
_PRESENTING = ("cli", "reporting", "statements", "studies")  # they store and show numbers, and make none
_MAKING = ("studies.sweep",)  # except for the keys of a sweep's points


def digests_of_sources(path: Path, also: Iterable[str] = ()) -> dict[str, str]:
    """Return the SHA-256 of the bytes of a file and of each module of the package that it imports, by its name.

    Imports are followed through modules, at whatever place they stand, those for type checking too. A name that a
    package exports (`from infoloop import entropy`) is followed to its module; a package that is imported as such,
    whose attributes nothing follows, is taken with all its modules. Modules that store and show numbers and make none
    (`cli`, `reporting`, `statements`, and `studies` but for its sweeps) are left out.

    Args:
        path: A Python file.
        also: Modules of the package that it uses without an import.

    Raises:
        OSError: The file cannot be read.
        SyntaxError: It is not Python.

    >>> found = digests_of_sources(package_folder() / "information" / "measures.py")
    >>> "infoloop.probability.numerics" in found, "infoloop.loops.loop" in found
    (True, False)
    """
    content = path.read_bytes()
    found, waiting = {path.name: _sha256(content)}, [*also, *_imported(content, "")]
    while waiting:
        name = waiting.pop()
        module = module_file(name)
        if name in found or module is None or _presents(name):
            continue
        content = module.read_bytes()
        found[name] = _sha256(content)
        waiting += _inside(name) if _is_lazy(module) else []
        waiting += _imported(content, name if module.name == "__init__.py" else name.rpartition(".")[0])
    return dict(sorted(found.items()))


def module_file(name: str) -> Path | None:
    """Return the file of a module of this package, None where there is none of that name."""
    parts = name.split(".")
    if parts[0] != _PACKAGE:
        return None
    stem = package_folder().joinpath(*parts[1:])
    return next((file for file in (stem / "__init__.py", stem.with_suffix(".py")) if file.is_file()), None)


def _presents(name: str) -> bool:
    inner = name.removeprefix(f"{_PACKAGE}.")
    return inner.split(".")[0] in _PRESENTING and inner not in _MAKING


def _imported(content: bytes, package: str) -> Iterator[str]:
    """Yield the modules that a source imports; `package` is the one that it is in."""
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*above, *filter(None, [node.module])])
            file = module_file(module)
            if file and not _is_lazy(file):
                yield module
            for alias in node.names:
                yield module if alias.name == "*" else _home(module, alias.name)


def _is_lazy(module: Path) -> bool:
    """Return whether a module is a package that loads its modules when they are asked for."""
    return module.name == "__init__.py" and module.with_suffix(".pyi").is_file()


def _inside(package: str) -> list[str]:
    folder = package_folder().joinpath(*package.split(".")[1:])
    files = [path for path in folder.glob("*.py") if path.stem != "__init__"]
    folders = [path for path in folder.iterdir() if (path / "__init__.py").is_file()]
    return [f"{package}.{path.stem}" for path in (*files, *folders)]


def _home(package: str, name: str) -> str:
    """Return the module of a name that is imported from a package: a module of it, or the one that it exports from."""
    file = module_file(package)
    exports = _exports(file.with_suffix(".pyi").read_bytes()) if file and _is_lazy(file) else {}
    return f"{package}.{exports.get(name, name)}"


@lru_cache
def _exports(stub: bytes) -> dict[str, str]:
    """Return the module of each name that a stub takes from one, relative to the package."""
    nodes = [node for node in ast.parse(stub).body if isinstance(node, ast.ImportFrom) and node.module]
    return {alias.asname or alias.name: str(node.module) for node in nodes for alias in node.names}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
