"""A loop as data: how it starts and how one generation makes the next; and its run over many generations."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Shaped

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.validation import check_int


class Loop(NamedTuple):
    """A training loop as two pure functions. A state is any pytree of arrays.

    Where the state is a law the loop is exact and ignores its keys; where it is data or a model, the loop is sampled.

    Attributes:
        start: key -> the state of the first generation.
        step: key, state -> the state of the next generation (generate, select, refit).
    """

    start: Callable[..., Any]
    step: Callable[..., Any]


@kinds_checked
def unroll(loop: Loop, keys: Shaped[Array, "generations ..."], watch: Callable[..., Any] = lambda state: state) -> Any:
    """Run a loop and return what `watch` sees in the state of each generation.

    A state that is not watched is not kept, so that a long loop costs the memory of one state. Compiled by JAX.

    Args:
        loop: The loop; the first key is for its start, each later one for a step.
        keys: One key for each generation; for an exact loop, which ignores them, any array of this length.
        watch: state -> pytree of arrays; the whole state unless given.

    Returns:
        The pytree that `watch` returns, its leaves with a leading axis of generations.

    Raises:
        ValueError: There are no keys.
        TypeError: The keys are no array with an axis.

    >>> halving = Loop(start=lambda key: 1.0, step=lambda key, x: x / 2)
    >>> unroll(halving, jnp.arange(4)).tolist()
    [1.0, 0.5, 0.25, 0.125]
    """
    if not hasattr(keys, "shape") or not keys.ndim:
        raise TypeError(f"keys is a {type(keys).__name__}: give an array with a key for each generation")
    if len(keys) == 0:
        raise ValueError("unroll has no keys: give one for each generation, the first of them too")

    def generation(state, key):
        state = loop.step(key, state)
        return state, watch(state)

    @jax.jit
    def seen(first, later):
        return jax.tree.map(lambda one, many: jnp.concatenate([jnp.asarray(one)[None], many]), watch(first), later)

    # Start and watch are each compiled whole: an operation compiled by itself takes nearly as long. The steps stay
    # outside: a kernel that they close over is an argument of the scan, but would be text within a whole program.
    first = jax.jit(loop.start)(keys[0])
    return seen(first, lax.scan(generation, first, keys[1:])[1])


@kinds_checked
def many(loop: Loop, runs: int) -> Loop:
    """Return a loop that makes independent runs of this one at once.

    Args:
        loop: The loop, which has to be one that `jax.vmap` can batch.
        runs: How many runs, at least 1.

    Returns:
        A loop whose state has a leading axis of `runs` in every leaf. Each key, of the start and of a step, is split
        into one key a run.

    Raises:
        ValueError: `runs` is no whole number, at least 1.

    >>> walk = Loop(start=jax.random.normal, step=lambda key, x: x + jax.random.normal(key))
    >>> unroll(many(walk, 5), jax.random.split(jax.random.key(0), 3)).shape
    (3, 5)
    """
    check_int(runs, "runs")
    return Loop(
        start=lambda key: jax.vmap(loop.start)(jax.random.split(key, runs)),
        step=lambda key, state: jax.vmap(loop.step)(jax.random.split(key, runs), state),
    )


def with_random_truth(truth: Callable[..., Any], of: Callable[[Any], Loop]) -> Loop:
    """Return a loop about a truth that is drawn once, at the start.

    Args:
        truth: key -> the truth x.
        of: x -> the loop about it.

    Returns:
        A loop whose state is the pair of x and the state of `of(x)`.

    >>> loop = with_random_truth(jax.random.uniform, lambda x: Loop(start=lambda key: x, step=lambda key, z: z / 2))
    >>> bool(loop.start(jax.random.key(0))[0] == loop.start(jax.random.key(0))[1])
    True
    """

    def start(key):
        truth_key, start_key = jax.random.split(key)
        x = truth(truth_key)
        return x, of(x).start(start_key)

    return Loop(start, lambda key, state: (state[0], of(state[0]).step(key, state[1])))
