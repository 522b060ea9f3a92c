"""Votes against every tuple of answers in fractions; training on them against its limit."""

import itertools
import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.majority_votes import (
    sampled_winners,
    vote_boundary,
    vote_training,
    vote_training_limit,
    vote_winner,
    winner_of_three,
)
from infoloop.loops.loop import unroll
from infoloop.probability.numerics import rounding

LAWS = {2: ["1/4", "3/4"], 3: ["1/2", "1/8", "3/8"], 4: ["1/8", "1/2", "0", "3/8"]}


def winners(law, voters, ties):
    """Go through all tuples of votes."""
    won, decided = [Fraction(0)] * len(law), Fraction(0)
    for votes in itertools.product(range(len(law)), repeat=voters):
        mass = math.prod(law[v] for v in votes)
        best = max(map(votes.count, votes))
        tied = sorted(v for v in set(votes) if votes.count(v) == best)
        if ties == "redraw" and len(tied) > 1:
            continue
        decided += mass
        for v in {"first": tied[:1], "last": tied[-1:]}.get(ties, tied):
            won[v] += mass / (len(tied) if ties == "random" else 1)
    return [w / decided for w in won]


@pytest.mark.parametrize("ties", ["random", "first", "last", "redraw"])
@pytest.mark.parametrize(("answers", "voters"), [(2, 1), (2, 4), (3, 3), (4, 2), (4, 5)])
def test_the_winner_is_that_of_all_tuples(answers, voters, ties):
    law = list(map(Fraction, LAWS[answers]))
    found = vote_winner(list(map(float, law)), voters, ties)
    np.testing.assert_allclose(found, list(map(float, winners(law, voters, ties))), atol=rounding(8))


def test_three_voters_are_a_step_of_the_replicator():
    laws = np.random.default_rng(0).dirichlet(np.ones(5), 20)
    np.testing.assert_allclose(winner_of_three(laws), vote_winner(laws, 3), atol=rounding(8))


@pytest.mark.slow
def test_rise_then_collapse():
    """The right answer rises from 2/5 to 203/500, and dies out."""
    start = [0.4, 0.45, 0.15]
    assert abs(vote_winner(start, 3)[0] - 203 / 500) <= rounding(4)
    seen = np.asarray(unroll(vote_training(start, 3), jnp.arange(60)))[:, 0]
    assert seen[1] > seen[0]
    assert seen[-1] < rounding(4)
    assert vote_training_limit(start).tolist() == [0, 1, 0]


def test_many_small_answers_help_for_three_rounds():
    """.300 to .346 in three rounds, then 0."""
    seen = np.asarray(unroll(vote_training([0.3, 0.35, *[0.05] * 7], 3), jnp.arange(60)))[:, 0]
    assert np.argmax(seen) == 3
    assert round(seen[3], 3) == 0.346
    assert seen[-1] < rounding(4)


@pytest.mark.parametrize("voters", [3, 6])
def test_training_ends_at_the_plurality(voters):
    end = unroll(vote_training([0.3, 0.36, 0.34], voters), jnp.arange(100))[-1]
    np.testing.assert_allclose(end, [0, 1, 0], atol=rounding(64))


def test_the_limit_of_ties_is_shared():
    found = vote_training_limit([[0.3, 0.36, 0.34], [0.35, 0.35, 0.3], [0.25, 0.5, 0.25]])
    assert found.tolist() == [[0, 1, 0], [0.5, 0.5, 0], [0, 1, 0]]


def test_two_voters_move_nothing_unless_ties_are_redrawn():
    law = np.array([0.5, 0.3, 0.2])
    np.testing.assert_allclose(vote_winner(law, 2), law, atol=rounding(4))
    np.testing.assert_allclose(vote_winner(law, 2, "redraw"), law**2 / (law**2).sum(), atol=rounding(4))


