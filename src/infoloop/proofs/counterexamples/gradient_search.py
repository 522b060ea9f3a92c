"""Gradient search, from many starts at once, for a law in which one sum of entropies exceeds another.

Graphs and sums are data, not code, so that one small compilation serves all statements about as many variables.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import lazy_loader
import numpy as np

from infoloop.probability.numerics import plog2p

optax = lazy_loader.load("optax")  # only a descent needs it
LEAST_LESSER_BITS = 2.0**-20  # bits: where the lesser side is smaller, rounding could fake a ratio
_RATE, _PENALTY = 0.1, 10.0


class DescentProblem(NamedTuple):
    """What one descent moves over: laws of variables in order, all with as many values, a logit for each.

    `places[i, cell, v]` is where the logits hold that variable i takes the value v when its parents are as in the cell
    of the whole table, `own[i, cell, v]` whether it does there. `marginals @ table` are the cells of all marginal laws,
    and a sum of entropies is a weight for each of these: `lesser` and `greater` for each start, `zeros` to vanish.
    """

    places: np.ndarray
    own: np.ndarray
    marginals: np.ndarray
    lesser: np.ndarray
    greater: np.ndarray
    zeros: np.ndarray


class DescentResult(NamedTuple):
    """Where the descents ended: the logits, and slack and ratio of the two sides (infinite if not informative)."""

    logits: np.ndarray
    slack: np.ndarray
    ratio: np.ndarray


def descend(search: DescentProblem, logits: np.ndarray, steps: int) -> DescentResult:
    """Adam on log(1 + greater/lesser), with a penalty on the zeros, from each row of logits.

    The slack is least at the trivial law, where both sides are 0, so it counts only once it is negative: from there the
    widest gap is wanted, which survives rounding, while the ratio would fall for ever.
    """
    with jax.enable_x64(True):
        logits, small, large = map(np.asarray, _descended(search, logits, steps))
    informative = small > LEAST_LESSER_BITS
    return DescentResult(
        logits, large - small, np.where(informative, large / np.where(informative, small, 1.0), np.inf)
    )


@partial(jax.jit, static_argnums=2)
def _descended(search: DescentProblem, starts, steps: int):
    adam = optax.adam(_RATE)

    def sides(logits):
        terms = -plog2p(jnp.dot(_tables(search, logits), search.marginals.T, precision=jax.lax.Precision.HIGHEST))
        terms = terms.at[:, -1].set(1.0)  # the cell of the empty marginal, whose weight is the constant
        return (search.lesser * terms).sum(1), (search.greater * terms).sum(1), terms @ search.zeros.T

    def loss(logits):
        small, large, zeros = sides(logits)
        fine = small > LEAST_LESSER_BITS
        ratio = jnp.where(fine, large / jnp.where(fine, small, 1.0), 0.0)
        return (jnp.log1p(ratio) + jnp.minimum(large - small, 0.0)).sum() + _PENALTY * jnp.abs(zeros).sum()

    def step(carry, _):
        logits, state = carry
        updates, state = adam.update(jax.grad(loss)(logits), state)
        return (optax.apply_updates(logits, updates), state), None

    (logits, _), _ = jax.lax.scan(step, (starts, adam.init(starts)), length=steps)
    return logits, *sides(logits)[:2]


def _tables(search: DescentProblem, logits):
    """The law of each row of logits: the product of one conditional probability for each variable."""
    logs = jax.nn.log_softmax(logits[:, search.places], axis=-1)
    return jnp.exp((logs * search.own).sum((1, 3)))


def marginal_cells(values: int, count: int) -> np.ndarray:
    """The matrix from a table's cells to those of the table bordered by its sums along every axis; the last is 1.

    >>> marginal_cells(2, 1).tolist()
    [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    """
    matrix = np.ones((1, 1))
    for _ in range(count):
        matrix = np.kron(matrix, np.vstack([np.eye(values), np.ones(values)]))
    return matrix


def cell_weights(form: np.ndarray, values: int) -> np.ndarray:
    """The weight of each of these cells in a sum of entropies, whose coefficients have an axis of 2 (in, or not)."""
    for axis in range(form.ndim):
        form = np.take(form, [1] * values + [0], axis=axis)
    return form.ravel()
