"""Fano's inequality where its answer is known, and what it refuses."""

import jax

from infoloop.exact.comparison import UNDECIDED
from infoloop.information.fano import fano_bound


def test_fano_says_nothing_at_the_error_of_guessing():
    assert abs(fano_bound(jax.numpy.array(3 / 4), 4) - 2) < UNDECIDED