@pytest.mark.slow
def test_boundaries():
    assert abs(vote_boundary(5) - 1 / 2) <= rounding(1)
    assert abs(vote_boundary(4, "first") - (5 - 13**0.5) / 6) <= rounding(1)
    assert abs(vote_boundary(4, "last") - (1 + 13**0.5) / 6) <= rounding(1)
    assert abs(vote_boundary(2, "first")) <= rounding(1)
    assert abs(vote_boundary(2, "redraw") - 1 / 2) <= rounding(1)
    with pytest.raises(ValueError, match="voters is 2 with ties 'random': nothing moves, so give at least 3"):
        vote_boundary(2)


@pytest.mark.full
def test_it_is_batched_and_has_the_slopes_of_the_polynomial():
    laws = jnp.array([[0.5, 0.5, 0.0], [0.25, 0.25, 0.5]])
    batch = jax.jit(jax.vmap(lambda p: vote_winner(p, 3)))(laws)
    np.testing.assert_allclose(batch, vote_winner(laws, 3), atol=rounding(4))
    slopes = jax.jacfwd(lambda p: vote_winner(p / p.sum(), 3))(laws[0])
    exact = jax.jacfwd(lambda p: winner_of_three(p / p.sum()))(laws[0])
    np.testing.assert_allclose(slopes, exact, atol=rounding(32))


@pytest.mark.full
@pytest.mark.parametrize("ties", ["random", "first", "last", "redraw"])
def test_drawn_winners_have_the_law(ties):
    draws = 20_000
    found = jax.jit(lambda key: sampled_winners(key, [0.5, 0.25, 0.25], 4, draws, ties))(jax.random.key(5))
    shares = np.bincount(found, minlength=3) / draws
    radius = np.sqrt(np.log(2 * 3 / 1e-6) / (2 * draws))  # Hoeffding, three shares: fails once in a million
    np.testing.assert_array_less(abs(shares - vote_winner([0.5, 0.25, 0.25], 4, ties)), radius)


@pytest.mark.full
def test_many_policies_and_many_draws_go_in_blocks():
    """Memory of the compiled programs: all at once would be 8e8 and 8e9 bytes."""
    laws = jnp.full((10_000, 4), 0.25)
    sums = jax.jit(lambda p: jax.value_and_grad(lambda p: vote_winner(p, 20).sum())(p)).lower(laws)
    draws = jax.jit(lambda key: sampled_winners(key, [0.1] * 10, 100, 1_000_000)).lower(jax.random.key(0))
    for lowered in (sums, draws):
        memory = lowered.compile().memory_analysis()
        assert memory is not None
        assert memory.temp_size_in_bytes < 4e8


@pytest.mark.full
def test_blocks_change_nothing():
    laws = np.random.default_rng(3).dirichlet(np.ones(4), 1500)  # more than are summed at once
    found, alone = vote_winner(laws, 20), jnp.stack([vote_winner(law, 20) for law in laws[::500]])
    np.testing.assert_allclose(found[::500], alone, atol=rounding(8))
    np.testing.assert_allclose(vote_winner(laws.reshape(3, 500, 4), 20), found.reshape(3, 500, 4), atol=rounding(8))


def test_what_cannot_be_counted_is_named():
    with pytest.raises(ValueError, match=r"64 voters on 8 answers are 1,\d{3},\d{3},\d{3} multisets.*sampled_winners"):
        vote_winner([0.125] * 8, 64)
    with pytest.raises(ValueError, match=r"^1,100 voters on 2 answers are in too many orders.*sampled_winners.$"):
        vote_winner([0.5, 0.5], 1100)
    with pytest.raises(ValueError, match="ties is 'coin': choose one of 'random', 'first', 'last', 'redraw'"):
        vote_winner([0.5, 0.5], 3, "coin")
    with pytest.raises(ValueError, match="voters is 0: give a whole number, at least 1"):
        vote_winner([0.5, 0.5], 0)
    with pytest.raises(ValueError, match="ties is 'coin': choose one of"):
        sampled_winners(jax.random.key(0), [0.5, 0.5], 3, 2, "coin")
    with pytest.raises(ValueError, match=r"policy has shape \(2, 2\): give one law"):
        sampled_winners(jax.random.key(0), [[0.5, 0.5], [0.5, 0.5]], 3, 2)
