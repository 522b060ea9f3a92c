"""The criterion of a measured thesis: a line that a parser reads, fixed before anything is measured.

`greater; size .01; budget 300 steps; share 2/3; level 95 %; seeds 20; refuted 2/3 against` says: outcomes are greater
than 0 by more than .01, in at least 2/3 of the cells that are decided.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from infoloop.reporting.suggestions import did_you_mean, quote
from infoloop.statements.seed_intervals import interval_rank

LEAST_SEEDS = 20
DIRECTIONS = ("greater", "less")
UNITS = ("steps", "examples", "queries", "bits", "price", "accuracy", "way", "rounds")
_COUNTED = ("steps", "examples", "queries", "rounds")
_SHARES = ("accuracy", "way")
_NEEDED = ("size", "budget", "share", "level", "seeds", "refuted")
_OPTIONAL = ("missing", "decided", "each")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(/\d+)?")


class CriterionError(ValueError):
    """A line that is no criterion; the message says which field is wrong and what it should be."""


class Budget(NamedTuple):
    """What the arms of a comparison have in common: so many steps, queries, bits, this accuracy or share of the way."""

    amount: float
    unit: str


@dataclass(frozen=True)
class Criterion:
    """What has to come out for a thesis to be supported, and for it to be refuted.

    Attributes:
        direction: "greater" or "less": on which side of 0 the outcomes should lie.
        size: The least size that counts, in the unit of the outcomes.
        budget: At which budget the arms are compared.
        share: The share of the decided cells that must be for the thesis.
        level: Of the intervals.
        seeds: The least number of independent seeds a cell.
        refuting: The share of the decided cells at which the thesis is refuted.
        refuted_by: "against": cells against the thesis count for that; "not for": null ones too.
        missing: The share of seeds without an outcome above which a cell is undecided.
        decided: The share of the cells that are not void that must be decided.
        each: An axis of the cells' names ("optimiser=sgd, forms=3"): the shares are taken for each of its values apart;
            "" for all cells together.
    """

    direction: str
    size: Fraction
    budget: Budget
    share: Fraction
    level: Fraction
    seeds: int
    refuting: Fraction
    refuted_by: str
    missing: Fraction = Fraction(1, 4)
    decided: Fraction = Fraction(1, 2)
    each: str = ""


def parse_criterion(text: str) -> Criterion:
    """Return the criterion that a line says.

    Args:
        text: Its fields, a semicolon between: the direction, `size`, `budget`, `share`, `level`, `seeds`, `refuted`,
            and where they are not as usual `missing`, `decided`, `each`.

    Raises:
        CriterionError: A field is missing, unknown, repeated or wrong.

    >>> found = parse_criterion(
    ...     "greater; size .01; budget 300 steps; share 2/3; level 95 %; seeds 20; refuted 2/3 against"
    ... )
    >>> found.direction, found.size, found.budget.unit, found.missing
    ('greater', Fraction(1, 100), 'steps', Fraction(1, 4))
    """
    fields, directions = _fields(text)
    if len(directions) != 1:
        raise CriterionError(
            f"a criterion has one direction, greater or less; this one has {len(directions) or 'none'}"
        )
    for name in _NEEDED:
        if name not in fields:
            raise CriterionError(f"the criterion lacks the field {name}, as in '{_EXAMPLES[name]}'")
    refuting, refuted_by = _refuting(fields["refuted"])
    found = Criterion(
        directions[0],
        refuting=refuting,
        refuted_by=refuted_by,
        budget=_budget(fields["budget"]),
        **{name: read(name, fields[name]) for name, read in _READ.items() if name in fields},
    )
    return _possible(found)


def _fields(text: str) -> tuple[dict[str, str], list[str]]:
    fields: dict[str, str] = {}
    directions = []
    for part in filter(None, map(str.strip, text.split(";"))):
        name, _, value = part.partition(" ")
        if name in DIRECTIONS and not value:
            directions.append(name)
        elif name not in (*_NEEDED, *_OPTIONAL):
            known = (*DIRECTIONS, *_NEEDED, *_OPTIONAL)
            raise CriterionError(
                f"a criterion has no field {quote(name)}{did_you_mean(name, known)}; it has {', '.join(known)}"
            )
        elif name in fields:
            raise CriterionError(f"the criterion says {name} twice: say it once")
        else:
            fields[name] = value.strip()
    return fields, directions


_EXAMPLES = {
    "size": "size .01",
    "budget": "budget 300 steps",
    "share": "share 2/3",
    "level": "level 95 %",
    "seeds": "seeds 20",
    "refuted": "refuted 2/3 against",
    "missing": "missing 1/4",
    "decided": "decided 1/2",
}


def _number(name: str, text: str) -> Fraction:
    numerator, slash, denominator = text.partition("/")
    if _NUMBER.fullmatch(text) and (not slash or int(denominator)):
        return Fraction(numerator) / int(denominator or 1)
    raise CriterionError(f"{name} of the criterion is {quote(text)}: give a number, as in '{_EXAMPLES[name]}'")


def _share(name: str, text: str) -> Fraction:
    value = _number(name, text)
    if not 0 <= value <= 1:
        raise CriterionError(f"{name} of the criterion is {quote(text)}: a share is from 0 to 1")
    return value


def _positive_share(name: str, text: str) -> Fraction:
    value = _share(name, text)
    if value == 0:
        raise CriterionError(f"{name} of the criterion is 0, which everything meets: give more")
    return value


def _size(name: str, text: str) -> Fraction:
    value = _number(name, text)
    if value <= 0:
        raise CriterionError(
            f"size of the criterion is {quote(text)}: give the least size that counts, above 0; the direction is a "
            "field of its own"
        )
    return value


def _level(name: str, text: str) -> Fraction:
    value = _number(name, text.removesuffix("%").strip()) / 100 if text.endswith("%") else _number(name, text)
    if not Fraction(1, 2) <= value < 1:
        raise CriterionError(f"level of the criterion is {quote(text)}: give one from 50 % to below 100 %")
    return value


def _seeds(name: str, text: str) -> int:
    value = _number(name, text)
    if value < LEAST_SEEDS or value.denominator != 1:
        raise CriterionError(f"seeds of the criterion is {quote(text)}: give a whole number, at least {LEAST_SEEDS}")
    return int(value)


def _axis(name: str, text: str) -> str:
    if not re.fullmatch(r"\w+", text):
        raise CriterionError(f"{name} of the criterion is {quote(text)}: give one axis of the cells, 'each optimiser'")
    return text


_READ: dict[str, Callable[[str, str], Any]] = {
    "size": _size,
    "share": _positive_share,
    "level": _level,
    "seeds": _seeds,
    "missing": _share,
    "decided": _positive_share,
    "each": _axis,
}


def _budget(text: str) -> Budget:
    amount, _, unit = text.partition(" ")
    value, unit = _number("budget", amount), unit.strip()
    if unit not in UNITS:
        hint = did_you_mean(unit, UNITS)
        raise CriterionError(f"budget of the criterion is in {quote(unit)}{hint}; units are {', '.join(UNITS)}")
    if unit in _COUNTED and (value < 1 or value.denominator != 1):
        raise CriterionError(f"budget of the criterion is {quote(text)}: give a whole number of {unit}, at least 1")
    share = unit in _SHARES
    if value <= 0 or (share and value >= 1):
        below = " and below 1" if share else ""
        raise CriterionError(f"budget of the criterion is {quote(text)}: give a number above 0{below}")
    return Budget(float(value), unit)


def _refuting(text: str) -> tuple[Fraction, str]:
    share, _, by = text.partition(" ")
    if by.strip() not in ("against", "not for"):
        raise CriterionError(
            f"refuted of the criterion is {quote(text)}: say at which share, '2/3 against', or '2/3 not for', where "
            "cells without an effect refute too"
        )
    return _positive_share("refuted", share), by.strip()


def _possible(criterion: Criterion) -> Criterion:
    if criterion.share + criterion.refuting <= 1:
        raise CriterionError(
            f"share {criterion.share} and refuted {criterion.refuting} can both be met: they must be above 1 together"
        )
    if not interval_rank(criterion.seeds, criterion.level):
        raise CriterionError(
            f"{criterion.seeds} seeds have no interval of level {float(criterion.level):g}: give more seeds"
        )
    return criterion
