"""`infoloop list`."""

import os
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from infoloop import reporting, statements, studies
from infoloop.cli.device_choice import check_asked_devices
from infoloop.cli.markdown_text import format_markdown
from infoloop.cli.options import Json, TheoryFolder
from infoloop.cli.shipped_names import KINDS, shipped_summaries
from infoloop.cli.shown_files import boundary_codes
from infoloop.cli.terminal import console, show
from infoloop.cli.theory_contents import (
    chapter_of,
    in_chapter,
    names_of_blocks,
    theory_folder,
    unknown_name_hint,
)

_OF_THEORY = ("statement", "published")
_ALL = (*_OF_THEORY, *KINDS)


def list_all(
    name: Annotated[
        str | None, typer.Argument(help="An experiment: show what can be set in it. A label or ref: that alone.")
    ] = None,
    as_json: Json = False,
    theory: TheoryFolder = None,
    chapter: Annotated[str | None, typer.Option(help="Only what stands in this chapter: 2, or loops.")] = None,
    kind: Annotated[str | None, typer.Option(help=f"Only this kind: {', '.join(_ALL)}.")] = None,
) -> None:
    """List statements, published claims, models, experiments, worlds, pipelines and logs; or one experiment's settings.

    The kind `statement` has the measured theses too. In a chapter are statements and published claims only.

    Exit status 0; 3 on bad input, or if it could not be done (full disk, closed pipe, out of memory, interrupted).

    [bold]Examples[/bold]

      infoloop list

      infoloop list collapse

      infoloop list S10

      infoloop list --chapter loops --kind statement

      infoloop list --kind pipeline

      infoloop list --json | jq '.statements[].label'
    """
    kinds = _kinds(kind, chapter)
    check_asked_devices(os.environ)  # chapters, claims and experiments make arrays where they are read
    if name is not None and (name.endswith(".py") or name in shipped_summaries("experiment")):
        _refuse_choices(name, chapter, kind)
        _list_settings(name, as_json)
        return
    folder = theory_folder(theory)
    of_theory = name is not None or {*kinds} & {*_OF_THEORY}
    found = _contents(folder) if of_theory else _Contents((), (), ())
    label = None if name is None else _known(name, found, folder)
    file = None if chapter is None else chapter_of(chapter, folder)
    if label is not None:
        _refuse_contradictions(label, file, kind, found)
    found = found.chosen(label, file, kinds)
    shipped = {} if name is not None else {f"{kind}s": shipped_summaries(kind) for kind in KINDS if kind in kinds}
    if as_json:
        show(reporting.text.as_json({**found.rows(), **shipped}))
        return
    for table in found.tables():
        console().print(table)
    for plural, lines in shipped.items():
        rows = [(name, format_markdown(about)) for name, about in lines.items()]
        console().print(reporting.text.text_table(rows, (plural, ""), indent=0))


class _Contents(NamedTuple):
    """What stands in the chapters."""

    entries: tuple[Any, ...]
    theses: tuple[Any, ...]
    published: tuple[Any, ...]

    def blocks(self) -> list[Any]:
        return [part.block for part in (*self.entries, *self.theses, *self.published)]

    def chosen(self, name: str | None, chapter: str | None, kinds: tuple[str, ...]) -> "_Contents":
        """Return what has a name, stands in a chapter and is of one of the kinds; all that are not said are."""
        blocks = self.blocks() if name is None else names_of_blocks(self.blocks())[name]
        blocks = blocks if chapter is None else in_chapter(blocks, chapter)
        parts = (tuple(part for part in parts if part.block in blocks) for parts in self)
        entries, theses, published = parts
        stated, told = "statement" in kinds, "published" in kinds
        return _Contents(entries if stated else (), theses if stated else (), published if told else ())

    def rows(self) -> dict[str, Any]:
        return {
            "statements": statements.findings_text.entry_rows(self.entries),
            "measured": statements.measured_text.measured_rows(self.theses),
            "published": statements.court_text.published_rows(self.published),
        }

    def tables(self) -> list[Any]:
        found = []
        if self.entries:
            found.append(statements.findings_text.entries_table(self.entries))
        if self.theses:
            found.append(statements.measured_text.theses_table(self.theses))
        if self.published:
            found.append(statements.court_text.published_table(self.published))
        return found


