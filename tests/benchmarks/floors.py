"""The least that each row of `speed.py` can take on this machine, how far it is from that, and what holds it back.

Run: python tests/benchmarks/floors.py [--repeats N]. A row has to read and write so many bytes, and to take so many
logarithms or multiply so often; the floor is the longest of these by the rates of `machine.py` in the same turns,
as they can overlap.
"""

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from machine import Yardstick, machine_line, yardsticks
from speed import DRAWS, GENERATIONS, SIDE, STATES, STEPS, TABLES, VARIABLES, Row, rows, works_of
from turns import take_turns, three_digits

CELLS = TABLES * SIDE**3
PAIRS = TABLES * SIDE**2
HYPOTHESES = 19
_TAIL = 1e-18  # of a row of the kernel, what float64 sums do not resolve


Rates = Mapping[str, np.ndarray]  # how much of each is done in a second, by turns


class Floor(NamedTuple):
    """What a row cannot do without, and what holds it back, a sentence or two."""

    held_back: str
    read: float = 0.0
    copied: float = 0.0
    logarithms: float = 0.0
    operations: float = 0.0

    def milliseconds(self, rate: Rates) -> np.ndarray:
        """Return the longest of its parts."""
        moved = self.read / rate["read"] + self.copied / rate["copy"]
        return 1e3 * np.maximum(
            moved, np.maximum(self.logarithms / rate["logarithms"], self.operations / rate["products"])
        )


def kernel_cells() -> float:
    """Return how many cells of the Wright-Fisher kernel are above the tail, by the normal law; mirrored rows once."""
    rate = np.arange(DRAWS + 1) / DRAWS
    reach = math.sqrt(-2 * math.log(_TAIL))
    return float((2 * reach * np.sqrt(DRAWS * rate * (1 - rate)) + 1).sum() / 2)


_SUM = "The sum of cells is vector code of YNNPACK, in which each operation of a cell is a pass over a tile"
_GRADIENT = "A logarithm a cell outside of a sum, by products and the bits of floats, and new memory for the result"
FLOORS = {
    "I(X;Y)": Floor(
        "The sum over Z reads all, and logarithms are few. A barrier keeps it out of the sum of cells, which "
        "would become slow code.",
        read=8.0 * CELLS, logarithms=PAIRS,
    ),
    "H(X,Y,Z)": Floor(
        f"{_SUM}. A maximum handles the zeros, since a select would make slow code of the whole sum.",
        read=8.0 * CELLS, logarithms=CELLS,
    ),
    "I(X;Y given Z)": Floor(
        f"{_SUM}. Beside its logarithm a cell takes some ten operations, and some thirty in tables below 1/64 bit, "
        "whose information would lose its digits.",
        read=8.0 * CELLS, logarithms=CELLS,
    ),
    "gradient of I(X;Y)": Floor(
        f"{_GRADIENT}; the slope of a pair is written for each Z.", copied=8.0 * CELLS, logarithms=PAIRS
    ),
    "gradient of H(X,Y,Z)": Floor(f"{_GRADIENT}.", copied=8.0 * CELLS, logarithms=CELLS),
    "gradient of I(X;Y given Z)": Floor(
        f"{_GRADIENT}; the margins are summed before, each in a pass of its own.",
        copied=8.0 * CELLS, logarithms=CELLS,
    ),
    "I(X;Z_t)": Floor(
        "The informations of all tables come on top, and tables of 64 states are too small for the full "
        "rate of products.",
        operations=2.0 * STEPS * STATES**3,
    ),
    "`prove`": Floor(
        "The work is Python and the simplex method of SciPy, so that the floor is only one pass over the elemental "
        "inequalities at the rate of memory.",
        read=8.0 * 4 * (VARIABLES + math.comb(VARIABLES, 2) * 2 ** (VARIABLES - 2)),
    ),
    "Wright-Fisher": Floor(
        "Products of few rows with blocks of a band. The floor uses the mirror of the kernel, which halves it; "
        "the informations come on top.",
        read=8.0 * GENERATIONS * kernel_cells(),
        operations=2.0 * GENERATIONS * kernel_cells() * HYPOTHESES,
    ),
}  # fmt: skip


def floor_of(work: str) -> Floor:
    """Return the floor of a row; the names here are how those of `speed.py` begin."""
    (found,) = [floor for name, floor in FLOORS.items() if work == name or work.startswith((f"{name},", f"{name} "))]
    return found


COLUMNS = ("work", "bytes", "written", "logarithms", "in products", "floor", "here", "times", "what holds it back")
HEAD = f"| {' | '.join(COLUMNS)} |\n" + "|---" * len(COLUMNS) + "|\n"
STICKS = ("read", "copy", "logarithms", "products")


def human(amount: float) -> str:
    """Return an amount with a prefix of a thousand, `-` for nothing."""
    steps = min(int(math.log10(amount) // 3), 4) if amount >= 1 else 0
    return f"{amount / 10 ** (3 * steps):.3g}{('', ' k', ' M', ' G', ' T')[steps]}" if amount else "-"


class Measured(NamedTuple):
    """A row with milliseconds of ours and of its peer in each turn, and the rates of the machine in the same turns."""

    row: Row
    turns: np.ndarray
    rate: Rates


def measured(row: Row, sticks: Mapping[str, Yardstick], repeats: int) -> Measured:
    """Let a row take turns with its peer and the yardsticks."""
    works = works_of(row)
    turns = take_turns((*works, *(sticks[name].work for name in STICKS)), min(repeats, row.most_turns))
    amounts = zip(STICKS, turns[len(works) :], strict=True)
    return Measured(row, turns[: len(works)], {name: 1e3 * sticks[name].amount / times for name, times in amounts})


def line(found: Measured) -> str:
    """Return the row of the table."""
    work, floor, ours = found.row.work, floor_of(found.row.work), found.turns[0]
    least = floor.milliseconds(found.rate)
    moved = human(floor.read + floor.copied), human(floor.copied), human(floor.logarithms), human(floor.operations)
    floor_ms, ours_ms, times = (three_digits(float(np.median(x))) for x in (least, ours, ours / least))
    return "| " + " | ".join((work, *moved, f"{floor_ms} ms", f"{ours_ms} ms", times, floor.held_back)) + " |"


def rates_line(every: Sequence[Measured]) -> str:
    """Say what the machine does in a second."""
    rate = {name: float(np.median(np.concatenate([found.rate[name] for found in every]))) for name in STICKS}
    done = (
        f"{human(rate['logarithms'])} logarithms in sums, or {human(rate['products'])} operations of a matrix product"
    )
    return (
        f"In a second it reads {human(rate['read'])}B, or copies {human(rate['copy'])}B into new memory, or does {done}"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=15)
    repeats, every = parser.parse_args().repeats, []
    sys.stdout.write(HEAD)
    for row in rows():
        every.append(measured(row, yardsticks(), repeats))
        sys.stdout.write(line(every[-1]) + "\n")
        sys.stdout.flush()
    sys.stdout.write(f"\n{rates_line(every)}.\n({machine_line()})\n")


if __name__ == "__main__":
    main()
