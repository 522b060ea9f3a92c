"""Show why no proof exists: numbers that obey Shannon's inequalities and the assumptions, but not the statement."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction

from infoloop.notation.grammar import Group, Statement
from infoloop.proofs import limits
from infoloop.proofs.entropy_coordinates import MaskForm
from infoloop.proofs.linear_program import ShannonLP, build_lp, encode, minimise, row_form, slack
from infoloop.proofs.problem import Given, parse_problem


def polymatroid(statement: Statement | str, given: Given = None) -> dict[frozenset[str], Fraction] | None:
    """Find joint "entropies" that violate the statement, yet meet what is given and every elemental inequality.

    They need not be the entropies of a law: the Zhang-Yeung inequality has such numbers against it and is true.

    Args:
        statement: the statement.
        given: assumptions, graphs or networks, as in `parse_problem`.

    Returns:
        An exact number for each set of variables that is not empty. None where there are none (the statement is
        proved), or where the solver's floats do not round to exact ones.

    Raises:
        NotationError: a text does not parse; the message shows the place with a caret.
        ValueError: there are more variables than fit, or a graph has a cycle.

    >>> found = polymatroid("I(X;Y|Z) <= I(X;Y)")
    >>> {"".join(sorted(names)): int(c * 2) for names, c in found.items()}
    {'X': 1, 'Y': 1, 'Z': 1, 'XY': 2, 'XZ': 2, 'YZ': 2, 'XYZ': 2}
    """
    parsed, assumptions = parse_problem(statement, given)
    slacks = [slack(parsed, d) for d in ("<=", ">=") if parsed.relation in (d, d[0], "=")]
    encoded = encode(slacks, assumptions)
    problem = build_lp(encoded)
    for terms in slacks:
        values = _exact(problem, encoded.form(terms))
        if values is not None:
            return _over_variables(encoded.atoms, values)
    return None


def _exact(problem: ShannonLP, form: MaskForm) -> dict[int, Fraction] | None:
    """Return exact values of the masks at which the form is negative; the constant is 1, or 0 for a direction."""
    found = minimise(problem, form)
    if found is None:
        return None
    near = {mask: Fraction(x).limit_denominator(limits.MOST_DENOMINATOR) for mask, x in found.items()}
    scale = near.pop(0) or Fraction(1)
    values = {0: Fraction(1 if found[0] else 0)}
    for mask, parts in enumerate(problem.reduced.entropies):
        if mask:
            values[mask] = sum((c * near[coordinate] for coordinate, c in parts.items()), Fraction(0)) / scale
    return values if _right(problem, form, values) else None


def _right(problem: ShannonLP, form: MaskForm, values: Mapping[int, Fraction]) -> bool:
    """Return whether the values obey every row exactly and make the form negative."""

    def value(row: Mapping[int, Fraction]) -> Fraction:
        return sum((c * values[mask] for mask, c in row.items()), Fraction(0))

    rows = [value(row_form(problem.encoded, row)) for row in problem.positive]
    null = [value(row_form(problem.encoded, row)) for row in problem.null]
    return min(rows) >= 0 and not any(null) and value(form) < 0


def _over_variables(atoms: tuple[Group, ...], values: Mapping[int, Fraction]) -> dict[frozenset[str], Fraction]:
    """Return the value of every set of variables; those that always occur together are copies of each other."""
    names = [name for atom in atoms for name in atom]
    bit = {name: 1 << k for k, atom in enumerate(atoms) for name in atom}
    groups = itertools.chain.from_iterable(itertools.combinations(names, k) for k in range(1, len(names) + 1))
    return {frozenset(group): values[sum({bit[name] for name in group})] for group in groups}
