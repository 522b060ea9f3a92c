r"""What a signal that judges outputs says: channels $P(S=s\mid q,y)$ of [questions outputs values].

S is the pair of an own output A, drawn from a base's law, and of what is said about it; y is the reference, by whose
class it is judged. Of A only its class is kept where nothing else of it bears on the judgement: what is left out is
independent of the rule given what is kept, so that gain and waste are those of the whole pair. Class C stands for junk.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.probability.array_types import Number
from infoloop.probability.validation import check_unit_interval
from infoloop.worlds.finite_worlds import World
from infoloop.worlds.reference_channels import SignalChannel, check_channel_size
from infoloop.worlds.reward_signals import first_items, prefixes_of, win_probability

Base = Float[Array, "questions outputs"]


def verdict_channel(
    world: World, base: Base, *, true_positive: Number = 1.0, false_positive: Number = 0.0
) -> SignalChannel:
    r"""Return the channel of a verdict on an own output: the value $2a+v$ is verdict v on an output of class a.

    Args:
        world: A world.
        base: $\pi_0$, the law of each question from which A is drawn.
        true_positive: TPR, in [0, 1].
        false_positive: FPR, in [0, 1].

    Raises:
        ValueError: A rate is outside [0, 1]; a traced one becomes NaN.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2)
    >>> verdict_channel(world, jnp.full(world.classes.shape, 1 / 36)).shape
    (20, 36, 10)
    """
    accepted = check_unit_interval(true_positive, "true_positive")
    let_through = check_unit_interval(false_positive, "false_positive")
    classes = world.grades.shape[-1]
    rate = jnp.where(jnp.arange(classes + 1) == jnp.arange(classes)[:, None], accepted, let_through)
    return _judged(world, base, jnp.stack([1 - rate, rate], axis=-1))


def graded_channel(world: World, base: Base) -> SignalChannel:
    r"""Return the channel of a grade on an own output: $Ca+g$ says that class g has the same grade, the first that has.

    Args:
        world: A world; grades are the same if they are equal as floats.
        base: $\pi_0$, the law of each question from which A is drawn.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2)
    >>> graded_channel(world, jnp.full(world.classes.shape, 1 / 36)).shape
    (20, 36, 20)
    """
    classes = world.grades.shape[-1]
    equal = world.grades[:, :, None] == world.grades[:, None, :]  # of an output of class a, where t and t' are right
    grade = jnp.concatenate([equal.argmax(axis=2), jnp.zeros((1, classes), int)])
    return _judged(world, base, jax.nn.one_hot(grade.T, classes))


def rubric_channel(world: World, base: Base, items: int | None = None) -> SignalChannel:
    r"""Return the channel of a rubric on an own output: $2^ka+\sum_jb_j2^j$, where $b_j$ is whether item j is met.

    Args:
        world: A world.
        base: $\pi_0$, the law of each question from which A is drawn.
        items: k, how many of the world's items there are in the rubric, from the first; unless given, all.

    Raises:
        ValueError: k is below 1, the world has fewer items, or the channel would have more than 2^27 numbers.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2)
    >>> rubric_channel(world, jnp.full(world.classes.shape, 1 / 36)).shape
    (20, 36, 20)
    """
    looked_at = first_items(world, items)
    k, classes = looked_at.shape[-1], world.grades.shape[-1]
    check_channel_size(world, (classes + 1) * 2**k)
    met = (looked_at[:, None, :] == looked_at[None, :, :]) * 2 ** jnp.arange(k)
    label = jnp.concatenate([met.sum(axis=-1), jnp.zeros((1, classes), int)])
    return _judged(world, base, jax.nn.one_hot(label.T, 2**k))


def step_channel(world: World, base: Base) -> SignalChannel:
    r"""Return the channel of step verdicts on an own output: $(L+1)a+j$ says that string a is right for j tokens.

    Args:
        world: A world, whose outputs are all strings in lexicographic order.
        base: $\pi_0$, the law of each question from which A is drawn.

    Raises:
        ValueError: The channel would have more than 2^27 numbers.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2)
    >>> step_channel(world, jnp.full(world.classes.shape, 1 / 36)).shape
    (20, 36, 108)
    """
    strings, length = world.outputs.shape
    check_channel_size(world, strings * (length + 1))
    members = world.classes[:, None, :] == jnp.arange(world.grades.shape[-1])[:, None]
    steps = prefixes_of(members, world.alphabet, length).sum(axis=-1)
    rows = base[:, None, :, None] * jax.nn.one_hot(steps, length + 1)
    return _of_reference(world, rows)


def preference_channel(
    world: World, base: Base, judge: Float[Array, "classes classes"] | None = None, sharpness: Number | None = None
) -> SignalChannel:
    r"""Return the channel of one judged pair: $(C+1)a+b$ says that one of class a was preferred to one of class b.

    Both are drawn from the base; the last value says that they were the same output, which shows nothing.

    Args:
        world: A world.
        base: $\pi_0$, the law of each question from which both are drawn.
        judge: Reward of an output of class a, where t is right, in row a and column t; that of junk is 0. Unless given,
            that of a verdict; `world.grades` is another.
        sharpness: s above 0, of Bradley and Terry; unless given, the greater reward is preferred.

    Raises:
        ValueError: s is not above 0.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2)
    >>> preference_channel(world, jnp.full(world.classes.shape, 1 / 36)).shape
    (20, 36, 26)
    """
    classes = world.grades.shape[-1]
    reward = jnp.eye(classes) if judge is None else judge
    reward = jnp.concatenate([reward, jnp.zeros((1, classes))])
    wins = win_probability(reward[:, None, :] - reward[None, :, :], sharpness)
    member = jax.nn.one_hot(world.classes % (classes + 1), classes + 1)
    mass = jnp.einsum("qy,qya->qa", base, member, precision="highest")
    twice = jnp.einsum("qy,qya->qa", base**2, member, precision="highest")
    pairs = mass[:, :, None] * mass[:, None, :] - twice[:, :, None] * jnp.eye(classes + 1)
    shown = 2 * jnp.einsum("qab,abt->qtab", pairs, wins, precision="highest")
    hidden = jnp.broadcast_to(twice.sum(axis=1)[:, None, None], (len(base), classes, 1))
    return _of_reference(world, jnp.concatenate([shown.reshape(len(base), classes, -1), hidden], axis=2))


def _judged(world, base, said):
    """Return the channel of (class of A, what is said), where `said[t, a]` is the law of what is said of class a."""
    classes = world.grades.shape[-1]
    member = jax.nn.one_hot(world.classes % (classes + 1), classes + 1)  # junk, -1, is the last
    mass = jnp.einsum("qy,qya->qa", base, member, precision="highest")
    return _of_reference(world, mass[:, None, :, None] * said)


def _of_reference(world, rows):
    """Return rows of [questions classes ...] for each reference's class, with their values in one axis."""
    rows = rows.reshape(*rows.shape[:2], -1)
    check_channel_size(world, rows.shape[2])
    return rows[jnp.arange(len(rows))[:, None], world.classes]
