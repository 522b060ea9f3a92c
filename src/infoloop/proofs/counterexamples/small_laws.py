r"""Stage 1, the laws: small exact ones, uniform and weighted tables, groups, and what breaks Ingleton's inequality.

A law is a choice of functions of one random atom, one for each variable. For some distributions of the atom every
function is tried (up to its values' names a function is a partition of the atoms), for others the linear ones. Over
fair bits an entropy is a rank.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from flint import fmpq
from jaxtyping import Float, Int

from infoloop.exact.log_sums import entropy_of_masses, rational
from infoloop.exact.rational_laws import RationalLaw

Function = tuple[int, ...]


@dataclass(frozen=True)
class LawFamily:
    """Atoms with these masses, and functions of the atom; a choice of one function for each variable is a law.

    `functions[k][atom]` is the value of a function; the first one is constant, and any two together are one of them.
    """

    description: str
    masses: tuple[fmpq, ...]
    functions: tuple[Function, ...]

    @functools.cached_property
    def pairs(self) -> Int[np.ndarray, "functions functions"]:
        """The number of the function that says what the functions j and k say together, at [j, k]."""
        place = {f: k for k, f in enumerate(self.functions)}
        return np.array([[place[_pair(f, g)] for g in self.functions] for f in self.functions], np.int16)

    @functools.cached_property
    def entropies(self) -> Float[np.ndarray, " functions"]:
        """The entropy of every function, in bits, right to the last digits."""
        return np.array([float(entropy_of_masses(self._masses(f)).enclosure()) for f in self.functions])

    def _masses(self, f: Function) -> list[fmpq]:
        found = [fmpq(0)] * (max(f) + 1)
        for value, mass in zip(f, self.masses, strict=True):
            found[value] += mass
        return found

    def cells(self, choice: Iterable[int]) -> int:
        """Return the size of the table of the law of the chosen functions."""
        return math.prod(max(self.functions[k]) + 1 for k in choice)

    def law(self, choice: Iterable[int], names: tuple[str, ...]) -> RationalLaw:
        """Return the exact law of the chosen functions.

        >>> all_functions("1/2", "1/2").law((1, 0), ("X", "Y")).outcomes()
        {'0 0': '1/2', '1 0': '1/2'}
        """
        chosen = [self.functions[k] for k in choice]
        table = np.full([max(f) + 1 for f in chosen], fmpq(0), dtype=object)
        for atom, mass in enumerate(self.masses):
            table[tuple(f[atom] for f in chosen)] += mass
        return RationalLaw(table, names)


def all_functions(*masses: str | int) -> LawFamily:
    """Return the family of all functions of an atom with these masses, exact fractions such as "1/4" that sum to 1.

    >>> len(all_functions("1/4", "1/4", "1/4", "1/4").functions)
    15
    """
    exact = tuple(map(rational, masses))
    functions: list[Function] = [()]
    for _ in exact:
        functions = [(*f, value) for f in functions for value in range(max(f, default=-1) + 2)]
    return LawFamily(f"every function of an atom with masses {', '.join(map(str, exact))}", exact, tuple(functions))


def copies_of(count: int) -> LawFamily:
    """Return the family of one uniform symbol with this many values: each variable is the symbol or constant.

    >>> copies_of(32).entropies.tolist()
    [0.0, 5.0]
    """
    functions = ((0,) * count, tuple(range(count)))
    return LawFamily(f"copies of one uniform symbol of {count} values", (fmpq(1, count),) * count, functions)


def linear_functions(order: int, *symbols: tuple) -> LawFamily:
    """Return all linear functions of independent symbols modulo a prime `order`, each symbol with its own masses.

    >>> len(linear_functions(2, ("1/2", "1/2"), ("1/2", "1/2"), ("1/2", "1/2")).functions)
    16
    """
    atoms = list(itertools.product(range(order), repeat=len(symbols)))
    cells = itertools.product(*(map(rational, s) for s in symbols))
    masses = tuple(math.prod(factors, start=fmpq(1)) for factors in cells)
    maps = [tuple(int(np.dot(c, atom)) % order for atom in atoms) for c in atoms]
    laws = "; ".join(", ".join(map(str, symbol)) for symbol in symbols)
    return LawFamily(f"linear functions modulo {order} of symbols with masses {laws}", masses, _closed(maps))


def _pair(f: Function, g: Function) -> Function:
    return _named(zip(f, g, strict=True))


def _named(values: Iterable) -> Function:
    """Return a function with its values numbered in the order of appearance: equal partitions become equal."""
    seen: dict = {}
    return tuple(seen.setdefault(value, len(seen)) for value in values)


def _closed(maps: list) -> tuple[Function, ...]:
    """Return all that these functions say together, in any number; the constant is first."""
    found = {_named(0 for _ in maps[0]): None}
    for f in map(_named, maps):
        found |= {_pair(g, f): None for g in found}
    return tuple(found)


@functools.cache
def law_families() -> tuple[LawFamily, ...]:
    """Return the families to search, smallest first.

    The linear ones over three fair bits and over two fair ternary symbols include, up to a factor, the extreme rays of
    the Shannon cone of three variables, and of four but for those that break Ingleton's inequality. Four atoms break
    that one: two fair bits with their AND and OR, and, by the largest share of H(A,B,C,D) known for four atoms, masses
    close to 7/20, 7/20, 3/20, 3/20 (Matúš and Studený 1995; Dougherty, Freiling and Zeger 2011).
    """
    fair, skew, ternary = ("1/2", "1/2"), ("3/4", "1/4"), ("1/3", "1/3", "1/3")
    return (
        all_functions(1),
        all_functions(*fair),
        all_functions(*skew),
        all_functions("9/10", "1/10"),
        all_functions(*ternary),
        all_functions("1/2", "1/4", "1/4"),
        all_functions("4/5", "1/10", "1/10"),
        all_functions(*["1/4"] * 4),
        all_functions("7/20", "7/20", "3/20", "3/20"),
        all_functions("1/2", "1/4", "1/8", "1/8"),
        all_functions("9/16", "3/16", "3/16", "1/16"),
        all_functions(*["1/5"] * 5),
        linear_functions(2, fair, fair, fair),
        linear_functions(2, fair, skew, skew),
        linear_functions(3, ternary, ternary),
        copies_of(16),
        linear_functions(5, ("1/5",) * 5, ("1/5",) * 5),
        copies_of(64),
        copies_of(256),
    )
