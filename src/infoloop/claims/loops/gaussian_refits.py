"""Chapter 2, refits: what the spread of a Gaussian does that is fitted to its own samples (S14 and S15)."""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
from flint import arb
from jax.scipy.special import gammaincc
from jaxtyping import Array, Float

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import exp, real_ball
from infoloop.models.gaussian_refit import SCHEDULES, expected_drift, expected_variance, limit_ratio, log_drift
from infoloop.statements.cases import Cases, Family
from infoloop.statements.parameter_grids import parameter_grid

STEPS = np.arange(1, 6)
LOOP = ("generation 1 is drawn from the truth", "each later one from the last fit")
_likelihood = (*LOOP, "the variance is the maximum-likelihood one")
_unbiased = (*LOOP, "the variance is over the number of samples less one")
_last = "a fit sees the last generation"
_all = "a fit sees all generations"


def _sample_sizes(x):
    """Return whole numbers from 2 on, a third of them below 4, a few in the hundreds."""
    return 2 + jnp.floor(jnp.exp(1 + 1.5 * x))


_sizes = Cases(jax.random.normal, _sample_sizes)
_pairs = Family("2 to 5 samples a generation, 1 to 4 generations", lambda: parameter_grid(n=range(2, 6), t=range(1, 5)))


def block_moments(n: Number, generations: int, schedule: str, unbiased: bool) -> Float[Array, "2 generations"]:
    r"""Return $E\,s_t^2$ and $E\,\mu_t^2$ of generations 1, 2, ... from the truth N(0, 1), one row each.

    They follow from the second moments of the samples: `square[i]` of one of generation i, `cross[i, j]` of two
    different ones of generations i and j. A fit is a quadratic form of its pool, by definition; given the past, a new
    sample is $\mu+sz$, so that with any other variable it shares what $\mu$ does.
    """
    square, cross, variances, drifts = [1.0], {(0, 0): 0.0}, [], []
    for t in range(generations):
        pool = [t] if schedule == "replace" else list(range(t + 1))
        size = n * len(pool)
        shared = [
            (square[j] + (n - 1) * cross[j, j] + n * sum(cross[i, j] for i in pool if i != j)) / size for j in pool
        ]
        drift = sum(shared) / len(pool)
        spread = (sum(square[j] for j in pool) / len(pool) - drift) * (size / (size - 1) if unbiased else 1)
        cross.update({(j, t + 1): m for j, m in zip(pool, shared, strict=True)})
        cross.update({(t + 1, j): m for j, m in zip(pool, shared, strict=True)})
        cross[t + 1, t + 1] = drift
        square.append(drift + spread)
        variances.append(spread)
        drifts.append(drift)
    return jnp.stack([jnp.stack(variances), jnp.stack(drifts)])


def sample_moments(n: int, t: int, schedule: str, unbiased: bool) -> tuple[fmpq, fmpq]:
    r"""Return $E\,s_t^2$ and $E\,\mu_t^2$ in rationals, by the matrix $E\,xx'$ of every sample drawn so far."""
    gram = [[fmpq(int(i == j)) for j in range(n)] for i in range(n)]
    for generation in itertools.count(1):
        pool = range(n * (generation - 1) if schedule == "replace" else 0, n * generation)
        shared = [sum((row[i] for i in pool), fmpq(0)) / len(pool) for row in gram]
        drift = sum((shared[i] for i in pool), fmpq(0)) / len(pool)
        square = sum((gram[i][i] for i in pool), fmpq(0)) / len(pool)
        variance = (square - drift) * fmpq(len(pool), len(pool) - unbiased)
        if generation == t:
            return variance, drift
        old = [row + [m] * n for row, m in zip(gram, shared, strict=True)]
        new = [[drift + variance * int(i == j) for j in range(n)] for i in range(n)]
        gram = old + [shared + row for row in new]
    raise AssertionError


def accumulated_variance(n: Number, t: int) -> Number:
    r"""Return $\prod_{i\le t}\bigl(1-\frac1{ni^2}\bigr)$, what maximum likelihood on all samples keeps of the variance.

    >>> accumulated_variance(fmpq(2), 2)
    7/16
    """
    return math.prod(1 - 1 / (n * i**2) for i in range(1, t + 1))


def accumulated_unbiased(n: Number, t: int) -> Number:
    r"""Return $\prod_{2\le i\le t}\bigl(1-\frac1{i(ni-1)}\bigr)$, the same with the "unbiased" variance.

    >>> accumulated_unbiased(fmpq(2), 2)
    5/6
    """
    return math.prod((1 - 1 / (i * (n * i - 1)) for i in range(2, t + 1)), start=n / n)


