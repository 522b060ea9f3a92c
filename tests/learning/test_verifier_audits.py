"""Boxes of rates: bounds against grids of the box, in floats of another formula; exact numbers against both."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.verifier_audits import bits_over_box, certified_bits_over_box
from infoloop.probability.numerics import rounding

BOXES = [
    ((0.25, 0.75), (0.125, 0.25), (0.5, 0.875)),  # J > 0, the best input inside
    ((0.0625, 0.125), (0.5, 0.75), (0.25, 0.375)),  # J < 0, few right
    ((0.5, 0.5), (0.0, 0.0), (0.5, 1.0)),
    ((0.25, 0.5), (0.25, 0.75), (0.5, 0.875)),  # holds J = 0
    ((0.0, 1.0), (0.0, 0.125), (0.875, 1.0)),  # p may be 0
]


def bits(p: float, f: float, t: float) -> float:
    h = lambda x: -sum(y * np.log2(y) for y in (x, 1 - x) if y > 0)  # noqa: E731
    return h(p * t + (1 - p) * f) - p * h(t) - (1 - p) * h(f)


@pytest.mark.slow
@pytest.mark.parametrize("box", BOXES)
def test_bounds_hold_on_a_grid_of_the_box_and_are_reached(box):
    right, rates = box[0], {"false_positive": box[1], "true_positive": box[2]}
    found, exact = bits_over_box(right, **rates), certified_bits_over_box(right, **rates)
    grid = [bits(*point) for point in itertools.product(*(np.linspace(*ends, 33) for ends in box))]
    lower, upper = float(found.lower), float(found.upper)
    assert lower - rounding(8) <= min(grid) <= lower + rounding(8) + 0.02 * (lower == 0)
    assert upper - 1e-3 <= max(grid) <= upper + rounding(8)
    assert bool(found.holds_zero) == exact.holds_zero == (box is BOXES[3])
    assert abs(lower - float(exact.lower.digits(15))) <= rounding(8)
    assert abs(upper - float(exact.upper.digits(15))) <= rounding(8)


def test_the_exact_upper_bound_is_above_every_exact_value_of_the_box():
    found = certified_bits_over_box(("1/4", "3/4"), false_positive=("1/10", "1/10"), true_positive=("9/10", "9/10"))
    point = certified_bits_over_box(("1/2", "1/2"), false_positive=("1/10", "1/10"), true_positive=("9/10", "9/10"))
    assert (found.upper - point.upper).sign() >= 0
    assert (point.lower - found.lower).sign() > 0
    assert (point.upper - point.lower).sign() == 0


def test_ends_out_of_order_are_refused():
    with pytest.raises(ValueError, match=r"right is from 0.5 to 0.25: give two numbers in \[0, 1\], the least first"):
        bits_over_box([0.5, 0.25], false_positive=[0.0, 0.1], true_positive=[0.5, 0.6])
    with pytest.raises(ValueError, match="true_positive is from 1 to 1/2"):
        certified_bits_over_box((0, 1), false_positive=(0, 1), true_positive=(1, "1/2"))
    with pytest.raises(ValueError, match=r"true_positive has shape \(3,\): give its least and its greatest value"):
        bits_over_box([0.5, 0.5], false_positive=[0.0, 0.1], true_positive=[0.5, 0.6, 0.7])
    with pytest.raises(ValueError, match="false_positive has 1 numbers: give its least and its greatest value"):
        certified_bits_over_box((0, 1), false_positive=(0,), true_positive=(0, 1))  # ty: ignore[invalid-argument-type]
    with pytest.raises(ValueError, match=r"right is \[0.5 1.5\]: it is a probability"):
        bits_over_box([0.5, 1.5], false_positive=[0.0, 0.1], true_positive=[0.5, 0.6])
    rates = {"false_positive": jnp.array([0.0, 0.1]), "true_positive": jnp.array([0.5, 0.6])}
    traced = jax.jit(bits_over_box)(jnp.array([0.5, 0.25]), **rates)
    assert np.isnan(traced.lower)
