"""What is false is refuted by an exact law that an oracle confirms; what is true never is."""

import json
import random
from fractions import Fraction

import pytest
from mpmath import mpf

import infoloop.proofs.counterexamples.search
from infoloop.notation.grammar import lesser_first, parse_statement, variables
from infoloop.proofs.counterexamples.exact_decision import Counterexample
from infoloop.proofs.counterexamples.search import SearchReport, refute
from infoloop.proofs.problem import parse_problem
from tests.support import oracles
from tests.support.lanes import first
from tests.support.paths import DATA

INGLETON = "I(A;B) <= I(A;B|C) + I(A;B|D) + I(C;D)"
ZHANG_YEUNG = "I(A;B) <= 2 I(A;B|C) + I(A;B|D) + I(C;D) + I(A;C|B) + I(B;C|A)"
FALSE = {
    "I(X;Y|Z) <= I(X;Y)": "",
    "I(X;Y) <= I(X;Y|Z)": "",
    INGLETON: "",
    "H(X) <= 1": "",
    "0.99 H(X) >= H(X)": "",
    "2 I(X;Y) <= H(X)": "",
    "I(X;Y;Z) >= 0": "",
    "I(X;Z) = I(X;Y)": "X -> Y -> Z",
    "I(X;Y) <= I(X;Z)": "X -> Y -> Z",
    "I(X;Z) >= 1/2 I(X;D)": "X -> D -> Z",
    "I(X;Z) <= I(X;D)": "X -> D,S -> Z",
    "I(X;Z) <= I(X;D) + I(X;S)": "X -> D,S -> Z; D _||_ S",
    "I(X;Z) <= 1/2 H(Z)": "Z = f(X)",
}
TRUE = {
    ZHANG_YEUNG: "",
    "I(X;Z) <= I(X;D)": "X -> D -> Z",
    "I(X;Z) <= I(X;D) + I(X;S|D)": "X -> D,S -> Z",
    "I(X;W) <= I(X;T) + I(X;S|T) + I(X;R|V)": "X -> T,S -> V; X -> V,R -> W",
    "I(X;Y) = I(X;Z)": "X -> Y -> Z; X -> Z -> Y",
}
# Beyond descent: sides that are equal where a strict statement fails, and alphabets larger than four.
EXACT_ONLY = {"H(X) <= 7": "", "H(X) > 0": "", "1 <= 0": "", "I(X;Z) < I(X;Y)": "X -> Y -> Z"}
INEQUALITIES = json.loads((DATA / "inequalities.json").read_text())


def value(terms, refuted):
    """The value of a sum of terms on the outcomes as printed."""
    law = {tuple(text.split()): mpf(p.numerator) / p.denominator for text, p in _fractions(refuted)}
    axes = [[refuted.names.index(name) for name in group] for term in terms for group in (*term.groups, term.given)]
    total, axes = mpf(0), iter(axes)
    for term in terms:
        groups, given = [next(axes) for _ in term.groups], next(axes)
        part = oracles.coinformation(law, groups, given) if groups else 1
        total += mpf(term.coefficient.numerator) / term.coefficient.denominator * part
    return total


def _fractions(refuted):
    return [(values, Fraction(mass)) for values, mass in refuted.outcomes.items()]


@oracles.precise
def assert_confirmed(refuted, statement, given):
    assert isinstance(refuted, Counterexample), str(refuted)
    statement, assumptions = parse_problem(statement, given)
    negligible, last_digit = mpf(10) ** (10 - oracles.DIGITS), mpf(10) ** -19
    assert sum(mass for _, mass in _fractions(refuted)) == 1
    assert all(abs(value(zero, refuted)) < negligible for a in assumptions for zero in a.zero)
    ordered = lesser_first(statement)
    lesser, greater = (value(side, refuted) for side in (ordered.left, ordered.right))
    assert abs(mpf(refuted.lesser) - lesser) <= abs(lesser) * last_digit
    assert abs(mpf(refuted.greater) - greater) <= abs(greater) * last_digit
    gap = greater - lesser
    assert {"<=": gap < -negligible, "<": gap < negligible, "=": abs(gap) > negligible}[ordered.relation]


@pytest.mark.parametrize(("statement", "given"), (FALSE | EXACT_ONLY).items())
def test_small_laws_refute_what_is_false(statement, given):
    assert_confirmed(refute(*parse_problem(statement, given), starts=0), statement, given)


@pytest.mark.slow
@pytest.mark.parametrize(("statement", "given"), FALSE.items())
def test_descent_refutes_it_alone(statement, given, monkeypatch):
    monkeypatch.setattr(infoloop.proofs.counterexamples.search, "law_families", lambda: ())
    assert_confirmed(refute(*parse_problem(statement, given)), statement, given)


@pytest.mark.full
@pytest.mark.parametrize(("statement", "given"), first(2, TRUE.items()))
def test_nothing_refutes_what_is_true(statement, given):
    tried = refute(*parse_problem(statement, given))
    assert isinstance(tried, SearchReport)
    assert tried.unmet == ()
    assert "small laws" in str(tried)
    assert "starts" in str(tried)


@pytest.mark.slow
@pytest.mark.parametrize("entry", INEQUALITIES, ids=lambda entry: entry["id"])
def test_small_laws_refute_the_false_reference_statements_and_no_other(entry):
    given = [f"{zero} = 0" for zero in entry["quantity"]["constraints_equal_zero"]]
    outcome = refute(*parse_problem(entry["quantity"]["statement"], given), starts=0)
    assert isinstance(outcome, SearchReport) == entry["expected"]["valid"]


def test_ingleton_is_refuted_by_four_equal_masses():
    refuted = refute(parse_statement(INGLETON))
    assert isinstance(refuted, Counterexample)
    assert list(refuted.outcomes.values()) == ["1/4"] * 4


def test_a_data_processing_inequality_whose_chain_is_dropped_is_refuted():
    assert isinstance(refute(*parse_problem("I(X;Z) <= I(X;Y)"), starts=0), Counterexample)


@pytest.mark.full
def test_what_no_graph_enforces_is_said():
    tried = refute(*parse_problem("I(X;Z) <= I(X;Y)", "I(X;Y) = I(X;Z)"), starts=2, steps=2)
    assert isinstance(tried, SearchReport)
    assert tried.unmet == ("I(X;Y) = I(X;Z)",)
    assert "only penalised" in str(tried)


def test_a_shannon_identity_with_one_coefficient_lowered_is_refuted():
    """I(A;B) + I(A;C|B) = I(A;C) + I(A;B|C)."""
    random_ = random.Random(0)
    texts = []
    for _ in range(20):
        a, b, c = random_.sample("ABCD", 3)
        weights = random_.sample(["1", "9/10"], 2)
        texts.append(f"I({a};{b}) + I({a};{c}|{b}) <= {weights[0]} I({a};{c}) + {weights[1]} I({a};{b}|{c})")
    for text in texts:
        assert_confirmed(refute(parse_statement(text), starts=0), text, "")


def test_variables_stand_in_the_order_of_the_statement():
    refuted = refute(*parse_problem("I(Z;X) <= I(X;D)", "X -> D,S -> Z"), starts=0)
    assert isinstance(refuted, Counterexample)
    assert refuted.names == (*variables(parse_statement("I(Z;X) <= I(X;D)").left), "D", "S")
