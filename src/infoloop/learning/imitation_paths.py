r"""Imitation as a flow of logits, $\dot z=\pi^*-\pi$: of all right answers of the base, or of a single reference.

Policies are given by the log odds of a right answer that they have gained, so that methods are compared at equal pass
rates.
"""

import jax
import jax.numpy as jnp
from jax import lax
from jax.core import Tracer
from jaxtyping import Array, Float

from infoloop.learning.kl_projections import accepted_law
from infoloop.learning.ode import runge_kutta_step
from infoloop.learning.verdict_orbit import policy_at, verdict_question
from infoloop.probability.array_types import Numbers
from infoloop.probability.bisection import bisect
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_floats, check_int

_HALVINGS = 60


def imitate_accepted(
    base: Float[Numbers, "outputs"],
    accepted: Float[Numbers, "outputs"],
    gains: Float[Numbers, "gains"],
    steps: int = 600,
) -> Float[Array, "gains outputs"]:
    r"""Return the policies of imitation of $\pi^*=\pi_0(\cdot\mid A)$, the base's own right answers.

    $\dot z=\pi^*-\pi$ is stepped with the log odds of a right answer as its clock, by the classical Runge-Kutta method.

    Args:
        base: $\pi_0$, a law with mass on every output, accepted and rejected.
        accepted: 1 for accepted outputs, 0 for rejected ones.
        gains: Log odds gained since the base, in nats, positive and rising.
        steps: How many from one of them to the next, at least 1.

    Raises:
        ValueError: One of them is none of these; traced ones give NaN.

    >>> imitate_accepted([0.25, 0.25, 0.5], [1, 1, 0], [1.0, 2.0], 50)[:, 2].round(9).tolist()
    [0.268941421, 0.119202922]
    """
    question, steps = verdict_question(base, accepted), check_int(steps, "steps")
    gains = check_floats(gains, "gains (log odds)")
    before = jnp.concatenate([jnp.zeros(1), gains[:-1]])
    gains = _positive(gains, "gains (log odds)", gains > before)
    target = accepted_law(base, accepted)

    def field(z):
        law = jax.nn.softmax(z)
        return (target - law) / _odds_slope(question, law, target - law)

    def reach(z, width):
        z = lax.fori_loop(0, steps, lambda _, z: runge_kutta_step(field, z, width / steps), z)
        return z, jax.nn.softmax(z)

    return lax.scan(reach, jnp.log(question.likelihoods), gains - before)[1]


def imitate_one(
    base: Float[Numbers, "outputs"],
    accepted: Float[Numbers, "outputs"],
    reference: Float[Numbers, "outputs"],
    gain: Float[Numbers, ""],
) -> Float[Array, "outputs"]:
    r"""Return the policy of imitation of one right answer a, once the log odds of all right ones have gained so much.

    $\dot z=\nabla\ln\pi_a$ is the softmax flow of the verdict that accepts a alone, so that its curve is
    `verdict_orbit.softmax_orbit`. On it the pass rate may fall at first, where another right answer is likelier than a.

    Args:
        base: $\pi_0$, a law with mass on accepted and on rejected outputs.
        accepted: 1 for accepted outputs, 0 for rejected ones.
        reference: 1 for a, 0 for all others.
        gain: Log odds gained since the base, in nats, positive.

    Raises:
        ValueError: One of them is none of these; traced ones give NaN.

    >>> print(imitate_one([0.25, 0.25, 0.5], [1, 1, 0], [1, 0, 0], 2.0).round(3))
    [0.794 0.087 0.119]
    """
    question, own = verdict_question(base, accepted), verdict_question(base, reference)
    gain = check_floats(gain, "gain (log odds)")
    gain = _positive(gain, "gain (log odds)", gain > 0)
    is_one_right = (own.classes[0].sum() == 1) & (own.classes[0] & question.classes[0]).any()
    if not isinstance(is_one_right, Tracer) and not is_one_right:
        raise ValueError(f"reference is {reference}: give 1 for one accepted output and 0 for all others")
    found = _at_odds(question, own, question.log_odds + gain)
    return nan_unless(is_one_right & ~jnp.isnan(gain), found)


@jax.jit
def _at_odds(question, own, odds):
    """Return the policy on the curve of one's own verdict where the log odds of the other one are so large."""
    short = lambda s: _log_odds(question, policy_at(own, s)) < odds  # noqa: E731
    return policy_at(own, bisect(short, jnp.zeros_like(odds), odds - own.log_odds, _HALVINGS)[0])


def _positive(values, what, right):
    right = right.all()
    if not isinstance(right, Tracer) and not right:
        raise ValueError(f"{what} is {values}: give positive numbers, rising where there are several")
    return nan_unless(right, values)


def _log_odds(question, law):
    right, wrong = (jnp.where(member, law, 0.0).sum() for member in question.classes)
    return jnp.log(right) - jnp.log(wrong)


def _odds_slope(question, law, slope):
    """Return the slope of the log odds of a right answer where logits have these slopes."""
    masses = jnp.where(question.classes, law, 0.0)
    right, wrong = (masses * slope).sum(axis=1) / masses.sum(axis=1)
    return right - wrong
