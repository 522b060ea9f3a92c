"""Flows in time, against Taylor's integration of all logits in 30 digits and against Runge-Kutta."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from mpmath import exp, mp, mpf

from infoloop.learning.ode import flow
from infoloop.learning.pass_rate_objectives import (
    arcsine_slope,
    attempts_slope,
    group_slope,
    late_error,
    log_odds_slope,
    log_rate_slope,
    rate_slope,
)
from infoloop.learning.policy_optimisation import regularised, replicator
from infoloop.learning.verdict_flows import softmax_flow, softmax_time
from infoloop.learning.verdict_orbit import error_scale, orbit_at_rate, softmax_orbit
from infoloop.probability.numerics import rounding

BASE, ACCEPTED = np.array([0.3, 0.1, 0.3, 0.2, 0.1]), np.array([1.0, 1, 0, 0, 0])
SLOPES = {
    "rate": rate_slope,
    "log rate": log_rate_slope,
    "log odds": log_odds_slope,
    "arcsine": arcsine_slope,
    "pass at 3": attempts_slope(3),
    "groups of 5": group_slope(5),
}
CHECKED = [
    ([0.3, 0.1, 0.6], [1, 1, 0]),
    ([0.3, 0.1, 0.3, 0.2, 0.1], [1, 1, 0, 0, 0]),
    ([0.2, 0.2, 0.1, 0.3, 0.2], [1, 1, 1, 0, 0]),
    ([0.3, 0.1, *[0.06] * 10], [1, 1, *[0] * 10]),
]


def by_log_time(base, accepted, time):
    """Integrate dz = p' gradient in the logarithm of 1 + t, by Runge-Kutta steps, to t of any size."""

    def field(state):
        z, tau = state
        pi = jax.nn.softmax(z)
        p, q = pi @ accepted, pi @ (1 - accepted)
        return jnp.exp(tau) * pi * jnp.where(accepted == 1, q, -p), jnp.ones_like(tau)

    end = flow(field, (jnp.log(base), jnp.zeros(())), jnp.log1p(time), 4000)
    return jax.nn.softmax(end.state[0]), end


@pytest.mark.full
def test_the_trajectory_is_that_of_all_logits_up_to_a_million():
    for time in (1.0, 1e3, 1e6):
        law, end = by_log_time(BASE, ACCEPTED, time)
        assert end.error < 1e-10
        assert np.abs(law - softmax_flow(BASE, ACCEPTED, time)).max() < 1e-10
        z = end.state[0]  # and its first integrals stay, relative to the largest of the terms
        for a, b in ((0, 1), (2, 3), (3, 4)):
            kept = np.exp(-z[a]) - np.exp(-z[b]) - 1 / BASE[a] + 1 / BASE[b]
            assert abs(kept) <= 1e-10 * max(1.0, float(np.exp(-z[b])))
        assert abs(z.sum() - np.log(BASE).sum()) < 1e-10


@pytest.mark.full
def test_the_first_integrals_are_constant_up_to_a_million():
    """In units of Z that the sum of the logits fixes; the error allowed is relative to the largest term, e^-z."""
    law = np.asarray(softmax_flow(BASE, ACCEPTED, np.array([1.0, 1e3, 1e6])))
    u = 1 / law * np.exp((np.log(law) - np.log(BASE)).mean(axis=1))[:, None]
    for a, b in ((0, 1), (2, 3), (3, 4)):
        gap = u[:, a] - u[:, b] - (1 / BASE[a] - 1 / BASE[b])
        assert (np.abs(gap) / np.maximum(u[:, a], u[:, b])).max() < 1e-10


