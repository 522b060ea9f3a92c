"""Populations of questions: what they hold, what is refused, and that they are pytrees."""

import jax
import jax.numpy as jnp
import pytest

from infoloop.learning.pass_at_crossings import cover_gap, crossings
from infoloop.learning.pass_at_k import cover, log_fail, pass_at
from infoloop.learning.question_populations import (
    beta_rates,
    check_counts,
    fixed_rates,
    mixture,
    observed_rates,
    verdict_counts,
)


def test_shares_are_equal_unless_given():
    assert fixed_rates([0.0, 0.5, 1.0, 1.0]).weights.tolist() == [0.25] * 4
    assert fixed_rates(0.5).rates.tolist() == [0.5]


@pytest.mark.slow
def test_a_population_is_a_pytree_that_can_be_mapped_and_differentiated():
    def second(rates):
        return pass_at(fixed_rates(rates), 2)

    found = jax.jit(jax.vmap(second))(jnp.array([[0.0, 0.5], [1.0, 0.5]]))
    assert found.tolist() == [0.375, 0.875]
    assert jax.grad(second)(jnp.array([0.0, 0.5])).tolist() == [1.0, 0.5]
    assert jax.tree.leaves(beta_rates(1.0, 2.0)) == [1.0, 2.0]


def test_shares_of_passes_stand_for_rates():
    plug_in = observed_rates(verdict_counts([4, 8, 2], [1, 8, 0]))
    assert plug_in.rates.tolist() == [0.25, 1.0, 0.0]
    assert abs(plug_in.weights.sum() - 1) < jnp.finfo(float).eps


def test_a_mixture_has_the_questions_of_both():
    both = mixture(fixed_rates([0.25]), fixed_rates([0.5, 1.0], [0.25, 0.75]), 0.5)
    assert both.rates.tolist() == [0.25, 0.5, 1.0]
    assert both.weights.tolist() == [0.5, 0.125, 0.375]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: fixed_rates([0.5, 1.5]), r"rates is \[0.5 1.5\]: it is a probability"),
        (lambda: fixed_rates([0.5, 0.5], [1.0]), r"weights has shape \(1,\) and rates \(2,\)"),
        (lambda: fixed_rates([0.5, 0.5], [0.5, 0.4]), r"weights has mass 0.9"),
        (lambda: fixed_rates([[0.5]]), r"rates has shape \(1, 1\): give a list of pass rates"),
        (lambda: beta_rates(0.0, 1.0), r"a is 0.0: give a finite number above 0"),
        (lambda: verdict_counts([8, 4], [2, 5]), r"passes is 5 of 4 attempts: no question has more"),
        (lambda: verdict_counts([8, 0], [2, 0]), r"attempts is \[8. 0.\]: give whole numbers from 1 on"),
        (lambda: verdict_counts(8, 2), r"attempts has shape \(\): give a list of numbers"),
        (lambda: mixture(fixed_rates([0.5]), fixed_rates([0.5]), 2.0), r"share is 2.0: it is a probability"),
    ],
)
def test_what_is_no_population_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


FIXED, BETA, COUNTS = fixed_rates([0.5]), beta_rates(1.0, 2.0), verdict_counts([4], [2])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: log_fail(FIXED, 2), "population is a FixedRates: make one by beta_rates"),  # ty: ignore[invalid-argument-type]
        (lambda: log_fail([0.5], 2), "population is a list: make one by beta_rates"),  # ty: ignore[invalid-argument-type]
        (lambda: pass_at(0.5, 2), "population is a float: make one by fixed_rates, beta_rates or verdict_counts"),  # ty: ignore[invalid-argument-type]
        (lambda: cover(COUNTS, 0.5), "population is a VerdictCounts: make one by fixed_rates or beta_rates"),  # ty: ignore[invalid-argument-type]
        (lambda: observed_rates(FIXED), "counts is a FixedRates: make one by verdict_counts"),  # ty: ignore[invalid-argument-type]
        (lambda: mixture(BETA, FIXED, 0.5), "first is a BetaRates: make one by fixed_rates"),  # ty: ignore[invalid-argument-type]
        (lambda: mixture(FIXED, COUNTS, 0.5), "second is a VerdictCounts: make one by fixed_rates"),  # ty: ignore[invalid-argument-type]
        (lambda: crossings(BETA, FIXED), "one is a BetaRates: make one by fixed_rates"),  # ty: ignore[invalid-argument-type]
        (lambda: crossings(FIXED, BETA), "other is a BetaRates: make one by fixed_rates"),  # ty: ignore[invalid-argument-type]
        (lambda: cover_gap(COUNTS, FIXED), "sharpened is a VerdictCounts: make one by fixed_rates"),  # ty: ignore[invalid-argument-type]
        (lambda: cover_gap(FIXED, BETA), "base is a BetaRates: make one by fixed_rates"),  # ty: ignore[invalid-argument-type]
    ],
)
def test_another_population_is_refused_by_what_would_do(call, message):
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value) == message


def test_traced_counts_that_are_none_become_nan():
    n, c = jax.jit(check_counts)(jnp.array([4.0, 4.0]), jnp.array([4.0, 5.0]))
    assert n.tolist() == [4.0, 4.0]
    assert jnp.isnan(c).tolist() == [False, True]
