r"""What trained learners know of the rule in loops on their own labels, exact: closed, greedy, verified and replay.

Every data set is trained on once; a loop is a Markov chain of data sets (`label_loops`), of which only verdicts hang on
the rule.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from infoloop.learners.label_loops import accepted_labels, own_labels, replay_link, replayed_labels, verdict_laws
from infoloop.learners.label_training import LabelLearner, trained_on_labels
from infoloop.learners.readout_information import ReadoutInformation, information_by_round
from infoloop.learners.trained_information import (
    cases_by_round,
    label_laws,
    label_sets,
    set_laws,
    verdicts_information,
)
from infoloop.probability.array_types import Number
from infoloop.worlds.finite_worlds import World
from infoloop.worlds.strings import all_strings

LOOPS = ("closed", "greedy", "verified", "replay")


def first_cases(world: World, questions: int, wrong: Number, missing: Number) -> Float[Array, "rules sets"]:
    """Return P(x, d) of the rule and of noisy labels of the first questions.

    Args:
        world: The world; its outputs are its classes.
        questions: How many questions are labelled, the first ones.
        wrong: How often a label that is given is wrong.
        missing: How often none is given.

    Raises:
        ValueError: A rate is outside [0, 1].

    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=1, classes=2, alphabet=2, length=1, forms=1, tasks=0)
    >>> first_cases(world, 1, 0.0, 0.5).tolist()
    [[0.25, 0.0, 0.25], [0.0, 0.25, 0.25]]
    """
    laws = label_laws(world.right_class[:, :questions], len(world.grades), wrong, missing)
    return world.prior[:, None] * set_laws(laws)


def verdicts_by_round(
    cases: Float[Array, "rounds rules sets"],
    answers: Float[Array, "sets questions classes"],
    right: Int[Array, "rules questions"],
    misjudged: Number,
) -> Float[Array, "rounds"]:
    """Return what the verdicts on the answers of each round tell of the rule beyond the data, in bits.

    Args:
        cases: P(x, d) of each round.
        answers: The law of the answers after training on each data set.
        right: The right class of each question under each rule.
        misjudged: How often a verdict is wrong.

    Raises:
        ValueError: `misjudged` is outside [0, 1].

    >>> cases = jnp.full((1, 2, 1), 0.5)
    >>> verdicts_by_round(cases, jnp.full((1, 1, 2), 0.5), jnp.array([[0], [1]]), 0.0).round(12).tolist()
    [1.0]
    """
    drawn = jnp.asarray(all_strings(answers.shape[-1], right.shape[1]))
    laws, verdicts = set_laws(answers), verdict_laws(drawn, right, misjudged)
    return jax.lax.map(lambda cases: verdicts_information(cases, laws, verdicts), cases)


def information_in_loops(
    who: LabelLearner,
    start: Float[Array, "rules sets"],
    questions: int,
    steps: int,
    rounds: int,
    misjudged: Number,
    kept: Number,
    grid: Number,
) -> ReadoutInformation:
    """Return what a network knows of the rule, by loop (in the order of `LOOPS`) and round.

    Args:
        who: The learner; its first base is trained.
        start: P(x, d) of the first labels.
        questions: How many questions are trained, the first ones.
        steps: Steps of training a round.
        rounds: Rounds after the first.
        misjudged: How often a verdict is wrong.
        kept: Weight of the first labels under replay.
        grid: Of log-probabilities, in nats.

    Raises:
        ValueError: A rate is outside [0, 1], the grid is not above 0, or a number is below 1.

    >>> import optax
    >>> from infoloop.learners.label_training import label_learner
    >>> from infoloop.learners.tabular_policy import tabular_softmax
    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=1, classes=2, alphabet=2, length=1, forms=1, tasks=0)
    >>> who = label_learner(jax.random.key(1), world, 2, tabular_softmax, optax.sgd(1.0), 1, 1, pooled=False)
    >>> found = information_in_loops(who, first_cases(world, 1, 0.1, 0.2), 1, 1, 1, 0.0, 0.5, 0.5)
    >>> found.data.shape, bool((found.data[:, 0] == found.data[0, 0]).all())
    ((4, 2), True)
    """
    classes, right = len(who.world.grades), who.world.right_class[:, :questions]
    sets = label_sets(questions, classes)
    empty = len(sets) - 1
    targets = replayed_labels(sets, classes, kept)
    pairs = trained_on_labels(who, jnp.zeros(len(targets), int), targets, steps)
    logs = pairs[empty :: len(sets)]
    own = jnp.exp(logs[:, :questions])
    greedy = jax.nn.one_hot(own.argmax(axis=-1), classes, dtype=own.dtype)
    links = (own_labels(own), own_labels(greedy), accepted_labels(own, sets, right, misjudged))
    links = jnp.stack([jnp.broadcast_to(link, (len(start), *link.shape[1:])) for link in links])
    cases = jax.vmap(lambda link: cases_by_round(start, link, rounds))(links)
    told = jnp.zeros(cases.shape[:2]).at[2].set(verdicts_by_round(cases[2], own, right, misjudged))
    found = jax.vmap(lambda cases, told: information_by_round(cases, logs, told, questions, grid))(cases, told)
    first = (start[:, :, None] * (jnp.arange(len(sets)) == empty)).reshape(len(start), -1)
    replayed = cases_by_round(first, replay_link(jnp.exp(pairs[:, :questions])), rounds)
    last = information_by_round(replayed, pairs, told[0], questions, grid)
    return jax.tree.map(lambda many, one: jnp.concatenate([many, one[None]]), found, last)
