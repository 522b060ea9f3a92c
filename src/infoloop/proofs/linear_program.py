"""The linear program behind a proof: encoded over few coordinates, solved in floats, its multipliers made exact."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from infoloop.exact.linear_systems import exact_weights
from infoloop.notation.assumptions import Assumption
from infoloop.notation.grammar import Group, Statement, Term, entropy_form
from infoloop.proofs.entropy_coordinates import (
    MaskForm,
    Reduction,
    as_measure,
    distinct_rows,
    elemental_matrix,
    elementals,
    entropies_of,
    reduction,
)
from infoloop.proofs.semigraphoid import Independence, Measure, Pair, members

if TYPE_CHECKING:
    from scipy import sparse

MOST_VARIABLES = 14  # what tables over 2^14 sets hold
MOST_COORDINATES = 4095  # 12 variables without assumptions
SMALL = 256  # coordinates up to which the shortest proof is looked for
NOISE = 2.0**-26  # a multiplier of the solver below this is rounding
_ONE = Fraction(1)


@dataclass(frozen=True)
class ZhangYeung:
    """The Zhang-Yeung inequality of four sets of variables, as masks."""

    sets: tuple[int, int, int, int]


LPRow = Measure | ZhangYeung | Pair | int | None  # an int is the place of an assumed form, None the number 1


@dataclass(frozen=True)
class AtomEncoding:
    """A problem over atoms: variables that always occur together count as one. `assumed` are expressions that are 0."""

    atoms: tuple[Group, ...]
    assumed: tuple[tuple[Term, ...], ...]
    vanishing: dict[Independence, int]

    def mask(self, names: Iterable[str]) -> int:
        """The atoms of these variables, as a mask."""
        names = set(names)
        return sum(1 << k for k, atom in enumerate(self.atoms) if names.intersection(atom))

    def names(self, mask: int) -> str:
        """The variables of a mask, as they are written in a group."""
        return ",".join(name for k in members(mask) for name in self.atoms[k])

    def form(self, terms: tuple[Term, ...]) -> MaskForm:
        """The terms as a form over masks."""
        return {self.mask(names): c for names, c in entropy_form(terms).items()}


@dataclass(frozen=True)
class ShannonLP:
    """Rows that are at least 0 and rows that are 0, over the coordinates and, last, the constant."""

    encoded: AtomEncoding
    reduced: Reduction
    positive: tuple[LPRow, ...]
    at_least_zero: sparse.csr_array
    null: tuple[LPRow, ...]
    zero: sparse.csr_array


def slack(statement: Statement, direction: str) -> tuple[Term, ...]:
    """Return the terms of the greater side minus the lesser side, if the statement is read in this direction.

    >>> from infoloop.notation.grammar import format_terms, parse_statement
    >>> format_terms(slack(parse_statement("H(X|Y) = H(X)"), "<="))
    'H(X) - H(X|Y)'
    """
    greater, lesser = (statement.right, statement.left) if direction == "<=" else (statement.left, statement.right)
    moved = tuple(Term(-t.coefficient, t.groups, t.given) for t in lesser)
    return tuple(t for t in (*greater, *moved) if t.coefficient)


def encode(slacks: Sequence[tuple[Term, ...]], assumptions: tuple[Assumption, ...]) -> AtomEncoding:
    """The problem over atoms. Raises ValueError where too many are left.

    >>> from infoloop.notation.grammar import parse_expression
    >>> encode([parse_expression("I(X;Y,Z)")], ()).atoms
    (('X',), ('Y', 'Z'))
    """
    assumed = tuple(terms for assumption in assumptions for terms in assumption.zero)
    sets = list(dict.fromkeys(names for terms in (*slacks, *assumed) for names in entropy_form(terms)))
    order = dict.fromkeys(n for terms in (*slacks, *assumed) for t in terms for g in (*t.groups, t.given) for n in g)
    kinds: dict[tuple[bool, ...], list[str]] = {}
    for name in order:
        kinds.setdefault(tuple(name in names for names in sets), []).append(name)
    atoms = tuple(tuple(names) for kind, names in kinds.items() if any(kind))
    if len(atoms) > MOST_VARIABLES:
        raise ValueError(
            f"the problem has {len(atoms)} variables (those that always occur together count as one): "
            f"at most {MOST_VARIABLES} fit; leave out variables, or prove it in steps"
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
    """The program of a problem, with the Zhang-Yeung inequalities if it may go beyond Shannon's.

    Raises ValueError where more coordinates are left than fit.
    """
    from scipy import sparse

    reduced = reduction(len(encoded.atoms), tuple(encoded.vanishing))
    if len(reduced.coordinates) > MOST_COORDINATES:
        raise ValueError(
            f"the problem has {len(encoded.atoms)} variables and, after what the assumptions remove, "
            f"{len(reduced.coordinates)} joint entropies: at most {MOST_COORDINATES} fit; assume more independences, "
            "leave out variables, or prove it in steps"
        )
    rows = elementals(len(encoded.atoms))
    entries = elemental_matrix(reduced, rows)
    known = np.array([Pair(*row) in reduced.zeros for row in rows.tolist()], bool)
    positive, null = (np.flatnonzero(mask)[distinct_rows(entries[mask])] for mask in (~known, known))
    assumed = [(k, reduced.reduced(encoded.form(terms))) for k, terms in enumerate(encoded.assumed)]
    instances = [(z, reduced.reduced(_zhang_yeung(z))) for z in _instances(len(encoded.atoms))] if beyond else []
    blocks = []
    for places, others in ((positive, instances), (null, assumed)):
        others = [(label, form) for label, form in others if form]
        labels = [*(Pair(*row) for row in rows[places].tolist()), *(label for label, _ in others)]
        padded = sparse.hstack([entries[places], sparse.csr_array((len(places), 1), dtype=np.int64)])
        full = sparse.vstack([padded.astype(np.float64), _stacked(reduced, [form for _, form in others])]).tocsr()
        blocks.append((labels, full))
    (at_least, left), (equal, right) = blocks
    measures = [as_measure(label) if isinstance(label, Pair) else label for label in at_least]
    units = [*(Measure(mask, 0, 0) for mask in reduced.coordinates), None]
    return ShannonLP(encoded, reduced, (*measures, *units), left, tuple(equal), right)


def _stacked(reduced: Reduction, forms: list[MaskForm]) -> sparse.csr_array:
    from scipy import sparse

    place = {mask: k for k, mask in enumerate((*reduced.coordinates, 0))}
    entries = [(k, place[mask], float(c)) for k, form in enumerate(forms) for mask, c in form.items()]
    rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
    return sparse.csr_array((values, (rows, columns)), shape=(len(forms), len(place)), dtype=np.float64)


def _instances(count: int) -> list[ZhangYeung]:
    """The twelve permutations that differ (C and D change places freely), of every four atoms."""
    bits = [1 << k for k in range(count)]
    return [ZhangYeung((a, b, c, d)) for a, b, c, d in itertools.permutations(bits, 4) if c < d]


def _zhang_yeung(instance: ZhangYeung) -> MaskForm:
    a, b, c, d = instance.sets
    form: MaskForm = {}
    measures = ((a, b, 0), (a, c | d, 0), (c, d, a), (c, d, b), (c, d, 0))
    for weight, measure in zip((1, 1, 3, 1, -2), measures, strict=True):
        for mask, k in entropies_of(Measure(*measure)).items():
            form[mask] = form.get(mask, Fraction(0)) + weight * k
    return form


def multipliers(problem: ShannonLP, target: MaskForm) -> list[tuple[LPRow, Fraction]] | None:
    """Exact weights of rows whose sum is the target, those of `positive` rows above 0; None if none were found.

    Raises ValueError where floats find weights, but too many to make them exact.
    """
    aim = problem.reduced.reduced(target)
    if not aim:
        return []
    # The solver's tolerances are absolute, so it is given coefficients of size 1.
    scale = float(max(map(abs, aim.values())))
    vector = _stacked(problem.reduced, [aim]).toarray()[0] / scale
    small = len(problem.reduced.coordinates) <= SMALL
    near = _shortest(problem, vector) if small else _dual_of_least(problem, vector)
    if near is None:
        return None
    rows = (*problem.positive, *problem.null)
    used = np.flatnonzero(np.abs(near) > NOISE).tolist()
    columns = [problem.reduced.reduced(row_form(problem.encoded, rows[k])) for k in used]
    weights = exact_weights(columns, aim, (near[used] * scale).tolist())
    if weights is None or any(w < 0 for w, k in zip(weights, used, strict=True) if k < len(problem.positive)):
        return None
    return [(rows[k], w) for k, w in zip(used, weights, strict=True) if w]


def row_form(encoded: AtomEncoding, row: LPRow) -> MaskForm:
    """The joint entropies in a row; the constant stands under the empty mask."""
    if isinstance(row, ZhangYeung):
        return _zhang_yeung(row)
    if isinstance(row, Measure | Pair):
        measure = as_measure(row) if isinstance(row, Pair) else row
        return {mask: Fraction(k) for mask, k in entropies_of(measure).items()}
    return {0: _ONE} if row is None else encoded.form(encoded.assumed[row])


def _all_rows(problem: ShannonLP) -> sparse.csr_array:
    from scipy import sparse

    units = sparse.eye_array(len(problem.reduced.coordinates) + 1, format="csr")
    return sparse.vstack([problem.at_least_zero, units, problem.zero]).tocsr()


def _shortest(problem: ShannonLP, vector: np.ndarray) -> np.ndarray | None:
    """The weights with the least sum: short proofs. None where the solver finds none."""
    from scipy.optimize import linprog

    free = len(problem.null)
    count = len(problem.positive)
    cost, bounds = np.repeat([1.0, 0.0], [count, free]), [(0, None)] * count + [(None, None)] * free
    found = linprog(cost, A_eq=_all_rows(problem).T.tocsr(), b_eq=vector, bounds=bounds, method="highs")
    return found.x if found.status == 0 else None


def minimise(problem: ShannonLP, target: MaskForm) -> dict[int, float] | None:
    """Coordinates, and the constant under 0, at which the form is negative though every row holds; None if none."""
    aim = problem.reduced.reduced(target)
    scale = float(max(map(abs, aim.values()), default=1))
    found = _least(problem, _stacked(problem.reduced, [aim]).toarray()[0] / scale)
    if found.status != 0 or found.fun > -NOISE:
        return None
    return dict(zip((*problem.reduced.coordinates, 0), found.x.tolist(), strict=True))


def _least(problem: ShannonLP, vector: np.ndarray):
    """SciPy's result for the least value of a form over entropies in the unit box: 0 if the form can be proved."""
    from scipy.optimize import linprog

    method = "highs-ds" if len(problem.reduced.coordinates) <= SMALL else "highs-ipm"
    left, equal = -problem.at_least_zero, problem.zero if problem.zero.shape[0] else None
    return linprog(
        vector,
        A_ub=left if left.shape[0] else None,
        b_ub=np.zeros(left.shape[0]) if left.shape[0] else None,
        A_eq=equal,
        b_eq=None if equal is None else np.zeros(equal.shape[0]),
        bounds=(0, 1),
        method=method,
    )


def _dual_of_least(problem: ShannonLP, vector: np.ndarray) -> np.ndarray | None:
    found = _least(problem, vector)
    if found.status != 0 or found.fun < -NOISE:
        return None
    null = found.eqlin.marginals if problem.zero.shape[0] else np.zeros(0)
    return np.concatenate([-found.ineqlin.marginals, found.lower.marginals, null])
