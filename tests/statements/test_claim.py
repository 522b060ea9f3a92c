"""An attack finds what sampling does not: equality where a claim is sharp, a counterexample where it is false."""

from fractions import Fraction

import jax
import pytest

from infoloop.claims.processing import data_processing_inequality as processing
from infoloop.exact.comparison import UNDECIDED
from infoloop.statements.cases import random_bayes_nets
from infoloop.statements.certification import refute_near
from infoloop.statements.claim import attack, evaluate_on_samples, linear

KEY = jax.random.key(7)


@pytest.mark.full
def test_an_attack_reaches_equality_where_sampling_does_not():
    """The finding behind `attack`: on larger chains random cases stay away from equality, descent gets there."""
    claim = linear(
        "test:dpi", "I(X;Z) <= I(X;D)", ("X -> D -> Z",), random_bayes_nets("X", "D|X", "Z|D", X=6, D=6, Z=6)
    )
    assert evaluate_on_samples(claim, KEY, 500).ratio > 1 + attack(claim, KEY, starts=16, steps=300).ratio - 1 + 1e-3


@pytest.mark.slow
def test_a_false_claim_planted_on_purpose_is_refuted_by_the_attack_alone():
    planted = linear(
        "test:planted", "I(X;Z) >= 9/10 I(X;D)", ("X -> D -> Z",), random_bayes_nets("X", "D|X", "Z|D", X=2, D=2, Z=2)
    )
    found = attack(planted, KEY, starts=16, steps=200)
    refuted = refute_near(planted, found.case)
    assert found.slack < -UNDECIDED
    assert refuted is not None
    assert Fraction(refuted.greater) < Fraction(refuted.lesser)


def test_an_equality_cannot_be_attacked():
    with pytest.raises(ValueError, match="equality"):
        attack(processing.processing_gap, KEY)
