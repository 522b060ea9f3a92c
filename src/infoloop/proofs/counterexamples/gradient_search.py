"""Stage 3: descend, from many random laws at once, to one in which the lesser sum of entropies exceeds the greater.

Graphs and sums are data, not code, so that one small compilation serves all statements about as many variables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from infoloop.notation.grammar import Group, Statement, Term, entropy_form, lesser_first, subtract
from infoloop.probability.numerics import plog2p
from infoloop.proofs import limits
from infoloop.proofs.counterexamples.factorisation import Factorisation


class LogitLayout(NamedTuple):
    """How a row of logits makes a law: of variables in order, all with as many values, each given its parents.

    `positions[i, cell, v]` is where the logits hold that variable i takes the value v when its parents are as in the
    cell of the whole table; `matches[i, cell, v]` is 1 where it takes that value in the cell, else 0.
    """

    positions: Int[np.ndarray, "variables cells values"]
    matches: Float[np.ndarray, "variables cells values"]


class EntropySums(NamedTuple):
    """Sums of entropies, as a weight for each cell of all marginal laws; `marginals @ table` are these cells.

    `lesser` and `greater` have a row for each start, `zeros` one for each sum that must vanish.
    """

    marginals: Float[np.ndarray, "marginal_cells cells"]
    lesser: Float[np.ndarray, "starts marginal_cells"]
    greater: Float[np.ndarray, "starts marginal_cells"]
    zeros: Float[np.ndarray, "zeros marginal_cells"]


class DescentProblem(NamedTuple):
    """A descent: over which laws, and on which sums of their entropies."""

    layout: LogitLayout
    sums: EntropySums


class DescentResult(NamedTuple):
    """The ends of the descents: the logits, and slack and ratio of the two sides (infinite if not informative)."""

    logits: Float[np.ndarray, "starts logits"]
    slack: Float[np.ndarray, " starts"]
    ratio: Float[np.ndarray, " starts"]


def descent_problem(statement: Statement, plan: Factorisation, values: int, starts: int) -> DescentProblem:
    """Set up the descent over laws that factorise as planned; an equality is attacked from both sides, in turn.

    Args:
        statement: what to break.
        plan: which laws meet the assumptions.
        values: how many values each variable takes.
        starts: from how many laws to descend.
    """
    sides = [cell_weights(_array(side, plan.names), values) for side in _positive_sides(statement)]
    swapped = np.arange(starts) % 2 * (statement.relation == "=")
    lesser, greater = (np.array([sides[(k + swap) % 2] for swap in swapped]) for k in (0, 1))
    zeros = [cell_weights(_array(zero, plan.names), values) for zero in plan.unmet]
    blank = [np.zeros_like(sides[0])] * (4 - len(zeros) % 4)  # few shapes, few compilations
    marginals = marginal_cells(values, len(plan.names))
    return DescentProblem(_layout(plan, values), EntropySums(marginals, lesser, greater, np.array(zeros + blank)))


def initial_logits(plan: Factorisation, values: int, starts: int, seed: int) -> Float[np.ndarray, "starts logits"]:
    """Draw the logits to start from, a row for each start.

    They are normals whose spread is log-normal, so that some rows of the conditional laws are nearly deterministic.
    Functions are random maps, by logits so far apart that no gradient moves them.
    """
    random = np.random.default_rng(seed)
    parts = []
    for k, name in enumerate(plan.names):
        rows = np.exp(random.normal(size=(starts, 1, 1))) * random.normal(size=(starts, values**k, values))
        sure = limits.CERTAIN_LOGIT * (rows == rows.max(axis=2, keepdims=True))
        parts.append((sure if name in plan.functions else rows).reshape(starts, -1))
    return np.hstack(parts)


def _layout(plan: Factorisation, values: int) -> LogitLayout:
    count = len(plan.names)
    cells = np.indices((values,) * count).reshape(count, -1)
    positions, begin = [], 0
    for k, name in enumerate(plan.names):
        row = np.zeros_like(cells[0])
        for u, value in zip(plan.names[:k], cells[:k], strict=True):
            row = row * values + value * (u in plan.parents[name])
        positions.append(begin + row[:, None] * values + np.arange(values))
        begin += values ** (k + 1)
    return LogitLayout(np.array(positions), (cells[:, :, None] == np.arange(values)).astype(np.float64))


def _positive_sides(statement: Statement) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """Return lesser and greater sides with the same slack but no negative summand, which makes their ratio useful."""
    ordered = lesser_first(statement)
    pairs = [part for term in subtract(ordered.right, ordered.left) for part in _in_pairs(term)]
    lesser = subtract((), tuple(term for term in pairs if term.coefficient < 0))
    return lesser, tuple(term for term in pairs if term.coefficient > 0)


def _in_pairs(term: Term) -> Iterator[Term]:
    """Yield informations of two groups that sum up to the term, since those of more may be negative.

    $I(X;Y;Z|G)=I(X;Y|G)-I(X;Y|Z,G)$.
    """
    if len(term.groups) < 3:
        yield term
        return
    *groups, last = term.groups
    yield from _in_pairs(Term(term.coefficient, tuple(groups), term.given))
    yield from _in_pairs(Term(-term.coefficient, tuple(groups), term.given + last))


def _array(terms: tuple[Term, ...], names: Group) -> np.ndarray:
    """Return the coefficients of the joint entropies, with an axis of 2 (not in the set, or in it) for each name."""
    form = np.zeros((2,) * len(names))
    for group, coefficient in entropy_form(terms).items():
        form[tuple(int(name in group) for name in names)] = float(coefficient)
    return form


def marginal_cells(values: int, count: int) -> Float[np.ndarray, "marginal_cells cells"]:
    """Return the matrix from a table's cells to those of all its marginal tables; the last is the sum of all.

    >>> marginal_cells(2, 1).tolist()
    [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    """
    matrix = np.ones((1, 1))
    for _ in range(count):
        matrix = np.kron(matrix, np.vstack([np.eye(values), np.ones(values)]))
    return matrix


def cell_weights(form: Float[np.ndarray, "*variables"], values: int) -> Float[np.ndarray, " marginal_cells"]:
    """Return the weight of each of these cells in a sum of entropies: `form[in set, ...]` are its coefficients."""
    for axis in range(form.ndim):
        form = np.take(form, [1] * values + [0], axis=axis)
    return form.ravel()


def descend(search: DescentProblem, logits: Float[np.ndarray, "starts logits"], steps: int) -> DescentResult:
    """Descend by Adam on log(1 + greater/lesser), with a penalty on the zeros, from each row of logits.

    The slack is least at the trivial law, where both sides are 0, so it counts only once it is negative: from there the
    widest gap is wanted, which survives rounding, while the ratio would fall for ever.

    Args:
        search: what to descend on.
        logits: where to start.
        steps: how many steps of Adam.
    """
    with jax.enable_x64(True):
        logits, small, large = map(np.asarray, _descended(search, logits, steps))
    informative = small > limits.LEAST_LESSER_BITS
    return DescentResult(
        logits, large - small, np.where(informative, large / np.where(informative, small, 1.0), np.inf)
    )


@partial(jax.jit, static_argnums=2)
def _descended(search, starts, steps):
    sums = search.sums

    def sides(logits):
        table = _tables(search.layout, logits)
        terms = -plog2p(jnp.dot(table, sums.marginals.T, precision=jax.lax.Precision.HIGHEST))
        terms = terms.at[:, -1].set(1.0)  # the cell of the empty marginal, whose weight is the constant
        return (sums.lesser * terms).sum(1), (sums.greater * terms).sum(1), terms @ sums.zeros.T

    def loss(logits):
        small, large, zeros = sides(logits)
        fine = small > limits.LEAST_LESSER_BITS
        ratio = jnp.where(fine, large / jnp.where(fine, small, 1.0), 0.0)
        return (jnp.log1p(ratio) + jnp.minimum(large - small, 0.0)).sum() + limits.ZERO_PENALTY * jnp.abs(zeros).sum()

    logits = minimise_by_adam(loss, starts, steps, limits.DESCENT_RATE)
    return logits, *sides(logits)[:2]


def _tables(layout, logits):
    """Return the law of each row of logits: the product of one conditional probability for each variable."""
    logs = jax.nn.log_softmax(logits[:, layout.positions], axis=-1)
    return jnp.exp((logs * layout.matches).sum((1, 3)))


def minimise_by_adam(loss: Callable[[Any], Float[Array, ""]], start: Any, steps: int, rate: float) -> Any:
    """Return where Adam (Kingma and Ba 2015) ends after this many steps on a loss, in one scan; may be traced.

    Args:
        loss: from a tree of arrays to a scalar.
        start: the tree to start from.
        steps: how many steps, at least 0.
        rate: the size of a step.
    """
    import optax  # here, since only a descent needs it; searches run in threads, in which lazy loading is not safe

    adam = optax.adam(rate)

    def step(carry, _):
        point, state = carry
        updates, state = adam.update(jax.grad(loss)(point), state)
        return (optax.apply_updates(point, updates), state), None

    (end, _), _ = jax.lax.scan(step, (start, adam.init(start)), length=steps)
    return end
