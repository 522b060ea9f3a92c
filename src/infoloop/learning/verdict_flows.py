r"""Exact softmax policy gradient on a verdict, in time: the curve is known, and time on it is one quadrature.

On the curve of `learning.verdict_orbit` the flow $\dot z=F'(p)\nabla_zp$ of an increasing objective F of the pass rate
is at s at the time $t=\int_0^s\frac{ds}{F'(p)pq}$.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from infoloop.learning.pass_rate_objectives import Slope, rate_slope
from infoloop.learning.verdict_orbit import (
    class_weights,
    divide_by_slope,
    map_over,
    parameter_at,
    policy_at,
    verdict_question,
)
from infoloop.probability.array_types import Numbers
from infoloop.probability.bisection import bisect
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_finite, check_floats

_PANELS, _STRETCH = 256, 0.5  # of the quadrature: how many at most, and how far the likeliest logit moves in each
_NODES, _WEIGHTS = ((np.polynomial.legendre.leggauss(16)[k] + (1 - k)) / 2 for k in (0, 1))
_HALVINGS, _NEWTON_STEPS = 10, 4  # within a step of the quadrature, where time is a smooth function of s


def softmax_flow(
    base: Float[Numbers, "outputs"],
    accepted: Float[Numbers, "outputs"],
    t: Float[Numbers, "*batch"],
    slope: Slope = rate_slope,
) -> Float[Array, "*batch outputs"]:
    r"""Return the policies at times t of the exact softmax policy gradient flow $\dot z=F'(p)\nabla_zp$.

    $t=\int_0^s\frac{ds}{F'(p)pq}$, Gauss's rule on steps in which the likeliest logits move by about 1/2, is solved
    for s by bisection and Newton's method, and `softmax_orbit` gives the policy there. Good to rounding up to t = 1e12
    and beyond; it has first derivatives in all arguments.

    Args:
        base: The policy at time 0, a law with mass on accepted and on rejected outputs.
        accepted: 1 for accepted outputs, 0 for rejected ones.
        t: Times, at least 0.
        slope: $F'$, a function of p and q such as those of `learning.pass_rate_objectives`.

    Returns:
        Laws along the last axis; NaN for a time that takes more than 256 steps (1 - p below about 1e-40).

    Raises:
        ValueError: One of them is none of these.

    >>> law = softmax_flow([0.3, 0.1, 0.3, 0.3], [1, 1, 0, 0], 1e4)
    >>> print(f"{law[0]:.4f} {law[1]:.4f}")
    0.9993 0.0006
    """
    question, t = verdict_question(base, accepted), check_finite(t, "t (time)", 0.0)
    return map_over(lambda one: policy_at(question, one), _parameters(question, t, slope))


def softmax_time(
    base: Float[Numbers, "outputs"],
    accepted: Float[Numbers, "outputs"],
    rate: Float[Numbers, "*batch"],
    slope: Slope = rate_slope,
) -> Float[Array, "*batch"]:
    r"""Return the times at which the softmax flow of an objective reaches these pass rates.

    Args:
        base: The policy at time 0, a law with mass on accepted and on rejected outputs.
        accepted: 1 for accepted outputs, 0 for rejected ones.
        rate: Pass rates, above that of `base` and below 1.
        slope: $F'$, a function of p and q.

    Returns:
        Times; NaN for a rate that is not above that of `base`.

    Raises:
        ValueError: `base` or `accepted` is none of these.

    >>> round(float(softmax_time([0.5, 0.5], [1, 0], 0.75, lambda p, q: 1 / (p * q))), 12)
    0.549306144334
    """
    question = verdict_question(base, accepted)

    def elapsed(rate):
        s = parameter_at(question, rate)
        edges, _ = _march(question, slope, s, jnp.inf)
        return _elapsed(question, slope, edges, s)

    rate = check_floats(rate, "rate")
    above = (rate > question.rate) & (rate < 1)
    return nan_unless(above, map_over(elapsed, jnp.where(above, rate, (1 + question.rate) / 2)))


def _pace(question, slope, s):
    """Return the time that a unit of s takes."""
    log_odds = class_weights(question, s)[1]
    p, q = jax.nn.sigmoid(log_odds), jax.nn.sigmoid(-log_odds)
    return 1 / (slope(p, q) * p * q)


def _panel(question, slope, low, high):
    width = high - low
    return width * (jax.vmap(lambda s: _pace(question, slope, s))(low + width * _NODES) @ _WEIGHTS)


def _march(question, slope, most_s, most_time):
    """Return the steps of the quadrature until s or the time is large enough, and the times there."""
    question, most_s, most_time = lax.stop_gradient((question, most_s, most_time))

    def step(carry):
        k, edges, times = carry
        width = _STRETCH / jax.nn.softmax(class_weights(question, edges[k])[0], axis=1).max()
        high = edges[k] + width
        return k + 1, edges.at[k + 1].set(high), times.at[k + 1].set(times[k] + _panel(question, slope, edges[k], high))

    going = lambda x: (x[0] < _PANELS) & (x[1][x[0]] < most_s) & (x[2][x[0]] <= most_time)  # noqa: E731
    unset = jnp.full(_PANELS + 1, jnp.inf).at[0].set(0.0)
    _, edges, times = lax.while_loop(going, step, (0, unset, unset))
    return edges, times


def _elapsed(question, slope, edges, s):
    ends = jnp.minimum(edges, s)
    return lax.map(lambda pair: _panel(question, slope, *pair), (ends[:-1], ends[1:])).sum()


def _parameters(question, t, slope):
    """Return the s of each time t."""
    edges, times = _march(question, slope, jnp.inf, jnp.max(jnp.where(jnp.isnan(t), 0.0, t)))

    def solve_at(t):
        k = jnp.minimum(jnp.searchsorted(times, t, side="right") - 1, _PANELS - 1)
        low = edges[k]

        def solve(_, start):
            late = lambda s: times[k] - t + _panel(question, slope, low, s)  # noqa: E731
            near = bisect(lambda s: late(s) < 0, low, edges[k + 1], _HALVINGS)
            newton = lambda _, s: s - late(s) / _pace(question, slope, s)  # noqa: E731
            return lax.fori_loop(0, _NEWTON_STEPS, newton, sum(near) / 2)

        s = lax.custom_root(lambda s: _elapsed(question, slope, edges, s) - t, low, solve, divide_by_slope)
        return nan_unless(t <= times[k + 1], s)

    return map_over(solve_at, t)
