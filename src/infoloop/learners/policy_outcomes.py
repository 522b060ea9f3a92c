"""What a policy can do after training, summed over all outputs: accuracy by domain, form, forgetting, diversity."""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from infoloop.learners.parametric_policies import LogPolicy
from infoloop.probability.numerics import divergence_terms, plog2p
from infoloop.worlds.finite_worlds import World, right_outputs


class Outcomes(NamedTuple):
    r"""Means over questions; the fields may have leading axes.

    Attributes:
        trained: Pass rate on trained questions, A.
        held_out: Pass rate on held-out questions, B.
        held_out_form: Mass on accepted forms on held-out questions.
        held_out_given_form: Pass rate there, given an accepted form: the ratio of the two means.
        known: Pass rate on questions of known tasks.
        forgetting: $D(\pi_0\|\pi)$ on them, in bits.
        moved: $D(\pi\|\pi_0)$ on trained questions, in bits.
        diversity: $2^H$ of the law among right outputs, H being its mean entropy over trained questions.
        unevenness: Standard deviation of the pass rate over trained questions.
    """

    trained: Float[Array, "..."]
    held_out: Float[Array, "..."]
    held_out_form: Float[Array, "..."]
    held_out_given_form: Float[Array, "..."]
    known: Float[Array, "..."]
    forgetting: Float[Array, "..."]
    moved: Float[Array, "..."]
    diversity: Float[Array, "..."]
    unevenness: Float[Array, "..."]


def outcomes(world: World, rule: Int[Array, ""] | int, base: LogPolicy, log_policy: LogPolicy) -> Outcomes:
    """Return what a policy can do under the rule that it was trained for.

    Args:
        world: The world.
        rule: Number of the rule.
        base: Log-probabilities before training.
        log_policy: Log-probabilities after it.

    Returns:
        An `Outcomes` of scalars; a mean over no question is NaN.

    >>> import jax
    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2)
    >>> uniform = jnp.full(world.classes.shape, -jnp.log(36.0))
    >>> found = outcomes(world, 3, uniform, uniform)
    >>> round(float(found.trained), 6), round(float(found.diversity), 6), float(found.forgetting)
    (0.083333, 3.0, 0.0)
    """
    policy, right = jnp.exp(log_policy), right_outputs(world, rule)
    passed = (policy * right).sum(axis=1)
    form = jnp.where(world.accepted, policy, 0.0).sum(axis=1)
    start = jnp.exp(base)
    among = jnp.where(right, policy, 0.0) / passed[:, None]
    entropy = -plog2p(among).sum(axis=1)
    held_out, its_form = _over(world.held_out, passed), _over(world.held_out, form)
    trained = _over(world.trained, passed)
    return Outcomes(
        trained=trained,
        held_out=held_out,
        held_out_form=its_form,
        held_out_given_form=held_out / its_form,
        known=_over(world.known, passed),
        forgetting=_over(world.known, divergence_terms(start, policy).sum(axis=1)),
        moved=_over(world.trained, divergence_terms(policy, start).sum(axis=1)),
        diversity=2 ** _over(world.trained, entropy),
        unevenness=jnp.sqrt(_over(world.trained, (passed - trained) ** 2)),
    )


def first_at(
    level: Float[Array, ""] | float, accuracy: Float[Array, "looks"], value: Float[Array, "looks"]
) -> Float[Array, ""]:
    r"""Return the value at the moment at which the accuracy first reaches a level, on the line between two looks.

    Args:
        level: Accuracy to reach.
        accuracy: Accuracy at each look.
        value: What is asked for, at each look; times, for the time.

    Returns:
        NaN where the level is never reached; the first value where it is reached from the start.

    >>> float(first_at(0.75, jnp.array([0.5, 0.7, 0.8]), jnp.array([0.0, 10.0, 20.0])))
    15.0
    """
    there = accuracy >= level
    last = jnp.argmax(there)
    before = jnp.where(last == 0, 0, last - 1)
    rise = accuracy[last] - accuracy[before]
    share = jnp.where(rise > 0, (level - accuracy[before]) / jnp.where(rise > 0, rise, 1.0), 1.0)
    found = value[before] + jnp.where(last == 0, 0.0, share) * (value[last] - value[before])
    return jnp.where(there.any(), found, jnp.nan)


def _over(members, value):
    """Return the mean over some questions; NaN if there is none."""
    return jnp.where(members, value, 0.0).sum() / members.sum()
