"""Names of a user's own files: where they are looked up, and which of them would stand for something else."""

import keyword
import re
import sys
from collections.abc import Collection, Mapping
from importlib.machinery import PathFinder
from pathlib import Path

from infoloop.reporting.suggestions import quote

MOST_CHARACTERS = 30  # so that the label of a statement leaves room for the other columns of `verify`
_ENDINGS = (".py", ".toml", ".md")  # of the files that `new` writes
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class OwnNameError(ValueError):
    """A name that cannot be given; the message says why."""


def search_current_folder() -> None:
    """Have modules of the current folder found, as a claim of one's own is; last, so that they hide no other.

    A console script looks for modules beside itself, and `python -m` in the current folder first.
    """
    here = str(Path.cwd())
    if here not in sys.path and "" not in sys.path:
        sys.path.append(here)


def refuse_missing_ending(name: str, known: Collection[str]) -> None:
    """Refuse the name of a file in the current folder without its ending: only a path runs code of one's own.

    Args:
        name: What was given for an experiment.
        known: The experiments of infoloop.

    Raises:
        OwnNameError: It is none of them, and the file is there.
    """
    if name not in known and _NAME.fullmatch(name) and Path(f"{name}.py").is_file():
        raise OwnNameError(f"there is no experiment {quote(name)}, but a file: write {name}.py")


def check_own_name(name: str, taken: Mapping[str, str]) -> str:
    """Return a name that a file of one's own can have.

    Args:
        name: The name, without the ending of a file.
        taken: What infoloop has by that name: the kind, such as "experiment", by the name.

    Raises:
        OwnNameError: It is no identifier of ASCII characters, too long, a keyword, a name that pytest takes for its
            own, or that of a module or of something of infoloop that it would hide.

    >>> check_own_name("my_study", {})
    'my_study'
    """
    why = _reason_against(name, taken)
    if not why:
        return name
    stem, _, ending = name.rpartition(".")
    base = stem if f".{ending}" in _ENDINGS else name
    if base != name and not _reason_against(base, taken):
        raise OwnNameError(f"{quote(name)} is no name: leave out .{ending}: {base}")
    raise OwnNameError(f"{quote(name)} {why}: give another name, such as {_free_name_like(base, taken)}")


def _free_name_like(name: str, taken: Mapping[str, str]) -> str:
    """Return a name that can be given: with _ between its words where that does, else with more in front."""
    joined = re.sub(r"[-.\s]+", "_", name).strip("_")
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[: MOST_CHARACTERS - 3]
    return f"my_{plain or 'study'}" if _reason_against(joined, taken) else joined


def _reason_against(name: str, taken: Mapping[str, str]) -> str:
    if not _NAME.fullmatch(name):
        return "is no name: write a letter, then letters, digits and _"
    if len(name) > MOST_CHARACTERS:
        return f"has {len(name):,} characters, more than {MOST_CHARACTERS}"
    if keyword.iskeyword(name):
        return "is a keyword of Python"
    if name in sys.stdlib_module_names:
        return "is a module of Python's standard library, which it would hide"
    if name == "conftest" or name.startswith("test_"):
        return "is a name by which pytest finds tests"
    if name in taken:
        return f"is {taken[name]} of infoloop"
    if _is_installed(name):
        return "is an installed module, which it would hide"
    return ""


def _is_installed(name: str) -> bool:
    """Return whether a module has this name elsewhere than in the current folder; no module is run."""
    here = Path.cwd().resolve()
    elsewhere = [folder for folder in sys.path if Path(folder or ".").resolve() != here]
    found = PathFinder.find_spec(name, elsewhere)
    return name == "infoloop" or (found is not None and found.origin is not None)
