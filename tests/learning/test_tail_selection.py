"""Selection above a threshold: against rational sums, mpmath integrals, and the limits that the tails decide."""

from fractions import Fraction

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from infoloop.learning.error_tails import (
    gaussian_log_survival,
    pareto_log_survival,
    weibull_log_survival,
    weibull_tail_rate,
)
from infoloop.learning.policy_optimisation import regularised
from infoloop.learning.tail_selection import (
    limit_law,
    limit_mean,
    selected_exponential,
    selected_gaussian,
    selected_law,
    selected_mean,
)
from infoloop.probability.numerics import rounding

BIT, FAIR = [0.0, 1.0], [0.5, 0.5]
VALUES, LAW = np.array([-1.0, 0.5, 0.5, 2.0, 9.0]), np.array([0.25, 0.25, 0.125, 0.375, 0.0])
TAILS = {
    "geometric": (lambda k: -k * jnp.log(2.0), lambda t: Fraction(2, 3)),
    "harmonic": (lambda k: -jnp.log1p(k), lambda t: Fraction(t + 1, 2 * t + 1)),
    "squares": (lambda k: -(k**2) * jnp.log(2.0), lambda t: 1 / (1 + Fraction(2) ** (1 - 2 * t))),
    "dependent": (lambda k: -k * jnp.log(2.0) * jnp.array([1, 2]), lambda t: 1 / (1 + Fraction(2) ** (t - 2))),
}


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("t", range(1, 12))
def test_a_fair_bit_with_an_integer_error(tail, t):
    log_survival, expected = TAILS[tail]
    assert abs(selected_mean(BIT, FAIR, log_survival, t) - float(expected(t))) <= rounding(16)


@pytest.mark.slow
def test_the_sum_over_all_pairs_of_value_and_error():
    """Errors 0..6 with masses 7/28, 6/28, ...: every pair whose sum reaches the threshold, in rationals."""
    masses = [Fraction(7 - e, 28) for e in range(7)]
    values, law = [0, 1, 3], [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]

    def log_survival(x):
        beyond = jnp.arange(7) >= x[:, None]
        return jnp.log(jnp.where(beyond, jnp.array([float(m) for m in masses]), 0.0).sum(1))

    for t in range(-1, 10):
        chosen = [(v, p * q) for v, p in zip(values, law, strict=True) for e, q in enumerate(masses) if v + e >= t]
        expected = sum(v * m for v, m in chosen) / sum(m for _, m in chosen)
        assert abs(selected_mean(values, [float(p) for p in law], log_survival, t) - float(expected)) <= rounding(32)
    assert np.isnan(selected_mean(values, [float(p) for p in law], log_survival, 10))


@pytest.mark.full
@pytest.mark.parametrize("beta", [0.05, 0.5, 3.0])
def test_an_exponential_error_is_the_regularised_policy_from_the_highest_value_on(beta):
    for t in (2.0, 5.0, 1e4):
        found = selected_law(VALUES, LAW, lambda x: weibull_log_survival(x, 1.0, beta), t)
        assert np.abs(found - regularised(LAW, VALUES, beta)).max() <= rounding(64) * max(1, t / beta)
    assert np.abs(limit_law(VALUES, LAW, 1 / beta) - regularised(LAW, VALUES, beta)).max() <= rounding(64)
    before = selected_law(VALUES, LAW, lambda x: weibull_log_survival(x, 1.0, beta), 1.5)
    assert np.abs(before - regularised(LAW, VALUES, beta)).max() > rounding(64)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("log_survival", "rate", "t"),
    [
        (lambda x: pareto_log_survival(x, 1.5), 0.0, 1e9),
        (lambda x: weibull_log_survival(x, 0.5), weibull_tail_rate(0.5), 1e13),
        (gaussian_log_survival, jnp.inf, 1e3),
    ],
)
def test_the_tail_decides_the_limit(log_survival, rate, t):
    apart = [abs(selected_mean(VALUES, LAW, log_survival, x) - limit_mean(VALUES, LAW, rate)) for x in (4.0, t)]
    assert apart[1] < 1e-5 < apart[0]


@pytest.mark.slow
def test_an_error_that_depends_on_the_value_selects_what_it_likes():
    """A long-tailed error on the values of an event, and a light one elsewhere, leave the mean given the event."""
    event = np.array([True, False, True, False, False])

    def log_survival(x):
        return jnp.where(event, pareto_log_survival(x, 1.0), gaussian_log_survival(x))

    expected = VALUES[event] @ LAW[event] / LAW[event].sum()
    assert abs(selected_mean(VALUES, LAW, log_survival, 1e9) - expected) < 1e-6


def exponential_pair(a, b, t):
    """Both integrals by mpmath."""
    with mpmath.workdps(30):
        a, b, t = map(mpmath.mpf, (a, b, t))
        weight = lambda v: a * mpmath.exp(-a * v - b * max(t - v, mpmath.mpf(0)))  # noqa: E731
        ends = [0, t / 4, t / 2, t, t + 2 / a, t + 20 / a, t + 90 / a]
        return float(mpmath.quad(lambda v: v * weight(v), ends) / mpmath.quad(weight, ends))


@pytest.mark.full
@pytest.mark.parametrize(
    ("a", "b", "t"),
    [(2, 1, 3), (1, 2, 3), (1, 1, 5), (1.1, 1, 4), (1, 1.1, 9.9), (1, 1.1, 10.1), (3, 0.5, 20), (0.5, 3, 20)],
)
def test_two_exponentials_by_quadrature(a, b, t):
    assert abs(selected_exponential(a, b, t) / exponential_pair(a, b, t) - 1) <= rounding(16)


