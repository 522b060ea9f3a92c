r"""What enters a trained network unlisted, planted: each breaks $I(X;Z)\le I(X;D)$, and none once it is listed.

Right answers to held-out questions among the labels; labels that verdicts changed, round after round; a run that is
kept because its held-out answers are accepted. A run that is kept for what it says of itself breaks nothing.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.information.measures import mutual_information
from infoloop.learners.label_loops import accepted_labels
from infoloop.learners.label_training import LabelLearner, trained_on_labels
from infoloop.learners.loop_information import verdicts_by_round
from infoloop.learners.trained_information import cases_by_round, label_sets, state_codes, state_law
from infoloop.probability.array_types import Number
from infoloop.probability.distributions import Joint

LEAKS = ("none", "held-out answers", "unlisted verdicts", "selected on acceptance", "selected blindly")


class LeakedInformation(NamedTuple):
    r"""Bits about the rule X, by leak in the order of `LEAKS`.

    Attributes:
        whole: $I(X;Z)$, Z all log-probabilities.
        greedy: The same, the likeliest answer to every question.
        with_signal: $I(X;D_0,S)$, with the signal that leaked.
        listed: $I(X;D_0)$, of the data that are listed; one number.
    """

    whole: Float[Array, "leaks"]
    greedy: Float[Array, "leaks"]
    with_signal: Float[Array, "leaks"]
    listed: Float[Array, ""]


def information_with_leaks(
    who: LabelLearner,
    start: Float[Array, "rules sets"],
    questions: int,
    steps: int,
    rounds: int,
    misjudged: Number,
) -> LeakedInformation:
    """Return what a network knows of the rule where something enters that the data do not name.

    Args:
        who: The learner; among runs from all of its bases one is selected, in the other cases the first is trained.
        start: P(x, d) of the labels.
        questions: How many questions are trained, the first ones.
        steps: Steps of training.
        rounds: Rounds of verdicts.
        misjudged: How often a verdict is wrong.

    Raises:
        ValueError: `misjudged` is outside [0, 1], or a number is below 1.

    >>> import optax
    >>> from infoloop.learners.label_training import label_learner
    >>> from infoloop.learners.loop_information import first_cases
    >>> from infoloop.learners.tabular_policy import tabular_softmax
    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=1, classes=2, alphabet=2, length=1, forms=1, tasks=0)
    >>> who = label_learner(jax.random.key(1), world, 2, tabular_softmax, optax.sgd(1.0), 1, 1, pooled=False)
    >>> found = information_with_leaks(who, first_cases(world, 1, 0.0, 0.5), 1, 1, 1, 0.0)
    >>> found.listed.round(12).tolist(), found.whole.round(12)[:2].tolist()
    (0.5, [0.5, 1.0])
    """
    rule, classes = who.world.right_class, len(who.world.grades)
    right, sets = rule[:, :questions], label_sets(questions, classes)
    tries = len(jax.tree.leaves(who.bases)[0])
    single, shown = _runs(who, start, sets, questions, steps)
    correct = (single[:, None, :, questions:].argmax(axis=-1) == rule[None, :, None, questions:]).sum(axis=-1)
    bold = single.max(axis=-1).sum(axis=-1)
    chosen = correct.argmax(axis=0), jnp.broadcast_to(bold.argmax(axis=0), start.shape)
    own = jnp.exp(single[0, :, :questions])
    later = cases_by_round(start, accepted_labels(own, sets, right, misjudged), rounds)
    told = verdicts_by_round(later, own, right, misjudged)[:-1].sum()
    same = jnp.broadcast_to(single[0], shown.shape)
    states = jnp.stack([same, shown, same, *(single[number, jnp.arange(len(sets))] for number in chosen)])
    cases = jnp.stack([start, start, later[-1], start, start])
    listed, *selected = (_bits(start), *(_bits(_with_choice(start, number, tries)) for number in chosen))
    bounds = jnp.stack([listed, -jnp.log2(who.world.prior).mean(), listed + told, *selected])
    return LeakedInformation(_known(cases, states), _known(cases, states.argmax(axis=-1)), bounds, listed)


def _runs(who, start, sets, questions, steps):
    """Return log-probabilities by base and data set, and of the first base by rule and data set, shown all answers."""
    rule, classes, tries = who.world.right_class, len(who.world.grades), len(jax.tree.leaves(who.bases)[0])
    shape = (*start.shape, rule.shape[1], classes)
    one_hot = lambda labels: jax.nn.one_hot(labels, classes, dtype=float)  # noqa: E731
    labels = jnp.zeros(shape[1:]).at[:, :questions].set(one_hot(sets))
    shown = jnp.broadcast_to(labels, shape).at[:, :, questions:].set(one_hot(rule[:, None, questions:]))
    targets = jnp.concatenate([jnp.tile(labels, (tries, 1, 1)), shown.reshape(-1, *shape[2:])])
    numbers = jnp.concatenate([jnp.repeat(jnp.arange(tries), len(sets)), jnp.zeros(start.size, int)])
    logs = trained_on_labels(who, numbers, targets, steps)
    return logs[: tries * len(sets)].reshape(tries, *shape[1:]), logs[tries * len(sets) :].reshape(shape)


def _with_choice(start, number, tries):
    """Return P(x, (d, number of the run)), number(x, d) being the run that is kept."""
    return (start[:, :, None] * jax.nn.one_hot(number, tries, dtype=float)).reshape(len(start), -1)


def _known(cases, states):
    """Return what states that hang on the rule and the data set know of the rule, one leak after the other."""

    def known(cases, states):
        codes = state_codes(states.reshape(cases.size, -1)).reshape(cases.shape)
        return mutual_information(state_law(cases, codes), "X", "Z")

    return jax.vmap(known)(cases, states)


def _bits(table):
    return mutual_information(Joint(table, ("X", "Z")), "X", "Z")
