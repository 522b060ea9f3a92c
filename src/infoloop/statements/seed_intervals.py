r"""Intervals for a median over independent seeds, by the sign test: exact for every law of the outcomes.

Of n independent outcomes with median m at most Binomial(n, 1/2) many lie below m. So with $x_{(1)}\le\dots\le x_{(n)}$
$$P\bigl(x_{(k)}\le m\le x_{(n+1-k)}\bigr)\ge1-2\,P(\mathrm{Bin}(n,\tfrac12)<k),$$
whatever the law, ties included (Conover, *Practical Nonparametric Statistics*, 3rd edition, 1999, section 3.2).
Everything here is plain Python on the host, in rational arithmetic where something is decided.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import NamedTuple


class SeedInterval(NamedTuple):
    """The outcomes of a cell in four numbers.

    Attributes:
        median: The median of the outcomes that are there; NaN without any.
        mean: Their mean, which decides nothing.
        lower: Lower end of the interval of the median; minus infinity where there are too few seeds.
        upper: Upper end of it.
    """

    median: float
    mean: float
    lower: float
    upper: float


@cache
def interval_rank(seeds: int, level: Fraction) -> int:
    """Return the k of the interval from the k-th least to the k-th greatest of n outcomes; 0 where n is too small.

    Args:
        seeds: The number n of outcomes, missing ones included.
        level: The least probability with which the interval has the median in it, between 0 and 1.

    Returns:
        The greatest k with `coverage(n, k) >= level`, or 0.

    >>> interval_rank(20, Fraction(95, 100)), interval_rank(5, Fraction(95, 100))
    (6, 0)
    """
    k = 0
    while 2 * (k + 1) <= seeds and coverage(seeds, k + 1) >= level:
        k += 1
    return k


def coverage(seeds: int, rank: int) -> Fraction:
    r"""Return $1-2\,P(\mathrm{Bin}(n,1/2)<k)$: how surely the interval has the median in it.

    >>> round(float(coverage(20, 6)), 4)
    0.9586
    """
    return 1 - 2 * Fraction(sum(math.comb(seeds, j) for j in range(rank)), 2**seeds)


def median_interval(outcomes: Sequence[float], missing: int, level: Fraction) -> SeedInterval:
    """Return the median of outcomes and its interval, in which a missing outcome counts as the worst for either end.

    A missing outcome is taken as minus infinity for the lower end and as plus infinity for the upper one: whatever it
    would have been, the interval of all n is inside the one that is returned.

    Args:
        outcomes: The outcomes that are there, one a seed, in any unit.
        missing: How many seeds have none.
        level: The least probability with which the interval has the median in it, between 0 and 1.

    >>> median_interval([0.1] * 19, 1, Fraction(95, 100)).lower
    0.1
    >>> median_interval([0.1, 0.2], 0, Fraction(95, 100)).upper
    inf
    """
    ordered, count = sorted(outcomes), len(outcomes)
    rank = interval_rank(count + missing, level) - missing
    if rank < 1:
        lower, upper = -math.inf, math.inf
    else:
        lower, upper = ordered[rank - 1], ordered[count - rank]
    if not ordered:
        return SeedInterval(math.nan, math.nan, lower, upper)
    median = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
    return SeedInterval(median, math.fsum(ordered) / count, lower, upper)


def interval_over_seeds(outcomes: Sequence[float], level: Fraction = Fraction(95, 100)) -> SeedInterval:
    """Return `median_interval` of what seeds gave, those that gave no finite number counted as missing.

    Args:
        outcomes: A number by seed; NaN where there is none, infinite where a training diverged.
        level: The least probability with which the interval has the median in it, between 0 and 1.

    >>> interval_over_seeds([0.1] * 19 + [math.nan]).lower
    0.1
    """
    there = [float(x) for x in outcomes if math.isfinite(x)]
    return median_interval(there, len(outcomes) - len(there), level)
