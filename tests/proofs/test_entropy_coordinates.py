"""Fewer coordinates, the same program: what is substituted comes back as multiples of the assumptions."""

from fractions import Fraction

import numpy as np
import pytest

from infoloop.proofs.entropy_coordinates import (
    as_measure,
    distinct_rows,
    elemental_matrix,
    elementals,
    eliminate_negative_zeros,
    entropies_of,
    merge_by_chain_rule,
    reduction,
)
from infoloop.proofs.semigraphoid import Independence, Measure, Pair

ONE = Fraction(1)


def chain(count):
    return tuple(Independence((1 << k) - 1, 2 << k, 1 << k) for k in range(1, count - 1))


def total(weights):
    form = {}
    for measure, weight in weights.items():
        for mask, c in entropies_of(measure).items():
            form[mask] = form.get(mask, 0) + c * weight
    return {mask: c for mask, c in form.items() if c}


@pytest.mark.parametrize(("count", "left"), [(3, 6), (6, 21), (12, 78)])
def test_a_chain_keeps_its_variables_and_their_pairs(count, left):
    """By the chain rule, H of any variables of a Markov chain is a sum over neighbours: n + n(n-1)/2 coordinates."""
    found = reduction(count, chain(count)).coordinates
    assert len(found) == left
    assert max(mask.bit_count() for mask in found) == 2


def test_without_assumptions_every_set_is_a_coordinate():
    assert reduction(4, ()).coordinates == tuple(range(1, 16))


def test_a_function_adds_no_coordinate():
    """The third variable is a function of the first two, so the sets that differ by it only above these are one."""
    assert reduction(3, (Independence(0b100, 0, 0b011),)).coordinates == (1, 2, 3, 4, 5, 6)


def test_a_zero_reduces_to_nothing_and_is_a_sum_of_the_given():
    reduced = reduction(4, chain(4))
    zero = as_measure(Pair(0, 3, 0b0010))  # I(1;4|2), which follows from the chain but is not given
    form = {mask: Fraction(c) for mask, c in entropies_of(zero).items()}
    assert reduced.reduced(form) == {}
    for sign in (1, -1):
        zero_pairs = reduced.as_zero_pairs({mask: sign * c for mask, c in form.items()}) or {}
        measures, given = eliminate_negative_zeros(reduced.zeros, zero_pairs, {})
        assert all(weight > 0 for weight in measures.values())
        summed = total({**measures, **{Measure(*zero): 0 for zero in given}})
        for zero_given, weight in given.items():
            for mask, c in entropies_of(Measure(*zero_given)).items():
                summed[mask] = summed.get(mask, 0) + weight * c
        assert {mask: c for mask, c in summed.items() if c} == {mask: sign * c for mask, c in form.items()}


def test_what_does_not_reduce_is_no_sum_of_zero_pairs():
    assert reduction(3, chain(3)).as_zero_pairs({0b001: ONE}) is None


def test_the_elementals_are_as_many_as_yeung_counts():
    for count in range(2, 7):
        assert len(elementals(count)) == count + count * (count - 1) // 2 * 2 ** (count - 2)


def test_the_matrix_agrees_with_the_forms():
    reduced = reduction(4, chain(4))
    rows = elementals(4)
    dense = elemental_matrix(reduced, rows).toarray()
    for row, entries in zip(rows.tolist(), dense.tolist(), strict=True):
        form = {mask: Fraction(c) for mask, c in entropies_of(as_measure(Pair(*row))).items()}
        expected = reduced.reduced(form)
        assert {m: c for m, c in zip((*reduced.coordinates, 0), entries, strict=True) if c} == expected


def test_equal_rows_and_empty_ones_are_dropped():
    reduced = reduction(3, chain(3))
    entries = elemental_matrix(reduced, elementals(3))
    kept = entries[distinct_rows(entries)].toarray()
    everything = entries.toarray()
    assert sorted(map(tuple, kept)) == sorted(set(map(tuple, everything[everything.any(axis=1)])))


@pytest.mark.parametrize("seed", range(20))
def test_merging_keeps_the_sum(seed):
    rng = np.random.default_rng(seed)
    rows = elementals(4)
    chosen = rows[rng.choice(len(rows), 8, replace=False)].tolist()
    weights = {as_measure(Pair(*row)): Fraction(int(rng.integers(1, 3))) for row in chosen}
    assert total(merge_by_chain_rule(weights)) == total(weights)
    assert len(merge_by_chain_rule(weights)) <= len(weights)


def test_neighbours_are_joined():
    assert merge_by_chain_rule({Measure(1, 2, 0): ONE, Measure(1, 0, 2): ONE}) == {Measure(1, 0, 0): ONE}
    assert merge_by_chain_rule({Measure(1, 0, 0): ONE, Measure(2, 0, 1): ONE}) == {Measure(3, 0, 0): ONE}
    assert merge_by_chain_rule({Measure(1, 2, 0): ONE, Measure(1, 4, 2): 2 * ONE}) == {
        Measure(1, 2, 0): 1,
        Measure(1, 4, 2): 2,
    }


def test_a_form_that_vanishes_is_the_sum_of_its_zero_pairs_with_their_signs():
    """H(i|L) enters with the sign of H(iL), I(i;j|L) with the other one."""
    function = reduction(2, (Independence(0b10, 0, 0b01),))
    assert function.as_zero_pairs({0b11: Fraction(3), 0b01: Fraction(-3)}) == {Pair(1, 1, 0b01): 3}
    apart = reduction(2, (Independence(0b01, 0b10, 0),))
    assert apart.as_zero_pairs({0b11: Fraction(3), 0b01: Fraction(-3), 0b10: Fraction(-3)}) == {Pair(0, 1, 0): -3}
    assert apart.as_zero_pairs({0b01: Fraction(1)}) is None
