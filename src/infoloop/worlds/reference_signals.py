r"""Signals that name outputs: laws of references of [questions outputs], on which imitation trains.

Each gives every question a law, also those that are not trained: the weights of an objective choose. The class label
itself, members and no law, is `right_outputs`. What a noisy source says is any of these in a `mislabelled` world.
"""

from dataclasses import replace

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key

from infoloop.probability.array_types import Number
from infoloop.probability.validation import check_count, check_positive, check_unit_interval
from infoloop.worlds.finite_worlds import World, right_outputs, uniform_members

Rule = Int[Array, ""] | int
References = Float[Array, "questions outputs"]


def house_references(key: Key[Array, ""], world: World, rule: Rule) -> References:
    r"""Return one reference a question, all in one house style: the first form that will do, in one random order.

    Questions of a domain whose classes have the same forms get the same form. Where several right outputs have that
    form, the law is uniform over them.

    Args:
        key: The key of the order of forms.
        world: A world.
        rule: Number of the rule.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2)
    >>> law = house_references(jax.random.key(1), world, 3)
    >>> len(set(world.form[law.argmax(axis=1)].tolist())), law.max(axis=1).min().item()
    (1, 1.0)
    """
    place = jax.random.permutation(key, world.forms)[world.form]
    right = right_outputs(world, rule)
    first = jnp.where(right, place, world.forms).min(axis=1, keepdims=True)
    return uniform_members(right & (place == first))


def drawn_references(key: Key[Array, ""], world: World, rule: Rule, k: Number = 1) -> References:
    r"""Return the uniform law over k right outputs of each question, drawn once without replacement.

    With k = 1 it is one random form a question, fixed; with k at or above the number of right outputs it is
    `all_references`.

    Args:
        key: The key of the draws.
        world: A world.
        rule: Number of the rule.
        k: References a question; may be traced.

    Raises:
        ValueError: k is no whole number from 1 on; a traced one makes all NaN.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> law = drawn_references(jax.random.key(1), lookup_world(jax.random.key(0), symbols=2), 3, k=2)
    >>> law.max(axis=1).tolist() == [0.5] * 20
    True
    """
    k, right = check_count(k, "k", 1), right_outputs(world, rule)
    draw = jnp.where(right, jax.random.uniform(key, right.shape), 2.0)
    rank = jnp.argsort(jnp.argsort(draw, axis=1), axis=1)
    return jnp.where(jnp.isnan(k), jnp.nan, uniform_members(right & (rank < k)))


def all_references(world: World, rule: Rule) -> References:
    r"""Return the uniform law over all right outputs of each question.

    Args:
        world: A world.
        rule: Number of the rule.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> law = all_references(lookup_world(jax.random.key(0), symbols=2, forms=4), 3)
    >>> law.max(axis=1).tolist() == [0.25] * 20
    True
    """
    return uniform_members(right_outputs(world, rule))


def soft_labels(world: World, rule: Rule, error: Number = 0.0, temperature: Number = 1.0) -> References:
    r"""Return a teacher's law: $1-e$ uniform over right outputs, e uniform over those of other classes, tempered.

    $t_q\propto l_q^{1/\tau}$, where l is the law before; junk gets nothing.

    Args:
        world: A world.
        rule: Number of the rule.
        error: e, in [0, 1]; none is made where no other class has outputs.
        temperature: $\tau$, above 0; above 1 the law is flatter.

    Raises:
        ValueError: A number is outside its range; a traced one makes all NaN.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> law = soft_labels(lookup_world(jax.random.key(0), symbols=2), 3, error=0.25)
    >>> [float(law.max()) == 0.25, int((law > 0).sum(axis=1).max())]
    [True, 12]
    """
    error, temperature = check_unit_interval(error, "error"), check_positive(temperature, "temperature")
    right = right_outputs(world, rule)
    others = (world.classes >= 0) & ~right
    share = jnp.where(others.any(axis=1, keepdims=True), error, 0.0)
    law = (1 - share) * uniform_members(right) + share * uniform_members(others)
    below = law / law.max(axis=1, keepdims=True)  # of the greatest: no temperature makes all of them too small
    logs = jnp.where(law > 0, jnp.log(jnp.where(law > 0, below, 1.0)) / temperature, -jnp.inf)
    return jnp.where(jnp.isnan(error), jnp.nan, jax.nn.softmax(logs, axis=1))


def mislabelled(key: Key[Array, ""], world: World, error: Number) -> World:
    r"""Return the world as a noisy source tells it: at each new question another class is right, with probability e.

    The other class is drawn evenly, once for each question, and by how far it is from the right one, so that the same
    noise meets every rule. Signals are read off this world, and accuracy off the true one.

    Args:
        key: The key of the noise.
        world: A world.
        error: e, in [0, 1].

    Raises:
        ValueError: e is outside [0, 1], or there is one class only.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2)
    >>> told = mislabelled(jax.random.key(1), world, 1.0)
    >>> bool((told.right_class == world.right_class)[:, world.trained].any())
    False
    """
    error, classes = check_unit_interval(error, "error"), world.grades.shape[-1]
    if classes < 2:
        raise ValueError("the world has one class, so that no label can be wrong: give it more classes")
    key_whether, key_which = jax.random.split(key)
    wrong = jax.random.uniform(key_whether, world.task.shape) < error
    shift = jnp.where(wrong & (world.task == 0), jax.random.randint(key_which, world.task.shape, 1, classes), 0)
    return replace(world, right_class=(world.right_class + shift) % classes)
