r"""Comparisons of styled responses, by raters who look at nothing but who is right, and the wins that they make.

A reward model tells responses apart by question, class, marker and length (`response_rewards.response_tokens`): those
that it cannot tell apart are one *item*, and comparisons are counted by items.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, Key

from infoloop.probability.array_types import Number
from infoloop.probability.validation import check_finite, check_int
from infoloop.worlds.finite_worlds import World, right_outputs
from infoloop.worlds.styled_instructions import MARKER

_STYLES = 4  # with or without the marker, of length 1 or another one


class Comparisons(NamedTuple):
    """Comparisons of two responses to one question each.

    Attributes:
        asked: The question.
        said: The output of either response.
        preferred: Whether the first was preferred.
        there: Whether the comparison was made; as many are drawn as there can be, so that their number may be traced.
    """

    asked: Int[Array, "comparisons"]
    said: Int[Array, "2 comparisons"]
    preferred: Bool[Array, "comparisons"]
    there: Bool[Array, "comparisons"]


def drawn_comparisons(
    key: Key[Array, ""],
    world: World,
    rule: Int[Array, ""] | int,
    laws: Float[Array, "kinds questions outputs"],
    shares: Float[Array, "kinds"],
    certainty: Number,
    most: int,
    count: Number,
) -> Comparisons:
    r"""Return comparisons: an even question, a kind, two responses of its law, and a rater's choice.

    A rater prefers a right response to a wrong one with the probability $\sigma(c)$, and has no preference otherwise.
    The first comparisons are the same whatever `count` is.

    Args:
        key: A key of `jax.random`.
        world: A `styled_world`.
        rule: Number of the rule.
        laws: Of responses, for each kind of comparison.
        shares: How likely each kind is; they sum to 1.
        certainty: c, in log odds.
        most: How many comparisons are drawn.
        count: How many of them were made, at most `most`.

    Raises:
        ValueError: A number is out of its range.

    >>> from infoloop.worlds.styled_instructions import styled_responses, styled_world
    >>> world = styled_world(jax.random.key(0), tasks=0, domains=1)
    >>> law = styled_responses(world, 5, trained=0.8)
    >>> found = drawn_comparisons(jax.random.key(1), world, 5, law[None], jnp.ones(1), 3.0, most=8, count=5)
    >>> found.said.shape, int(found.there.sum())
    ((2, 8), 5)
    """
    most, certainty = check_int(most, "most"), check_finite(certainty, "certainty")
    key_ask, key_kind, key_say, key_judge = jax.random.split(key, 4)
    asked = jax.random.randint(key_ask, (most,), 0, len(world.task))
    kind = jax.random.categorical(key_kind, jnp.log(shares), shape=(most,))
    said = jax.random.categorical(key_say, jnp.log(laws[kind, asked]), shape=(2, most))
    right = right_outputs(world, rule)[asked, said].astype(float)
    preferred = jax.random.bernoulli(key_judge, jax.nn.sigmoid(certainty * (right[0] - right[1])))
    return Comparisons(asked, said, preferred, jnp.arange(most) < jnp.asarray(count))


def response_items(world: World) -> Int[Array, "questions outputs"]:
    """Return the number of the item that each response is, one beyond the last for junk.

    Args:
        world: A `styled_world`.

    >>> from infoloop.worlds.styled_instructions import styled_world
    >>> world = styled_world(jax.random.key(0), instructions=2, classes=3, tasks=0, domains=1)
    >>> len(set(response_items(world)[1].tolist())), int(response_items(world).max())
    (13, 24)
    """
    questions, classes = len(world.task), len(world.grades)
    style = 2 * (world.outputs[:, MARKER] == 1) + (world.outputs[:, 0] == 1)
    asked = jnp.arange(questions)[:, None] * classes + world.classes
    return jnp.where(world.classes >= 0, asked * _STYLES + style, questions * classes * _STYLES)


def item_wins(world: World, compared: Comparisons) -> Float[Array, "items items"]:
    """Return how often item a was preferred to item b; a response and its like say nothing, nor does junk.

    Args:
        world: A `styled_world`.
        compared: Comparisons of responses.

    >>> from infoloop.worlds.styled_instructions import styled_responses, styled_world
    >>> world = styled_world(jax.random.key(0), tasks=0, domains=1)
    >>> law = styled_responses(world, 5, trained=0.8)
    >>> item_wins(world, drawn_comparisons(jax.random.key(1), world, 5, law[None], jnp.ones(1), 3.0, 8, 5)).shape
    (48, 48)
    """
    items, place = len(world.task) * len(world.grades) * _STYLES, response_items(world)
    won, lost = (jnp.where(compared.preferred, compared.said[a], compared.said[b]) for a, b in ((0, 1), (1, 0)))
    pairs = place[compared.asked, won], place[compared.asked, lost]
    wins = jnp.zeros((items, items)).at[pairs].add(compared.there * 1.0, mode="drop")
    return jnp.where(jnp.eye(items, dtype=bool), 0.0, wins)


def by_item(world: World, seen: Float[Array, "questions outputs features"]) -> Float[Array, "items features"]:
    """Return what is seen of each item; zeros for one that no response is.

    Args:
        world: A `styled_world`.
        seen: What is seen of each response, the same for responses that are one item.

    >>> from infoloop.worlds.styled_instructions import styled_world
    >>> world = styled_world(jax.random.key(0), instructions=2, classes=3, tasks=0, domains=1)
    >>> by_item(world, (world.outputs[:, MARKER] == 1)[None, :, None] * jnp.ones((2, 1, 1)))[:4, 0].tolist()
    [0.0, 0.0, 1.0, 1.0]
    """
    items = len(world.task) * len(world.grades) * _STYLES
    return jnp.zeros((items, seen.shape[-1])).at[response_items(world)].set(seen, mode="drop")
