"""Irrelevant detail: the statement as it stood is false, and what it claimed was its trivial half."""

from dataclasses import replace

from infoloop.claims.components.efficiency_hypothesis import detail, detail_tells_nothing
from infoloop.information.expressions import evaluate
from infoloop.proofs.prover import prove
from infoloop.statements.cases import exact_law
from infoloop.statements.certification import certify

FAIR, COPY = ["1/2", "1/2"], [[1, 0], [0, 1]]
COIN = exact_law({"Y": FAIR, "T|Y": COPY, "S|T": COPY, "A": FAIR})  # the detail is a coin that the output does not show


def test_a_coin_beside_the_signal_costs_no_efficiency():
    assert evaluate("H(A|S)", COIN).digits(3) == "1.00"
    assert evaluate("I(Y;S,A|T)", COIN).sign() == evaluate("I(Y;S|T)", COIN).sign() == 0
    assert certify(detail, [COIN]).counterexample is not None


def test_the_family_of_the_gain_lets_the_false_waste_pass_and_that_of_the_waste_does_not():
    false = replace(detail, exact=lambda law: (evaluate("I(Y;S,A|T)", law), evaluate("I(Y;S|T)", law)))
    assert certify(detail_tells_nothing).counterexample is None
    assert certify(false).counterexample is not None


def test_the_waste_is_proved_from_what_is_assumed_and_not_from_less():
    assert prove(detail.statement, detail.given).verdict == "proved"
    assert prove(detail.statement, detail.given[:1]).verdict == "refuted"
