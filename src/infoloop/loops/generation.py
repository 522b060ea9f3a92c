r"""What a generation does: draw data from a model, say how much each item counts, fit the next model.

`Parts` holds these as functions, `Generation` is what they make, and `schedules` turns parts into loops. Data are
arrays, or pytrees of them, whose leading axis has one entry for each item.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int, Key


def keep_all(key: Key[Array, ""] | None, judge: Any, data: Any) -> Float[Array, "items"]:
    """Return the weights of a judge that counts every item once.

    It has the signature of `Parts.select`, whose default it is.

    Args:
        key: Not used.
        judge: Not used.
        data: Data, items along the leading axis.

    >>> keep_all(None, None, jnp.zeros((2, 5))).tolist()
    [1.0, 1.0]
    """
    return jnp.ones(num_items(data))


class Parts(NamedTuple):
    """The functions that make a generation, all pure.

    A model is any pytree. A weight says how much an item counts in a fit: 1 is once, 0 is not at all.

    Attributes:
        real: key -> data from the truth.
        generate: key, model -> data from a model.
        refit: data, weights -> model.
        select: key, judge (a model), data -> weights, one for each item; every item counts once unless given.
    """

    real: Callable[..., Any]
    generate: Callable[..., Any]
    refit: Callable[..., Any]
    select: Callable[..., jax.Array] = keep_all


class Generation(NamedTuple):
    """The state of a loop of `Parts`.

    Attributes:
        model: The model fit in this generation.
        first: The model of generation 0.
        data: The data kept, items along the leading axis.
        weights: How much each item counts, shape (items,); 0 for a place that is still empty.
        number: The number of the generation, 0 for the fit to real data.
    """

    model: Any
    first: Any
    data: Any
    weights: Float[Array, "items"]
    number: Int[Array, ""]


def num_items(data: Any) -> int:
    """Return how many items the data have: the length of the leading axis.

    >>> num_items((jnp.zeros((3, 2)), jnp.zeros(3)))
    3
    """
    return len(jax.tree.leaves(data)[0])


def weighted_mean(data: Float[Array, "items *axes"], weights: Float[Array, "items"]) -> Float[Array, "*axes"]:
    r"""Return the weighted mean over the items: the fit of a frequency or of a mean.

    $\sum_iw_ix_i\big/\sum_iw_i$, NaN where all weights are 0.

    >>> float(weighted_mean(jnp.array([0.0, 1.0, 7.0]), jnp.array([1.0, 3.0, 0.0])))
    0.75
    """
    return jnp.tensordot(weights, data, 1, precision=lax.Precision.HIGHEST) / weights.sum()


def initial_generation(parts: Parts, data: Any, weights: Float[Array, "items"]) -> Generation:
    """Return generation 0: the fit to real data with their weights.

    >>> initial_generation(Parts(None, None, weighted_mean), jnp.array([0.0, 1.0]), jnp.ones(2)).model.item()
    0.5
    """
    model = parts.refit(data, weights)
    return Generation(model, model, data, weights, jnp.zeros((), int))


def generate_and_select(
    parts: Parts, key: Key[Array, ""], state: Generation, frozen: bool
) -> tuple[Any, Float[Array, "items"]]:
    """Return fresh data and their weights: drawn from the last model, and judged.

    Args:
        parts: The functions of a generation, of which `generate` and `select` are used.
        key: Randomness of both.
        state: The last generation.
        frozen: Whether the model of generation 0 judges, not the last one.

    >>> copy = Parts(None, lambda key, z: z * jnp.ones(2), weighted_mean)
    >>> first = initial_generation(copy, jnp.ones(3), jnp.ones(3))
    >>> generate_and_select(copy, jax.random.key(0), first, frozen=False)[0].tolist()
    [1.0, 1.0]
    """
    generate_key, select_key = jax.random.split(key)
    data = parts.generate(generate_key, state.model)
    return data, parts.select(select_key, state.first if frozen else state.model, data)
