"""Where the package's own files are, installed or in a checkout."""

from functools import cache
from importlib.resources import files
from pathlib import Path


@cache
def package_folder() -> Path:
    """Return the folder of the package's source.

    >>> (package_folder() / "check.py").is_file()
    True
    """
    return Path(str(files("infoloop")))


def shipped_folder(name: str) -> Path:
    """Return `name/` inside the installed package, or beside `src/` in a checkout.

    >>> shipped_folder("theory").name
    'theory'
    """
    package = package_folder()
    return next(path for path in (package / name, package.parents[1] / name) if path.is_dir())
