"""Links between a statement and the source of its claim, in both directions, by Sphinx's own pages of source."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

from sphinx.application import Sphinx

CLAIMS = "infoloop.claims."


def assigned_names(source: str) -> dict[str, tuple[str, int, int]]:
    r"""Return the first and last line of what a module defines or assigns at its top, as `sphinx.ext.viewcode` does.

    >>> assigned_names("x = (\n1,\n)\ndef f():\n    return 2")
    {'x': ('other', 1, 3), 'f': ('def', 4, 5)}
    """
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = ("class" if isinstance(node, ast.ClassDef) else "def", node.lineno, node.end_lineno)
        for name in node.targets if isinstance(node, ast.Assign) else ():
            if isinstance(name, ast.Name):
                found[name.id] = ("other", node.lineno, node.end_lineno)
    return found


def find_source(app: Sphinx, module: str) -> tuple[str, dict[str, tuple[str, int, int]]] | None:
    """Return the source of a module of claims: claims are assigned, and Sphinx finds only what is defined."""
    if not module.startswith(CLAIMS):
        return None
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        return None
    source = Path(spec.origin).read_text(encoding="utf-8")
    return source, assigned_names(source)


def where_defined(app: Sphinx, module: str, name: str) -> str | None:
    """Return the module of a claim; Sphinx would take that of its class."""
    return module if module.startswith(CLAIMS) else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Answer two questions of `sphinx.ext.viewcode`."""
    app.connect("viewcode-find-source", find_source)
    app.connect("viewcode-follow-imported", where_defined)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
