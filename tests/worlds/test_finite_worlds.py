"""What is read off a world: parts, rules, and what a base is trained towards."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.worlds.finite_worlds import base_targets, draw_rule, fewer_contents, right_outputs, under_rule
from infoloop.worlds.lookup import lookup_world


@pytest.fixture(scope="module")
def world():
    return lookup_world(jax.random.key(1), symbols=2, classes=3, forms=2, tasks=1, alphabet=4)


@pytest.mark.slow
def test_questions_are_trained_held_out_or_known(world):
    parts = np.stack([world.trained, world.held_out, world.known])
    assert (parts.sum(axis=0) == 1).all()
    assert parts.sum(axis=1).tolist() == [2, 2, 4]


@pytest.mark.parametrize("rule", [0, 7])
def test_a_rule_says_which_outputs_are_right_and_may_stand_alone(world, rule):
    asked = np.array(world.right_class)[rule].tolist()
    expected = [[c == right for c in row] for row, right in zip(np.array(world.classes).tolist(), asked, strict=True)]
    alone = under_rule(world, rule)
    assert right_outputs(world, rule).tolist() == expected
    assert alone.right_class.tolist() == [asked]
    assert alone.prior.tolist() == [1.0]


def test_targets_of_a_base_are_laws_that_do_not_hang_on_the_rule(world):
    law = np.array(base_targets(world, 0.25))
    assert np.abs(law.sum(axis=1) - 1).max() < 1e-15
    new = np.array(world.task) == 0
    assert np.abs(law[new][np.array(world.classes)[new] >= 0] - 0.75 / 6).max() < 1e-15
    assert np.abs(law[new][np.array(world.classes)[new] == -1] - 0.25 / 10).max() < 1e-15
    assert np.abs(law[~new][np.array(right_outputs(world, 0))[~new]] - 1 / 2).max() < 1e-15


@pytest.mark.full
def test_a_question_without_junk_has_all_of_the_mass_on_classes():
    world = lookup_world(jax.random.key(1), symbols=1, classes=4, forms=4, tasks=0, alphabet=4)
    assert np.abs(np.array(base_targets(world, 0.9)) - 1 / 16).max() < 1e-15


@pytest.mark.parametrize("junk", [-0.1, 1.5])
def test_junk_is_a_probability(world, junk):
    with pytest.raises(ValueError, match="junk"):
        base_targets(world, junk)


@pytest.mark.slow
def test_rules_are_drawn_from_the_prior(world):
    drawn = jax.vmap(lambda key: draw_rule(key, world))(jax.random.split(jax.random.key(0), 9000))
    counts = np.bincount(np.array(drawn), minlength=9)
    assert np.abs(counts - 1000).max() < 6 * np.sqrt(9000 * (1 / 9) * (8 / 9))  # false alarm 2e-8
    sure = jax.tree.map(lambda x: x, world)
    assert int(draw_rule(jax.random.key(5), sure.__class__(**{**vars(sure), "prior": jnp.eye(9)[4]}))) == 4


@pytest.mark.full
def test_fewer_contents_are_asked_for_in_all_domains_and_nothing_else_changes():
    world = lookup_world(jax.random.key(0), symbols=3, tasks=1)
    fewer = fewer_contents(world, 2)
    for q in range(len(world.task)):
        left_out = int(world.task[q]) == 0 and int(world.content[q]) == 2
        assert int(fewer.task[q]) == (-1 if left_out else int(world.task[q]))
        assert bool(fewer.trained[q] | fewer.held_out[q] | fewer.known[q]) == (not left_out)
    assert (base_targets(fewer, 0.5) == base_targets(world, 0.5)).all()
