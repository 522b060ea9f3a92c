"""`infoloop audit`: of a pipeline, or of a log."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from infoloop import pipelines, reporting, verdict_logs
from infoloop.cli.log_options import (
    COLUMNS_HELP,
    FORMAT_HELP,
    THRESHOLD_HELP,
    TRUSTED_HELP,
    LogOptions,
    audit_log_with_options,
    check_pipeline_place,
    comparison_with,
    refuse_log_options,
    write_pipeline,
)
from infoloop.cli.options import Json, parse_path, path_option
from infoloop.cli.terminal import counted, each_step, phases, show, use_float64
from infoloop.reporting.suggestions import cut_text

AuditedFile = Annotated[
    Path, typer.Argument(parser=parse_path, metavar="file", help="A pipeline (.toml), or a log: a file or a folder.")
]


def audit_file(
    file: AuditedFile,
    as_json: Json = False,
    html: Annotated[
        bool, typer.Option("--html", help="Also write one HTML page, STEM.html, that opens offline.")
    ] = False,
    out: Annotated[Path | None, path_option(help="Where that page goes, a file or folder; implies --html.")] = None,
    error: Annotated[float | None, typer.Option(help="Share of wrong answers that a pipeline aims at: 0.05.")] = None,
    columns: Annotated[str | None, typer.Option(help=COLUMNS_HELP)] = None,
    form: Annotated[str | None, typer.Option("--format", help=FORMAT_HELP)] = None,
    threshold: Annotated[float | None, typer.Option(help=THRESHOLD_HELP)] = None,
    step: Annotated[str | None, typer.Option(help="The column of the step.")] = None,
    group: Annotated[str | None, typer.Option(help="The column that tells groups of a problem and step apart.")] = None,
    trusted: Annotated[str | None, typer.Option(help=TRUSTED_HELP)] = None,
    live: Annotated[float | None, typer.Option(help="Share of live groups that a group size is for: 0.8.")] = None,
    confidence: Annotated[float | None, typer.Option(help="Of a log's intervals and ceilings: 0.95.")] = None,
    fail_if: Annotated[
        list[str] | None, typer.Option("--fail-if", help="Exit with status 1 if this holds: 'dead > 0.5'.")
    ] = None,
    compare: Annotated[Path | None, path_option(help="A log of an earlier run, to compare with.")] = None,
    to_pipeline: Annotated[Path | None, path_option(help="Write a pipeline with the log's rates, a .toml.")] = None,
) -> None:
    """Say what an engineer can act on: of a pipeline whether it is open or closed; of a log what carries no gradient.

    Of a pipeline the verdict is the graph's; with tables every term is also given in bits. Of a log: dead groups and
    their trend, problems to drop and to sample more, bits, components of the reward, errors of verifiers. Its format is
    told by its content: TRL, verl, verifiers, prime-rl, lm-evaluation-harness, EvalPlus, HumanEval, Inspect, counts,
    or plain CSV, JSONL, Parquet.

    Exit status 0; 1 if a condition of --fail-if holds; 3 on bad input, or if it could not be done (full disk, closed
    pipe, out of memory, interrupted).

    [bold]Examples[/bold]

      infoloop audit experiments/pipelines/rlvr_unit_tests.toml

      infoloop audit my/pipeline.toml --json | jq '{verdict, reason}'

      infoloop audit my/pipeline.toml --html          the graph drawn, bits, figures, certificates: pipeline.html

      infoloop audit experiments/logs/trl                            a folder of TRL's completions

      infoloop audit my/log.parquet --columns problem=task_id,pass=reward --confidence 0.99

      infoloop audit results.jsonl --fail-if "dead > 0.5" --html
    """
    page = page_path(file, out) if html or out else None
    options = LogOptions(
        columns, form, threshold, step, group, trusted, live, confidence, fail_if, compare, to_pipeline
    )
    with phases() as phase:
        use_float64()
        if file.suffix.lower() == ".toml" and not file.is_dir():
            refuse_log_options(file, options)
            shown = _audited_pipeline(file, error, phase)
        elif error is not None:
            raise ValueError(f"{file} is no pipeline: leave out --error, or give a .toml file")
        else:
            shown = _audited_log(file, options, phase)
        if page:
            writing = each_step(phase("page"), ("figures", page.name))
            next(writing)
            built = shown.build_page()
            next(writing)
            reporting.atomic_files.atomic_write_text(page, reporting.audit_page.render_audit_page(built))
            next(writing, None)
    if page:
        show(f"{cut_text(str(page), 400)}: the page of {cut_text(str(file), 400)}", err=True)
    for line in shown.said:
        show(line, err=True)
    show(reporting.text.as_strict_json(shown.row) if as_json else shown.text())
    if shown.failed:
        raise typer.Exit(1)


class _Shown(NamedTuple):
    """What an audit shows: JSON, text, page, lines for standard error, and whether a condition of failure holds."""

    row: Any
    text: Callable[[], str]
    build_page: Callable[[], Any]
    said: tuple[str, ...] = ()
    failed: bool = False


def _audited_pipeline(file: Path, error: float | None, phase: Any) -> _Shown:
    starting = each_step(phase("starting"), ("importing JAX", f"reading {file.name}"))
    next(starting)
    next(starting)
    pipeline = pipelines.toml_reader.read_pipeline(file)
    next(starting, None)
    found = pipelines.pipeline_audit.audit(pipeline, 0.05 if error is None else error, counted(phase("audit")))
    to_page, source = pipelines.report.page.pipeline_audit_page, file.read_text(encoding="utf-8")
    text = functools.partial(pipelines.report.text.audit_text, found)
    return _Shown(found.row(), text, functools.partial(to_page, pipeline, found, file.name, source))


def _audited_log(file: Path, options: LogOptions, phase: Any) -> _Shown:
    check_pipeline_place(options)
    reading = each_step(phase("audit"), (f"reading {file.name}", "comparing"))
    next(reading)
    found = audit_log_with_options(file, options)
    next(reading)
    compared = comparison_with(options, found)
    next(reading, None)
    judged = verdict_logs.audit_thresholds.judge_conditions(options.fail_if or (), found.numbers)
    held = [f"holds: {condition}" for condition in judged if condition.holds]
    said = (write_pipeline(options, found), *held)
    row = found.row() | ({} if compared is None else {"comparison": compared.row()})
    return _Shown(
        row | ({"holds": [condition.text for condition in judged if condition.holds]} if judged else {}),
        functools.partial(verdict_logs.rollout_text.rollout_audit_text, found, compared),
        functools.partial(verdict_logs.rollout_page.rollout_audit_page, found, compared),
        tuple(filter(None, said)),
        bool(held),
    )


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
    reporting.atomic_files.check_writable_folder(path.parent)
    return path
