"""Chapter 8, the order in which a limited predictor sees data (C27)."""

import itertools

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import inequality
from infoloop.exact.log_sums import LogSum, log2
from infoloop.exact.rational_laws import fmpq
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without

FAIR = "A and B are independent fair bits, and N is 1 where both are"
AFFINE = "the predictor is affine in the bits before, with values from 0 to 1"
_BITS = list(itertools.product((0, 1), repeat=2))
LEAST = log2("3/2") * "3/4"


def _loss(case):
    """Return the least loss of the statement, and that of an affine predictor of N from A and B."""
    low, rise = 0.5 * jax.nn.sigmoid(case[0]), 0.5 * jax.nn.sigmoid(case[1:3])
    values = jnp.stack([low + a * rise[0] + b * rise[1] for a, b in _BITS]) * jax.nn.sigmoid(case[3])
    right = jnp.stack([values[3] if a * b else 1 - values[k] for k, (a, b) in enumerate(_BITS)])
    return 0.75 * jnp.log2(1.5), -jnp.log2(right).mean()


def surprise(masses: list[fmpq], chances: list[fmpq]) -> LogSum:
    r"""Return the mean of $-\log_2$ of what was given to the outcome, over outcomes that have mass.

    >>> surprise([fmpq(1, 2), fmpq(1, 2), fmpq(0)], [fmpq(1, 2), fmpq(1), fmpq(0)]).digits(3)
    '0.500'
    """
    return sum((log2(chance) * -mass for mass, chance in zip(masses, chances, strict=True) if mass), log2(1))


def _loss_exactly(case):
    """Return the least loss, and that of the predictor with these values at 00, 01, 10 and 11.

    Where the case is about the other order: the entropy of N, A and B, and the sum of the losses of the affine
    predictors of N, of A from N, and of B from N and A, which are the conditional probabilities.
    """
    masses = case.get("masses", [fmpq(1, 4)] * 4)
    if case["order"] == "N last":
        values = case["values"]
        return LEAST, surprise(masses, [values[3] if a * b else 1 - v for v, (a, b) in zip(values, _BITS, strict=True)])
    third, half = fmpq(1, 3), fmpq(1, 2)
    count = [fmpq(1, 4) if a * b else fmpq(3, 4) for a, b in _BITS]
    first = [third + (1 - third) * b if a else 1 - third for a, b in _BITS]  # N is b where A is 1
    second = [half - half * a + a * b if b else half + half * a - a * b for a, b in _BITS]
    return log2(4), surprise(masses, count) + surprise(masses, first) + surprise(masses, second)


def _predictors():
    grid = [fmpq(k, 6) for k in range(7)]
    for low, left, right in itertools.product(grid[:4], grid, grid):
        values = [low, left, right, left + right - low]
        if 0 < values[3] <= 1 and max(left, right) < 1:
            yield {"order": "N last", "values": values}
    yield {"order": "N first"}


_best = {"order": "N last", "values": [fmpq(0), fmpq(1, 3), fmpq(1, 3), fmpq(2, 3)]}
order_of_data = inequality(
    "thm:order-of-data",
    (FAIR, AFFINE),
    _loss,
    random_numbers(4, lambda x: 2 * x),
    exact=_loss_exactly,
    family=Family(
        "affine predictors of N with values k/6; and the predictors of N, of A from it, and of B from both",
        _predictors,
    ),
    edges=(_best, {"order": "N first"}),
    neighbours=(
        without(FAIR, {**_best, "masses": [fmpq(1, 2), fmpq(1, 2), fmpq(0), fmpq(0)]}),
        without(AFFINE, {**_best, "values": [fmpq(0), fmpq(0), fmpq(0), fmpq(1)]}),
        changed("a loss of half a bit", lambda case: (fmpq(1, 2), _loss_exactly(case)[1]), _best),
    ),
    wrong=lambda case: (_loss(case)[0], _loss(case)[1] / 2),
)
