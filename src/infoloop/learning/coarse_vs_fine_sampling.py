r"""Sampled learners for three of the mechanisms of `coarse_vs_fine`: the exact risks are the means of such runs.

The fourth, a limited memory, has no learner to draw: its risks are those of the best of all memories.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from infoloop.probability.array_types import Number
from infoloop.probability.validation import check_int, check_positive, check_unit_interval

Risks = tuple[Float[Array, "runs"], Float[Array, "runs"]]  # fine and coarse, one entry a run; no unit


def vote_runs(key: Key[Array, ""], runs: int, items: int, votes: int, inside: Number, across: Number) -> Risks:
    """Return the task errors of sampled learners that count votes, as in `fine_and_coarse_vote_error` with g = 2.

    Ties are broken at random.

    Args:
        key: Randomness of all runs.
        runs: How many learners, each on items of its own.
        items: Items of a run.
        votes: Labels an item.
        inside: Probability of another label of the right class, in [0, 1].
        across: Probability of a label of the other class, in [0, 1].

    Returns:
        Shares of wrong classes, fine and coarse; NaN where the two probabilities make more than 1.

    Raises:
        ValueError: A probability is outside [0, 1], or a size below 1.

    >>> fine, coarse = vote_runs(jax.random.key(0), 3, 10, 5, 0.0, 0.0)
    >>> fine.tolist(), coarse.tolist()
    ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0])
    """
    inside, across = check_unit_interval(inside, "inside"), check_unit_interval(across, "across")
    draw_key, tie_key = jax.random.split(key)
    logits = jnp.log(jnp.stack([1 - inside - across, inside, across / 2, across / 2]))
    shape = check_int(runs, "runs"), check_int(items, "items"), check_int(votes, "votes")
    counts = jax.nn.one_hot(jax.random.categorical(draw_key, logits, shape=shape), 4).sum(-2)
    ties = jax.random.uniform(tie_key, counts.shape) / 2  # less than a vote
    fine = jnp.argmax(counts + ties, -1) >= 2
    coarse = jnp.argmax(counts.reshape(*counts.shape[:-1], 2, 2).sum(-1) + ties[..., :2], -1) == 1
    return _shares(inside + across <= 1, fine, coarse)


def shift_runs(key: Key[Array, ""], runs: int, items: int, noise: Number, inverted: Number, new: Number) -> Risks:
    """Return the task errors of sampled learners on shifted surfaces, as in `fine_and_coarse_shift_error`.

    A rule for each surface guesses on a new one; the one rule for all errs where either noise or the surface turns the
    bit, not where both do.

    Args:
        key: Randomness of all runs.
        runs: How many learners.
        items: Items of a run, with surfaces of their own.
        noise: Probability that a bit is misread, in [0, 1].
        inverted: Share of the surfaces on which its meaning is inverted, in [0, 1].
        new: Share of the surfaces that are new, in [0, 1].

    Returns:
        Shares of errors, fine and coarse.

    Raises:
        ValueError: A share is outside [0, 1], or a size below 1.

    >>> fine, coarse = shift_runs(jax.random.key(0), 2, 10, 0.0, 1.0, 0.0)
    >>> fine.tolist(), coarse.tolist()
    ([0.0, 0.0], [1.0, 1.0])
    """
    rates = [check_unit_interval(rate, name) for rate, name in ((noise, "noise"), (inverted, "inverted"), (new, "new"))]
    probabilities = jnp.stack([*rates, jnp.full_like(rates[0], 0.5)])[:, None, None]
    shape = 4, check_int(runs, "runs"), check_int(items, "items")
    misread, turned, unseen, guess = jax.random.uniform(key, shape) < probabilities
    return _shares(~jnp.isnan(probabilities).any(), jnp.where(unseen, guess, misread), misread != turned)


def recall_runs(
    key: Key[Array, ""], runs: int, demonstrations: int, verdicts: int, accepted: Number, outputs: int
) -> Risks:
    r"""Return the shares of an acceptance set that sampled learners find, as in `fine_and_coarse_recall`.

    By demonstrations, drawn from the M with repetition, and by verdicts on different outputs in random order.

    Args:
        key: Randomness of all runs.
        runs: How many learners of each kind.
        demonstrations: How many a learner sees.
        verdicts: How many a learner asks for.
        accepted: M, members of the set, above 0 and at most K.
        outputs: K.

    Returns:
        Shares found, fine (demonstrations) and coarse (verdicts).

    Raises:
        ValueError: M is out of range, or a size below 1.

    >>> fine, coarse = recall_runs(jax.random.key(0), 2, 1, 8, 4, 8)
    >>> fine.tolist(), coarse.tolist()
    ([0.25, 0.25], [1.0, 1.0])
    """
    draw_key, order_key = jax.random.split(key)
    n, k = check_int(runs, "runs"), check_int(outputs, "outputs")
    shown = check_int(demonstrations, "demonstrations")
    m, output = check_positive(accepted, "accepted", most=k), jnp.arange(k)
    shown_output = jnp.floor(jax.random.uniform(draw_key, (n, shown, 1)) * m) == output
    asked = jax.random.uniform(order_key, (n, k)).argsort(-1).argsort(-1) < check_int(verdicts, "verdicts")
    return shown_output.any(1).sum(-1, dtype=float) / m, (asked & (output < m)).sum(-1, dtype=float) / m


def _shares(law, fine, coarse):
    """Return the share of wrong items in each run; NaN unless the probabilities are a law."""
    shares = (wrong.mean(-1, dtype=float) for wrong in (fine, coarse))
    fine, coarse = (jnp.where(law, share, jnp.nan) for share in shares)
    return fine, coarse
