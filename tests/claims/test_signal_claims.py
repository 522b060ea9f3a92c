"""What the claims of chapter 3 are made of: games by hand, Gaussian integrals by mpmath, laws by loops of fractions."""

import itertools
import math
from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest
from flint import arb, fmpq
from mpmath import erf, exp, findroot, mp, mpf, quad

from infoloop.claims.signals.acceptance_sampling import accepted, elicited, hit_rates, until_accepted
from infoloop.claims.signals.best_of_n_selection import best_law
from infoloop.claims.signals.bits_per_episode import until_success
from infoloop.claims.signals.curation import covariance_gain, curated_rounds
from infoloop.claims.signals.kl_regularised_rewards import grpo_settles, tilted, turning_point, whitened_logit
from infoloop.claims.signals.label_filtering import kept_error, outvoted
from infoloop.claims.signals.query_complexity import bisecting_tries, mean_tries, one_by_one_tries, tries
from infoloop.claims.signals.signal_sources import repeated_bits
from infoloop.claims.signals.verified_retraining import centre_slope, kept_mean, kept_moments
from infoloop.claims.signals.verifier_errors import KINDS, coupled, flipped, opened
from infoloop.learning.verifier_feedback import best_of_bound
from infoloop.probability.numerics import binary_entropy, rounding
from infoloop.statements.certification import certify

EXACT = rounding(256)
WINDOWS = [(0.5, 0.25), (1.0, 1.0), (3.0, 2.0), (-1.0, 0.5)]


def moments(offset: float, width: float) -> tuple[float, float]:
    """Mean and variance, from the centre, of what is kept of N(offset, 1) within `width`, by mpmath's quadrature."""
    with mp.workdps(30):
        mass, first, second = (
            quad(lambda y, k=k: y**k * exp(-((y - mpf(offset)) ** 2) / 2), [-mpf(width), mpf(width)]) for k in range(3)
        )
        return float(first / mass), float(second / mass - (first / mass) ** 2)


@pytest.mark.parametrize("window", WINDOWS)
def test_two_routes_to_what_is_kept_of_a_gaussian(window):
    mean, variance = moments(*window)
    found = kept_moments(*window)
    assert abs(found[0] - mean) <= EXACT
    assert abs(found[1] - variance) <= EXACT
    exact = float(
        kept_mean(*map(fmpq, *zip(*(Fraction(x).as_integer_ratio() for x in window), strict=True))).digits(17)
    )
    assert abs(exact - mean) <= EXACT


@pytest.mark.parametrize("width", [0.25, 1.0, 3.0])
def test_the_slope_at_the_centre_is_a_variance(width):
    assert abs(centre_slope(width) - moments(0.0, width)[1]) <= EXACT
    assert abs(centre_slope(width) - moments(0.5, width)[1]) > EXACT


def test_a_filter_that_keeps_all_leaves_the_error_rate():
    assert kept_error(Fraction(1, 3), Fraction(1, 5), Fraction(1, 5)) == Fraction(1, 3)


