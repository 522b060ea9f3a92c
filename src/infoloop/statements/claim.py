"""Claims: two sides that a statement compares, on cases that meet its assumptions; weighed on samples and attacked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import lazy_loader
import numpy as np

from infoloop.exact.rational_laws import rationalise
from infoloop.information.expressions import evaluate_terms
from infoloop.notation.grammar import parse_statement
from infoloop.statements.cases import Cases, Family

optax = lazy_loader.load("optax")  # only a descent needs it
LEAST_LESSER = 2.0**-20  # bits: where the lesser side is smaller, rounding could fake a ratio, so none is taken
_BLOCK = 2048
# Claims are compiled once and run for a moment: the optimiser would take longer than it saves. XLA refuses options that
# it does not know, and the second is young.
_QUICK: dict[str, int | bool] = {"xla_backend_optimization_level": 0}
if jax.__version_info__ < (0, 11):
    _QUICK["xla_cpu_use_fusion_emitters"] = False
_jit = partial(jax.jit, compiler_options=_QUICK)


@dataclass(frozen=True, eq=False)
class Claim:
    """A statement as data. It says `lesser <= greater` (or `=`, or `<`) for both `sides` of every case.

    `sides` maps a case to floats (arrays compare cell by cell); `exact` maps an exact case to two `LogSum`s (or
    `RealBall`s) and `exactly` a float case to the exact one next to it (None: floats must do); `family` is the finite
    family to certify, `edges` exact cases in which the claim is sharp (`loose` says why there is none). `wrong` is a
    wrong implementation of `sides` that random cases catch. A record of functions hashes by identity, so `eq=False`.
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


def linear(label: str, statement: str, given: tuple[str, ...], cases: Cases, wrong: str = "", **fields) -> Claim:
    """The claim that a statement linear in entropies holds; both routes to its sides follow from its text.

    `wrong` is a text too: what a mistaken implementation would compare.
    """
    sides = _sides(statement)
    relation = parse_statement(statement).relation
    return Claim(
        label,
        fields.pop("assumes", ("finite alphabets", *given)),
        sides,
        cases,
        relation={">=": "<=", ">": "<"}.get(relation, relation),
        exact=sides,
        wrong=_sides(wrong) if wrong else None,
        statement=statement,
        given=given,
        **fields,
    )


def _in_order(statement: str):
    parsed = parse_statement(statement)
    sides = (parsed.left, parsed.right)
    return sides[::-1] if parsed.relation in (">=", ">") else sides


def _sides(statement: str):
    lesser, greater = _in_order(statement)
    return lambda law: (evaluate_terms(lesser, law), evaluate_terms(greater, law))


def stronger(claim: Claim, factor: float | str = "1.01") -> Claim:
    """The claim with its lesser side multiplied by `factor`, 1 % by default: false wherever the claim is sharp."""
    exact = claim.exact

    def exact_sides(case):
        assert exact is not None
        lesser, greater = exact(case)
        return lesser * factor, greater

    def sides(case):
        lesser, greater = claim.sides(case)
        return lesser * float(factor), greater

    return replace(claim, sides=sides, exact=exact and exact_sides)


class Evidence(NamedTuple):
    """What a search saw: least slack (greater - lesser, bits; for `=` minus the gap), least ratio, the worst case."""

    slack: np.ndarray
    ratio: np.ndarray
    worst: int
    case: Any


def weigh(claim: Claim, key, samples: int) -> Evidence:
    """Evaluate the claim on `samples` random cases. Sampling is a weak refuter; `attack` is the strong one.

    >>> from infoloop.statements.cases import random_bayes_nets
    >>> pair = random_bayes_nets("X", "Y|X", X=2, Y=2)
    >>> bound = linear("doc", "I(X;Y) <= H(X)", (), pair)
    >>> bool(weigh(bound, jax.random.key(0), 100).slack >= 0)
    True
    """
    return _worst(*_judged(claim, _draw(claim.cases, key, samples)), by_ratio=False)


def _draw(cases: Cases, key, count: int):
    """Numbers for `count` cases. Drawn in full blocks, so that samples and starts share one compiled generator."""
    blocks = -(-count // _BLOCK)
    numbers = _draw_block(cases.draw, jax.random.split(key, blocks * _BLOCK))
    return jax.tree.map(lambda x: np.asarray(x)[:count], numbers)


@partial(_jit, static_argnums=0)
def _draw_block(draw, keys):
    return jax.vmap(draw)(keys)


@partial(_jit, static_argnums=0)
def _judged(claim: Claim, numbers):
    def one(numbers):
        case = claim.cases.build(numbers)
        return case, *_judge(claim, case)

    return jax.vmap(one)(numbers)


def _worst(cases, slack, ratio, by_ratio: bool) -> Evidence:
    """The evidence of a batch. In NumPy, on the host: compiling these few operations would take longer than they do."""
    slack, ratio = np.asarray(slack), np.asarray(ratio)
    worst = int(np.argmin(ratio if by_ratio else slack))
    return Evidence(slack.min(), ratio.min(), worst, jax.tree.map(lambda x: np.asarray(x)[worst], cases))


def _judge(claim: Claim, case):
    lesser, greater = (jnp.ravel(jnp.asarray(side, jnp.float64)) for side in claim.sides(case))
    if claim.relation == "=":
        return -jnp.max(jnp.abs(greater - lesser)), jnp.min(
            _ratio(jnp.minimum(lesser, greater), jnp.maximum(lesser, greater))
        )
    return jnp.min(greater - lesser), jnp.min(_ratio(lesser, greater))


def _ratio(lesser, greater):
    informative = lesser > LEAST_LESSER
    return jnp.where(informative, greater / jnp.where(informative, lesser, 1.0), jnp.inf)


def attack(claim: Claim, key, starts: int = 64, steps: int = 300, rate: float = 0.1) -> Evidence:
    """Search for a counterexample by descent (Adam) on log(greater/lesser) from many starts at once.

    The ratio is what to descend on: the slack is least at the trivial case, where both sides are 0. A ratio near 1
    says that the claim is sharp, one below 1 that it is false; `=` claims have no side to attack and are only weighed.

    >>> from infoloop.statements.cases import random_bayes_nets
    >>> false = linear("doc", "H(X) <= I(X;Y)", (), random_bayes_nets("X", "Y|X", X=2, Y=2))
    >>> bool(attack(false, jax.random.key(0), starts=4, steps=50).ratio < 1)
    True
    """
    if claim.relation == "=":
        raise ValueError(f"{claim.label} is an equality, which has no greater side to descend on: weigh or certify it")
    return _worst(*_descended(claim, _draw(claim.cases, key, starts), steps, rate), by_ratio=True)


@partial(_jit, static_argnums=(0, 2, 3))
def _descended(claim: Claim, starts, steps: int, rate: float):
    descent = optax.adam(rate)

    def loss(numbers):
        lesser, greater = claim.sides(claim.cases.build(numbers))
        informative = (lesser > LEAST_LESSER) & (greater > 0)
        lesser, greater = (jnp.log(jnp.where(informative, side, 1.0)) for side in (lesser, greater))
        return jnp.min(jnp.ravel(greater - lesser))

    def step(carry, _):
        numbers, state = carry
        updates, state = descent.update(jax.grad(loss)(numbers), state)
        return (optax.apply_updates(numbers, updates), state), None

    def one(numbers):
        (numbers, _), _ = jax.lax.scan(step, (numbers, descent.init(numbers)), length=steps)
        case = claim.cases.build(numbers)
        return case, *_judge(claim, case)

    return jax.vmap(one)(starts)
