r"""Sampled learners for three of the mechanisms of `coarse_vs_fine`: the exact risks are the means of such runs.

The fourth, a limited memory, has no learner to draw: its risks are those of the best of all memories.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from infoloop.probability.validation import check_int, check_positive, check_unit_interval

Risks = tuple[jax.Array, jax.Array]


def vote_runs(key, runs: int, items: int, votes: int, inside, across) -> Risks:
    """Task errors of `runs` learners on items of their own: each counts n labels an item, as in `vote_risks`, g = 2.

    Ties are broken at random. Two arrays, fine and coarse, one entry a run; no unit. Raises ValueError for
    probabilities outside [0, 1]; where they make more than 1, the shares are NaN.

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


def shift_runs(key, runs: int, items: int, noise, inverted, new) -> Risks:
    """Task errors of `runs` learners, each judged on items with surfaces of their own, as in `shift_risks`.

    A rule for each surface guesses on a new one; the one rule for all errs where either noise or the surface turns the
    bit, not where both do. Two arrays, fine and coarse, one entry a run; no unit. Raises ValueError for rates outside
    [0, 1].

    >>> fine, coarse = shift_runs(jax.random.key(0), 2, 10, 0.0, 1.0, 0.0)
    >>> fine.tolist(), coarse.tolist()
    ([0.0, 0.0], [1.0, 1.0])
    """
    rates = [check_unit_interval(rate, name) for rate, name in ((noise, "noise"), (inverted, "inverted"), (new, "new"))]
    probabilities = jnp.stack([*rates, jnp.full_like(rates[0], 0.5)])[:, None, None]
    shape = 4, check_int(runs, "runs"), check_int(items, "items")
    misread, turned, unseen, guess = jax.random.uniform(key, shape) < probabilities
    return _shares(~jnp.isnan(probabilities).any(), jnp.where(unseen, guess, misread), misread != turned)


def recall_runs(key, runs: int, demonstrations: int, verdicts: int, accepted, outputs: int) -> Risks:
    r"""Shares of an acceptance set of M among K that `runs` learners find, one run by drawing and one by asking.

    By demonstrations, drawn from the M with repetition, and by verdicts on different outputs in random order: the
    means are those of `recalls`. Two arrays, fine and coarse, one entry a run; no unit. Raises ValueError for an M
    that is not positive or above K.

    >>> fine, coarse = recall_runs(jax.random.key(0), 2, 1, 8, 4, 8)
    >>> fine.tolist(), coarse.tolist()
    ([0.25, 0.25], [1.0, 1.0])
    """
    draw_key, order_key = jax.random.split(key)
    n, shown, k = (
        check_int(runs, "runs"),
        check_int(demonstrations, "demonstrations"),
        check_int(outputs, "outputs"),
    )
    m, output = check_positive(accepted, "accepted", most=k), jnp.arange(k)
    shown_output = jnp.floor(jax.random.uniform(draw_key, (n, shown, 1)) * m) == output
    asked = jax.random.uniform(order_key, (n, k)).argsort(-1).argsort(-1) < check_int(verdicts, "verdicts")
    return shown_output.any(1).sum(-1, dtype=float) / m, (asked & (output < m)).sum(-1, dtype=float) / m


def _shares(law, fine, coarse) -> Risks:
    """The share of items, in each run; NaN unless the probabilities are a law."""
    shares = (wrong.mean(-1, dtype=float) for wrong in (fine, coarse))
    fine, coarse = (jnp.where(law, share, jnp.nan) for share in shares)
    return fine, coarse
