r"""Reward models of responses to questions: what they see of a response, and two of them, fitted to comparisons.

Bradley & Terry on features is `learning.reward_models.fitted_reward`; the perceptron is one hidden layer of tanh.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import optax
from jax import lax
from jaxtyping import Array, Float, Int, Key

from infoloop.learners.response_comparisons import by_item
from infoloop.learning.reward_models import fitted_reward
from infoloop.probability.array_types import Number
from infoloop.probability.validation import check_finite, check_int, check_positive
from infoloop.worlds.finite_worlds import World, right_outputs
from infoloop.worlds.styled_instructions import MARKER

Tokens = Float[Array, "*responses tokens"]


def response_tokens(world: World) -> Float[Array, "questions outputs tokens"]:
    """Return what a reward model sees of each response: marker, length, then question and class, one-hot.

    Junk has no class, and an output whose marker or length there is not has none of these.

    Args:
        world: A `styled_world`, whose responses have the marker in its place and the length first.

    >>> from infoloop.worlds.styled_instructions import styled_world
    >>> world = styled_world(jax.random.key(0), instructions=2, tasks=0, domains=1)
    >>> response_tokens(world)[1, 0, :4].tolist()
    [0.0, 0.0, 0.0, 1.0]
    """
    questions, shape = len(world.task), world.classes.shape
    asked = jnp.broadcast_to(jnp.eye(questions)[:, None, :], (*shape, questions))
    answered = jax.nn.one_hot(world.classes, len(world.grades), dtype=float)  # zeros for junk
    style = jnp.stack([world.outputs[:, MARKER] == 1, world.outputs[:, 0] == 1], axis=1) * 1.0
    return jnp.concatenate([jnp.broadcast_to(style, (*shape, 2)), asked, answered], axis=-1)


def question_by_class(world: World) -> Float[Array, "questions outputs tokens"]:
    """Return one-hot pairs of question and class: what a linear model needs to tell right from wrong; zeros for junk.

    Args:
        world: A world.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> question_by_class(lookup_world(jax.random.key(0), symbols=1, tasks=0))[1].sum(axis=0).tolist()
    [0.0, 0.0, 0.0, 0.0, 3.0, 3.0, 3.0, 3.0]
    """
    questions, classes = len(world.task), len(world.grades)
    both = jnp.arange(questions)[:, None] * classes + world.classes
    return jax.nn.one_hot(jnp.where(world.classes >= 0, both, -1), questions * classes, dtype=float)


def linear_response_reward(
    world: World, wins: Float[Array, "items items"], penalty: Number
) -> Float[Array, "questions outputs"]:
    r"""Return the reward of all responses by a linear model of marker, length, and question with class.

    Args:
        world: A `styled_world`.
        wins: How often an item was preferred to another, as `response_comparisons.item_wins` counts.
        penalty: $\lambda$, on half the squares of its weights; from 0 on.

    Returns:
        The rewards, up to a constant; NaN where no single finite reward is best.

    Raises:
        ValueError: The penalty is below 0, or the wins are no such table.

    >>> from infoloop.worlds.styled_instructions import styled_world
    >>> world = styled_world(jax.random.key(0), instructions=1, classes=2, tasks=0, domains=1)
    >>> wins = jnp.zeros((8, 8)).at[4, 0].set(3.0)  # class 1 beat class 0 three times, style apart
    >>> reward = linear_response_reward(world, wins, 1.0)[0]
    >>> bool(reward[world.classes[0] == 1].min() > reward[world.classes[0] == 0].max())
    True
    """
    seen = jnp.concatenate([response_tokens(world)[..., :2], question_by_class(world)], axis=-1)
    return seen @ fitted_reward(wins, by_item(world, seen), penalty).weights


def marker_lure(
    world: World, rule: Int[Array, ""] | int, reward: Float[Array, "questions outputs"]
) -> Float[Array, ""]:
    """Return what the marker adds to a reward, over what being right adds, in mean over answers and questions.

    Args:
        world: A `styled_world`.
        rule: Number of the rule.
        reward: Reward of all outputs.

    >>> from infoloop.worlds.styled_instructions import styled_world
    >>> world = styled_world(jax.random.key(0), tasks=0, domains=1)
    >>> marked = world.outputs[:, MARKER] == 1
    >>> round(float(marker_lure(world, 5, 4.0 * right_outputs(world, 5) + 1.0 * marked)), 12)
    0.25
    """
    marked, right, answer = world.outputs[:, MARKER] == 1, right_outputs(world, rule), world.classes >= 0
    mean = lambda members: (jnp.where(members, reward, 0.0).sum(axis=1) / members.sum(axis=1)).mean()  # noqa: E731
    return (mean(answer & marked) - mean(answer & ~marked)) / (mean(right) - mean(answer & ~right))


def perceptron_reward(
    key: Key[Array, ""],
    wins: Float[Array, "items items"],
    tokens: Float[Array, "items tokens"],
    width: int,
    penalty: Number,
    steps: int,
    rate: Number,
) -> Callable[[Tokens], Float[Array, "*responses"]]:
    r"""Return a perceptron, one hidden layer of tanh, fitted to comparisons by Adam, as a function of tokens.

    It descends on $\bigl[\frac\lambda2\|w\|^2-\sum_{ab}w_{ab}\ln\sigma(r_a-r_b)\bigr]/\sum_{ab}w_{ab}$.

    Args:
        key: A key of `jax.random` for the first weights.
        wins: $w_{ab}$, how often item a was preferred to item b; some are above 0.
        tokens: What is seen of each item.
        width: Hidden units.
        penalty: $\lambda$, from 0 on.
        steps: Steps of Adam.
        rate: Their size, above 0.

    Raises:
        ValueError: One of the numbers is out of range.

    >>> seen = jnp.eye(2)
    >>> reward = perceptron_reward(jax.random.key(0), jnp.array([[0.0, 3.0], [1.0, 0.0]]), seen, 4, 0.0, 400, 0.05)
    >>> round(float(jnp.exp(reward(seen)[0] - reward(seen)[1])), 3)
    3.0
    """
    width, steps = check_int(width, "width"), check_int(steps, "steps")
    penalty, optimiser = check_finite(penalty, "penalty", 0.0), optax.adam(check_positive(rate, "rate"))
    inside, outside = jax.random.split(key)
    start = (
        jax.random.normal(inside, (tokens.shape[1], width)) / 2,  # about four tokens of an item are not 0
        jnp.zeros(width),
        jax.random.normal(outside, (width,)) / jnp.sqrt(width),
    )

    def of(weights, seen):
        return jnp.tanh(seen @ weights[0] + weights[1]) @ weights[2]

    def loss(weights):
        reward = of(weights, tokens)
        size = sum((w**2).sum() for w in weights)
        fit = (wins * jax.nn.log_sigmoid(reward[:, None] - reward[None, :])).sum()
        return (penalty / 2 * size - fit) / wins.sum()

    def step(state, _):
        weights, memory = state
        moves, memory = optimiser.update(jax.grad(loss)(weights), memory, weights)
        return (optax.apply_updates(weights, moves), memory), None

    (weights, _), _ = lax.scan(step, (start, optimiser.init(start)), length=steps)
    return lambda seen: of(weights, seen)
