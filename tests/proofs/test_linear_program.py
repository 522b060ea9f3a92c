"""The program over coordinates."""

from infoloop.proofs.linear_program import build_lp, encode, slack
from infoloop.proofs.problem import parse_problem


def problem_of(statement, given=None, beyond=False):
    parsed, assumptions = parse_problem(statement, given)
    terms = slack(parsed, "<=")
    encoded = encode([terms], assumptions)
    return build_lp(encoded, beyond), encoded.form(terms)


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
