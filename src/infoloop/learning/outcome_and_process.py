r"""Steps that all must be right: what an outcome tells of each of them, and how fast a learner learns from it.

An item of a rubric is right if all steps that it grades are. One item for all steps is an outcome; one item for each
step is process supervision.
"""

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.custom_derivatives import SymbolicZero
from jaxtyping import Array, Float

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Batch, Numbers
from infoloop.probability.numerics import binary_channel_bits, nan_unless
from infoloop.probability.validation import check_int, check_unit_interval


@kinds_checked
def step_credits(rates: Float[Numbers, "steps"]) -> Float[Array, "steps"]:
    r"""Return what an outcome tells of each step, given the steps before, in bits.

    $$I(A_t;R\mid A_{1:t-1})=\prod_{s<t}r_s\;\bigl[h(r_tq_t)-r_th(q_t)\bigr],\qquad q_t=\prod_{s>t}r_s,$$
    for independent steps and $R=1$ if all are right: the outcome hangs on a step only where all steps before were
    right. The credits add up to $h(\prod r)$ (chain rule; arXiv 2604.11056 bounds each by the entropy of its step).
    The slope of a credit by its own rate is infinite at 0, and at 1 where all later steps are certain; that by a later
    rate is too at $q_t=1$, and taken as 0 there.

    Args:
        rates: Probability $r_t$ that a step is right, in [0, 1]; a traced one outside gives NaN.

    Returns:
        Bits, one entry a step, in order.

    Raises:
        ValueError: A rate is outside [0, 1].

    >>> step_credits([0.5, 1.0]).round(12).tolist()
    [1.0, 0.0]
    """
    r = check_unit_interval(rates, "rates")
    ones = jnp.ones(1)
    before = jnp.concatenate([ones, jnp.cumprod(r)[:-1]])
    after = jnp.concatenate([jnp.cumprod(r[::-1])[::-1][1:], ones])
    return binary_channel_bits(r, 0.0, after, before)


@kinds_checked
def graded_learning_time(start: Batch, end: Batch, steps: int) -> Float[Array, "*batch"]:
    r"""Return how long exact policy gradient takes to raise the rate of every step, if an item grades m steps at once.

    $$t=\int_{w_1}^{w_0}\frac{(1+w)^{m+1}}{w^2}dw,\qquad w=\frac{1-p}p,$$
    in which every power of w is integrated by itself. Each step has a logit z of its own, $p=\sigma(z)$, all start at
    one rate, and the reward is the number of items of which all m steps are right: $\dot z=p^m(1-p)$ (derived). m = 1
    is process supervision. From a small start $p_0$ it takes $\frac1{m\,p_0^{m-1}}$ times as long with m.

    Args:
        start: Rate of a step at the start, in [0, 1].
        end: Rate at the end, in [0, 1], not below the start.
        steps: m, steps that an item grades, from 1 to 1000; not traced.

    Returns:
        Times, in the inverse unit of the reward; infinite from 0, to 1 and beyond all floats, NaN for an end below its
        start.

    Raises:
        ValueError: One of them is out of range.

    >>> round(float(graded_learning_time(0.5, 0.75, 1)), 6)
    4.863891
    """
    p, q = check_unit_interval(start, "start"), check_unit_interval(end, "end")
    m = check_int(steps, "steps")
    if m > 1000:
        raise ValueError(f"steps is {m}: give at most 1000")
    return _graded_time(*jnp.broadcast_arrays(p, q), m)


@partial(jax.custom_jvp, nondiff_argnums=(2,))
def _graded_time(p, q, m):
    inner = (p > 0) & (q < 1)
    start, end = (jnp.where(inner, x, 0.5) for x in (p, q))
    w, v = (1 - start) / start, (1 - end) / end
    gap = (end - start) / (start * end)  # w - v with all its digits
    fall = jnp.log1p(gap / v)
    k = np.arange(1, m + 1)
    choose = np.array([float(math.comb(m + 1, int(i) + 1)) for i in k])
    share = -jnp.expm1(-k * fall[..., None])  # of each power of w, what the power of v leaves
    powers = jnp.where(share > 0, choose / k * w[..., None] ** k, 0.0) * share
    time = gap / (w * v) + (m + 1) * fall + powers.sum(-1)
    return jnp.where(p < q, jnp.where(inner, time, jnp.inf), jnp.where(p == q, 0.0, jnp.nan))


def _slopes(m, primals, tangents):
    """Say the slopes, inverse speeds at both ends: those of the terms are NaN where one is beyond all floats."""
    p, q = primals
    time = _graded_time(p, q, m)
    ends = ((tangents[0], -1.0, p), (tangents[1], 1.0, q))
    slopes = [
        sign * nan_unless(p <= q, 1 / (rate ** (m + 1) * (1 - rate) ** 2)) * tangent
        for tangent, sign, rate in ends
        if not isinstance(tangent, SymbolicZero)
    ]
    return time, sum(slopes, jnp.zeros_like(time))


_graded_time.defjvp(_slopes, symbolic_zeros=True)
