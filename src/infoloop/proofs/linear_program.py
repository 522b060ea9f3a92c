"""Set up the linear program behind a proof, over few coordinates: what is at least 0, and what is 0."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from infoloop.notation.assumptions import Assumption
from infoloop.notation.grammar import Group, Statement, Term, entropy_form, subtract
from infoloop.proofs import limits
from infoloop.proofs.entropy_coordinates import (
    MaskForm,
    Reduction,
    as_measure,
    distinct_rows,
    elemental_matrix,
    elementals,
    entropies_of,
    form_matrix,
    reduction,
)
from infoloop.proofs.semigraphoid import Independence, Measure, Pair, members

if TYPE_CHECKING:
    from scipy import sparse


class ZhangYeung(NamedTuple):
    """The Zhang-Yeung inequality of four sets of variables, as masks."""

    a: int
    b: int
    c: int
    d: int


class AssumedZero(NamedTuple):
    """The expression `AtomEncoding.assumed[number]`, which is assumed to be 0."""

    number: int


class Constant(Enum):
    """The number 1."""

    ONE = 1


LPRow = Measure | ZhangYeung | Constant | Pair | AssumedZero  # the first three are at least 0, the last two are 0


@dataclass(frozen=True)
class AtomEncoding:
    """A problem over atoms, its variables, of which those that always occur together count as one.

    `assumed` are the expressions that are assumed to be 0; `vanishing` gives the place there of each that is a single
    independence.
    """

    atoms: tuple[Group, ...]
    assumed: tuple[tuple[Term, ...], ...]
    vanishing: dict[Independence, int]

    def mask(self, names: Iterable[str]) -> int:
        """Return the atoms of these variables, as a mask."""
        names = set(names)
        return sum(1 << k for k, atom in enumerate(self.atoms) if names.intersection(atom))

    def names(self, mask: int) -> str:
        """Return the variables of a mask, as they are written in a group."""
        return ",".join(name for k in members(mask) for name in self.atoms[k])

    def form(self, terms: tuple[Term, ...]) -> MaskForm:
        """Return the terms as a form over masks; variables that are in no atom count as constants, of entropy 0."""
        form: dict[int, Fraction] = {}
        for names, c in entropy_form(terms).items():
            mask = self.mask(names)
            if mask or not names:  # the empty mask is the number 1, not the entropy of constants
                form[mask] = form.get(mask, Fraction(0)) + c  # sets of one mask have the same entropy
        return {mask: c for mask, c in form.items() if c}


@dataclass(frozen=True)
class ShannonLP:
    """The linear program of a problem: what is at least 0 and what is 0, over the coordinates and, last, the constant.

    `positive` are the rows that are at least 0: those of the matrix `at_least_zero`, then each coordinate and the
    constant themselves. `null` are the rows that are 0, those of the matrix `zero`.
    """

    encoded: AtomEncoding
    reduced: Reduction
    positive: tuple[LPRow, ...]
    at_least_zero: sparse.csr_array
    null: tuple[LPRow, ...]
    zero: sparse.csr_array


def slack(statement: Statement, direction: str) -> tuple[Term, ...]:
    """Return the terms of the greater side minus the lesser, of a statement read as <= or >= (the `direction`).

    >>> from infoloop.notation.grammar import format_terms, parse_statement
    >>> format_terms(slack(parse_statement("H(X|Y) = H(X)"), "<="))
    'H(X) - H(X|Y)'
    """
    left, right = statement.left, statement.right
    return subtract(right, left) if direction == "<=" else subtract(left, right)


def encode(slacks: Sequence[tuple[Term, ...]], assumptions: tuple[Assumption, ...]) -> AtomEncoding:
    """Write a problem over atoms.

    Args:
        slacks: what is to be shown to be at least 0.
        assumptions: what is 0.

    Raises:
        ValueError: more than `limits.MOST_VARIABLES` atoms are left.

    >>> from infoloop.notation.grammar import parse_expression
    >>> encode([parse_expression("I(X;Y,Z)")], ()).atoms
    (('X',), ('Y', 'Z'))
    """
    assumed = tuple(terms for assumption in assumptions for terms in assumption.zero)
    sets = dict.fromkeys(names for terms in (*slacks, *assumed) for names in entropy_form(terms))
    places: dict[str, list[int]] = defaultdict(list)  # of each variable, the sets that have it
    for place, together in enumerate(sets):
        for name in together:
            places[name].append(place)
    order = dict.fromkeys(n for terms in (*slacks, *assumed) for t in terms for g in (*t.groups, t.given) for n in g)
    kinds: dict[tuple[int, ...], list[str]] = {}
    for name in order:
        kinds.setdefault(tuple(places[name]), []).append(name)
    atoms = tuple(tuple(names) for kind, names in kinds.items() if kind)
    if len(atoms) > limits.MOST_VARIABLES:
        raise ValueError(
            f"the problem has {len(atoms)} variables (those that always occur together count as one): "
            f"at most {limits.MOST_VARIABLES} fit; leave out variables, or prove it in steps"
        )
    bare = AtomEncoding(atoms, assumed, {})
    found = [(zero, k) for k, terms in enumerate(assumed) for zero in _vanishing(bare, terms)]
    return AtomEncoding(atoms, assumed, dict(reversed(found)))


def _vanishing(encoded: AtomEncoding, terms: tuple[Term, ...]) -> list[Independence]:
    """Return the independence that `terms = 0` states, or [] where it states none.

    It states one if `terms` is a single H(A|C), or a single I(A;B|C) of disjoint groups, with coefficient 1.
    """
    if len(terms) != 1 or terms[0].coefficient != 1 or len(terms[0].groups) not in (1, 2):
        return []
    c = encoded.mask(terms[0].given)
    a, b = [encoded.mask(group) & ~c for group in terms[0].groups] + ([0] if len(terms[0].groups) == 1 else [])
    trivial = not a or a & b or (not b and len(terms[0].groups) == 2)
    return [] if trivial else [Independence(a, b, c)]


def build_lp(encoded: AtomEncoding, beyond: bool = False) -> ShannonLP:
    """Set up the linear program of a problem.

    Args:
        encoded: the problem.
        beyond: whether to add the Zhang-Yeung inequalities of every four atoms to those of Shannon.

    Raises:
        ValueError: more than `limits.MOST_COORDINATES` joint entropies are left.
    """
    reduced = reduction(len(encoded.atoms), tuple(encoded.vanishing))
    if len(reduced.coordinates) > limits.MOST_COORDINATES:
        raise ValueError(
            f"the problem has {len(encoded.atoms)} variables and, after what the assumptions remove, "
            f"{len(reduced.coordinates)} joint entropies: at most {limits.MOST_COORDINATES} fit; assume more "
            "independences, leave out variables, or prove it in steps"
        )
    rows = elementals(len(encoded.atoms))
    entries = elemental_matrix(reduced, rows)
    known = np.array([Pair(*row) in reduced.zeros for row in rows.tolist()], bool)
    zhang_yeung = zhang_yeung_instances(len(encoded.atoms)) if beyond else []
    pairs, others, at_least_zero = _block(encoded, reduced, rows[~known], entries[~known], zhang_yeung)
    units = [*(Measure(mask, 0, 0) for mask in reduced.coordinates), Constant.ONE]
    positive = (*map(as_measure, pairs), *others, *units)
    assumed = [AssumedZero(k) for k in range(len(encoded.assumed))]
    pairs, others, zero = _block(encoded, reduced, rows[known], entries[known], assumed)
    return ShannonLP(encoded, reduced, positive, at_least_zero, (*pairs, *others), zero)


def _block(
    encoded: AtomEncoding, reduced: Reduction, rows: np.ndarray, entries: sparse.csr_array, others: Sequence[LPRow]
) -> tuple[list[Pair], list[LPRow], sparse.csr_array]:
    """Return those of the elementals and of the other rows that say something, and the matrix of both, in order."""
    from scipy import sparse

    kept = distinct_rows(entries)
    forms = [(row, reduced.reduced(row_form(encoded, row))) for row in others]
    forms = [(row, form) for row, form in forms if form]
    matrix = entries[kept]
    if forms:
        matrix = sparse.vstack([matrix, form_matrix(reduced, [form for _, form in forms])]).tocsr()
    return [Pair(*row) for row in rows[kept].tolist()], [row for row, _ in forms], matrix


def zhang_yeung_instances(count: int) -> list[ZhangYeung]:
    """Return the twelve inequalities that differ (C and D change places freely), of every four atoms."""
    bits = [1 << k for k in range(count)]
    return [ZhangYeung(a, b, c, d) for a, b, c, d in itertools.permutations(bits, 4) if c < d]


def _zhang_yeung(instance: ZhangYeung) -> MaskForm:
    """Return I(A;B) + I(A;C,D) + 3 I(C;D|A) + I(C;D|B) - 2 I(C;D), which is at least 0 (Zhang and Yeung 1998)."""
    a, b, c, d = instance
    form: MaskForm = defaultdict(Fraction)
    measures = ((a, b, 0), (a, c | d, 0), (c, d, a), (c, d, b), (c, d, 0))
    for weight, measure in zip((1, 1, 3, 1, -2), measures, strict=True):
        for mask, k in entropies_of(Measure(*measure)).items():
            form[mask] += weight * k
    return form


def row_form(encoded: AtomEncoding, row: LPRow) -> MaskForm:
    """Return the joint entropies in a row, by mask; the constant stands under the empty mask."""
    if isinstance(row, Constant):
        return {0: Fraction(1)}
    if isinstance(row, ZhangYeung):
        return _zhang_yeung(row)
    if isinstance(row, AssumedZero):
        return encoded.form(encoded.assumed[row.number])
    measure = as_measure(row) if isinstance(row, Pair) else row
    return {mask: Fraction(k) for mask, k in entropies_of(measure).items()}
