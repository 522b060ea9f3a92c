"""What the ledger says of a measured thesis: the verdict that follows from the stored outcomes by the criterion."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infoloop.reporting.suggestions import list_names
from infoloop.statements.cell_verdicts import CellFinding, axis_value, judge_cell, judge_thesis
from infoloop.statements.measured_theses import MeasuredThesis
from infoloop.statements.measurements import (
    MeasurementError,
    cells_from_json,
    measurement_path,
    read_measurement,
    what_is_stale,
)
from infoloop.statements.theory_files import TheoryError

METHOD = "median over independent seeds, interval by the sign test, missing seeds as the worst for either end"
SAYS = ("for", "against", "null", "undecided", "void")


@dataclass(frozen=True)
class MeasuredResult:
    """The findings about one measured thesis.

    Attributes:
        label, ref, title, criterion, statement: as in its block of `theory/`.
        evidence: "measured", or "none" if there is no measurement that stands.
        verdict: one of `cell_verdicts.VERDICTS`; without a measurement that stands "declared" (the criterion is
            committed, the result is to come), "not measured", "stale" or "refused".
        cells: what each cell says.
        device: on what it was measured.
        problems: why the measurement does not stand; empty if it does, or is declared to come.
    """

    label: str
    ref: str
    title: str
    criterion: str
    statement: str
    evidence: str
    verdict: str
    cells: tuple[CellFinding, ...]
    device: str
    problems: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        """Return how many cells are for, against, null, undecided and void."""
        found = Counter(cell.says for cell in self.cells)
        return {says: found[says] for says in SAYS}

    def row(self) -> dict[str, Any]:
        """Return the findings as JSON; an end of an interval that is not finite is null."""
        return {
            "label": self.label,
            "ref": self.ref,
            "class": "H",
            "title": self.title,
            "statement": self.statement,
            "criterion": self.criterion,
            "evidence": self.evidence,
            "verdict": self.verdict,
            "method": METHOD,
            "counts": self.counts(),
            "cells": [_cell_row(cell) for cell in self.cells],
            "device": self.device,
            "problems": list(self.problems),
        }


def _cell_row(found: CellFinding) -> dict[str, Any]:
    numbers = {name: value if math.isfinite(value) else None for name, value in found.interval._asdict().items()}
    return {**{key: value for key, value in found._asdict().items() if key != "interval"}, **numbers}


def examine_measurement(thesis: MeasuredThesis, folder: Path, config: Mapping[str, Any]) -> MeasuredResult:
    """Return what is found about a thesis: its verdict is computed from the stored outcomes, never stored.

    Args:
        thesis: the thesis.
        folder: the folder of the chapters, in which `measured/` is.
        config: the configuration that the experiment has now, as JSON.
    """
    path = measurement_path(folder, thesis.label)
    again = f"run `infoloop measure {thesis.label}` and commit it"
    if not path.exists():
        if thesis.declared:
            return _without(thesis, "declared")
        return _without(thesis, "not measured", f"{path.name} is missing: {again}, or write '- status: declared'")
    try:
        stored = read_measurement(path)
        stale = what_is_stale(stored, thesis, config)
        if stale:
            return _without(
                thesis, "stale", f"{path.name} is stale: {' and '.join(stale)} changed after it was made; {again}"
            )
        cells = cells_from_json(stored["cells"])
        found = tuple(judge_cell(thesis.criterion, cell, outcomes) for cell, outcomes in cells.items())
        verdict = judge_thesis(thesis.criterion, found)
    except (MeasurementError, KeyError, TypeError, AttributeError, ValueError) as error:
        said = str(error) if isinstance(error, ValueError) else f"{path.name} lacks a part: {again}"
        return _without(thesis, "refused", said)
    late = () if not thesis.declared else (f"{path.name} is there: take the line '- status: declared' away",)
    device = str((stored.get("environment") or {}).get("device", ""))
    return _result(thesis, "measured", verdict, found, device, late)


def _without(thesis: MeasuredThesis, verdict: str, *problems: str) -> MeasuredResult:
    return _result(thesis, "none", verdict, (), "", problems)


def _result(thesis: MeasuredThesis, evidence: str, verdict: str, *found: Any) -> MeasuredResult:
    block = thesis.block
    said = (block.title, block.fields["criterion"], " ".join(block.part("Statement").split()))
    return MeasuredResult(thesis.label, block.fields["ref"], *said, evidence, verdict, *found)


def refuse_orphans(folder: Path, theses: Iterable[MeasuredThesis]) -> None:
    """Refuse a measurement whose thesis was taken away: what was measured stays, whatever came out.

    Raises:
        TheoryError: `measured/` holds a file that belongs to no thesis.
    """
    known = {measurement_path(folder, thesis.label).name for thesis in theses}
    there = {path.name for path in (folder / "measured").glob("*.json")}
    if there - known:
        raise TheoryError(
            f"{folder / 'measured'} holds {list_names(sorted(there - known))} of no measured thesis: put its block "
            "back, since a result is not taken away for what it says"
        )


def same_outcomes(found: Mapping[str, Any], stored: Mapping[str, Any], bound: float) -> list[str]:
    """Return which stored outcomes a repetition does not give, in words.

    Args:
        found: Cells as `measurements.cells_as_json` gives them.
        stored: Those to compare with.
        bound: By how much numbers may differ; at 0 their bits must be the same.

    >>> same_outcomes({"a": {"0": 0.5}}, {"a": {"0": 0.25}}, 0.0)
    ['a, seed 0: 0.5, not 0.25']
    """
    if json.dumps(found, sort_keys=True) == json.dumps(stored, sort_keys=True):
        return []
    flat, other = _flat(found), _flat(stored)
    return [
        f"{name}: {flat.get(name)}, not {other.get(name)}"
        for name in sorted({*flat, *other})
        if not _near(flat.get(name), other.get(name), bound)
    ]


def _flat(cells: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for cell, outcomes in cells.items():
        if isinstance(outcomes, str):
            found[cell] = "void"  # the reason may name a number, which another machine rounds otherwise
        else:
            found.update({f"{cell}, seed {seed}": value for seed, value in outcomes.items()})
    return found


def _near(value: Any, other: Any, bound: float) -> bool:
    if isinstance(value, float | int) and isinstance(other, float | int):
        return abs(value - other) <= bound
    return value == other


def check_axes(thesis: MeasuredThesis, cells: Iterable[str]) -> None:
    """Refuse cells in whose names the criterion's axis is missing.

    Raises:
        ValueError: It is.
    """
    for cell in cells if thesis.criterion.each else ():
        axis_value(cell, thesis.criterion.each)
