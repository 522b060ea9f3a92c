"""The keys of a network's initial weights, all at once: each fold of a key alone is kernels of its own to compile."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Key


class InitialKeys(NamedTuple):
    """What flax's layers ask of `nnx.Rngs` while they are made: a new key for each parameter.

    Attributes:
        params: Gives the next key.
    """

    params: Callable[[], Key[Array, ""]]


def initial_keys(key: Key[Array, ""], count: int) -> InitialKeys:
    """Return the keys that `nnx.Rngs(key).params` gives, one after the other, up to so many.

    Args:
        key: A key of `jax.random`.
        count: How many; a network's parameters.

    >>> from flax import nnx
    >>> ours, flax = initial_keys(jax.random.key(0), 2), nnx.Rngs(jax.random.key(0))
    >>> [bool(ours.params() == flax.params()) for _ in range(2)]
    [True, True]
    """
    keys = jax.vmap(jax.random.fold_in, (None, 0))(key, jnp.arange(count))
    return InitialKeys(iter([keys[i] for i in range(count)]).__next__)
