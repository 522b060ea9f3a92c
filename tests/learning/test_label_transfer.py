"""Transfer from labels of any granularity against gradient flow, integrated by small steps in NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.label_transfer import accuracy_from_group, accuracy_from_label, accuracy_from_part, label_bits

C, M, SHARED, OWN = 4, 3, 0.6, 0.4


def flowed(label, until, step=0.01):
    """Return B when A passes `until`: logits of one question in two domains, and a label of outputs of it."""
    logits, own, shared = np.zeros((C, M)), np.zeros((C, M)), np.zeros(C)
    before = None
    while True:
        law = np.exp(logits) / np.exp(logits).sum()
        there = np.exp(shared) / np.exp(shared).sum()
        if law[0].sum() >= until:
            assert before is not None
            a, b = before
            return b + (until - a) / (law[0].sum() - a) * (there[0] - b)
        before = law[0].sum(), there[0]
        pull = np.where(label, law, 0) / law[label].sum() - law
        shared, own = shared + step * SHARED * pull.sum(axis=1), own + step * OWN * pull
        logits = shared[:, None] + own


def members(group, outputs):
    label = np.zeros((C, M), bool)
    label[:group, :outputs] = True
    return label


@pytest.mark.parametrize(("group", "until"), [(1, 0.8), (2, 0.4), (3, 0.3)])
def test_labels_of_whole_classes(group, until):
    found = accuracy_from_group(until, SHARED, OWN, C, M, group)
    assert abs(float(found) - flowed(members(group, M), until)) < 0.002  # of the step


@pytest.mark.slow
@pytest.mark.parametrize("outputs", [1, 2, 3])
def test_labels_of_some_outputs_of_a_class(outputs):
    found = accuracy_from_part(0.7, SHARED, OWN, C, M, outputs)
    assert abs(float(found) - flowed(members(1, outputs), 0.7)) < 0.002


def test_all_outputs_are_the_class_and_without_own_features_nothing_is_lost():
    both = accuracy_from_part(0.7, SHARED, OWN, C, M, M), accuracy_from_group(0.7, SHARED, OWN, C, M)
    assert abs(float(both[0] - both[1])) < 1e-12
    assert float(accuracy_from_part(0.7, 1.0, 0.0, C, M)) == 0.7


@pytest.mark.slow
def test_a_group_never_reaches_more_than_its_share():
    assert np.isnan(accuracy_from_group(0.5, SHARED, OWN, C, M, 2))
    slope = jax.grad(lambda p: accuracy_from_group(p, SHARED, OWN, C, M, 2))(0.4)
    assert jnp.isfinite(slope)
    kept = jax.grad(lambda p: jnp.where(2 * p < 1, accuracy_from_group(p, SHARED, OWN, C, M, 2), 0.0))
    assert float(kept(0.6)) == 0.0
    with pytest.raises(ValueError, match="group is 4 of 4 classes"):
        accuracy_from_group(0.4, SHARED, OWN, C, M, 4)


@pytest.mark.parametrize(("group", "outputs", "until"), [(2, M, 0.4), (1, M, 0.7), (1, 2, 0.7)])
def test_a_label_is_of_whole_classes_or_of_a_part_of_one(group, outputs, until):
    found = accuracy_from_label(until, SHARED, OWN, C, M, group, outputs)
    assert abs(float(found) - flowed(members(group, outputs), until)) < 0.002
    with pytest.raises(ValueError, match="outputs is 2 of 3 with a group of 2 classes"):
        accuracy_from_label(until, SHARED, OWN, C, M, 2, 2)


def test_bits_of_a_label_count_what_it_leaves():
    assert [label_bits(4, 4, *left) for left in ((4, 4), (2, 4), (1, 4), (1, 2), (1, 1))] == [0, 1, 2, 3, 4]
