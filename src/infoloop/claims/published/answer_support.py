"""Chapter 8, what a policy keeps of its right answers when it is tilted by a verdict (C26)."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import inequality
from infoloop.exact.rational_laws import fmpq
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

TILTED = "the policy is its base, right answers times v, normalised"
FAVOURED = "v >= 1"
RIGHT = "the answer is right"


def tilted_policy(base: Sequence[fmpq], right: Sequence[int], factor: fmpq) -> list[fmpq]:
    """Return the base with the answers of these numbers multiplied by the factor, normalised.

    >>> tilted_policy([fmpq(1, 2), fmpq(1, 2)], [0], fmpq(3))
    [3/4, 1/4]
    """
    weights = [p * factor if k in right else p for k, p in enumerate(base)]
    total = sum(weights, fmpq(0))
    return [w / total for w in weights]


def softmax_step(base: Sequence[fmpq], right: Sequence[int], size: int) -> list[fmpq]:
    """Return the policy after a gradient step on the pass rate, of a size that makes the exponents of 2 whole."""
    rate = sum((base[k] for k in right), fmpq(0))
    moves = [size * p * ((k in right) - rate) for k, p in enumerate(base)]
    assert all(move.q == 1 for move in moves), "the size must make every move of a logit a whole number"
    weights = [p * fmpq(2) ** int(move.p) for p, move in zip(base, moves, strict=True)]
    total = sum(weights, fmpq(0))
    return [w / total for w in weights]


def _kept(case):
    base, factor = case
    weights = base * jnp.array([factor, factor, 1.0, 1.0])
    return base[:2], weights[:2] / jnp.sum(weights)


def _kept_exactly(case: Mapping[str, Any]) -> tuple[fmpq, fmpq]:
    found = tilted_policy(case["base"], case["right"], case["v"])
    return case["base"][case["answer"]], found[case["answer"]]


_BASES = (
    [fmpq(1, 2), fmpq(1, 8), fmpq(3, 8)],
    [fmpq(1, 100), fmpq(1, 100), fmpq(98, 100)],
    [fmpq(1, 3), fmpq(0), fmpq(2, 3)],
)
_rare = {"base": _BASES[0], "right": (0, 1), "v": fmpq(2), "answer": 1}
tilt_keeps_answers = inequality(
    "thm:tilt-keeps-answers",
    (TILTED, FAVOURED, RIGHT),
    _kept,
    random_numbers(5, lambda x: (jax.nn.softmax(x[:4]), 1 + jnp.exp(x[4]))),
    exact=_kept_exactly,
    family=Family(
        "three bases on two right answers and a wrong one, v = 1, 2 and 100, both right answers",
        lambda: parameter_grid(base=_BASES, right=((0, 1),), v=(fmpq(1), fmpq(2), fmpq(100)), answer=(0, 1)),
    ),
    edges=({**_rare, "v": fmpq(1)},),
    neighbours=(
        without(
            TILTED,
            _rare,
            exact=lambda case: (case["base"][1], softmax_step(case["base"], case["right"], 64)[1]),
        ),
        without(FAVOURED, {**_rare, "v": fmpq(1, 2)}),
        without(RIGHT, {**_rare, "answer": 2}),
        changed(
            "at least v times as likely as before",
            lambda case: (_kept_exactly(case)[0] * case["v"], _kept_exactly(case)[1]),
            _rare,
        ),
    ),
    wrong=lambda case: (_kept(case)[1], _kept(case)[0] / 2),
)


def _step_kept(case):
    base, size = case
    moves = size * base * (jnp.array([1.0, 1.0, 0.0, 0.0]) - base[0] - base[1])
    weights = base * jnp.exp2(moves)
    return base[:2], weights[:2] / jnp.sum(weights)


gradient_keeps_answers = inequality(
    "fol:gradient-keeps-answers",
    ("the policy is a softmax of one logit an answer", "the logits take a step along the gradient of the pass rate"),
    _step_kept,
    random_numbers(5, lambda x: (jax.nn.softmax(x[:4]), jnp.exp(x[4]))),
    exact=lambda case: (case["base"][1], softmax_step(case["base"], (0, 1), case["size"])[1]),
    family=Family(
        "a base on two right answers and a wrong one, the less likely right answer, steps of 64 and 128",
        lambda: parameter_grid(base=(_BASES[0],), size=(64, 128)),
    ),
)
