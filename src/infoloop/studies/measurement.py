"""Measure a thesis: its experiment's run into outcomes by cell and seed, and the small run that CI repeats bit for bit.

Everything here runs on the host.
"""

from __future__ import annotations

import inspect
import os
import pkgutil
import platform
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import jax

from infoloop.reporting.suggestions import did_you_mean, quote
from infoloop.statements.cell_verdicts import CellOutcomes
from infoloop.statements.measured_ledger import check_axes, same_outcomes
from infoloop.statements.measured_theses import MeasuredThesis
from infoloop.statements.measurements import SEED, cells_as_json, read_outcomes, sealed_measurement
from infoloop.studies.configuration import as_dict, override
from infoloop.studies.discovery import StudyError, load, title
from infoloop.studies.runner import provenance
from infoloop.studies.sweep import POINTS, compute_shards, dataset, shards

_LIBRARIES = ("jax", "jaxlib", "numpy", "optax", "flax")
_VECTORS = ("sse4", "avx", "fma", "amx", "asimd", "sve")  # what a compiler chooses instructions, and so roundings, by


def load_measured(thesis: MeasuredThesis) -> tuple[ModuleType, Any]:
    """Return the experiment of a thesis and the configuration that its block asks for.

    Raises:
        StudyError: The experiment cannot be loaded, or is not well formed.
        ConfigError: The block's field `config` names an unknown key or a wrong value.
    """
    experiment = load(str(thesis.experiment))
    return experiment, override(experiment.Config, thesis.overrides)


def outcomes_of(thesis: MeasuredThesis, experiment: ModuleType, tables: Mapping[str, Any]) -> dict[str, CellOutcomes]:
    """Return the outcomes of a run by cell, as the function that the block names makes them of the tables.

    The function is called with the tables and, where it has a parameter `budget`, with the criterion's
    `statements.criteria.Budget`.

    Raises:
        StudyError: There is no such function.
        MeasurementError: It returns no outcomes.
        ValueError: A cell has no axis of which the criterion speaks.
    """
    function = _outcome_function(thesis, experiment)
    budget = {"budget": thesis.criterion.budget} if "budget" in inspect.signature(function).parameters else {}
    cells = read_outcomes(function(tables, **budget), f"{title(experiment)}, {thesis.outcome}")
    check_axes(thesis, cells)
    return cells


def _outcome_function(thesis: MeasuredThesis, experiment: ModuleType) -> Callable[..., Any]:
    if "." in thesis.outcome:
        try:
            return pkgutil.resolve_name(thesis.outcome)
        except (ImportError, AttributeError) as error:
            raise StudyError(f"{thesis.label} names the outcome {thesis.outcome}, which is missing: {error}") from None
    function = getattr(experiment, thesis.outcome, None)
    if not callable(function):
        hint = did_you_mean(thesis.outcome, [name for name in vars(experiment) if not name.startswith("_")])
        raise StudyError(f"{title(experiment)} has no function {quote(thesis.outcome)} of {thesis.label}{hint}")
    return function


def small_tables(experiment: ModuleType) -> dict[str, Any]:
    """Return the tables of the experiment's `SMALL`, run on the CPU's first device."""
    cpu = jax.devices("cpu")[0]
    with jax.default_device(cpu):
        sweeps = experiment.sweeps(experiment.SMALL)
        devices = jax.make_mesh((1,), (POINTS,), axis_types=(jax.sharding.AxisType.Auto,), devices=[cpu])
        found = compute_shards(sweeps, shards(sweeps), jax.random.key(SEED), devices)
        values = {shard.name: numbers for shard, numbers in found}
    return {name: dataset(sweep, name, values) for name, sweep in sweeps.items()}


def small_run(
    thesis: MeasuredThesis, experiment: ModuleType, tables: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return configuration, environment and outcomes of the experiment's `SMALL`.

    Args:
        thesis: The thesis.
        experiment: Its experiment.
        tables: What `small_tables` returned for another thesis of this experiment; worked out here if None.
    """
    found = small_tables(experiment) if tables is None else tables
    cells = cells_as_json(outcomes_of(thesis, experiment, found))
    return {"config": as_dict(experiment.SMALL), "environment": environment(jax.devices("cpu")[0]), "cells": cells}


def environment(device: jax.Device) -> dict[str, Any]:
    """Return all that the last bits of a number may hang on beside the source: versions, instructions, device."""
    return {
        **{name: version(name) for name in _LIBRARIES},
        "machine": platform.machine(),
        "instructions": vector_instructions(),
        "cores": os.cpu_count(),
        "device": device.device_kind,
        "float64": bool(jax.config.read("jax_enable_x64")),
        "xla_flags": os.environ.get("XLA_FLAGS", ""),
    }


def vector_instructions(path: Path = Path("/proc/cpuinfo")) -> list[str]:
    """Return the names of the processor's vector instructions, as Linux lists them; [] where there is no such list."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    flags = next(
        (line.partition(":")[2].split() for line in lines if line.lower().startswith(("flags", "features"))), []
    )
    return sorted(flag for flag in flags if flag.startswith(_VECTORS))


def measurement_of(
    thesis: MeasuredThesis, experiment: ModuleType, config: Any, tables: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the content of the file of a measurement, from the tables of its run; the small run is made here."""
    cells = outcomes_of(thesis, experiment, tables)
    made = {**environment(jax.devices()[0]), "commit": provenance()["commit"]}
    return sealed_measurement(thesis, as_dict(config), made, cells, small_run(thesis, experiment))


def repeat_small(
    thesis: MeasuredThesis, experiment: ModuleType, stored: Mapping[str, Any], tables: Mapping[str, Any] | None = None
) -> tuple[bool, list[str]]:
    """Repeat the small run of a measurement.

    In the environment in which it was made the bits must be the same. Elsewhere numbers may differ by a tenth of the
    size that counts by the criterion, so that no cell changes sides for it.

    Args:
        thesis: The thesis.
        experiment: Its experiment.
        stored: The content of its file.
        tables: As of `small_run`.

    Returns:
        Whether bits were compared, and what differs, in words.
    """
    small = small_run(thesis, experiment, tables)
    exact = small["environment"] == stored["small"]["environment"]
    if small["config"] != stored["small"]["config"]:
        return exact, ["SMALL of the experiment is another configuration"]
    bound = 0.0 if exact else float(thesis.criterion.size) / 10
    return exact, same_outcomes(small["cells"], stored["small"]["cells"], bound)
