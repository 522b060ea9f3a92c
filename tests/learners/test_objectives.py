"""Each objective against loops over outputs; each sampled one against the exact gradient that it estimates."""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learners.objectives import (
    best_of_n_distillation,
    class_likelihood,
    expected_reward,
    imitation,
    pair_preference,
    preference,
    rejection_imitation,
    sampled_policy_gradient,
    sampled_policy_gradients,
)
from infoloop.learning.policy_gradient.advantage_rules import grpo, modified, reinforce, rloo
from infoloop.learning.policy_gradient.reward_kinds import output_kinds
from infoloop.probability.numerics import rounding

KEY = jax.random.key(0)
LAW = jnp.array([[0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.4, 0.1], [0.7, 0.1, 0.1, 0.1]])
WEIGHT = jnp.array([0.5, 0.5, 0.0])
REWARD = jnp.array([[1.0, 0.0, 1.0, 0.0], [0.0, 0.5, 0.5, 2.0], [1.0, 1.0, 0.0, 0.0]])
RIGHT = REWARD == 1
LOGITS = jnp.log(LAW)


def policy(logits):
    return jax.nn.log_softmax(logits, axis=-1)


def test_imitation_is_the_cross_entropy_of_the_questions_with_weight():
    target = jnp.array([[0.0, 0.5, 0.5, 0.0], [1.0, 0.0, 0.0, 0.0], [np.nan] * 4])
    expected = -0.5 * (0.5 * math.log(0.2) + 0.5 * math.log(0.3)) - 0.5 * math.log(0.25)
    assert abs(imitation(target, WEIGHT)(LOGITS, KEY) - expected) <= rounding(8)


def test_imitation_of_an_output_without_mass_is_infinite_and_of_none_is_not():
    law = jnp.log(jnp.array([[0.0, 1.0]]))
    assert imitation(jnp.array([[1.0, 0.0]]), jnp.ones(1))(law, KEY) == jnp.inf
    assert imitation(jnp.array([[0.0, 1.0]]), jnp.ones(1))(law, KEY) == 0


@pytest.mark.slow
def test_class_likelihood_is_the_log_of_the_mass_of_the_class():
    members = jnp.array([[1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]], bool)
    loss = class_likelihood(members, WEIGHT)
    assert abs(loss(LOGITS, KEY) + 0.5 * math.log(0.4) + 0.5 * math.log(0.25)) <= rounding(8)
    assert np.isfinite(jax.grad(lambda z: loss(policy(z), KEY))(LOGITS)).all()


def test_expected_reward_is_the_mean_over_outputs_and_its_slope_that_of_reinforce():
    loss = expected_reward(REWARD, WEIGHT)
    assert abs(loss(LOGITS, KEY) + (WEIGHT * (LAW * REWARD).sum(axis=1)).sum()) <= rounding(8)
    slope = jax.grad(lambda z: loss(policy(z), KEY))(LOGITS)
    by_hand = [[-WEIGHT[q] * LAW[q, y] * (REWARD[q, y] - LAW[q] @ REWARD[q]) for y in range(4)] for q in range(3)]
    assert np.abs(slope - np.array(by_hand)).max() <= rounding(16)


@pytest.mark.slow
@pytest.mark.parametrize("sampled", ["policy gradient", "rejection"])
def test_sampled_losses_have_the_exact_slope_on_average(sampled):
    """20 000 independent losses; each entry within 5 standard errors: a false alarm of 1e-5 for the 12 entries."""
    if sampled == "rejection":
        loss = rejection_imitation(RIGHT, WEIGHT, draws=3)
        exact = expected_reward(RIGHT * 1.0, WEIGHT)
    else:
        loss = sampled_policy_gradient(rloo(), output_kinds(REWARD), WEIGHT, size=3)
        exact = expected_reward(REWARD, WEIGHT)
    slopes = jax.jit(jax.vmap(jax.grad(lambda z, key: loss(policy(z), key)), (None, 0)))
    drawn = np.array(slopes(LOGITS, jax.random.split(KEY, 20_000)))
    off = drawn.mean(axis=0) - jax.grad(lambda z: exact(policy(z), KEY))(LOGITS)
    assert (np.abs(off) <= 5 * drawn.std(axis=0) / math.sqrt(20_000) + rounding(16)).all()
    assert drawn.std(axis=0)[0].min() > 0.01


@pytest.mark.full
def test_a_sampled_update_is_a_mean_over_groups_and_members():
    """If each output has the reward 1, an update without a baseline puts the mass 1 on what was drawn."""
    loss = sampled_policy_gradient(reinforce(0.0), output_kinds(jnp.ones((3, 4))), WEIGHT, size=2, groups=3)
    assert np.abs(np.array(jax.grad(loss)(LOGITS, KEY)).sum(axis=1) + WEIGHT).max() <= rounding(8)


