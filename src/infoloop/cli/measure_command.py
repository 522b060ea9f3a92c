"""`infoloop measure`."""

import itertools
from pathlib import Path
from typing import Annotated, Any

import typer

from infoloop import reporting, statements, studies
from infoloop.cli.options import Json, TheoryFolder, path_option
from infoloop.cli.terminal import console, phases, show, use_float64
from infoloop.cli.theory_contents import numbered_labels, theory_folder


def measure_thesis(
    labels: Annotated[
        list[str], typer.Argument(help="Labels of measured theses of `infoloop list`: hyp:label-transfers.")
    ],
    out: Annotated[
        Path | None, path_option(help="Folder of the experiment's run, results/measured/LABEL if none is given.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Delete what another run wrote to that folder, and nothing else.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Repeat the small run of the kept measurement, compare, write nothing.")
    ] = False,
    as_json: Json = False,
    theory: TheoryFolder = None,
) -> None:
    """Measure theses: run the experiment, keep the outcome of every seed in theory/measured/, show what follows.

    A run that was killed goes on. The settings are those of the thesis's block, the root seed is that of the ledger,
    which `infoloop run` has not. Theses of one experiment and configuration share the run in the folder --out. Commit
    the criterion before.

    Exit status 0 if it was done, whatever came out; 1 if a repetition (--check) gives other outcomes; 3 on bad input,
    or if it could not be done (full disk, closed pipe, out of memory, interrupted).

    [bold]Examples[/bold]

      infoloop measure hyp:label-transfers

      infoloop measure hyp:label-transfers hyp:verdict-transfers --check
    """
    use_float64()
    theory = theory_folder(theory)
    theses = [_thesis(theory, label) for label in numbered_labels(labels, theory)]
    if check:
        _repeat(theory, theses)
        return
    for thesis in theses:
        found, path = _kept(theory, thesis, out, overwrite)
        if as_json:
            show(reporting.text.as_json(found.row()))
        else:
            statements.measured_text.print_measured((found,), console(), cells=True)
            show(f"\n{path}: the outcome of every seed; commit it")


def _kept(theory: Path, thesis: Any, out: Path | None, overwrite: bool) -> tuple[Any, Path]:
    """Return what follows from a measurement that was made and kept, and its file."""
    experiment, config = studies.measurement.load_measured(thesis)
    path = statements.measurements.measurement_path(theory, thesis.label)
    reporting.atomic_files.writable_folder(path.parent)
    content = _measured(thesis, experiment, config, out or Path("results") / "measured" / path.stem, overwrite)
    reporting.atomic_files.atomic_write_text(path, reporting.text.as_json(content) + "\n")
    return statements.measured_ledger.examine_measurement(thesis, theory, content["config"]), path


def _thesis(theory: Path, label: str) -> Any:
    files = statements.theory_files
    blocks = files.read_blocks(theory)
    theses = statements.measured_theses.read_measured(theory, blocks)
    chosen = statements.measured_theses.select_measured(theses, (label,))
    if chosen:
        return chosen[0]
    if label in {name for block in blocks for name in (block.label, block.fields["ref"])}:
        raise files.TheoryError(f"{label} has a claim and no experiment: run `infoloop verify {label}`")
    known = [thesis.label for thesis in theses]
    hint = reporting.suggestions.did_you_mean(label, known)
    there = reporting.suggestions.list_names(known, near=label)
    raise files.TheoryError(
        f"no measured thesis is labelled {reporting.suggestions.quote(label)}{hint}; there are {there}"
    )


def _measured(thesis: Any, experiment: Any, config: Any, folder: Path, overwrite: bool) -> dict[str, Any]:
    """Return the content of the measurement's file, with progress."""
    steps = studies.runner.execute(experiment, config, statements.measurements.SEED, folder, overwrite=overwrite)
    first = next(steps)  # refuses a folder before anything is drawn
    with phases() as phase:
        step = phase("shards")
        for now in itertools.chain([first], steps):
            step(now)
        tables = studies.runner.collect(experiment, config, folder, phase("tables"))
        if tables is None:  # another process has overwritten the folder
            raise studies.journals.StoreError(f"{folder} lacks shards by now: name another --out")
        phase("small run")
        return studies.measurement.measurement_of(thesis, experiment, config, tables)


def _repeat(theory: Path, theses: list[Any]) -> None:
    """Repeat the small run of each experiment once, and compare the outcomes of all its theses."""
    measurement, tables, failed = studies.measurement, {}, False
    for thesis in theses:
        path = statements.measurements.measurement_path(theory, thesis.label)
        stored = statements.measurements.read_measurement(path)
        experiment, _ = measurement.load_measured(thesis)
        if thesis.experiment not in tables:
            tables[thesis.experiment] = measurement.small_tables(experiment)
        exact, differing = measurement.repeat_small(thesis, experiment, stored, tables[thesis.experiment])
        how = "bit for bit" if exact else "to a tenth of the size that counts, as on another machine"
        if differing:
            first, count = differing[0], len(differing)
            show(f"{thesis.label}: its small run gives other outcomes, {count} of them, compared {how}: {first}")
            failed = True
        else:
            show(f"{thesis.label}: its small run gives the same outcomes {how}")
    if failed:
        raise typer.Exit(1)
