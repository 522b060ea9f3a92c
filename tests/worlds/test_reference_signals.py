"""Laws of references against what they are by definition, question by question and string by string."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.worlds.lookup import lookup_world
from infoloop.worlds.reference_signals import (
    all_references,
    drawn_references,
    house_references,
    mislabelled,
    soft_labels,
)

RULE, KEY = 7, jax.random.key(11)


@pytest.fixture(scope="module")
def world():
    return lookup_world(
        jax.random.key(1), symbols=2, classes=3, forms=3, tasks=1, alphabet=4, length=3, accepted="other forms"
    )


@pytest.fixture(scope="module")
def right(world):
    """For each question, the numbers of its right outputs, by a reading of the world."""
    asked = np.array(world.right_class)[RULE]
    return [[y for y, c in enumerate(row) if c == asked[q]] for q, row in enumerate(np.array(world.classes))]


@pytest.mark.full
def test_a_house_has_one_reference_a_question_and_one_form_a_domain(world, right):
    styles = set()
    for seed in range(12):
        law = np.array(house_references(jax.random.key(seed), world, RULE))
        chosen = law.argmax(axis=1)
        assert law[np.arange(len(law)), chosen].tolist() == [1.0] * len(law)
        assert all(y in right[q] for q, y in enumerate(chosen))
        forms = {(int(d), int(world.form[y])) for d, y in zip(world.domain, chosen, strict=True)}
        assert len(forms) == world.domains
        styles |= forms
    assert len(styles) == 6  # each of the three forms of each domain is some house's


@pytest.mark.full
def test_drawn_references_are_k_different_right_ones_evenly_drawn(world, right):
    laws = jax.jit(jax.vmap(lambda key, k: drawn_references(key, world, RULE, k), (0, None)))
    for k in (1, 2, 3, 5):
        found = np.array(laws(jax.random.split(KEY, 600), k))
        share = 1 / min(k, 3)
        assert ((found == 0) | (np.abs(found - share) <= rounding(3))).all()
        assert ((found > 0).sum(axis=2) == min(k, 3)).all()
        for q, members in enumerate(right):
            assert not np.delete(found[:, q], members, axis=1).any()
            often = (found[:, q, members] > 0).mean(axis=0)
            assert np.abs(often - min(k, 3) / 3).max() <= 5.5 * np.sqrt(2 / 9 / 600)  # false alarm 1e-6 a test


@pytest.mark.slow
def test_questions_are_drawn_apart(world, right):
    chosen = np.array(
        jax.vmap(lambda key: drawn_references(key, world, RULE).argmax(axis=1))(jax.random.split(KEY, 400))
    )
    place = np.array([[right[q].index(y) for q, y in enumerate(row)] for row in chosen])
    same = (place[:, :, None] == place[:, None, :]).mean(axis=0)[~np.eye(place.shape[1], dtype=bool)]
    assert np.abs(same - 1 / 3).max() <= 5.5 * np.sqrt(2 / 9 / 400)


@pytest.mark.slow
def test_all_references_are_even_over_the_right_class(world, right):
    law = np.array(all_references(world, RULE))
    for q, members in enumerate(right):
        assert np.abs(law[q, members] - 1 / 3).max() <= rounding(3)
        assert not np.delete(law[q], members).any()
    assert np.array_equal(drawn_references(KEY, world, RULE, 3), law)


@pytest.mark.parametrize(("error", "temperature"), [(0.0, 1.0), (0.25, 1.0), (0.25, 2.0), (1.0, 0.5)])
def test_a_teacher_is_right_but_for_its_errors(world, right, error, temperature):
    law = np.array(soft_labels(world, RULE, error, temperature))
    for q, members in enumerate(right):
        others = [y for y, c in enumerate(np.array(world.classes)[q]) if c >= 0 and y not in members]
        plain = {**dict.fromkeys(members, (1 - error) / 3), **dict.fromkeys(others, error / 6)}
        total = sum(p ** (1 / temperature) for p in plain.values())
        expected = [plain.get(y, 0.0) ** (1 / temperature) / total if y in plain else 0.0 for y in range(64)]
        assert np.abs(law[q] - expected).max() <= rounding(64)


@pytest.mark.full
def test_a_cold_teacher_has_the_likeliest_alone_and_one_without_other_classes_makes_no_errors(world):
    assert np.array_equal(soft_labels(world, RULE, 0.25, 1e-300), all_references(world, RULE))
    single = lookup_world(jax.random.key(0), symbols=1, classes=1, tasks=0)
    for error in (0.5, 1.0):
        assert np.abs(soft_labels(single, 0, error) - all_references(single, 0)).max() <= rounding(3)


@pytest.mark.full
def test_labels_are_wrong_at_the_stated_rate_evenly_and_for_the_new_task_alone(world):
    told = jax.vmap(lambda key: mislabelled(key, world, 0.3).right_class)(jax.random.split(KEY, 900))
    shift = (np.array(told) - np.array(world.right_class)) % 3
    assert (shift == shift[:, :1]).all()  # one noise for all rules
    shift, new = shift[:, 0], np.array(world.task) == 0
    assert not shift[:, ~new].any()
    for other in (1, 2):
        found = (shift[:, new] == other).mean(axis=0)
        assert np.abs(found - 0.15).max() <= 5.5 * np.sqrt(0.15 * 0.85 / 900)
        assert abs(found.mean() - 0.15) <= 5.5 * np.sqrt(0.15 * 0.85 / 3600)
    assert np.array_equal(mislabelled(KEY, world, 0.0).right_class, world.right_class)


@pytest.mark.slow
def test_no_key_is_used_twice(world):
    with jax.debug_key_reuse(True):
        mislabelled(jax.random.key(3), world, 0.3)


def test_a_world_with_one_class_has_no_wrong_labels():
    with pytest.raises(ValueError, match="the world has one class, so that no label can be wrong"):
        mislabelled(KEY, lookup_world(KEY, symbols=1, classes=1, tasks=0), 0.5)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda world: drawn_references(KEY, world, RULE, 0), "k is 0"),
        (lambda world: soft_labels(world, RULE, 1.5), "error"),
        (lambda world: soft_labels(world, RULE, 0.5, 0.0), "temperature"),
        (lambda world: mislabelled(KEY, world, -0.5), "error"),
    ],
)
def test_what_is_out_of_range_is_refused(world, call, name):
    with pytest.raises(ValueError, match=name):
        call(world)


@pytest.mark.slow
def test_what_is_out_of_range_and_traced_becomes_nan(world):
    assert jnp.isnan(jax.jit(lambda k: drawn_references(KEY, world, RULE, k))(0)).all()
    assert jnp.isnan(jax.jit(lambda e: soft_labels(world, RULE, e))(1.5)).all()
