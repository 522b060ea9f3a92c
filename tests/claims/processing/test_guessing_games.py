"""The parts of the claims on guessing games, where the answer is known."""

import jax

from infoloop.claims.processing.guessing_games import bits_by_try
from infoloop.exact.comparison import UNDECIDED


def test_the_price_of_a_uniform_secret_is_its_logarithm():
    bits = bits_by_try(jax.numpy.full(8, 1 / 8))
    assert abs(bits.sum() - 3) < UNDECIDED
