r"""Votes among m independent answers of one policy: who wins, and where training on the winner ends.

A policy $\pi$ is a law on K answers; m of its answers vote and the most frequent wins. Every number is a sum over the
multisets of m votes. Where ties are broken by chance, training on the winner ends at the likeliest answer of the start,
for every K and every $m\ge3$: right or wrong (compare majority voting in test-time training, arXiv 2505.21444).
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Key

from infoloop.loops.loop import Loop
from infoloop.probability.array_types import Numbers
from infoloop.probability.bisection import bisect
from infoloop.probability.unordered_draws import Multisets, multisets
from infoloop.probability.validation import check_choice, check_distributions, check_int

TIES = ("random", "first", "last", "redraw")
_CELLS = 2**22  # of an array that is held at once


def vote_winner(
    policy: Float[Numbers, "*batch answers"], voters: int, ties: str = "random"
) -> Float[Array, "*batch answers"]:
    r"""Return the law of the answer that wins the vote of m independent answers of the policy.

    $f_i=\sum_c\binom m{c_1\dots c_K}\pi^c\,P(i\text{ wins}\mid c)$ over all multisets c of m votes. For m = 3 and ties
    broken by chance it is $\pi_i(1+\pi_i-\sum_j\pi_j^2)$.

    Args:
        policy: $\pi$, a law on K answers; the right one is the first wherever ties know it.
        voters: m, known when compiling.
        ties: Among the answers with most votes win, by "random", all alike; by "first", the one that stands first in
            the policy; by "last", the one that stands last; by "redraw", all vote again until there is no tie.

    Raises:
        ValueError: It is no law, or there are more than 2,000,000 multisets or orders beyond floats: `sampled_winners`
            draws votes.

    >>> vote_winner([0.75, 0.25], 3).tolist(), vote_winner([0.75, 0.25], 2, "first").tolist()
    ([0.84375, 0.15625], [0.9375, 0.0625])
    """
    pi, m = check_distributions(policy, "policy"), check_int(voters, "voters")
    votes, wins, decided = _votes(m, pi.shape[-1], check_choice(ties, "ties", TIES))
    counts = votes.counts.astype(int)

    def winner(one):
        masses = votes.orders * (one**counts).prod(-1)
        won = jnp.matmul(masses, wins)
        return won / jnp.matmul(masses, decided) if ties == "redraw" else won

    policies = max(1, _CELLS // counts.size)
    if pi.size <= policies * pi.shape[-1]:
        return jnp.vectorize(winner, signature="(n)->(n)")(pi)
    # each block is computed again where it is differentiated, so that slopes take no more memory
    blocks = jax.lax.map(jax.checkpoint(winner), pi.reshape(-1, pi.shape[-1]), batch_size=policies)
    return blocks.reshape(pi.shape)


@functools.lru_cache(maxsize=32)
def _votes(voters: int, answers: int, ties: str) -> tuple[Multisets, *tuple[Float[np.ndarray, "..."], ...]]:
    """Return all multisets of votes, who wins in each, and whether anybody does."""
    words, instead = "{draws} voters on {kinds} answers", "draw votes (sampled_winners)"
    listed = multisets(answers, voters, words=words, instead=instead)
    return listed, *_decisions(listed.counts, ties)


def _decisions(counts, ties):
    """Return the probability of each answer to win, and whether one wins at all."""
    most = counts == counts.max(-1, keepdims=True)
    first = np.cumsum(most, -1) == 1
    last = np.cumsum(most[:, ::-1], -1)[:, ::-1] == 1
    alone = most.sum(-1) == 1
    wins = {
        "random": most / most.sum(-1, keepdims=True),
        "first": most & first,
        "last": most & last,
        "redraw": most & alone[:, None],
    }[ties]
    return wins.astype(float), (alone if ties == "redraw" else np.ones_like(alone)).astype(float)


def sampled_winners(
    key: Key[Array, ""], policy: Float[Numbers, " answers"], voters: int, runs: int, ties: str = "random"
) -> Int[Array, " runs"]:
    """Return the winners of as many votes, drawn: what `vote_winner` sums, for more voters and answers than it can.

    Every vote has a key of its own, so that no array grows with runs, voters and answers at once.

    Args:
        key: Key of the draws.
        policy: A law on the answers.
        voters: Answers that vote, known when compiling.
        runs: Votes that are drawn.
        ties: As in `vote_winner`; by "redraw" a vote is drawn until there is no tie.

    Raises:
        ValueError: It is no law, a number is below 1, or there is no such rule for ties.

    >>> sampled_winners(jax.random.key(0), [1.0, 0.0], 5, 3).tolist()
    [0, 0, 0]
    """
    pi, m, size = check_distributions(policy, "policy"), check_int(voters, "voters"), check_int(runs, "runs")
    check_choice(ties, "ties", TIES)
    if pi.ndim != 1:
        raise ValueError(f"policy has shape {pi.shape}: give one law; for many take vmap")
    answers = pi.shape[-1]

    def counted_votes(key):
        return jnp.bincount(jax.random.categorical(key, jnp.log(pi), shape=(m,)), length=answers)

    def again(state):
        key, _ = state
        return jax.random.fold_in(key, 1), counted_votes(jax.random.fold_in(key, 0))

    def tied(state):
        return (state[1] == state[1].max()).sum() > 1

    def winner(key):
        key_votes, key_ties = jax.random.split(key)
        counts = counted_votes(key_votes)
        if ties == "redraw":
            counts = jax.lax.while_loop(tied, again, (key_ties, counts))[1]
        if ties == "random":
            counts = counts + jax.random.uniform(key_ties, counts.shape)
        return answers - 1 - jnp.argmax(counts[::-1]) if ties == "last" else jnp.argmax(counts)

    return jax.lax.map(winner, jax.random.split(key, size), batch_size=max(1, _CELLS // (m * answers)))


def winner_of_three(policy: Float[Numbers, "*batch answers"]) -> Float[Array, "*batch answers"]:
    r"""Return the law of the winner of three votes, $\pi_i(1+\pi_i-\sum_j\pi_j^2)$: a step of the replicator equation.

    $\pi_i^3+3\pi_i^2(1-\pi_i)$ for three or two votes, and a third of $6\pi_i\pi_j\pi_k$ for each pair of others.

    Args:
        policy: $\pi$, a law.

    Raises:
        ValueError: It is no law.

    >>> winner_of_three([0.5, 0.25, 0.25]).tolist()
    [0.5625, 0.21875, 0.21875]
    """
    pi = check_distributions(policy, "policy")
    return pi * (1 + pi - (pi**2).sum(-1, keepdims=True))


def vote_training(policy: Float[Numbers, " answers"], voters: int, ties: str = "random") -> Loop:
    r"""Return self-training on votes as an exact loop: each round the law of the winner becomes the policy.

    The sum over all multisets is $(\sum\pi)^m$, so an error of the mass would grow m-fold each round: every state is
    divided by its mass, which differs from 1 by rounding alone.

    Args:
        policy: The policy at the start, a law.
        voters: Answers that vote, known when compiling.
        ties: As in `vote_winner`.

    Raises:
        ValueError: It is no law, or there are too many multisets.

    >>> loop = vote_training([0.75, 0.25], 3)
    >>> loop.step(None, loop.start(None)).tolist()
    [0.84375, 0.15625]
    """
    start, m = check_distributions(policy, "policy"), check_int(voters, "voters")
    _votes(m, start.shape[-1], check_choice(ties, "ties", TIES))
    return Loop(lambda key: start, lambda key, pi: vote_winner(pi / pi.sum(), m, ties))


def vote_training_limit(policy: Float[Numbers, "*batch answers"]) -> Float[Array, "*batch answers"]:
    r"""Return where training on votes of $m\ge3$ answers ends if chance breaks ties: the likeliest answers, alike.

    For $\pi_i\ge\pi_j$ the vote gives $\frac{f_i}{f_j}\ge\frac{\pi_i}{\pi_j}$, more if $\pi_i>\pi_j>0$; so the order
    stays, answers that are tied stay tied, and all others die out. With one or two voters nothing moves.

    Args:
        policy: The policy at the start, a law; equal numbers are tied.

    Raises:
        ValueError: It is no law.

    >>> vote_training_limit([[0.4, 0.45, 0.15], [0.4, 0.4, 0.2]]).tolist()
    [[0.0, 1.0, 0.0], [0.5, 0.5, 0.0]]
    """
    pi = check_distributions(policy, "policy")
    likeliest = jnp.where(pi == pi.max(-1, keepdims=True), 1.0, jnp.where(jnp.isnan(pi), jnp.nan, 0.0))
    return likeliest / likeliest.sum(-1, keepdims=True)


def vote_boundary(voters: int, ties: str = "random") -> Float[Array, ""]:
    r"""Return the share of the first of two answers above which training on votes ends at it, below it at the other.

    1/2 for an odd number of voters, and for any rule that treats both alike. An even number with ties to one answer
    moves it: for m = 4 it is $\frac{5-\sqrt{13}}6$, the root of $3p^2-5p+1$, with ties to the first; for m = 2 it is 0.
    It is the inner fixed point of $p\mapsto f_1(p)$, found by bisection.

    Args:
        voters: m, known when compiling; at least 2 with ties to one answer or votes again, else 3.
        ties: As in `vote_winner`.

    Raises:
        ValueError: No answer gains, so that there is no boundary.

    >>> round(float(vote_boundary(3)), 12), round(float(vote_boundary(4, "first")), 12)
    (0.5, 0.232408120756)
    """
    m = check_int(voters, "voters")
    check_choice(ties, "ties", TIES)
    least = 3 if ties == "random" else 2
    if m < least:
        raise ValueError(f"voters is {m} with ties {ties!r}: nothing moves, so give at least {least}")

    def loses(p):
        return vote_winner(jnp.stack([p, 1 - p], -1), m, ties)[..., 0] < p

    low, high = bisect(loses, jnp.array(0.0), jnp.array(1.0), 60)
    return (low + high) / 2
