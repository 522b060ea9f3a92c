"""The program over coordinates, and the exact weights that both of its solvers lead to."""

from fractions import Fraction

import pytest

from infoloop.proofs import limits
from infoloop.proofs.linear_program import build_lp, encode, minimise, multipliers, row_form, slack
from infoloop.proofs.problem import parse_problem


def problem_of(statement, given=None, beyond=False):
    parsed, assumptions = parse_problem(statement, given)
    terms = slack(parsed, "<=")
    encoded = encode([terms], assumptions)
    return build_lp(encoded, beyond), encoded.form(terms)


def summed(problem, weights):
    total = {}
    for row, weight in weights:
        for mask, c in problem.reduced.reduced(row_form(problem.encoded, row)).items():
            total[mask] = total.get(mask, Fraction(0)) + weight * c
    return {mask: c for mask, c in total.items() if c}


CASES = [
    ("I(X;Z) <= I(X;D) + I(X;S|D)", "X -> D,S -> Z"),
    ("2 H(X,Y,Z) <= H(X,Y) + H(Y,Z) + H(X,Z)", None),
    ("1/3 I(X;Y) <= H(X) + 1/7", None),
    ("I(X;Y) <= H(Z)", "H(Y|Z) = 1/2 H(X|Y); H(X|Y) = 0"),
]


@pytest.mark.parametrize("small", [0, 256])
@pytest.mark.parametrize(("statement", "given"), CASES)
def test_the_weights_add_up_with_either_solver(monkeypatch, statement, given, small):
    monkeypatch.setattr(limits, "MOST_COORDINATES_FOR_SHORTEST", small)
    problem, target = problem_of(statement, given)
    weights = multipliers(problem, target)
    assert weights is not None
    assert summed(problem, weights) == problem.reduced.reduced(target)
    assert minimise(problem, target) is None


@pytest.mark.parametrize("small", [0, 256])
def test_neither_solver_proves_what_is_false(monkeypatch, small):
    monkeypatch.setattr(limits, "MOST_COORDINATES_FOR_SHORTEST", small)
    problem, target = problem_of("I(X;Z) <= I(X;D)", "X -> D,S -> Z")
    assert multipliers(problem, target) is None
    found = minimise(problem, target)
    assert found is not None
    assert sum(float(c) * found[mask] for mask, c in problem.reduced.reduced(target).items()) < 0


def test_variables_that_always_occur_together_are_one_atom():
    parsed, assumptions = parse_problem("I(X;A,B) <= H(A,B,C)", "X -> A,B -> C")
    encoded = encode([slack(parsed, "<=")], assumptions)
    assert set(encoded.atoms) == {("X",), ("A", "B"), ("C",)}
    assert encoded.names(encoded.mask(["B"])) == "A,B"


def test_variables_that_cancel_are_no_atoms():
    parsed, _ = parse_problem("H(X) + H(Y) <= H(Y) + H(X,Z)")
    assert encode([slack(parsed, "<=")], ()).atoms == (("X",), ("Z",))


def test_the_zhang_yeung_rows_are_twelve_for_four_variables():
    plain, _ = problem_of("H(A,B,C,D) <= H(A) + H(B) + H(C) + H(D)")
    beyond, _ = problem_of("H(A,B,C,D) <= H(A) + H(B) + H(C) + H(D)", beyond=True)
    assert len(beyond.positive) - len(plain.positive) == 12
