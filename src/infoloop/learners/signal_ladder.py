r"""A ladder of signals, one change a rung, and the training of one learner on all of them from one base, all at once.

Granularity falls from one reference in a house style to the class label; then the objective changes from $\ln p$ to
$p$, then comes sampling. A signal is data: a law of references and a mixture of objectives, so that all rungs share
one compiled training.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Bool, Float, Int, Key, PyTree

from infoloop.learners.objectives import (
    best_of_n_law,
    class_likelihood,
    expected_reward,
    imitation,
    pair_preference,
    sampled_policy_gradients,
)
from infoloop.learners.parametric_policies import LogPolicy, ParametricPolicy
from infoloop.learners.policy_training import Objective, Observer, train_policy
from infoloop.learning.policy_gradient.advantage_rules import grpo, reinforce
from infoloop.learning.policy_gradient.reward_kinds import verdict_outputs
from infoloop.reporting.suggestions import did_you_mean, list_names, quote
from infoloop.worlds.finite_worlds import World, right_outputs
from infoloop.worlds.reference_signals import all_references, drawn_references, house_references

_OBJECTIVE = {
    **dict.fromkeys(("house", "own", "some", "all", "best_of_n"), 0),
    "class": 1,
    "verdict": 2,
    "samples": 3,
    "rejection": 4,
    "preferences": 5,
}
SIGNALS = tuple(_OBJECTIVE)
EXACT_SIGNALS = SIGNALS[:7]  # those that draw nothing once the references are there
SAMPLED_SIGNALS = SIGNALS[7:9]  # those that ask for new verdicts in every step


class LadderSettings(NamedTuple):
    r"""What the rungs are made of.

    Attributes:
        some: k, the references a question of the signal `some`.
        best_of: n, outputs of the base among which `best_of_n` takes the best.
        group: G, outputs a question and step of `samples` and `rejection`.
        pairs: P, judged pairs a question of `preferences`, drawn once.
        beta: $\beta$ of `preferences`.
    """

    some: int = 2
    best_of: int = 16
    group: int = 8
    pairs: int = 8
    beta: float = 1.0


LADDER_DEFAULTS = LadderSettings()


class LadderTraining(NamedTuple):
    """What the trainings did, one a signal along the leading axis.

    Attributes:
        observed: What the observer saw, signals x looks x ...
        diverged: Whether a loss was not finite.
    """

    observed: PyTree
    diverged: Bool[Array, "signals"]


def train_ladder(
    key: Key[Array, ""],
    world: World,
    rule: Int[Array, ""] | int,
    policy: ParametricPolicy,
    start: PyTree,
    optimiser: optax.GradientTransformation,
    steps: int,
    every: int,
    observer: Observer,
    observed_policy: ParametricPolicy | None = None,
    signals: Sequence[str] = SIGNALS,
    settings: LadderSettings = LADDER_DEFAULTS,
) -> LadderTraining:
    """Train one learner from one base on each signal about a world's trained questions.

    Args:
        key: Randomness of references, pairs and samples; all signals share it.
        world: A world; of its trained questions alone, a step costs least (`fine_tuning.first_questions`).
        rule: Number of the rule that is right.
        policy: The learner on the questions of `world`.
        start: Its parameters, the base.
        optimiser: As in `train_policy`.
        steps: As there.
        every: As there.
        observer: As there.
        observed_policy: As there.
        signals: Which signals, of `SIGNALS`.
        settings: What they are made of.

    Raises:
        ValueError: There is no such signal, or steps, `every` or a setting is out of its range.

    >>> from infoloop.learners.tabular_policy import tabular_softmax
    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2, tasks=0)
    >>> policy, right = tabular_softmax(world), right_outputs(world, 5)
    >>> def pass_rate(log_policy):
    ...     return jnp.where(right & world.trained[:, None], jnp.exp(log_policy), 0.0).sum() / 2
    >>> found = train_ladder(
    ...     jax.random.key(1), world, 5, policy, policy.start(jax.random.key(2)), optax.adam(0.1), 50, 25, pass_rate,
    ...     signals=("own", "class"),
    ... )
    >>> found.observed.shape, bool((found.observed[:, -1] > 0.9).all())
    ((2, 3), True)
    """
    key_laws, key_pairs, key_steps = jax.random.split(key, 3)
    base = policy.log_policy(start)
    laws = signal_laws(key_laws, world, rule, base, signals, settings)
    parts = _parts(key_pairs, world, rule, base, settings)
    mixtures = np.eye(6)[[_OBJECTIVE[name] for name in signals]]
    used = np.flatnonzero(mixtures.any(axis=0))
    outputs = verdict_outputs(right_outputs(world, rule))
    sampled = sampled_policy_gradients((grpo(), reinforce()), outputs, _weight(world), settings.group)

    def of_signal(law, mixture):
        named = {0: imitation(law, _weight(world)), **parts}

        def objective(log_policy, key):
            losses = {k: named[k](log_policy, key) for k in used.tolist() if k in named}
            if {3, 4} & set(used.tolist()):
                losses |= zip((3, 4), sampled(log_policy, key), strict=True)
            return sum(mixture[j] * losses[k] for j, k in enumerate(used.tolist()))

        return train_policy(key_steps, policy, start, objective, optimiser, steps, every, observer, observed_policy)

    found = jax.vmap(of_signal)(laws, mixtures[:, used])
    return LadderTraining(found.observed, found.diverged)


def signal_laws(
    key: Key[Array, ""],
    world: World,
    rule: Int[Array, ""] | int,
    base: LogPolicy,
    signals: Sequence[str] = SIGNALS,
    settings: LadderSettings = LADDER_DEFAULTS,
) -> Float[Array, "signals questions outputs"]:
    """Return the law of outputs that each signal shows; of one that shows none, all right outputs alike.

    The reference of `own` is among those of `some`.

    Args:
        key: The key of references.
        world: A world.
        rule: Number of the rule.
        base: Log-probabilities of the base.
        signals: Which signals, of `SIGNALS`.
        settings: What they are made of.

    Raises:
        ValueError: There is no such signal, or a setting is out of its range.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2)
    >>> laws = signal_laws(jax.random.key(1), world, 3, jnp.full(world.classes.shape, -jnp.log(36.0)))
    >>> laws.max(axis=2)[:4, 0].round(3).tolist()
    [1.0, 1.0, 0.5, 0.333]
    """
    for name in signals:
        if name not in _OBJECTIVE:
            raise ValueError(
                f"there is no signal {quote(name)}{did_you_mean(name, SIGNALS)}; there are {list_names(SIGNALS)}"
            )
    key_house, key_own = jax.random.split(key)
    every: dict[str, Any] = {
        "house": house_references(key_house, world, rule),
        "own": drawn_references(key_own, world, rule),
        "some": drawn_references(key_own, world, rule, settings.some),
        "best_of_n": best_of_n_law(base, right_outputs(world, rule).astype(float), settings.best_of),
    }
    right = all_references(world, rule)
    return jnp.stack([every.get(name, right) for name in signals])


def _parts(
    key: Key[Array, ""], world: World, rule: Int[Array, ""] | int, base: LogPolicy, settings: LadderSettings
) -> dict[int, Objective]:
    """Return the objectives that show no law and draw nothing in training, by their number in a mixture."""
    weight, right = _weight(world), right_outputs(world, rule)
    shape = (settings.pairs, len(weight))
    key_chosen, key_rejected = jax.random.split(key)
    chosen, rejected = (
        jax.random.categorical(k, jnp.where(kind, base, -jnp.inf), shape=shape).T
        for k, kind in ((key_chosen, right), (key_rejected, ~right))
    )
    return {
        1: class_likelihood(right, weight),
        2: expected_reward(right.astype(float), weight),
        5: pair_preference(base, chosen, rejected, weight, settings.beta),
    }


def _weight(world):
    return world.trained / world.trained.sum()
