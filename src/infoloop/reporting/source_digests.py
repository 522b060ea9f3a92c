"""Digests of the source files that a file's numbers hang on: itself, and all that it imports of this package."""

from __future__ import annotations

import ast
import hashlib
import io
import tokenize
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

from infoloop.reporting.package_files import package_folder

_PACKAGE = "infoloop"
_PRESENTING = ("cli", "reporting", "statements", "studies")  # they store and show numbers, and make none
_MAKING = ("studies.sweep",)  # except for the keys of a sweep's points
_Span = tuple[int, int, int, int]  # first line, column, line after the last, column, in bytes and from 0
_MOST_SOURCES = 2048  # that are remembered by their content: the measured theses hang on the same modules


class _Import(NamedTuple):
    """An import statement: `import x` has no names, `from .x import y` has a level of 1."""

    module: str
    names: tuple[str, ...] = ()
    level: int = 0


def digests_of_sources(path: Path, also: Iterable[str] = (), without: Iterable[str] = ()) -> dict[str, str]:
    """Return the SHA-256 of the code of a file and of each module of the package that it imports, by its name.

    The code is the source without docstrings, comments and empty lines, on which no number hangs.

    Imports are followed through modules, at whatever place they stand, those for type checking too. A name that a
    package exports (`from infoloop import entropy`) is followed to its module; a package that is imported as such,
    whose attributes nothing follows, is taken with all its modules. Modules that store and show numbers and make none
    (`cli`, `reporting`, `statements`, and `studies` but for its sweeps) are left out.

    Args:
        path: A Python file.
        also: Modules of the package that it uses without an import.
        without: Names whose assignments in the file are left out.

    Raises:
        OSError: The file cannot be read.
        SyntaxError: It is not Python.

    >>> found = digests_of_sources(package_folder() / "information" / "measures.py")
    >>> "infoloop.probability.numerics" in found, "infoloop.loops.loop" in found
    (True, False)
    """
    content = path.read_bytes()
    found, waiting = {path.name: code_digest(content, without)}, [*also, *_imported(content, "")]
    while waiting:
        name = waiting.pop()
        module = module_file(name)
        if name in found or module is None or _presents(name):
            continue
        content = module.read_bytes()
        found[name] = code_digest(content)
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
    for found in _imports(content):
        if not found.names:
            yield found.module
            continue
        above = package.split(".")[: len(package.split(".")) - found.level + 1] if found.level else []
        module = ".".join([*above, *filter(None, [found.module])])
        file = module_file(module)
        if file and not _is_lazy(file):
            yield module
        for name in found.names:
            yield module if name == "*" else _home(module, name)


@lru_cache(_MOST_SOURCES)
def _imports(content: bytes) -> tuple[_Import, ...]:
    found = []
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.Import):
            found += [_Import(alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(_Import(node.module or "", tuple(alias.name for alias in node.names), node.level))
    return tuple(found)


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


def code_digest(source: bytes, without: Iterable[str] = ()) -> str:
    r"""Return the SHA-256 of a Python source without its docstrings, comments, empty lines and blanks at ends of lines.

    Args:
        source: The source.
        without: Names whose assignments, outside of functions and classes, are left out too.

    Raises:
        SyntaxError: It is no Python.

    >>> one, other = b"def f(x):  # why\n    return x\n", b"def f(x):\n    'What it does.'\n\n    return x\n"
    >>> code_digest(one) == code_digest(other), code_digest(one) == code_digest(one.replace(b"return", b"return -"))
    (True, False)
    """
    return _code_digest(source, frozenset(without))


@lru_cache(_MOST_SOURCES)
def _code_digest(source: bytes, without: frozenset[str]) -> str:
    lines, tree = source.splitlines(keepends=True), ast.parse(source)
    left_out = set(_assignments(tree, without))
    kept = {
        span for span in {*_docstrings(tree), *_comments(source)} if not any(map(partial(_lies_in, span), left_out))
    }
    for first, start, last, end in sorted(kept | left_out, reverse=True):
        lines[first:last] = [lines[first][:start] + lines[last - 1][end:]]
    return hashlib.sha256(b"\n".join(filter(None, (line.rstrip() for line in lines)))).hexdigest()


def _lies_in(one: _Span, other: _Span) -> bool:
    return other[:2] <= one[:2] and one[2:] <= other[2:]


def _assignments(tree: ast.Module, names: frozenset[str]) -> Iterator[_Span]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id in names for to in node.targets):
            yield node.lineno - 1, 0, node.end_lineno or node.lineno, node.end_col_offset or 0


def _docstrings(tree: ast.Module) -> Iterator[_Span]:
    """Yield where each docstring stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                yield first.lineno - 1, first.col_offset, first.end_lineno or first.lineno, first.end_col_offset or 0


def _comments(source: bytes) -> Iterator[_Span]:
    for token in tokenize.tokenize(io.BytesIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            start = len(token.line[:column].encode())
            yield row - 1, start, row, start + len(token.string.encode())
