r"""The parts of a generation: draw data from a model, say how much each item counts, fit the next model.

Data are arrays, or pytrees of them, whose leading axis has one entry for each item. `schedules` makes loops of parts.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax


def keep_all(key, judge, data) -> jax.Array:
    """The weights of a judge that counts every item once.

    >>> keep_all(None, None, jnp.zeros((2, 5))).tolist()
    [1.0, 1.0]
    """
    return jnp.ones(num_items(data))


class Parts(NamedTuple):
    """Pure functions. A weight says how much an item counts in a fit: 1 is once, 0 is not at all."""

    real: Callable[..., Any]  # key -> data
    generate: Callable[..., Any]  # key, model -> data
    refit: Callable[..., Any]  # data, weights -> model
    select: Callable[..., jax.Array] = keep_all  # key, judge, data -> weights


class Generation(NamedTuple):
    """The fitted model, the model of generation 0, the data kept and their weights, and the generation's number."""

    model: Any
    first: Any
    data: Any
    weights: jax.Array
    number: jax.Array


def num_items(data) -> int:
    """How many items the data have.

    >>> num_items((jnp.zeros((3, 2)), jnp.zeros(3)))
    3
    """
    return len(jax.tree.leaves(data)[0])


def weighted_mean(data, weights):
    r"""$\sum_iw_ix_i\big/\sum_iw_i$ over the leading axis: the fit of a frequency or a mean. NaN where nothing counts.

    >>> float(weighted_mean(jnp.array([0.0, 1.0, 7.0]), jnp.array([1.0, 3.0, 0.0])))
    0.75
    """
    return jnp.tensordot(weights, data, 1, precision=lax.Precision.HIGHEST) / weights.sum()


def initial_generation(parts: Parts, data, weights) -> Generation:
    """Generation 0, fit to these.

    >>> initial_generation(Parts(None, None, weighted_mean), jnp.array([0.0, 1.0]), jnp.ones(2)).model.item()
    0.5
    """
    model = parts.refit(data, weights)
    return Generation(model, model, data, weights, jnp.zeros((), int))


def generate_and_select(parts: Parts, key, state: Generation, frozen: bool):
    """Data drawn from the last model and what the judge, the first model if `frozen` or else the last, makes of them.

    >>> copy = Parts(None, lambda key, z: z * jnp.ones(2), weighted_mean)
    >>> first = initial_generation(copy, jnp.ones(3), jnp.ones(3))
    >>> generate_and_select(copy, jax.random.key(0), first, frozen=False)[0].tolist()
    [1.0, 1.0]
    """
    generate_key, select_key = jax.random.split(key)
    data = parts.generate(generate_key, state.model)
    return data, parts.select(select_key, state.first if frozen else state.model, data)
