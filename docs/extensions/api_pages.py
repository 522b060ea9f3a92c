"""Write the pages of the site's part API: one for each package, in the order of the layers, and one for each module."""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

import infoloop
from infoloop.reporting.atomic_files import atomic_write_text
from infoloop.reporting.package_files import package_folder

_EXPORT = re.compile(r"^from \.(?P<module>[\w.]*) import (?P<name>\w+) as", re.MULTILINE)
_LEFT = ("__main__", "cli", "moved_modules")


def layers(project: Path) -> list[str]:
    """Return the packages that have public names, the lowest layer first, as `pyproject.toml` orders them."""
    contracts = tomllib.loads(project.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    names = [name.strip() for layer in reversed(contracts[0]["layers"]) for name in layer.split("|")]
    return [name for name in names if name not in _LEFT]


def exports(folder: Path) -> list[tuple[str, str]]:
    """Return what a package's `__init__.pyi` exports: module and name, the module empty where a module is exported."""
    stub = folder / "__init__.pyi"
    if not stub.exists():
        return [("", path.stem) for path in sorted(folder.glob("*.py")) if not path.stem.startswith("_")]
    return [(found["module"], found["name"]) for found in _EXPORT.finditer(stub.read_text(encoding="utf-8"))]


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each page.

    Args:
        root: the repository.
    """
    packages = layers(root / "pyproject.toml")
    yield "index", _index(packages)
    for name in packages:
        yield from _package_pages(f"infoloop.{name}", package_folder() / name)


def _package_pages(package: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the page of a package with all its modules, and those of the packages in it."""
    if not folder.is_dir():
        yield _page_name(package), _page(package, *_module(package))
        return
    modules = [name for where, name in exports(folder) if not where]
    inner = [f"{package}.{name}" for name in modules if (folder / name).is_dir()]
    sections = [_section(f"{package}.{name}") for name in modules if not (folder / name).is_dir()]
    contents = [_tree([_page_name(name) for name in inner])] * bool(inner)
    yield _page_name(package), _page(package, f".. automodule:: {package}\n   :no-members:\n", *contents, *sections)
    for name in inner:
        yield from _package_pages(name, folder / name.rpartition(".")[2])


def _page_name(package: str) -> str:
    return package.removeprefix("infoloop.")


def _section(module: str) -> str:
    name = module.rpartition(".")[2]
    return "\n".join((name, "-" * len(name), "", *_module(module)))


def _module(module: str) -> list[str]:
    exported = [name for where, name in exports(package_folder()) if where and f"infoloop.{where}" == module]
    short = ["Also " + ", ".join(f":py:obj:`il.{name} <{module}.{name}>`" for name in exported) + ".", ""]
    others = [name for name in exported if not _is_found(module, getattr(infoloop, name))]
    return [*(short * bool(exported)), f".. automodule:: {module}\n", *(_other(module, name) for name in others)]


def _is_found(module: str, found: object) -> bool:
    """Whether `automodule` finds a name by itself: a function or class that the module defines."""
    return (inspect.isfunction(found) or inspect.isclass(found)) and found.__module__ == module


def _other(module: str, name: str) -> str:
    kind = "autoexception" if inspect.isclass(getattr(infoloop, name)) else "autofunction"
    return f".. {kind}:: {module}.{name}\n"


def _index(packages: list[str]) -> str:
    names = sorted((name, where) for where, name in exports(package_folder()) if where)
    rows = [f"- :py:obj:`il.{name} <infoloop.{where}.{name}>`" for name, where in names]
    return _page(
        "API",
        "``import infoloop as il`` has the names that are used most; every other public name is in its module. "
        "Packages stand in the order of their layers: each imports only from those before it.",
        "",
        _tree(packages),
        f"The {len(names)} names of ``il``\n-----------------------\n",
        ".. container:: names\n",
        *(f"   {row}" for row in rows),
    )


def _page(title: str, *parts: str) -> str:
    return "\n".join((title, "=" * len(title), "", *parts, ""))


def _tree(names: list[str]) -> str:
    return ".. toctree::\n   :maxdepth: 1\n\n" + "".join(f"   {name}\n" for name in names)


def write_pages(app: Sphinx) -> None:
    """Write `api/` into the folder of sources, whence git ignores it; a page that is as it was is left."""
    folder = Path(app.srcdir) / "api"
    wanted = {folder / f"{name}.rst": text for name, text in pages(Path(app.srcdir).parent)}
    for old in folder.rglob("*.rst"):
        if old not in wanted:
            old.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            atomic_write_text(path, text)


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the pages before Sphinx looks for sources."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
