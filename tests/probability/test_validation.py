"""Parameters are refused by name, value and remedy; traced ones, which cannot raise, become NaN."""

import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.probability.validation import (
    FixedTaskWarning,
    check_choice,
    check_count,
    check_positions,
    check_positive,
    check_positive_int,
    warn_if_degenerate_prior,
)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: check_positive(0.0, "variance"), r"variance is 0.0: give a finite number above 0$"),
        (lambda: check_positive(np.inf, "variance"), "variance is inf: give a finite number above 0"),
        (lambda: check_positive([0.5, 2.0], "weight", most=1), "weight is .*: give a finite .* above 0 and at most 1"),
        (lambda: check_count([3, 2.5], "t", 0), "t is .*: give whole numbers from 0 on"),
        (lambda: check_count(3, "n", 4, "so that a mean exists"), "n is 3.0: .* from 4 on, so that a mean exists"),
        (lambda: check_positions([-1, 2], "t"), "t is .*: give whole numbers from 0 on"),
        (lambda: check_positive_int(True, "runs"), "runs is True: give a whole number, at least 1"),
        (lambda: check_positive_int(2.0, "runs"), "runs is 2.0: give a whole number, at least 1"),
        (lambda: check_choice("keep", "schedule", ("replace", "grow")), "schedule is 'keep': choose one of 'replace'"),
    ],
)  # fmt: skip
def test_what_is_out_of_range_is_refused_with_its_name_value_and_remedy(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_what_is_traced_becomes_nan_where_it_is_out_of_range():
    values = jnp.array([-1.0, 0.0, 1.0, 2.5])
    positive = jax.vmap(lambda v: check_positive(v, "variance", most=2.0))(values)
    counts = jax.vmap(lambda v: check_count(v, "t", 0))(values)
    np.testing.assert_array_equal(positive, [np.nan, np.nan, 1.0, np.nan])
    np.testing.assert_array_equal(counts, [np.nan, 0.0, 1.0, np.nan])


def test_a_prior_on_one_hypothesis_is_pointed_out_and_others_are_not():
    with pytest.warns(FixedTaskWarning, match="theta has one possible value"):
        warn_if_degenerate_prior([0.0, 1.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_if_degenerate_prior([0.5, 0.5])