def power_series_step(z, accepted, h, terms=14):
    """One step of Taylor's method for the flow, in mpmath: coefficients by the recurrence of exp and of products."""
    n = len(z)
    zs = [[x] for x in z]
    weights = [[exp(x)] for x in z]
    totals, inverses, laws, rates = [], [], [[] for _ in z], []
    for k in range(terms):
        totals.append(sum(w[k] for w in weights))
        rest = sum(totals[j] * inverses[k - j] for j in range(1, k + 1)) if k else 0
        inverses.append((1 - rest) / totals[0] if k == 0 else -rest / totals[0])
        for y in range(n):
            laws[y].append(sum(weights[y][j] * inverses[k - j] for j in range(k + 1)))
        rates.append(sum(laws[y][k] for y in range(n) if accepted[y]))
        for y in range(n):
            moved = accepted[y] * laws[y][k] - sum(laws[y][j] * rates[k - j] for j in range(k + 1))
            zs[y].append(moved / (k + 1))
        for y in range(n):
            grown = sum((j + 1) * zs[y][j + 1] * weights[y][k - j] for j in range(k + 1))
            weights[y].append(grown / (k + 1))
    return [sum(c * h**k for k, c in enumerate(series)) for series in zs]


@pytest.mark.full
def test_taylors_method_in_thirty_digits_gives_the_same():
    with mp.workdps(30):
        z = [mpmath.log(mpf(str(x))) for x in BASE.tolist()]
        for _ in range(40):
            z = power_series_step(z, ACCEPTED.tolist(), mpf(1) / 4)
        weights = [exp(x) for x in z]
        law = [float(w / sum(weights)) for w in weights]
    assert np.abs(np.array(law) - softmax_flow(BASE, ACCEPTED, 10.0)).max() <= rounding(8)


@pytest.mark.full
@pytest.mark.parametrize("name", SLOPES)
def test_every_objective_is_its_own_gradient_flow(name):
    def field(z):
        pi = jax.nn.softmax(z)
        p, q = pi @ ACCEPTED, pi @ (1 - ACCEPTED)
        return SLOPES[name](p, q) * pi * (ACCEPTED - p)

    end = flow(field, jnp.log(BASE), 5.0, 1000)
    found = softmax_flow(BASE, ACCEPTED, 5.0, SLOPES[name])
    assert np.abs(jax.nn.softmax(end.state) - found).max() <= float(end.error) + rounding(64)


@pytest.mark.full
def test_all_objectives_run_on_one_curve():
    """S62: six objectives, the state at p = .95 equal to all digits of the quadrature."""
    wanted = orbit_at_rate(BASE, ACCEPTED, 0.95)
    for slope in SLOPES.values():
        law = softmax_flow(BASE, ACCEPTED, softmax_time(BASE, ACCEPTED, 0.95, slope), slope)
        assert np.abs(law - wanted).max() <= rounding(256)


@pytest.mark.full
def test_the_clock_of_the_log_odds_needs_no_quadrature():
    times = np.array([0.5, 4.0])
    by_time = softmax_flow(BASE, ACCEPTED, times, log_odds_slope)
    assert np.abs(by_time - softmax_orbit(BASE, ACCEPTED, times)).max() <= rounding(64)


@pytest.mark.full
def test_two_outputs_take_the_time_of_their_log_odds_in_closed_form():
    """From 1/2 the log-odds L grow by 2pq, so that t = L + sinh L: to all digits at t = 1e12 and 1e25."""
    odds = np.array([1.0, 10.0, 28.0, 60.0])
    law = np.asarray(softmax_flow([0.5, 0.5], [1, 0], odds + np.sinh(odds)))
    assert np.abs(np.log(law[:, 0] / law[:, 1]) - odds).max() <= rounding(64)


@pytest.mark.full
def test_late_errors_as_published():
    """E t (m + w) / (m w) at t = 1e12 for the four questions of the text, which rounds to 8 digits."""
    found = []
    for base, accepted in CHECKED:
        error = (softmax_flow(base, accepted, 1e12) * (1 - np.array(accepted))).sum()
        found.append(float(error * 1e12 / error_scale(base, accepted)))
    assert [round(x, d) for x, d in zip(found, (7, 8, 6, 8), strict=True)] == [1.0000006, 0.99999993, 1.000001, 1.0]


@pytest.mark.full
@pytest.mark.parametrize(
    ("slope", "factor", "power", "time"),
    [
        (rate_slope, 1, 0, 1e12),
        (log_rate_slope, 1, 0, 1e12),
        (group_slope(5), 2, 0, 1e12),
        (arcsine_slope, 1, -0.5, 1e6),
        (attempts_slope(3), 3, 2, 1e30),
    ],
)
def test_late_errors_of_every_clock(slope, factor, power, time):
    error = (softmax_flow(BASE, ACCEPTED, time, slope) * (1 - ACCEPTED)).sum()
    expected = late_error(error_scale(BASE, ACCEPTED), time, factor, power)
    assert abs(error / expected - 1) < 1e-4


