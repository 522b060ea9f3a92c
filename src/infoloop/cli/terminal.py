"""What every command does first and shows last: float64, the console, a progress bar on standard error."""

import sys
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


def console() -> Console:
    """Return a console of the terminal's width, or of 100 columns where output is piped."""
    return Console(width=None if sys.stdout.isatty() else 100)


def use_float64() -> None:
    """Make JAX compute in float64, for the whole process."""
    import jax  # here, so that --help and --version need not wait for it

    jax.config.update("jax_enable_x64", True)


def with_progress(findings: Iterator[Any], labels: list[str]) -> tuple[Any, ...]:
    """Return all of the iterator `findings`, showing on standard error which of `labels` is worked on."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    done = []
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=len(labels))
        for k, label in enumerate(labels):
            progress.update(task, description=f"{label:32}", completed=k)
            done.append(next(findings))
        progress.update(task, completed=len(labels))
    return tuple(done)
