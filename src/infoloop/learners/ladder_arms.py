"""Arms of a map: one learner in one cell under one optimiser, and what one signal of the ladder gains over another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from infoloop.learners.ladder_measures import at_level
from infoloop.worlds.lookup_cells import LookupCell, cell_void_reason

if TYPE_CHECKING:
    import xarray

REFERENCES_ARE_ONE = "all references are one"


class LadderArm(NamedTuple):
    """One learner in one cell under one optimiser.

    Attributes:
        part: Name of its table; that of a transformer begins with `transformer`.
        cell: The cell.
        shift: What all cells of its table have besides, as `lookup_cells.cell_void_reason` takes it.
        optimiser: The optimiser.
        table: Quantities over seed, signal, level and step.
    """

    part: str
    cell: LookupCell
    shift: Mapping[str, Any]
    optimiser: str
    table: xarray.Dataset

    @property
    def name(self) -> str:
        """The cell in the ledger."""
        learner = "transformer" if self.part.startswith("transformer") else "perceptron"
        surface, cell = self.shift.get("surface", "same symbols"), self.cell
        surface = surface if self.shift.get("shared", True) else "no shared rule"
        return (
            f"learner={learner}, surface={surface}, accepted={cell.accepted}, M={cell.forms}, J={cell.junk:g}, "
            f"questions={'half' if cell.half else 'all'}, optimiser={self.optimiser}"
        )


def arms_of_map(
    found: Mapping[str, xarray.Dataset],
    cells: Mapping[Any, Sequence[LookupCell]],
    shifts: Mapping[str, Mapping[str, Any]],
) -> Iterator[LadderArm]:
    """Return the arms of all tables, in the order of their cells.

    Args:
        found: Tables by name, with the axes cell and optimiser besides.
        cells: Cells of each table; tables that are not found are left out.
        shifts: What all cells of a table have besides; nothing where it is not named.
    """
    for part in (part for part in cells if part in found):
        for k, cell in enumerate(cells[part]):
            for optimiser in found[part].optimiser.values:
                arm = found[part].isel(cell=k).sel(optimiser=optimiser)
                yield LadderArm(part, cell, shifts.get(part, {}), str(optimiser), arm)


def first_cells(arms: Iterator[LadderArm], count: int) -> list[list[LadderArm]]:
    """Return the first cells of several forms of the first table that has one, each with the arms of its optimisers.

    Args:
        arms: The arms.
        count: How many cells at most.
    """
    several = [arm for arm in arms if arm.cell.forms > 1]
    groups: dict[LookupCell, list[LadderArm]] = {}
    for arm in several:
        if arm.part == several[0].part:
            groups.setdefault(arm.cell, []).append(arm)
    return list(groups.values())[:count]


def at_accuracy(quantity: str, level: float) -> Callable[[xarray.Dataset, str], np.ndarray]:
    """Return what reads off a quantity of a signal at the moment at which trained questions reach an accuracy."""
    return lambda table, signal: at_level(table, quantity, level, signal).values


def paired_by_seed(
    arms: Iterator[LadderArm], value: Callable[[xarray.Dataset, str], np.ndarray], signal: str, against: str
) -> Iterator[tuple[LadderArm, str, np.ndarray]]:
    """Return each arm, why it is void or '', and what a signal has more than another, by seed.

    A difference is infinite where one of the two runs diverged, NaN where one never came there.

    Args:
        arms: The arms.
        value: What is compared, of an arm's table and a signal.
        signal: A signal.
        against: What it is compared with.
    """
    for arm in arms:
        null = REFERENCES_ARE_ONE if arm.cell.forms == 1 and {signal, against} == {"own", "class"} else ""
        reason = cell_void_reason(arm.cell, **arm.shift) or null
        one, other = value(arm.table, signal), value(arm.table, against)
        gap = np.full(one.shape, np.inf)  # where a run diverged
        yield arm, reason, np.subtract(one, other, out=gap, where=~(np.isinf(one) | np.isinf(other)))
