r"""Loops in which a learner is trained on labels that it made: laws of the next data set, given the rule and the last.

A data set has at most one label a question (`trained_information.label_sets`); a learner's answer to a question is the
label that it makes. Laws are exact, so that a loop is a Markov chain of data sets (`cases_by_round`).
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from infoloop.learners.trained_information import set_laws
from infoloop.probability.array_types import Number
from infoloop.probability.validation import check_unit_interval

Answers = Float[Array, "sets questions classes"]


def own_labels(answers: Answers) -> Float[Array, "1 sets sets"]:
    r"""Return $K(d'\mid d)$ where the next labels are answers drawn from the learner, and nothing else: a closed loop.

    Args:
        answers: The law of the answers after training on each data set.

    >>> own_labels(jnp.array([[[0.25, 0.75]]] * 3))[0, 0].tolist()
    [0.25, 0.75, 0.0]
    """
    return set_laws(_with_none(answers))[None]


def accepted_labels(
    answers: Answers, sets: Int[Array, "sets questions"], right: Int[Array, "rules questions"], misjudged: Number
) -> Float[Array, "rules sets sets"]:
    r"""Return $K(d'\mid x,d)$ where an answer that a verifier accepts is the next label, and else the last one stays.

    Args:
        answers: The law of the answers after training on each data set.
        sets: All data sets, in the order of `label_sets`.
        right: The right class of each question under each rule.
        misjudged: How often a verdict is wrong, on a right answer as on a wrong one.

    Raises:
        ValueError: `misjudged` is outside [0, 1].

    >>> sets = jnp.array([[0], [1], [2]])
    >>> accepted_labels(jnp.array([[[0.25, 0.75]]] * 3), sets, jnp.array([[0]]), 0.0)[0].tolist()
    [[1.0, 0.0, 0.0], [0.25, 0.75, 0.0], [0.25, 0.0, 0.75]]
    """
    yes = _acceptance(jnp.arange(answers.shape[-1]), right[:, :, None], misjudged)[:, None]
    refused = (answers * (1 - yes)).sum(axis=-1, keepdims=True)
    last = jax.nn.one_hot(sets, answers.shape[-1] + 1, dtype=answers.dtype)
    return set_laws(_with_none(answers * yes) + refused * last)


def verdict_laws(
    drawn: Int[Array, "answers questions"], right: Int[Array, "rules questions"], misjudged: Number
) -> Float[Array, "rules answers verdicts"]:
    r"""Return $P(s\mid x,y)$ of the verdicts on all questions, no before yes, the first question first.

    Args:
        drawn: Answers to all questions, one case a row.
        right: The right class of each question under each rule.
        misjudged: How often a verdict is wrong.

    Raises:
        ValueError: `misjudged` is outside [0, 1].

    >>> verdict_laws(jnp.array([[0], [1]]), jnp.array([[0]]), 0.125).tolist()
    [[[0.125, 0.875], [0.875, 0.125]]]
    """
    yes = _acceptance(drawn, right[:, None], misjudged)
    return set_laws(jnp.stack([1 - yes, yes], axis=-1))


def replayed_labels(
    sets: Int[Array, "sets questions"], classes: int, kept: Number
) -> Float[Array, "pairs questions classes"]:
    r"""Return what is imitated after the first data set and the last one, for all pairs, the first of them first.

    A law that has the first label at its weight and the last one at the rest; where one of them is missing the other
    alone; zeros where both are.

    Args:
        sets: All data sets.
        classes: C; the label C stands for none.
        kept: Weight of the first labels.

    Raises:
        ValueError: `kept` is outside [0, 1].

    >>> replayed_labels(jnp.array([[0], [1], [2]]), 2, 0.25).tolist()[1:3]
    [[[0.25, 0.75]], [[1.0, 0.0]]]
    """
    kept = check_unit_interval(kept, "kept")
    labels = jax.nn.one_hot(sets, classes, dtype=float)
    first, last = labels[:, None], labels[None]
    there = labels.sum(axis=-1, keepdims=True) > 0
    both = jnp.where(there[None], kept, 1.0) * first + jnp.where(there[:, None], 1 - kept, 1.0) * last
    return both.reshape(-1, *labels.shape[1:])


def replay_link(answers: Float[Array, "pairs questions classes"]) -> Float[Array, "1 pairs pairs"]:
    r"""Return the law of the next pair: the first data set stays, the last one is drawn from the learner.

    Args:
        answers: The law of the answers after training on each pair, in the order of `replayed_labels`.

    >>> replay_link(jnp.array([[[0.25, 0.75]]] * 9))[0, 4].tolist()
    [0.0, 0.0, 0.0, 0.25, 0.75, 0.0, 0.0, 0.0, 0.0]
    """
    drawn = set_laws(_with_none(answers))
    sets = drawn.shape[-1]
    first = jnp.arange(len(drawn)) // sets
    return jnp.where(first[:, None, None] == jnp.arange(sets)[:, None], drawn[:, None], 0.0).reshape(1, len(drawn), -1)


def _acceptance(answer, right, misjudged):
    misjudged = check_unit_interval(misjudged, "misjudged")
    return jnp.where(answer == right, 1 - misjudged, misjudged)


def _with_none(answers):
    """Return laws of answers as laws of labels: that of no label is 0."""
    return jnp.concatenate([answers, jnp.zeros((*answers.shape[:-1], 1), answers.dtype)], axis=-1)
