r"""What the best learner could do: held-out accuracy of one that knows the law of a signal on all trained questions.

A signal that tells two rules apart nowhere leaves them in one group; the learner knows the group, and gives each
held-out prompt the answer that is likeliest to be right. No learner does better on average over rules.
"""

from typing import NamedTuple

import numpy as np

from infoloop.probability.host_functions import host_only
from infoloop.probability.numerics import rounding
from infoloop.worlds.finite_worlds import World
from infoloop.worlds.reference_channels import SignalChannel, class_rows


class BayesAccuracy(NamedTuple):
    """Mean accuracy on held-out questions of the best learner.

    Attributes:
        informed: With the signal's law on all trained questions.
        uninformed: Without any signal.
    """

    informed: float
    uninformed: float


@host_only
def bayes_accuracy(world: World, channel: SignalChannel) -> BayesAccuracy:
    r"""Return the held-out accuracy of the best learner with a signal, and without any.

    $\frac1{|B|}\sum_b\sum_g\max_y\sum_{q\in b}P(X\in g,\,y\text{ right for }q)$ over the prompts b of held-out
    questions (questions with the same prompt get the same answer) and the groups g of rules.

    Args:
        world: A world, on the host.
        channel: The signal, $P(S=s\mid q,y)$.

    Raises:
        ValueError: There is no held-out question.
        TypeError: An argument is traced by JAX.

    >>> import jax
    >>> from infoloop.worlds.lookup import lookup_world
    >>> from infoloop.worlds.reference_channels import class_channel
    >>> world = lookup_world(jax.random.key(0), symbols=2)
    >>> bayes_accuracy(world, class_channel(world))
    BayesAccuracy(informed=1.0, uninformed=0.25)
    """
    held_out = np.flatnonzero(np.asarray(world.held_out))
    if not len(held_out):
        raise ValueError("the world has no held-out question: give it a second domain")
    group = rule_groups(world, channel)
    alone = np.zeros_like(group)
    return BayesAccuracy(*(_accuracy(world, held_out, g) for g in (group, alone)))


@host_only
def rule_groups(world: World, channel: SignalChannel) -> np.ndarray:
    r"""Return the number of each rule's group: rules whose signals have the same law at every trained question.

    Laws that differ by rounding are the same.

    Args:
        world: A world, on the host.
        channel: The signal, $P(S=s\mid q,y)$.

    Raises:
        TypeError: An argument is traced by JAX.

    >>> import jax
    >>> from infoloop.worlds.lookup import lookup_world
    >>> from infoloop.worlds.reference_channels import class_channel
    >>> world = lookup_world(jax.random.key(0), symbols=2)
    >>> len(set(rule_groups(world, class_channel(world)).tolist()))
    16
    """
    trained = np.flatnonzero(np.asarray(world.trained))
    rows, right = np.asarray(class_rows(world, channel))[trained], np.asarray(world.right_class)[:, trained]
    apart = np.abs(rows[:, :, None, :] - rows[:, None, :, :]).max(axis=3, initial=0.0)
    first = (apart <= rounding(rows.shape[2])).argmax(axis=2)  # the first class with the same law, for each class
    told = first[np.arange(len(trained)), right]
    return np.unique(told, axis=0, return_inverse=True)[1].reshape(-1)


@host_only
def void_reason(world: World, channel: SignalChannel) -> str:
    r"""Return why nothing can be learned from held-out accuracy under this signal, in one line; '' if something can.

    A cell of a map is void where no learner could bridge the shift, as the best one does no better with the signal than
    without it, or where every learner must, as held-out prompts are trained ones or need no signal.

    Args:
        world: A world, on the host.
        channel: The signal, $P(S=s\mid q,y)$.

    Raises:
        TypeError: An argument is traced by JAX.

    >>> import jax
    >>> from infoloop.worlds.lookup import lookup_world
    >>> from infoloop.worlds.reference_channels import class_channel
    >>> null = lookup_world(jax.random.key(0), symbols=2, shared=False)
    >>> void_reason(null, class_channel(null))
    'no learner can bridge the shift: the best one has 0.25 of held-out questions right with the signal and without it'
    """
    if not np.asarray(world.trained).any():
        return "there is no trained question"
    if not np.asarray(world.held_out).any():
        return "there is no held-out question"
    prompts = np.asarray(world.prompts)
    trained, held_out = (
        set(map(tuple, prompts[np.asarray(part)].tolist())) for part in (world.trained, world.held_out)
    )
    if held_out <= trained:
        return "every learner must bridge the shift: each held-out prompt is also a trained one"
    best = bayes_accuracy(world, channel)
    near = rounding(len(world.prior))
    if best.uninformed >= 1 - near:
        return "every learner can be right: the held-out answers do not hang on the rule"
    if best.informed - best.uninformed <= near:
        return (
            f"no learner can bridge the shift: the best one has {best.uninformed:.6g} of held-out questions right "
            "with the signal and without it"
        )
    return ""


def _accuracy(world, held_out, group):
    """Return the accuracy of the best learner that knows the group of the rule."""
    prompts, classes = np.asarray(world.prompts)[held_out], np.asarray(world.classes)[held_out]
    right, prior = np.asarray(world.right_class)[:, held_out], np.asarray(world.prior)
    count, total = world.grades.shape[-1], 0.0
    which = np.unique(prompts, axis=0, return_inverse=True)[1].reshape(-1)
    for b in range(which.max() + 1):
        members = np.flatnonzero(which == b)
        answers = np.unique(classes[members], axis=1)  # the classes that an output has at these questions
        score = np.zeros((group.max() + 1, answers.shape[1]))
        for q, of_answer in zip(members, answers, strict=True):
            mass = np.zeros((len(score), count + 1))  # the last is junk's
            np.add.at(mass, (group, right[:, q]), prior)
            score += mass[:, of_answer]
        total += score.max(axis=1).sum()
    return float(total / len(held_out))
