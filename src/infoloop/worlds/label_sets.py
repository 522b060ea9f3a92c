r"""Labels by their granularity: which outputs a label leaves, from all answers down to a single output.

A label tells that one of a set A of outputs is meant. Sets of several classes are coarser than the task, the class that
is right is the task, parts of it are finer, and one output is a unique identifier. The sets are members, on which
`class_likelihood` trains.
"""

import jax.numpy as jnp
from jaxtyping import Array, Bool, Int

from infoloop.probability.array_types import Number, Numbers
from infoloop.probability.validation import check_int
from infoloop.worlds.finite_worlds import World, right_outputs

Members = Bool[Array, "questions outputs"]
Rule = Int[Array, ""] | int


def class_group(world: World, rule: Rule, classes: int) -> Members:
    r"""Return the outputs of a group of classes, $\lfloor T_q(y)/g\rfloor=\lfloor t_x(q)/g\rfloor$.

    With g = 1 the label is the class, and with g = C it tells nothing.

    Args:
        world: A world.
        rule: Number of the rule.
        classes: g, classes a group.

    Raises:
        ValueError: g is below 1.

    >>> import jax
    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2)
    >>> [int(class_group(world, 7, g)[0].sum()) for g in (1, 2, 4)]
    [3, 6, 12]
    """
    g = check_int(classes, "classes")
    right = world.right_class[rule][:, None]
    return world.classes // g == right // g  # junk is below 0, and so are its quotients


def first_right_outputs(place: Numbers, world: World, rule: Rule, count: Number) -> Members:
    r"""Return the k right outputs of each question that come first in an order; all where there are fewer.

    One order for all questions, such as a random place for each surface form, is a house style; an order drawn for
    each question is not. Of one order the sets for smaller k lie within those for larger ones.

    Args:
        place: The place of each output, or of each question's outputs: the smallest comes first.
        world: A world.
        rule: Number of the rule.
        count: k.

    >>> import jax
    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2)
    >>> [int(first_right_outputs(world.form, world, 7, k)[0].sum()) for k in (1, 2, 4)]
    [1, 2, 3]
    """
    right = right_outputs(world, rule)
    order = jnp.where(right, jnp.asarray(place, float), jnp.inf)
    rank = jnp.argsort(jnp.argsort(order, axis=1), axis=1)
    return right & (rank < jnp.asarray(count))
