"""A float is read as the number that was typed, and every other way to write it means the same."""

from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.probability.decimals import plain_number, shortest_decimal

TENTH = Fraction(1, 10)


@pytest.mark.parametrize("value", [0.1, "0.1", "1/10", TENTH, np.float64(0.1), np.array(0.1), jnp.array(0.1), "2/20"])
def test_every_way_to_write_a_tenth_is_a_tenth(value):
    assert shortest_decimal(value, "weight") == TENTH


@pytest.mark.parametrize("value", [0, 1, 2.5, 1e-300, 1 / 3, "1/3", Fraction(2, 7)])
def test_no_other_number_is_moved(value):
    exact = shortest_decimal(value, "weight")
    assert exact == Fraction(value) if isinstance(value, str | int | Fraction) else float(exact) == value
    assert shortest_decimal(plain_number(exact), "weight") == exact


@pytest.mark.parametrize(
    "value", ["", "x", "1/0", "1e999999999", "9" * 100, float("nan"), float("inf"), np.float32(0.1)]
)
def test_what_is_no_number_is_named(value):
    with pytest.raises(ValueError, match="weight is "):
        shortest_decimal(value, "weight")
