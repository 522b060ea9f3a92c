"""Measurements as kept in `theory/measured/`: the outcome of every seed, and digests of all that it hangs on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infoloop.reporting.source_digests import digests_of_sources
from infoloop.reporting.suggestions import cut_text, list_names, quote
from infoloop.reporting.text_files import UnreadableFileError, read_text_file
from infoloop.statements.cell_verdicts import CellOutcomes
from infoloop.statements.measured_theses import MeasuredThesis, block_digest
from infoloop.statements.verification import certificate_path, digest

MEASUREMENT_FORMAT = "infoloop measurement 3"
SEED = 2  # the root seed of every measurement: another one would be a choice; runs that anyone looks at before have 0
# 1 was that of the first measurements, whose 20 seeds left most cells undecided: more seeds had to be fresh ones
MISSING, DIVERGED = "missing", "diverged"


class MeasurementError(ValueError):
    """Outcomes that cannot be, or a file that holds no measurement; the message says what and what to do."""


def measurement_path(folder: Path, label: str) -> Path:
    """Return where the measurement of a label is kept, below the folder of the chapters."""
    return certificate_path(folder / "measured", label)


def read_outcomes(returned: Any, what: str) -> dict[str, CellOutcomes]:
    """Return what an experiment's outcome function returned, checked.

    Args:
        returned: By the name of each cell a number by seed, or the reason why the cell is void. A number is NaN where
            an arm never came to the point of comparison, and infinite where a training diverged.
        what: The function, for messages.

    Raises:
        MeasurementError: It is no such mapping, there is no cell, or seeds are left out.

    >>> read_outcomes({"forms=3": {0: 0.25, 1: math.nan, 2: math.inf}, "forms=1": "no shift"}, "gap")["forms=3"]
    CellOutcomes(values={0: 0.25}, missing=(1,), diverged=(2,), void='')
    """
    if not isinstance(returned, Mapping) or not returned:
        raise MeasurementError(
            f"{what} returned {quote(returned)}: give a cell's outcomes by its name, for one at least"
        )
    return {str(cell): _cell(found, f"{what}, cell {cut_text(str(cell))}") for cell, found in returned.items()}


def _cell(found: Any, what: str) -> CellOutcomes:
    if isinstance(found, str):
        if not found.strip():
            raise MeasurementError(f"{what} is void without a reason: say why it can say nothing")
        return CellOutcomes({}, void=found)
    if not isinstance(found, Mapping) or not found:
        raise MeasurementError(f"{what} is {quote(found)}: give a number by seed, or the reason why it is void")
    try:
        numbers = {int(seed): float(value) for seed, value in found.items()}
    except (TypeError, ValueError):
        raise MeasurementError(f"{what} is {quote(found)}: give a number by seed, {{0: 0.25, 1: ...}}") from None
    seeds = sorted(numbers)
    if len(numbers) != len(found) or seeds != list(range(seeds[0], seeds[0] + len(seeds))):
        raise MeasurementError(
            f"{what} has the seeds {list_names(seeds)}: give every whole number from the first to the last, NaN where "
            "there is no outcome"
        )
    return CellOutcomes(
        {seed: numbers[seed] for seed in seeds if math.isfinite(numbers[seed])},
        tuple(seed for seed in seeds if math.isnan(numbers[seed])),
        tuple(seed for seed in seeds if math.isinf(numbers[seed])),
    )


def cells_as_json(cells: Mapping[str, CellOutcomes]) -> dict[str, Any]:
    """Return outcomes as they are stored: a number, "missing" or "diverged" by seed, which reads back to the same bits.

    >>> cells_as_json({"a": CellOutcomes({0: 0.25}, missing=(1,))})
    {'a': {'0': 0.25, '1': 'missing'}}
    """
    return {cell: found.void or _seeds_as_json(found) for cell, found in cells.items()}


def _seeds_as_json(found: CellOutcomes) -> dict[str, Any]:
    said = {**found.values, **dict.fromkeys(found.missing, MISSING), **dict.fromkeys(found.diverged, DIVERGED)}
    return {str(seed): said[seed] for seed in sorted(said)}


def cells_from_json(stored: Mapping[str, Any]) -> dict[str, CellOutcomes]:
    """Return outcomes as `cells_as_json` stored them.

    Raises:
        MeasurementError: It stored no such thing.
    """
    words = {MISSING: math.nan, DIVERGED: math.inf}
    cells = {
        cell: found
        if isinstance(found, str)
        else {seed: words.get(value, value) if isinstance(value, str) else value for seed, value in found.items()}
        for cell, found in stored.items()
    }
    return read_outcomes(cells, "the file")


def sealed_measurement(
    thesis: MeasuredThesis,
    config: Mapping[str, Any],
    environment: Mapping[str, Any],
    cells: Mapping[str, CellOutcomes],
    small: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the content of a measurement's file, with the SHA-256 of all else in it.

    Args:
        thesis: What was measured.
        config: The configuration, as JSON.
        environment: With what it was measured: versions, machine, device; no date.
        cells: The outcomes.
        small: The configuration and the outcomes of the small run that CI repeats.
    """
    content = {
        "format": MEASUREMENT_FORMAT,
        "label": thesis.label,
        "criterion": thesis.block.fields["criterion"],
        **fresh_digests(thesis, config),
        "config": dict(config),
        "environment": dict(environment),
        "cells": cells_as_json(cells),
        "small": dict(small),
    }
    content = json.loads(json.dumps(content))  # tuples are lists there
    return {**content, "sha256": digest(content)}


