"""Closed forms of channels in a row: exact fractions, capacities at their ends and against 80 digits."""

from fractions import Fraction

import jax
import numpy as np
import pytest
from mpmath import log, mp, mpf

from infoloop.information import binary_channel_chains
from infoloop.probability.numerics import rounding


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_errors_in_a_row_are_an_odd_number_of_errors(steps):
    crossover = Fraction(1, 7)
    odd = Fraction(0)
    for _ in range(steps):
        odd = odd * (1 - crossover) + (1 - odd) * crossover
    assert binary_channel_chains.cascade_crossover(crossover, steps) == odd


@pytest.mark.parametrize("kept", [1e-30, 1e-12, 1e-3, 0.25, 0.5, 0.75, 1 - 1e-9])
def test_the_z_capacity_is_right_to_its_last_digits(kept):
    with mp.workdps(80):
        s = mpf(kept)
        exact = log(1 + s * (1 - s) ** ((1 - s) / s), 2)
        assert abs(mpf(float(binary_channel_chains.z_capacity_kept(kept))) / exact - 1) < rounding(2)


def test_the_power_of_a_rounded_noise_would_lose_digits():
    """The form in e = 1 - s raises the rounding error of e to the power 1 / s."""
    fall, kept = 1 - 1e-10, 1e-10
    naive = np.log1p(kept * fall ** (fall / kept)) / np.log(2)
    assert abs(naive / float(binary_channel_chains.z_capacity_kept(kept)) - 1) > 1e4 * rounding(2)


@pytest.mark.slow
def test_the_ends_of_the_z_channel():
    assert float(binary_channel_chains.z_capacity(0.0)) == 1
    assert float(binary_channel_chains.z_capacity(1.0)) == 0
    assert abs(float(jax.grad(binary_channel_chains.z_capacity_kept)(0.0)) - 1 / (np.e * np.log(2))) < rounding(1)


def test_the_z_capacity_by_noise_is_that_by_what_is_kept():
    assert abs(float(binary_channel_chains.z_capacity(0.25) - binary_channel_chains.z_capacity_kept(0.75))) < rounding(
        1
    )


def test_many_noisy_links_forget():
    assert binary_channel_chains.cascade_crossover(Fraction(1, 4), 2) == Fraction(3, 8)
