"""What is measured of learners: information in what they learnt, outcomes, costs, comparisons, rewards."""

import jax
import jax.numpy as jnp
import optax

from infoloop.learners import (
    component_contributions,
    drawn_label_runs,
    label_loops,
    label_training,
    ladder_costs,
    ladder_measures,
    ladder_predictions,
    loop_information,
    planted_leaks,
    policy_outcomes,
    readout_information,
    response_comparisons,
    response_rewards,
    style_uptake,
    tabular_policy,
    trained_information,
)
from infoloop.learners.fine_tuning import first_questions
from infoloop.learners.perceptron_policy import perceptron
from infoloop.worlds.component_pairs import component_pair
from infoloop.worlds.finite_worlds import right_outputs, under_rule
from infoloop.worlds.lookup import lookup_world
from infoloop.worlds.styled_instructions import styled_responses, styled_world
from tests.benchmarks.devices.learner_cases import KEY, RULE, STEPS, TERMS, TRAINED, logits, world
from tests.benchmarks.devices.two_devices import Case

RATES = jnp.array([0.125, 0.25, 0.375])
SETS, RIGHT = jnp.array([[0], [1], [2]]), jnp.array([[0], [1]])  # of labels of one question (2: none), under two rules


def _answers(x):
    """The answers after each set of labels."""
    return jnp.stack([x, 1 - x], axis=1)[:, None]