def _moments(label, schedule, unbiased, part, closed, wrong, closed_exactly=None):
    """Return the claim that second moments give the variance (part 0) or the drift (part 1) its closed form."""

    def sides(n):
        return block_moments(n, len(STEPS), schedule, unbiased)[part], closed(n, STEPS)

    def exact(case):
        n, t = case.values()
        closed_there = (closed_exactly or closed)(fmpq(n), t)
        return sample_moments(n, t, schedule, unbiased)[part], closed_there

    return equality(
        label,
        (*(_unbiased if unbiased else _likelihood), _last if schedule == "replace" else _all),
        sides,
        _sizes,
        exact=exact,
        family=_pairs,
        edges=({"n": 3, "t": 3},) if wrong else (),
        wrong=wrong and (lambda n: (sides(n)[0], wrong(n, STEPS))),
    )


def _each(closed):
    """Return the closed form of every generation in STEPS."""
    return lambda n, steps: jnp.stack([closed(n, t) for t in steps.tolist()])


shrinking = _moments(
    "thm:refit-shrinks",
    "replace",
    False,
    0,
    lambda n, t: expected_variance(n, t),
    lambda n, t: (1 - 1 / n) ** (t - 1),
    lambda n, t: (1 - 1 / n) ** t,
)
constant = _moments(
    "thm:refit-unbiased",
    "replace",
    True,
    0,
    lambda n, t: expected_variance(n, t, unbiased=True),
    lambda n, t: (1 - 1 / n) ** t,
    lambda n, t: 1,
)
wandering = _moments(
    "thm:refit-wanders",
    "replace",
    True,
    1,
    lambda n, t: expected_drift(n, t, unbiased=True),
    lambda n, t: 1 - (1 - 1 / n) ** t,
    lambda n, t: t / n,
)
accumulated_refits = _moments(
    "thm:refit-accumulates",
    "accumulate",
    False,
    0,
    _each(accumulated_variance),
    lambda n, t: (1 - 1 / n) ** (1 + jnp.log(t)),
    accumulated_variance,
)
accumulating_unbiased = _moments(
    "thm:refit-accumulates-unbiased",
    "accumulate",
    True,
    0,
    _each(accumulated_unbiased),
    lambda n, t: jnp.ones(len(t)),
    accumulated_unbiased,
)
stays_unbiased = _moments(
    "fol:unbiased-stays-unbiased", "accumulate", True, 0, lambda n, t: jnp.ones(len(t)), None, lambda n, t: 1
)


def _conserved(n):
    return jnp.stack([block_moments(n, len(STEPS), schedule, False).sum(0) for schedule in SCHEDULES]), 1.0


conservation = equality(
    "thm:refit-conserves",
    (*_likelihood, "a fit sees the last generation, or all"),
    _conserved,
    _sizes,
    exact=lambda case: (sum(sample_moments(**case, unbiased=False), fmpq(0)), 1),
    family=Family(
        "2 to 5 samples a generation, 1 to 4 generations, both schedules",
        lambda: parameter_grid(n=range(2, 6), t=range(1, 5), schedule=SCHEDULES),
    ),
    edges=({"n": 3, "t": 3, "schedule": "accumulate"},),
    wrong=lambda n: (block_moments(n, len(STEPS), "replace", True).sum(0), 1.0),
)


def _floor(n):
    return limit_ratio(n), _each(accumulated_variance)(n, STEPS)


def _floor_exactly(case):
    n, t = case.values()
    angle = real_ball(lambda: arb.pi() / arb(n).sqrt())
    return real_ball(lambda: angle.ball().sin() / angle.ball()), accumulated_variance(fmpq(n), t)


variance_accumulation_floor = inequality(
    "thm:refit-accumulates-floor",
    (*_likelihood, _all),
    _floor,
    _sizes,
    exact=_floor_exactly,
    family=Family(
        "2 to 9 samples a generation, 1 to 8 generations", lambda: parameter_grid(n=range(2, 10), t=range(1, 9))
    ),
    edges=({"n": 50, "t": 4},),
    wrong=lambda n: (limit_ratio(n), expected_variance(n, STEPS)),
)


def _typical(n):
    return 1 / (n - 1), -log_drift(n)


def _typical_exactly(case):
    n = case["n"]
    half = arb(fmpq(n - 1, 2))
    return fmpq(1, n - 1), real_ball(lambda: half.log() - half.digamma())


typical = inequality(
    "thm:refit-typical",
    (*_unbiased, _last),
    _typical,
    _sizes,
    exact=_typical_exactly,
    family=Family("2 to 60 samples a generation", lambda: parameter_grid(n=range(2, 61))),
    edges=({"n": 60},),
    wrong=lambda n: (1 / (n - 1), -log_drift(n) / 2),
)


def _half(n):
    m = (n - 1) / 2
    return 0.5, gammaincc(m, m)


def _half_exactly(case):
    """Return 1/2, and for odd n the chi-square tail, which is a Poisson sum."""
    m = (case["n"] - 1) // 2
    terms = sum((fmpq(m**k, math.factorial(k)) for k in range(m)), fmpq(0))
    return fmpq(1, 2), exp(-m) * terms


half_the_runs = inequality(
    "fol:expectation-is-typical",
    (*_unbiased, _last),
    _half,
    _sizes,
    exact=_half_exactly,
    family=Family("odd numbers of samples from 3 to 41", lambda: parameter_grid(n=range(3, 42, 2))),
)
