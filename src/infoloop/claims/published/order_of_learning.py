"""Chapter 8, which order of correlation is learned first (C28)."""

import itertools

import jax.numpy as jnp

from infoloop.claims.comparisons import inequality
from infoloop.exact.rational_laws import fmpq
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.parameter_grids import parameter_grid

_SIGNS = list(itertools.product((1, -1), repeat=3))  # the symbol before the last, the last one, and the next
LEARNER = "a linear learner starts at 0 and sees the last symbol and the product of the last two"
FAIR = "all features have one variance"


def _speeds(law):
    """Return the speeds at the start: the correlations of the next symbol with the pair and with the last symbol."""
    pair = abs(sum(p * a * b * y for p, (a, b, y) in zip(law, _SIGNS, strict=True)))
    return pair, abs(sum(p * b * y for p, (_, b, y) in zip(law, _SIGNS, strict=True)))


def _text(case):
    """Return the law of three symbols whose first two are fair, and which the third follows with these weights."""
    single, pair = case["last symbol"], case["both"]
    return [(1 + single * b * y + pair * a * b * y) / 8 for a, b, y in _SIGNS]


low_orders_first = inequality(
    "fol:low-orders-first",
    (LEARNER, FAIR),
    lambda case: _speeds(_text({"last symbol": case[0], "both": case[1]})),
    random_numbers(2, lambda x: jnp.tanh(x) / 2),
    exact=lambda case: _speeds(_text(case)),
    family=Family(
        "correlations 0, 1/4 and 1/2 with the last symbol, and with the product of both",
        lambda: parameter_grid(
            **{"last symbol": [fmpq(k, 4) for k in (2, 1, 0)], "both": [fmpq(k, 4) for k in (0, 1, 2)]}
        ),
    ),
)
