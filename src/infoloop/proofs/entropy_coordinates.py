r"""Write a problem over few joint entropies: those that the assumptions determine are substituted away, exactly.

An entropy $H(S)$ is a coordinate of the program, unless some $I(i;j|L)=0$ with $S=ijL$ determines it by smaller sets:
$H(ijL)=H(iL)+H(jL)-H(L)-I(i;j|L)$, and $H(iL)=H(L)+H(i|L)$. A Markov chain of 12 variables keeps 78 of 4095.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Int

from infoloop.proofs.semigraphoid import Independence, Measure, Pair, SemigraphoidClosure, semigraphoid_closure

if TYPE_CHECKING:
    from scipy import sparse

MaskForm = dict[int, Fraction]  # coefficients of the joint entropies of masks; that of the empty mask is the constant


@dataclass(frozen=True)
class Reduction:
    """A choice of coordinates, and how to write all joint entropies in them.

    `coordinates` are masks whose entropies are free, `entropies[mask]` is the entropy of a mask as a sum of theirs, and
    `substituted[mask]` is the zero pair that determines an entropy which is not free.
    """

    zeros: SemigraphoidClosure
    coordinates: tuple[int, ...]
    entropies: tuple[dict[int, int], ...]
    substituted: dict[int, Pair]

    def reduced(self, form: Mapping[int, Fraction]) -> MaskForm:
        """Write the form in coordinates; the constant stays under the empty mask."""
        result: MaskForm = defaultdict(Fraction, {0: form[0]} if 0 in form else {})
        for mask, c in form.items():
            for coordinate, k in self.entropies[mask].items():
                result[coordinate] += c * k
        return {mask: c for mask, c in result.items() if c}

    def as_zero_pairs(self, form: Mapping[int, Fraction]) -> dict[Pair, Fraction] | None:
        """Write a form that reduces to 0 as a weighted sum of zero pairs; None for other forms."""
        rest, pairs = defaultdict(Fraction, form), {}
        for mask in range(2**self.zeros.count - 1, 0, -1):
            c, pair = rest.pop(mask, Fraction(0)), self.substituted.get(mask)
            if c and pair is None:
                return None
            if c and pair is not None:
                sign = 1 if pair.i == pair.j else -1
                pairs[pair] = sign * c
                for smaller, k in _entropy_of_union(pair):
                    rest[smaller] += c * k
        return pairs


def _entropy_of_union(pair: Pair) -> list[tuple[int, int]]:
    """Write the joint entropy of all variables of a zero pair by those of smaller sets: (mask, coefficient) of each."""
    if pair.i == pair.j:
        return [(pair.below, 1)]
    return [(pair.below | 1 << pair.i, 1), (pair.below | 1 << pair.j, 1), (pair.below, -1)]


def reduction(count: int, given: tuple[Independence, ...]) -> Reduction:
    """Choose which joint entropies of `count` variables remain as coordinates under the given independences.

    >>> chain = tuple(Independence((1 << k) - 1, 2 << k, 1 << k) for k in range(1, 11))
    >>> len(reduction(12, chain).coordinates)
    78
    """
    zeros = semigraphoid_closure(count, given)
    substituted = _substituted(zeros)
    coordinates, entropies = [], [{}]
    for mask in range(1, 2**count):
        if mask not in substituted:
            coordinates.append(mask)
            entropies.append({mask: 1})
            continue
        total: dict[int, int] = defaultdict(int)
        for smaller, k in _entropy_of_union(substituted[mask]):
            for coordinate, c in entropies[smaller].items():
                total[coordinate] += k * c
        entropies.append({coordinate: c for coordinate, c in total.items() if c})
    return Reduction(zeros, tuple(coordinates), tuple(entropies), substituted)


def _substituted(zeros: SemigraphoidClosure) -> dict[int, Pair]:
    """Map each determined mask to a zero pair of all its variables, to H(i|L) = 0 where there is one."""
    found: dict[int, Pair] = {}
    for (i, j), step in sorted(zeros.step.items(), key=lambda item: item[0][0] == item[0][1]):
        for below in np.flatnonzero(step).tolist():
            found[below | 1 << i | 1 << j] = Pair(i, j, below)
    return found


def elementals(count: int) -> Int[np.ndarray, "measures 3"]:
    """Return the elemental measures of `count` variables, as rows (i, j, L).

    They are I(i;j|L) for all i < j, and H(i|all others) where i = j. That none is negative implies all of Shannon's
    inequalities (Yeung, Information Theory and Network Coding, 2008, section 14.1).
    """
    masks = np.arange(2**count)
    blocks = [np.array([[i, i, (1 << count) - 1 & ~(1 << i)]]) for i in range(count)]
    for i in range(count):
        for j in range(i + 1, count):
            below = masks[masks & (1 << i | 1 << j) == 0]
            blocks.append(np.stack([np.full_like(below, i), np.full_like(below, j), below], axis=1))
    return np.concatenate(blocks) if blocks else np.zeros((0, 3), int)


def elemental_matrix(reduced: Reduction, rows: Int[np.ndarray, "measures 3"]) -> sparse.csr_array:
    """Write elemental measures, as rows (i, j, L), over the coordinates and, last, the constant, a row for each."""
    from scipy import sparse

    i, j, below = rows.T if rows.size else np.zeros((3, 0), int)
    alike = i == j
    top = below | 1 << i | 1 << j
    parts = [
        (below | 1 << i, np.ones_like(i)),
        (below | 1 << j, 1 - alike),
        (top, alike - 1),
        (below, -np.ones_like(i)),
    ]
    index = np.tile(np.arange(len(i)), 4)
    columns, values = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    full = sparse.csr_array((values, (index, columns)), shape=(len(i), 2**reduced.zeros.count))
    return (full @ form_matrix(reduced, reduced.entropies)).tocsr()


def form_matrix(reduced: Reduction, forms: Sequence[Mapping[int, Fraction | int]]) -> sparse.csr_array:
    """Write forms in coordinates over the coordinates and, last, the constant, a row for each."""
    from scipy import sparse

    place = {mask: k for k, mask in enumerate((*reduced.coordinates, 0))}
    entries = [(k, place[mask], float(c)) for k, form in enumerate(forms) for mask, c in form.items()]
    rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
    return sparse.csr_array((values, (rows, columns)), shape=(len(forms), len(place)), dtype=np.float64)


def distinct_rows(rows: sparse.csr_array) -> Int[np.ndarray, " kept"]:
    """Return the indices of the rows of integers that are not 0 and equal no earlier row.

    Rows are compared by their products with random integers, modulo 2^64. Should two that differ be taken for equal, a
    proof might be missed, but none would be wrong: whatever is found is checked.
    """
    rows = rows.astype(np.int64)
    rows.eliminate_zeros()
    random = np.random.default_rng(0).integers(-(2**62), 2**62, (rows.shape[1], 2))
    _, places = np.unique(rows @ random, axis=0, return_index=True)
    return np.sort(places[np.diff(rows.indptr)[places] > 0])


def eliminate_negative_zeros(
    zeros: SemigraphoidClosure, zero_pairs: Mapping[Pair, Fraction], weights: Mapping[Measure, Fraction]
) -> tuple[dict[Measure, Fraction], dict[Independence, Fraction]]:
    """Rewrite a weighted sum of zero pairs and measures so that all weights of measures are positive.

    A zero pair with a negative weight is replaced by its derivation, latest first, since its premises were found before
    it.

    Returns:
        The weights of measures, all above 0, and of given independences, of any sign; together they have the same sum.
    """
    total, given = defaultdict(Fraction, weights), defaultdict(Fraction)
    for pair, c in zero_pairs.items():
        total[as_measure(pair)] += c
    queue = [(-zeros.number(pair), pair) for pair in zero_pairs]
    heapq.heapify(queue)
    while queue:
        _, pair = heapq.heappop(queue)
        c = total.get(as_measure(pair), Fraction(0))
        if c >= 0:
            continue
        del total[as_measure(pair)]
        derivation = zeros.derivation(pair)
        for premise in derivation.premises:
            total[as_measure(premise)] += c
            heapq.heappush(queue, (-zeros.number(premise), premise))
        for measure in derivation.measures:
            total[canonical_order(measure)] -= c
        if derivation.given is not None:
            given[derivation.given] += c
    return {m: c for m, c in total.items() if c}, {z: c for z, c in given.items() if c}


def as_measure(pair: Pair) -> Measure:
    """Write the pair as a measure."""
    return Measure(1 << pair.i, 0 if pair.i == pair.j else 1 << pair.j, pair.below)


def canonical_order(measure: Measure) -> Measure:
    """Return I(A;B|C) for both I(A;B|C) and I(B;A|C), where A has the smaller mask; H(A|C) stays."""
    a, b, c = measure
    return Measure(min(a, b), max(a, b), c) if b else measure


def entropies_of(measure: Measure | Independence) -> dict[int, int]:
    """Expand a measure into joint entropies, mask by mask.

    >>> entropies_of(Measure(1, 2, 4))
    {5: 1, 6: 1, 7: -1, 4: -1}
    """
    a, b, c = measure
    signs = [(a | c, 1), (b | c, 1), (a | b | c, -1), (c, -1)] if b else [(a | c, 1), (c, -1)]
    form: dict[int, int] = defaultdict(int)
    for mask, sign in signs:
        if mask:
            form[mask] += sign
    return {mask: k for mask, k in form.items() if k}


def merge_by_chain_rule(weights: Mapping[Measure, Fraction]) -> dict[Measure, Fraction]:
    """Merge measures of equal weight by the chain rule, so that the same sum has fewer terms.

    >>> merge_by_chain_rule({Measure(1, 2, 0): Fraction(1), Measure(1, 4, 2): Fraction(1)})
    {Measure(a=1, b=6, c=0): Fraction(1, 1)}
    """
    result = dict(weights)
    alike: dict[Fraction, dict[Measure, None]] = defaultdict(dict)  # the measures of each weight, in order
    for measure, weight in weights.items():
        alike[weight][measure] = None
    waiting = list(weights)
    while waiting:
        measure = waiting.pop()
        joined = _joined(measure, alike[result[measure]]) if measure in result else None
        if joined is not None:
            other, merged = joined
            weight = result.pop(measure)
            del result[other], alike[weight][measure], alike[weight][other]
            if merged in result:
                del alike[result[merged]][merged]
            result[merged] = result.get(merged, Fraction(0)) + weight
            alike[result[merged]][merged] = None
            waiting.append(merged)
    return result


def _joined(measure: Measure, others: Iterable[Measure]) -> tuple[Measure, Measure] | None:
    """Find another measure, and the single measure that is the sum of the two; None if none is."""
    for other in others:
        if other != measure:
            merged = _sum_of(measure, other) or _sum_of(other, measure)
            if merged is not None:
                return other, merged
    return None


def _sum_of(first: Measure, then: Measure) -> Measure | None:
    """Return I(A;B|C) + I(A;B'|BC), I(A;B|C) + H(A|BC), or H(A|C) + H(A'|AC) as one measure; None for other sums."""
    a, b, c = first
    if not b:
        return Measure(a | then.a, 0, c) if not then.b and then.c == a | c else None
    for one, two in ((a, b), (b, a)):
        if then.c == two | c and one in then[:2]:
            rest = (then.a | then.b) & ~one
            return canonical_order(Measure(one, two | rest, c)) if rest else Measure(one, 0, c)
    return None
