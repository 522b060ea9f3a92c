"""Exact cases decide: what fails is shown, what holds is counted, and what cannot be certified is refused."""

from dataclasses import replace
from fractions import Fraction

import jax
import pytest

from infoloop.claims.loops.regression_refits import replace_stays_bounded
from infoloop.claims.processing import data_processing_inequality as processing
from infoloop.exact.comparison import UNDECIDED
from infoloop.information.measures import entropy
from infoloop.statements.cases import exact_law, random_bayes_nets
from infoloop.statements.certification import certify, describe_case, refute_near, refuted_when_stronger
from infoloop.statements.claim import evaluate_on_samples, linear

KEY = jax.random.key(7)
SAMPLES = 2000


def test_one_percent_less_is_not_refuted():
    assert not refuted_when_stronger(
        replace(processing.data_processing, exact=_halved(processing.data_processing.exact))
    )


def _halved(exact):
    return lambda case: (exact(case)[0] * "1/2", exact(case)[1])


def test_a_claim_without_a_family_cannot_be_certified():
    with pytest.raises(ValueError, match="finite family"):
        certify(replace(processing.data_processing, family=None))


def test_a_claim_without_exact_sides_cannot_be_certified():
    with pytest.raises(ValueError, match="exact sides"):
        certify(replace(processing.data_processing, exact=None))


@pytest.mark.slow
def test_an_undecided_equality_is_decided_exactly():
    """Floats see a slack of either sign at equality; the exact neighbour of the very case says that it holds."""
    lossless = random_bayes_nets("X", "Z|X", X=3, Z=3)
    claim = linear("test:equal", "I(X;Z) <= H(X) - H(X|Z)", (), lossless)
    worst = evaluate_on_samples(claim, KEY, SAMPLES)
    assert -UNDECIDED < worst.slack < 0
    assert refute_near(claim, worst.case, rounded=False) is None


def test_a_family_stops_at_its_first_counterexample():
    family = processing.signal_beats_data.family
    assert family is not None
    assert certify(processing.signal_beats_data).cases < sum(1 for _ in family.members())


def bit(p: str):
    return exact_law({"X": [p, str(1 - Fraction(p))], "Y|X": [[1, 0], [0, 1]]})


def counted(claim, *cases):
    found = certify(claim, cases)
    return found.strict, found.equal, found.void


def test_cases_are_strict_equal_or_void():
    bound = linear("test:bound", "I(X;Y) <= 1", (), random_bayes_nets("X", "Y|X", X=2, Y=2))
    assert counted(bound, bit("1/2"), bit("1/4"), bit("1")) == (1, 1, 1)


def test_a_bound_that_is_not_below_its_ceiling_says_nothing():
    bound = linear("test:bound", "I(X;Y) <= 1", (), random_bayes_nets("X", "Y|X", X=2, Y=2))
    capped = replace(bound, ceiling=lambda law: entropy(law, "X"))
    assert counted(capped, bit("1/2"), bit("1/4"), bit("1")) == (0, 1, 2)


def test_a_sign_is_decided_in_every_case():
    """Where the lesser side is 0 by the statement, it is no sign that the claim says nothing."""
    sign = linear("test:sign", "H(X) >= 0", (), random_bayes_nets("X", X=2))
    assert counted(sign, bit("1/2"), bit("1")) == (1, 1, 0)


def test_an_equality_of_zeros_says_nothing_unless_all_are_zero():
    copies = linear("test:copy", "I(X;Y) = H(X)", (), random_bayes_nets("X", "Y|X", X=2, Y=2))
    assert counted(copies, bit("1/2"), bit("1")) == (0, 1, 1)
    noise = linear("test:noise", "H(Y|X) = 0", (), random_bayes_nets("X", "Y|X", X=2, Y=2))
    assert counted(noise, bit("1/2"), bit("1")) == (0, 2, 0)


def test_a_strict_claim_fails_at_equality():
    found = certify(processing.closed_loop_must_lose).counterexample
    assert found is not None
    assert found.lesser == found.greater


def test_a_counterexample_says_what_its_numbers_are():
    found = certify(replace_stays_bounded).counterexample
    assert found is not None
    assert found.case["t"] == "3"


def test_a_function_is_no_part_of_a_case():
    with pytest.raises(TypeError, match=r"the part 'verdict' of an exact case is the function _halved"):
        describe_case({"places": 1, "verdict": _halved})
