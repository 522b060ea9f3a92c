"""Where things stand in source files, read from their text: no code is run."""

import ast
import importlib.util
import os
from pathlib import Path


def shown_path(path: Path, line: int = 0) -> str:
    """Return a path as a user would type it from the current folder, with the line if there is one.

    >>> shown_path(Path("theory/1_processing.md"), 6)
    'theory/1_processing.md:6'
    """
    found = os.path.relpath(path)
    text = str(path) if found.startswith("..") else found
    return f"{text}:{line}" if line else text


def source_of_module(dotted: str) -> Path | None:
    """Return the file of a module by its dotted name; None where there is none.

    >>> source_of_module("infoloop.check").name
    'check.py'
    """
    try:
        spec = importlib.util.find_spec(dotted)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec and spec.origin else None


def line_of_definition(path: Path, name: str) -> int:
    """Return the line in which a module defines a name; 0 where its text does not."""
    for node in _tree(path).body:
        if name in _defined(node):
            return node.lineno
    return 0


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {found.id for target in targets for found in ast.walk(target) if isinstance(found, ast.Name)}


def docstring_parts(path: Path) -> tuple[str, str]:
    """Return the first paragraph of a module's docstring, and the rest of it."""
    first, _, rest = (ast.get_docstring(_tree(path)) or "").partition("\n\n")
    return first, rest


def public_signatures(path: Path) -> list[tuple[str, str]]:
    """Return the signature of each public function of a module, without types, and the first line of its docstring."""
    functions = [node for node in _tree(path).body if isinstance(node, ast.FunctionDef)]
    return [
        (f"{node.name}({_parameters(node.args)})", (ast.get_docstring(node) or "").split("\n")[0])
        for node in functions
        if not node.name.startswith("_")
    ]


def _parameters(given: ast.arguments) -> str:
    """Return parameters with their defaults, without their types."""
    bare = ast.arguments(
        posonlyargs=[ast.arg(a.arg) for a in given.posonlyargs],
        args=[ast.arg(a.arg) for a in given.args],
        vararg=given.vararg and ast.arg(given.vararg.arg),
        kwonlyargs=[ast.arg(a.arg) for a in given.kwonlyargs],
        kw_defaults=given.kw_defaults,
        kwarg=given.kwarg and ast.arg(given.kwarg.arg),
        defaults=given.defaults,
    )
    return ast.unparse(bare)


def imports_module(path: Path, dotted: str) -> bool:
    """Return whether a file imports a module, or something from it."""
    package, _, name = dotted.rpartition(".")
    text = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)) if name in text else ():
        if isinstance(node, ast.ImportFrom):
            if node.module == dotted or (node.module == package and name in {alias.name for alias in node.names}):
                return True
        elif isinstance(node, ast.Import) and dotted in {alias.name for alias in node.names}:
            return True
    return False


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
