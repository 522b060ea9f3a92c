r"""Derive the independences that follow from given ones, over sets of variables as bit masks.

A pair $(i,j|L)$ stands for $I(i;j|L)$, and $(i,i|L)$ for $H(i|L)$. From pairs that are 0 others follow by
$I(i;j|kL)+I(i;k|L)=I(i;k|jL)+I(i;j|L)$ and $H(i|L)=I(i;j|L)+H(i|jL)$, the chain rule, where no term is negative. This
closure is the semi-graphoid, so of a directed graph it finds all of d-separation.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import numpy as np
from jaxtyping import Int


class Pair(NamedTuple):
    """The measure I(i;j|L), or H(i|L) where i = j, of variables numbered from 0; `below` is the mask of L, i <= j."""

    i: int
    j: int
    below: int


class Independence(NamedTuple):
    """A given zero: I(A;B|C) = 0, or H(A|C) = 0 where b is 0, as disjoint masks."""

    a: int
    b: int
    c: int


class Measure(NamedTuple):
    """A measure that is never negative: I(A;B|C), or H(A|C) where b is 0, as masks."""

    a: int
    b: int
    c: int


class Derivation(NamedTuple):
    """Why a pair is 0: it is the given zero (if any) plus the premises, all of them 0, less the measures."""

    premises: list[Pair]
    measures: list[Measure]
    given: Independence | None


Rule = Callable[[Pair], Derivation]  # derives each of the pairs that one step found


@dataclass(frozen=True)
class SemigraphoidClosure:
    """The pairs that are 0 by given zeros over `count` variables.

    `step[i, j][mask]` is the number of the step that found the pair (i, j | mask), 0 where none did, and
    `rules[number]` derives the pairs that this step found.
    """

    count: int
    given: tuple[Independence, ...]
    step: dict[tuple[int, int], Int[np.ndarray, " masks"]]
    rules: list[Rule | None] = field(default_factory=lambda: [None])  # no step has the number 0

    def __contains__(self, pair: Pair) -> bool:
        return self.number(pair) > 0

    def number(self, pair: Pair) -> int:
        """Return the number of the step that found the pair; its premises were found in earlier steps."""
        return int(self.step[pair.i, pair.j][pair.below])

    def derivation(self, pair: Pair) -> Derivation:
        """Return why the pair is 0; it must be in the closure."""
        rule = self.rules[self.number(pair)]
        assert rule is not None
        return rule(pair)

    def mark(self, i: int, j: int, masks: Int[np.ndarray, " found"], rule: Rule) -> None:
        """Note that the pairs (i, j | mask) are 0 by this rule, where that is new."""
        step = self.step[min(i, j), max(i, j)]
        new = masks[step[masks] == 0]
        if new.size:
            step[new] = len(self.rules)
            self.rules.append(rule)


def semigraphoid_closure(count: int, given: tuple[Independence, ...]) -> SemigraphoidClosure:
    """Find all pairs that are 0 by the given zeros and the chain rule, over `count` variables.

    >>> zeros = semigraphoid_closure(3, (Independence(0b001, 0b110, 0),))
    >>> Pair(0, 1, 0b000) in zeros, Pair(0, 2, 0b010) in zeros, Pair(1, 2, 0) in zeros
    (True, True, False)
    """
    pairs = itertools.combinations_with_replacement(range(count), 2)
    zeros = SemigraphoidClosure(count, given, {pair: np.zeros(2**count, np.int32) for pair in pairs})
    for zero in given:
        _mark_given(zeros, zero)
    grown = bool(given)
    while grown:
        before = len(zeros.rules)
        for i, j in itertools.permutations(range(count), 2):
            _entropies(zeros, i, j)
        for i, j, k in itertools.permutations(range(count), 3):
            _contract(zeros, i, j, k)
        grown = len(zeros.rules) > before
    return zeros


def _mark_given(zeros: SemigraphoidClosure, zero: Independence) -> None:
    masks = np.arange(2**zeros.count)
    above = masks[masks & zero.c == zero.c]
    for i in members(zero.a):
        if zero.b:
            within = above[(above & ~(zero.a | zero.b | zero.c) == 0) & (above & 1 << i == 0)]
            for j in members(zero.b):
                zeros.mark(i, j, within[within & 1 << j == 0], partial(_from_independence, zero=zero))
        else:
            zeros.mark(i, i, above[above & 1 << i == 0], partial(_from_function, zero=zero))


def _from_independence(pair: Pair, zero: Independence) -> Derivation:
    """Derive I(i;j|CA'B') = 0 from I(A;B|C) = 0, less what the chain rule puts before and after it."""
    i, j = (pair.i, pair.j) if zero.a >> pair.i & 1 else (pair.j, pair.i)
    before_i, before_j = pair.below & zero.a, pair.below & zero.b
    after_i, after_j = zero.a & ~before_i & ~(1 << i), zero.b & ~before_j & ~(1 << j)
    c = zero.c | before_i
    parts = [
        Measure(before_i, zero.b, zero.c),
        Measure(1 << i, before_j, c),
        Measure(1 << i, after_j, c | before_j | 1 << j),
        Measure(after_i, zero.b, c | 1 << i),
    ]
    return Derivation([], [part for part in parts if part.a and part.b], zero)


def _from_function(pair: Pair, zero: Independence) -> Derivation:
    """Derive H(i|L) = H(A|C) - H(A'|C,i) - I(i;L|C), where A' is A without i and L contains C."""
    one = 1 << pair.i
    parts = [Measure(zero.a & ~one, 0, zero.c | one)] if zero.a != one else []
    more = pair.below & ~zero.c
    return Derivation([], parts + ([Measure(one, more, zero.c)] if more else []), zero)


def _free(count: int, *fixed: int) -> np.ndarray:
    """Return the masks that contain none of the fixed variables."""
    masks = np.arange(2**count)
    return masks[masks & sum(1 << k for k in fixed) == 0]


def _step(zeros: SemigraphoidClosure, i: int, j: int) -> np.ndarray:
    return zeros.step[min(i, j), max(i, j)]


def _contract(zeros: SemigraphoidClosure, i: int, j: int, k: int) -> None:
    """Mark (i,k|jL) and (i,j|L) where (i,j|kL) and (i,k|L) are 0."""
    below = _free(zeros.count, i, j, k)
    below = below[(_step(zeros, i, j)[below | 1 << k] > 0) & (_step(zeros, i, k)[below] > 0)]
    zeros.mark(i, k, below | 1 << j, partial(_by_contraction, i=i, j=j, k=k))
    zeros.mark(i, j, below, partial(_by_contraction, i=i, j=j, k=k))


def _by_contraction(found: Pair, i: int, j: int, k: int) -> Derivation:
    below = found.below & ~(1 << j) & ~(1 << k)
    premises = [_pair(i, j, below | 1 << k), _pair(i, k, below)]
    other = Measure(1 << i, 1 << j, below) if found.below >> j & 1 else Measure(1 << i, 1 << k, below | 1 << j)
    return Derivation(premises, [other], None)


def _entropies(zeros: SemigraphoidClosure, i: int, j: int) -> None:
    """Mark what H(i|L) = I(i;j|L) + H(i|jL) implies: the left side is 0 exactly if both terms are."""
    below = _free(zeros.count, i, j)
    joint, part = _step(zeros, i, i)[below] > 0, _step(zeros, i, j)[below] > 0
    rest = _step(zeros, i, i)[below | 1 << j] > 0
    zeros.mark(i, j, below[joint], partial(_by_splitting, i=i, j=j))
    zeros.mark(i, i, below[joint] | 1 << j, partial(_by_splitting, i=i, j=j))
    zeros.mark(i, i, below[part & rest], partial(_by_joining, i=i, j=j))


def _by_splitting(found: Pair, i: int, j: int) -> Derivation:
    below = found.below & ~(1 << j)
    other = Measure(1 << i, 1 << j, below) if found.i == found.j else Measure(1 << i, 0, below | 1 << j)
    return Derivation([Pair(i, i, below)], [other], None)


def _by_joining(found: Pair, i: int, j: int) -> Derivation:
    return Derivation([_pair(i, j, found.below), Pair(i, i, found.below | 1 << j)], [], None)


def _pair(i: int, j: int, below: int) -> Pair:
    return Pair(min(i, j), max(i, j), below)


def members(mask: int) -> list[int]:
    """Return the variables in a mask, lowest first."""
    return [k for k in range(mask.bit_length()) if mask >> k & 1]
