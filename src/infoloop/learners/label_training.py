"""Training on labels of a new task, from bases that know other tasks: a map from data sets to policies.

A base is trained on the known tasks of a world, where all classes of the new task are alike. From it, training on a
data set is full-batch and ends after some steps, so that the policy is a function of base and data set.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int, Key, PyTree

from infoloop.learners.objectives import imitation
from infoloop.learners.parametric_policies import ParametricPolicy
from infoloop.learners.policy_training import train_policy
from infoloop.probability.validation import check_int
from infoloop.worlds.finite_worlds import World, base_targets


class LabelLearner(NamedTuple):
    """Who learns the new task.

    Attributes:
        world: The world with the questions of the new task alone.
        policy: The learner's policy on them.
        bases: Parameters to start from, one of them along the leading axis of each leaf.
        optimiser: What trains it on labels.
    """

    world: World
    policy: ParametricPolicy
    bases: PyTree
    optimiser: optax.GradientTransformation


def new_task_alone(world: World, questions: int) -> World:
    """Return a world without its known tasks: with the first questions alone, which are those of the new task.

    Args:
        world: A world whose first questions are those of the new task.
        questions: How many these are.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> new_task_alone(lookup_world(jax.random.key(0), symbols=2), 4).task.tolist()
    [0, 0, 0, 0]
    """
    of_questions = ("prompts", "task", "domain", "content", "classes", "accepted")
    parts = {name: getattr(world, name)[:questions] for name in of_questions}
    return replace(world, right_class=world.right_class[:, :questions], **parts)


def label_learner(
    key: Key[Array, ""],
    world: World,
    questions: int,
    policy_of: Callable[[World], ParametricPolicy],
    optimiser: optax.GradientTransformation,
    bases: int,
    base_steps: int,
    pooled: bool = True,
) -> LabelLearner:
    """Return a learner of the new task with bases that are trained on the known tasks, by Adam from a rate of .01.

    Args:
        key: A key of `jax.random`, for initial weights.
        world: A world whose first questions are those of the new task.
        questions: How many these are.
        policy_of: World -> policy, with parameters that do not hang on the number of questions, if pooled.
        optimiser: What trains it on labels.
        bases: How many bases; they differ in their initial weights.
        base_steps: Steps that make one.
        pooled: Whether questions share parameters; else a base is where the policy starts.

    Raises:
        ValueError: A number is below 1.

    >>> from infoloop.learners.tabular_policy import tabular_softmax
    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2)
    >>> label_learner(jax.random.key(1), world, 4, tabular_softmax, optax.sgd(1.0), 3, 1, pooled=False).bases.shape
    (3, 4, 36)
    """
    steps, keys = check_int(base_steps, "base_steps"), jax.random.split(key, check_int(bases, "bases"))
    alone = new_task_alone(world, questions)
    policy, whole = policy_of(alone), policy_of(world)
    objective = imitation(base_targets(world, 0.0), jnp.full(len(world.task), 1 / len(world.task)))
    decaying = optax.flatten(optax.adam(optax.cosine_decay_schedule(1e-2, steps)))  # one vector: fewer kernels

    def pre_trained(key):
        return train_policy(key, whole, whole.start(key), objective, decaying, steps, steps, jnp.sum).parameters

    return LabelLearner(alone, policy, jax.vmap(pre_trained if pooled else policy.start)(keys), optimiser)


def trained_on_labels(
    learner: LabelLearner,
    numbers: Int[Array, "cases"],
    targets: Float[Array, "cases asked outputs"],
    steps: int,
) -> Float[Array, "cases questions outputs"]:
    """Return the log-probabilities of all questions after training, in each case a base and a table of targets.

    Args:
        learner: The learner.
        numbers: Which base.
        targets: A law of answers to each question, zeros where nothing is said; nothing is of those after `asked`.
        steps: Steps of training.

    Raises:
        ValueError: `steps` is below 1.

    >>> from infoloop.learners.tabular_policy import tabular_softmax
    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=1, classes=2, alphabet=2, length=1, forms=1, tasks=0, domains=1)
    >>> who = label_learner(jax.random.key(1), world, 1, tabular_softmax, optax.sgd(2.0), 1, 1, pooled=False)
    >>> law = jnp.exp(trained_on_labels(who, jnp.array([0]), jnp.array([[[1.0, 0.0]]]), 1))
    >>> [round(float(p), 3) for p in law.reshape(-1)]
    [0.881, 0.119]
    """
    questions = len(learner.world.task)

    def one(number, target):
        base = jax.tree.map(lambda leaf: leaf[number], learner.bases)
        everywhere = jnp.zeros((questions, target.shape[1])).at[: len(target)].set(target)
        objective = imitation(everywhere, jnp.full(questions, 1 / questions))
        key = jax.random.key(0)  # nothing is drawn
        looked_at = lambda log_policy: log_policy  # noqa: E731
        found = train_policy(key, learner.policy, base, objective, learner.optimiser, steps, steps, looked_at)
        return found.observed[-1]

    return jax.vmap(one)(numbers, targets)
