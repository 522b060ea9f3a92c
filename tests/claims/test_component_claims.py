"""The parts of the claims of chapters 4 and 5, by other routes, and the numbers that the chapters quote."""

import itertools
import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.linalg

from infoloop.claims.components.code_length_switch import expected_odds_exactly, joint_errors
from infoloop.claims.components.deep_linear_modes import closed_series, taylor
from infoloop.claims.components.feature_learning_order import clean_share, ends_exactly, flow_exactly
from infoloop.claims.components.goodhart import gold_exactly, sum_law
from infoloop.claims.components.sharpening import majority_error, recursive_error
from infoloop.claims.components.usable_information import parity_loss
from infoloop.claims.levels.coupon_collection import asked, harmonic, mean_asked, recursive_time
from infoloop.claims.levels.garblings import bayes_risk, half_or_symbol
from infoloop.claims.levels.generalisation_bounds import fooled, samples_exactly
from infoloop.claims.levels.signal_split import partitions_of
from infoloop.exact.rational_laws import fmpq, log2
from infoloop.learning.code_length_switch import bits_ahead
from infoloop.notation.grammar import parse_expression
from infoloop.probability.numerics import rounding

CELLS = 64


def exact_float(value) -> float:
    return float(value.digits(18))


@pytest.mark.parametrize(("outputs", "bell"), [(1, 1), (3, 5), (4, 15), (6, 203)])
def test_partitions_are_as_many_as_the_bell_numbers_and_no_two_are_alike(outputs, bell):
    found = list(partitions_of(outputs))
    alike = {frozenset(tuple(np.flatnonzero(np.equal(p, k))) for k in set(p)) for p in found}
    assert len(found) == len(alike) == bell


def test_the_best_guess_of_a_symbol_is_the_likeliest():
    table = jnp.array([[0.1, 0.3], [0.4, 0.2]])
    assert abs(bayes_risk(table, [[0, 1], [1, 0]]) - 0.3) < rounding(4)


def test_half_a_symbol_and_a_symbol_half_of_the_time_tell_alike_but_do_not_serve_alike():
    half, symbol = half_or_symbol(fmpq(0))
    bits = [law.evaluate(parse_expression("I(X;S)")) for law in (half, symbol)]
    assert (bits[0] - bits[1]).sign() == 0
    assert [sum(1 - max(c) / sum(c) for c in law.table.T.tolist() if sum(c)) for law in (half, symbol)] != [1, 1]


def test_first_steps_of_a_collector_of_two_unequal_members():
    p = Fraction(1, 4)
    assert recursive_time([p, 1 - p]) == 1 / p + 1 / (1 - p) - 1


def test_harmonic_numbers_and_the_quoted_crossing():
    assert harmonic(4) == fmpq(25, 12)
    draws = 200 * sum(1 / k for k in range(1, 201))
    verdicts = 1175 - 200 / 976 - 975 / 201
    assert 0.995 < verdicts / draws < 1


def test_verdicts_end_where_the_rest_are_alike():
    assert [asked(p) for p in itertools.product((0, 1), repeat=2)] == [0, 1, 1, 0]
    assert mean_asked(4, 2) == fmpq(2 * (2 + 3 + 3), 6)


def test_exact_samples_are_those_of_drawing_one_by_one():
    masses = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]
    found = dict.fromkeys(itertools.product(range(4), repeat=3), Fraction(0))
    for sample in itertools.product(range(3), repeat=3):
        found[tuple(sample.count(z) for z in range(3))] += math.prod(masses[z] for z in sample)
    counts, probabilities = samples_exactly(["1/2", "1/3", "1/6"], 3)
    assert {tuple(c): Fraction(str(p)) for c, p in zip(counts.tolist(), probabilities, strict=True)} == {
        c: p for c, p in found.items() if p
    }


def test_a_bad_hypothesis_is_fooled_where_its_error_does_not_show():
    counts, probabilities = np.array([[2, 0], [1, 1], [0, 2]]), np.array([0.25, 0.5, 0.25])
    assert fooled([[0, 1]], jnp.array([0.5]), 0.5, counts, probabilities) == 0.25
    assert fooled([[0, 1]], jnp.array([0.5]), 0.6, counts, probabilities) == 0