@pytest.mark.full
def test_losing_accepted_outputs_fall_by_their_power_of_time():
    """(.3, .1 | .6): m = w = 1, so like t^(-1/2); two rejected outputs: like t^(-2/3)."""
    for base, accepted, power in (([0.3, 0.1, 0.6], [1, 1, 0], 1 / 2), ([0.3, 0.1, 0.3, 0.3], [1, 1, 0, 0], 2 / 3)):
        early, late = softmax_flow(base, accepted, np.array([1e8, 1e12]))[:, 1]
        assert abs(np.log(early / late) / np.log(1e4) - power) < 1e-3


@pytest.mark.full
def test_the_published_point_is_a_time_and_no_limit():
    law = softmax_flow([0.3, 0.1, 0.3, 0.3], [1, 1, 0, 0], 1e4)
    assert [f"{x:.4f}" for x in law[:2]] == ["0.9993", "0.0006"]


@pytest.mark.slow
@pytest.mark.parametrize("time", [0.5, 3.0, 12.0])
def test_the_natural_gradient_is_the_replicator_and_the_penalised_optimum(time):
    """S46, by the Fisher matrix: F r = grad p, integrated by Runge-Kutta, to 1e-9."""

    def field(z):
        pi = jax.nn.softmax(z)
        fisher = jnp.diag(pi) - jnp.outer(pi, pi)
        # F + 11' is regular, and F v = grad for the v with sum 0 up to a constant, which a softmax does not see
        return jnp.linalg.solve(fisher + jnp.ones((5, 5)), pi * (ACCEPTED - pi @ ACCEPTED))

    end = flow(field, jnp.log(BASE), time, 200)
    law = replicator(BASE, ACCEPTED, time)
    assert np.abs(jax.nn.softmax(end.state) - law).max() < 1e-9
    assert np.abs(law - regularised(BASE, ACCEPTED, 1 / time)).max() <= rounding(8)
    odds = (law @ ACCEPTED) / (law @ (1 - ACCEPTED))  # 1 - p would have lost five digits at t = 12
    assert abs(np.log(odds) - np.log(0.4 / 0.6) - time) <= rounding(16)
    assert abs(law[0] / law[1] - 3) <= rounding(16)


@pytest.mark.full
def test_slopes_are_those_of_differences_and_vmap_is_a_loop():
    def first(base, t):
        return softmax_flow(base / base.sum(), ACCEPTED, t)[0]

    h = 1e-5
    by_base, by_time = jax.jit(jax.grad(first, (0, 1)))(jnp.asarray(BASE), 20.0)
    jitted = jax.jit(first)
    differences = [(jitted(BASE + h * step, 20.0) - jitted(BASE - h * step, 20.0)) / (2 * h) for step in np.eye(5)]
    assert np.abs(by_base - jnp.array(differences)).max() < h
    assert abs(by_time - (jitted(BASE, 20 + h) - jitted(BASE, 20 - h)) / (2 * h)) < h
    many = jax.vmap(jitted, (0, None))(jnp.stack([BASE, BASE[::-1]]), 2.0)
    assert np.abs(many - jnp.array([jitted(BASE, 2.0), jitted(BASE[::-1], 2.0)])).max() <= rounding(16)


@pytest.mark.full
def test_bad_times_are_named_and_traced_ones_are_nan():
    with pytest.raises(ValueError, match=r"t .time. is -1"):
        softmax_flow([0.5, 0.5], [1, 0], -1.0)
    found = jax.jit(lambda t: softmax_flow([0.5, 0.5], [1, 0], t))(jnp.array([-1.0, 0.0]))
    assert np.isnan(found[0]).all()
    assert np.abs(found[1] - 0.5).max() <= rounding(8)
    far = softmax_flow([0.5, 0.5], [1, 0], np.array([1e60, 1e150]))  # the second takes more steps than there are
    assert np.isnan(far).all(axis=1).tolist() == [False, True]
    assert np.isnan(softmax_time([0.5, 0.5], [1, 0], 0.4))
