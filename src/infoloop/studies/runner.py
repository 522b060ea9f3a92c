"""An experiment as a run: found by name, computed shard by shard into a folder, resumed there, collected as tables."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import platform
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import numpy as np
from jax.experimental import multihost_utils

import infoloop
from infoloop.reporting.package_files import package_folder, shipped_folder
from infoloop.reporting.suggestions import did_you_mean
from infoloop.studies.configuration import as_dict
from infoloop.studies.run_store import append_shard, completed_shards, open_run, write_table
from infoloop.studies.sweep import Shard, Sweep, compute, dataset, mesh, shards

if TYPE_CHECKING:
    import xarray


class Headline(NamedTuple):
    """A number of the run beside what theory or the literature says it is (None where they say nothing)."""

    what: str
    found: float
    expected: float | None
    unit: str
    source: str


class Progress(NamedTuple):
    """How far a run is: shards done of all, and what was done last."""

    done: int
    total: int
    shard: str


class StudyError(ValueError):
    """An experiment that is unknown or not well formed, or a run that is not complete."""


def folder_of_experiments() -> Path:
    """`experiments/` inside the installed package, or beside `src/` in a checkout."""
    return shipped_folder("experiments")


def experiment_summaries(folder: Path | None = None) -> dict[str, str]:
    """The first line of each experiment's docstring, by its name; read without running anything."""
    return _first_lines(folder or folder_of_experiments())


def model_summaries() -> dict[str, str]:
    """The first line of each toy model's docstring, by its name."""
    return _first_lines(package_folder() / "models")


def _first_lines(folder: Path) -> dict[str, str]:
    paths = [path for path in sorted(folder.glob("*.py")) if not path.stem.startswith("_")]
    return {path.stem: (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n")[0] for path in paths}


def load(name: str) -> ModuleType:
    """The experiment of this name, or in this file (`my/own.py`). Raises StudyError with the nearest name."""
    path = Path(name) if name.endswith(".py") else folder_of_experiments() / f"{name}.py"
    if not path.is_file():
        known = experiment_summaries()
        raise StudyError(f"there is no experiment {name!r}{did_you_mean(name, known)}; there are {', '.join(known)}")
    spec = importlib.util.spec_from_file_location(f"infoloop_experiment_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    missing = [part for part in ("Config", "SMALL", "CLAIMS", "FIGURES", "sweeps", "run") if not hasattr(module, part)]
    if missing:
        raise StudyError(f"{path} lacks {', '.join(missing)}: CONTRIBUTING.md says what an experiment has")
    return module


def title(experiment: ModuleType) -> str:
    """The experiment's name: that of its file."""
    return Path(str(experiment.__file__)).stem


def source(experiment: ModuleType) -> str:
    """The text of the experiment's file."""
    return Path(str(experiment.__file__)).read_text(encoding="utf-8")


def identity(experiment: ModuleType, config, seed: int) -> dict[str, Any]:
    """All that the numbers of a run depend on; the number of devices is not among it."""
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
    """Where and with what a run was made."""
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
    experiment: ModuleType, config, seed: int, folder: Path, part: tuple[int, int] = (1, 1), overwrite: bool = False
) -> Iterator[Progress]:
    """Compute the shards that the folder lacks, one by one; with `part` (i, n) only every n-th of them, from the i-th.

    Each is stored when it is done, so that a run that was killed goes on where it was. Of several processes
    (`jax.distributed`) each computes its devices' points of every shard, and the first one stores them.
    """
    sweeps = experiment.sweeps(config)
    mine = [s for k, s in enumerate(shards(sweeps)) if k % part[1] == part[0] - 1]
    done = (
        _broadcast_completed(mine, lambda: _opened(experiment, config, seed, folder, overwrite))
        if is_main_process()
        else _broadcast_completed(mine)
    )
    yield Progress(sum(done), len(mine), "")
    key, devices = jax.random.key(seed), mesh()
    for k in [k for k, there in enumerate(done) if not there]:
        values = compute(sweeps[mine[k].table], mine[k], key, devices)
        if is_main_process():
            append_shard(folder, f"shards-{part[0]}-of-{part[1]}", mine[k].name, values)
        done[k] = True
        yield Progress(sum(done), len(mine), mine[k].name)


def is_main_process() -> bool:
    """Whether this is the process that reads and writes the folder: the first of those that share the mesh."""
    return jax.process_index() == 0


def _opened(experiment: ModuleType, config, seed: int, folder: Path, overwrite: bool) -> set[str]:
    open_run(folder, identity(experiment, config, seed), provenance(), overwrite)
    return set(completed_shards(folder))


def _broadcast_completed(mine: list[Shard], look=lambda: set()) -> list[bool]:
    """Which shards are done, as process 0 sees it; where it fails, the others stop too instead of waiting for it."""
    error, there = None, set()
    try:
        there = look()
    except ValueError as caught:
        error = caught
    flags = np.array([error is not None, *(s.name in there for s in mine)], np.uint8)
    if jax.process_count() > 1:
        flags = np.asarray(multihost_utils.broadcast_one_to_all(flags))
    if error:
        raise error
    if flags[0]:
        raise StudyError("process 0 refused to run: its message says why")
    return [bool(flag) for flag in flags[1:]]


def collect(experiment: ModuleType, config, folder: Path) -> dict[str, xarray.Dataset] | None:
    """Write and return the tables of a complete run; None while shards of other parts are missing."""
    sweeps: dict[str, Sweep] = experiment.sweeps(config)
    values = completed_shards(folder)
    if any(shard.name not in values for shard in shards(sweeps)):
        return None
    found = {name: dataset(sweep, name, values) for name, sweep in sweeps.items()}
    for name, table in found.items():
        write_table(folder, name, table)
    return found
