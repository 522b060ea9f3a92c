"""The base of a fine-tuning run: it knows the other tasks and the form of answers, and nothing of the rule."""

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Key, PyTree

from infoloop.learners.objectives import imitation
from infoloop.learners.parametric_policies import ParametricPolicy
from infoloop.learners.policy_training import train_policy
from infoloop.probability.array_types import Number
from infoloop.probability.validation import check_int
from infoloop.worlds.finite_worlds import World, base_targets


def pretrain(
    key: Key[Array, ""], world: World, policy: ParametricPolicy, junk: Number, steps: int, rate: float = 3e-3
) -> PyTree:
    r"""Return parameters that were trained on `base_targets`: Adam, its rate falling to 0 along a cosine.

    The targets do not hang on the rule, so that $I(X;\text{base})=0$ exactly.

    Args:
        key: Randomness of the first parameters.
        world: A world.
        policy: The learner.
        junk: J, mass of junk in the new task's targets.
        steps: Steps of the optimiser.
        rate: Its first learning rate.

    Raises:
        ValueError: Steps are below 1, or J is outside [0, 1].

    >>> from infoloop.learners.tabular_policy import tabular_softmax
    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=1, tasks=1)
    >>> policy = tabular_softmax(world)
    >>> law = jnp.exp(policy.log_policy(pretrain(jax.random.key(1), world, policy, 0.0, steps=100, rate=0.3)))
    >>> bool(jnp.abs(law - base_targets(world, 0.0)).max() < 0.01)
    True
    """
    key_start, key_steps = jax.random.split(key)
    questions = len(world.task)
    objective = imitation(base_targets(world, junk), jnp.full(questions, 1 / questions))
    schedule = optax.cosine_decay_schedule(rate, check_int(steps, "steps"))
    found = train_policy(
        key_steps,
        policy,
        policy.start(key_start),
        objective,
        optax.flatten(optax.adam(schedule)),  # one vector: few kernels to compile and to run
        steps,
        steps,
        lambda log_policy: jnp.zeros(()),
    )
    return found.parameters
