"""Chapter 2, branching: when the descendants of one copy have died out, whatever the law of its copies (S12)."""

import itertools
from collections.abc import Sequence

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
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


def _slope(law, s):
    """Return the slope of the generating function; at 1 it is the mean."""
    return sum((p * k * s ** (k - 1) for k, p in enumerate(law) if k), fmpq(0))


def _left(case, most=1):
    """Return the probability of descendants and its bound, or what a fixed point q of f says of extinction."""
    law, t, of = [rational(p) for p in case["law"]], case["t"], case.get("of", "any mean")
    extinct_by_now = extinct_by_counts(law, t, case.get("copies", 1))
    if of == "mean 1":
        return 1 - extinct_by_now, most / (1 + law[0] * t)
    if "q" not in case:
        return 1 - extinct_by_now, most * _slope(law, fmpq(1)) ** t
    q = rational(case["q"])
    if of == "never more than q":
        return extinct_by_now, most * q
    return q - extinct_by_now, most * q * _slope(law, q) ** t


# laws with the least solution of q = f(q): below 1, at 0, and at 1 for a mean of at most 1
_FIXED = (
    (("1/4", "1/4", "1/2"), "1/2"),
    (("1/3", 0, "2/3"), "1/2"),
    (("5/16", "3/16", "1/4", "1/4"), "1/2"),
    ((0, "1/2", "1/2"), 0),
    (("1/2", "1/2"), 1),
    (("9/10", 0, 0, "1/10"), 1),
)
_CRITICAL = (("1/4", "1/2", "1/4"), ("1/2", 0, "1/2"), ("2/3", 0, 0, "1/3"), (0, 1))


def _survivor_cases():
    yield from _small.members()
    for law, t in itertools.product(_CRITICAL, range(1, 6)):
        yield {"law": law, "t": t, "of": "mean 1"}
    for (law, q), t, of in itertools.product(_FIXED, range(1, 5), ("never more than q", "towards q")):
        yield {"law": law, "t": t, "of": of, "q": q}


def _survivors(law):
    mean = law @ jnp.arange(3)
    return offspring_survivals(law, GENERATIONS), mean ** jnp.arange(1, GENERATIONS + 1)


survivors = inequality(
    "thm:branching-survivors",
    BRANCHING,
    _survivors,
    _laws,
    exact=_left,
    family=Family(
        f"{_small.description}; four laws of mean 1; six laws with the least solution of q = f(q), below 1 and at 1",
        _survivor_cases,
    ),
    edges=({"law": ("1/2", "1/2"), "t": 3},),
    wrong=lambda law: _survivors(law)[::-1],
    neighbours=(
        without(ONE, {"law": ("1/2", "1/2"), "t": 3, "copies": 2}),
        # the copies of one generation leave none, or one each, and each generation only as the last one did
        without(LAW, {"law": ("1/2", "1/2"), "t": 3}, exact=lambda case: (fmpq(1, 2), _left(case)[1])),
        changed("1 % less", lambda case: _left(case, most=fmpq(99, 100))),
        changed(
            "of a mean of 1, 1 / (1 + 2 p_0 t)",
            lambda case: (_left(case)[0], 1 / (1 + 2 * rational(case["law"][0]) * case["t"])),
            {"law": _CRITICAL[0], "t": 1, "of": "mean 1"},
        ),
        changed(
            "the slope of f at 0 in place of that at q",
            lambda case: (_left(case)[0], rational(case["q"]) * rational(case["law"][1]) ** case["t"]),
            {"law": _FIXED[0][0], "t": 2, "of": "towards q", "q": "1/2"},
        ),
    ),
    ceiling=lambda case: 1,
)
