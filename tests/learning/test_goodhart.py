"""The best of n by a proxy, against mpmath, enumeration and draws on a grid."""

import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from infoloop.learning.goodhart import hack_gold, hack_optimum, mean_maximum, selected_value
from infoloop.probability.numerics import rounding

CELLS = 64


def by_parts(n):
    """E max = int_0^oo (1 - Phi^n) - int_-oo^0 Phi^n, another integral than the one of the source."""
    with mpmath.workdps(30):
        above = mpmath.quad(lambda x: 1 - mpmath.ncdf(x) ** n, mpmath.linspace(0, 16, 17))
        below = mpmath.quad(lambda x: mpmath.ncdf(-x) ** n, mpmath.linspace(0, 16, 17))
        return float(above - below)


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 1.5, 2, 3, 10, 1000, 10**6])
def test_the_mean_maximum_is_that_of_integration_by_parts(n):
    assert abs(float(mean_maximum(n)) - by_parts(n)) < rounding(CELLS)


@pytest.mark.slow
def test_the_mean_maximum_of_two_three_and_five_normals_in_closed_form():
    five = 5 / (4 * math.sqrt(math.pi)) + 15 / (2 * math.pi**1.5) * math.asin(1 / 3)
    expected = np.array([1 / math.sqrt(math.pi), 3 / (2 * math.sqrt(math.pi)), five])
    assert np.abs(mean_maximum(jnp.array([2, 3, 5])) - expected).max() < rounding(CELLS)


def test_the_mean_of_the_absolute_value_is_not_taken_for_that_of_the_maximum():
    assert abs(float(mean_maximum(2)) - math.sqrt(2 / math.pi)) > 0.1


def test_the_mean_maximum_of_very_many_stays_a_number_below_its_bound():
    found = mean_maximum(jnp.array([1e9, 1e30, 1e100]))
    bound = np.sqrt(2 * np.log([1e9, 1e30, 1e100]))
    assert ((found < bound) & (found > 0.9 * bound)).all()


@pytest.mark.full
def test_its_slope_is_that_of_differences():
    step = 2.0**-10
    difference = (by_parts(4 + step) - by_parts(4 - step)) / (2 * step)
    assert abs(float(jax.grad(mean_maximum)(4.0)) - difference) < step**2


@pytest.mark.parametrize("n", [0.5, 0, -1, math.nan, math.inf])
def test_no_maximum_of_less_than_one_draw(n):
    with pytest.raises(ValueError, match="n is"):
        mean_maximum(n)


@pytest.mark.full
def test_a_noiseless_proxy_selects_the_value_itself():
    assert abs(float(selected_value(2.0, 1e-9, 3)) - 2 * by_parts(3)) < rounding(CELLS)


@pytest.mark.parametrize(("value", "error"), [(0.0, 1.0), (1.0, -1.0)])
def test_deviations_are_positive(value, error):
    with pytest.raises(ValueError, match="deviation"):
        selected_value(value, error, 2)


def gold_of_levels(mass: Fraction, n: int, levels: int) -> Fraction:
    """The same game with values 1/K, 2/K, ..., 1, by the law of the largest level drawn."""
    clear = (1 - mass) ** n
    return clear * sum(
        Fraction(k, levels) * (Fraction(k, levels) ** n - Fraction(k - 1, levels) ** n) for k in range(1, levels + 1)
    )


@pytest.mark.parametrize("n", [1, 2, 7])
def test_gold_lies_between_the_games_with_values_rounded_down_and_up(n):
    mass, levels = Fraction(1, 16), 100
    above = gold_of_levels(mass, n, levels)
    below = above - (1 - mass) ** n / levels
    assert below <= float(hack_gold(1 / 16, n)) <= above
    assert not below <= float(hack_gold(1 / 16, n + 1)) <= above


@pytest.mark.parametrize("mass", [1.0, 0.9, 0.3, 1 / 16, 0.05, 1e-3, 1e-4])
def test_no_other_number_of_draws_is_better(mass):
    every = hack_gold(mass, jnp.arange(1.0, 300.0))
    assert float(hack_gold(mass, hack_optimum(mass))) >= float(every.max()) - rounding(1)


def test_the_optimum_is_about_one_over_the_root_of_the_mass():
    assert float(hack_optimum(1e-6)) in (999.0, 1000.0)
    assert float(hack_optimum(1e-6)) != 10**6


@pytest.mark.parametrize("mass", [-0.1, 1.1])
def test_the_mass_is_a_probability(mass):
    with pytest.raises(ValueError, match="mass"):
        hack_gold(mass, 1)
    with pytest.raises(ValueError, match="mass"):
        hack_optimum(mass)