@pytest.mark.full
@pytest.mark.parametrize("sampled", ["policy gradient", "rejection"])
def test_each_question_draws_for_itself(sampled):
    even, weight = jnp.log(jnp.full((8, 4), 0.25)), jnp.full(8, 1 / 8)
    if sampled == "rejection":
        loss = rejection_imitation(jnp.ones((8, 4), bool), weight, draws=4)
    else:
        loss = sampled_policy_gradient(reinforce(0.0), output_kinds(jnp.ones((8, 4))), weight, size=4)
    assert len({tuple(row) for row in jax.grad(loss)(even, KEY).tolist()}) > 4


@pytest.mark.full
def test_the_best_of_n_is_that_of_all_tuples():
    """Ties are broken by chance: each tuple of n outputs gives its mass to its best members in equal parts."""
    n, expected = 3, np.zeros((3, 4))
    for q in range(3):
        for drawn in itertools.product(range(4), repeat=n):
            best = [y for y in drawn if REWARD[q, y] == max(REWARD[q, z] for z in drawn)]
            for y in best:
                expected[q, y] += math.prod(LAW[q, z] for z in drawn) / len(best)
    loss = best_of_n_distillation(LOGITS, REWARD, WEIGHT, n)
    at = jnp.log(jnp.array([[0.3, 0.3, 0.2, 0.2]] * 3))
    assert abs(loss(at, KEY) + (WEIGHT[:, None] * expected * np.array(at)).sum()) <= rounding(64)


def test_preference_is_the_logistic_loss_of_the_gains_over_the_base():
    prefers, now, beta = np.zeros((3, 4, 4)), np.roll(LAW, 1, axis=1), 0.7
    prefers[0, 1, 2], prefers[1, 3, 0] = 2.0, 1.0

    def term(q, a, b):
        gain = beta * (math.log(now[q, a] / LAW[q, a]) - math.log(now[q, b] / LAW[q, b]))
        return WEIGHT[q] * prefers[q, a, b] * math.log(1 + math.exp(-gain))

    expected = term(0, 1, 2) + term(1, 3, 0)
    assert abs(preference(LOGITS, jnp.array(prefers), WEIGHT, beta)(jnp.log(now), KEY) - expected) <= rounding(64)


def test_pair_preference_is_preference_on_counts_of_the_pairs():
    chosen, rejected = jnp.array([[0, 2], [3, 3], [1, 1]]), jnp.array([[1, 3], [0, 0], [2, 0]])
    prefers, now = np.zeros((3, 4, 4)), jnp.log(jnp.roll(LAW, 1, axis=1))
    for q, j in itertools.product(range(3), range(2)):
        prefers[q, chosen[q, j], rejected[q, j]] += 0.5
    listed = pair_preference(LOGITS, chosen, rejected, WEIGHT, 0.7)
    assert abs(listed(now, KEY) - preference(LOGITS, jnp.array(prefers), WEIGHT, 0.7)(now, KEY)) <= rounding(64)


@pytest.mark.slow
def test_a_question_without_weight_moves_nothing():
    for loss in (imitation(jnp.eye(4)[:3], WEIGHT), class_likelihood(RIGHT, WEIGHT), expected_reward(REWARD, WEIGHT)):
        slope = jax.grad(lambda z, loss=loss: loss(policy(z), KEY))(LOGITS)
        assert (slope[2] == 0).all()
        assert (slope[:2] != 0).any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: imitation(RIGHT, WEIGHT),
            "target is a table of bool, 3 x 4, for 3 questions: give laws",
        ),
        (lambda: imitation(LAW[:2], WEIGHT), "target is a table of float64, 2 x 4, for 3 questions"),
        (lambda: class_likelihood(LAW, WEIGHT), "members is a table of float64.* laws are for imitation"),
        (lambda: expected_reward(jnp.ones((3, 4, 4)), WEIGHT), "reward is .* 3 x 4 x 4, .* pairs are for preference"),
        (
            lambda: rejection_imitation(REWARD, WEIGHT, 2),
            "right is a table of float64.* are for expected_reward",
        ),
        (lambda: rejection_imitation(RIGHT, WEIGHT, 0), "draws is 0"),
        (lambda: preference(LOGITS, REWARD, WEIGHT, 1.0), "prefers is a table of float64, 3 x 4, .*preference_counts"),
    ],
)
def test_a_signal_that_an_objective_cannot_use_is_refused_in_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.full
def test_rules_that_share_what_is_drawn_have_the_losses_that_each_has_alone():
    rules, outputs = (grpo(), reinforce(0.25)), output_kinds(REWARD)
    logs = LOGITS - jax.nn.logsumexp(LOGITS, axis=1, keepdims=True)
    losses = sampled_policy_gradients(rules, outputs, WEIGHT, 5, 2)
    for k, rule in enumerate(rules):
        alone = jax.grad(sampled_policy_gradient(rule, outputs, WEIGHT, 5, 2))(logs, KEY)
        assert jnp.abs(jax.grad(lambda logs, k=k: losses(logs, KEY)[k])(logs) - alone).max() <= rounding(16)
        assert jnp.abs(alone).max() > 0.01
    with pytest.raises(ValueError, match="draws some groups again"):
        sampled_policy_gradients((modified(grpo(), redrawn="equal rewards"), grpo()), outputs, WEIGHT, 5)
