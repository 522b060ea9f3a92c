"""Projections: against sums over all samples in fractions, the stationarity of the optimum, and other laws nearby."""

import itertools
from math import log2, prod

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.kl_projections import (
    accepted_law,
    empirical_entropy,
    forward_regularised,
    law_at_rate,
    penalised_law,
    rate_divergence,
    reference_cost,
)
from infoloop.learning.policy_optimisation import regularised
from infoloop.probability.numerics import rounding

BASE, ACCEPTED = [0.25, 0.125, 0.5, 0.125], [1, 1, 0, 0]


def bits(law, base):
    return sum(x * log2(x / y) for x, y in zip(law, base, strict=True) if x)


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 2, 5])
def test_references_cost_the_mean_over_all_samples(n):
    law = [2 / 3, 1 / 3]
    mean = 0.0
    for draws in itertools.product(range(2), repeat=n):
        shares = [draws.count(y) / n for y in range(2)]
        mean += prod(law[y] for y in draws) * bits([*shares, 0, 0], BASE)
    assert abs(reference_cost(BASE, ACCEPTED, n) - mean) <= rounding(64)


@pytest.mark.slow
def test_many_references_approach_the_projection_like_one_over_n():
    gap = reference_cost(BASE, ACCEPTED, 4000) + np.log2(0.375)
    assert abs(gap * 2 * 4000 * np.log(2) - 1) < 1e-2  # (M - 1) / 2n nats


@pytest.mark.slow
def test_the_tilt_is_nearest_in_both_directions():
    law = np.asarray(law_at_rate(BASE, ACCEPTED, 0.75))
    assert abs(law[:2].sum() - 0.75) <= rounding(4)
    assert abs(bits(law, BASE) - rate_divergence(0.75, 0.375)) <= rounding(8)
    assert abs(bits(BASE, law) - rate_divergence(0.375, 0.75)) <= rounding(8)
    other = law + np.array([0.01, -0.01, 0.02, -0.02])
    assert bits(other, BASE) > bits(law, BASE)
    assert bits(BASE, other) > bits(BASE, law)
    assert np.abs(law_at_rate(BASE, ACCEPTED, 1.0) - accepted_law(BASE, ACCEPTED)).max() <= rounding(4)


@pytest.mark.full
@pytest.mark.parametrize("beta", [1e-9, 0.3, 5.0])
def test_the_other_direction_solves_its_condition(beta):
    reward = np.array([1.0, 1.0, 0.0, -2.0])
    law = np.asarray(forward_regularised(BASE, reward, beta))
    level = reward + beta * np.array(BASE) / law
    assert abs(law.sum() - 1) <= rounding(8)
    assert np.ptp(level) <= rounding(64) * max(1.0, beta)


@pytest.mark.full
def test_kl_is_one_of_the_penalties_and_chi_square_reaches_the_end():
    tilt = penalised_law(BASE, ACCEPTED, 0.3, lambda y: jnp.exp(y - 1))
    assert np.abs(tilt - regularised(BASE, ACCEPTED, 0.3)).max() <= rounding(64)
    square = lambda beta: penalised_law(BASE, ACCEPTED, beta, lambda y: jnp.maximum(0.0, 1 + y))  # noqa: E731
    assert np.abs(square(0.375) - accepted_law(BASE, ACCEPTED)).max() <= rounding(64)
    assert (square(0.376)[2:] > 0).all()


@pytest.mark.full
def test_where_no_level_makes_a_law_it_is_nan_and_outputs_without_mass_do_not_set_the_level():
    assert np.isnan(penalised_law([0.5, 0.5], [1.0, 0.0], 1.0, lambda y: jnp.full_like(y, 0.5))).all()
    alone = forward_regularised([0.5, 0.5], [1.0, 0.0], 1e-9)
    found = forward_regularised([0.5, 0.5, 0.0], [1.0, 0.0, 9.0], 1e-9)
    assert found.tolist() == [*alone.tolist(), 0.0]


@pytest.mark.full
def test_slopes_are_those_of_differences():
    def right(beta):
        return forward_regularised(BASE, ACCEPTED, beta)[:2].sum()

    slope, h = jax.jit(jax.grad(right))(0.5), 1e-5
    assert abs(slope - (right(0.5 + h) - right(0.5 - h)) / (2 * h)) < h
    assert np.isfinite(jax.grad(lambda q: empirical_entropy(jnp.stack([q, 1 - q, 0.0]), 3))(0.25))


@pytest.mark.parametrize("a", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("b", [0.25, 0.5])
def test_slopes_of_the_divergence_of_two_rates(a, b):
    by_a, by_b = jax.grad(rate_divergence, (0, 1))(a, b)
    assert by_a == {0.0: -np.inf, 1.0: np.inf}.get(a, by_a)
    assert np.isfinite(by_a) == (0 < a < 1)
    assert a in (0, 1) or abs(by_a - log2(a * (1 - b) / ((1 - a) * b))) <= rounding(4)
    assert abs(by_b - (b - a) / (b * (1 - b)) / np.log(2)) <= rounding(4)


def test_slopes_of_the_divergence_of_a_rate_from_itself_at_the_ends():
    found = [[float(x) for x in jax.grad(rate_divergence, (0, 1))(end, end)] for end in (0.0, 1.0)]
    assert [pair[0] for pair in found] == [np.inf, -np.inf]
    assert np.abs(np.array([pair[1] for pair in found]) * np.log(2) - [1, -1]).max() <= rounding(1)
    assert jax.grad(lambda b: rate_divergence(0.0, b))(0.0) == found[0][1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: law_at_rate(BASE, ACCEPTED, 1.5), "rate is 1.5"),
        (lambda: reference_cost(BASE, ACCEPTED, 0), "draws is 0"),
        (lambda: forward_regularised(BASE, ACCEPTED, 0.0), "beta .a temperature. is 0"),
        (lambda: accepted_law(BASE, [1, 1, 1, 1]), "the pass rate of base is 1"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
