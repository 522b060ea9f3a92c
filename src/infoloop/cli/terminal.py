"""What every command does first and shows last: float64, the console, a progress bar on standard error."""

import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


def console() -> Console:
    return Console(width=None if sys.stdout.isatty() else 100)


def use_float64() -> None:
    import jax  # here, so that --help and --version need not wait for it

    jax.config.update("jax_enable_x64", True)


def with_progress(findings, labels: list[str]) -> tuple:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    done = []
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=len(labels))
        for k, label in enumerate(labels):
            progress.update(task, description=f"{label:32}", completed=k)
            done.append(next(findings))
        progress.update(task, completed=len(labels))
    return tuple(done)