@pytest.mark.parametrize("together", ["0", "1/2", "1"])
def test_errors_have_their_marginals_however_they_go_together(together):
    joint = joint_errors("1/4", "3/8", together)
    assert [sum(row) for row in joint] == [fmpq(3, 4), fmpq(1, 4)]
    assert [sum(column) for column in zip(*joint, strict=True)] == [fmpq(3, 8), fmpq(5, 8)]
    assert all(p >= 0 for row in joint for p in row)


def test_exact_odds_agree_with_the_closed_form_in_floats_and_not_with_one_sample_more():
    odds = exact_float(expected_odds_exactly(joint_errors("1/8", "3/4", "1/2"), fmpq(3), 3))
    assert abs(odds - float(bits_ahead(3.0, 0.75, 0.125, 3))) < rounding(CELLS)
    assert abs(odds - float(bits_ahead(3.0, 0.75, 0.125, 4))) > 0.1


def test_the_series_of_a_mode_sums_to_the_logistic_curve():
    c, variance, start, t = fmpq(1), fmpq(1), fmpq(1, 2), 1 / 64
    value = sum(int(x.p) / int(x.q) * t**k for k, x in enumerate(taylor(c, variance, start)))
    assert abs(value - 1 / (1 + math.exp(-2 * t))) < 2 * t**7
    assert taylor(c, variance, start) == closed_series(c, variance, start)
    assert taylor(c, variance, start) != closed_series(c, variance, fmpq(1, 3))


def test_the_exact_flow_is_that_of_a_matrix_exponential():
    a, kept, t = np.array([2.0, 0.5]), np.array([0.75, 0.5]), 1.5
    c = a * kept
    covariance = np.outer(c, c) + np.diag(a**2 - c**2)
    inverse = np.linalg.inv(covariance)
    expected = a * (inverse @ (np.eye(2) - scipy.linalg.expm(-covariance * t)) @ c)
    found = [exact_float(v) for v in flow_exactly(["2", "1/2"], ["1/8", "1/4"], "3/2")]
    assert np.abs(found - expected).max() < rounding(CELLS)


def test_the_flow_ends_at_least_squares_and_at_the_closed_form():
    crossovers = ["1/8", "1/4", "3/8"]
    last = [exact_float(v) for v in flow_exactly(["1", "2", "1"], crossovers, "200")]
    solved = [int(x.p) / int(x.q) for x in ends_exactly(["1", "2", "1"], crossovers)]
    closed = clean_share([1 - 2 * float(Fraction(e)) for e in crossovers])
    assert np.abs(np.subtract(last, solved)).max() < rounding(CELLS)
    assert np.abs(np.subtract(closed, solved)).max() < rounding(CELLS)


def test_the_fast_feature_of_the_text_is_as_fast_as_it_says():
    assert round((10**2 * (1 - 2 / 10)) / ((1 / 12) ** 2 * (1 - 2 / 9))) == 14811


def test_a_sum_of_values_has_the_mean_of_its_parts():
    law = sum_law([fmpq(1, 2), fmpq(1, 4), fmpq(1, 4)], 3)
    assert sum(law) == 1
    assert sum(k * p for k, p in enumerate(law)) == 3 * (fmpq(1, 4) + 3 * fmpq(1, 4))


def test_gold_of_the_text():
    assert [round(float(Fraction(str(gold_exactly(fmpq(1, 100), n)))), 4) for n in (9, 10, 11)] == [
        0.8222,
        0.8222,
        0.8207,
    ]


@pytest.mark.parametrize("voters", [1, 3, 5])
def test_majorities_err_as_enumerated(voters):
    e = Fraction(1, 5)
    enumerated = sum(
        math.prod(e if w else 1 - e for w in wrong)
        for wrong in itertools.product((0, 1), repeat=voters)
        if sum(wrong) > voters / 2
    )
    assert majority_error(e, voters) == recursive_error(e, voters) == enumerated
    assert majority_error(e, voters) != recursive_error(e, voters + 2)


def test_the_right_predictor_of_a_parity_is_not_affine_and_loses_less_than_a_bit():
    right = [fmpq(1, 8), fmpq(7, 8), fmpq(7, 8), fmpq(1, 8)]
    entropy = -(1 / 8) * math.log2(1 / 8) - (7 / 8) * math.log2(7 / 8)
    assert abs(exact_float(parity_loss(right, fmpq(1, 8), log2)) - entropy) < rounding(CELLS)
    floats = parity_loss([0.5] * 4, jnp.array(0.3), jnp.log2)
    assert abs(floats - 1) < rounding(CELLS)
    assert jax.numpy.ndim(floats) == 0
