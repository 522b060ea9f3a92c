"""Published Bayesian networks: files in the Bayesian interchange format, read into exact tables.

Every digit counts here, and every slip: pyagrum 3.3 reads numbers as float32, so that rows do not sum to 1, and pgmpy
1.1 reads over missing semicolons and fills missing rows with zeros. The tests compare with pyagrum, to its precision.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from pathlib import Path

import numpy as np

from infoloop.interop.bif_parser import BifRow, BifTable, parse_bif
from infoloop.probability.bayes_nets import BayesNet, bayes_net
from infoloop.probability.channels import Channel, channel
from infoloop.probability.distributions import Joint, joint
from infoloop.probability.host_functions import host_only
from infoloop.probability.numerics import rounding
from infoloop.reporting.suggestions import did_you_mean

States = tuple[str, ...]
_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")


@host_only
def from_bif(path: str | Path, renormalise: bool = False) -> BayesNet:
    """Return the Bayesian network in a BIF file; its states are the symbols of its variables, in the order of the file.

    Names stay as they are. One with a dot or a dash cannot be written in a statement for `evaluate` or `prove`, but
    every function that takes names takes it; `relabel(net, **{"left-lung": "L"})` gives it another.

    Args:
        path: a file in UTF-8.
        renormalise: divide rows of rounded decimals by their sums, where half a unit of every last place covers the
            gap to 1 (up to 3e-7 in most published files); without it they are refused.

    Raises:
        ValueError: `FILE:LINE: what and the remedy`, where the file cannot be read, does not follow the format
            (`infoloop.interop.bif_parser`), names what it does not define, lacks a row or has one twice, has a row
            that does not sum to 1, or has a cycle.

    >>> import tempfile
    >>> from infoloop import mutual_information, separated
    >>> text = '''network sprinkler { }
    ... variable cloudy { type discrete [ 2 ] { yes, no }; }
    ... variable rain { type discrete [ 2 ] { yes, no }; }
    ... variable sprinkler { type discrete [ 2 ] { on, off }; }
    ... probability ( cloudy ) { table 0.5, 0.5; }
    ... probability ( rain | cloudy ) { (yes) 0.8, 0.2; (no) 0.2, 0.8; }
    ... probability ( sprinkler | cloudy ) { (yes) 0.1, 0.9; (no) 0.5, 0.5; }'''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "sprinkler.bif"
    ...     _ = path.write_text(text)
    ...     net = from_bif(path)
    >>> separated(net, "rain", "sprinkler"), separated(net, "rain", "sprinkler", given="cloudy")
    (False, True)
    >>> round(float(mutual_information(net, "rain", "sprinkler")), 4)
    0.0505
    """
    try:
        text = Path(path).read_text("utf-8-sig")
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}; name a BIF file") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 from byte {error.start} on: save it as UTF-8") from None
    variables, laws = parse_bif(text, str(path))
    source = _Source(str(path), {variable.name: variable.states for variable in variables}, renormalise)
    source.refuse_twice("variable", [(variable.line, variable.name) for variable in variables])
    source.refuse_twice("law of", [(law.line, law.name) for law in laws])
    lawful = {law.name for law in laws}
    for line, name, states in variables:
        source.refuse_twice(f"state of {name}:", [(line, state) for state in states])
        if name not in lawful:
            raise source.error(line, f"{name} has no law: add probability ( {name} ) {{ ... }}")
    factors = [source.factor(law) for law in laws]
    try:
        return replace(bayes_net(*factors), alphabets=tuple(source.states.items()))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


@dataclass(frozen=True)
class _Source:
    """What a file is called, which states its variables have, and whether rows are divided by their sums."""

    file: str
    states: dict[str, States]
    renormalise: bool

    def error(self, line: int, message: str) -> ValueError:
        return ValueError(f"{self.file}:{line}: {message}")

    def refuse_twice(self, what: str, found: list[tuple[int, str]]) -> None:
        first: dict[str, int] = {}
        for line, name in found:
            if name in first:
                raise self.error(line, f"{what} {name} stands here and on line {first[name]}: delete one of them")
            first[name] = line

    def factor(self, law: BifTable) -> Joint | Channel:
        for name in (law.name, *law.parents):
            if name not in self.states:
                raise self.error(law.line, f"there is no variable {name}{did_you_mean(name, self.states)}")
        self.refuse_twice(f"law of {law.name}:", [(law.line, n) for n in (law.name, *law.parents)])
        table = self.table(law)
        return channel(table, law.parents, law.name) if law.parents else joint(table, law.name)

    def table(self, law: BifTable) -> np.ndarray:
        """Return `table[parents, ..., child]`, the states in the order of the file."""
        parents = [self.states[name] for name in law.parents]
        rows = self.rows(law, tuple(product(*parents)))
        masses = [self.masses(law, given, row) for given, row in rows.items()]
        return np.array(masses).reshape(*map(len, parents), len(self.states[law.name]))

    def rows(self, law: BifTable, every: tuple[States, ...]) -> dict[States, BifRow]:
        """Return the row of each tuple of the parents' states."""
        found: dict[States, BifRow] = {}
        for row in law.rows:
            for given, one in self.spread(law, row, every):
                if given in found:
                    lines = f"on line {found[given].line} and here: delete one of them"
                    raise self.error(row.line, f"{_place(law, given)} stands {lines}")
                found[given] = one
        defaults = [row for row in law.rows if row.heading == "default"]
        self.refuse_twice(f"law of {law.name}:", [(row.line, "default") for row in defaults])
        for given in every:
            if given not in found and not defaults:
                raise self.error(law.line, f"{_place(law, given)} has no row: add it, or a default")
        return {given: found.get(given) or defaults[0] for given in every}

    def spread(self, law: BifTable, row: BifRow, every: tuple[States, ...]) -> Iterator[tuple[States, BifRow]]:
        """Split one entry into rows, one for each tuple of the parents' states.

        A table lists its numbers with the variable's own state as the slowest index, the last parent's as the fastest.
        """
        if row.heading == "table":
            cells = len(every) * len(self.states[law.name])
            if len(row.numbers) != cells:
                raise self.error(row.line, f"the table of {law.name} has {len(row.numbers)} numbers: give {cells}")
            for k, given in enumerate(every):
                yield given, row._replace(numbers=row.numbers[k :: len(every)])
        elif not isinstance(row.heading, str):
            if len(row.heading) != len(law.parents):
                parents = ", ".join(law.parents) or "none"
                raise self.error(row.line, f"give one state for each parent of {law.name}: {parents}")
            for name, state in zip(law.parents, row.heading, strict=True):
                if state not in self.states[name]:
                    raise self.error(row.line, f"{name} has no state {state}{did_you_mean(state, self.states[name])}")
            yield row.heading, row

    def masses(self, law: BifTable, given: States, row: BifRow) -> list[float]:
        """Return the numbers of a row, which sum to 1."""
        place, size = _place(law, given), len(self.states[law.name])
        if len(row.numbers) != size:
            raise self.error(row.line, f"{place} has {len(row.numbers)} numbers: give one for each of {size} states")
        for text in row.numbers:
            if not _NUMBER.fullmatch(text):
                raise self.error(row.line, f"{place} has {text!r}: a probability is a decimal number >= 0")
        total, masses = sum(map(Decimal, row.numbers)), [float(text) for text in row.numbers]
        if abs(float(total) - 1) <= rounding(size):
            return masses
        rounded = total > 0 and abs(total - 1) <= sum(map(_half_a_place, row.numbers))
        if not (rounded and self.renormalise):
            remedy = "pass renormalise=True to divide it by its sum" if rounded else "more than rounding, so correct it"
            raise self.error(row.line, f"{place} sums to {total}, not 1: {remedy}")
        return [mass / float(total) for mass in masses]


def _half_a_place(number: str) -> Decimal:
    """Return how far rounding may have moved a printed number: half a unit of its last place."""
    return Decimal((0, (5,), int(Decimal(number).as_tuple().exponent) - 1))


def _place(law: BifTable, given: States) -> str:
    shown = ", ".join(f"{name}={state}" for name, state in zip(law.parents, given, strict=True))
    return f"{law.name} given {shown}" if shown else law.name
