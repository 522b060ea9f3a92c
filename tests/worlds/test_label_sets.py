"""Label sets against counts by hand: their sizes, how they nest, and which questions share a form."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.worlds.finite_worlds import right_outputs
from infoloop.worlds.label_sets import class_group, first_right_outputs
from infoloop.worlds.lookup import lookup_world

RULE = 27  # of 4^3: classes 1, 2, 3


@pytest.fixture(scope="module")
def world():
    return lookup_world(jax.random.key(5), symbols=3, forms=4, tasks=1)


@pytest.mark.full
def test_groups_of_classes_are_those_that_share_a_quotient(world):
    classes, right = np.asarray(world.classes), np.asarray(world.right_class)[RULE]
    for g in (1, 2, 3, 4):
        by_hand = [[c >= 0 and int(c) // g == int(right[q]) // g for c in row] for q, row in enumerate(classes)]
        assert np.array_equal(class_group(world, RULE, g), by_hand)
    assert np.array_equal(class_group(world, RULE, 1), right_outputs(world, RULE))


def test_a_group_has_at_least_one_class(world):
    with pytest.raises(ValueError, match="classes"):
        class_group(world, RULE, 0)


def test_parts_are_nested_and_as_large_as_asked_for(world):
    place = jax.random.uniform(jax.random.key(1), world.classes.shape)
    parts = [np.asarray(first_right_outputs(place, world, RULE, k)) for k in (1, 2, 3, 4, 9)]
    assert [set(part.sum(axis=1).tolist()) for part in parts] == [{1}, {2}, {3}, {4}, {4}]
    for small, large in itertools.pairwise(parts):
        assert not (small & ~large).any()
    right = np.asarray(right_outputs(world, RULE))
    best = [min(np.flatnonzero(row), key=lambda y, q=q: float(place[q, y])) for q, row in enumerate(right)]
    assert parts[0].argmax(axis=1).tolist() == best


def test_one_order_of_forms_is_a_house_style(world):
    place = jax.random.permutation(jax.random.key(2), world.forms)[world.form]
    one = first_right_outputs(place, world, RULE, 1)
    assert len(set(world.form[one.argmax(axis=1)].tolist())) == 1


def test_the_count_may_be_traced(world):
    sizes = jax.jit(jax.vmap(lambda k: first_right_outputs(world.form, world, RULE, k).sum()))(jnp.arange(1, 3))
    assert sizes.tolist() == [12, 24]
