r"""The curve of policies on which softmax training on a verdict runs, from its first integrals: one question, tabular.

The flow $\dot z=F'(p)\nabla_zp$ of any increasing objective F of the pass rate p runs on one curve. Let s be the time
of the objective $\ln\frac pq$. Then $\dot z_a=\frac{\pi_a}p$ for accepted and $\dot z_c=-\frac{\pi_c}q$ for rejected
outputs, so that each class moves by itself: $e^{-z_a}-e^{-z_b}$ stays within each of them, $\sum_Az$ rises by s, and
$\sum_{A^c}z$ falls by s. One equation in one unknown for each class gives the policy at s.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jax.core import Tracer
from jaxtyping import Array, Bool, Float

from infoloop.probability.array_types import Numbers
from infoloop.probability.bisection import bisect
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_distributions, check_floats, check_scores

_HALVINGS, _NEWTON_STEPS = 64, 100


def softmax_orbit(
    base: Float[Numbers, "outputs"], accepted: Float[Numbers, "outputs"], s: Float[Numbers, "*batch"]
) -> Float[Array, "*batch outputs"]:
    r"""Return the policies at times s of the log-odds flow: the curve on which all objectives run.

    With $u=e^{-z}$: $u_a=u_a(0)-\tau$ on accepted, $u_c=u_c(0)+\sigma$ on rejected outputs, where $\tau,\sigma$ solve
    $\sum_A\ln u=\sum_A\ln u(0)-s$ and $\sum_{A^c}\ln u=\sum_{A^c}\ln u(0)+s$.

    Args:
        base: The policy $\pi_0$ at time 0, a law with mass on accepted and on rejected outputs.
        accepted: 1 for accepted outputs, 0 for rejected ones.
        s: Times, of any sign; NaN where a likeliest logit has moved by more than 700.

    Returns:
        Laws along the last axis; outputs without mass stay so. What is refused and traced gives NaN.

    Raises:
        ValueError: One of them is none of these.

    >>> softmax_orbit([0.25, 0.25, 0.5], [1, 1, 0], 0.0).round(12).tolist()
    [0.25, 0.25, 0.5]
    """
    question = verdict_question(base, accepted)
    return map_over(lambda one: policy_at(question, one), check_floats(s, "s (time)"))


def orbit_at_rate(
    base: Float[Numbers, "outputs"], accepted: Float[Numbers, "outputs"], rate: Float[Numbers, "*batch"]
) -> Float[Array, "*batch outputs"]:
    r"""Return the policies on the curve of `softmax_orbit` that have these pass rates.

    Args:
        base: A policy on the curve, a law with mass on accepted and on rejected outputs.
        accepted: 1 for accepted outputs, 0 for rejected ones.
        rate: Pass rates between 0 and 1, below or above that of `base`.

    Returns:
        Laws along the last axis; NaN for a rate outside.

    Raises:
        ValueError: `base` or `accepted` is none of these.

    >>> orbit_at_rate([0.25, 0.25, 0.5], [1, 1, 0], 0.75).round(12).tolist()
    [0.375, 0.375, 0.25]
    """
    question, rate = verdict_question(base, accepted), check_floats(rate, "rate")
    inside = (rate > 0) & (rate < 1)
    found = map_over(lambda one: policy_at(question, parameter_at(question, one)), jnp.where(inside, rate, 0.5))
    return nan_unless(jnp.asarray(inside)[..., None], found)


def softmax_limit(base: Float[Numbers, "outputs"], accepted: Float[Numbers, "outputs"]) -> Float[Array, "outputs"]:
    r"""Return the law to which the softmax flow tends: the likeliest accepted outputs alone, $\frac1m$ for each of m.

    Args:
        base: The policy at time 0, a law with mass on accepted and on rejected outputs.
        accepted: 1 for accepted outputs, 0 for rejected ones.

    Raises:
        ValueError: One of them is none of these.

    >>> softmax_limit([0.25, 0.25, 0.125, 0.375], [1, 1, 1, 0]).tolist()
    [0.5, 0.5, 0.0, 0.0]
    """
    question = verdict_question(base, accepted)
    best = question.classes[0] & (question.likelihoods == _largest(question.likelihoods, question.classes[0]))
    return nan_unless(~jnp.isnan(question.rate), best / best.sum())


def limit_logits(base: Float[Numbers, "outputs"], accepted: Float[Numbers, "outputs"]) -> Float[Array, "outputs"]:
    r"""Return the logits to which the softmax flow tends, from $z(0)=\ln\pi_0$.

    $-\ln\bigl(\frac1{\pi_0(b)}-\frac1{\max_A\pi_0}\bigr)$ for accepted outputs b, $\infty$ for the likeliest,
    $-\infty$ for rejected ones.

    Args:
        base: The policy at time 0, a law with mass on accepted and on rejected outputs.
        accepted: 1 for accepted outputs, 0 for rejected ones.

    Raises:
        ValueError: One of them is none of these.

    >>> print(limit_logits([0.25, 0.125, 0.625], [1, 1, 0]).round(4))
    [    inf -1.3863    -inf]
    """
    question = verdict_question(base, accepted)
    excess = _excess(question.likelihoods, question.classes[0])
    losing = question.classes[0] & (excess > 0)
    finite = jnp.log(_largest(question.likelihoods, question.classes[0])) - jnp.log(jnp.where(losing, excess, 1.0))
    return nan_unless(
        ~jnp.isnan(question.rate), jnp.where(losing, finite, jnp.where(question.classes[0], jnp.inf, -jnp.inf))
    )


def error_scale(base: Float[Numbers, "outputs"], accepted: Float[Numbers, "outputs"]) -> Float[Array, ""]:
    r"""Return $c_0=\frac{mw}{m+w}$, so that $1-p\sim\frac{c_0}t$: m likeliest accepted outputs, w rejected ones.

    Args:
        base: The policy at time 0, a law with mass on accepted and on rejected outputs.
        accepted: 1 for accepted outputs, 0 for rejected ones.

    Raises:
        ValueError: One of them is none of these.

    >>> float(error_scale([0.25, 0.25, 0.5], [1, 1, 0])), float(error_scale([0.5, 0.25, 0.25], [1, 0, 0]))
    (0.6666666666666666, 0.6666666666666666)
    """
    question = verdict_question(base, accepted)
    tied = (question.classes[0] & (question.likelihoods == _largest(question.likelihoods, question.classes[0]))).sum()
    return nan_unless(~jnp.isnan(question.rate), 1 / (1 / tied + 1 / question.classes[1].sum()))


class VerdictQuestion(NamedTuple):
    """A policy on the outputs of one question, and which are right and wrong; `rate` is NaN for what is refused."""

    likelihoods: Float[Array, "outputs"]
    classes: Bool[Array, "2 outputs"]
    rate: Float[Array, ""]
    log_odds: Float[Array, ""]


def verdict_question(base: Float[Numbers, "outputs"], accepted: Float[Numbers, "outputs"]) -> VerdictQuestion:
    """Return the question; what is refused and traced makes its rate NaN.

    Raises:
        ValueError: `base` is no law with mass on both classes, or `accepted` is not of 0 and 1 alone.

    >>> float(verdict_question([0.25, 0.25, 0.5], [1, 0, 0]).rate)
    0.25
    """
    base, accepted = check_distributions(base, "base"), check_scores(accepted, "accepted")
    if base.shape != accepted.shape or base.ndim != 1:
        raise ValueError(f"base has shape {base.shape}, accepted {accepted.shape}: give one number for each output")
    right, wrong = (base > 0) & (accepted == 1), (base > 0) & (accepted == 0)
    p, q = jnp.where(right, base, 0.0).sum(), jnp.where(wrong, base, 0.0).sum()
    binary, split = ((accepted == 0) | (accepted == 1)).all(), (p > 0) & (q > 0)
    if not isinstance(binary, Tracer) and not binary:
        raise ValueError(f"accepted is {accepted}: give 1 for accepted outputs and 0 for rejected ones")
    if not isinstance(split, Tracer) and not split:
        raise ValueError(f"the pass rate of base is {p:g}: it must be between 0 and 1, as nothing moves at its ends")
    p, q = (nan_unless(binary & split, mass) for mass in (p, q))
    return VerdictQuestion(base, jnp.stack([right, wrong]), p, jnp.log(p) - jnp.log(q))


def map_over(
    function: Callable[[Float[Array, ""]], Float[Array, "*out"]], values: Float[Numbers, "*batch"]
) -> Float[Array, "..."]:
    """Return the function of each of the values.

    >>> map_over(lambda x: jnp.stack([x, -x]), [1.0, 2.0]).tolist()
    [[1.0, -1.0], [2.0, -2.0]]
    """
    values = jnp.asarray(values)
    found = jax.vmap(function)(values.reshape(-1))
    return found.reshape(values.shape + found.shape[1:])


def _largest(likelihoods, member):
    return jnp.max(jnp.where(member, likelihoods, 0.0))


def _excess(likelihoods, member):
    """Return u - min u of each member of a class, in units of min u, where u is the inverse of the likelihood."""
    best = _largest(likelihoods, member)
    return jnp.where(member, (best - likelihoods) / jnp.where(member, likelihoods, 1.0), 0.0)


def _log_of_sum(excess, shift):
    r"""Return $\ln(e+e^l)$; unlike `logaddexp` of $\ln e$ it has its slope $e^{-l}$ at e = 0 too."""
    scale = lax.stop_gradient(
        jnp.where(excess > 0, jnp.maximum(shift, jnp.log(jnp.where(excess > 0, excess, 1.0))), shift)
    )
    return scale + jnp.log(excess * jnp.exp(-scale) + jnp.exp(shift - scale))


def _log_weights(likelihoods, member, rise):
    r"""Return $\ln\frac1u$ of a class, less its largest at time 0, once its $\sum\ln u$ has risen by `rise`.

    With $u=e+e^l$ the sum is convex and increasing in l, so that Newton's method comes down to the root.
    """
    excess = _excess(likelihoods, member)

    def slope(shift):
        return jnp.where(member, jnp.exp(shift - _log_of_sum(excess, shift)), 0.0).sum()

    def missing(shift):
        moved = _log_of_sum(excess, shift) - jnp.log1p(excess)
        return jnp.where(member, moved, 0.0).sum() - rise

    def solve(_, start):
        first = start + rise / slope(start)
        falls = lambda x: (x[1] < x[0]) & (x[2] < _NEWTON_STEPS)  # noqa: E731
        newton = lambda x: (x[1], x[1] - missing(x[1]) / slope(x[1]), x[2] + 1)  # noqa: E731
        return lax.while_loop(falls, newton, (jnp.full_like(first, jnp.inf), first, 0))[0]

    shift = lax.custom_root(missing, jnp.zeros_like(rise), solve, divide_by_slope)
    return jnp.where(member, -_log_of_sum(excess, shift), -jnp.inf)


def divide_by_slope(linear: Callable, y: Float[Array, ""]) -> Float[Array, ""]:
    """Return the x with `linear(x)` = y, as `lax.custom_root` asks of one equation in one unknown.

    >>> float(divide_by_slope(lambda x: 4 * x, jnp.array(2.0)))
    0.5
    """
    return y / linear(jnp.ones_like(y))


def class_weights(question: VerdictQuestion, s: Float[Array, ""]) -> tuple[Float[Array, "2 outputs"], Float[Array, ""]]:
    """Return the logarithmic weights of both classes at s, and the log-odds of the pass rate.

    >>> round(float(class_weights(verdict_question([0.5, 0.5], [1, 0]), jnp.array(1.0))[1]), 12)
    2.0
    """
    rises = jnp.stack([-s, s])
    weights = jax.vmap(partial(_log_weights, question.likelihoods))(question.classes, rises)
    start = jax.vmap(partial(_log_weights_at_start, question.likelihoods))(question.classes)
    gain = jax.nn.logsumexp(weights, axis=1) - jax.nn.logsumexp(start, axis=1)
    return weights, question.log_odds + gain[0] - gain[1]


def _log_weights_at_start(likelihoods, member):
    return jnp.where(member, -jnp.log1p(_excess(likelihoods, member)), -jnp.inf)


def policy_at(question: VerdictQuestion, s: Float[Array, ""]) -> Float[Array, "outputs"]:
    """Return the policy at s.

    >>> policy_at(verdict_question([0.5, 0.5], [1, 0]), jnp.array(0.0)).round(12).tolist()
    [0.5, 0.5]
    """
    weights, log_odds = class_weights(question, s)
    rates = jax.nn.sigmoid(jnp.stack([log_odds, -log_odds]))
    return (rates[:, None] * jax.nn.softmax(weights, axis=1)).sum(axis=0)


def parameter_at(question: VerdictQuestion, rate: Float[Array, ""]) -> Float[Array, ""]:
    r"""Return the s with this pass rate; its log-odds rise at a speed from $1/|A|+1/|A^c|$ to 2.

    >>> round(float(parameter_at(verdict_question([0.5, 0.5], [1, 0]), jnp.array(0.75))), 12)
    0.549306144334
    """
    target = jnp.log(rate) - jnp.log1p(-rate)

    def solve(_, start):
        way = target - question.log_odds
        ends = way / 2, way / ((1 / question.classes.sum(axis=1)).sum())
        low, high = jnp.minimum(*ends), jnp.maximum(*ends)
        return bisect(lambda s: class_weights(question, s)[1] < target, low, high, _HALVINGS)[0]

    return lax.custom_root(
        lambda s: class_weights(question, s)[1] - target, jnp.zeros_like(target), solve, divide_by_slope
    )
