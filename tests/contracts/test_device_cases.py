"""Every public function with numbers is compared on two devices, or it is said why not; and a difference is noticed."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.benchmarks.device import unequal
from tests.benchmarks.devices import coverage
from tests.benchmarks.devices.two_devices import Case, compare, share_of_bound, shifted

CPU = jax.devices("cpu")[0]
ROUNDINGS = 64


@pytest.mark.slow
def test_every_public_function_is_compared_or_it_is_said_why_not():
    assert coverage.left_out(coverage.cases(), coverage.public_functions(), coverage.NOT_COMPARED) == []


def test_what_is_left_out_named_twice_or_gone_is_noticed():
    functions, reasons = {"a", "b", "c"}, {"for the host": ("b", "gone")}
    assert coverage.left_out(["a", "b"], functions, reasons) == ["b", "c", "gone"]


def test_the_same_computation_is_equal_in_value_and_slope():
    found = compare("cosine", Case(jnp.cos, jnp.array([0.5, 2.0]), ROUNDINGS), CPU, CPU)
    assert found.share == 0


def test_what_cannot_be_computed_is_not_equal():
    def fail(given):
        raise ValueError("no such device")

    found = compare("failing", Case(fail, 1.0, ROUNDINGS), CPU, CPU)
    assert unequal([found]) == ["failing (ValueError: no such device)"]
    assert unequal([compare("empty", Case(lambda given: (), 1.0, ROUNDINGS, slope=False), CPU, CPU)]) != []


VALUE = np.array([1.0, -3.0])
MOVED = VALUE * (1 + 2.0**-36)  # a condition of 3, and a greatest entry of 3: the bound is six times the roundings
EPS = np.finfo(float).eps


@pytest.mark.parametrize(
    ("found", "equal"),
    [
        (VALUE + 6 * 8 * ROUNDINGS * EPS * 0.99, True),
        (VALUE + 6 * 8 * ROUNDINGS * EPS * 1.01, False),
        (VALUE.astype(np.float32), False),
        (VALUE[:1], False),
        (np.array([1.0, np.nan]), False),
        (np.array([np.inf, -3.0]), False),
    ],
)
def test_a_difference_beyond_its_bound_is_noticed(found, equal):
    assert (share_of_bound(found, VALUE, MOVED, ROUNDINGS)[0] <= 1) == equal


def test_infinities_and_nan_have_to_stand_in_the_same_places():
    reference = np.array([np.inf, np.nan, 0.0])
    assert share_of_bound(reference.copy(), reference, reference, ROUNDINGS)[0] == 0
    for other in ([-np.inf, np.nan, 0.0], [np.inf, 0.0, 0.0], [np.nan, np.nan, 0.0]):
        assert share_of_bound(np.array(other), reference, reference, ROUNDINGS)[0] == np.inf


def test_whole_numbers_have_to_be_equal():
    reference = np.array([1, 2])
    assert share_of_bound(reference.copy(), reference, reference, ROUNDINGS)[0] == 0
    assert share_of_bound(reference + 1, reference, reference, ROUNDINGS)[0] == np.inf


def test_every_float_is_moved_and_nothing_else():
    before = {"x": np.ones(5), "n": np.arange(3)}
    after = shifted(before)
    assert (np.abs(after["x"] - 1) == 2.0**-36).all()
    assert after["n"].tolist() == [0, 1, 2]
