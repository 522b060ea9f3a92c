"""The parts of the claims on contraction, where the answer is known."""

from fractions import Fraction

import jax

from infoloop.claims.processing.strong_data_processing import gerber_bound, symmetric_eta
from infoloop.exact.comparison import UNDECIDED


def test_the_symmetric_coefficient_is_that_of_the_bsc_for_two_symbols():
    assert symmetric_eta(Fraction(1, 2), 2) == Fraction(1, 4)


def test_gerber_keeps_nothing_at_crossover_one_half():
    assert abs(gerber_bound(jax.numpy.array(0.5), 0.5)) < UNDECIDED
