"""Show why no proof exists: numbers that obey Shannon's inequalities and the assumptions, but not the statement."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from infoloop.notation.assumptions import Assumption
from infoloop.notation.grammar import Group, Statement, Term, format_terms, lesser_first, subtract
from infoloop.proofs import limits
from infoloop.proofs.entropy_coordinates import elementals
from infoloop.proofs.linear_program import AtomEncoding, ShannonLP, build_lp, encode, row_form, zhang_yeung_instances
from infoloop.proofs.problem import Given, parse_problem
from infoloop.proofs.provability import Violation, decide


@dataclass(frozen=True)
class Polymatroid:
    """Numbers that obey every elemental inequality and every assumption exactly, but break the statement.

    They show that the statement does not follow from Shannon's inequalities; they need not be the entropies of a law,
    so that it may be true.

    `atoms` are the variables; those in one group are copies of each other, and all that are in none are constants.
    `entropies` has a number of bits for each set of atoms but the empty one, first for A, then B; A,B; C; A,C; ....
    `lesser` and `greater` are the sides of the statement at these numbers, and `relation` is what fails between them.
    `zhang_yeung` is whether they also obey the Zhang-Yeung inequalities of every four atoms.
    """

    atoms: tuple[Group, ...]
    entropies: tuple[Fraction, ...]
    lesser: Fraction
    relation: str
    greater: Fraction
    zhang_yeung: bool = False

    @property
    def inequalities(self) -> str:
        """Whose inequalities the numbers obey: "Shannon", or "Shannon and Zhang-Yeung"."""
        return "Shannon and Zhang-Yeung" if self.zhang_yeung else "Shannon"

    def named(self) -> dict[str, Fraction]:
        """Return the numbers by the variables of each set, as in `{"A,B": Fraction(2, 1)}`."""
        encoded = AtomEncoding(self.atoms, (), {})
        return {encoded.names(mask + 1): value for mask, value in enumerate(self.entropies)}

    def row(self) -> dict[str, Any]:
        """Return the numbers as JSON."""
        return {
            "inequalities": self.inequalities,
            "entropies": {names: str(value) for names, value in self.named().items()},
            "lesser": str(self.lesser),
            "relation": self.relation,
            "greater": str(self.greater),
        }

    def __str__(self) -> str:
        fails = f"{self.lesser} {self.relation} {self.greater} is false"
        if not self.entropies:
            return fails
        where = "where joint entropies need only obey Shannon's inequalities"
        where += " and those of Zhang and Yeung" * self.zhang_yeung
        if len(self.entropies) > limits.MOST_NUMBERS_SHOWN:
            return f"{fails} {where}: at {len(self.entropies)} numbers, which --json shows"
        return f"{fails} {where}: at " + ", ".join(f"H({names}) = {value}" for names, value in self.named().items())


def polymatroid(statement: Statement | str, given: Given = None, zhang_yeung: bool = False) -> Polymatroid | None:
    """Find joint "entropies" that violate the statement, yet meet what is given and every elemental inequality.

    They need not be the entropies of a law: the Zhang-Yeung inequality has such numbers against it and is true.

    Args:
        statement: the statement.
        given: assumptions, graphs or networks, as in `parse_problem`.
        zhang_yeung: whether they must also obey the Zhang-Yeung inequalities of every four variables.

    Returns:
        The numbers, checked in fractions. None where there are none, because the statement or a contradiction of the
        assumptions is proved, or where none were found, because the problem is too large to be decided in fractions.

    Raises:
        NotationError: a text does not parse; the message shows the place with a caret.
        ValueError: there are more variables than fit, or a graph has a cycle.

    >>> print(polymatroid("I(X;Y|Z) <= I(X;Y)"))
    1 <= 0 is false where joint entropies need only obey Shannon's inequalities: at \
H(X) = 1, H(Y) = 1, H(X,Y) = 2, H(Z) = 1, H(X,Z) = 2, H(Y,Z) = 2, H(X,Y,Z) = 2
    """
    parsed, assumptions = parse_problem(statement, given)
    ordered = lesser_first(parsed)
    gap = subtract(ordered.right, ordered.left)
    breaking = _entropies(gap, assumptions, zhang_yeung)
    if breaking is None and ordered.relation == "=":
        breaking = _entropies(subtract((), gap), assumptions, zhang_yeung)
    if breaking is None and ordered.relation == "<":
        breaking = _entropies((Term(Fraction(-1)),), (*assumptions, _equality(gap)), zhang_yeung)
    return breaking and _checked(*breaking, ordered, assumptions, zhang_yeung)


def _equality(terms: tuple[Term, ...]) -> Assumption:
    return Assumption(f"{format_terms(terms)} = 0", "equality", (), (), (terms,))


def _entropies(
    slack: tuple[Term, ...], assumptions: tuple[Assumption, ...], zhang_yeung: bool
) -> tuple[AtomEncoding, dict[int, Fraction]] | None:
    """Return an entropy for each mask, 1 for the empty one, at which the assumptions hold and the slack is negative."""
    encoded = encode([slack], assumptions)
    problem = build_lp(encoded, zhang_yeung)
    form = encoded.form(slack)
    found = decide(problem, form)
    if not isinstance(found, Violation):
        return None
    values, unit = found.values, found.values[0]
    if unit > 0:
        values = {mask: value / unit for mask, value in values.items()}
    else:  # the numbers of a direction in which the slack falls without end: go far enough from where all else holds
        start = _start(problem)
        reduced = problem.reduced.reduced(form)
        falls = -_value(reduced, values)
        if start is None or falls <= 0:
            return None
        at_start = _value(reduced, start)
        far = max(0, math.floor(at_start / falls) + 1)
        values = {mask: start[mask] + far * value for mask, value in values.items()}
    entropies = {mask: _value(parts, values) for mask, parts in enumerate(problem.reduced.entropies)}
    return encoded, entropies | {0: values[0]}


def _start(problem: ShannonLP) -> dict[int, Fraction] | None:
    """Return values of the coordinates at which every row holds, and 1 for the constant; None if none were found."""
    if not any(0 in problem.encoded.form(terms) for terms in problem.encoded.assumed):
        return dict.fromkeys(problem.reduced.coordinates, Fraction(0)) | {0: Fraction(1)}
    found = decide(problem, {0: Fraction(-1)})
    if not isinstance(found, Violation):
        return None
    return {mask: value / found.values[0] for mask, value in found.values.items()}


def _value(form: Mapping[int, Fraction | int], values: Mapping[int, Fraction]) -> Fraction:
    return sum((c * values[mask] for mask, c in form.items()), Fraction(0))


def _checked(
    encoded: AtomEncoding,
    values: Mapping[int, Fraction],
    statement: Statement,
    assumptions: Sequence[Assumption],
    zhang_yeung: bool,
) -> Polymatroid | None:
    """Return the numbers if they obey all inequalities, meet all assumptions and break the statement, in fractions."""
    zeros = [encoded.form(zero) for assumption in assumptions for zero in assumption.zero]
    sides = [encoded.form(side) for side in (statement.left, statement.right)]
    if not any(0 in form for form in (*zeros, *sides)):  # every multiple serves as well; whole numbers are read best
        scale = _to_whole_numbers([value for mask, value in values.items() if mask])
        values = {mask: value * scale for mask, value in values.items()}
    lesser, greater = (_value(side, values) for side in sides)
    fails = {"<=": lesser > greater, "<": lesser >= greater, "=": lesser != greater}[statement.relation]
    if not fails or any(_value(zero, values) for zero in zeros) or not _obeys(encoded, values, zhang_yeung):
        return None
    entropies = tuple(values[mask] for mask in range(1, 2 ** len(encoded.atoms)))
    return Polymatroid(encoded.atoms, entropies, lesser, statement.relation, greater, zhang_yeung)


def _to_whole_numbers(values: Sequence[Fraction]) -> Fraction:
    """Return by what to multiply the values so that they are whole numbers without a common divisor."""
    lcm = math.lcm(*(value.denominator for value in values))
    return Fraction(lcm, math.gcd(*(int(value * lcm) for value in values)) or 1)


def _obeys(encoded: AtomEncoding, values: Mapping[int, Fraction], zhang_yeung: bool) -> bool:
    """Return whether the numbers obey the elemental inequalities, and if asked those of Zhang and Yeung."""
    count = len(encoded.atoms)
    scale = math.lcm(*(value.denominator for value in values.values()))
    whole = np.array([0, *(int(values[mask] * scale) for mask in range(1, 2**count))], dtype=object)
    i, j, below = elementals(count).T
    alike, top = i == j, below | 1 << i | 1 << j
    measures = whole[below | 1 << i] - whole[below] + np.where(alike, 0, whole[below | 1 << j] - whole[top])
    obeyed = all(measures >= 0)
    instances = zhang_yeung_instances(count) if zhang_yeung and obeyed else ()
    return obeyed and all(_value(row_form(encoded, row), values) >= 0 for row in instances)
