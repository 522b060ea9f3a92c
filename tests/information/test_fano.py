"""Fano's inequality where its answer is known, and what it refuses."""

import jax
import pytest

from infoloop.exact.comparison import UNDECIDED
from infoloop.information.fano import ROUNDED, fano_bound, needed_bits, rounds_needed


def test_fano_says_nothing_at_the_error_of_guessing():
    assert abs(fano_bound(jax.numpy.array(3 / 4), 4) - 2) < UNDECIDED


@pytest.mark.parametrize(("letters", "error", "message"), [(1, 0.1, "letters is 1"), (4, 1.5, "error is 1.5")])
def test_a_task_without_errors_and_an_error_that_is_no_probability_are_refused(letters, error, message):
    with pytest.raises(ValueError, match=message):
        needed_bits(2.0, letters, error)


def test_a_bound_on_a_task_with_one_value_is_refused():
    with pytest.raises(ValueError, match="letters is 1: a task with one value has no error, give at least 2"):
        fano_bound(0.1, 1)


def test_a_gap_of_rounding_takes_no_round_and_a_larger_one_does():
    assert rounds_needed(1.0 + ROUNDED / 2, 1.0, 0.5) == 0.0
    assert rounds_needed(1.0 + 2 * ROUNDED, 1.0, 0.5) == 1.0
