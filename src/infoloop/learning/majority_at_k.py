r"""majority@k of a population of questions: how often the right answer wins the vote of k attempts.

Two answers, right and wrong, are voted on, so that the right one needs more than half of the votes. Where wrong answers
differ it needs fewer: this is then a lower bound, and `majority_votes.vote_winner` has the laws of all answers.
"""

from functools import partial

import jax
import jax.numpy as jnp
from jax.core import Tracer
from jax.scipy.special import betainc, gammaln
from jaxtyping import Array, Float

from infoloop.learning.question_populations import (
    BetaRates,
    FixedRates,
    Population,
    VerdictCounts,
    check_counts,
    check_population,
)
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Batch
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_choice, check_int

TIES = ("random", "first", "last")


@kinds_checked
def majority_at(population: Population, k: int, ties: str = "random") -> Float[Array, ""]:
    r"""Return majority@k, the share of questions whose right answer wins a vote of k attempts, on average.

    The right answer wins iff it has a votes before the wrong one has b: with the probability
    $I_p(a,b)=P(\mathrm{Bin}(a+b-1,p)\ge a)$, where $a=b=\frac{k+1}2$ for odd k. For even k a tie goes to one of them,
    $a+b=k+1$; broken by chance it is as if one attempt less had voted. The mean is $\sum_iw_iI_{p_i}(a,b)$ of known
    rates, a sum of beta-binomial masses of Beta rates, and of counts the mean of `majority_at_estimate`. As
    $I_p(1,k)=1-(1-p)^k$, pass@k is the same with one vote needed.

    Args:
        population: What `fixed_rates`, `beta_rates` or `verdict_counts` returns.
        k: Attempts that vote, at least 1, known when compiling.
        ties: Of an even number: "random", either wins by chance; "first", the right one; "last", the wrong one.

    Raises:
        ValueError: `k` is below 1, or, of counts, above the attempts at some question; or there is no such rule.
        TypeError: It is no population.

    >>> from infoloop.learning.question_populations import beta_rates, fixed_rates
    >>> [round(float(majority_at(p, 3)), 12) for p in (fixed_rates([0.0, 0.5]), beta_rates(1.0, 1.0))]
    [0.25, 0.5]
    """
    check_population(population, FixedRates, BetaRates, VerdictCounts)
    a, b = _needed(k, ties)
    if isinstance(population, FixedRates):
        return (population.weights * betainc(float(a), float(b), population.rates)).sum()
    if isinstance(population, BetaRates):
        return _beta_binomial_tail(population.a, population.b, a, b)
    return majority_at_estimate(population.attempts, population.passes, k, ties).mean()


@kinds_checked
def majority_at_estimate(attempts: Batch, passes: Batch, k: int, ties: str = "random") -> Float[Array, "*batch"]:
    r"""Return the estimate of majority@k from c passes in n attempts, without bias.

    The share of the subsets of $a+b-1$ attempts with a passes or more,
    $\sum_{j\ge a}\binom cj\binom{n-c}{a+b-1-j}/\binom n{a+b-1}$, with a and b as for `majority_at`. Beyond n there is
    none, as for pass@k: k is the degree of a polynomial in p.

    Args:
        attempts: n, at least 1; the arguments broadcast.
        passes: c, from 0 to n.
        k: Attempts that vote, from 1 to n, known when compiling; for a traced n below it the result is NaN.
        ties: As in `majority_at`.

    Raises:
        ValueError: k is above n, which names both; or a number is not whole, or c above n; or there is no such rule.

    >>> majority_at_estimate(4, [0, 2, 4], 3).round(12).tolist()
    [0.0, 0.5, 1.0]
    """
    a, b = _needed(k, ties)
    n, c = check_counts(attempts, passes)
    if not isinstance(n, Tracer) and (n < k).any():
        raise ValueError(
            f"k is {k} and a question has n = {n.min():.0f} attempts: no unbiased estimator of majority@k from n "
            "verdicts exists for k > n; ask for less, or draw more attempts"
        )
    return _subset_tail(nan_unless(n >= k, n), c, a, b)


@partial(jax.jit, static_argnums=(2, 3))  # as one program: its many small operations would each be compiled alone
def _subset_tail(n, c, a, b):
    """Return the share of subsets of a + b - 1 of n attempts that hold a or more of c passes."""
    votes = a + b - 1
    j = jnp.arange(a, votes + 1)
    wide_n, wide_c = n[..., None], c[..., None]
    some = (j <= wide_c) & (votes - j <= wide_n - wide_c)
    safe_c, safe_rest = jnp.where(some, wide_c, j), jnp.where(some, wide_n - wide_c, votes - j)
    logs = _log_binomial(safe_c, j) + _log_binomial(safe_rest, votes - j) - _log_binomial(wide_n, votes)
    found = jnp.where(some, jnp.exp(logs), 0.0).sum(-1)
    sure = jnp.where(c < a, 0.0, jnp.where(n - c < b, 1.0, found))
    return nan_unless(~jnp.isnan(n + c), sure)


def _needed(k: int, ties: str) -> tuple[int, int]:
    """Return how many votes the right and the wrong answer need."""
    k, half = check_int(k, "k (attempts)"), k // 2
    check_choice(ties, "ties", TIES)
    if k % 2:
        return half + 1, half + 1
    return {"random": (half, half), "first": (half, half + 1), "last": (half + 1, half)}[ties]


def _log_binomial(n, k):
    return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)


@partial(jax.jit, static_argnums=(2, 3))
def _beta_binomial_tail(alpha, beta, a, b):
    """Return the probability of a or more passes in a + b - 1 attempts, by logarithms of rising factorials."""
    votes = a + b - 1
    steps, start = jnp.arange(votes), jnp.zeros(1)
    right, wrong = (jnp.concatenate([start, jnp.cumsum(jnp.log(x + steps))]) for x in (alpha, beta))
    j = jnp.arange(a, votes + 1)
    logs = _log_binomial(float(votes), j) + right[j] + wrong[votes - j] - jnp.log(alpha + beta + steps).sum()
    return jnp.exp(logs).sum()
