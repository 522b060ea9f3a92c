"""What follows from given independences: exactly the d-separations of a graph, each with a derivation."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from infoloop.proofs.entropy_coordinates import as_measure, entropies_of
from infoloop.proofs.semigraphoid import Independence, Measure, Pair, members, semigraphoid_closure

CHAIN = tuple(Independence((1 << k) - 1, 2 << k, 1 << k) for k in range(1, 3))
COLLIDER = (Independence(0b0001, 0b0010, 0), Independence(0b0011, 0b1000, 0b0100))  # 0 -> 2 <- 1, 2 -> 3
FUNCTION = (Independence(0b0110, 0, 0b0001), Independence(0b1000, 0b0111, 0))
JOINED = (Independence(0b0001, 0b0010, 0b0100), Independence(0b0001, 0, 0b0110), Independence(0b1000, 0b0001, 0b0100))
GIVEN = {"chain": CHAIN, "collider": COLLIDER, "function": FUNCTION, "joined": JOINED}


def pairs(count):
    for i, j in itertools.combinations_with_replacement(range(count), 2):
        for below in range(2**count):
            if not below & (1 << i | 1 << j):
                yield Pair(i, j, below)


@pytest.mark.parametrize("name", GIVEN)
def test_a_derivation_adds_up_and_uses_only_earlier_pairs(name):
    zeros = semigraphoid_closure(4, GIVEN[name])
    found = [pair for pair in pairs(4) if pair in zeros]
    assert found
    for pair in found:
        premises, measures, given = zeros.derivation(pair)
        assert all(zeros.number(premise) < zeros.number(pair) for premise in premises)
        total = dict.fromkeys(range(16), Fraction(0))
        signed = [(1, as_measure(premise)) for premise in premises] + [(-1, measure) for measure in measures]
        for sign, measure in [*signed, *([(1, Measure(*given))] if given else []), (-1, as_measure(pair))]:
            for mask, c in entropies_of(measure).items():
                total[mask] += sign * c
        assert not any(total.values()), pair


def test_a_function_of_what_it_is_independent_of_is_constant():
    zeros = semigraphoid_closure(2, (Independence(0b01, 0, 0b10), Independence(0b01, 0b10, 0)))
    assert Pair(0, 0, 0) in zeros
    assert Pair(1, 1, 0) not in zeros


def test_nothing_follows_from_nothing():
    zeros = semigraphoid_closure(3, ())
    assert not any(pair in zeros for pair in pairs(3))


def d_separated(links, i, j, given):
    """By definition: no path is open. In an open path the colliders lead to `given`, and all else is outside it."""
    count = len(links)
    reach = np.linalg.matrix_power(links + np.eye(count, dtype=int), count) > 0
    above = {k for k in range(count) if any(reach[k, g] for g in given)}
    inner = [k for k in range(count) if k not in (i, j)]
    paths = [(i, *p, j) for size in range(len(inner) + 1) for p in itertools.permutations(inner, size)]
    return not any(_open(links, path, given, above) for path in paths)


def _open(links, path, given, above):
    if not all(links[a, b] or links[b, a] for a, b in itertools.pairwise(path)):
        return False
    middles = zip(path, path[1:], path[2:], strict=False)
    return all(b in above if links[a, b] and links[c, b] else b not in given for a, b, c in middles)


@pytest.mark.parametrize("seed", range(8))
def test_the_local_independences_of_a_graph_give_exactly_its_d_separations(seed):
    links = np.triu(np.random.default_rng(seed).random((5, 5)) < 0.4, 1)
    parents = [sum(1 << i for i in np.flatnonzero(links[:, k]).tolist()) for k in range(5)]
    local = [Independence((1 << k) - 1 & ~causes, 1 << k, causes) for k, causes in enumerate(parents)]
    zeros = semigraphoid_closure(5, tuple(zero for zero in local if zero.a))
    for pair in pairs(5):
        if pair.i < pair.j:
            assert (pair in zeros) == d_separated(links, pair.i, pair.j, set(members(pair.below))), pair
