"""`infoloop run`."""

import itertools
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infoloop import reporting, studies
from infoloop.cli.options import LAST_SEED, Json, path_option
from infoloop.cli.own_names import refuse_missing_ending
from infoloop.cli.terminal import console, phases, show, use_float64

if TYPE_CHECKING:
    from infoloop.reporting.figure_formats import FigureFormats
    from infoloop.studies.runner import Headline

_Width = Annotated[str | None, typer.Option(help="Of figures in a paper, laid out for it: 3.3in, 84mm, 8.4cm, 240pt.")]
_Formats = Annotated[str | None, typer.Option("--format", help="Of figures, commas between: svg,png or pdf.")]


def run_experiment(
    name: Annotated[str, typer.Argument(help="An experiment of `infoloop list`, or a file of your own: my/study.py.")],
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="key=value; commas between items; repeatable. See `list NAME`.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=LAST_SEED, help="Root seed.")] = 0,
    out: Annotated[Path | None, path_option(help="Folder of the results, results/NAME if none is given.")] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Delete what another run wrote to the folder, and nothing else.")
    ] = False,
    as_json: Json = False,
    width: _Width = None,
    form: _Formats = None,
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
    """Run an experiment: tables (netCDF), figures (SVG, PNG, CSV) and one HTML page; a run that was killed goes on.

    A finished run is shown again at once. Exit status 0 if it was done; 3 on bad input, or if it could not be done
    (full disk, closed pipe, out of memory, interrupted): run it again, and it goes on.

    [bold]Examples[/bold]

      infoloop run collapse

      infoloop run collapse --set generations=100 --set samples=10,32,100 --seed 1 --out results/mine

      infoloop run collapse --width 3.3in --format pdf,svg,png      figures for a column of a paper

      infoloop run collapse --shard 1/4          one of four processes, on any machines that share the folder

      infoloop run collapse --submit 16          a Slurm array of 16 jobs (extra slurm)

      infoloop run collapse --coordinator 10.0.0.1:9911 --processes 2 --process 0
    """

    def join() -> None:
        if distributed or coordinator or processes is not None or process is not None:
            studies.cluster.join_processes(coordinator, processes, process)

    formats = reporting.figure_formats.parse_figure_formats(width, form)
    use_float64(join)
    part = studies.cluster.parse_shard(shard)
    refuse_missing_ending(name, studies.discovery.experiment_summaries())
    experiment = studies.discovery.load(name)
    config = studies.configuration.override(experiment.Config, settings or ())
    folder = out or Path("results") / studies.discovery.title(experiment)
    if submit:
        options = [*(("set", text) for text in settings or ()), ("width", width), ("format", form)]
        _submit(name, options, seed, folder, submit, cluster)
        return
    shown = _computed(experiment, config, seed, folder, part, overwrite, formats)
    if studies.runner.is_main_process():
        _show(shown, folder, as_json)


def _show(shown: "tuple[tuple[str, ...], tuple[Headline, ...]] | None", folder: Path, as_json: bool) -> None:
    if shown is None:
        show(f"infoloop: {folder} still lacks shards of other parts: the last part to end collects them", err=True)
        return
    tables, headlines = shown
    if as_json:
        rows = studies.presentation.headline_rows(headlines)
        show(reporting.text.as_json({"out": str(folder), "tables": tables, "headlines": rows}))
    else:
        console().print(studies.presentation.headlines_table(headlines))
        show(f"\n{folder / 'report.html'}: figures, tables and where they come from")


def _computed(
    experiment: ModuleType,
    config: Any,
    seed: int,
    folder: Path,
    part: tuple[int, int],
    overwrite: bool,
    formats: "FigureFormats",
) -> "tuple[tuple[str, ...], tuple[Headline, ...]] | None":
    """Return the names of the run's tables and its headlines, with progress; None where other parts are missing."""
    steps = studies.runner.execute(experiment, config, seed, folder, part, overwrite)
    first = next(steps)  # refuses a folder before anything is drawn
    with phases() as phase:
        step = phase("shards")
        for now in itertools.chain([first], steps):
            step(now)
        if not studies.runner.is_main_process():
            return None
        shown = studies.presentation.stored_headlines(experiment, folder, formats)
        if shown is not None:
            return shown
        tables = studies.runner.collect(experiment, config, folder, phase("tables"))
        if tables is None:
            return None
        headlines = studies.presentation.write_report(experiment, tables, folder, part, phase("figures"), formats)
        return tuple(tables), headlines


def _submit(
    name: str, options: list[tuple[str, str | None]], seed: int, folder: Path, parts: int, cluster: str
) -> None:
    reporting.atomic_files.writable_folder(folder.parent)
    arguments = [
        name,
        *(f"--{key}={text}" for key, text in options if text is not None),
        f"--seed={seed}",
        f"--out={folder}",
    ]
    jobs = studies.cluster.submit(arguments, parts, folder.parent / "logs", cluster)
    show(f"{len(jobs)} jobs: {', '.join(job.job_id for job in jobs)}; logs in {folder.parent / 'logs'}")
