"""Exact resampled counts: against plain loops over sequences of draws, and against the float models."""

import itertools
from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.exact import wright_fisher_rational
from infoloop.loops.absorption import absorption_time, fixation_by_table
from infoloop.models import smoothed, wright_fisher
from infoloop.probability.numerics import rounding


def by_sequences(n, rate):
    """The law of a count, by adding up all sequences of n draws."""
    law = [Fraction(0)] * (n + 1)
    for sequence in itertools.product((0, 1), repeat=n):
        probability = Fraction(1)
        for token in sequence:
            probability *= rate if token else 1 - rate
        law[sum(sequence)] += probability
    return law


def fractions(values):
    return [Fraction(int(v.p), int(v.q)) for v in np.ravel(values)]


def floats(values):
    return np.array([float(v) for v in fractions(values)])


@pytest.mark.parametrize("rate", [Fraction(0), Fraction(1, 3), Fraction(1)])
def test_draws_are_the_sum_over_all_sequences(rate):
    assert fractions(wright_fisher_rational.rational_binomial_pmf(4, rate)) == by_sequences(4, rate)


@pytest.mark.parametrize("alpha", [Fraction(0), Fraction(1, 2)])
def test_rows_of_the_kernel_are_draws_at_the_smoothed_frequency(alpha):
    rows = wright_fisher_rational.rational_kernel(3, alpha)
    assert [fractions(row) for row in rows] == [by_sequences(3, (c + alpha) / (3 + 2 * alpha)) for c in range(4)]


@pytest.mark.slow
def test_laws_are_those_of_the_model():
    exact = wright_fisher_rational.rational_generation_law(4, ["1/4", "3/4"], ["1/2", "1/2"], 3)
    model = wright_fisher.law(wright_fisher.wright_fisher(4, [0.25, 0.75]), 3)
    np.testing.assert_allclose(model.table.ravel(), floats(exact.table), atol=rounding(30), rtol=0)


@pytest.mark.slow
def test_smoothed_laws_are_those_of_the_model():
    exact = wright_fisher_rational.rational_generation_law(4, ["1/4", "3/4"], ["1/2", "1/2"], 3, "1/2")
    model = smoothed.law(smoothed.smoothed(4, 0.5, [0.25, 0.75]), 3)
    np.testing.assert_allclose(model.table.ravel(), floats(exact.table), atol=rounding(30), rtol=0)


def test_a_law_one_generation_late_would_be_noticed():
    exact = wright_fisher_rational.rational_generation_law(4, ["1/4", "3/4"], ["1/2", "1/2"], 4)
    model = wright_fisher.law(wright_fisher.wright_fisher(4, [0.25, 0.75]), 3)
    assert np.abs(model.table.ravel() - floats(exact.table)).max() > rounding(30)


def test_a_symbol_is_the_draw_of_one():
    assert wright_fisher_rational.token_law(["1/4", 1], ["1/3", "2/3"]).outcomes() == {
        "0 0": "1/4",
        "0 1": "1/12",
        "1 1": "2/3",
    }


@pytest.mark.full
def test_times_and_ends_are_those_of_the_float_tables():
    times = wright_fisher_rational.absorption_sums(6, [1] * 5)
    ends = wright_fisher_rational.absorption_sums(6, wright_fisher_rational.rational_kernel(6)[1:-1, -1])
    np.testing.assert_allclose(absorption_time(6, np.arange(7)), floats(times), atol=rounding(2000), rtol=0)
    np.testing.assert_allclose(fixation_by_table(6, np.arange(6)), floats(ends[:-1]), atol=rounding(60), rtol=0)


@pytest.mark.full
def test_the_characteristic_polynomial_is_that_of_the_float_kernel():
    found = float(fractions(wright_fisher_rational.kernel_determinant(4, 0, "1/3"))[0])
    oracle = float(jnp.linalg.det(jnp.eye(5) / 3 - wright_fisher.kernel(4)))
    assert abs(found - oracle) < rounding(25)


def test_hypotheses_without_a_mass_each_are_refused():
    with pytest.raises(ValueError, match="argument 2 is"):
        wright_fisher_rational.rational_generation_law(2, [0, 1], ["1"], 1)
