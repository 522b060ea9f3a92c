"""`infoloop audit`: of a pipeline, or of a log of verdicts."""

import functools
from pathlib import Path
from typing import Annotated

import typer

from infoloop import pipelines, reporting, verdict_logs
from infoloop.cli.options import Json
from infoloop.cli.terminal import counted, each_step, phases, show, use_float64


def audit_file(
    file: Annotated[Path, typer.Argument(help="A pipeline (.toml), or a log of verdicts (.csv, .parquet).")],
    as_json: Json = False,
    html: Annotated[
        bool, typer.Option("--html", help="Also write one HTML page, STEM.html, that opens offline.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Where that page goes, a file or folder; implies --html.")] = None,
    error: Annotated[float | None, typer.Option(help="Share of wrong answers that a pipeline aims at: 0.05.")] = None,
    columns: Annotated[str | None, typer.Option(help="A log's columns: problem=NAME,attempt=NAME,pass=NAME.")] = None,
    confidence: Annotated[float | None, typer.Option(help="Of a log's intervals and ceilings: 0.95.")] = None,
) -> None:
    """Say whether a pipeline is open or closed, relative to what, where it opens, and what bounds it, with proof.

    The verdict is the graph's; with tables every term is also given in bits. Of a log: pass rates, and how many bits
    its verdicts can have told at most.

    Exit status 0 for any verdict; 3 on bad input, or if it could not be done (full disk, closed pipe, out of memory,
    interrupted).

    [bold]Examples[/bold]

      infoloop audit experiments/pipelines/rlvr_unit_tests.toml

      infoloop audit my/pipeline.toml --json | jq '{verdict, reason}'

      infoloop audit my/pipeline.toml --html          the graph drawn, bits, figures, certificates: pipeline.html

      infoloop audit experiments/logs/verdicts.csv

      infoloop audit my/log.parquet --columns problem=task_id,pass=reward --confidence 0.99
    """
    page = page_path(file, out) if html or out else None
    with phases() as phase:
        if file.suffix.lower() == ".toml":
            refuse_log_options(file, columns, confidence)
            starting = each_step(phase("starting"), ("importing JAX", f"reading {file.name}"))
            next(starting)
            use_float64()
            next(starting)
            pipeline = pipelines.toml_reader.read_pipeline(file)
            next(starting, None)
            found = pipelines.pipeline_audit.audit(pipeline, 0.05 if error is None else error, counted(phase("audit")))
            text = functools.partial(pipelines.report.text.audit_text, found)
            to_page, source = pipelines.report.page.pipeline_audit_page, file.read_text(encoding="utf-8")
            build_page = functools.partial(to_page, pipeline, found, file.name, source)
        else:
            reading = each_step(phase("audit"), (f"reading {file.name}",))
            next(reading)
            found = audit_log_with_options(file, columns, confidence, error)
            next(reading, None)
            text = functools.partial(verdict_logs.text.log_text, found)
            build_page = functools.partial(verdict_logs.page.log_audit_page, found)
        if page:
            writing = each_step(phase("page"), ("figures", page.name))
            next(writing)
            shown = build_page()
            next(writing)
            reporting.atomic_files.atomic_write_text(page, reporting.audit_page.render_audit_page(shown))
            next(writing, None)
    if page:
        show(f"{page}: the page of {file}", err=True)
    show(reporting.text.as_json(found.row()) if as_json else text())


def page_path(file: Path, out: Path | None = None) -> Path:
    """Return where the page of a file goes: to `out` (a file, or a folder that exists), else to STEM.html here.

    Raises:
        UnwritableError: a ValueError, where nothing can be written, or if the page would replace the file itself.
    """
    name = f"{file.stem}.html"
    path = (out / name if out.is_dir() else out) if out else Path(name)
    if path.resolve() == file.resolve():
        raise reporting.atomic_files.UnwritableError(f"the page would replace {file} itself: name another --out")
    if path.suffix.lower() not in (".html", ".htm") or (path.exists() and not path.is_file()):
        why = "is no place for a page: name a folder that exists, or a file that ends in .html"
        raise reporting.atomic_files.UnwritableError(f"{path} {why}")
    reporting.atomic_files.writable_folder(path.parent)
    return path


def audit_log_with_options(
    file: Path, columns: str | None = None, confidence: float | None = None, error: float | None = None
) -> "verdict_logs.log_audit.LogAudit":  # a text: the module would load JAX, which --help need not wait for
    """Return `audit_log` with the options of the command line as they were typed; refuse --error."""
    if error is not None:
        raise ValueError(f"{file} is no pipeline: leave out --error, or give a .toml file")
    named = None if columns is None else verdict_logs.reader.parse_columns(columns)
    return verdict_logs.log_audit.audit_log(file, named, 0.95 if confidence is None else confidence)


def refuse_log_options(file: Path, columns: str | None, confidence: float | None) -> None:
    """Raise ValueError if a file that is no log comes with the options of logs.

    >>> refuse_log_options(Path("p.toml"), None, 0.9)
    Traceback (most recent call last):
    ValueError: p.toml is no log: leave out --columns and --confidence, or give a .csv or .parquet file
    """
    if columns is not None or confidence is not None:
        raise ValueError(f"{file} is no log: leave out --columns and --confidence, or give a .csv or .parquet file")
