"""Chapter 2, branching: when the descendants of one copy have died out, whatever the law of its copies (S12)."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.rational_laws import fmpq, rational
from infoloop.exact.real_balls import RealBall, exp
from infoloop.models.branching import offspring_survivals
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

GENERATIONS = 3
ONE, LAW = "one copy at the start", "each copy leaves copies independently, by one law"
BRANCHING = (ONE, LAW)
LAWS = (("1/4", "1/2", "1/4"), ("1/4", "1/4", "1/2"), ("1/2", "1/2"), ("9/10", 0, 0, "1/10"), (0, 1), ("1/3", 0, "2/3"))


def _added(first: Sequence[Number], second: Sequence[Number]) -> list[Number]:
    """Return the law of a sum of two independent counts."""
    found = [first[0] * 0] * (len(first) + len(second) - 1)
    for i, p in enumerate(first):
        for j, q in enumerate(second):
            found[i + j] = found[i + j] + p * q
    return found


def _next_counts(counts: Sequence[Number], law: Sequence[Number]) -> list[Number]:
    """Return the law of the next generation: a sum of as many independent litters as there are copies."""
    litters, found = [law[0] * 0 + 1], [law[0] * 0] * ((len(counts) - 1) * (len(law) - 1) + 1)
    for p in counts:
        found = [old + p * new for old, new in zip(found, litters + [0] * (len(found) - len(litters)), strict=True)]
        litters = _added(litters, law)[: len(found)]
    return found


def extinct_by_counts(law: Sequence[Number], generations: int, copies: int = 1) -> Number:
    """Return the probability that no copy is left, from the law of their number, generation by generation.

    >>> extinct_by_counts([fmpq(1, 4), fmpq(1, 2), fmpq(1, 4)], 2)
    25/64
    """
    counts = [law[0] * 0] * copies + [law[0] * 0 + 1]
    for _ in range(generations):
        counts = _next_counts(counts, law)
    return counts[0]


def generating_iterate(law: Sequence[Number], generations: int) -> Number:
    r"""Return $f(f(\ldots f(0)))$ with $f(s)=\sum_kp_ks^k$."""
    s = law[0] * 0
    for _ in range(generations):
        s = sum((p * s**k for k, p in enumerate(law) if k), law[0])
    return s


def _exact(case):
    law = [rational(p) for p in case["law"]]
    return extinct_by_counts(law, case["t"], case.get("copies", 1)), generating_iterate(law, case["t"])


def _litters_alike(case):
    """Return the probability of extinction if all copies of a generation leave equally many, and the iterate."""
    law = [rational(p) for p in case["law"]]
    return 1 - (1 - law[0]) ** case["t"], generating_iterate(law, case["t"])


def _poisson(case: dict) -> RealBall:
    mean = sum((rational(p) * k for k, p in enumerate(case["law"])), fmpq(0))
    s = exp(-mean)
    for _ in range(case["t"] - 1):
        s = exp((s - 1) * mean)
    return s


_laws = random_numbers(3, jax.nn.softmax)
_small = Family(
    "six laws of up to three copies with means from 3/10 to 4/3, 1 to 4 generations",
    lambda: parameter_grid(law=LAWS, t=range(1, 5)),
)
_halves = {"law": LAWS[0], "t": 2}

extinct = equality(
    "thm:branching-extinction",
    BRANCHING,
    lambda law: (1 - extinct_by_counts(list(law), GENERATIONS), offspring_survivals(law, GENERATIONS)[-1]),
    _laws,
    exact=_exact,
    family=_small,
    edges=(_halves,),
    wrong=lambda law: (1 - extinct_by_counts(list(law), GENERATIONS), offspring_survivals(law, GENERATIONS)[0]),
    neighbours=(
        without(ONE, {**_halves, "copies": 2}),
        without(LAW, _halves, exact=_litters_alike),
        changed("a Poisson law of the same mean", lambda case: (_exact(case)[0], _poisson(case))),
    ),
)


def _mean_left(case, most=1):
    law = [rational(p) for p in case["law"]]
    mean = sum((p * k for k, p in enumerate(law)), fmpq(0))
    return 1 - extinct_by_counts(law, case["t"], case.get("copies", 1)), most * mean ** case["t"]


def _survivors(law):
    mean = law @ jnp.arange(3)
    return offspring_survivals(law, GENERATIONS), mean ** jnp.arange(1, GENERATIONS + 1)


survivors = inequality(
    "thm:branching-survivors",
    BRANCHING,
    _survivors,
    _laws,
    exact=_mean_left,
    family=_small,
    edges=({"law": ("1/2", "1/2"), "t": 3},),
    wrong=lambda law: _survivors(law)[::-1],
    neighbours=(
        without(ONE, {"law": ("1/2", "1/2"), "t": 3, "copies": 2}),
        # the copies of one generation leave none, or one each, and each generation only as the last one did
        without(LAW, {"law": ("1/2", "1/2"), "t": 3}, exact=lambda case: (fmpq(1, 2), _mean_left(case)[1])),
        changed("1 % less", lambda case: _mean_left(case, most=fmpq(99, 100))),
    ),
    ceiling=lambda case: 1,
)
