"""Sums of logarithms of rational numbers, whose sign is decided: by balls, and at equality by factoring."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import flint
from flint import arb, fmpq, fmpz

from infoloop.probability.host_functions import refuse_tracers

Exact = fmpq | Fraction | int | float | str  # a rational number: a text such as "1/3", or a float, which is one too


class LogSum:
    r"""The real number $\sum_ic_i\log_2r_i$ with rational $c_i$ and rational $r_i>0$.

    Every entropy of a rational law is one, and so is every rational number ($c\log_22$). A sum only puts the terms of
    both one behind the other: equal logarithms are joined once, where the sign or the digits are asked for.

    >>> log2(fmpq(3, 2)) * 2 - 1
    LogSum([(3/2, 2), (2, -1)])
    """

    __slots__ = ("_logs", "_terms")

    def __init__(self, terms: Iterable[tuple[fmpq, fmpq]] = ()) -> None:
        self._terms = tuple(terms)
        self._logs: tuple[tuple[fmpq, fmpq], ...] | None = None

    @property
    def logs(self) -> tuple[tuple[fmpq, fmpq], ...]:
        """The pairs of $r_i$ and $c_i$: each $r_i$ once, and no $c_i$ that is 0."""
        if self._logs is None:
            joined: dict[tuple[fmpz, fmpz], tuple[fmpq, fmpq]] = {}
            for r, c in self._terms:
                parts = r.p, r.q  # a hash of these takes a tenth of the time of a rational's
                joined[parts] = r, joined[parts][1] + c if parts in joined else c
            self._logs = self._terms = tuple(term for term in joined.values() if term[1])
        return self._logs

    def __eq__(self, other: object) -> bool:
        """Return whether both have the same logarithms with the same factors; numbers are compared by `sign`."""
        return isinstance(other, LogSum) and {*self.logs} == {*other.logs}

    def __hash__(self) -> int:
        return hash(frozenset(self.logs))

    def __repr__(self) -> str:
        return f"LogSum([{', '.join(f'({r}, {c})' for r, c in self.logs)}])"

    def __add__(self, other: LogSum | fmpq | Fraction | int) -> LogSum:
        if isinstance(other, fmpq | Fraction | int):
            other = from_rational(other)
        if not isinstance(other, LogSum):
            return NotImplemented  # a RealBall knows how to add itself
        return LogSum(self._terms + other._terms)

    __radd__ = __add__

    def __sub__(self, other: LogSum | fmpq | Fraction | int) -> LogSum:
        return self + other * -1

    def __rsub__(self, other: LogSum | fmpq | Fraction | int) -> LogSum:
        return self * -1 + other

    def __mul__(self, factor: Exact) -> LogSum:
        factor = rational(factor)
        return LogSum([(r, c * factor) for r, c in self._terms])

    __rmul__ = __mul__

    def __truediv__(self, divisor: Exact) -> LogSum:
        return self * (1 / rational(divisor))

    def enclosure(self, bits: int = 128) -> arb:
        """Return a ball that certainly contains the number, from arithmetic with this many bits."""
        with flint.ctx.workprec(bits):
            whole, rest = fmpq(0), arb(0)
            for r, c in self.logs:
                if r == 2:
                    whole = c
                elif r != 1:
                    rest += arb(c) * arb(r).log()
            return arb(whole) + rest / arb(2).log()

    def sign(self) -> int:
        """Return -1, 0 or 1, decided by a ball that excludes 0, or, for 0, by unique factorisation over a coprime base.

        Logarithms of pairwise coprime integers above 1 are linearly independent over the rationals, so the sum is 0
        exactly if every base integer's exponent is; and if it is not 0, some precision shows its sign.

        Raises:
            ArithmeticError: If the number is not 0 but 2**23 bits do not show its sign.
        """
        for bits in (64, 256):
            ball = self.enclosure(bits)
            if not ball.contains(0):
                return 1 if ball > 0 else -1
        if self._vanishes():
            return 0
        for bits in (2**k for k in range(10, 24)):
            ball = self.enclosure(bits)
            if not ball.contains(0):
                return 1 if ball > 0 else -1
        raise ArithmeticError(f"the sign of {self} needs more than {2**23} bits")

    def _vanishes(self) -> bool:
        base = _coprime_base(n for r, _ in self.logs for n in (r.p, r.q))
        return all(sum((c * (_exponent(r.p, b) - _exponent(r.q, b)) for r, c in self.logs), fmpq(0)) == 0 for b in base)

    def __str__(self) -> str:
        return self.digits(20)

    def digits(self, count: int) -> str:
        """Return the number to `count` digits, each certain, or exactly "0"."""
        return self.enclosure(4 * count + 128).str(count, radius=False) if self.sign() else "0"


def log2(r: Exact) -> LogSum:
    """Return the logarithm of a positive rational to base 2, exactly; ValueError for a number that is not above 0.

    >>> log2(8).digits(5), (log2(6) - log2(2) - log2(3)).sign()
    ('3.0000', 0)
    """
    exact = rational(r)
    if not exact > 0:
        raise ValueError(f"log2 of {r}: give a rational number above 0")
    return LogSum([(exact, fmpq(1))])


def from_rational(value: Exact) -> LogSum:
    """Return a rational number as a LogSum."""
    return LogSum([(fmpq(2), rational(value))])


def exact_binary_entropy(p: Exact) -> LogSum:
    """Return the entropy h(p) of a coin with a rational rate p, in bits, exactly; ValueError for p outside [0, 1]."""
    return entropy_of_masses([rational(p), 1 - rational(p)])


def entropy_of_masses(masses: Iterable[fmpq]) -> LogSum:
    r"""Return the entropy $-\sum p\log_2p$ of rational masses, in bits, with $0\log0=0$; ValueError for one below 0."""
    terms = []
    for p in masses:
        if p < 0:
            raise ValueError(f"the mass {p} is negative: probabilities are numbers >= 0")
        if p:
            terms.append((p, -p))
    return LogSum(terms)


def rational(value: Exact) -> fmpq:
    """Return an int, a Fraction, a text such as "1/3", or a float (which is a rational number) as an exact rational.

    Raises:
        ValueError: For NaN, and for a text that is no number.
        OverflowError: For an infinite float.
        TypeError: For what is no number, and for what JAX traces.
    """
    if isinstance(value, fmpq):
        return value
    try:
        exact = Fraction(value)
    except TypeError:
        refuse_tracers("exact arithmetic", value=value)
        raise
    return fmpq(exact.numerator, exact.denominator)


def _coprime_base(integers: Iterable[fmpz]) -> list[fmpz]:
    base: list[fmpz] = []
    todo = [n for n in set(integers) if n > 1]
    while todo:
        n = todo.pop()
        for k, b in enumerate(base):
            common = n.gcd(b)
            if common > 1:
                del base[k]
                todo += [m for m in (common, n // common, b // common) if m > 1]
                break
        else:
            base.append(n)
    return base


def _exponent(n: fmpz, b: fmpz) -> int:
    count = 0
    while n % b == 0:
        n, count = n // b, count + 1
    return count
