"""Laws with rational entries, and logarithm sums whose sign is decided: by balls, and at equality by factoring."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import flint
import numpy as np
from flint import arb, fmpq, fmpz
from jaxtyping import Float

from infoloop.probability.array_types import Numbers
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channels import Channel, check_sources, extend
from infoloop.probability.distributions import Joint, condition, find_symbol, marginal, product, relabel
from infoloop.probability.host_functions import refuse_tracers
from infoloop.probability.law_measures import (
    alphabet_of_law,
    divergence_of_laws,
    entropy_of_law,
    information_of_law,
    jensen_shannon_of_laws,
    one_bit,
    total_variation_of_laws,
)
from infoloop.probability.validation import check_distinct, check_known

Exact = fmpq | Fraction | int | float | str  # a rational number: a text such as "1/3", or a float, which is one too


class LogSum:
    r"""The real number $\sum_ic_i\log_2r_i$ with rational $c_i$ and rational $r_i>0$.

    Every entropy of a rational law is one, and so is every rational number ($c\log_22$). A sum only puts the terms of
    both one behind the other: equal logarithms are joined once, where the sign or the digits are asked for.

    >>> log2(fmpq(3, 2)) * 2 - 1
    LogSum({3/2: 2, 2: -1})
    """

    __slots__ = ("_logs", "_terms")

    def __init__(self, logs: Mapping[fmpq, fmpq] | Iterable[tuple[fmpq, fmpq]] = ()) -> None:
        self._terms = tuple(logs.items() if isinstance(logs, Mapping) else logs)
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
        return f"LogSum({{{', '.join(f'{r}: {c}' for r, c in self.logs)}}})"

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


@dataclass(frozen=True, eq=False)
class RationalLaw:
    """A law with exact rational entries: `table` is a NumPy array of `fmpq`, axis k is `names[k]`.

    `marginal`, `condition`, `product`, `relabel`, `extend` and `push` serve it as they serve a `Joint`; the values of a
    variable are 0, 1, 2, ... The class checks nothing.

    >>> p = RationalLaw(rational_table([["1/2", "0"], ["1/3", "1/6"]]), ("X", "Y"))
    >>> marginal(p, "Y").outcomes(), condition(p, X=1).outcomes()
    ({'0': '5/6', '1': '1/6'}, {'0': '2/3', '1': '1/3'})
    """

    table: np.ndarray
    names: tuple[str, ...]
    _entropies: dict[frozenset[str], LogSum] = field(default_factory=dict, init=False, repr=False)

    def entropy_of(self, group: tuple[str, ...]) -> LogSum:
        """Return the joint entropy of some variables, which is computed once: many measures ask for the same."""
        known = frozenset(group)
        if known not in self._entropies:
            self._entropies[known] = entropy_of_masses(np.ravel(marginal(self, *group).table))
        return self._entropies[known]

    def outcomes(self) -> dict[str, str]:
        """Return the outcomes that have mass, `{"0 1": "1/4", ...}`."""
        return {" ".join(map(str, cell)): str(p) for cell, p in np.ndenumerate(self.table) if p}


@marginal.register
def _(p: RationalLaw, *names: str) -> RationalLaw:
    check_known(p.names, *check_distinct(names, "marginal"))
    if names == p.names:
        return p
    kept = [name for name in p.names if name in names]
    summed = p.table.sum(axis=tuple(k for k, name in enumerate(p.names) if name not in names))
    table = np.array(summed, dtype=object)
    return RationalLaw(table.transpose([kept.index(name) for name in names]), names)


@condition.register
def _(p: RationalLaw, /, **event: int) -> RationalLaw:
    check_known(p.names, *event)
    alphabets = {name: tuple(range(size)) for name, size in zip(p.names, p.table.shape, strict=True)}
    cell = (find_symbol(event[name], name, alphabets[name]) if name in event else slice(None) for name in p.names)
    part = p.table[tuple(cell)]
    mass = np.sum(part)
    if not mass > 0:
        raise ValueError(f"cannot condition on {event}: it has mass {mass}, so choose an event of positive mass")
    return RationalLaw(np.array(part / mass, dtype=object), tuple(name for name in p.names if name not in event))


@product.register
def _(p: RationalLaw, *others: RationalLaw) -> RationalLaw:
    names = check_distinct((name for law in (p, *others) for name in law.names), "product")
    return RationalLaw(functools.reduce(np.multiply.outer, (law.table for law in (p, *others))), names)


relabel.register(RationalLaw, relabel.dispatch(Joint))


@extend.register
def _(p: RationalLaw, *channels: Channel) -> RationalLaw:
    for k in channels:
        check_sources(p, k)
        check_distinct(p.names + k.target, "extended law")
        p = rational_product((p.table, p.names), _factor(k))
    return p


@entropy_of_law.register
def _(law: RationalLaw, names: tuple[str, ...], given: tuple[str, ...]) -> LogSum:
    return law.entropy_of(names + given) - law.entropy_of(given)


@information_of_law.register
def _(law: RationalLaw, x: tuple[str, ...], y: tuple[str, ...], given: tuple[str, ...]) -> LogSum:
    joint, known = law.entropy_of(x + y + given), law.entropy_of(given)
    return law.entropy_of(x + given) + law.entropy_of(y + given) - joint - known


@divergence_of_laws.register
def _(p: RationalLaw, q: RationalLaw) -> LogSum | float:
    pairs = [(a, b) for a, b in zip(p.table.flat, q.table.flat, strict=True) if a]
    return sum((log2(a / b) * a for a, b in pairs), LogSum({})) if all(b for _, b in pairs) else math.inf


@total_variation_of_laws.register
def _(p: RationalLaw, q: RationalLaw) -> Fraction:
    distance = np.sum(np.abs(p.table - q.table)) / 2
    return Fraction(int(distance.p), int(distance.q))


@jensen_shannon_of_laws.register
def _(p: RationalLaw, q: RationalLaw) -> LogSum:
    middle, *ends = (entropy_of_masses(np.ravel(table)) for table in ((p.table + q.table) / 2, p.table, q.table))
    return middle - (ends[0] + ends[1]) / 2


@alphabet_of_law.register
def _(law: RationalLaw, name: str) -> tuple[int, ...]:
    return tuple(range(law.table.shape[law.names.index(name)]))


@one_bit.register
def _(law: RationalLaw) -> LogSum:
    return from_rational(1)


def rational_table(values: Sequence | np.ndarray) -> np.ndarray:
    """Return numbers or texts such as "1/3", nested or an array, as an array of `fmpq`; TypeError for traced ones."""
    refuse_tracers("exact arithmetic", values=values)
    array = np.asarray(values, dtype=object)
    return np.array([rational(v) for v in array.ravel()], dtype=object).reshape(array.shape)


def rational_product(*factors: tuple[np.ndarray, tuple[str, ...]]) -> RationalLaw:
    """Return the law that is the product of a root and conditional laws.

    Args:
        factors: pairs (table of `fmpq`, names of its axes), sources before what reads them.

    Returns:
        The law over all names, in the order in which they appear first.

    Raises:
        ValueError: If the product does not have mass 1, and where one name has axes of different lengths.
    """
    names = tuple(dict.fromkeys(name for _, axes in factors for name in axes))
    tables = []
    for table, axes in factors:
        order = sorted(range(len(axes)), key=lambda k, axes=axes: names.index(axes[k]))
        shape = [1] * len(names)
        for k in order:
            shape[names.index(axes[k])] = table.shape[k]
        tables.append(table.transpose(order).reshape(shape))
    law = RationalLaw(functools.reduce(np.multiply, tables), names)
    if sum(law.table.ravel().tolist(), fmpq(0)) != 1:
        raise ValueError(f"factors over {names} have mass {law.table.sum()}, not 1: give exact conditional laws")
    return law


@functools.singledispatch
def rationalise(case: Joint | BayesNet) -> RationalLaw:
    """Return the exact law next to a float one: floats are taken as they are, and each row is divided by its exact sum.

    Factors of a network are treated one by one, so that every independence of the network holds exactly.
    """
    raise TypeError(f"cannot make a {type(case).__name__} exact")


@rationalise.register
def _(case: Joint) -> RationalLaw:
    return RationalLaw(rational_rows(case.table, case.table.ndim), case.names)


@rationalise.register
def _(case: BayesNet) -> RationalLaw:
    return rational_product(*map(_factor, case.factors))


def _factor(part: Joint | Channel) -> tuple[np.ndarray, tuple[str, ...]]:
    if isinstance(part, Joint):
        return rational_rows(part.table, part.table.ndim), part.names
    return rational_rows(part.rows, len(part.target)), part.source + part.target


def rational_rows(table: Float[Numbers, ...], axes: int) -> np.ndarray:
    """Return float rows, laws over the last `axes` axes, as exact rationals, each row divided by its exact sum.

    >>> [str(p) for p in rational_rows([1 / 3, 1 / 3, 1 / 3], 1)]
    ['1/3', '1/3', '1/3']
    """
    refuse_tracers("exact arithmetic", table=table)
    exact = rational_table(np.asarray(table, dtype=np.float64))
    rows = exact.reshape(math.prod(exact.shape[: exact.ndim - axes]), -1)
    return np.array([row / row.sum() for row in rows], dtype=object).reshape(exact.shape)
