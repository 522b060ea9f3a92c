"""Policies, objectives and trainings of `infoloop.learners` in small worlds; what is measured of them is beside."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax

from infoloop.learners import (
    base_training,
    component_learners,
    fine_tuning,
    label_training,
    log_linear_policy,
    objectives,
    own_string_loops,
    perceptron_policy,
    policy_training,
    response_rewards,
    reward_ascent,
    signal_ladder,
    tabular_policy,
    transformer_policy,
    weight_keys,
)
from infoloop.learners.parametric_policies import ParametricPolicy
from infoloop.learning.policy_gradient.advantage_rules import reinforce, rloo
from infoloop.learning.policy_gradient.reward_kinds import output_kinds
from infoloop.loops.loop import unroll
from infoloop.worlds.component_pairs import component_pair
from infoloop.worlds.finite_worlds import right_outputs
from infoloop.worlds.lookup import lookup_world
from tests.benchmarks.devices.two_devices import Case

KEY, STEPS, RULE = jax.random.key(1), 4, 5
TERMS = 1024  # of the longest sum: over the strings of all questions, or over all weights into a unit
TRAINED = TERMS * STEPS


def world():
    """Twenty questions with 36 strings each."""
    return lookup_world(jax.random.key(0), symbols=2)


def one_question():
    """One question with two strings, and one task."""
    return lookup_world(jax.random.key(0), symbols=1, classes=2, alphabet=2, length=1, forms=1, tasks=0, domains=1)


def policy_case(policy: ParametricPolicy) -> Case:
    """Log-probabilities and their slope by the weights; and weights drawn with a key."""
    return Case(lambda weights: (policy.log_policy(weights), policy.start(KEY)), policy.start(jax.random.key(2)), TERMS)


def logits(strings: int = 36) -> jax.Array:
    """Numbers of which the softmax is a policy."""
    return jax.random.normal(jax.random.key(4), (20, strings))


def policies() -> dict[str, Case]:
    """Every kind of policy."""
    pair, w = component_pair([0.25, 0.125], [1, 0]), world()
    code, learners = component_learners.token_code(), component_learners
    found = {
        "tabular_policy.tabular_softmax": tabular_policy.tabular_softmax(w),
        "log_linear_policy.log_linear": log_linear_policy.log_linear(
            w, log_linear_policy.FeatureWeights(content_class=0.5, form=0.25, own=0.5)
        ),
        "perceptron_policy.perceptron": perceptron_policy.perceptron(w, 4, (8, 8)),
        "transformer_policy.transformer": transformer_policy.transformer(w, width=8, heads=2, hidden=8),
        "component_learners.linear_reader": learners.linear_reader(code),
        "component_learners.perceptron_reader": learners.perceptron_reader(code, 4),
        "component_learners.token_tables": learners.token_tables(pair),
        "component_learners.string_table": learners.string_table(pair),
        "component_learners.factored_tables": learners.factored_tables(pair),
        "component_learners.perceptron_writer": learners.perceptron_writer(pair, 4),
    }
    return {name: policy_case(policy) for name, policy in found.items()}


def losses() -> dict[str, Case]:
    """Every objective, with its slope by the logits."""
    w = world()
    right, weight = right_outputs(w, RULE), w.trained / w.trained.sum()
    base, reward = jax.nn.log_softmax(0.5 * logits()), 1.0 * right
    prefers = (reward[:, :, None] > reward[:, None, :]) / right.shape[1] ** 2
    first, second = right.argmax(axis=1)[:, None], (~right).argmax(axis=1)[:, None]
    kinds = output_kinds(reward.tolist())
    made: dict[str, Callable[..., Any]] = {
        "imitation": objectives.imitation(right / right.sum(axis=1, keepdims=True), weight),
        "class_likelihood": objectives.class_likelihood(right, weight),
        "expected_reward": objectives.expected_reward(reward, weight),
        "sampled_policy_gradient": objectives.sampled_policy_gradient(rloo(), kinds, weight, 4),
        "sampled_policy_gradients": objectives.sampled_policy_gradients((rloo(), reinforce(1.0)), kinds, weight, 4),
        "rejection_imitation": objectives.rejection_imitation(right, weight, 4),
        "best_of_n_distillation": objectives.best_of_n_distillation(base, reward, weight, 3),
        "preference": objectives.preference(base, prefers, weight, 1.0),
        "pair_preference": objectives.pair_preference(base, first, second, weight, 1.0),
    }
    found = {
        f"objectives.{name}": Case(lambda x, loss=loss: loss(jax.nn.log_softmax(x), KEY), logits(), TERMS)
        for name, loss in made.items()
    }
    best = Case(lambda x: objectives.best_of_n_law(jax.nn.log_softmax(x), reward, 3), logits(), TERMS)
    return {**found, "objectives.best_of_n_law": best}


def trainings() -> dict[str, Case]:
    """Every training, some steps long."""
    w, small = world(), one_question()
    right = right_outputs(w, RULE)
    policy = perceptron_policy.perceptron(w, 4, (8,))
    start = policy.start(jax.random.key(2))
    table, likelihood = tabular_policy.tabular_softmax(small), objectives.class_likelihood(right, jnp.ones(20) / 20)

    def rate(log_policy):
        return jnp.where(right, jnp.exp(log_policy), 0.0).sum(axis=1)

    def trained(weights):
        return policy_training.train_policy(KEY, policy, weights, likelihood, optax.adam(1e-2), STEPS, 2, rate)

    def on_labels(targets):
        who = label_training.label_learner(KEY, small, 1, tabular_policy.tabular_softmax, optax.sgd(2.0), 1, 1, False)
        return label_training.trained_on_labels(who, jnp.array([0]), targets, STEPS)

    def climbed(base):
        return ladder(base).observed

    def ladder(weights):
        signals = ("own", "class", "samples")
        return signal_ladder.train_ladder(
            KEY, w, RULE, policy, weights, optax.adam(1e-2), STEPS, 2, rate, signals=signals
        )

    def adapted(slope):
        adam = fine_tuning.adam_or_descent(slope[0] > 0, 0.125, 0.5)
        return adam.update(slope, adam.init(jnp.zeros(2)))[0]

    def ascended(x):
        base = jax.nn.softmax(x)
        return reward_ascent.ascend_reward(KEY, base, 1.0 * right, 0.5, optax.sgd(1.0), STEPS, 2, jnp.exp)

    def rewarded(wins):
        return response_rewards.perceptron_reward(KEY, wins, jnp.eye(2), 4, 0.0, STEPS, 0.05)(jnp.eye(2))

    found = {
        "base_training.pretrain": Case(
            lambda junk: base_training.pretrain(KEY, w, policy, junk, STEPS), 0.125, TRAINED
        ),
        "policy_training.train_policy": Case(trained, start, TRAINED),
        "label_training.trained_on_labels": Case(on_labels, jnp.array([[[0.75, 0.25]]]), TRAINED),
        "signal_ladder.train_ladder": Case(climbed, start, TRAINED),
        "fine_tuning.adam_or_descent": Case(adapted, jnp.array([2.0, -3.0]), TERMS),
        "reward_ascent.ascend_reward": Case(ascended, logits(), TRAINED),
        "response_rewards.perceptron_reward": Case(rewarded, jnp.array([[0.0, 3.0], [1.0, 0.0]]), TRAINED),
        "own_string_loops.string_fit": Case(
            lambda counts: own_string_loops.string_fit(KEY, table, optax.sgd(2.0), STEPS)(counts),
            jnp.array([[3.0, 1.0]]),
            TRAINED,
        ),
    }
    return {name: case._replace(slope=False) for name, case in found.items()}


def further() -> dict[str, Case]:
    """Codes, keys, worlds of learners, loops over their own strings, and the attention over a tree of prefixes."""
    pair, w = component_pair([0.25, 0.125], [1, 0]), world()

    def own_strings(wrong):
        schedule = own_string_loops.SCHEDULES.index("accumulate")
        keep = own_string_loops.frequencies_kept
        return unroll(own_string_loops.string_loop(w, 0, keep, schedule, 3, 5, wrong, 0.0), jax.random.split(KEY, 4))

    def attention(x):
        levels = [x[:, :2], x[:, 2:]]
        return transformer_policy.tree_attention(levels, levels, levels, heads=2)

    def learner(_):
        return label_training.label_learner(
            KEY, w, 4, tabular_policy.tabular_softmax, optax.sgd(1.0), 2, STEPS, pooled=False
        ).bases

    levels = jax.random.normal(KEY, (3, 6, 4))
    smooth = {
        "transformer_policy.tree_attention": Case(attention, levels, TERMS),
        "own_string_loops.frequencies_kept": Case(own_string_loops.frequencies_kept, jnp.exp(logits()), TERMS),
        "own_string_loops.real_strings": Case(lambda wrong: own_string_loops.real_strings(w, 0, wrong), 0.25, TERMS),
        "reward_ascent.standardised_reward": Case(
            lambda x: reward_ascent.standardised_reward(jax.nn.softmax(x), x**2), logits(), TERMS
        ),
        "reward_ascent.greatest_gain": Case(
            lambda x: reward_ascent.greatest_gain(jax.nn.softmax(x), x**2), logits(), TERMS
        ),
        "signal_ladder.signal_laws": Case(
            lambda x: signal_ladder.signal_laws(KEY, w, 3, jax.nn.log_softmax(x)), logits(), TERMS
        )._replace(slope=False),
    }
    fixed = {
        "component_learners.token_code": lambda _: component_learners.token_code(),
        "component_learners.bit_code": lambda _: component_learners.bit_code(pair),
        "fine_tuning.first_questions": lambda _: fine_tuning.first_questions(world(), 2),
        "label_training.new_task_alone": lambda _: label_training.new_task_alone(world(), 4),
        "label_training.label_learner": learner,
        "weight_keys.initial_keys": lambda _: [weight_keys.initial_keys(KEY, 2).params() for _ in range(2)],
        "own_string_loops.string_loop": own_strings,
    }
    uncompiled = {name: Case(call, 0.25, TRAINED, slope=False, compiled=False) for name, call in fixed.items()}
    return {**smooth, **uncompiled}


def cases() -> dict[str, Case]:
    """Return all, by the places of the functions."""
    parts = (policies(), losses(), trainings(), further())
    return {f"learners.{name}": case for part in parts for name, case in part.items()}
