"""`infoloop run`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from infoloop import reporting, studies
from infoloop.cli.options import Json
from infoloop.cli.terminal import console, use_float64


def run_experiment(
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
    use_float64()
    part = studies.cluster.parse_shard(shard)
    if distributed or coordinator or processes is not None or process is not None:
        studies.cluster.join_processes(coordinator, processes, process)
    experiment = studies.discovery.load(name)
    config = studies.configuration.override(experiment.Config, settings or ())
    folder = out or Path("results") / studies.discovery.title(experiment)
    if submit:
        _submit(name, settings or [], seed, folder, submit, cluster)
        return
    _compute(studies.runner.execute(experiment, config, seed, folder, part, overwrite))
    if not studies.runner.is_main_process():
        return
    found = studies.runner.collect(experiment, config, folder)
    if found is None:
        typer.echo(
            f"infoloop: {folder} still lacks shards of other parts: the last part to end collects them", err=True
        )
        return
    headlines = studies.presentation.write_report(experiment, found, folder)
    if as_json:
        rows = studies.presentation.headline_rows(headlines)
        typer.echo(reporting.text.as_json({"out": str(folder), "tables": list(found), "headlines": rows}))
    else:
        console().print(studies.presentation.headlines_table(headlines))
        typer.echo(f"\n{folder / 'report.html'}: figures, tables and where they come from")


def _submit(name: str, settings: list[str], seed: int, folder: Path, parts: int, cluster: str) -> None:
    reporting.atomic_files.writable_folder(folder.parent)
    arguments = [name, *(f"--set={text}" for text in settings), f"--seed={seed}", f"--out={folder}"]
    jobs = studies.cluster.submit(arguments, parts, folder.parent / "logs", cluster)
    typer.echo(f"{len(jobs)} jobs: {', '.join(job.job_id for job in jobs)}; logs in {folder.parent / 'logs'}")


def _compute(progress: Iterator[Any]) -> None:
    """Show how far a run is and how long it has to go; all of it on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    first = next(progress)  # refuses a folder before anything is drawn
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("compiling", completed=first.done, total=first.total)
        for step in progress:
            shown.update(task, description=step.shard[:48], completed=step.done, total=step.total)