def fresh_digests(thesis: MeasuredThesis, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return digests of the block, of the configuration, and of the sources, as they are now.

    The experiment's `SMALL` is none of them: the file has the small run's configuration, which is compared with it.
    """
    return {
        "block_sha256": block_digest(thesis.block),
        "config_sha256": digest(json.loads(json.dumps(config))),
        "seed": SEED,
        "sources": digests_of_sources(thesis.experiment, thesis.modules, without=("SMALL",)),
    }


def read_measurement(path: Path) -> dict[str, Any]:
    """Return the content of a measurement's file.

    Raises:
        MeasurementError: It cannot be read, holds no measurement, or was tampered with.
    """
    again = "run `infoloop measure` and commit it"
    try:
        content = json.loads(read_text_file(path))
    except UnreadableFileError as error:
        raise MeasurementError(f"{path.name} cannot be read: {error}: {again}") from None
    except (ValueError, RecursionError) as error:
        raise MeasurementError(f"{path.name} is not JSON ({error}): {again}") from None
    if not isinstance(content, dict) or content.get("format") != MEASUREMENT_FORMAT:
        raise MeasurementError(f"{path.name} is no '{MEASUREMENT_FORMAT}': {again}")
    body = {key: value for key, value in content.items() if key != "sha256"}
    if content.get("sha256") != digest(body):
        raise MeasurementError(f"{path.name} was tampered with: its contents do not match its sha256; {again}")
    return content


def what_is_stale(stored: Mapping[str, Any], thesis: MeasuredThesis, config: Mapping[str, Any]) -> list[str]:
    """Return what a measurement hangs on and is no longer as it was, in words; [] if all is."""
    fresh = fresh_digests(thesis, config)
    found = []
    if stored.get("label") != thesis.label or stored.get("block_sha256") != fresh["block_sha256"]:
        changed = stored.get("criterion") != thesis.block.fields["criterion"]
        found.append("the criterion" if changed else "the block (its title, statement or fields)")
    if stored.get("config_sha256") != fresh["config_sha256"]:
        found.append("the configuration")
    if stored.get("seed") != SEED:
        found.append("the root seed")
    was, now = stored.get("sources") or {}, fresh["sources"]
    changed = [name for name in sorted({*was, *now}) if was.get(name) != now.get(name)]
    return [*found, *([f"the source of {list_names(changed)}"] if changed else [])]
