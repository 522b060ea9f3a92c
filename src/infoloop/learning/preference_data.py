r"""Comparisons of finitely many outputs in pairs: their law under a reward (Bradley & Terry 1952), and data by it.

`wins[a, b]` is how often a was preferred to b: expected counts, which need not be whole, counts drawn with a key, or
every table of counts that there is, with its probability.
"""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float, Int, Key

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Numbers
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_floats, check_positions, check_scores

MOST_TABLES = 2**20  # that are enumerated


@kinds_checked
def preference_law(reward: Float[Numbers, "outputs"]) -> Float[Array, "outputs outputs"]:
    r"""Return $P(a\succ b)=\sigma(r_a-r_b)$ for all pairs (Bradley & Terry 1952).

    Args:
        reward: Reward of each output, finite.

    Raises:
        ValueError: A reward is not finite.

    >>> preference_law([0.0, 0.0]).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """
    reward = check_scores(reward, "reward")
    return jax.nn.sigmoid(reward[:, None] - reward[None, :])


@kinds_checked
def expected_wins(
    comparisons: Float[Numbers, "outputs outputs"], reward: Float[Numbers, "outputs"]
) -> Float[Array, "outputs outputs"]:
    r"""Return the expected number of wins, $n_{ab}\,\sigma(r_a-r_b)$: the data without chance.

    Args:
        comparisons: How often each pair is compared: symmetric, from 0 on, with 0 on the diagonal.
        reward: Reward of each output by which they are judged.

    Raises:
        ValueError: One of them is none of these.

    >>> expected_wins([[0, 4], [4, 0]], [0.0, 0.0]).tolist()
    [[0.0, 2.0], [2.0, 0.0]]
    """
    counts = check_comparisons(comparisons)
    return counts * preference_law(check_rewards(reward, len(counts)))


@kinds_checked
def drawn_wins(
    key: Key[Array, ""], comparisons: Float[Numbers, "outputs outputs"], reward: Float[Numbers, "outputs"]
) -> Float[Array, "outputs outputs"]:
    r"""Return wins drawn from their law: for each pair a binomial number of $n_{ab}$ comparisons.

    Args:
        key: The key of the draws.
        comparisons: How often each pair is compared: symmetric whole numbers with 0 on the diagonal.
        reward: Reward of each output by which they are judged.

    Raises:
        ValueError: One of them is none of these.

    >>> wins = drawn_wins(jax.random.key(0), [[0, 7], [7, 0]], [0.0, 1.0])
    >>> float(wins[0, 1] + wins[1, 0])
    7.0
    """
    counts = check_comparisons(comparisons)
    law = preference_law(check_rewards(reward, len(counts)))
    first = jnp.triu(jax.random.binomial(key, counts, law, dtype=law.dtype), 1)
    return first + jnp.triu(counts, 1).T - first.T


@kinds_checked
def enumerated_wins(
    comparisons: Int[Numbers, "outputs outputs"], reward: Float[Numbers, "outputs"]
) -> tuple[Float[Array, "tables outputs outputs"], Float[Array, "tables"]]:
    r"""Return every table of wins that these comparisons can end in, and its probability.

    $\prod_{a<b}\binom{n_{ab}}{w_{ab}}\sigma(r_a-r_b)^{w_{ab}}\sigma(r_b-r_a)^{n_{ab}-w_{ab}}$.

    Args:
        comparisons: How often each pair is compared: symmetric whole numbers, known ones, with 0 on the diagonal.
        reward: Reward of each output by which they are judged; may be traced.

    Raises:
        ValueError: One of them is none of these, or there are more than 2^20 tables.
        TypeError: The comparisons are traced by JAX.

    >>> tables, probabilities = enumerated_wins([[0, 2], [2, 0]], [0.0, 0.0])
    >>> tables[:, 0, 1].tolist(), probabilities.round(12).tolist()
    ([0.0, 1.0, 2.0], [0.25, 0.5, 0.25])
    """
    with jax.ensure_compile_time_eval():  # known comparisons stay known where the reward is traced
        counts = check_positions(check_comparisons(comparisons), "comparisons")
    first, second = np.triu_indices(len(counts), 1)
    of_pair = counts[first, second]
    many = math.prod(int(n) + 1 for n in of_pair)
    if many > MOST_TABLES:
        raise ValueError(f"comparisons make {many} tables, more than {MOST_TABLES}: use `drawn_wins`")
    won = np.array(list(itertools.product(*(range(n + 1) for n in of_pair))), dtype=float)
    tables = np.zeros((many, *counts.shape))
    tables[:, first, second], tables[:, second, first] = won, of_pair - won
    ways = np.array([math.log(math.comb(n, k)) for n in of_pair.tolist() for k in range(n + 1)])
    starts = np.concatenate([[0], np.cumsum(of_pair + 1)[:-1]])
    reward = check_rewards(reward, len(counts))
    logs = (tables * jax.nn.log_sigmoid(reward[:, None] - reward[None, :])).sum((1, 2))
    return jnp.asarray(tables), jnp.exp(ways[starts + won.astype(int)].sum(1) + logs)


def check_wins(value: Float[Numbers, "outputs outputs"], what: str = "wins") -> Float[Array, "outputs outputs"]:
    """Return a square table of finite numbers from 0 on with 0 on the diagonal; a traced other one becomes NaN.

    Raises:
        ValueError: It is none of these.

    >>> check_wins([[0, 1], [2, 0]]).tolist()
    [[0.0, 1.0], [2.0, 0.0]]
    """
    table = check_floats(value, what)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or table.shape[0] < 2:
        raise ValueError(f"{what} has shape {table.shape}: give a square table, one row and one column an output")
    inside = (table >= 0).all() & (table < np.inf).all() & (table.diagonal() == 0).all()
    if isinstance(table, Tracer):
        return nan_unless(inside, table)
    if not inside:
        raise ValueError(f"{what} is {table.tolist()}: give finite numbers from 0 on, and 0 on the diagonal")
    return jnp.asarray(table)


def check_comparisons(value: Float[Numbers, "outputs outputs"]) -> Float[Array, "outputs outputs"]:
    """Return a table like that of `check_wins` that is symmetric; a traced other one becomes NaN.

    Raises:
        ValueError: It is none of these.

    >>> check_comparisons([[0, 3], [3, 0]]).tolist()
    [[0.0, 3.0], [3.0, 0.0]]
    """
    table = check_wins(value, "comparisons")
    symmetric = (table == table.T).all()
    if not isinstance(table, Tracer) and not symmetric:
        raise ValueError(f"comparisons is {table.tolist()}: give a symmetric table, a with b as often as b with a")
    return nan_unless(symmetric, table)


def check_rewards(value: Float[Numbers, "outputs"], outputs: int, what: str = "reward") -> Float[Array, "outputs"]:
    """Return finite numbers, one for each of so many outputs; traced ones that are not finite become NaN.

    Raises:
        ValueError: They are not finite, or not as many.

    >>> check_rewards([1, 2], 2).tolist()
    [1.0, 2.0]
    """
    found = check_scores(value, what)
    if found.shape != (outputs,):
        raise ValueError(f"{what} has shape {found.shape}: give one number for each of the {outputs} outputs")
    return found
