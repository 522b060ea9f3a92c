"""Laws with rational entries, whose entropies are sums of logarithms."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from flint import fmpq
from jaxtyping import Float

from infoloop.exact.log_sums import LogSum, entropy_of_masses, from_rational, log2, rational
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
    return sum((log2(a / b) * a for a, b in pairs), LogSum()) if all(b for _, b in pairs) else math.inf


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
