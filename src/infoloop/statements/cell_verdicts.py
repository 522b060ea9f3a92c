"""What a measured cell says of a thesis, and what all cells say together: by the criterion and nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from infoloop.statements.criteria import Criterion
from infoloop.statements.seed_intervals import SeedInterval, median_interval

VERDICTS = {
    "supported": "the share of decided cells that the criterion asks for is for the thesis",
    "refuted": "the share at which the criterion says that it is refuted is against it",
    "mixed": "neither",
    "undecided": "too few cells are decided",
}


class CellOutcomes(NamedTuple):
    """The outcomes of one cell of a map, one a seed; each is a paired difference or a value.

    Attributes:
        values: A number by seed.
        missing: Seeds in which an arm never came to the point where they are compared.
        diverged: Seeds in which a training diverged.
        void: Why the cell can say nothing, such as a shift that no learner could bridge; "" if it can.
    """

    values: Mapping[int, float]
    missing: tuple[int, ...] = ()
    diverged: tuple[int, ...] = ()
    void: str = ""


class CellFinding(NamedTuple):
    """A cell with what it says: "for", "against", "null", "undecided" or "void", and why where it is not plain."""

    cell: str
    says: str
    interval: SeedInterval
    seeds: int
    missing: int
    diverged: int
    reason: str


def judge_cell(criterion: Criterion, cell: str, outcomes: CellOutcomes) -> CellFinding:
    """Return what a cell says of the thesis.

    With [a, b] the interval of the median, in the direction of the thesis, and s the size that counts: "for" if a > s,
    "against" if b < -s, "null" if -s <= a and b <= s. Comparisons are exact.

    Args:
        criterion: The criterion of the thesis.
        cell: The cell's name.
        outcomes: Its outcomes.
    """
    lost, there = len(outcomes.missing) + len(outcomes.diverged), list(outcomes.values.values())
    seeds = lost + len(there)
    interval = median_interval(there, lost, criterion.level)
    says, reason = _said(criterion, outcomes.void, interval, seeds, lost)
    return CellFinding(cell, says, interval, seeds, len(outcomes.missing), len(outcomes.diverged), reason)


def _said(criterion: Criterion, void: str, interval: SeedInterval, seeds: int, lost: int) -> tuple[str, str]:
    if void:
        return "void", void
    if seeds < criterion.seeds:
        return "undecided", f"{seeds} seeds, the criterion asks for {criterion.seeds}"
    if lost > criterion.missing * seeds:
        return "undecided", f"{lost} of {seeds} seeds have no outcome, more than {criterion.missing}"
    sign = 1 if criterion.direction == "greater" else -1
    ends = sorted((sign * interval.lower, sign * interval.upper))
    if not all(map(math.isfinite, ends)):
        return "undecided", f"{lost} of {seeds} seeds have no outcome: the rest give no interval"
    low, high = map(Fraction, ends)
    if low > criterion.size:
        return "for", ""
    if high < -criterion.size:
        return "against", ""
    return ("null", "") if low >= -criterion.size and high <= criterion.size else ("undecided", "the interval is wide")


def judge_thesis(criterion: Criterion, cells: tuple[CellFinding, ...]) -> str:
    """Return one of `VERDICTS`: what the cells say together.

    Where the criterion has an axis (`each`), its values must all give one verdict, or the thesis is mixed.

    >>> from infoloop.statements.criteria import parse_criterion
    >>> line = "greater; size .01; budget 1 steps; share 2/3; level 95 %; seeds 20; refuted 2/3 against"
    >>> judge_thesis(parse_criterion(line), ())
    'undecided'
    """
    groups: dict[str, list[CellFinding]] = {}
    for cell in cells:
        groups.setdefault(axis_value(cell.cell, criterion.each) if criterion.each else "", []).append(cell)
    found = {_verdict(criterion, group) for group in groups.values()}
    if not found or "undecided" in found:
        return "undecided"
    return found.pop() if len(found) == 1 else "mixed"


def axis_value(cell: str, axis: str) -> str:
    """Return the value of an axis in a cell's name.

    Raises:
        ValueError: The name has no such axis.

    >>> axis_value("optimiser=sgd, forms=3", "forms")
    '3'
    """
    parts = dict(part.strip().partition("=")[::2] for part in cell.split(","))
    if axis not in parts:
        raise ValueError(
            f"cell {cell!r} has no axis {axis}, of which the criterion speaks: name cells 'axis=value, ...'"
        )
    return parts[axis]


def _verdict(criterion: Criterion, cells: list[CellFinding]) -> str:
    counts = {says: sum(cell.says == says for cell in cells) for says in ("for", "against", "null", "undecided")}
    decided = counts["for"] + counts["against"] + counts["null"]
    if not decided or decided < criterion.decided * (decided + counts["undecided"]):
        return "undecided"
    refuting = counts["against"] + (counts["null"] if criterion.refuted_by == "not for" else 0)
    if counts["for"] >= criterion.share * decided:
        return "supported"
    return "refuted" if refuting >= criterion.refuting * decided else "mixed"
