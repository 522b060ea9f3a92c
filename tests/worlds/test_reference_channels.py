"""Channels of signals that name outputs, against loops over references, and against what is drawn in training."""

import itertools
import math
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.worlds.lookup import lookup_world
from infoloop.worlds.reference_channels import (
    check_channel_size,
    class_channel,
    class_rows,
    drawn_channel,
    house_channel,
    mislabelled_channel,
    reference_channel,
    teacher_channel,
)
from infoloop.worlds.reference_signals import drawn_references, house_references, mislabelled, soft_labels
from infoloop.worlds.signal_information import signal_gains
from tests.support.signal_laws import members, references, rows_of, split

KEY = jax.random.key(5)


@pytest.fixture(scope="module")
def world():
    return lookup_world(
        jax.random.key(1), symbols=2, classes=3, forms=3, tasks=0, alphabet=4, length=3, accepted="other forms"
    )


@pytest.fixture(scope="module")
def uneven():
    """A world in which one of the four outputs of one class is junk at each question."""
    world = lookup_world(KEY, symbols=1, classes=2, forms=4, tasks=0, alphabet=4)
    classes = np.array(world.classes)
    for q in range(len(classes)):
        classes[q, members(world, q, 1)[0]] = -1
    return replace(world, classes=jnp.asarray(classes))


def close(found: dict, expected: dict) -> bool:
    return all(abs(found.get(s, 0) - expected.get(s, 0)) <= rounding(64) for s in {*found, *expected})


@pytest.mark.full
def test_a_reference_is_itself_and_a_label_its_class(world):
    strings, labels = reference_channel(world), class_channel(world)
    for q, y in references(world):
        assert rows_of(strings, q, y) == {y: 1.0}
        assert rows_of(labels, q, y) == {int(world.classes[q, y]): 1.0}


@pytest.mark.slow
@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_a_set_of_references_is_each_one_that_has_the_reference_equally_often(uneven, k):
    rows = drawn_channel(uneven, k)
    shown: dict = {}
    for q, y in references(uneven):
        for value in rows_of(rows, q, y):
            shown.setdefault((q, value), set()).add(y)
    for q in range(len(uneven.task)):
        for c in range(2):
            right = members(uneven, q, c)
            sets = {frozenset(s) for s in itertools.combinations(right, min(k, len(right)))}
            for y in right:
                found = {frozenset(shown[q, value]): p for value, p in rows_of(rows, q, y).items()}
                with_it = [s for s in sets if y in s]
                assert len(found) == len(rows_of(rows, q, y))
                assert close(found, dict.fromkeys(with_it, 1 / len(with_it)))


@pytest.mark.full
@pytest.mark.parametrize("k", [1, 2, 4])
def test_the_waste_of_a_set_of_references_is_the_gap_that_its_law_leaves(k):
    world = lookup_world(KEY, symbols=1, classes=3, forms=4, tasks=0, alphabet=4)
    found = signal_gains(world, drawn_channel(world, k))
    assert np.abs(np.array(found[:3]) - [math.log2(3), math.log2(4 / k), 0]).max() <= rounding(64)
    law = np.array(drawn_references(KEY, world, 1, k))[0]
    gap = sum(p * math.log2(p / 0.25) for p in law if p)  # to the even law over the right class
    assert abs(found.waste - gap) <= rounding(64)


@pytest.mark.full
def test_a_house_says_its_own_reference_of_the_class(world):
    rows = house_channel(KEY, world)
    for rule in range(len(world.prior)):
        law = np.array(house_references(KEY, world, rule))
        for q, y in references(world):
            if world.classes[q, y] == world.right_class[rule, q]:
                assert np.array_equal(rows[q, y], law[q])


@pytest.mark.slow
def test_a_teacher_draws_from_its_soft_labels(world):
    rows = teacher_channel(world, 0.25, 2.0)
    for rule in range(0, len(world.prior), 4):
        law = np.array(soft_labels(world, rule, 0.25, 2.0))
        for q, y in references(world):
            if world.classes[q, y] == world.right_class[rule, q]:
                assert np.abs(np.array(rows[q, y]) - law[q]).max() <= rounding(64)


@pytest.mark.full
def test_a_wrong_label_is_a_signal_of_another_class(world):
    for clean in (reference_channel(world), class_channel(world), drawn_channel(world, 2)):
        noisy = mislabelled_channel(world, clean, 0.3)
        for q, y in references(world):
            expected = {s: 0.7 * p for s, p in rows_of(clean, q, y).items()}
            for c in {0, 1, 2} - {int(world.classes[q, y])}:
                for other in members(world, q, c):
                    for s, p in rows_of(clean, q, other).items():
                        expected[s] = expected.get(s, 0) + 0.3 / 2 / 3 * p
            assert close(rows_of(noisy, q, y), expected)


@pytest.mark.slow
def test_a_wrong_label_is_as_often_what_the_mislabelled_world_says(world):
    """900 noises; each of the frequencies within 5.5 standard errors."""
    told = jax.vmap(lambda key: mislabelled(key, world, 0.4).right_class[4, 0])(jax.random.split(KEY, 900))
    often = np.bincount(np.array(told), minlength=3) / 900
    rows = class_rows(world, mislabelled_channel(world, class_channel(world), 0.4))[0, int(world.right_class[4, 0])]
    assert (np.abs(often - np.array(rows)) <= 5.5 * np.sqrt(np.array(rows * (1 - rows)) / 900)).all()


@pytest.mark.full
def test_how_each_signal_splits(world):
    signals = {
        "reference": (reference_channel(world), (math.log2(3), math.log2(3), 0)),
        "class": (class_channel(world), (math.log2(3), 0, 0)),
        "house": (house_channel(KEY, world), (math.log2(3), 0, 0)),
        "guess": (mislabelled_channel(world, reference_channel(world), 2 / 3), None),
        "teacher": (teacher_channel(world, 0.2), None),
    }
    for name, (channel, expected) in signals.items():
        found = np.array(signal_gains(world, channel)[:3])
        by_loops = np.array(split(world, lambda q, y, channel=channel: rows_of(channel, q, y)))
        assert np.abs(found - by_loops).max() <= rounding(256), name
        if expected is not None:
            assert np.abs(found - expected).max() <= rounding(256), name
    assert abs(signal_gains(world, signals["guess"][0]).gain) <= rounding(64)


@pytest.mark.full
def test_what_is_no_channel_of_the_world_is_refused(world):
    single = lookup_world(KEY, symbols=1, classes=1, tasks=0)
    with pytest.raises(ValueError, match="the world has one class"):
        mislabelled_channel(single, class_channel(single), 0.5)
    with pytest.raises(ValueError, match="error"):
        mislabelled_channel(world, class_channel(world), 1.5)
    with pytest.raises(ValueError, match="k is 0"):
        drawn_channel(world, 0)
    with pytest.raises(ValueError, match=r"4 questions, 64 outputs and 10000000 values has more .*: lower the length"):
        check_channel_size(world, 10**7)
    check_channel_size(world, 2**27 // (4 * 64))
    with pytest.raises(ValueError, match="and 524289 values has more"):
        check_channel_size(world, 2**27 // (4 * 64) + 1)
    with pytest.raises(TypeError, match="drawn_channel runs on the host, and world is traced"):
        jax.jit(drawn_channel, static_argnums=1)(world, 1)
