"""Curated laws, by hand."""

from fractions import Fraction

from flint import fmpq

from infoloop.claims.signals.curation import (
    covariance_gain,
    curated_rounds,
    curation_gain,
    curation_limit,
    curation_raises,
    noisy_verifier,
)
from infoloop.claims.signals.kl_regularised_rewards import tilted
from infoloop.statements.certification import certify


def test_a_tilt_by_hand():
    assert tilted([Fraction(1, 3), Fraction(2, 3)], [2, 1]) == [Fraction(1, 2)] * 2
    assert curated_rounds([Fraction(1, 3), Fraction(2, 3)], [2, 1], 2) == [Fraction(2, 3), Fraction(1, 3)]
    assert covariance_gain([Fraction(1, 3), Fraction(2, 3)], [1, 0], [2, 1]) == Fraction(1, 2) - Fraction(1, 3)


def test_a_tilt_by_anything_else_than_the_reward_is_noticed():
    for claim in (noisy_verifier, curation_gain, curation_raises, curation_limit):
        assert certify(claim, claim.edges).counterexample is None
    assert certify(noisy_verifier, [{**noisy_verifier.edges[0], "tilted by": "the rate"}]).counterexample
    factors = [fmpq(1), fmpq(4), fmpq(2), fmpq(4)]
    assert certify(curation_gain, [{**curation_gain.edges[0], "factors": factors}]).counterexample
    assert certify(curation_raises, [{**curation_gain.edges[0], "factors": factors}]).counterexample
    assert certify(curation_limit, [{**curation_limit.edges[0], "factors": [fmpq(2)] * 4}]).counterexample