def _contents(folder: Path) -> _Contents:
    files = statements.theory_files
    blocks = files.read_blocks(folder)
    entries, theses = files.pair_with_claims(blocks), statements.measured_theses.read_measured(folder, blocks)
    return _Contents(entries, theses, statements.published_claims.read_published(folder, entries))


def _known(name: str, found: _Contents, folder: Path) -> str:
    """Return a label or ref as the chapters write it.

    Raises:
        ValueError: Nothing that can be listed is called so.
    """
    if not name.strip():
        raise ValueError("a name is empty: give a label, a ref or an experiment, or leave it out")
    labels, codes = names_of_blocks(found.blocks()), boundary_codes(tuple(found.blocks()), folder)
    asked = reporting.suggestions.same_number(name.strip(), [*labels, *codes])
    if asked in labels:
        return asked
    kinds = [kind for kind in KINDS if asked in shipped_summaries(kind)] + (["boundary"] if asked in codes else [])
    if kinds:
        raise ValueError(f"{asked} is a {kinds[0]}, in which nothing can be set: infoloop show {asked}")
    hint = unknown_name_hint(name.strip(), {**labels, **shipped_summaries("experiment")})
    raise ValueError(f"no statement and no experiment is called {reporting.suggestions.quote(name)}{hint}")


def _article(kind: str) -> str:
    """Return a kind in words, with its article."""
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {'published claim' if kind == 'published' else kind}"


def _refuse_choices(experiment: str, chapter: str | None, kind: str | None) -> None:
    """Raise ValueError where an experiment is asked for, and of another kind or in a chapter."""
    if kind not in (None, "experiment"):
        raise ValueError(f"{experiment} is an experiment, not {_article(kind)}: leave out --kind")
    if chapter is not None:
        raise ValueError(f"{experiment} is an experiment, which stands in no chapter: leave out --chapter")


def _refuse_contradictions(name: str, chapter: str | None, kind: str | None, found: _Contents) -> None:
    """Raise ValueError where nothing of a name is of the kind, or stands in the chapter, that is asked for."""
    if kind is not None and not any(found.chosen(name, None, (kind,))):
        kinds = [_article(other) for other in _OF_THEORY if any(found.chosen(name, None, (other,)))]
        raise ValueError(f"{name} is {' and '.join(kinds)}, not {_article(kind)}: leave out --kind")
    kinds = _OF_THEORY if kind is None else (kind,)
    if chapter is not None and not any(found.chosen(name, chapter, kinds)):
        chapters = dict.fromkeys(block.place.partition(".")[0] for block in found.chosen(name, None, kinds).blocks())
        there = chapter.removesuffix(".md")
        raise ValueError(f"{name} stands in {' and '.join(chapters)}, not in {there}: leave out --chapter")


def _kinds(kind: str | None, chapter: str | None) -> tuple[str, ...]:
    """Return the kinds to list.

    Raises:
        ValueError: There is no such kind, or it stands in no chapter.
    """
    if kind is None:
        return _ALL if chapter is None else _OF_THEORY
    if kind not in _ALL:
        hint = reporting.suggestions.did_you_mean(kind, _ALL)
        raise ValueError(f"there is no kind {reporting.suggestions.quote(kind)}{hint}; kinds are {', '.join(_ALL)}")
    if chapter is not None and kind not in _OF_THEORY:
        raise ValueError(f"a {kind} stands in no chapter: leave out --chapter, or --kind")
    return (kind,)


def _list_settings(name: str, as_json: bool) -> None:
    rows = studies.configuration.settings(studies.discovery.load(name).Config)
    if as_json:
        show(reporting.text.as_json([row._asdict() for row in rows]))
    else:
        console().print(studies.presentation.settings_table(rows))
