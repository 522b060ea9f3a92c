"""majority@k against every tuple of attempts, and every subset of a log, in fractions."""

import itertools
import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.majority_at_k import TIES, majority_at, majority_at_estimate
from infoloop.learning.majority_votes import vote_winner
from infoloop.learning.question_populations import beta_rates, fixed_rates, verdict_counts
from infoloop.probability.numerics import rounding

WINS_TIE = {"random": Fraction(1, 2), "first": Fraction(1), "last": Fraction(0)}
CASES = [(k, ties) for k in range(1, 5) for ties in TIES if k % 2 == 0 or ties == "random"]


def share(passes, votes, ties):
    """Of one vote: 1 if it is won, a part of it if it is tied."""
    return Fraction(2 * passes > votes) if 2 * passes != votes else WINS_TIE[ties]


def voted(p, k, ties):
    total = Fraction(0)
    for attempts in itertools.product((0, 1), repeat=k):
        total += math.prod(p if passed else 1 - p for passed in attempts) * share(sum(attempts), k, ties)
    return total


@pytest.mark.parametrize(("k", "ties"), CASES)
def test_of_known_rates_it_is_the_share_of_votes_that_are_won(k, ties):
    rates, weights = [Fraction(0), Fraction(1, 4), Fraction(5, 8), Fraction(1)], [Fraction(n, 8) for n in (1, 4, 2, 1)]
    expected = sum(w * voted(p, k, ties) for p, w in zip(rates, weights, strict=True))
    population = fixed_rates(list(map(float, rates)), list(map(float, weights)))
    assert abs(majority_at(population, k, ties) - float(expected)) <= rounding(8)


def beta_moment(a, b, i, j):
    """E p^i (1-p)^j by rising factorials."""
    rising = lambda x, n: math.prod((x + s for s in range(n)), start=Fraction(1))  # noqa: E731
    return rising(a, i) * rising(b, j) / rising(a + b, i + j)


@pytest.mark.parametrize(("k", "ties"), [*CASES, (31, "random"), (40, "last")])
def test_of_beta_rates_it_is_a_sum_of_moments(k, ties):
    for a, b in [(Fraction(1, 2), Fraction(2)), (Fraction(3), Fraction(1, 4))]:
        expected = sum(math.comb(k, j) * beta_moment(a, b, j, k - j) * share(j, k, ties) for j in range(k + 1))
        assert abs(majority_at(beta_rates(float(a), float(b)), k, ties) / float(expected) - 1) <= rounding(k + 8)


@pytest.mark.parametrize(("k", "ties"), CASES)
def test_of_counts_it_is_that_of_all_subsets(k, ties):
    counts = [(n, c) for n in (6, 7) for c in range(n + 1)]
    found = majority_at_estimate(*map(list, zip(*counts, strict=True)), k, ties)
    for (n, c), estimate in zip(counts, found, strict=True):
        subsets = list(itertools.combinations([1] * c + [0] * (n - c), k))
        expected = sum(share(sum(chosen), k, ties) for chosen in subsets) / len(subsets)
        assert abs(estimate - float(expected)) <= rounding(16)
    assert abs(majority_at(verdict_counts(*map(list, zip(*counts, strict=True))), k, ties) - found.mean()) <= rounding(
        8
    )


@pytest.mark.slow
def test_wrong_answers_that_differ_make_it_a_lower_bound():
    """Of three answers the right one, at 2/5, wins more often than if both others were one."""
    for k in (3, 4, 5):
        several, one = vote_winner([0.4, 0.3, 0.3], k)[0], vote_winner([0.4, 0.6], k)[0]
        assert abs(majority_at(fixed_rates([0.4]), k) - one) <= rounding(8)
        assert several > one


@pytest.mark.full
def test_slopes_and_batches():
    slope = jax.grad(lambda p: majority_at(fixed_rates(jnp.stack([p])), 3))(0.25)
    assert abs(slope - 6 * 0.25 * 0.75) <= rounding(8)  # of 3p^2 - 2p^3
    batch = jax.jit(jax.vmap(lambda a: majority_at(beta_rates(a, 2.0), 5)))(jnp.array([1.0, 2.0]))
    assert abs(batch[1] - 0.5) <= rounding(8)
    assert np.isnan(jax.jit(lambda n: majority_at_estimate(n, 1.0, 3))(2.0))


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="k is 5 and a question has n = 4 attempts: no unbiased estimator"):
        majority_at(verdict_counts([8, 4], [2, 1]), 5)
    with pytest.raises(ValueError, match="ties is 'redraw': choose one of 'random', 'first', 'last'"):
        majority_at(fixed_rates([0.5]), 4, "redraw")
    with pytest.raises(ValueError, match=r"k \(attempts\) is 0: give a whole number, at least 1"):
        majority_at(fixed_rates([0.5]), 0)
    with pytest.raises(TypeError, match="population is a list: make one by fixed_rates, beta_rates or verdict_counts"):
        majority_at([0.5], 3)  # ty: ignore[invalid-argument-type]
