"""`infoloop list`."""

import os
from typing import Annotated

import typer

from infoloop import reporting, statements, studies
from infoloop.cli.device_choice import check_asked_devices
from infoloop.cli.options import Json, TheoryFolder
from infoloop.cli.terminal import console, show


def list_all(
    name: Annotated[str | None, typer.Argument(help="An experiment: show what can be set in it.")] = None,
    as_json: Json = False,
    theory: TheoryFolder = None,
) -> None:
    """List statements, measured theses, published claims, models and experiments; or what can be set in one experiment.

    Exit status 0; 3 on bad input, or if it could not be done (full disk, closed pipe, out of memory, interrupted).

    [bold]Examples[/bold]

      infoloop list

      infoloop list collapse

      infoloop list --json | jq '.statements[].label'
    """
    check_asked_devices(os.environ)  # chapters, claims and experiments make arrays where they are read
    if name:
        rows = studies.configuration.settings(studies.discovery.load(name).Config)
        if as_json:
            show(reporting.text.as_json([row._asdict() for row in rows]))
        else:
            console().print(studies.presentation.settings_table(rows))
        return
    files = statements.theory_files
    folder = theory or files.default_folder()
    blocks = files.read_blocks(folder)
    entries, theses = files.pair_with_claims(blocks), statements.measured_theses.read_measured(folder, blocks)
    published = statements.published_claims.read_published(folder, entries)
    about = {"models": studies.discovery.model_summaries(), "experiments": studies.discovery.experiment_summaries()}
    if as_json:
        rows = statements.findings_text.entry_rows(entries)
        measured = statements.measured_text.measured_rows(theses)
        claims = statements.court_text.published_rows(published)
        show(reporting.text.as_json({"statements": rows, "measured": measured, "published": claims, **about}))
        return
    console().print(statements.findings_text.entries_table(entries))
    if theses:
        console().print(statements.measured_text.theses_table(theses))
    if published:
        console().print(statements.court_text.published_table(published))
    for kind, lines in about.items():
        console().print(reporting.text.text_table(lines.items(), (kind, ""), indent=0))
