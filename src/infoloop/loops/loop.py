"""A loop as data: how it starts and how one generation makes the next; and its run over many generations."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infoloop.probability.validation import check_int


class Loop(NamedTuple):
    """Pure functions: `start`: key -> state, and `step`: key, state -> state (generate, select, refit).

    Where the state is a law the loop is exact and ignores its keys; where it is a data set, sampled, it uses them.
    """

    start: Callable[..., Any]
    step: Callable[..., Any]


def unroll(loop: Loop, keys, watch: Callable[..., Any] = lambda state: state):
    """What `watch` sees in the states of generations 0, 1, ..., one for each key, stacked along a leading axis.

    A state that is not watched is not kept, so that a long loop costs the memory of one state. Raises ValueError
    without keys.

    >>> halving = Loop(start=lambda key: 1.0, step=lambda key, x: x / 2)
    >>> unroll(halving, jnp.arange(4)).tolist()
    [1.0, 0.5, 0.25, 0.125]
    """
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


def many(loop: Loop, runs: int) -> Loop:
    """Independent runs of the loop at once: every leaf of the state gets a leading axis of `runs`.

    Raises ValueError unless there is at least one run.

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
    """The loop `of(x)` about a truth x that is random: drawn once by `truth`, key -> x; the state is x and its loop's.

    >>> loop = with_random_truth(jax.random.uniform, lambda x: Loop(start=lambda key: x, step=lambda key, z: z / 2))
    >>> bool(loop.start(jax.random.key(0))[0] == loop.start(jax.random.key(0))[1])
    True
    """

    def start(key):
        truth_key, start_key = jax.random.split(key)
        x = truth(truth_key)
        return x, of(x).start(start_key)

    return Loop(start, lambda key, state: (state[0], of(state[0]).step(key, state[1])))
