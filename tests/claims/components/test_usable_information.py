"""What a predictor of a parity loses, by other routes."""

import math

import jax
import jax.numpy as jnp

from infoloop.claims.components.usable_information import parity_loss
from infoloop.exact.log_sums import log2
from infoloop.exact.rational_laws import fmpq
from infoloop.probability.numerics import rounding
from tests.support.exact_values import exact_float

CELLS = 64


def test_the_right_predictor_of_a_parity_is_not_affine_and_loses_less_than_a_bit():
    right = [fmpq(1, 8), fmpq(7, 8), fmpq(7, 8), fmpq(1, 8)]
    entropy = -(1 / 8) * math.log2(1 / 8) - (7 / 8) * math.log2(7 / 8)
    assert abs(exact_float(parity_loss(right, fmpq(1, 8), log2)) - entropy) < rounding(CELLS)
    floats = parity_loss([0.5] * 4, jnp.array(0.3), jnp.log2)
    assert abs(floats - 1) < rounding(CELLS)
    assert jax.numpy.ndim(floats) == 0
