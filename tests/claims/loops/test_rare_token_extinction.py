"""The parts of the claims on rare tokens, by hand."""

from fractions import Fraction

from infoloop.claims.loops.fixation_times import least_drift, time_by_spectrum
from infoloop.claims.loops.rare_token_extinction import deficit, iterates


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
