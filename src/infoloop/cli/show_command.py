"""`infoloop show`."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from infoloop import reporting, statements
from infoloop.cli import shown_files, shown_statements
from infoloop.cli.device_choice import check_asked_devices
from infoloop.cli.options import Json, TheoryFolder
from infoloop.cli.shipped_names import KINDS, shipped_summaries
from infoloop.cli.shown_entry import ShownEntry, entries_json, print_entries
from infoloop.cli.terminal import console, show
from infoloop.cli.theory_contents import names_of_blocks, published_blocks, theory_folder, unknown_name_hint


def show_named(
    name: Annotated[
        str, typer.Argument(help="A label or ref, S01, thm:dpi, pub:C02, B4; or a name of `infoloop list`.")
    ],
    as_json: Json = False,
    theory: TheoryFolder = None,
) -> None:
    """Show one thing in full: a statement, a published claim, a model, an experiment, a world, a pipeline, a log.

    Of a statement: what it says, what it assumes, its proof (a machine proof is checked again), its evidence as its
    certificate has it, and file and line of all of it. Of a model: its equations, its functions, where it is used. Of
    an experiment: what it asks, what can be set, how to run it. A ref that stands for several shows all.

    Exit status 0; 3 on bad input, or if it could not be done (full disk, closed pipe, out of memory, interrupted).

    [bold]Examples[/bold]

      infoloop show S01

      infoloop show thm:dpi --json | jq '.[].evidence'

      infoloop show pub:C02

      infoloop show wright_fisher

      infoloop show collapse

      infoloop show my_study.py                  or my_pipeline.toml

      infoloop show thm:my-own --theory theory
    """
    check_asked_devices(os.environ)  # chapters, claims and experiments make arrays where they are read
    entries = _entries(name, theory_folder(theory))
    if as_json:
        show(entries_json(entries))
    else:
        print_entries(entries, console())


def _entries(name: str, theory: Path) -> list[ShownEntry]:
    """Return all that a name stands for.

    Raises:
        TheoryError: Nothing is called so; the message has the nearest name.
    """
    if name.endswith(".py"):
        return [shown_files.shown_experiment(name)]
    if name.endswith(".toml"):
        return [shown_files.shown_pipeline(name)]
    blocks = statements.theory_files.read_blocks(theory)
    by_name = names_of_blocks((*blocks, *published_blocks(theory)))
    summaries = {kind: shipped_summaries(kind) for kind in KINDS}
    codes = shown_files.boundary_codes(blocks, theory)
    known = [*by_name, *codes, *(found for names in summaries.values() for found in names)]
    asked = reporting.suggestions.same_number(name.strip(), known)
    entries = [_of_theory(block, theory) for block in by_name.get(asked, ())]
    entries += [_shipped(kind, blocks)(asked) for kind, names in summaries.items() if asked in names]
    listed = statements.boundary_list.read_boundaries(theory)
    boundary = None if entries and asked not in listed else shown_files.shown_boundary(asked, blocks, theory)
    found = [boundary, *entries] if boundary else entries
    if not found:
        quoted, hint = reporting.suggestions.quote(name), unknown_name_hint(name.strip(), known)
        left_out = shown_files.is_left_out(asked, listed)
        raise statements.theory_files.TheoryError(
            f"the number {asked} is not in use{hint}" if left_out else f"nothing is called {quoted}{hint}"
        )
    return found


def _of_theory(block: Any, theory: Path) -> ShownEntry:
    if block.label.startswith(statements.theory_files.PUBLISHED):
        return shown_statements.shown_published(block, theory)
    if block.is_measured:
        (thesis,) = statements.measured_theses.read_measured(theory, (block,))
        return shown_statements.shown_thesis(thesis, theory)
    return shown_statements.shown_statement(block, theory)


def _shipped(kind: str, blocks: tuple[Any, ...]) -> Callable[[str], ShownEntry]:
    of_a_module = {
        "model": lambda name: shown_files.shown_module("model", name, blocks),
        "world": lambda name: shown_files.shown_module("world", name, blocks),
    }
    of_a_file = {
        "experiment": shown_files.shown_experiment,
        "pipeline": shown_files.shown_pipeline,
        "log": shown_files.shown_log,
    }
    return {**of_a_module, **of_a_file}[kind]
