"""Partitions counted and ordered by plain sets, their metric, and Blackwell's order on them."""

import itertools
import math
from collections import Counter

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.information.blackwell_order import is_garbling
from infoloop.information.partition_lattice import (
    join,
    labelling,
    lattice_height,
    meet,
    partitions,
    refines,
    variation_of_information,
)
from infoloop.probability.channel_families import deterministic
from infoloop.probability.numerics import rounding

BELL = (1, 2, 5, 15, 52, 203, 877, 4140, 21147)
SKEWED = np.array([0.4, 0.3, 0.2, 0.05, 0.05])


def blocks(labels):
    """The partition as a set of sets."""
    return {frozenset(i for i, k in enumerate(labels) if k == block) for block in set(labels)}


def entropy_of(labels, law):
    masses = Counter()
    for label, p in zip(labels, law, strict=True):
        masses[label] += p
    return -math.fsum(p * math.log2(p) for p in masses.values() if p)


def distance(a, b, law):
    both = entropy_of(list(zip(a, b, strict=True)), law)
    return 2 * both - entropy_of(a, law) - entropy_of(b, law)


@pytest.mark.parametrize("n", range(1, len(BELL) + 1))
def test_there_are_as_many_partitions_as_bell_says_each_once_in_order(n):
    rows = partitions(n).tolist()
    assert len(rows) == BELL[n - 1]
    assert rows == sorted(rows)
    assert len({frozenset(blocks(row)) for row in rows}) == len(rows)
    assert all(label <= 1 + max(row[:i], default=-1) for row in rows for i, label in enumerate(row))


def test_blocks_as_numbers_keep_the_partition():
    assert labelling([5, 2, 5, 9], (4,), "task").tolist() == [1, 0, 1, 2]


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        ([0, 1], r"^task has labels of shape \(2,\) for outputs of shape \(3,\): give one for each$"),
        ([0, -1, 2], r"^task has the labels \[0, -1, 2\]: the block of an output is a whole number from 0 on$"),
        ([0, 0.5, 1], "whole number"),
        ([[0, 1], [2]], "^task is not a table of labels"),
        ([0, math.nan, 1], "whole number"),
    ],
)
def test_labels_that_are_no_partition_are_refused_in_one_line(labels, match):
    with pytest.raises(ValueError, match=match) as refusal:
        labelling(labels, (3,), "task")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("n", [0, 13, 2.0])
def test_too_few_and_too_many_outputs_are_refused(n):
    with pytest.raises(ValueError, match="outputs is"):
        partitions(n)


@pytest.mark.slow
def test_meet_and_join_are_those_of_sets_and_both_are_batched():
    rows = partitions(5)
    pairs = np.array(list(itertools.product(rows, rows)))
    met, joined = (np.asarray(jax.vmap(op)(pairs[:, 0], pairs[:, 1])) for op in (meet, join))
    for (a, b), m, j in zip(pairs.tolist(), met.tolist(), joined.tolist(), strict=True):
        assert blocks(m) == {x & y for x in blocks(a) for y in blocks(b)} - {frozenset()}
        assert blocks(j) == merged(a, b)
        assert m in rows.tolist()
        assert j in rows.tolist()


def merged(a, b):
    """Blocks of either partition united as long as two of them overlap."""
    found = [set(block) for block in blocks(a) | blocks(b)]
    while True:
        pair = next(((x, y) for x, y in itertools.combinations(found, 2) if x & y), None)
        if pair is None:
            return {frozenset(block) for block in found}
        found = [block for block in found if block not in pair] + [pair[0] | pair[1]]


def test_refinement_is_inclusion_of_blocks():
    rows = partitions(5)
    found = jax.vmap(lambda a: jax.vmap(lambda b: refines(a, b))(rows))(jnp.asarray(rows))
    expected = [[all(any(x <= y for y in blocks(b)) for x in blocks(a)) for b in rows.tolist()] for a in rows.tolist()]
    assert np.asarray(found).tolist() == expected
    assert 0 < np.sum(expected) < len(rows) ** 2


@pytest.mark.full
def test_blackwells_order_of_deterministic_signals_is_refinement():
    rows = partitions(4).tolist()
    for fine, coarse in itertools.product(rows, rows):
        ordered = is_garbling(deterministic(coarse, "Y", "C"), deterministic(fine, "Y", "F"))
        assert bool(ordered) == bool(refines(fine, coarse))


@pytest.mark.full
def test_a_coarser_signal_stands_higher():
    uniform = np.full(8, 1 / 8)
    heights = [float(lattice_height(np.arange(8) // width, uniform)) for width in (1, 2, 4, 8)]
    assert np.allclose(heights, [0, 1 / 3, 2 / 3, 1], atol=rounding(8), rtol=0)
    for row in partitions(5):
        entropies = entropy_of(row.tolist(), SKEWED), entropy_of(range(5), SKEWED)
        assert abs(lattice_height(row, SKEWED) - (1 - entropies[0] / entropies[1])) <= rounding(5)


@pytest.mark.slow
def test_the_height_of_a_certain_output_is_undefined():
    assert np.isnan(lattice_height([0, 1], [1.0, 0.0]))


@pytest.mark.slow
def test_variation_of_information_is_a_metric():
    rows = partitions(5)
    d = np.asarray(jax.vmap(lambda a: jax.vmap(lambda b: variation_of_information(a, b, SKEWED))(rows))(rows))
    assert (np.diag(d) == 0).all()
    assert (d + np.eye(len(d)) > 0).all()
    assert np.abs(d - d.T).max() <= rounding(5)
    assert (d[:, None, :] <= d[:, :, None] + d[None] + rounding(5)).all()
    expected = [[distance(a, b, SKEWED) for b in rows.tolist()] for a in rows.tolist()]
    assert np.abs(d - expected).max() <= rounding(5)


def test_half_of_the_metric_is_no_metric():
    waste = distance([0, 0], [0, 1], [0.5, 0.5]) - 1  # H(a | b) alone: 0 for two that differ
    assert waste == 0


@pytest.mark.slow
def test_outputs_without_mass_change_no_distance_and_negative_ones_give_nan():
    a, b = [0, 0, 1, 1], [0, 1, 1, 2]
    law = [0.5, 0.25, 0.25, 0.0]
    assert abs(variation_of_information(a, b, law) - distance(a[:3], b[:3], law[:3])) <= rounding(4)
    assert np.isfinite(jax.grad(lambda p: variation_of_information(a, b, p))(jnp.array(law))).all()
    negative = jnp.array([0.5, 0.5, 0.5, -0.5])
    assert np.isnan(jax.value_and_grad(lambda p: variation_of_information(a, b, p))(negative)[1]).any()
    assert np.isnan(variation_of_information(a, b, negative))
