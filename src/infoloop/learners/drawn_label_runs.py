"""Drawn runs of a loop of labels, for where data sets are too many for sums (of which `loop_information` is made)."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, Key

from infoloop.learners.trained_information import label_laws
from infoloop.probability.array_types import Number
from infoloop.probability.validation import check_int, check_unit_interval


def drawn_errors(
    key: Key[Array, ""],
    answer: Callable[[Int[Array, "questions"]], Float[Array, "questions classes"]],
    questions: int,
    classes: int,
    rounds: int,
    wrong: Number,
    missing: Number,
    misjudged: Number,
    verified: Bool[Array, ""] | bool,
) -> Float[Array, "rounds"]:
    """Return in what share of the questions the likeliest answer is wrong, in each round of one run under a drawn rule.

    Args:
        key: A key of `jax.random`, for the rule, the first labels, answers and verdicts.
        answer: Labels -> log-probabilities of the answers after training on them; the label C stands for none.
        questions: How many questions the rule has, each class as likely.
        classes: C.
        rounds: Rounds after the first.
        wrong: How often a first label that is given is wrong.
        missing: How often none is given.
        misjudged: How often a verdict is wrong.
        verified: Whether the last label stays where a verifier does not accept the answer; else all answers are taken.

    Raises:
        ValueError: A rate is outside [0, 1], or a number is too small.

    >>> def copy(labels):
    ...     return jnp.log(jnp.eye(3)[labels][:, :2])
    >>> drawn_errors(jax.random.key(0), copy, 4, 2, 1, 0.0, 0.0, 0.0, True).tolist()
    [0.0, 0.0]
    """
    classes, questions = check_int(classes, "classes", 2), check_int(questions, "questions")
    misjudged = check_unit_interval(misjudged, "misjudged")
    key_rule, key_labels, key_rounds = jax.random.split(key, 3)
    right = jax.random.randint(key_rule, (questions,), 0, classes)
    first = jax.random.categorical(key_labels, jnp.log(label_laws(right, classes, wrong, missing)), axis=-1)

    def step(labels, key):
        key_answer, key_verdict = jax.random.split(key)
        logs = answer(labels)
        drawn = jax.random.categorical(key_answer, logs, axis=-1)
        accepted = (drawn == right) ^ jax.random.bernoulli(key_verdict, misjudged, (questions,))
        taken = accepted | jnp.logical_not(verified)
        return jnp.where(taken, drawn, labels), jnp.mean(logs.argmax(axis=-1) != right, dtype=float)

    return jax.lax.scan(step, first, jax.random.split(key_rounds, check_int(rounds, "rounds") + 1))[1]
