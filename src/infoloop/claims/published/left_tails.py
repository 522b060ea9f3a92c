"""Chapter 8, hard questions and the failures of many attempts: what the left tail of the rates decides (C25)."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import inequality
from infoloop.exact.rational_laws import fmpq
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

INDEPENDENT, SEVERAL = "attempts at a question are independent given its rate", "k >= 2"
_ATTEMPTS = 8


def failure_rate(case: Mapping[str, Any]) -> fmpq:
    """Return how often all k attempts at a question fail, or the first one, if the others are its copies.

    >>> failure_rate({"rates": [fmpq(1, 2), fmpq(0)], "k": 2})
    5/8
    """
    attempts = 1 if case.get("attempts") == "copies" else case["k"]
    return sum(((1 - p) ** attempts for p in case["rates"]), fmpq(0)) / len(case["rates"])


def hard_share(case: Mapping[str, Any], rate: fmpq) -> fmpq:
    """Return the share of questions whose rate is at most this."""
    return fmpq(sum(p <= rate for p in case["rates"]), len(case["rates"]))


def _tail(case):
    rates, rate = case
    fails = jnp.mean((1 - rates) ** _ATTEMPTS)
    hard = jnp.mean(rates <= 1 / _ATTEMPTS)
    return jnp.stack([hard / 4, fails]), jnp.stack([fails, jnp.mean(rates <= rate) + (1 - rate) ** _ATTEMPTS])


def _tail_exactly(case, doubled=1):
    fails = failure_rate(case)
    if case["part"] == "at least":
        return hard_share(case, fmpq(doubled, case["k"])) / 4, fails
    return fails, hard_share(case, case["x"]) + (1 - case["x"]) ** case["k"]


_POPULATIONS = (
    [fmpq(1, 2)],
    [fmpq(1, 2), fmpq(1, 10), fmpq(1, 100), fmpq(1, 1000)],
    [fmpq(0), fmpq(9, 10), fmpq(9, 10)],
)


def _members():
    counts = (2, 4, 16, 64)
    yield from parameter_grid(part=("at least",), rates=_POPULATIONS, k=counts)
    yield from parameter_grid(part=("at most",), rates=_POPULATIONS, k=counts, x=(fmpq(1, 16), fmpq(1, 4)))


_half = {"part": "at least", "rates": _POPULATIONS[0], "k": 2}
left_tail_decides = inequality(
    "thm:left-tail-decides",
    (INDEPENDENT, SEVERAL),
    _tail,
    random_numbers(9, lambda x: (jax.nn.sigmoid(3 * x[:8] - 2), jax.nn.sigmoid(x[8]))),
    exact=_tail_exactly,
    family=Family("three populations of questions, 2, 4, 16 and 64 attempts, x = 1/16 and 1/4", _members),
    edges=(_half, {"part": "at most", "rates": [fmpq(0)], "k": 2, "x": fmpq(1)}),
    neighbours=(
        without(INDEPENDENT, {**_half, "part": "at most", "k": 8, "x": fmpq(1, 4), "attempts": "copies"}),
        without(SEVERAL, {**_half, "rates": [fmpq(1)], "k": 1}),
        changed("questions up to 2/k", lambda case: _tail_exactly(case, doubled=2), {**_half, "rates": [fmpq(1)]}),
    ),
    wrong=lambda case: (_tail(case)[1], _tail(case)[0]),
)