@pytest.mark.parametrize("votes", [1, 3, 5])
def test_an_outvoted_label_by_all_ballots(votes):
    error, found = Fraction(1, 3), Fraction(0)
    for ballot in itertools.product((0, 1), repeat=votes):
        probability = math.prod(error if wrong else 1 - error for wrong in ballot)
        found += probability * (sum(ballot) > votes // 2)
    assert outvoted(error, votes) == found


def test_a_game_of_five_symbols_by_hand():
    assert [tries(5, x, "binary") for x in range(5)] == [1, 2, 3, 4, 5]
    assert [tries(5, x, "binary", last_asked=False) for x in range(5)] == [1, 2, 3, 4, 4]
    assert [tries(5, x, "graded") for x in range(5)] == [2, 3, 1, 2, 3]


def test_one_symbol_needs_no_verdict_unless_it_must_be_said():
    assert (tries(1, 0, "binary"), tries(1, 0, "binary", last_asked=False)) == (1, 0)


def test_tries_of_63_symbols():
    assert mean_tries(63, "graded") == bisecting_tries(fmpq(63), 5) == fmpq(321, 63)
    assert mean_tries(63, "binary") == one_by_one_tries(fmpq(63)) == 32


def fewest_tries(kind: str) -> list[Fraction]:
    """The least mean number of tries for 0 to 20 symbols, over all strategies, by dynamic programming."""
    totals = [0]
    for k in range(1, 21):
        splits = [(0, k - 1)] if kind == "binary" else [(i, k - 1 - i) for i in range(k)]
        totals.append(min(k + totals[i] + totals[j] for i, j in splits))
    return [Fraction(total, max(k, 1)) for k, total in enumerate(totals)]


@pytest.mark.parametrize("kind", ["binary", "graded"])
def test_no_strategy_needs_fewer_tries(kind):
    assert [mean_tries(k, kind) for k in range(1, 21)] == [fmpq(*x.as_integer_ratio()) for x in fewest_tries(kind)[1:]]


def test_probabilities_until_a_success_add_up():
    assert sum(until_success(Fraction(1, 3), 7)) == 1
    assert until_success(Fraction(1, 3), 2) == [Fraction(1, 3), Fraction(2, 9), Fraction(4, 9)]


@pytest.mark.parametrize(("n", "nats"), [(64, "3.1745"), (16, "1.8351")])
def test_the_published_divergences_of_best_of_n(n, nats):
    """WebGPT's n, as reported by Beirami et al., arXiv 2401.01879."""
    assert f"{float(best_of_bound(n)) * math.log(2):.4f}" == nats


def test_the_best_of_two_dice():
    sixths = [Fraction(1, 6)] * 6
    assert best_law(sixths, 2) == [Fraction(2 * k - 1, 36) for k in range(1, 7)]
    assert best_law(sixths, 1) == sixths


def test_a_tilt_by_hand():
    assert tilted([Fraction(1, 3), Fraction(2, 3)], [2, 1]) == [Fraction(1, 2)] * 2
    assert curated_rounds([Fraction(1, 3), Fraction(2, 3)], [2, 1], 2) == [Fraction(2, 3), Fraction(1, 3)]
    assert covariance_gain([Fraction(1, 3), Fraction(2, 3)], [1, 0], [2, 1]) == Fraction(1, 2) - Fraction(1, 3)


def test_the_highest_logit_with_a_fixed_point_is_a_maximum():
    """For beta = 3/4 it is at 4/5; at beta = 1.5089 a base that is right half of the time just has one."""
    logits = [math.log(p / (1 - p)) - 4 / (3 * math.sqrt(p * (1 - p))) for p in np.linspace(0.01, 0.99, 99)]
    assert abs(turning_point(0.75) - max(logits)) <= EXACT
    assert f"{float(findroot(lambda b: mp.asinh(b) - mp.sqrt(1 + b * b) / b, 1.5)):.4f}" == "1.5089"
    assert turning_point(1.5088) < 0 < turning_point(1.5089)


def test_a_round_from_one_half():
    assert abs(float(whitened_logit(arb(1) / 4, arb(1) / 2, arb(2))) - (1 - math.log(3))) <= EXACT


def test_some_fixed_points_attract_and_some_do_not():
    assert certify(grpo_settles).cases > 1


@pytest.mark.parametrize("kind", KINDS)
def test_verifiers_err_as_often_as_they_are_said_to(kind):
    e, d = Fraction(1, 8), Fraction(1, 4)
    alone, together = coupled(kind, e, d)
    assert (1 - e) * alone + e * together == d


def test_errors_are_added_to_the_answer():
    table = flipped(np.array([[0.5, 0.2], [0.2, 0.1]]))
    assert table[0][0] == [0.25, 0.1]
    assert table[1][1] == [0.1, 0.25]


def test_the_three_verifiers_of_the_text():
    found = [float(opened(kind, 0.125, 0.25, binary_entropy)) for kind in KINDS]
    assert [f"{bits:.4f}" for bits in found] == ["0.0848", "0.0259", "0.0000"]


def test_repeats_of_an_erased_block():
    assert repeated_bits(Fraction(1, 3), 1, 2) == 1 - Fraction(1, 9)


def test_accepted_tries_keep_the_task_only_if_repeated():
    table = np.array([[[0.25, 0.25], [0.0, 0.0]], [[0.0, 0.125], [0.375, 0.0]]])
    assert np.abs(accepted(table).sum(1) - [2 / 3, 1 / 3]).max() <= EXACT
    assert np.abs(until_accepted(table).sum(1) - [0.5, 0.5]).max() <= EXACT


def test_a_reward_for_the_better_mode_raises_accuracy():
    half = Fraction(1, 2)
    assert elicited((half, half), (half, 1), (1, 1)) == Fraction(3, 4)
    assert elicited((half, half), (half, 1), (0, 1)) == 1


def test_hits_before_and_after_a_reward():
    table = jnp.zeros((2, 1, 2, 2)).at[0, 0, 0, 1].set(0.25).at[0, 0, 1, 0].set(0.25).at[1, 0, 1].set(0.25)
    assert [float(p) for p in hit_rates(table)] == [0.75, 1.0]


def test_the_error_function_is_that_of_mpmath():
    with mp.workdps(30):
        slope = 1 - mpf(1) * exp(mpf(-1) / 2) * mp.sqrt(2 / mp.pi) / erf(1 / mp.sqrt(2))
    assert abs(centre_slope(1.0) - float(slope)) <= EXACT
