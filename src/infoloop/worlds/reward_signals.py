r"""Signals that judge outputs: rewards of [questions outputs], each output's own, and preferences in pairs.

A reward is what the verifier says of an output on average, from 0 to 1. Each gives every question its rewards, also
those that are not trained: the weights of an objective choose.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from infoloop.probability.array_types import Number
from infoloop.probability.validation import check_int, check_positive, check_unit_interval
from infoloop.worlds.finite_worlds import World, right_outputs
from infoloop.worlds.reference_signals import Rule

Rewards = Float[Array, "questions outputs"]


def verdict_reward(world: World, rule: Rule, *, true_positive: Number = 1.0, false_positive: Number = 0.0) -> Rewards:
    r"""Return how often a verifier accepts each output: TPR if it is right, FPR if not.

    Args:
        world: A world.
        rule: Number of the rule.
        true_positive: TPR, in [0, 1].
        false_positive: FPR, in [0, 1].

    Raises:
        ValueError: A rate is outside [0, 1]; a traced one becomes NaN.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> reward = verdict_reward(lookup_world(jax.random.key(0), symbols=2), 3, false_positive=0.25)
    >>> sorted(set(reward.ravel().tolist()))
    [0.25, 1.0]
    """
    true, false = (
        check_unit_interval(true_positive, "true_positive"),
        check_unit_interval(false_positive, "false_positive"),
    )
    return jnp.where(right_outputs(world, rule), true, false)


def graded_reward(world: World, rule: Rule) -> Rewards:
    r"""Return how close each output's class is to the right one, by the world's grades; 0 for junk.

    Args:
        world: A world.
        rule: Number of the rule.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> sorted(set(graded_reward(lookup_world(jax.random.key(0), symbols=2), 3).ravel().tolist()))
    [0.0, 0.5, 1.0]
    """
    grades = world.grades[world.classes, world.right_class[rule][:, None]]
    return jnp.where(world.classes >= 0, grades, 0.0)


def items_met(world: World, rule: Rule, items: int | None = None) -> Bool[Array, "questions outputs items"]:
    r"""Return which items of a rubric each output meets: in which its class agrees with the right one; none for junk.

    Args:
        world: A world.
        rule: Number of the rule.
        items: k, how many of the world's items there are in the rubric, from the first; unless given, all.

    Raises:
        ValueError: k is below 1, or the world has fewer items.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> items_met(lookup_world(jax.random.key(0), symbols=2), 3).shape
    (20, 36, 2)
    """
    there = world.items.shape[-1]
    k = there if items is None else check_int(items, "items")
    if k > there:
        raise ValueError(f"items are {k} and the world has {there}: give at most {there}, or a world with more classes")
    looked_at = world.items[:, :k]
    agrees = looked_at[world.classes] == looked_at[world.right_class[rule]][:, None, :]
    return agrees & (world.classes >= 0)[:, :, None]


def rubric_reward(world: World, rule: Rule, items: int | None = None) -> Rewards:
    r"""Return the share of a rubric's items that each output meets; 0 for junk.

    Args:
        world: A world.
        rule: Number of the rule.
        items: k, how many of the world's items there are in the rubric, from the first; unless given, all.

    Raises:
        ValueError: k is below 1, or the world has fewer items.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> sorted(set(rubric_reward(lookup_world(jax.random.key(0), symbols=2), 3).ravel().tolist()))
    [0.0, 0.5, 1.0]
    """
    return items_met(world, rule, items).mean(axis=-1)


def right_prefixes(world: World, rule: Rule) -> Bool[Array, "questions outputs length"]:
    r"""Return whether some right output begins with the first 1, 2, ..., L tokens of each output: a verdict a step.

    Args:
        world: A world, whose outputs are all strings in lexicographic order.
        rule: Number of the rule.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> right_prefixes(lookup_world(jax.random.key(0), symbols=2), 3)[0].sum(axis=0).tolist()
    [18, 3]
    """
    right, length = right_outputs(world, rule), world.outputs.shape[-1]
    questions, strings = right.shape
    steps = []
    for taken in range(1, length + 1):
        begins = right.reshape(questions, world.alphabet**taken, -1).any(axis=-1)
        steps.append(jnp.repeat(begins, strings // world.alphabet**taken, axis=1))
    return jnp.stack(steps, axis=-1)


def step_reward(world: World, rule: Rule) -> Rewards:
    r"""Return the share of each output's prefixes, itself among them, with which some right output begins.

    Args:
        world: A world, whose outputs are all strings in lexicographic order.
        rule: Number of the rule.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> sorted(set(step_reward(lookup_world(jax.random.key(0), symbols=2), 3).ravel().tolist()))
    [0.0, 0.5, 1.0]
    """
    return right_prefixes(world, rule).mean(axis=-1)


def preference_counts(
    base: Float[Array, "questions outputs"], reward: Rewards, sharpness: Number | None = None
) -> Float[Array, "questions outputs outputs"]:
    r"""Return how often a is preferred to b among pairs drawn from a base: $c(a,b)=2\pi_0(a)\pi_0(b)P(a\succ b)$.

    A pair of the same output twice is not shown, so that c adds up to $1-\sum_a\pi_0(a)^2$ in each question.

    Args:
        base: $\pi_0$, the law of each question from which both outputs of a pair are drawn.
        reward: What judges a pair.
        sharpness: s above 0 in $P(a\succ b)=\sigma(s(r_a-r_b))$ (Bradley & Terry 1952); unless given, the greater
            reward is preferred, and a coin decides between equal ones.

    Raises:
        ValueError: s is not above 0; a traced one becomes NaN.

    >>> law, reward = jnp.array([[0.5, 0.25, 0.25]]), jnp.array([[1.0, 0.0, 0.0]])
    >>> preference_counts(law, reward)[0].tolist()
    [[0.0, 0.25, 0.25], [0.0, 0.0, 0.0625], [0.0, 0.0625, 0.0]]
    """
    apart = reward[:, :, None] - reward[:, None, :]
    if sharpness is None:
        wins = jnp.where(apart == 0, 0.5, jnp.where(apart > 0, 1.0, 0.0))
    else:
        wins = jax.nn.sigmoid(check_positive(sharpness, "sharpness") * apart)
    pairs = 2 * base[:, :, None] * base[:, None, :] * wins
    return jnp.where(jnp.eye(base.shape[-1], dtype=bool), 0.0, pairs)
