"""Chapter 6, groups of verdicts: how often all agree, and how much they tell on average (S48)."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flint import arb, fmpz
from jaxtyping import Array, Float

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, real_ball
from infoloop.learning.policy_gradient.group_statistics import dead_share, mean_deviation
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

INDEPENDENT = "the n verdicts of a group are independent"
RATED = "each verdict is right with probability p"
RATES = [fmpq(1, 20), fmpq(1, 10), fmpq(1, 3), fmpq(1, 2), fmpq(9, 10)]
SMALL_SIZE = 4  # of the groups that floats see
COPIES, PARITY = "all equal the first", "the third says whether the first two differ"


def root_of(number: int) -> tuple[int, int]:
    r"""Return the whole number m and the squarefree one d with $\sqrt{k}=m\sqrt d$.

    Roots of different squarefree numbers are linearly independent over the rationals, so that sums of them are equal if
    the rational factors of each root are.

    >>> root_of(12), root_of(9)
    ((2, 3), (3, 1))
    """
    whole = math.prod(int(prime) ** (power // 2) for prime, power in fmpz(number).factor())
    return whole, number // whole**2


def roots_of(size: int) -> list[int]:
    """Return the squarefree numbers d whose roots are in the deviations of a group of this size.

    >>> roots_of(4)
    [1, 3]
    """
    return sorted({root_of(c * (size - c))[1] for c in range(1, size)})


def verdict_groups(case: Mapping[str, Any]) -> Iterator[tuple[fmpq, tuple[int, ...]]]:
    """Yield the ordered groups of verdicts of a case with their probabilities: independent ones, unless it says more.

    >>> [str(mass) for mass, _ in verdict_groups({"size": 2, "rate": fmpq(1, 4)})]
    ['9/16', '3/16', '3/16', '1/16']
    """
    size, rate = case["size"], case["rate"]
    rates = case.get("rates", (rate,) * size)
    for group in itertools.product((0, 1), repeat=size):
        mass = math.prod((p if r else 1 - p for p, r in zip(rates, group, strict=True)), start=fmpq(1))
        if case.get("verdicts") == COPIES:
            mass = (rate if group[0] else 1 - rate) * (len(set(group)) == 1)
        if case.get("verdicts") == PARITY:
            mass = fmpq(1, 4) * (group[2] == group[0] ^ group[1])
        yield mass, group


def binomial_mean(values: Sequence[Number], rate: Number) -> Number:
    r"""Return $\sum_c\binom ncp^cq^{n-c}v_c$, of floats or rationals.

    >>> binomial_mean([0, 1, 0], fmpq(1, 2))
    1/2
    """
    n = len(values) - 1
    return sum(math.comb(n, c) * rate**c * (1 - rate) ** (n - c) * v for c, v in enumerate(values))


def root_factors(size: int, root: int) -> list[fmpq]:
    r"""Return, for each count c, the rational factor of $\sqrt d$ in the deviation $\sqrt{c(n-c)}/n$ of a group.

    >>> root_factors(4, 3)
    [0, 1/4, 0, 1/4, 0]
    """
    parts = [root_of(c * (size - c)) if 0 < c < size else (0, root) for c in range(size + 1)]
    return [fmpq(m, size) if d == root else fmpq(0) for m, d in parts]


def _dead_exactly(case):
    size, rate, part = case["size"], case["rate"], case["part"]
    if part == "dead":
        found = sum((mass for mass, group in verdict_groups(case) if len(set(group)) == 1), fmpq(0))
        return found, rate**size + (1 - rate) ** size
    if "divisor" in case:
        return _scalar_exactly(case)
    found = fmpq(0)
    for mass, group in verdict_groups(case):
        spread = size * sum(group) - sum(group) ** 2  # n^2 times the mean square deviation
        whole, root = root_of(spread) if spread else (0, part)
        found += mass * whole / size * (root == part)
    return found, binomial_mean(root_factors(size, part), rate)


def _scalar_roots(size, divisor):
    """Return, by the count of right verdicts, m and d with the root of divisor/n times the deviation as m root(d)."""
    roots = [root_of(c * (size - c) * size * divisor) for c in range(1, size)]
    return [(fmpq(0), 1), *((fmpq(m, size**2), d) for m, d in roots), (fmpq(0), 1)]


def _scalar_exactly(case):
    """Return the mean of the sum of the right answers' advantages over n, by groups and by its formula."""
    size, divisor, part, found = case["size"], case["divisor"], case["part"], fmpq(0)
    for mass, group in verdict_groups(case):
        mean = fmpq(sum(group), size)
        squares = sum(((r - mean) ** 2 for r in group), fmpq(0))
        if squares:
            above = sum((1 - mean for r in group if r), fmpq(0)) / size
            square = above**2 * divisor / squares
            whole, root = root_of(int(square.p * square.q))
            found += mass * whole / square.q * (root == part)
    return found, binomial_mean([m if d == part else fmpq(0) for m, d in _scalar_roots(size, divisor)], case["rate"])


SMALL_GROUPS = np.array(list(itertools.product((0, 1), repeat=SMALL_SIZE)))


def small_group_masses(p: Float[Array, ""]) -> Float[Array, "groups"]:
    """Return the probabilities of all groups of four verdicts, in floats.

    >>> small_group_masses(jnp.array(0.5)).sum().item()
    1.0
    """
    return jnp.where(SMALL_GROUPS == 1, p, 1 - p).prod(1)


def _dead(p):
    mass, dead = small_group_masses(p), SMALL_GROUPS.min(1) == SMALL_GROUPS.max(1)
    found = jnp.stack([(mass * dead).sum(), (mass * SMALL_GROUPS.std(1)).sum()])
    return found, jnp.stack([dead_share(p, SMALL_SIZE), mean_deviation(p, SMALL_SIZE)])


