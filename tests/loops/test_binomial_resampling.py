"""The kernel of resampling against exact rationals."""

import math
from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.loops.binomial_resampling import wright_fisher_kernel
from infoloop.probability.channels import channel
from infoloop.probability.numerics import rounding
from tests.support.lanes import first


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "count_pairs"),
    first(
        2, [(1, [(0, 0), (0, 1)]), (20, [(1, 0), (10, 10), (3, 19)]), (10_000, [(1, 40), (5000, 5400), (9990, 9990)])]
    ),
)
def test_the_kernel_is_the_exact_rational(n, count_pairs):
    table = wright_fisher_kernel(n)
    for i, j in count_pairs:
        exact = math.comb(n, j) * Fraction(i, n) ** j * Fraction(n - i, n) ** (n - j)
        logarithm = math.log(exact.numerator) - math.log(exact.denominator) if exact else 0
        assert abs(float(table[i, j]) - float(exact)) <= rounding(1) * (1 + abs(logarithm)) * float(exact)


@pytest.mark.slow
def test_the_whole_kernel_is_stochastic_to_rounding_and_exact_at_its_ends():
    table = wright_fisher_kernel(2000)
    assert np.abs(table.sum(1) - 1).max() < rounding(8)
    assert table[0].tolist() == [1.0] + [0.0] * 2000
    assert table[-1].tolist() == [0.0] * 2000 + [1.0]


def test_the_dense_kernel_is_a_channel():
    assert channel(wright_fisher_kernel(40), "count", "next").rows.shape == (41, 41)
    assert jnp.array_equal(wright_fisher_kernel(40)[0, 1:], jnp.zeros(40))
