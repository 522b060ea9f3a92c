"""Floats say where to look, fractions decide: weights that add up, or values that break the form."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from infoloop.proofs import limits, provability
from infoloop.proofs.linear_program import build_lp, encode, row_form, slack
from infoloop.proofs.problem import parse_problem
from infoloop.proofs.provability import Multipliers, Violation, decide
from tests.support.lanes import seeds


def problem_of(statement, given=None, beyond=False):
    parsed, assumptions = parse_problem(statement, given)
    terms = slack(parsed, "<=" if parsed.relation == "<=" else ">=")
    encoded = encode([terms], assumptions)
    return build_lp(encoded, beyond), encoded.form(terms)


def column(problem, row):
    return problem.reduced.reduced(row_form(problem.encoded, row))


def check(problem, target, found):
    """Whether the finding is right, by sums of all rows."""
    aim = problem.reduced.reduced(target)
    if isinstance(found, Multipliers):
        total = {}
        for row, weight in found.weights:
            assert weight > 0 or row in problem.null
            for mask, c in column(problem, row).items():
                total[mask] = total.get(mask, Fraction(0)) + weight * c
        assert {mask: c for mask, c in total.items() if c} == aim
    else:
        values = [sum(c * found.values[m] for m, c in form.items()) for form in (aim, *all_columns(problem))]
        assert values[0] < 0 <= min(values[1:])
        assert not any(values[len(problem.positive) + 1 :])


def all_columns(problem):
    return [column(problem, row) for row in (*problem.positive, *problem.null)]


TRUE = [
    ("I(X;Z) <= I(X;D) + I(X;S|D)", "X -> D,S -> Z"),
    ("2 H(X,Y,Z) <= H(X,Y) + H(Y,Z) + H(X,Z)", None),
    ("1/3 I(X;Y) <= H(X) + 1/7", None),
    ("I(X;Y) <= H(Z)", "H(Y|Z) = 1/2 H(X|Y); H(X|Y) = 0"),
    ("I(A;C) <= I(A;B) + 1/50000000", "A -> B -> C"),
    ("20000000 I(A;B) <= 20000001 H(A)", None),
    ("H(A|B) >= -1/1000000000 H(B)", None),
    (f"{10**23} I(A;B) <= {10**23 + 1} H(A)", None),
    (f"H(X) <= 1/{10**12} H(Y)", f"{10**12} H(X) = H(Y)"),
]
FALSE = [
    ("I(X;Z) <= I(X;D)", "X -> D,S -> Z"),
    ("I(A;C) <= I(A;B) - 1/50000000", "A -> B -> C"),
    ("20000001 I(A;B) <= 20000000 H(A)", None),
    ("H(A|B) >= 1/1000000000 H(B)", None),
    (f"{10**23 + 1} I(A;B) <= {10**23} H(A)", None),
    (f"H(X) <= 1/{10**12 + 1} H(Y)", f"{10**12} H(X) = H(Y)"),
    ("2 I(C;D) <= I(A;B) + I(A;C,D) + 3 I(C;D|A) + I(C;D|B)", None),
]


@pytest.mark.parametrize("small", [0, 256])
@pytest.mark.parametrize(("statement", "given"), TRUE + FALSE)
def test_every_finding_is_right_and_is_made_with_either_solver(monkeypatch, statement, given, small):
    monkeypatch.setattr(limits, "MOST_COORDINATES_FOR_SHORTEST", small)
    monkeypatch.setattr(limits, "FEW_COORDINATES", 0)
    problem, target = problem_of(statement, given)
    found = decide(problem, target)
    assert type(found) is (Multipliers if (statement, given) in TRUE else Violation)
    check(problem, target, found)


def nothing(problem, vector):
    return None, None


def infinite(value):
    def solved(problem, vector):
        return np.full(len(problem.positive) + len(problem.null), value), np.full(len(problem.positive), value)

    return solved


def drawn(seed):
    rng = np.random.default_rng(seed)

    def solved(problem, vector):
        count = len(problem.positive) + len(problem.null)
        return rng.normal(size=count) * rng.integers(0, 2, count), rng.normal(size=len(problem.positive))

    return solved


def reversed_order(right):
    def solved(problem, vector):
        weights, costs = right(problem, vector)
        return (None, None) if weights is None else (weights, -costs)

    return solved


def near(right, seed):
    noise = np.random.default_rng(seed)

    def solved(problem, vector):
        weights, costs = right(problem, vector)
        return (None, None) if weights is None else (weights * (1 + noise.normal(size=weights.size) / 1000), costs)

    return solved


LIES = {
    "no status": lambda right, seed: nothing,
    "zeros": lambda right, seed: infinite(0.0),
    "ones": lambda right, seed: infinite(1.0),
    "NaN": lambda right, seed: infinite(np.nan),
    "infinite": lambda right, seed: infinite(np.inf),
    "drawn": lambda right, seed: drawn(seed),
    "wrong basis": lambda right, seed: reversed_order(right),
    "near": near,
}


def wrong_values(seed):
    """A least value with a status, a place and multipliers that are made up."""
    rng = np.random.default_rng(seed)

    def solved(problem, vector):
        size = len(problem.reduced.coordinates) + 1
        values = [rng.random(size), np.full(size, np.nan), np.zeros(size), -rng.random(size)][seed % 4]
        return None, values, rng.normal(size=len(problem.positive))

    return solved


@pytest.mark.parametrize("seed", seeds(4, 60))
@pytest.mark.parametrize("lie", LIES)
def test_a_lying_solver_changes_no_finding(monkeypatch, lie, seed):
    """Whatever weights, orders, values or statuses floats report: what is found is right, and it is still found."""
    monkeypatch.setattr(limits, "FEW_COORDINATES", seed % 2 * 15)
    monkeypatch.setattr(provability, "_shortest", LIES[lie](provability._shortest, seed))
    monkeypatch.setattr(provability, "_least", wrong_values(seed))
    chosen = itertools.islice(itertools.cycle(TRUE[:8] + FALSE[:6]), 3 * seed, 3 * seed + 3)
    for statement, given in chosen:
        problem, target = problem_of(statement, given)
        found = decide(problem, target)
        assert type(found) is (Multipliers if (statement, given) in TRUE else Violation)
        check(problem, target, found)


def test_what_is_too_large_for_fractions_is_found_neither_way(monkeypatch):
    monkeypatch.setattr(limits, "MOST_COORDINATES_FOR_STEPS", 2)
    monkeypatch.setattr(provability, "_shortest", nothing)
    monkeypatch.setattr(provability, "_least", wrong_values(0))
    assert decide(*problem_of("I(X;Y) <= H(X)")) is None


def test_steps_end_where_their_number_does(monkeypatch):
    monkeypatch.setattr(limits, "MOST_STEPS", 0)
    monkeypatch.setattr(provability, "_shortest", infinite(np.nan))
    monkeypatch.setattr(provability, "_least", wrong_values(1))
    assert decide(*problem_of("2 H(X,Y,Z) <= H(X,Y) + H(Y,Z) + H(X,Z)")) is None
