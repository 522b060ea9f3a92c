"""A run on several processes: joined by JAX's own distributed runtime, or as parts that a cluster's launcher starts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import jax


class LaunchError(ValueError):
    """A launch that cannot be; the message says what to give or to install."""


def join_processes(coordinator: str | None, processes: int | None, process: int | None) -> None:
    """Make this process one of several with one device mesh (`jax.distributed`); before JAX does anything else.

    All arguments are None under Slurm, Open MPI or Kubernetes, where JAX finds them itself.

    Args:
        coordinator: HOST:PORT of the first process.
        processes: How many there are.
        process: The number of this one, from 0 on.

    Raises:
        LaunchError: Only some of the three are given, or the processes cannot be joined.
    """
    given = [value is not None for value in (coordinator, processes, process)]
    if any(given) and not all(given):
        raise LaunchError("give all of --coordinator HOST:PORT, --processes N and --process I, or none under Slurm")
    try:
        jax.distributed.initialize(coordinator, processes, process)
    except (ValueError, RuntimeError) as error:
        raise LaunchError(f"the processes could not be joined: {str(error).splitlines()[0]}") from None


def parse_shard(text: str) -> tuple[int, int]:
    """Return `i/n` as two numbers, i from 1 to n.

    Raises:
        LaunchError: It is anything else.

    >>> parse_shard("2/3")
    (2, 3)
    """
    first, slash, last = text.partition("/")
    if not slash or not first.isdecimal() or not last.isdecimal() or not 1 <= int(first) <= int(last):
        raise LaunchError(f"shard is {text!r}: give i/n with i from 1 to n, such as 1/4")
    return int(first), int(last)


def submit(arguments: Sequence[str], parts: int, logs: Path, cluster: str | None = None) -> list:
    """Submit `infoloop run` as an array of jobs, each with its own `--shard i/n`, and return submitit's jobs.

    Args:
        arguments: The arguments of `infoloop run`.
        parts: How many jobs.
        logs: Folder of submitit's logs.
        cluster: submitit's name of it: None finds Slurm, "local" starts processes on this machine.

    Raises:
        LaunchError: submitit (the extra `slurm`) is not installed.
    """
    try:
        import submitit
    except ImportError:
        raise LaunchError("launching needs submitit: pip install 'infoloop[slurm]'") from None
    executor = submitit.AutoExecutor(folder=logs, cluster=cluster)
    executor.update_parameters(name="infoloop", timeout_min=24 * 60, slurm_additional_parameters={"requeue": True})
    with executor.batch():
        commands = [submitit.helpers.CommandFunction(_command(arguments, k, parts)) for k in range(parts)]
        return [executor.submit(command) for command in commands]


def _command(arguments: Sequence[str], k: int, parts: int) -> list[str]:
    return [sys.executable, "-m", "infoloop", "run", *arguments, "--shard", f"{k + 1}/{parts}"]
