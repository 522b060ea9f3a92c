"""The tabular softmax: one logit an output and question, so that one question tells nothing about another."""

import jax
import jax.numpy as jnp

from infoloop.learners.parametric_policies import ParametricPolicy
from infoloop.worlds.finite_worlds import World


def tabular_softmax(world: World) -> ParametricPolicy:
    r"""Return $\pi_\theta(y\mid q)\propto e^{\theta_{qy}}$, which starts uniform.

    Args:
        world: A world, whose sizes alone are used.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> policy = tabular_softmax(lookup_world(jax.random.key(0), symbols=2))
    >>> policy.log_policy(policy.start(jax.random.key(1))).shape
    (20, 36)
    """
    shape = world.classes.shape
    return ParametricPolicy(lambda key: jnp.zeros(shape), lambda logits: jax.nn.log_softmax(logits, axis=-1))
