"""New files from the skeletons of the package: all of them are written, or none."""

import contextlib
import re
from collections.abc import Generator, Mapping
from pathlib import Path

from infoloop.cli.own_names import OwnNameError
from infoloop.reporting.atomic_files import UnwritableError, write_if_absent
from infoloop.reporting.package_files import package_folder
from infoloop.reporting.suggestions import quote

_ENDING = ".txt"  # of a skeleton, so that no tool takes it for a module or a test of the package
_LABELLED = re.compile(r"^#.*\{#(?P<label>[^}]+)\}\s*$", re.MULTILINE)
_NAME, _LABEL = "skeleton", "skeleton-label"  # which stand for the name, and for it as part of a statement's label


def skeleton_kinds() -> tuple[str, ...]:
    """Return the kinds of which there is a skeleton.

    >>> skeleton_kinds()
    ('experiment', 'model', 'pipeline', 'statement', 'world')
    """
    return tuple(sorted({path.relative_to(_folder()).parts[0] for path in _folder().rglob(f"*{_ENDING}")}))


def skeleton_files(kind: str, name: str) -> dict[Path, str]:
    """Return the text of each file of a skeleton, by its path in the user's folder; the test comes last.

    Args:
        kind: One of `skeleton_kinds`.
        name: What the user calls it, an identifier.

    >>> [path.as_posix() for path in skeleton_files("statement", "two_models")]
    ['two_models.py', 'theory/two_models.md', 'test_two_models.py']
    """
    found = {}
    for path in sorted((_folder() / kind).rglob(f"*{_ENDING}")):
        place = path.relative_to(_folder() / kind).as_posix().removesuffix(_ENDING).replace(_NAME, name)
        text = path.read_text(encoding="utf-8").replace(_LABEL, label_part(name)).replace(_NAME, name)
        found[Path(place)] = text
    return dict(sorted(found.items(), key=lambda item: (item[0].name.startswith("test_"), len(item[0].parts))))


def label_part(name: str) -> str:
    """Return a name as part of a label, which has hyphens: `two_models` is `thm:two-models`.

    >>> label_part("two_models")
    'two-models'
    """
    return name.replace("_", "-").strip("-")


def refuse_taken_labels(name: str, folder: Path, files: Mapping[Path, str]) -> None:
    """Refuse a name whose statements would have labels that chapters beside theirs have: `verify` takes none twice.

    Args:
        name: What the user calls it.
        folder: Where the files go.
        files: Their texts, by their paths in the folder.

    Raises:
        OwnNameError: A chapter there has such a label.
    """
    for new in (path for path in files if path.suffix == ".md"):
        labels = set(_LABELLED.findall(files[new]))
        for chapter in sorted((folder / new).parent.glob("*.md")):
            taken = labels & set(_LABELLED.findall(chapter.read_text(encoding="utf-8", errors="replace")))
            if chapter != folder / new and taken:
                gives = f"{quote(name)} gives the label {min(taken)}, which {chapter} has"
                raise OwnNameError(f"{gives}: give another name")


def _folder() -> Path:
    return package_folder() / "cli" / "skeletons"


def write_new_files(folder: Path, files: Mapping[Path, str]) -> tuple[Path, ...]:
    """Write new files into a folder, which is made if need be; nothing is overwritten, and none is left if one fails.

    Args:
        folder: The folder.
        files: The text of each file, by its path in the folder.

    Returns:
        The paths that were written.

    Raises:
        UnwritableError: A file is there already, or one cannot be written.
    """
    paths = {folder / path: text for path, text in files.items()}
    for path in paths:
        if path.exists():
            raise UnwritableError(_taken(path))
    with _undone_unless_complete(paths) as written:
        for path, text in paths.items():
            if not write_if_absent(path, text):
                raise UnwritableError(_taken(path))
            written.append(path)
    return tuple(paths)


def _taken(path: Path) -> str:
    return f"{path} is there already, and nothing is overwritten: give another name, or another folder by --in"


@contextlib.contextmanager
def _undone_unless_complete(paths: Mapping[Path, str]) -> Generator[list[Path]]:
    """Yield the list of what was written; if not all could be, remove that, and the folders that were made for it."""
    made = sorted({parent for path in paths for parent in path.parents if not parent.exists()}, reverse=True)
    written: list[Path] = []
    try:
        yield written
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        for parent in made:
            with contextlib.suppress(OSError):
                parent.rmdir()
        raise
