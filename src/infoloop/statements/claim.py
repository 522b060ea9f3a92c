"""State a claim as data: two sides, on cases that meet its assumptions; evaluate it on samples and attack it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Key

from infoloop.exact.rational_laws import rationalise
from infoloop.information.expressions import evaluate_terms
from infoloop.notation.grammar import lesser_first, parse_statement
from infoloop.probability.host_functions import host_only
from infoloop.proofs.counterexamples.gradient_search import minimise_by_adam
from infoloop.proofs.limits import LEAST_LESSER_BITS
from infoloop.statements.cases import Cases, Family
from infoloop.statements.neighbours import Neighbour

_BLOCK = 2048  # cases that are drawn together
# Claims are compiled once and run for a moment: the optimiser would take longer than it saves. XLA refuses options that
# it does not know, and the second is young. Unoptimised, the gradient of `jnp.max` can be NaN, as it compares the
# entries with the largest, and both are computed anew: none may be equal. Sides take one by its place, x[argmax(x)].
_QUICK: dict[str, int | bool] = {"xla_backend_optimization_level": 0}
if jax.__version_info__ < (0, 11):
    _QUICK["xla_cpu_use_fusion_emitters"] = False
_jit = partial(jax.jit, compiler_options=_QUICK)


@dataclass(frozen=True, eq=False)
class Claim:
    """A statement as data: `lesser relation greater` for both `sides` of every case, in one unit, mostly bits.

    It is a record of functions, so it hashes by identity (`eq=False`).

    What is said:
        label, assumes: the label of the block in `theory/`, and the assumptions that the block states.
        relation: "<=", "<" or "=".
        statement, given: the same as a text for the prover and the assumptions that a proof may use; "" if not linear
            in entropies.
    How floats see it:
        sides: from a case to two arrays (lesser, greater), compared cell by cell; may be traced.
        cases: how to draw cases, and which numbers an attack moves.
    How it is decided exactly:
        exact: from an exact case to two `LogSum`s or `RealBall`s; None if floats must do.
        exactly: from a case of floats to the exact one next to it, or None.
        family: the finite family of exact cases to certify.
        edges, loose: exact cases in which the claim is sharp, or why there is none.
        tight: why no case of the family is strict, if so.
        ceiling: from an exact case to the most that the lesser side can be, whatever the claim says, such as H(X); a
            greater side that is not below it says nothing.
    How the check is checked:
        wrong: a wrong implementation of `sides`, which random cases catch.
        neighbours: false statements next to the claim, which exact cases refute.
    """

    label: str
    assumes: tuple[str, ...]
    sides: Callable[[Any], tuple]
    cases: Cases
    relation: str = "<="
    exact: Callable[[Any], tuple] | None = None
    exactly: Callable[[Any], Any] | None = rationalise
    family: Family | None = None
    edges: tuple = ()
    loose: str = ""
    wrong: Callable[[Any], tuple] | None = None
    statement: str = ""
    given: tuple[str, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    tight: str = ""
    ceiling: Callable[[Any], Any] | None = None


@host_only
def linear(
    label: str,
    statement: str,
    given: tuple[str, ...],
    cases: Cases,
    wrong: str = "",
    *,
    assumes: tuple[str, ...] | None = None,
    exactly: Callable[[Any], Any] | None = rationalise,
    family: Family | None = None,
    edges: tuple = (),
    loose: str = "",
    neighbours: tuple[Neighbour, ...] = (),
    tight: str = "",
    ceiling: Callable[[Any], Any] | None = None,
) -> Claim:
    """Make the claim that a statement linear in entropies holds: its text gives the sides, in floats and exactly.

    Args:
        label: the label of the statement in `theory/`, such as "thm:dpi".
        statement: such as "I(X;Z) <= I(X;D)"; the values of all sides are in bits.
        given: the assumptions that a machine proof may use, such as ("X -> D -> Z",).
        cases: random laws that meet them.
        wrong: the statement that a mistaken implementation would compare instead.
        assumes: what the text of the statement assumes; ("finite alphabets", *given) if not said.
        exactly: from a case of floats to the exact one next to it, or None.
        family: the finite family of exact cases to certify.
        edges: exact cases in which the claim is sharp.
        loose: why there are no edges.
        neighbours: false statements next to the claim that its text does not give (see `check_neighbours`).
        tight: why no case of the family is strict, if so.
        ceiling: from an exact case to the most that the lesser side can be.

    Returns:
        The claim; of a statement with >= or > the sides change places.

    Raises:
        NotationError: a statement does not parse; the message shows the place with a caret.

    >>> from infoloop.statements.cases import random_bayes_nets
    >>> bound = linear("doc", "I(X;Y) <= H(X)", (), random_bayes_nets("X", "Y|X", X=2, Y=2))
    >>> bound.relation, bound.assumes
    ('<=', ('finite alphabets',))
    """
    sides = _sides(statement)
    return Claim(
        label,
        ("finite alphabets", *given) if assumes is None else assumes,
        sides,
        cases,
        relation=lesser_first(parse_statement(statement)).relation,
        exact=sides,
        exactly=exactly,
        family=family,
        edges=edges,
        loose=loose,
        wrong=_sides(wrong) if wrong else None,
        statement=statement,
        given=given,
        neighbours=neighbours,
        tight=tight,
        ceiling=ceiling,
    )


def _sides(statement: str) -> Callable[[Any], tuple]:
    ordered = lesser_first(parse_statement(statement))
    return lambda law: (evaluate_terms(ordered.left, law), evaluate_terms(ordered.right, law))


@host_only
def stronger(claim: Claim, factor: float | str = "1.01") -> Claim:
    """Return the claim with its lesser side multiplied by `factor`: false wherever the claim is sharp.

    Args:
        claim: the claim.
        factor: a number; a text such as "1.01" is exact in the exact sides.

    Returns:
        The claim with other `sides`, and other `exact` sides if it has any.

    >>> from infoloop.probability.distributions import joint
    >>> from infoloop.statements.cases import random_bayes_nets
    >>> bound = linear("doc", "H(X) <= 1", (), random_bayes_nets("X", X=2))
    >>> [float(side) for side in stronger(bound).sides(joint([0.5, 0.5], "X"))]
    [1.01, 1.0]
    """

    def with_factor(sides, factor):
        def scaled(case):
            lesser, greater = sides(case)
            return lesser * factor, greater

        return scaled

    exact = claim.exact and with_factor(claim.exact, factor)
    return replace(claim, sides=with_factor(claim.sides, float(factor)), exact=exact)


class Evidence(NamedTuple):
    """The worst that a search saw.

    `slack` is the least greater - lesser (for `=` minus the largest gap), in bits, and `ratio` the least
    greater/lesser (infinite where no lesser side is above `LEAST_LESSER_BITS`). `case` is the case of number `worst`,
    with the least slack after `evaluate_on_samples`, with the least ratio after `attack`.
    """

    slack: float
    ratio: float
    worst: int
    case: Any


@host_only
def evaluate_on_samples(claim: Claim, key: Key[Array, ""], samples: int) -> Evidence:
    """Evaluate a claim on random cases. This refutes little; `attack` refutes more.

    Args:
        claim: the claim.
        key: the key of the random cases.
        samples: how many cases.

    Returns:
        What was seen, with the case of the least slack. Its numbers are NaN if the claim's sides are.

    >>> from infoloop.statements.cases import random_bayes_nets
    >>> pair = random_bayes_nets("X", "Y|X", X=2, Y=2)
    >>> bound = linear("doc", "I(X;Y) <= H(X)", (), pair)
    >>> bool(evaluate_on_samples(bound, jax.random.key(0), 100).slack >= 0)
    True
    """
    return _worst(claim, _draw(claim.cases, key, samples), by_ratio=False)


weigh = evaluate_on_samples  # the public name of versions 0.1 and 0.2, which users' tests call


def _draw(cases, key, count):
    """Draw numbers for `count` cases, in full blocks, so that samples and starts share one compiled generator."""
    blocks = -(-count // _BLOCK)
    numbers = _draw_block(cases.draw, jax.random.split(key, blocks * _BLOCK))
    return jax.tree.map(lambda x: np.asarray(x)[:count], numbers)


@partial(_jit, static_argnums=0)
def _draw_block(draw, keys):
    return jax.vmap(draw)(keys)


@partial(_jit, static_argnums=0)
def _judged(claim, numbers):
    def one(numbers):
        case = claim.cases.build(numbers)
        return case, *_judge(claim, case)

    return jax.vmap(one)(numbers)


def _worst(claim, numbers, by_ratio):
    """Return the evidence of a batch; cases are judged in full blocks, so that samples and ends share one program."""
    count = len(jax.tree.leaves(numbers)[0])
    blocks = [_judged(claim, _block(numbers, first)) for first in range(0, count, _BLOCK)]
    cases, slack, ratio = jax.tree.map(lambda *parts: np.concatenate(parts)[:count], *blocks)
    worst = int(np.argmin(ratio if by_ratio else slack))
    return Evidence(slack.min(), ratio.min(), worst, jax.tree.map(lambda x: x[worst], cases))


def _block(numbers, first):
    """Return the numbers of a block of cases, the last one repeated where there are no more."""
    return jax.tree.map(lambda x: np.pad(x[first : first + _BLOCK], _rest(x, first), mode="edge"), numbers)


def _rest(x, first):
    return [(0, max(0, first + _BLOCK - len(x))), *[(0, 0)] * (x.ndim - 1)]


def _judge(claim, case):
    lesser, greater = (jnp.ravel(jnp.asarray(side, jnp.float64)) for side in claim.sides(case))
    if claim.relation == "=":
        return -jnp.max(jnp.abs(greater - lesser)), jnp.min(
            _ratio(jnp.minimum(lesser, greater), jnp.maximum(lesser, greater))
        )
    return jnp.min(greater - lesser), jnp.min(_ratio(lesser, greater))


def _ratio(lesser, greater):
    informative = lesser > LEAST_LESSER_BITS
    return jnp.where(informative, greater / jnp.where(informative, lesser, 1.0), jnp.inf)


@host_only
def attack(claim: Claim, key: Key[Array, ""], starts: int = 64, steps: int = 300, rate: float = 0.1) -> Evidence:
    """Search for a counterexample to a claim, by descent (Adam) on log(greater/lesser) from many starts at once.

    The ratio is what to descend on: the slack is least at the trivial case, where both sides are 0. A ratio near 1
    says that the claim is sharp, one below 1 that it is false.

    Args:
        claim: the claim, not an equality: that has no greater side.
        key: the key of the random cases to start from.
        starts: from how many cases to descend.
        steps: the steps of each descent.
        rate: the size of a step, on the numbers that `claim.cases` draws.

    Returns:
        What was seen where the descents ended, with the case of the least ratio.

    Raises:
        ValueError: the claim is an equality.

    >>> from infoloop.statements.cases import random_bayes_nets
    >>> false = linear("doc", "H(X) <= I(X;Y)", (), random_bayes_nets("X", "Y|X", X=2, Y=2))
    >>> bool(attack(false, jax.random.key(0), starts=4, steps=50).ratio < 1)
    True
    """
    if claim.relation == "=":
        raise ValueError(f"{claim.label} is an equality, which has no greater side to descend on: sample or certify it")
    ends = _descended(claim, _draw(claim.cases, key, starts), steps, rate)
    return _worst(claim, jax.tree.map(np.asarray, ends), by_ratio=True)


@partial(_jit, static_argnums=(0, 2, 3))
def _descended(claim, starts, steps, rate):
    def loss(numbers):
        lesser, greater = claim.sides(claim.cases.build(numbers))
        informative = (lesser > LEAST_LESSER_BITS) & (greater > 0)
        lesser, greater = (jnp.log(jnp.where(informative, side, 1.0)) for side in (lesser, greater))
        gaps = jnp.ravel(greater - lesser)
        return gaps[jnp.argmin(gaps)]

    return minimise_by_adam(lambda numbers: jnp.sum(jax.vmap(loss)(numbers)), starts, steps, rate)
