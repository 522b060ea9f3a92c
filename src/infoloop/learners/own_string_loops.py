r"""Loops in which a learner is trained on strings that it drew, generation by generation, under one of four schedules.

The strings of a generation are counted by question; a *fit* makes the next model of the counts. Under `replace` the
model is fitted to the last strings alone, under `accumulate` to all of them, under `verifier` to those that a noisy
verifier accepts, in `self-play` to the winners of pairs of which an environment names the better one.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool, Float, Int, Key

from infoloop.learners.objectives import imitation
from infoloop.learners.parametric_policies import ParametricPolicy
from infoloop.learners.policy_training import train_policy
from infoloop.loops.loop import Loop
from infoloop.probability.array_types import Number
from infoloop.probability.validation import check_int, check_unit_interval
from infoloop.worlds.finite_worlds import World, right_outputs

SCHEDULES = ("replace", "accumulate", "verifier", "self-play")
Counts = Float[Array, "questions outputs"]


class StringGeneration(NamedTuple):
    """A generation of a loop.

    Attributes:
        counts: How often each string is among those that the model is fitted to, by question.
        log_policy: Log-probabilities of the model's strings.
        diverged: Whether its training diverged.
        real: Whether this is no model yet, and the law is that of real strings.
    """

    counts: Counts
    log_policy: Float[Array, "questions outputs"]
    diverged: Bool[Array, ""]
    real: Bool[Array, ""]


def frequencies_kept(counts: Counts) -> StringGeneration:
    """Return the fit that keeps the frequencies themselves; uniform for a question without strings.

    Args:
        counts: The strings, counted by question.

    >>> jnp.exp(frequencies_kept(jnp.array([[3.0, 1.0], [0.0, 0.0]])).log_policy).round(12).tolist()
    [[0.75, 0.25], [0.5, 0.5]]
    """
    total = counts.sum(axis=1, keepdims=True)
    law = jnp.where(total > 0, counts / jnp.where(total > 0, total, 1.0), 1 / counts.shape[1])
    logs = jnp.where(law > 0, jnp.log(jnp.where(law > 0, law, 1.0)), -jnp.inf)
    return StringGeneration(counts, logs, jnp.array(False), jnp.array(False))


def string_fit(
    key: Key[Array, ""], policy: ParametricPolicy, optimiser: optax.GradientTransformation, steps: int
) -> Callable[[Counts], StringGeneration]:
    """Return the training of a policy on counted strings, full-batch and from the same initial weights each time.

    Args:
        key: A key of `jax.random`, for the initial weights.
        policy: The learner.
        optimiser: What trains it.
        steps: Steps a generation.

    Raises:
        ValueError: `steps` is below 1.

    >>> from infoloop.learners.tabular_policy import tabular_softmax
    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=1, classes=2, alphabet=2, length=1, forms=1, tasks=0, domains=1)
    >>> fit = string_fit(jax.random.key(1), tabular_softmax(world), optax.sgd(2.0), 1)
    >>> [round(x, 3) for x in jnp.exp(fit(jnp.array([[3.0, 0.0]])).log_policy)[0].tolist()]
    [0.881, 0.119]
    """
    steps, start = check_int(steps, "steps"), policy.start(key)

    def fit(counts):
        total = counts.sum(axis=1, keepdims=True)
        objective = imitation(counts / jnp.where(total > 0, total, 1.0), jnp.full(len(counts), 1 / len(counts)))
        found = train_policy(key, policy, start, objective, optimiser, steps, steps, lambda log_policy: log_policy)
        return StringGeneration(counts, found.observed[-1], found.diverged, jnp.array(False))

    return fit


def real_strings(world: World, rule: Int[Array, ""] | int, wrong: Number) -> Float[Array, "questions outputs"]:
    r"""Return the law of real strings: $(1-w)$ uniform over the right ones, w over all.

    Args:
        world: The world.
        rule: Number of the rule.
        wrong: w, how often a string is drawn from all strings alike.

    Raises:
        ValueError: `wrong` is outside [0, 1].

    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=1, classes=2, alphabet=2, length=1, forms=1, tasks=0, domains=1)
    >>> sorted(real_strings(world, 0, 0.5)[0].tolist())
    [0.25, 0.75]
    """
    wrong, right = check_unit_interval(wrong, "wrong"), right_outputs(world, rule)
    return (1 - wrong) * right / right.sum(axis=1, keepdims=True) + wrong / right.shape[1]


def string_loop(
    world: World,
    rule: Int[Array, ""] | int,
    fit: Callable[[Counts], StringGeneration],
    schedule: Int[Array, ""] | int,
    strings: Int[Array, ""] | int,
    most: int,
    wrong: Number,
    misjudged: Number,
) -> Loop:
    """Return a loop whose first state is the law of real strings; the first model is fitted to such, later ones to own.

    All real strings are kept, whatever the schedule. So a fit is compiled once.

    Args:
        world: The world.
        rule: Number of the rule.
        fit: Counts -> the next generation (`string_fit`, `frequencies_kept`).
        schedule: Place in `SCHEDULES`; it may be traced, so that all schedules are one program.
        strings: n, strings a question and generation, at most `most`; it may be traced.
        most: How many are drawn, of which the first n count.
        wrong: How often a real string is drawn from all strings alike.
        misjudged: How often the verifier is wrong.

    Raises:
        ValueError: A rate is outside [0, 1], or `most` is below 1.

    >>> from infoloop.loops.loop import unroll
    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2, tasks=0, domains=1)
    >>> loop = string_loop(world, 0, frequencies_kept, SCHEDULES.index("accumulate"), 3, 5, 0.2, 0.0)
    >>> unroll(loop, jax.random.split(jax.random.key(1), 5)).counts.sum(axis=-1)[:, 0].tolist()
    [0.0, 3.0, 6.0, 9.0, 12.0]
    """
    most, misjudged = check_int(most, "most"), check_unit_interval(misjudged, "misjudged")
    truth, right = real_strings(world, rule, wrong), right_outputs(world, rule)
    keeps, verifies, plays = (schedule == SCHEDULES.index(name) for name in SCHEDULES[1:])
    grade = jnp.where(world.classes >= 0, world.grades[world.classes, world.right_class[rule][:, None]], 0.0)
    rows = jnp.arange(len(right))[:, None]

    def drawn(key, log_law):
        return jax.random.categorical(key, log_law[:, None], axis=-1, shape=(len(right), most))

    def counted(answers, kept):
        return jnp.zeros(right.shape).at[rows, answers].add(kept * (jnp.arange(most) < strings))

    def start(key):
        return StringGeneration(jnp.zeros(right.shape), jnp.log(truth), jnp.array(False), jnp.array(True))

    def step(key, state):
        first_key, second_key, verdict_key = jax.random.split(key, 3)
        first, second = (drawn(k, state.log_policy) for k in (first_key, second_key))
        better = grade[rows, second] > grade[rows, first]
        answers = jnp.where(plays & better & ~state.real, second, first)
        wrongly = jax.random.bernoulli(verdict_key, misjudged, answers.shape)
        accepted = jnp.logical_not(verifies) | state.real | (right[rows, answers] ^ wrongly)
        return fit(counted(answers, accepted) + jnp.where(keeps, state.counts, 0.0))

    return Loop(start, step)