def _without_covariance(case):
    """Return the mean deviation and the root of the mean variance, of a group of two."""
    rate, size = case["rate"], case["size"]
    return _dead_exactly(case)[0], real_ball(lambda: (arb(rate * (1 - rate)) * (size - 1) / size).sqrt())


def _root_times(number, factor):
    return real_ball(lambda: arb(number).sqrt() * arb(factor))


_rate = random_numbers(1, lambda x: jax.nn.sigmoid(2 * x[0]))
_half = {"size": 2, "rate": fmpq(1, 2), "part": 1}


def _dead_members():
    for size, rate in itertools.product((2, 3, 4, 8), [*RATES, fmpq(3, 10)]):
        for part in ("dead", *roots_of(size)):
            yield {"size": size, "rate": rate, "part": part}
    for size, rate, less in itertools.product((2, 3, 4), RATES, (0, 1)):
        for part in sorted({d for m, d in _scalar_roots(size, size - less) if m}):
            yield {"size": size, "rate": rate, "part": part, "divisor": size - less}


dead_groups = equality(
    "thm:dead-groups",
    (INDEPENDENT, RATED),
    _dead,
    _rate,
    exact=_dead_exactly,
    family=Family(
        "groups of 2, 3, 4 and 8, pass rates 1/20, 1/10, 3/10, 1/3, 1/2, 9/10: the share of dead groups, and the "
        "factor of each root of a squarefree number in the mean deviation; of 2, 3 and 4 that in the mean scalar of "
        "the update, with the divisors n and n - 1",
        _dead_members,
    ),
    edges=(
        {"size": 8, "rate": fmpq(1, 20), "part": "dead"},
        {"size": 4, "rate": fmpq(1, 10), "part": 3},
        {"size": 8, "rate": fmpq(1, 10), "part": 2, "divisor": 7},
    ),
    neighbours=(
        without(INDEPENDENT, {**_half, "part": "dead", "verdicts": COPIES}),
        without(RATED, {**_half, "part": "dead", "rates": (fmpq(1, 4), fmpq(3, 4))}),
        changed("the root of the mean variance as mean deviation", _without_covariance, _half),
        changed(
            "the deviation itself as scalar, with the divisor n - 1",
            lambda case: (_root_times(2, _dead_exactly(case)[0]), deviation_ball(case["rate"], case["size"])),
            {**_half, "part": 2, "divisor": 1},
        ),
    ),
    wrong=lambda p: (_dead(p)[0], jnp.stack([dead_share(p, SMALL_SIZE), jnp.sqrt(p * (1 - p) * (1 - 1 / SMALL_SIZE))])),
)


def deviation_ball(rate: fmpq, size: int) -> RealBall:
    r"""Return the mean deviation $\sum_c\binom ncp^cq^{n-c}\sqrt{c(n-c)}/n$, enclosed.

    >>> deviation_ball(fmpq(1, 10), 8).digits(5)
    '0.20949'
    """
    shares = [binomial_mean([int(c == k) for k in range(size + 1)], rate) for c in range(size + 1)]

    def ball():
        return sum((arb(p) * arb(c * (size - c)).sqrt() / size for c, p in enumerate(shares)), arb(0))

    return real_ball(ball)


def _concave(p):
    means = [mean_deviation(p, n) for n in (2, 3, 8, 9)]
    return (
        jnp.stack([means[0], means[2], means[3], 2.0**-7]),
        jnp.stack([means[1], means[3], jnp.sqrt(p * (1 - p)), dead_share(p, 8)]),
    )


def _concave_exactly(case):
    size, rate, part = case["size"], case["rate"], case["part"]
    if part == "least dead share":
        return fmpq(1, 2 ** (size - 1)), rate**size + (1 - rate) ** size
    if part == "one verdict more":
        return deviation_ball(rate, size), deviation_ball(rate, size + 1)
    return deviation_ball(rate, size), real_ball(lambda: arb(rate * (1 - rate)).sqrt())


CONCAVE_PARTS = ("least dead share", "one verdict more", "below the law's")
_large = {"size": 60, "rate": fmpq(1, 2)}
mean_deviations = inequality(
    "thm:mean-deviation",
    (INDEPENDENT, RATED),
    _concave,
    _rate,
    exact=_concave_exactly,
    family=Family(
        "groups of 2 to 8, pass rates 1/20, 1/10, 1/3, 1/2, 9/10: the least dead share, one verdict more, and the "
        "deviation of a single verdict",
        lambda: parameter_grid(size=range(2, 9), rate=RATES, part=CONCAVE_PARTS),
    ),
    edges=tuple({**_large, "part": part} for part in CONCAVE_PARTS),
    neighbours=(
        without(  # two independent verdicts against three that are copies
            INDEPENDENT,
            {**_half, "size": 3, "verdicts": COPIES},
            exact=lambda case: (_dead_exactly({**case, "size": 2, "verdicts": ""})[0], _dead_exactly(case)[0]),
        ),
        without(  # two verdicts, of rates 1/4 and 3/4, are dead more seldom than half of the time
            RATED,
            {**_half, "part": "dead", "rates": (fmpq(1, 4), fmpq(3, 4))},
            exact=lambda case: (fmpq(1, 2), _dead_exactly(case)[0]),
        ),
        changed(
            "n verdicts of twice the deviation as one",
            lambda case: (deviation_ball(case["rate"], 8), deviation_ball(case["rate"], 2)),
            {**_half, "part": "one verdict more"},
        ),
    ),
    wrong=lambda p: (_concave(p)[1], _concave(p)[0]),
)
