"""The contract of every claim: it holds, it cannot be 1 % stronger, and a wrong implementation of it is caught."""

import importlib
import pkgutil
from dataclasses import replace
from fractions import Fraction

import jax
import pytest

from infoloop import claims
from infoloop.claims.loops.additive_smoothing import diverse_for_good, diversity_left, shrinkage, smoothed_chi_square
from infoloop.claims.loops.rare_token_extinction import deficit, iterates, least_drift, time_by_spectrum
from infoloop.claims.processing import data_processing_inequality as processing
from infoloop.claims.processing import strong_data_processing as contraction
from infoloop.claims.processing.guessing_games import verdict_bits
from infoloop.claims.processing.strong_data_processing import gerber_bound, symmetric_eta
from infoloop.exact.comparison import UNDECIDED
from infoloop.information.binary_channel_chains import cascade_crossover
from infoloop.information.fano import fano_bound
from infoloop.statements.cases import Family, random_bayes_nets
from infoloop.statements.certification import certify, refute_near, refuted_when_stronger
from infoloop.statements.claim import attack, linear, stronger, weigh

MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(claims.__path__, "infoloop.claims.")
    if not found.ispkg
]
CLAIMS = tuple(claim for module in MODULES for claim in module.CLAIMS)
FOLKLORE = tuple(claim for claim in CLAIMS if claim.label.startswith("fol:"))
TRUE = tuple(claim for claim in CLAIMS if claim not in FOLKLORE)
KEY = jax.random.key(7)
SAMPLES = 2000


def label(claim):
    return claim.label


@pytest.mark.parametrize("claim", TRUE, ids=label)
def test_it_holds_on_random_cases(claim):
    assert weigh(claim, KEY, SAMPLES).slack >= -UNDECIDED


@pytest.mark.parametrize("claim", TRUE, ids=label)
def test_a_wrong_implementation_is_caught_on_random_cases(claim):
    assert claim.wrong is not None
    assert weigh(replace(claim, sides=claim.wrong), KEY, SAMPLES).slack < -UNDECIDED


@pytest.mark.parametrize("claim", [c for c in TRUE if c.family], ids=label)
def test_its_family_is_certified(claim):
    found = certify(claim)
    assert found.counterexample is None
    assert found.cases > 10


@pytest.mark.parametrize("claim", FOLKLORE, ids=label)
def test_folklore_is_refuted_with_exact_entries(claim):
    found = certify(claim).counterexample
    assert found is not None
    laws = [value for value in found.case.values() if isinstance(value, dict)]
    assert [sum(map(Fraction, law.values())) for law in laws] == [1] * len(laws)


@pytest.mark.parametrize("claim", TRUE, ids=label)
def test_one_percent_more_is_refuted(claim):
    if claim.edges:
        assert refuted_when_stronger(claim)
        return
    assert claim.loose
    if claim.relation != "=":
        assert attack(stronger(claim), KEY, starts=32, steps=400).ratio < 1


def test_one_percent_less_is_not_refuted():
    assert not refuted_when_stronger(
        replace(processing.data_processing, exact=_halved(processing.data_processing.exact))
    )


def _halved(exact):
    return lambda case: (exact(case)[0] * "1/2", exact(case)[1])


def test_an_attack_reaches_equality_where_sampling_does_not():
    """The finding behind `attack`: on larger chains random cases stay away from equality, descent gets there."""
    claim = linear(
        "test:dpi", "I(X;Z) <= I(X;D)", ("X -> D -> Z",), random_bayes_nets("X", "D|X", "Z|D", X=6, D=6, Z=6)
    )
    assert weigh(claim, KEY, 500).ratio > 1 + attack(claim, KEY, starts=16, steps=300).ratio - 1 + 1e-3


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


def test_a_claim_without_a_family_cannot_be_certified():
    with pytest.raises(ValueError, match="finite family"):
        certify(replace(processing.data_processing, family=None))


def test_a_claim_without_exact_sides_cannot_be_certified():
    with pytest.raises(ValueError, match="exact sides"):
        certify(contraction.coefficient_order)


def test_an_undecided_equality_is_decided_exactly():
    """Floats see a slack of either sign at equality; the exact neighbour of the very case says that it holds."""
    lossless = random_bayes_nets("X", "Z|X", X=3, Z=3)
    claim = linear("test:equal", "I(X;Z) <= H(X) - H(X|Z)", (), lossless)
    worst = weigh(claim, KEY, SAMPLES)
    assert -UNDECIDED < worst.slack < 0
    assert refute_near(claim, worst.case, rounded=False) is None


def test_a_family_stops_at_its_first_counterexample():
    family = processing.signal_beats_data.family
    assert family is not None
    assert certify(processing.signal_beats_data).cases < sum(1 for _ in family.members())


def test_a_strict_claim_fails_at_equality():
    found = certify(processing.closed_loop_must_lose).counterexample
    assert found is not None
    assert found.lesser == found.greater


def test_the_price_of_a_uniform_secret_is_its_logarithm():
    bits = verdict_bits(jax.numpy.full(8, 1 / 8))
    assert abs(bits.sum() - 3) < UNDECIDED


def test_fano_says_nothing_at_the_error_of_guessing():
    assert abs(fano_bound(jax.numpy.array(3 / 4), 4) - 2) < UNDECIDED


def test_many_noisy_links_forget():
    assert cascade_crossover(Fraction(1, 4), 2) == Fraction(3, 8)


def test_the_symmetric_coefficient_is_that_of_the_bsc_for_two_symbols():
    assert symmetric_eta(Fraction(1, 2), 2) == Fraction(1, 4)


def test_gerber_keeps_nothing_at_crossover_one_half():
    assert abs(gerber_bound(jax.numpy.array(0.5), 0.5)) < UNDECIDED


def test_a_family_says_what_it_is():
    assert all(isinstance(claim.family, Family) and claim.family.description for claim in CLAIMS if claim.family)


def test_one_round_of_a_rare_token_is_off_by_the_square_of_its_rate():
    assert deficit(10, Fraction(1, 10), [1]) == Fraction(1, 10)


def test_iterates_fall_below_two_over_their_number():
    assert all((2 - g * (i + 1)).sign() >= 0 for i, g in enumerate(iterates(20), start=1))


def test_the_least_drift_is_one_at_one_half_and_above_two_thirds_elsewhere():
    assert least_drift(8, Fraction(1, 2)) == 1
    assert min(least_drift(n, Fraction(1, n)) for n in range(2, 200)) > Fraction(2, 3)


def test_a_mix_of_powers_is_summed_by_its_spectrum():
    mix = [Fraction(1, 2) ** t + 3 * Fraction(1, 4) ** t for t in (0, 1)]
    assert time_by_spectrum([Fraction(1, 2), Fraction(1, 4)], mix) == 2 + 4


def test_without_smoothing_diversity_is_that_of_resampling():
    assert diverse_for_good(4, Fraction(0)) == 0
    assert diversity_left(4, Fraction(0), Fraction(1, 4), 3) == 2 * Fraction(3, 16) * Fraction(3, 4) ** 3


def test_one_draw_has_no_diversity():
    assert diverse_for_good(1, Fraction(1, 2)) == 0
    assert shrinkage(1, Fraction(1, 2)) == Fraction(1, 2)


def test_chi_square_of_a_copied_fair_bit_is_one():
    assert smoothed_chi_square(jax.numpy.eye(2) / 2) == 1
