"""Decide whether a form is a sum of the rows of a linear program: floats say where to look, fractions decide."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from infoloop.exact.linear_systems import exact_weights
from infoloop.exact.nonnegative_systems import Combination, decide_combination
from infoloop.proofs import limits
from infoloop.proofs.entropy_coordinates import MaskForm, entropies_of, form_matrix
from infoloop.proofs.linear_program import LPRow, ShannonLP, row_form
from infoloop.proofs.semigraphoid import Measure

if TYPE_CHECKING:
    from scipy import sparse


class Multipliers(NamedTuple):
    """Rows whose weighted sum is the form, modulo what is substituted; the weights of `positive` rows are above 0."""

    weights: list[tuple[LPRow, Fraction]]


class Violation(NamedTuple):
    """A value for each coordinate, and for the constant under 0, at which every row holds and the form is below 0."""

    values: dict[int, Fraction]


class _Guess(NamedTuple):
    """What floats say: weights of all rows or values of all coordinates, either of them None; and rows to start from.

    `order` has the rows, those first that are likeliest of a basis.
    """

    weights: np.ndarray | None
    values: np.ndarray | None
    order: np.ndarray


def decide(problem: ShannonLP, target: MaskForm) -> Multipliers | Violation | None:
    """Decide whether a form is a sum of rows, with weights of at least 0 for those that are at least 0.

    Args:
        problem: the linear program, whose rows these are.
        target: the form, over masks.

    Returns:
        The weights, or values that show that there are none, exact in either case; None where neither was found,
        because the program is too large to be solved in fractions.

    Raises:
        ValueError: floats find weights, but too many to make them exact.
    """
    aim = problem.reduced.reduced(target)
    if not aim:
        return Multipliers([])
    found = _by_cuts(problem, aim)
    if found is not None:
        return found
    weights, values, order = _guess(problem, aim)
    if weights is not None and np.isfinite(weights).all():
        found = _exact_multipliers(problem, aim, weights)
    if found is None and values is not None and np.isfinite(values).all():
        found = _exact_violation(problem, aim, values)
    return found or _stepwise(problem, aim, order)


def _guess(problem: ShannonLP, aim: MaskForm) -> _Guess:
    """Solve in floats."""
    vector = _vector(problem, aim)
    small = len(problem.reduced.coordinates) <= limits.MOST_COORDINATES_FOR_SHORTEST
    weights, costs = _shortest(problem, vector) if small else (None, None)
    values = None
    if weights is None and len(problem.reduced.coordinates) > limits.FEW_COORDINATES:
        weights, values, costs = _least(problem, vector)
    order = np.arange(len(problem.positive)) if costs is None else np.argsort(costs, kind="stable")
    return _Guess(None if weights is None else weights * float(_scale(aim)), values, order)


def _by_cuts(problem: ShannonLP, aim: MaskForm) -> Multipliers | None:
    """Look for a sum of few rows where a program is large: by sets that the form names, cut off after each variable.

    The chain rule alone leads to such sets. A proof among them is short, and found in a small part of the time.
    """
    if len(problem.reduced.coordinates) <= limits.MOST_COORDINATES_FOR_SHORTEST:
        return None
    cuts = {mask & (2 << k) - 1 for mask in aim for k in range(len(problem.encoded.atoms))}
    rows = problem.positive[: problem.at_least_zero.shape[0]]
    kept = [k for k, row in enumerate(rows) if isinstance(row, Measure) and cuts.issuperset(entropies_of(row))]
    positive = (*(rows[k] for k in kept), *problem.positive[len(rows) :])
    few = replace(problem, positive=positive, at_least_zero=problem.at_least_zero[kept])
    weights, _ = _shortest(few, _vector(problem, aim))
    return None if weights is None else _exact_multipliers(few, aim, weights * float(_scale(aim)))


def _scale(aim: MaskForm) -> Fraction:
    return max(map(abs, aim.values()))


def _vector(problem: ShannonLP, aim: MaskForm) -> np.ndarray:
    """Return a form with coefficients of size 1, as the solver's tolerances are absolute."""
    scale = _scale(aim)
    return form_matrix(problem.reduced, [{mask: c / scale for mask, c in aim.items()}]).toarray()[0]


def _exact_multipliers(problem: ShannonLP, aim: MaskForm, near: np.ndarray) -> Multipliers | None:
    """Solve for the weights of the rows of a basis, as many as there are coordinates: those of the greatest floats."""
    rows = (*problem.positive, *problem.null)
    largest = np.argsort(-np.abs(near), kind="stable")[: len(problem.reduced.coordinates) + 1]
    used = sorted(k for k in largest.tolist() if near[k] != 0)
    columns = [problem.reduced.reduced(row_form(problem.encoded, rows[k])) for k in used]
    weights = exact_weights(columns, aim, near[used].tolist())
    if weights is None or any(w < 0 for w, k in zip(weights, used, strict=True) if k < len(problem.positive)):
        return None
    return Multipliers([(rows[k], w) for k, w in zip(used, weights, strict=True) if w])


