"""An experiment as a run: what it depends on, computed shard by shard into a folder, resumed there, collected."""

from __future__ import annotations

import hashlib
import platform
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import numpy as np
from jax.experimental import multihost_utils

import infoloop
from infoloop.reporting.figure_formats import FORMATS
from infoloop.reporting.package_files import package_folder
from infoloop.reporting.suggestions import quote
from infoloop.studies.configuration import as_dict
from infoloop.studies.discovery import StudyError, cited_statements, title
from infoloop.studies.run_store import append_shard, completed_names, completed_shards, open_run, write_table
from infoloop.studies.sweep import Shard, Sweep, compute_shards, dataset, shards
from infoloop.studies.table_memory import require_memory

if TYPE_CHECKING:
    import xarray


class Headline(NamedTuple):
    """A number of the run beside what theory or the literature says it is (None where they say nothing).

    `source` is what says so, empty where nothing does; `note` how the number is to be read, as an interval.
    Where one takes long, an experiment's `headlines` has a function of nothing that returns it in its place.
    """

    what: str
    found: float
    expected: float | None
    unit: str
    source: str
    note: str = ""


class Progress(NamedTuple):
    """How far a run is: steps done of all (shards, or what is written at the end), and what was done last."""

    done: int
    total: int
    shard: str


PAGE = "report.html"
_NAME = re.compile(r"\w[\w-]{0,99}")


def identity(experiment: ModuleType, config: Any, seed: int) -> dict[str, Any]:
    """Return all that the numbers of a run depend on; the number of devices is not among it."""
    return {
        "experiment": title(experiment),
        "config": as_dict(config),
        "seed": seed,
        "infoloop": infoloop.__version__,
        "jax": jax.__version__,
        "platform": jax.default_backend(),
        "float64": bool(jax.config.values["jax_enable_x64"]),
        "code": _digest_of_code(Path(str(experiment.__file__))),
    }


def provenance() -> dict[str, Any]:
    """Return where and with what a run was made: versions, machine, devices, commit."""
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "xarray": version("xarray"),
        "machine": platform.machine(),
        "device": jax.devices()[0].device_kind,
        "devices": jax.device_count(),
        "processes": jax.process_count(),
        "commit": _commit(),
    }


def _digest_of_code(experiment: Path) -> str:
    paths = [*sorted(package_folder().rglob("*.py")), experiment]
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def _commit() -> str:
    command = ["git", "-C", str(package_folder()), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "not in a git checkout"


def execute(
    experiment: ModuleType,
    config: Any,
    seed: int,
    folder: Path,
    part: tuple[int, int] = (1, 1),
    overwrite: bool = False,
) -> Iterator[Progress]:
    """Compute the shards that the folder lacks, one by one, and yield the progress, once before the first.

    Each is stored when it is done, so that a run that was killed goes on where it was. Of several processes
    (`jax.distributed`) each computes its devices' points of every shard, and the first one stores them: all of them
    have to call this.

    Args:
        experiment: The module, from `discovery.load`.
        config: Its configuration.
        seed: Seed of all randomness.
        folder: Where the run is kept.
        part: (i, n) for only every n-th shard, from the i-th.
        overwrite: Whether a folder that holds another run is taken.

    Raises:
        StoreError: The folder holds another run, or is damaged.
        StudyError: `CLAIMS` names what theory/ does not state, a table has a name that is none for a file, or
            the tables are larger than the memory; or, on the other processes, the first one refused to run.
    """
    cited_statements(experiment)  # before anything is computed for a page that could not be made
    sweeps = experiment.sweeps(config)
    files = _files(experiment, sweeps)
    require_memory(sweeps)
    mine = [s for k, s in enumerate(shards(sweeps)) if k % part[1] == part[0] - 1]
    run = identity(experiment, config, seed)
    done = _agree_on_completed(mine, partial(_open_folder, run, folder, overwrite, files))
    yield Progress(sum(done), len(mine), "")
    left = [shard for shard, there in zip(mine, done, strict=True) if not there]
    for k, (shard, values) in enumerate(compute_shards(sweeps, left, jax.random.key(seed)), start=sum(done) + 1):
        if is_main_process():
            append_shard(folder, part_name(part), shard.name, values, run)
        yield Progress(k, len(mine), shard.name)


def is_main_process() -> bool:
    """Return whether this process reads and writes the folder: the first of those that share the mesh."""
    return jax.process_index() == 0


def _open_folder(run: Mapping[str, Any], folder: Path, overwrite: bool, files: list[str]) -> set[str]:
    """Make the folder this run's own and return the names of the shards that it holds."""
    open_run(folder, run, provenance(), overwrite, files)
    return completed_names(folder)


def _files(experiment: ModuleType, sweeps: Mapping[str, Sweep]) -> list[str]:
    """Return the names of the files that the run may write beside run.json and its shards.

    Raises:
        StudyError: A table or figure has a name that is none for a file.
    """
    for name in (*sweeps, *experiment.FIGURES):
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise StudyError(f"a table or figure is named {quote(name)}: give letters, digits, - and _, as for a file")
    figures = [f"{name}.{end}" for name in experiment.FIGURES for end in (*FORMATS, "csv")]
    return [*(f"{name}.nc" for name in sweeps), *figures, PAGE]


def part_name(part: tuple[int, int]) -> str:
    """Return the name of the file, without its ending, to which the i-th of n parts of a run adds its shards."""
    return f"shards-{part[0]}-of-{part[1]}"


def _agree_on_completed(mine: list[Shard], open_folder: Callable[[], set[str]]) -> list[bool]:
    """Return which shards are done, as the main process sees it, which alone opens the folder.

    A collective call: every process has to make it, since the answer is broadcast. Where the main process fails, the
    others are told and stop too, instead of waiting for it.
    """
    error, names = None, set()
    if is_main_process():
        try:
            names = open_folder()
        except Exception as caught:  # whatever it is: raised below, once the others know
            error = caught
    flags = np.array([error is not None, *(shard.name in names for shard in mine)], np.uint8)
    if jax.process_count() > 1:
        flags = np.asarray(multihost_utils.broadcast_one_to_all(flags))
    if error:
        raise error
    if flags[0]:
        raise StudyError("process 0 refused to run: its message says why")
    return [bool(flag) for flag in flags[1:]]


def collect(
    experiment: ModuleType, config: Any, folder: Path, show: Callable[[Progress], object] = lambda step: None
) -> dict[str, xarray.Dataset] | None:
    """Write and return the tables of a complete run, by name; None while shards of other parts are missing.

    Args:
        experiment: The module, from `discovery.load`.
        config: Its configuration.
        folder: The run's folder, which `execute` made.
        show: Called before the first table and after each.

    Raises:
        StoreError: A stored shard is damaged.
        UnwritableError: A table cannot be written.
    """
    sweeps: dict[str, Sweep] = experiment.sweeps(config)
    values = completed_shards(folder)
    if any(shard.name not in values for shard in shards(sweeps)):
        return None
    show(Progress(0, len(sweeps), "tables"))
    found = {}
    for k, (name, sweep) in enumerate(sweeps.items(), start=1):
        found[name] = dataset(sweep, name, values)
        write_table(folder, name, found[name])
        show(Progress(k, len(sweeps), f"table {name}"))
    return found
