"""Many fine-tuning runs at once from one base: on the trained questions alone, by either optimiser."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool

from infoloop.probability.array_types import Number
from infoloop.probability.validation import check_int
from infoloop.worlds.finite_worlds import World


def first_questions(world: World, count: int) -> World:
    """Return the world of its first questions alone; in a lookup world those that are trained stand first.

    A learner of this world has the parameters of one of the whole world, so that a step costs no more than these
    questions do (not the tabular and the log-linear ones, whose parameters are by question).

    Args:
        world: A world.
        count: How many questions are kept.

    Raises:
        ValueError: The count is below 1.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = first_questions(lookup_world(jax.random.key(0), symbols=2), 2)
    >>> world.trained.tolist(), world.right_class.shape
    ([True, True], (16, 2))
    """
    count = check_int(count, "count")
    names = ("prompts", "task", "domain", "content", "classes", "accepted")
    kept = {name: getattr(world, name)[:count] for name in names}
    return replace(world, right_class=world.right_class[:, :count], **kept)


def adam_or_descent(
    adam: Bool[Array, ""] | bool, adam_rate: Number, descent_rate: Number
) -> optax.GradientTransformation:
    """Return Adam or gradient descent, chosen by a number that may be traced, so that both are compiled once.

    Args:
        adam: Whether it is Adam.
        adam_rate: Learning rate of Adam.
        descent_rate: Learning rate of gradient descent.

    >>> descent = adam_or_descent(False, 0.1, 0.5)
    >>> moves, _ = descent.update(jnp.array([2.0]), descent.init(jnp.zeros(1)))
    >>> moves.tolist()
    [-1.0]
    """
    scaled = optax.scale_by_adam()

    def update(updates, state, params=None):
        moves, state = scaled.update(updates, state)
        chosen = jax.tree.map(lambda m, g: -jnp.where(adam, adam_rate * m, descent_rate * g), moves, updates)
        return chosen, state

    flat = optax.flatten(
        optax.GradientTransformation(scaled.init, update)
    )  # one vector: few kernels to compile and run
    return optax.GradientTransformation(flat.init, flat.update)
