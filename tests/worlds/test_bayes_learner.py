"""The best learner against one that looks through all answers, and the cells that are void."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.worlds.bayes_learner import bayes_accuracy, rule_groups, void_reason
from infoloop.worlds.lookup import lookup_world
from infoloop.worlds.reference_channels import class_channel, mislabelled_channel, reference_channel
from infoloop.worlds.reward_channels import verdict_channel
from tests.support.signal_laws import members, trained_questions


def changed(world, **fields):
    return replace(world, **{name: jnp.asarray(value) for name, value in fields.items()})


@pytest.fixture(scope="module")
def world():
    made = lookup_world(jax.random.key(1), symbols=2, classes=3, forms=2, tasks=1, alphabet=4)
    prior = np.random.default_rng(0).dirichlet(np.ones(9))
    return changed(made, prior=prior)


def best_by_search(world, channel):
    """For each law of the signal that there is, look through every output as the answer to each held-out prompt."""
    right, prior, classes = (np.array(x).tolist() for x in (world.right_class, world.prior, world.classes))
    prompts = [tuple(p) for p in np.array(world.prompts).tolist()]
    held_out = [q for q, (t, d) in enumerate(zip(world.task, world.domain, strict=True)) if t == 0 and d > 0]
    told: dict = {}
    for x, row in enumerate(right):
        laws = [np.array(channel)[q, members(world, q, row[q])].mean(axis=0) for q in trained_questions(world)]
        told.setdefault(tuple(np.concatenate(laws).round(12).tolist()), []).append(x)
    total = 0.0
    for rules in told.values():
        for prompt in {prompts[q] for q in held_out}:
            asked = [q for q in held_out if prompts[q] == prompt]
            total += max(
                sum(prior[x] for x in rules for q in asked if classes[q][y] == right[x][q])
                for y in range(len(classes[0]))
            )
    return total / len(held_out)


def signals(world):
    """Signals that tell everything, nothing, and one class from the others."""
    base = np.zeros(world.classes.shape)
    for q in range(len(base)):
        base[q, members(world, q, 0)[0]] = 1
    return {
        "reference": reference_channel(world),
        "nothing": mislabelled_channel(world, reference_channel(world), 2 / 3),
        "one class": verdict_channel(world, jnp.asarray(base), false_positive=0.25),
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", ["reference", "nothing", "one class"])
@pytest.mark.parametrize("collide", [False, True])
def test_the_best_learner_is_as_good_as_the_best_answers(world, name, collide):
    if collide:  # both held-out questions of task 0 look the same
        prompts = np.array(world.prompts)
        prompts[3] = prompts[2]
        world = changed(world, prompts=prompts)
    channel = signals(world)[name]
    found = bayes_accuracy(world, channel)
    assert abs(found.informed - best_by_search(world, channel)) <= rounding(32)
    assert abs(found.uninformed - best_by_search(world, jnp.ones((8, 16, 1)))) <= rounding(32)
    assert (found.informed > found.uninformed + 0.01) == (name != "nothing")


def test_an_output_that_is_junk_at_one_of_two_questions_alike_is_right_at_the_other_alone(world):
    """Without it junk would count as the last class there, and be right at both."""
    prompts, classes = np.array(world.prompts), np.array(world.classes)
    prompts[3], classes[2:4] = prompts[2], -1
    classes[2, 0], classes[3, 1] = 2, 1  # output 0 is of the last class at question 2 and junk at question 3
    alike = changed(world, prompts=prompts, classes=classes, right_class=jnp.full_like(world.right_class, 2))
    assert abs(bayes_accuracy(alike, jnp.ones((8, 16, 1))).uninformed - 1 / 2) <= rounding(32)


def test_rules_are_told_apart_where_the_signal_differs(world):
    found = {name: rule_groups(world, channel) for name, channel in signals(world).items()}
    right = np.array(world.right_class)[:, trained_questions(world)]
    assert len(set(found["reference"].tolist())) == 9
    assert set(found["nothing"].tolist()) == {0}
    partition = {(tuple(row == 0), int(g)) for row, g in zip(right, found["one class"], strict=True)}
    assert len(partition) == 4


@pytest.mark.full
def test_cells_are_void_where_nothing_bridges_or_everything_does(world):
    full = signals(world)
    assert void_reason(world, full["reference"]) == ""
    assert void_reason(world, full["one class"]) == ""
    assert void_reason(world, full["nothing"]).startswith("no learner can bridge the shift: the best one has 0.")
    null = lookup_world(jax.random.key(0), symbols=1, classes=3, tasks=0, shared=False)
    assert void_reason(null, class_channel(null)).startswith("no learner can bridge the shift: the best one has 0.33")
    same = np.array(world.prompts)
    same[2:4] = same[0:2]
    assert "each held-out prompt is also a trained one" in void_reason(changed(world, prompts=same), full["reference"])
    same[3] = np.array(world.prompts)[3]
    assert void_reason(changed(world, prompts=same), full["reference"]) == ""
    one = lookup_world(jax.random.key(0), symbols=1, classes=1, tasks=0)
    assert "do not hang on the rule" in void_reason(one, class_channel(one))
    alone = lookup_world(jax.random.key(0), symbols=1, classes=2, tasks=0, domains=1)
    assert void_reason(alone, class_channel(alone)) == "there is no held-out question"
    assert void_reason(changed(alone, task=[1]), class_channel(alone)) == "there is no trained question"


def test_a_world_without_held_out_questions_and_a_traced_one_are_refused(world):
    alone = lookup_world(jax.random.key(0), symbols=1, classes=2, tasks=0, domains=1)
    with pytest.raises(ValueError, match="the world has no held-out question: give it a second domain"):
        bayes_accuracy(alone, class_channel(alone))
    for function in (bayes_accuracy, rule_groups, void_reason):
        with pytest.raises(TypeError, match=f"{function.__name__} runs on the host"):
            jax.jit(function)(world, class_channel(world))
