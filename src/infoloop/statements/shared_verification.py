"""Share the statements of a theory folder out over processes: searches compile, and exact arithmetic is Python."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Generator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import jax

from infoloop.statements.theory_files import VerifiableStatement, pair_with_claims, read_blocks
from infoloop.statements.verification import Effort, StatementResult, verify_statements

_MOST_PROCESSES = 8  # each takes about 1 GiB
_LEAST_SHARE = 16  # statements; a process needs as long as about four of them to start
_entries: dict[str, VerifiableStatement] = {}  # of a process that verifies for another one


def processes_for(statements: int) -> int:
    """Return over how many processes to share out this many statements: 1 where that gains nothing.

    On an accelerator it is 1 too: each process would take most of its memory.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    most = min(cores, _MOST_PROCESSES, statements // _LEAST_SHARE)
    return most if most > 1 and jax.default_backend() == "cpu" else 1


def verify_in_processes(
    theory: Path,
    labels: tuple[str, ...],
    effort: Effort,
    folder: Path | None,
    processes: int,
    profile: bool = False,
) -> Generator[StatementResult]:
    """Verify statements of a folder, in order, in processes that each read its chapters.

    Args:
        theory: the folder of the chapters.
        labels: the labels of the statements to verify.
        effort: how hard to search.
        folder: the committed certificates, as in `verify_statements`.
        processes: over how many processes to share them out.
        profile: whether to say what each statement took; each process then does one thing after the other.

    Yields:
        The findings about each statement, which are those of `verify_statements`.
    """
    context = multiprocessing.get_context("spawn")  # a fork of a process with JAX's threads may never return
    arguments = (theory, jax.config.read("jax_enable_x64"))
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_prepare, initargs=arguments)
    try:
        for found in [pool.submit(_verify, label, effort, folder, profile) for label in labels]:
            yield found.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _prepare(theory: Path, float64: bool) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that waits says that it was interrupted
    threading.Thread(target=_end_with_parent, daemon=True).start()
    jax.config.update("jax_enable_x64", float64)
    _entries.update((entry.block.label, entry) for entry in pair_with_claims(read_blocks(theory)))


def _end_with_parent() -> None:
    """End this process when the one that waits for it was killed: the pool would have it wait forever."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def _verify(label: str, effort: Effort, folder: Path | None, profile: bool) -> StatementResult:
    return next(verify_statements((_entries[label],), effort, folder, profile))
