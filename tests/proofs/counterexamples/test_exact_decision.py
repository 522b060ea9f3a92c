"""The laws next to where a descent ended are exact, and what refutes is decided exactly."""

from fractions import Fraction

import numpy as np
import pytest

from infoloop.exact.rational_laws import RationalLaw, rational_table
from infoloop.notation.grammar import parse_statement
from infoloop.proofs.counterexamples.exact_decision import Counterexample, judge, nearby_rational_laws
from infoloop.proofs.counterexamples.factorisation import factorise
from infoloop.proofs.problem import parse_problem

PAIR = factorise(("X", "Y"), [])


def test_neighbours_are_exact_laws_of_small_denominators_first():
    near = np.log([[0.49, 0.51, 0.98, 0.02, 0.03, 0.97]])
    laws = [law.outcomes() for law in nearby_rational_laws(PAIR, near, 2)]
    assert laws[:2] == [{"1 1": "1"}, {"0 0": "1/2", "1 1": "1/2"}]
    assert laws[-1]["0 1"] == "49/5000"


def test_of_one_denominator_the_law_of_fewer_outcomes_comes_first():
    laws = nearby_rational_laws(PAIR, np.log([[0.5] * 6, [0.5, 0.5, 1 - 2**-9, 2**-9, 2**-9, 1 - 2**-9]]), 2)
    assert [len(law.outcomes()) for law, _ in zip(laws, range(2), strict=False)] == [2, 4]


def test_a_law_that_fails_an_assumption_by_little_refutes_nothing():
    law = RationalLaw(rational_table([["1/2", f"1/{10**15}"], [0, Fraction(1, 2) - Fraction(1, 10**15)]]), ("X", "Y"))
    statement, assumptions = parse_problem("H(X) <= 1/2", "H(Y|X) = 0")
    assert judge(law, statement, assumptions) is None
    assert judge(law, statement) is not None


def test_equality_breaks_nothing_and_the_least_gap_does():
    law = RationalLaw(rational_table(["1/2", "1/2"]), ("X",))
    assert judge(law, parse_statement("H(X) <= 1")) is None
    assert judge(law, parse_statement(f"H(X) <= {10**30 - 1}/{10**30}")) is not None


def test_a_counterexample_of_a_claim_has_a_case_in_words_and_no_law():
    against = Counterexample({"P(X)": {"0": "1/2", "1": "1/2"}, "n": "3"}, "1.0", "<=", "0.5")
    assert str(against) == "1.0 <= 0.5 is false for P(X): 0 has 1/2, 1 has 1/2; n = 3"
    assert against.row() == {"case": against.case, "lesser": "1.0", "relation": "<=", "greater": "0.5"}
    with pytest.raises(ValueError, match="is no law"):
        _ = against.names


def test_a_counterexample_of_a_statement_has_its_law():
    law = RationalLaw(rational_table(["1/2", "1/2"]), ("X",))
    against = judge(law, parse_statement("H(X) <= 1/2"))
    assert against is not None
    assert (against.names, against.outcomes) == (("X",), {"0": "1/2", "1": "1/2"})
    assert against.law is against.case
    assert against.row().keys() == {"names", "outcomes", "lesser", "relation", "greater", "found"}