@pytest.mark.slow
def test_two_exponentials_end_at_the_closed_limit_or_without_end():
    assert abs(selected_exponential(3.0, 1.0, 1e3) - 1 / 2) <= rounding(8)
    t = np.array([10.0, 100.0, 1000.0])
    assert (selected_exponential(1.0, 1.0, t) > t / 3).all()
    assert (selected_exponential(1.0, 2.0, t) >= t).all()
    assert selected_exponential(2.0, 1.0, -5.0) == 0.5


@pytest.mark.parametrize("t", [-30.0, 0.0, 3.0, 60.0])
def test_two_normals_keep_their_share_of_the_proxy(t):
    with mpmath.workdps(30):
        spread = mpmath.mpf(5)
        hazard = mpmath.npdf(t / spread) / (mpmath.erfc(t / spread / mpmath.sqrt(2)) / 2)
        expected = float(9 / spread * hazard)
    assert abs(selected_gaussian(3.0, 4.0, t) - expected) <= rounding(64) * max(1, expected)


@pytest.mark.parametrize("t", [38.0, 45.0, 1e3, 1e5, 1e12, 1e200])
def test_two_normals_keep_all_digits_far_out(t):
    """t / 5 - the mean is 1/u + ..., from which logarithms of tails would leave nothing."""
    with mpmath.workdps(30):
        u = mpmath.mpf(t) / 5
        far = u * (1 + u**-2 - 2 * u**-4 + 10 * u**-6)  # the asymptotic series, enough from u = 1e3 on
        hazard = far if t > 1e4 else mpmath.npdf(u) / (mpmath.erfc(u / mpmath.sqrt(2)) / 2)
    assert abs(selected_gaussian(3.0, 4.0, t) / float(9 * hazard / 5) - 1) <= rounding(8)
    assert abs(jax.grad(lambda x: selected_gaussian(3.0, 4.0, x))(t) - 0.36) <= 0.36 * float(u) ** -2 + rounding(8)


@pytest.mark.slow
def test_two_exponentials_at_thresholds_whose_squares_are_beyond_all_floats():
    t = 1e200
    assert selected_exponential(2.0, 1.0, t) == 1.0
    assert selected_exponential(1.0, 2.0, t) == t
    assert abs(selected_exponential(1.0, 1.0, t) / t - 0.5) <= rounding(1)
    assert jax.grad(selected_exponential, (0, 1, 2))(2.0, 1.0, t) == (-1.0, 1.0, 0.0)
    assert jax.grad(selected_exponential, (0, 1, 2))(1.0, 2.0, t) == (0.0, 0.0, 1.0)


@pytest.mark.full
def test_slopes_are_those_of_differences_also_at_the_ends():
    step = 2.0**-14

    def agree(function, at):
        difference = (function(at + step) - function(at - step)) / (2 * step)
        assert abs(jax.grad(function)(at) - difference) <= 64 * step**2

    agree(lambda t: selected_mean(VALUES, LAW, gaussian_log_survival, t), 3.0)
    agree(lambda rate: limit_mean(VALUES, LAW, rate), 0.7)
    agree(lambda a: selected_exponential(a, 1.0, 3.0), 1.0)
    agree(lambda t: selected_gaussian(1.0, 2.0, t), 8.0)
    assert jax.grad(lambda rate: limit_mean(VALUES, LAW, rate))(0.0) == pytest.approx(
        np.cov(VALUES, aweights=LAW, bias=True), abs=rounding(64)
    )
    assert jax.grad(lambda rate: limit_mean(VALUES, LAW, rate))(jnp.inf) == 0


@pytest.mark.full
def test_it_runs_under_jit_and_vmap():
    thresholds = jnp.linspace(0.0, 40.0, 7)
    one_by_one = jnp.stack([selected_mean(VALUES, LAW, gaussian_log_survival, t) for t in thresholds])
    together = jax.jit(jax.vmap(lambda t: selected_mean(VALUES, LAW, gaussian_log_survival, t)))(thresholds)
    assert np.abs(one_by_one - together).max() <= rounding(64)
    assert np.isnan(jax.jit(lambda rate: limit_mean(VALUES, LAW, rate))(-1.0))
    assert np.isnan(jax.jit(selected_exponential)(1.0, -1.0, 1.0))


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: selected_mean([0.0, 1.0], [1.0], gaussian_log_survival, 1.0), "one probability a value"),
        (lambda: selected_law([0.0, jnp.inf], FAIR, gaussian_log_survival, 1.0), "values is"),
        (lambda: selected_law(BIT, [0.5, 0.6], gaussian_log_survival, 1.0), "law has mass"),
        (lambda: selected_law(BIT, FAIR, gaussian_log_survival, jnp.inf), "threshold is inf"),
        (lambda: limit_law(BIT, FAIR, -1.0), "tail_rate is -1.0"),
        (lambda: limit_law(BIT, FAIR, jnp.nan), "tail_rate is nan"),
        (lambda: selected_exponential(0.0, 1.0, 1.0), "value_rate is 0.0"),
        (lambda: selected_gaussian(1.0, 0.0, 1.0), "error_deviation is 0.0"),
    ],
)
def test_bad_input_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()
