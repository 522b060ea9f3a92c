"""What a folder of chapters has, for the commands that read it: blocks by name, chapters by number or name."""

import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from infoloop import reporting, statements
from infoloop.cli.own_names import search_current_folder


def theory_folder(given: Path | None) -> Path:
    """Return the folder of the chapters; where it is the user's own, claims in the current folder are found."""
    if given is None:
        return statements.theory_files.default_folder()
    search_current_folder()
    return given


def published_blocks(theory: Path) -> tuple[Any, ...]:
    """Return the blocks of the published claims of a folder, in order."""
    prefix = statements.theory_files.PUBLISHED
    return statements.theory_files.labelled_blocks(theory, lambda label: label.startswith(prefix))


def names_of_blocks(blocks: Iterable[Any]) -> dict[str, list[Any]]:
    """Return the blocks by each name that stands for them: label, ref, and the number of a published claim."""
    found: dict[str, list[Any]] = {}
    for block in blocks:
        short = block.fields.get("ref") or block.label.removeprefix(statements.theory_files.PUBLISHED)
        for name in dict.fromkeys((block.label, short)):
            found.setdefault(name, []).append(block)
    return found


def unknown_name_hint(name: str, known: Collection[str]) -> str:
    """Return what to do where nothing has a name: the nearest that there is, else `infoloop list`.

    >>> unknown_name_hint("colapse", ["collapse"]), unknown_name_hint("S1 S2", ["S12"])
    (': did you mean collapse?', '; `infoloop list` shows what there is')
    """
    hint = "" if name.split()[1:] else reporting.suggestions.did_you_mean(name, known)
    return hint or "; `infoloop list` shows what there is"


def numbered_labels(labels: Iterable[str] | None, theory: Path) -> tuple[str, ...]:
    """Return labels and refs with numbers as the chapters write them: `S1` is S01, `C2` is C02.

    Args:
        labels: What was asked for; all if None.
        theory: The folder of the chapters.
    """
    if not labels:
        return ()
    names = names_of_blocks((*statements.theory_files.read_blocks(theory), *published_blocks(theory)))
    return tuple(reporting.suggestions.same_number(label, names) for label in labels)


def chapter_of(asked: str, theory: Path) -> str:
    """Return the file name of a chapter.

    Args:
        asked: Its number, its name, or both: `1`, `processing`, `1_processing`, `1_processing.md`.
        theory: The folder of the chapters.

    Raises:
        TheoryError: There is none; the message says which there are.
    """
    files = [
        path.name for path in sorted(theory.glob("*.md")) if re.search(r"\{#[^}]+\}\s*$", _text(path), re.MULTILINE)
    ]
    for name in files:
        stem = name.removesuffix(".md")
        number, _, words = stem.partition("_")
        same_number = asked.isdecimal() and number.isdecimal() and int(asked) == int(number)
        if same_number or (asked and asked in (name, stem, words)):
            return name
    words = [name.removesuffix(".md") for name in files]
    hint = reporting.suggestions.did_you_mean(asked, words) if not asked.isdecimal() else ""
    there = reporting.suggestions.list_names(words, most=20)
    raise statements.theory_files.TheoryError(
        f"there is no chapter {reporting.suggestions.quote(asked)}{hint}; there are {there}"
    )


def _text(path: Path) -> str:
    try:
        return reporting.text_files.read_text_file(path)
    except reporting.text_files.UnreadableFileError as error:
        raise statements.theory_files.TheoryError(f"{path}: cannot be read: {error}") from None


def in_chapter(blocks: Collection[Any], chapter: str) -> tuple[Any, ...]:
    """Return the blocks that stand in a chapter, which its file name names."""
    return tuple(block for block in blocks if block.place.rpartition(":")[0] == chapter)
