"""Intervals for the rate behind a count, whose coverage ball arithmetic certifies."""

from __future__ import annotations

from fractions import Fraction

import flint
import scipy  # not its parts, which it loads when they are used
from flint import arb, fmpq

from infoloop.exact.log_sums import Exact, rational
from infoloop.probability.host_functions import host_only

_GRID, _BITS, _NEGLIGIBLE = 2**44, 96, 2.0**-40


@host_only
def certified_interval(passes: int, attempts: int, miss: Exact) -> tuple[Fraction, Fraction]:
    r"""Return rational ends that the rate behind k passes of n is outside of with probability `miss` at most.

    Clopper & Pearson's interval (1934), rounded outwards: at the lower end $P(\mathrm{Bin}(n,p)\ge k)$, at the upper
    one $P(\mathrm{Bin}(n,p)\le k)$ is at most `miss`/2, which balls decide and floats only propose.

    Args:
        passes: k, from 0 to n.
        attempts: n, from 1 on.
        miss: Probability of missing the rate, in (0, 1), an exact rational.

    Returns:
        The lower and the upper end; 0 at k = 0, 1 at k = n.

    Raises:
        ValueError: The counts are none, or `miss` is outside (0, 1).
        ArithmeticError: No end could be certified.

    >>> low, high = certified_interval(4, 8, "1/20")
    >>> round(float(low), 4), round(float(high), 4)
    (0.157, 0.843)
    """
    if not (isinstance(passes, int) and isinstance(attempts, int) and 0 <= passes <= attempts and attempts > 0):
        raise ValueError(f"{passes} passes of {attempts} attempts: give whole numbers, 0 <= passes <= attempts >= 1")
    side = rational(miss) / 2
    if not 0 < side < fmpq(1, 2):
        raise ValueError(f"miss is {miss}: it is a probability, above 0 and below 1")
    low, high = _lower_end(passes, attempts, side), 1 - _lower_end(attempts - passes, attempts, side)
    return Fraction(int(low.p), int(low.q)), Fraction(int(high.p), int(high.q))


def _lower_end(passes: int, attempts: int, side: fmpq) -> fmpq:
    if passes == 0:
        return fmpq(0)
    near = scipy.special.betaincinv(passes, attempts - passes + 1, float(side.p) / float(side.q))
    end = int(near * _GRID)
    for step in (2**k for k in range(40)):
        if end <= 0:
            return fmpq(0)
        if _tail_is_within(fmpq(end, _GRID), passes, attempts, side):
            return fmpq(end, _GRID)
        end -= step
    raise ArithmeticError(f"no lower end is certified for {passes} passes of {attempts} attempts")


def _tail_is_within(rate: fmpq, passes: int, attempts: int, side: fmpq) -> bool:
    r"""Tell whether $P(\mathrm{Bin}(n,p)\ge k)$ is certainly at most `side`, for $p<k/n$.

    Terms are added while they matter; each ratio of a term to the last is below the one before, so that what is left
    is at most a geometric series.
    """
    n, k = attempts, passes
    with flint.ctx.workprec(_BITS):
        p, odds = arb(rate), arb(rate / (1 - rate))
        choices = arb(n + 1).lgamma() - arb(k + 1).lgamma() - arb(n - k + 1).lgamma()
        term = (choices + k * p.log() + (n - k) * (1 - p).log()).exp()
        total = term
        for j in range(k, n):
            ratio = odds * (n - j) / (j + 1)
            term *= ratio
            total += term
            if term < total * _NEGLIGIBLE:
                return bool(ratio < 1 and total + term * ratio / (1 - ratio) <= arb(side))
        return bool(total <= arb(side))
