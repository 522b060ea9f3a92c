"""Numbers beyond floats against whole numbers of Python."""

from fractions import Fraction

import jax.numpy as jnp
import pytest

from infoloop.probability.scaled_numbers import entries, number, product_of_all, products, scaled, times


@pytest.mark.slow
@pytest.mark.parametrize("count", [10, 1100])  # digits beyond the least float are multiplied one by one
def test_products_of_many_factors(count):
    factors = scaled(jnp.full(count, 5.0))
    for digits, power in (product_of_all(factors), [part[-1] for part in products(factors)]):
        exact = Fraction(5) ** count / Fraction(2) ** int(power)
        assert abs(float(Fraction(float(digits)) / exact - 1)) < count * 2.0**-53


@pytest.mark.slow
def test_zeros_and_digits():
    digits, power = scaled(jnp.array([0.0, 0.75, 6.0]))
    assert (digits.tolist(), power.tolist()) == ([0.0, 0.75, 0.75], [0, 0, 3])
    assert number(times(scaled(jnp.array([0.0, 1e-200])), scaled(jnp.array([3.0, 1e-200])))).tolist() == [0.0, 0.0]
    huge = times(scaled(jnp.asarray(1e200)), scaled(jnp.asarray(1e200)))
    assert abs(float(number(times(huge, scaled(jnp.asarray(1e-300))))) / 1e100 - 1) < 8 * 2.0**-53


@pytest.mark.slow
def test_entries_of_rows_by_places():
    table = scaled(jnp.array([[1.0, 2.0], [3.0, 4.0]]))
    assert number(entries(table, jnp.array([[1, 1, 0], [0, 1, 0]]))).tolist() == [[2.0, 2.0, 1.0], [3.0, 4.0, 3.0]]
