"""The command line: `infoloop verify`, `prove`, `audit`, `run`, `list`. Exit 3 is bad input; 0, 1, 2 are verdicts."""

import functools
import sys
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

import infoloop

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode="rich", pretty_exceptions_enable=False)

Labels = Annotated[list[str] | None, typer.Argument(help="Labels or refs such as thm:dpi or S01; all if none.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON to standard output and nothing else.")]
Folder = Annotated[Path | None, typer.Option(help="Folder with the chapters, instead of the package's own theory/.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"infoloop {infoloop.__version__}")
        raise typer.Exit


@app.callback()
def _settings(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Exact information theory for synthetic-data loops: prove, attack and map what a loop can learn.

    [bold]Examples[/bold]

      infoloop verify            every statement in theory/

      infoloop verify S01 S02    some of them

      infoloop list --json       what there is
    """


@app.command()
def verify(
    labels: Labels = None,
    as_json: Json = False,
    full: Annotated[bool, typer.Option("--full", help="More samples, starts and steps: minutes, not seconds.")] = False,
    theory: Folder = None,
    out: Annotated[
        Path | None, typer.Option(help="Also write report.html, verify.json and certificates/ there.")
    ] = None,
    renew: Annotated[bool, typer.Option("--renew", help="Rewrite the certificates kept in the theory folder.")] = False,
    seed: Annotated[int, typer.Option(help="Root seed of samples and attacks.")] = 0,
) -> None:
    """Prove, attack and certify the statements of theory/: a table of verdicts, counterexamples and problems.

    Exit status 1 if a theorem is refuted, folklore is not, a certificate is stale or missing; 3 on bad input.

    [bold]Examples[/bold]

      infoloop verify
      infoloop verify thm:dpi fol:dpi-without-markov
      infoloop verify --json | jq '.[] | {label, proof, evidence, slack}'
      infoloop verify --full --out results/
    """
    _use_float64()
    theory = theory or infoloop.chapters.default_folder()
    entries = infoloop.chapters.select(
        infoloop.chapters.pair(infoloop.chapters.read_blocks(theory)), tuple(labels or ())
    )
    for folder in (out, theory / "certificates" if renew else None):
        if folder:
            infoloop.files.writable_folder(folder)
    effort = infoloop.ledger.FULL if full else infoloop.ledger.Effort()
    effort = infoloop.ledger.Effort(effort.samples, effort.starts, effort.steps, seed)
    kept = None if renew else theory / "certificates"
    findings = _with_progress(infoloop.ledger.examine(entries, effort, kept), [e.block.label for e in entries])
    if out:
        infoloop.files.write_whole(out / "verify.json", infoloop.report.findings_json(findings) + "\n")
        page = infoloop.pages.findings_page(entries, findings, infoloop.__version__)
        infoloop.files.write_whole(out / "report.html", page)
        infoloop.ledger.write_certificates(findings, out / "certificates", infoloop.files.write_whole)
    if renew:
        infoloop.ledger.write_certificates(findings, theory / "certificates", infoloop.files.write_whole)
    if as_json:
        typer.echo(infoloop.report.findings_json(findings))
    else:
        infoloop.report.show(findings, _console())
    if any(finding.problems for finding in findings):
        raise typer.Exit(1)


@app.command()
def prove(
    statement: Annotated[str, typer.Argument(help="Linear in entropies, e.g. 'I(X;Z) <= I(X;D) + I(X;S|D)'.")],
    given: Annotated[
        list[str] | None,
        typer.Option(help="'X -> D,S -> Z', 'X _||_ Y | Z', 'Z = f(X,Y)', 'I(X;Z|Y) = 0'; repeatable, ';' between."),
    ] = None,
    as_json: Json = False,
    certificate: Annotated[Path | None, typer.Option(help="Write the proof's certificate (JSON) to this file.")] = None,
    zhang_yeung: Annotated[bool, typer.Option("--zhang-yeung", help="Also use the Zhang-Yeung inequality.")] = False,
    starts: Annotated[int, typer.Option(min=0, help="Starts of the search for a counterexample.")] = 64,
    seed: Annotated[int, typer.Option(help="Root seed of that search.")] = 0,
) -> None:
    """Prove a statement, or refute it by an exact law, or say that it is undecided.

    Exit status 0 proved, 1 refuted, 2 undecided, 3 bad input.

    [bold]Examples[/bold]

      infoloop prove "I(X;Z) <= I(X;D) + I(X;S|D)" --given "X -> D,S -> Z"

      infoloop prove "I(X;Z) <= I(X;D)"

      infoloop prove "I(X;Z) <= I(X;D)" --given "X -> D -> Z" --certificate dpi.json

      python -m infoloop.check dpi.json
    """
    _use_float64()
    if certificate:
        infoloop.files.writable_folder(certificate.parent)
    found = infoloop.prove(statement, given, zhang_yeung=zhang_yeung, starts=starts, seed=seed)
    if certificate and found.certificate is not None:
        infoloop.files.write_whole(certificate, infoloop.report.as_json(found.certificate) + "\n")
    typer.echo(infoloop.report.as_json(found.row()) if as_json else infoloop.report.wrapped(str(found)))
    raise typer.Exit({"proved": 0, "refuted": 1, "undecided": 2}[found.verdict])


@app.command()
def audit(
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
    its verdicts can have told at most. Exit status 0 for any verdict, 3 on bad input.

    [bold]Examples[/bold]

      infoloop audit experiments/pipelines/rlvr_unit_tests.toml

      infoloop audit my/pipeline.toml --json | jq '{verdict, reason}'

      infoloop audit my/pipeline.toml --html          the graph drawn, bits, figures, certificates: pipeline.html

      infoloop audit experiments/logs/verdicts.csv

      infoloop audit my/log.parquet --columns problem=task_id,pass=reward --confidence 0.99
    """
    page = infoloop.audit_pages.page_path(file, out) if html or out else None
    if file.suffix.lower() == ".toml":
        infoloop.log_texts.refuse_options(file, columns, confidence)
        _use_float64()
        pipeline = infoloop.read_pipeline(file)
        found = infoloop.audit(pipeline, 0.05 if error is None else error)
        source, text = file.read_text(encoding="utf-8"), functools.partial(infoloop.audit_texts.audit_text, found)
        sheet = functools.partial(infoloop.audit_pages.audit_sheet, pipeline, found, file.name, source)
    else:
        found = infoloop.log_texts.audit_with(file, columns, confidence, error)
        text = functools.partial(infoloop.log_texts.log_text, found)
        sheet = functools.partial(infoloop.log_pages.log_sheet, found)
    if page:
        infoloop.files.write_whole(page, infoloop.sheets.sheet_page(sheet()))
        typer.echo(f"{page}: the page of {file}", err=True)
    typer.echo(infoloop.report.as_json(found.row()) if as_json else text())


@app.command()
def run(
    name: Annotated[str, typer.Argument(help="An experiment of `infoloop list`, or a file of your own: my/study.py.")],
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="key=value; commas between items; repeatable. See `list NAME`.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Root seed.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder of the results, results/NAME if none is given.")] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Delete what the folder holds of another run.")
    ] = False,
    as_json: Json = False,
    shard: Annotated[
        str, typer.Option(help="i/n: compute only every n-th shard; the last of n to end collects.")
    ] = "1/1",
    submit: Annotated[int, typer.Option(min=0, help="Start this many jobs, each with its --shard, and return.")] = 0,
    cluster: Annotated[str, typer.Option(help="Where to start them: slurm, or local processes.")] = "slurm",
    processes: Annotated[int | None, typer.Option(min=1, help="Processes that share one device mesh.")] = None,
    process: Annotated[int | None, typer.Option(min=0, help="Which of them this is, from 0.")] = None,
    coordinator: Annotated[str | None, typer.Option(help="HOST:PORT of process 0.")] = None,
    distributed: Annotated[
        bool, typer.Option("--distributed", help="Join the processes that Slurm or MPI has.")
    ] = False,
) -> None:
    """Run an experiment: tables (netCDF), figures (SVG, PNG) and one HTML page; a run that was killed goes on.

    [bold]Examples[/bold]

      infoloop run collapse

      infoloop run collapse --set generations=100 --set samples=10,32,100 --seed 1 --out results/mine

      infoloop run collapse --shard 1/4          one of four processes, on any machines that share the folder

      infoloop run collapse --submit 16          a Slurm array of 16 jobs (extra slurm)

      infoloop run collapse --coordinator 10.0.0.1:9911 --processes 2 --process 0
    """
    _use_float64()
    part = infoloop.launching.part_of(shard)
    if distributed or coordinator or processes is not None or process is not None:
        infoloop.launching.join_processes(coordinator, processes, process)
    experiment = infoloop.study.load(name)
    config = infoloop.configs.override(experiment.Config, settings or ())
    folder = out or Path("results") / infoloop.study.title(experiment)
    if submit:
        _submit(name, settings or [], seed, folder, submit, cluster)
        return
    _compute(infoloop.study.execute(experiment, config, seed, folder, part, overwrite))
    if not infoloop.study.leads():
        return
    found = infoloop.study.collect(experiment, config, folder)
    if found is None:
        typer.echo(
            f"infoloop: {folder} still lacks shards of other parts: the last part to end collects them", err=True
        )
        return
    headlines = infoloop.results.present(experiment, found, folder)
    if as_json:
        rows = infoloop.results.as_rows(headlines)
        typer.echo(infoloop.report.as_json({"out": str(folder), "tables": list(found), "headlines": rows}))
    else:
        _console().print(infoloop.results.headlines_table(headlines))
        typer.echo(f"\n{folder / 'report.html'}: figures, tables and where they come from")