def _exact_violation(problem: ShannonLP, aim: MaskForm, near: np.ndarray) -> Violation | None:
    """Round the values to simple fractions, and return these if every row holds at them and the form does not."""
    rounded = [Fraction(x).limit_denominator(limits.MOST_DENOMINATOR) for x in near.tolist()]
    scale = math.lcm(*(x.denominator for x in rounded))
    integers = np.array([int(x * scale) for x in rounded], dtype=object)
    matrix = problem.at_least_zero  # its entries are whole numbers
    terms = matrix.data.astype(np.int64) * integers[matrix.indices]
    if min(integers) < 0 or (matrix.shape[0] and min(np.add.reduceat(terms, matrix.indptr[:-1])) < 0):
        return None
    values = dict(zip((*problem.reduced.coordinates, 0), rounded, strict=True))
    return Violation(values) if _breaks(problem, aim, values) else None


def _breaks(problem: ShannonLP, aim: MaskForm, values: Mapping[int, Fraction]) -> bool:
    """Return whether the form is below 0 at these values, and each row that is to be 0 is 0."""

    def value(form: MaskForm) -> Fraction:
        return sum((c * values[mask] for mask, c in form.items()), Fraction(0))

    return value(aim) < 0 and not any(value(_column(problem, row)) for row in problem.null)


def _column(problem: ShannonLP, row: LPRow) -> MaskForm:
    return problem.reduced.reduced(row_form(problem.encoded, row))


def _stepwise(problem: ShannonLP, aim: MaskForm, order: np.ndarray) -> Multipliers | Violation | None:
    """Go on in fractions from the basis that floats ended at; None where the program is too large for that."""
    size = len(problem.reduced.coordinates) + 1
    if size > limits.MOST_COORDINATES_FOR_STEPS:
        return None
    rows = (*problem.positive, *problem.null)
    units = range(len(problem.positive) - size, len(problem.positive))  # these span all coordinates
    start = [*order[: 4 * size].tolist(), *units]
    columns = [_column(problem, row) for row in rows]
    steps = limits.MOST_STEP_CELLS // size**3
    found = decide_combination(columns, len(problem.null), aim, start, min(steps, limits.MOST_STEPS))
    if found is None:
        return None
    if isinstance(found, Combination):
        return Multipliers([(rows[k], weight) for k, weight in sorted(found.weights.items())])
    return Violation({mask: Fraction(found.values.get(mask, 0)) for mask in (*problem.reduced.coordinates, 0)})


def _all_rows(problem: ShannonLP) -> sparse.csr_array:
    from scipy import sparse

    units = sparse.eye_array(len(problem.reduced.coordinates) + 1, format="csr")
    return sparse.vstack([problem.at_least_zero, units, problem.zero]).tocsr()


def _shortest(problem: ShannonLP, vector: np.ndarray) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return the weights with the least sum, which make short proofs, and how costly each positive row would be.

    The cost is negative for the rows that are used, the more so the greater their weight.
    """
    from scipy.optimize import linprog

    free, count = len(problem.null), len(problem.positive)
    cost, bounds = np.repeat([1.0, 0.0], [count, free]), [(0, None)] * count + [(None, None)] * free
    found = linprog(cost, A_eq=_all_rows(problem).T.tocsr(), b_eq=vector, bounds=bounds, method="highs")
    if found.status != 0:
        return None, None
    return found.x, np.where(found.x[:count] > 0, -found.x[:count], found.lower.marginals[:count])


def _least(problem: ShannonLP, vector: np.ndarray) -> tuple[np.ndarray | None, np.ndarray | None, np.ndarray | None]:
    """Find the least value of the form over entropies in [0, 1], which is 0 if it can be proved.

    Returns:
        The multipliers of the rows, if that is 0 within rounding; the entropies; and the slack of each positive row.
    """
    found = _minimum(problem, vector)
    if found.status != 0:
        return None, None, None
    slacks = np.concatenate([problem.at_least_zero @ found.x, found.x])
    if found.fun < -limits.ROUNDING:
        return None, found.x, slacks
    null = found.eqlin.marginals if problem.zero.shape[0] else np.zeros(0)
    weights = np.concatenate([-found.ineqlin.marginals, found.lower.marginals, null])
    return weights, found.x, -weights[: len(problem.positive)]


def _minimum(problem: ShannonLP, vector: np.ndarray) -> Any:
    """Return SciPy's result for the least value of a form over entropies in [0, 1]."""
    from scipy.optimize import linprog

    method = "highs-ds" if len(problem.reduced.coordinates) <= limits.MOST_COORDINATES_FOR_SHORTEST else "highs-ipm"
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
