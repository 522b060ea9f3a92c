r"""What a signal that names outputs says: channels $P(S=s\mid q,y)$ of [questions outputs values].

y is the reference, drawn evenly among the outputs of the class that is right. A value means what it does at its own
question only. Rows of junk, which is no reference, mean nothing.
"""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Key

from infoloop.probability.array_types import Number
from infoloop.probability.host_functions import host_only
from infoloop.probability.validation import check_int, check_unit_interval
from infoloop.worlds.finite_worlds import World, uniform_members
from infoloop.worlds.reference_signals import teacher_law

SignalChannel = Float[Array, "questions outputs values"]
MOST_CELLS = 2**27  # 1 GiB of floats


def reference_channel(world: World) -> SignalChannel:
    r"""Return the channel of a reference string: S = Y, drawn anew for each sample, or once for each question.

    Args:
        world: A world.

    Raises:
        ValueError: The channel would have more than 2^27 numbers.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> reference_channel(lookup_world(jax.random.key(0), symbols=2)).shape
    (20, 36, 36)
    """
    questions, outputs = world.classes.shape
    check_channel_size(world, outputs)
    return jnp.broadcast_to(jnp.eye(outputs), (questions, outputs, outputs))


def class_channel(world: World) -> SignalChannel:
    r"""Return the channel of a class label: S = [Y]; also that of a whole law, where it differs from class to class.

    Args:
        world: A world.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> class_channel(lookup_world(jax.random.key(0), symbols=2)).shape
    (20, 36, 4)
    """
    return jax.nn.one_hot(world.classes, world.grades.shape[-1])


def house_channel(key: Key[Array, ""], world: World) -> SignalChannel:
    r"""Return the channel of `house_references` whose style is known: the reference is that of Y's class.

    Args:
        key: The key of the order of forms, as there.
        world: A world.

    Raises:
        ValueError: The channel would have more than 2^27 numbers.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> house_channel(jax.random.key(1), lookup_world(jax.random.key(0), symbols=2)).shape
    (20, 36, 36)
    """
    place, alike = jax.random.permutation(key, world.forms)[world.form], _alike(world)
    first = jnp.where(alike, place, world.forms).min(axis=2, keepdims=True)
    return uniform_members(alike & (place == first))


@host_only
def drawn_channel(world: World, k: int = 1) -> SignalChannel:
    r"""Return the channel of a set of k references: Y and k - 1 others of its class, drawn without replacement.

    A class with fewer outputs gives all of them. Which is Y is not shown, so that among M forms the waste is
    $\log_2\frac Mk$ bits. The value $n\,c+j$ is set j of class c, where n is the number of sets.

    Args:
        world: A world, on the host.
        k: References a question.

    Raises:
        ValueError: k is below 1, or the channel would have more than 2^27 numbers.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> drawn_channel(lookup_world(jax.random.key(0), symbols=2, forms=4), 2).shape
    (20, 36, 24)
    """
    k, classes = check_int(k, "k"), np.asarray(world.classes)
    place, size = np.zeros_like(classes), np.zeros_like(classes)
    for c in range(world.grades.shape[-1]):
        members = classes == c
        place = np.where(members, np.cumsum(members, axis=1) - 1, place)
        size = np.where(members, members.sum(axis=1, keepdims=True), size)
    most = int(size.max())
    few = min(k, most)
    check_channel_size(world, world.grades.shape[-1] * math.comb(most, few))
    sets = np.array(list(itertools.combinations(range(most), few)))
    fits = (sets == place[:, :, None, None]).any(axis=-1) & (sets.max(axis=-1) < size[:, :, None])
    rows = np.where((size > k)[:, :, None], fits, np.arange(len(sets)) == 0)  # a small class has one set: all of it
    rows = rows / rows.sum(axis=-1, keepdims=True)
    label = jax.nn.one_hot(world.classes, world.grades.shape[-1])
    return (label[..., None] * rows[:, :, None, :]).reshape(*classes.shape, -1)


def teacher_channel(world: World, error: Number = 0.0, temperature: Number = 1.0) -> SignalChannel:
    r"""Return the channel of one draw from a teacher's `soft_labels`.

    Args:
        world: A world.
        error: e, in [0, 1].
        temperature: $\tau$, above 0.

    Raises:
        ValueError: A number is outside its range, or the channel would have more than 2^27 numbers.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> teacher_channel(lookup_world(jax.random.key(0), symbols=2), error=0.25).shape
    (20, 36, 36)
    """
    right = _alike(world)
    return teacher_law(right, (world.classes >= 0)[:, None, :] & ~right, error, temperature)


def mislabelled_channel(world: World, channel: SignalChannel, error: Number) -> SignalChannel:
    r"""Return a signal whose source takes another class for the right one with probability e, as `mislabelled` does.

    $(1-e)P(s\mid q,y)+\frac e{C-1}\sum_{c\ne[y]}P(s\mid q,c)$, where $P(s\mid q,c)$ is the mean over class c.

    Args:
        world: A world in which every class has outputs.
        channel: The signal without noise.
        error: e, in [0, 1].

    Raises:
        ValueError: e is outside [0, 1], or there is one class only.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2)
    >>> rows = mislabelled_channel(world, class_channel(world), 0.375)[0]
    >>> sorted(set(rows[world.classes[0] >= 0].ravel().tolist()))
    [0.125, 0.625]
    """
    error, classes = check_unit_interval(error, "error"), world.grades.shape[-1]
    if classes < 2:
        raise ValueError("the world has one class, so that no label can be wrong: give it more classes")
    rows = class_rows(world, channel)
    others = (rows.sum(axis=1, keepdims=True) - rows) / (classes - 1)
    return (1 - error) * channel + error * others[jnp.arange(len(rows))[:, None], world.classes]


def class_rows(world: World, channel: SignalChannel) -> Float[Array, "questions classes values"]:
    r"""Return $P(S=s\mid q,c)$: the mean of a channel over the outputs of each class; NaN for a class without any.

    Args:
        world: A world.
        channel: A signal.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2)
    >>> class_rows(world, class_channel(world))[0].tolist() == jnp.eye(4).tolist()
    True
    """
    members = jax.nn.one_hot(world.classes, world.grades.shape[-1])
    total = jnp.einsum("qyc,qys->qcs", members, channel, precision="highest")
    return total / members.sum(axis=1)[:, :, None]


def _alike(world: World) -> Bool[Array, "questions outputs outputs"]:
    """Return which outputs are of one class, and of some."""
    check_channel_size(world, world.classes.shape[1])
    return (world.classes[:, :, None] == world.classes[:, None, :]) & (world.classes >= 0)[:, :, None]


def check_channel_size(world: World, values: int) -> None:
    """Check that a channel with so many values has at most 2^27 numbers.

    Args:
        world: A world.
        values: Values of the signal.

    Raises:
        ValueError: It has more.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> check_channel_size(lookup_world(jax.random.key(0), symbols=2), 36)
    """
    questions, outputs = world.classes.shape
    if questions * outputs * values > MOST_CELLS:
        raise ValueError(
            f"a channel of {questions} questions, {outputs} outputs and {values} values has more than {MOST_CELLS} "
            "numbers: lower the length (of string tasks: longest), the alphabet (letters), tasks or domains"
        )