def _submit(name: str, settings: list[str], seed: int, folder: Path, parts: int, cluster: str) -> None:
    infoloop.files.writable_folder(folder.parent)
    arguments = [name, *(f"--set={text}" for text in settings), f"--seed={seed}", f"--out={folder}"]
    jobs = infoloop.launching.submit(arguments, parts, folder.parent / "logs", cluster)
    typer.echo(f"{len(jobs)} jobs: {', '.join(job.job_id for job in jobs)}; logs in {folder.parent / 'logs'}")


def _compute(progress) -> None:
    """Show how far a run is and how long it has to go; all of it on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    first = next(progress)  # refuses a folder before anything is drawn
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("compiling", completed=first.done, total=first.total)
        for step in progress:
            shown.update(task, description=step.shard[:48], completed=step.done, total=step.total)


@app.command(name="list")
def list_(
    name: Annotated[str | None, typer.Argument(help="An experiment: show what can be set in it.")] = None,
    as_json: Json = False,
    theory: Folder = None,
) -> None:
    """List statements, models and experiments; or what can be set in one experiment.

    [bold]Examples[/bold]

      infoloop list

      infoloop list collapse

      infoloop list --json | jq '.statements[].label'
    """
    if name:
        rows = infoloop.configs.settings(infoloop.study.load(name).Config)
        typer.echo(infoloop.report.as_json([row._asdict() for row in rows])) if as_json else _console().print(
            infoloop.results.settings_table(rows)
        )
        return
    entries = infoloop.chapters.pair(infoloop.chapters.read_blocks(theory or infoloop.chapters.default_folder()))
    about = {"models": infoloop.study.models(), "experiments": infoloop.study.experiments()}
    if as_json:
        typer.echo(infoloop.report.as_json({"statements": infoloop.report.entry_rows(entries), **about}))
        return
    _console().print(infoloop.report.entries_table(entries))
    for kind, lines in about.items():
        _console().print(infoloop.report.named_table(kind, lines))


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else 100)


def _use_float64() -> None:
    import jax  # here, so that --help and --version need not wait for it

    jax.config.update("jax_enable_x64", True)


def _with_progress(findings, labels: list[str]) -> tuple:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    done = []
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=len(labels))
        for k, label in enumerate(labels):
            progress.update(task, description=f"{label:32}", completed=k)
            done.append(next(findings))
        progress.update(task, completed=len(labels))
    return tuple(done)


# typer keeps its copy of click under a private name; BadParameter is a UsageError, which is a ClickException.
_ClickException = cast(type[Exception], typer.BadParameter.__mro__[2])


def main() -> None:
    """Entry point; bad input becomes one message on standard error and exit status 3."""
    try:
        status = app(standalone_mode=False)
    except typer.Abort:
        status = 130
    except _ClickException as error:
        getattr(error, "show", str)()
        status = 3
    except ValueError as error:
        typer.echo(f"infoloop: {error}", err=True)
        status = 3
    sys.exit(status)
