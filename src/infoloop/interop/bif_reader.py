"""Published Bayesian networks: files in the Bayesian interchange format, read into exact tables.

Every digit counts here, and every slip: pyagrum 3.3 reads numbers as float32, so that rows do not sum to 1, and pgmpy
1.1 reads over missing semicolons and fills missing rows with zeros. The tests compare with pyagrum, to its precision.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import numpy as np

from infoloop.interop.bif_parser import BifRow, BifTable, parse_bif
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.bayes_nets import BayesNet, bayes_net
from infoloop.probability.channels import Channel, channel
from infoloop.probability.distributions import Joint, joint
from infoloop.probability.host_functions import host_only
from infoloop.probability.numerics import rounding
from infoloop.reporting.suggestions import bound_message, cut_text, did_you_mean, list_names, quote
from infoloop.reporting.text_files import UnreadableFileError, read_text_file

States = tuple[str, ...]
_NUMBER = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_MOST_CELLS = 2**25  # numbers of all laws together: 256 MiB of float64
_MOST_PARENTS = 62  # axes of an array, one of which is the variable's own, and one for sums


@host_only
@kinds_checked
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
        text = read_text_file(path)
    except UnreadableFileError as error:
        place = "cannot read" if error.line is None else f"{path}:{error.line}:"
        what = f"{path}: {error.reason}; name a BIF file" if error.line is None else error.reason
        raise ValueError(f"{place} {what}") from None
    variables, laws = parse_bif(text, str(path))
    source = _Source(str(path), {variable.name: variable.states for variable in variables}, renormalise)
    source.refuse_twice("variable", [(variable.line, variable.name) for variable in variables])
    source.refuse_twice("law of", [(law.line, law.name) for law in laws])
    lawful = {law.name for law in laws}
    for line, name, states in variables:
        source.refuse_twice(f"state of {cut_text(name)}:", [(line, state) for state in states])
        if name not in lawful:
            shown = cut_text(name)
            raise source.error(line, f"{shown} has no law: add probability ( {shown} ) {{ ... }}")
    source.refuse_large(laws)
    factors = [source.factor(law) for law in laws]
    try:
        return replace(bayes_net(*factors), alphabets=tuple(source.states.items()))
    except ValueError as error:
        raise ValueError(bound_message(f"{path}: {error}")) from None


@dataclass(frozen=True)
class _Source:
    """What a file is called, which states its variables have, and whether rows are divided by their sums."""

    file: str
    states: dict[str, States]
    renormalise: bool

    def error(self, line: int, message: str) -> ValueError:
        return ValueError(bound_message(f"{self.file}:{line}: {message}"))

    def refuse_twice(self, what: str, found: list[tuple[int, str]]) -> None:
        first: dict[str, int] = {}
        for line, name in found:
            if name in first:
                raise self.error(
                    line, f"{what} {cut_text(name)} stands here and on line {first[name]}: delete one of them"
                )
            first[name] = line

    def refuse_large(self, laws: tuple[BifTable, ...]) -> None:
        """Raise ValueError for names that no variable has, and before a table is made that would be too large."""
        total = 0
        for law in laws:
            for name in (law.name, *law.parents):
                if name not in self.states:
                    hint = did_you_mean(name, self.states)
                    raise self.error(law.line, f"there is no variable {cut_text(name)}{hint}")
            self.refuse_twice(f"law of {cut_text(law.name)}:", [(law.line, n) for n in (law.name, *law.parents)])
            cells = math.prod(len(self.states[name]) for name in (law.name, *law.parents))
            total += cells
            if len(law.parents) > _MOST_PARENTS:
                why = f"has {len(law.parents)} parents: at most {_MOST_PARENTS} are read"
                raise self.error(law.line, f"{cut_text(law.name)} {why}")
            if total > _MOST_CELLS:
                why = f"has 10^{math.log10(cells):.1f} numbers, and all laws together at most {_MOST_CELLS:,}"
                raise self.error(law.line, f"the law of {cut_text(law.name)} {why}: give it fewer parents")

    def factor(self, law: BifTable) -> Joint | Channel:
        table = self.table(law)
        return channel(table, law.parents, law.name) if law.parents else joint(table, law.name)

    def table(self, law: BifTable) -> np.ndarray:
        """Return `table[parents, ..., child]`, the states in the order of the file."""
        shape, size = tuple(len(self.states[name]) for name in law.parents), len(self.states[law.name])
        count = math.prod(shape)
        rows, default = self.rows(law, shape)
        table = np.empty((count, size))
        if default:  # checked where each row is given too
            table[:] = self.masses(law, f"the default of {cut_text(law.name)}", default)
        for k, row in rows.items():
            table[k] = self.masses(law, _place(law, self.given(law, k, shape)), row)
        return table.reshape(*shape, size)

    def given(self, law: BifTable, k: int, shape: tuple[int, ...]) -> States:
        """Return the states of the parents of which the k-th row is; those of the last parent change fastest."""
        places = np.unravel_index(k, shape) if shape else ()
        return tuple(self.states[name][int(at)] for name, at in zip(law.parents, places, strict=True))

    def rows(self, law: BifTable, shape: tuple[int, ...]) -> tuple[dict[int, BifRow], BifRow | None]:
        """Return the rows that are given, by their number among all, and the one for all others."""
        found: dict[int, BifRow] = {}
        count = math.prod(shape)
        for row in law.rows:
            for k, one in self.spread(law, row, shape):
                if k in found:
                    lines = f"on line {found[k].line} and here: delete one of them"
                    raise self.error(row.line, f"{_place(law, self.given(law, k, shape))} stands {lines}")
                found[k] = one
        defaults = [row for row in law.rows if row.heading == "default"]
        self.refuse_twice(f"law of {cut_text(law.name)}:", [(row.line, "default") for row in defaults])
        if not defaults and len(found) < count:
            missing = next(k for k in range(count) if k not in found)
            where = _place(law, self.given(law, missing, shape))
            raise self.error(law.line, f"{where} has no row: add it, or a default")
        return found, defaults[0] if defaults else None

    def spread(self, law: BifTable, row: BifRow, shape: tuple[int, ...]) -> Iterator[tuple[int, BifRow]]:
        """Split one entry into rows, each with its number among all combinations of the parents' states.

        A table lists its numbers with the variable's own state as the slowest index, the last parent's as the fastest.
        """
        if row.heading == "table":
            count = math.prod(shape)
            cells = count * len(self.states[law.name])
            if len(row.numbers) != cells:
                shown = f"the table of {cut_text(law.name)} has {len(row.numbers)} numbers"
                raise self.error(row.line, f"{shown}: give {cells}")
            for k in range(count):
                yield k, row._replace(numbers=row.numbers[k::count])
        elif not isinstance(row.heading, str):
            if len(row.heading) != len(law.parents):
                parents = list_names(law.parents)
                raise self.error(row.line, f"give one state for each parent of {cut_text(law.name)}: {parents}")
            places = []
            for name, state in zip(law.parents, row.heading, strict=True):
                if state not in self.states[name]:
                    hint = did_you_mean(state, self.states[name])
                    raise self.error(row.line, f"{cut_text(name)} has no state {cut_text(state)}{hint}")
                places.append(self.states[name].index(state))
            yield int(np.ravel_multi_index(places, shape)) if places else 0, row

    def masses(self, law: BifTable, place: str, row: BifRow) -> list[float]:
        """Return the numbers of a row, which sum to 1; `place` is what messages call it."""
        size = len(self.states[law.name])
        if len(row.numbers) != size:
            raise self.error(row.line, f"{place} has {len(row.numbers)} numbers: give one for each of {size} states")
        for text in row.numbers:
            if not _NUMBER.fullmatch(text):
                raise self.error(row.line, f"{place} has {quote(text)}: a probability is a decimal number >= 0")
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
    return f"{cut_text(law.name)} given {cut_text(shown, 200)}" if shown else cut_text(law.name)