def label_cases() -> dict[str, Case]:
    """Links of loops over labels, and what verdicts and labels tell."""
    rules = jnp.array([[[0.0, 1.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]])
    loops, trained = label_loops, trained_information
    found = {
        "label_loops.own_labels": lambda x: loops.own_labels(_answers(x)),
        "label_loops.accepted_labels": lambda x: loops.accepted_labels(_answers(x), SETS, RIGHT, x[0]),
        "label_loops.verdict_laws": lambda x: loops.verdict_laws(SETS[:2], RIGHT, x[0]),
        "label_loops.replayed_labels": lambda x: loops.replayed_labels(SETS, 2, x[0]),
        "label_loops.replay_link": lambda x: loops.replay_link(jnp.tile(_answers(x), (3, 1, 1))),
        "trained_information.label_laws": lambda x: trained.label_laws(RIGHT, 2, x[0], x[1]),
        "trained_information.set_laws": lambda x: trained.set_laws(trained.label_laws(RIGHT, 2, x[0], x[1])),
        "trained_information.state_law": lambda x: trained.state_law(x[:, None] * x, jnp.array([0, 1, 0])),
        "trained_information.cases_by_round": lambda x: trained.cases_by_round(
            x[:, None] * x, jnp.stack([x, 1 - x, x * x])[None], 3
        ),
        "trained_information.verdicts_information": lambda x: trained.verdicts_information(
            x[:2, None] / x[:2].sum(), jnp.stack([x[:1], 1 - x[:1]], 1), rules
        ),
        "loop_information.verdicts_by_round": lambda x: loop_information.verdicts_by_round(
            jnp.ones((2, 2, 3)) * x / x.sum() / 2, _answers(x), RIGHT, x[0]
        ),
        "loop_information.first_cases": lambda x: loop_information.first_cases(one_question_of_two(), 1, x[0], x[1]),
        "readout_information.information_by_round": lambda x: readout_information.information_by_round(
            jnp.ones((1, 2, 3)) * x / x.sum() / 2, jnp.log(jnp.tile(_answers(x), (1, 2, 1))), x[:1], 1, 0.5
        ),
    }
    smooth = {name: Case(call, RATES, TERMS) for name, call in found.items()}
    grid = Case(lambda x: trained.quantised(x, 0.25), jnp.array([0.1, 0.3, -0.3]), TERMS, slope=False)
    states = Case(lambda x: trained.state_codes(jnp.stack([x, 2 * x, x])), RATES, TERMS, slope=False)
    sets = Case(lambda _: trained.label_sets(2, 2), 0.0, TERMS, slope=False, compiled=False)
    rounds = "readout_information.information_by_round"
    smooth[rounds] = smooth[rounds]._replace(slope=False)  # of what is read from a grid
    return {
        **smooth,
        "trained_information.quantised": grid,
        "trained_information.state_codes": states,
        "trained_information.label_sets": sets,
    }


def one_question_of_two():
    """A world of one question in two domains."""
    return lookup_world(jax.random.key(0), symbols=1, classes=2, alphabet=2, length=1, forms=1, tasks=0)


def loops_of_learners() -> dict[str, Case]:
    """Informations in loops over labels and verdicts, and drawn ones."""
    w = one_question_of_two()
    who = label_training.label_learner(KEY, w, 2, tabular_policy.tabular_softmax, optax.sgd(1.0), 1, 1, pooled=False)

    def first(x):
        return loop_information.first_cases(w, 1, x[0], x[1])

    def copy(labels):
        return jnp.log(jnp.eye(3)[labels][:, :2])

    found = {
        "loop_information.information_in_loops": lambda x: loop_information.information_in_loops(
            who, first(x), 1, 1, 2, x[0], x[1], 0.5
        ),
        "planted_leaks.information_with_leaks": lambda x: planted_leaks.information_with_leaks(
            who, first(x), 1, 1, 2, x[0]
        ),
        "drawn_label_runs.drawn_errors": lambda x: drawn_label_runs.drawn_errors(KEY, copy, 4, 2, 3, *x, True),
    }
    return {name: Case(call, RATES, TRAINED, slope=False) for name, call in found.items()}


def outcomes() -> dict[str, Case]:
    """Outcomes, costs and prices of trained policies."""
    w, pair, uniform = world(), component_pair([0.25, 0.125], [1, 0]), jnp.full((20, 36), -jnp.log(36.0))
    looks, price = jnp.array([0.25, 0.5, 0.875]), ladder_costs.SignalCosts
    found = {
        "policy_outcomes.outcomes": lambda x: policy_outcomes.outcomes(w, 3, uniform, jax.nn.log_softmax(x)),
        "ladder_costs.signal_costs": lambda x: ladder_costs.signal_costs(
            w, 0, jax.nn.sigmoid(x[:6].reshape(2, 3, -1)[..., :20]), 10, ("own", "samples")
        ),
        "component_contributions.read_contributions": lambda x: component_contributions.read_contributions(
            pair, jax.nn.log_softmax(x[:16, :32].reshape(256, 2))
        ),
        "component_contributions.written_contributions": lambda x: component_contributions.written_contributions(
            pair, jax.nn.log_softmax(x[:16, :32].reshape(2, 256))
        ),
    }
    by_look = {
        "policy_outcomes.first_at": lambda x: policy_outcomes.first_at(0.75, x, 10 * x),
        "style_uptake.share_gained": style_uptake.share_gained,
        "style_uptake.lead_on_the_way": lambda x: style_uptake.lead_on_the_way(0.4, x, 2 * x, x**2),
        "ladder_costs.signal_price": lambda x: ladder_costs.signal_price(price(x, 2 * x, 3 * x, x), 1.0, 0.5, x[0]),
        "ladder_predictions.predicted_accuracy": lambda x: ladder_predictions.predicted_accuracy(
            "class", x, 0.5, 0.5, 4, 4
        ),
    }
    return {name: Case(call, logits(), TERMS) for name, call in found.items()} | {
        name: Case(call, looks, TERMS, slope=False, compiled=False) for name, call in by_look.items()
    }


def ladder() -> dict[str, Case]:
    """Outcomes of all signals of a ladder."""
    w = under_rule(lookup_world(jax.random.key(0), symbols=2, tasks=1), 3)
    taught, policy = first_questions(w, 2), perceptron(w, 4, (8,))
    of_taught = perceptron(taught, 4, (8,))

    def found(start):
        return ladder_measures.ladder_outcomes(
            KEY,
            w,
            policy,
            taught,
            of_taught,
            start,
            optax.adam(0.05),
            STEPS,
            1,
            (0.2, 0.5),
            (1, 1, 1),
            ("own", "class"),
        )

    return {"ladder_measures.ladder_outcomes": Case(found, policy.start(KEY), TRAINED, slope=False)}


def responses() -> dict[str, Case]:
    """Comparisons of responses, and rewards fit to them."""
    w = styled_world(jax.random.key(0), tasks=0, domains=1)
    small = styled_world(jax.random.key(0), instructions=1, classes=2, tasks=0, domains=1)
    law, right = styled_responses(w, RULE, trained=0.8), right_outputs(w, RULE)

    def compared(certainty):
        return response_comparisons.drawn_comparisons(KEY, w, RULE, law[None], jnp.ones(1), certainty, most=8, count=5)

    rewards = response_rewards
    seen = {
        "response_comparisons.drawn_comparisons": compared,
        "response_comparisons.item_wins": lambda x: response_comparisons.item_wins(w, compared(x)),
        "response_comparisons.response_items": lambda _: response_comparisons.response_items(w),
        "response_comparisons.by_item": lambda x: response_comparisons.by_item(w, x * jnp.ones((*right.shape, 1))),
        "response_rewards.response_tokens": lambda _: rewards.response_tokens(w),
        "response_rewards.question_by_class": lambda _: rewards.question_by_class(w),
    }
    smooth = {
        "response_rewards.linear_response_reward": lambda x: rewards.linear_response_reward(
            small, jnp.zeros((8, 8)).at[4, 0].set(x).at[1, 6].set(1.0), 1.0
        ),
        "response_rewards.marker_lure": lambda x: rewards.marker_lure(w, RULE, x * right + law),
        "style_uptake.styled_outcomes": lambda x: style_uptake.styled_outcomes(
            w, RULE, law, 1.0 * right, jax.nn.log_softmax(x * jnp.log(0.01 + law))
        ),
    }
    return {name: Case(call, 3.0, TERMS, slope=False, compiled=False) for name, call in seen.items()} | {
        name: Case(call, 3.0, TERMS) for name, call in smooth.items()
    }


def cases() -> dict[str, Case]:
    """Return all, by the places of the functions."""
    parts = (label_cases(), loops_of_learners(), outcomes(), ladder(), responses())
    return {f"learners.{name}": case for part in parts for name, case in part.items()}
