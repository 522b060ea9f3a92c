"""How signals split against `efficiency` of the whole law, and what domains share against sets."""

import math
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.information.signal_efficiency import efficiency
from infoloop.probability.distributions import joint
from infoloop.probability.numerics import rounding
from infoloop.worlds.lookup import lookup_world
from infoloop.worlds.reference_channels import class_channel, mislabelled_channel, reference_channel, teacher_channel
from infoloop.worlds.reward_channels import verdict_channel
from infoloop.worlds.signal_information import class_law, reference_law, signal_gains, surface_overlap
from tests.support.signal_laws import asked, members, trained_questions


@pytest.fixture(scope="module")
def world():
    """A world whose prior is not even, so that classes differ in how likely they are."""
    made = lookup_world(jax.random.key(1), symbols=2, classes=3, forms=2, tasks=1, alphabet=4)
    prior = np.arange(1.0, 10.0)
    return replace(made, prior=jnp.asarray(prior / prior.sum()))


@pytest.mark.full
def test_references_are_even_within_the_class_that_is_asked_for(world):
    classes, outputs = np.array(class_law(world)), np.array(reference_law(world))
    for q in range(len(world.task)):
        law = asked(world, q)
        for c in range(3):
            assert abs(classes[q, c] - law[c]) <= rounding(9)
            assert np.abs(outputs[q, members(world, q, c)] - law[c] / 2).max() <= rounding(9)
    assert np.abs(outputs.sum(axis=1) - 1).max() <= rounding(16)


@pytest.mark.full
@pytest.mark.parametrize("signal", ["reference", "class", "teacher", "verdict"])
def test_the_split_is_that_of_the_whole_law(world, signal):
    base = jnp.asarray(np.random.default_rng(0).dirichlet(np.ones(16), size=len(world.task)))
    channel = {
        "reference": reference_channel,
        "class": class_channel,
        "teacher": lambda w: teacher_channel(w, 0.2, 1.5),
        "verdict": lambda w: verdict_channel(w, base, true_positive=0.8, false_positive=0.1),
    }[signal](world)
    trained = trained_questions(world)
    table = np.zeros((len(trained), 3, 16, channel.shape[2]))
    for i, q in enumerate(trained):
        for c, p in asked(world, q).items():
            for y in members(world, q, c):
                table[i, c, y] += p / 2 / len(trained) * np.array(channel[q, y])
    whole = efficiency(joint(table / table.sum(), "Q", "T", "Y", "S"), signal="S", output="Y", task="T", given="Q")
    assert np.abs(np.array(signal_gains(world, channel)) - np.array(whole)).max() <= rounding(table.size)


@pytest.mark.slow
def test_what_says_nothing_has_no_precision(world):
    found = signal_gains(world, jnp.ones((len(world.task), 16, 1)))
    assert np.array(found[:2]).tolist() == [0, 0]
    assert math.isnan(found.eta)
    assert found.recall == 0
    guess = signal_gains(world, mislabelled_channel(world, class_channel(world), 2 / 3))
    assert math.isnan(guess.eta)  # gain and waste are what rounding left


@pytest.mark.full
def test_splits_of_many_worlds_are_taken_at_once_and_have_slopes():
    def gain(key, error):
        world = lookup_world(key, symbols=1, classes=3, forms=2, tasks=0, alphabet=4)
        return signal_gains(world, teacher_channel(world, error)).gain

    keys = jax.random.split(jax.random.key(0), 3)
    values, slopes = jax.jit(jax.vmap(jax.value_and_grad(gain, argnums=1), (0, None)))(keys, 0.2)

    def by_hand(e):  # of one draw from a teacher that is wrong evenly
        return math.log2(3) + (1 - e) * math.log2(1 - e) + e * math.log2(e / 2)

    assert np.abs(np.array(values) - by_hand(0.2)).max() <= rounding(64)
    assert np.abs(np.array(slopes) - math.log2(0.2 / 2 / 0.8)).max() <= rounding(256)


@pytest.mark.full
@pytest.mark.parametrize("surface", ["same symbols", "other symbols"])
@pytest.mark.parametrize("accepted", ["same forms", "other forms"])
def test_overlap_is_what_sets_have_in_common(surface, accepted):
    world = lookup_world(
        jax.random.key(0), symbols=2, forms=2, domains=3, tasks=1, length=2, surface=surface, accepted=accepted
    )
    tokens, forms = [set(), set()], [set(), set()]
    for q, (task, domain) in enumerate(zip(world.task, world.domain, strict=True)):
        if task == 0:
            tokens[int(domain > 0)] |= set(np.array(world.prompts[q]).tolist())
            forms[int(domain > 0)] |= {int(f) for f, ok in zip(world.form, world.accepted[q], strict=True) if ok}
    found = surface_overlap(world)
    for share, (a, b) in zip(found, (tokens, forms), strict=True):
        assert float(share) == len(a & b) / len(a | b)
