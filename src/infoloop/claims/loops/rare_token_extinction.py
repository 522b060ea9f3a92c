"""Chapter 2, extinction: how long a rare token lasts (S12)."""

import itertools
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from infoloop.claims.comparisons import Number, inequality
from infoloop.exact.log_sums import from_rational
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, exp
from infoloop.exact.wright_fisher_rational import rational_binomial_pmf
from infoloop.loops.binomial_resampling import wright_fisher_kernel
from infoloop.loops.loop import Loop, unroll
from infoloop.models.branching import bracket, survivals
from infoloop.probability.channel_families import binomial
from infoloop.statements.cases import Family, random_probabilities
from infoloop.statements.neighbours import changed, unrefuted, without

SIZE, ROUNDS = 8, 5
TOKEN, ROUND = "a token of rate p", "each round is n draws from the frequencies of the last"
RARE = (TOKEN, ROUND)
PROBABILITIES = [fmpq(1, 1000), fmpq(1, 100), fmpq(1, 8), fmpq(1)]
_A_RATE = unrefuted(TOKEN, "it says what is drawn first: both sides are about this rate")


def token_draws(rate: Number) -> Array:
    """Return the law of the first count, n draws at this rate."""
    return binomial(rate[None], SIZE, "rate", "count").rows[0]


def _survival(p):
    """Return P(K_t > 0) for t = 1, 2, ... by the kernel."""
    with jax.ensure_compile_time_eval():
        link = wright_fisher_kernel(SIZE)
    loop = Loop(lambda key: token_draws(p), lambda key, law: law @ link)
    return unroll(loop, jnp.arange(ROUNDS))[:, 1:].sum(1)


def _survival_exactly(n, p, rounds, fitness=1):
    """Return P(K_t > 0), backwards: from each frequency the probability of extinction after 1, 2, ... rounds.

    Each round after the first draws the token at `fitness` times its frequency, at most 1.
    """
    extinct = [fmpq(1)] + [fmpq(0)] * n
    for _ in range(rounds - 1):
        extinct = [_mean_over_draws(n, min(fitness * fmpq(c, n), fmpq(1)), extinct) for c in range(n + 1)]
    return from_rational(1 - _mean_over_draws(n, p, extinct))


def _mean_over_draws(n, rate, values):
    return (rational_binomial_pmf(n, rate) * np.array(values, dtype=object)).sum()


def iterates(rounds: int) -> list[RealBall]:
    r"""Return $g_1=1$, $g_{i+1}=1-e^{-g_i}$: the survival of one copy with Poisson offspring, as real numbers.

    >>> [g.digits(4) for g in iterates(3)]
    ['1.000', '0.6321', '0.4685']
    """
    found = [exp(0)]
    for _ in range(rounds - 1):
        found.append(1 - exp(found[-1] * -1))
    return found


def _absent(n, p, rounds):
    return exp(iterates(rounds)[-1] * (-n * p))


_tokens = Family(
    "n from 1 to 6, p = 1/1000, 1/100, 1/8, 1; n = 20, p = 1/1000, 1/100; 1 to 4 rounds",
    lambda: itertools.chain(
        itertools.product(range(1, 7), PROBABILITIES, range(1, 5)),
        itertools.product((20,), PROBABILITIES[:2], range(1, 5)),
    ),
)
_two_rounds = (6, fmpq(1, 100), 2)

_HALF = fmpq(1, 2)


def _a_round_earlier(case):
    n, p, rounds = case
    return 1 - _absent(n, p, rounds - 1), _survival_exactly(*case)


survival_floor = inequality(
    "thm:survival-floor",
    RARE,
    lambda case: (bracket(SIZE, case[0], ROUNDS)[0], _survival(case[0])),
    random_probabilities(1),
    exact=lambda case: (1 - _absent(*case), _survival_exactly(*case)),
    family=_tokens,
    edges=((8, fmpq(1), 1), (60, fmpq(1, 60), 2)),
    wrong=lambda case: (bracket(SIZE, case[0], ROUNDS)[0][:-1], _survival(case[0])[1:]),
    neighbours=(
        _A_RATE,
        without(ROUND, _two_rounds, exact=lambda case: (1 - _absent(*case), _survival_exactly(*case, fitness=_HALF))),
        changed("g of a round earlier", _a_round_earlier, _two_rounds),
    ),
)


def _ceiling_exactly(case, three=3, fitness=1):
    n, p, rounds = case
    return _survival_exactly(*case, fitness), 1 - _absent(*case) * (1 - three * n * p**2 - three * rounds * p)


survival_ceiling = inequality(
    "thm:survival-ceiling",
    RARE,
    lambda case: (_survival(case[0]), bracket(SIZE, case[0], ROUNDS)[1]),
    random_probabilities(1),
    exact=_ceiling_exactly,
    family=_tokens,
    edges=((1000, fmpq(1, 1000), 1),),
    wrong=lambda case: (_survival(case[0]), bracket(SIZE, case[0], ROUNDS)[0]),
    neighbours=(
        _A_RATE,
        without(ROUND, (20, fmpq(1, 100), 2), exact=lambda case: _ceiling_exactly(case, fitness=20)),
        changed("without the correction", lambda case: _ceiling_exactly(case, three=0), (6, fmpq(1, 100), 1)),
        unrefuted("2.58 in place of 3", "the proof gives it: 3 is a round number"),
    ),
    ceiling=lambda case: 1,
)


def deficit(n: int, p: Number, iterated: Sequence[Number]) -> Number:
    r"""Return $\varepsilon_t=\sum_{i\le t}g_i^2\bigl(np^2+(t-i)p\bigr)$: how far from Poisson, no unit."""
    last = len(iterated)
    return sum(g * g * (n * p**2 + (last - i) * p) for i, g in enumerate(iterated, start=1))


def _sharper(case):
    p = case[0]
    g = jnp.concatenate([jnp.ones(1), survivals(ROUNDS - 1)])
    missed = jnp.stack([deficit(SIZE, p, list(g[:t])) for t in range(1, ROUNDS + 1)])
    return _survival(p), 1 - (1 - missed) * jnp.exp(-SIZE * p * g)


def _sharper_exactly(case, share=1, fitness=1):
    n, p, rounds = case
    return _survival_exactly(*case, fitness), 1 - _absent(*case) * (1 - deficit(n, p, iterates(rounds)) * share)


survival_deficit = inequality(
    "thm:survival-deficit",
    RARE,
    _sharper,
    random_probabilities(1),
    exact=_sharper_exactly,
    family=_tokens,
    edges=((1000, fmpq(1, 1000), 1), (60, fmpq(1, 3600), 1)),
    wrong=lambda case: (_survival(case[0]), bracket(SIZE, case[0], ROUNDS)[0]),
    neighbours=(
        _A_RATE,
        without(ROUND, (20, fmpq(1, 100), 4), exact=lambda case: _sharper_exactly(case, fitness=20)),
        changed("a third of the deficit", lambda case: _sharper_exactly(case, share=fmpq(1, 3)), (6, fmpq(1, 100), 1)),
    ),
    ceiling=lambda case: 1,
)
