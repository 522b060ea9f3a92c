"""Chapter 2, refits: what the spread of a Gaussian does that is fitted to its own samples (S14 and S15)."""

import itertools
import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from flint import arb
from jax.scipy.special import gammaincc
from jaxtyping import Array, Float

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.log_sums import Exact, rational
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, exp, real_ball
from infoloop.models.gaussian_refit import SCHEDULES, expected_drift, expected_variance, limit_ratio, log_drift
from infoloop.statements.cases import Cases, Family
from infoloop.statements.neighbours import Neighbour, changed, unrefuted_all, without
from infoloop.statements.parameter_grids import parameter_grid

STEPS = np.arange(1, 6)
TRUTH, LAST_FIT = "generation 1 is drawn from the truth", "each later one from the last fit"
LIKELIHOOD, UNBIASED = (
    "the variance is the maximum-likelihood one",
    "the variance is over the number of samples less one",
)
LOOP = (TRUTH, LAST_FIT)
_likelihood = (*LOOP, LIKELIHOOD)
_unbiased = (*LOOP, UNBIASED)
_last = "a fit sees the last generation"
_all, _last_or_all = "a fit sees all generations", "a fit sees the last generation, or all"


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


def sample_moments(
    n: int, t: int, schedule: str, unbiased: bool, first: int = 1, spread: Exact = 1
) -> tuple[fmpq, fmpq]:
    r"""Return $E\,s_t^2$ and $E\,\mu_t^2$ in rationals, by the matrix $E\,xx'$ of every sample drawn so far.

    Generation 1 has the variance `first`, and later ones `spread` times that of the last fit.
    """
    gram = [[fmpq(first * int(i == j)) for j in range(n)] for i in range(n)]
    for generation in itertools.count(1):
        pool = range(n * (generation - 1) if schedule == "replace" else 0, n * generation)
        shared = [sum((row[i] for i in pool), fmpq(0)) / len(pool) for row in gram]
        drift = sum((shared[i] for i in pool), fmpq(0)) / len(pool)
        square = sum((gram[i][i] for i in pool), fmpq(0)) / len(pool)
        variance = (square - drift) * fmpq(len(pool), len(pool) - unbiased)
        if generation == t:
            return variance, drift
        old = [row + [m] * n for row, m in zip(gram, shared, strict=True)]
        new = [[drift + variance * rational(spread) * int(i == j) for j in range(n)] for i in range(n)]
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


def _other_loops(
    schedule: str, unbiased: bool, sides: Callable[[tuple[fmpq, fmpq], dict], tuple], case: dict, seen: str = ""
) -> tuple[Neighbour, ...]:
    """Return a loop without each assumption; `sides` are those of a case, given both moments of the loop.

    Generation 1 has twice the variance of the truth; later ones half that of the last fit; the fit divides by the other
    number; it sees the other generations, if `seen` says which it should.
    """
    other = "accumulate" if schedule == "replace" else "replace"

    def loop(schedule=schedule, unbiased=unbiased, **changes):
        def exact(case):
            n, t = case["n"], case["t"]
            return sides(sample_moments(n, t, case.get("schedule", schedule), unbiased, **changes), case)

        return exact

    changes = [
        without(TRUTH, case, exact=loop(first=2)),
        without(LAST_FIT, case, exact=loop(spread=fmpq(1, 2))),
        without(UNBIASED if unbiased else LIKELIHOOD, case, exact=loop(unbiased=not unbiased)),
    ]
    if seen:
        changes.append(without(seen, case, exact=loop(schedule=other)))
    return tuple(changes)


def _moments(label, schedule, unbiased, part, closed, wrong, closed_exactly=None):
    """Return the claim that second moments give the variance (part 0) or the drift (part 1) its closed form."""
    seen = _last if schedule == "replace" else _all

    def sides(n):
        return block_moments(n, len(STEPS), schedule, unbiased)[part], closed(n, STEPS)

    def exact(case):
        n, t = case.values()
        closed_there = (closed_exactly or closed)(fmpq(n), t)
        return sample_moments(n, t, schedule, unbiased)[part], closed_there

    def given(moments, case):
        return moments[part], exact(case)[1]

    def a_round_later(case):
        return exact(case)[0], exact({**case, "t": case["t"] + 1})[1]

    return equality(
        label,
        (*(_unbiased if unbiased else _likelihood), seen),
        sides,
        _sizes,
        exact=exact,
        family=_pairs,
        edges=({"n": 3, "t": 3},) if wrong else (),
        wrong=wrong and (lambda n: (sides(n)[0], wrong(n, STEPS))),
        neighbours=_other_loops(schedule, unbiased, given, {"n": 3, "t": 3}, seen)
        + (() if label == "thm:refit-unbiased" else (changed("t + 1 in place of t", a_round_later),)),
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
    (*_likelihood, _last_or_all),
    _conserved,
    _sizes,
    exact=lambda case: (sum(sample_moments(**case, unbiased=False), fmpq(0)), 1),
    family=Family(
        "2 to 5 samples a generation, 1 to 4 generations, both schedules",
        lambda: parameter_grid(n=range(2, 6), t=range(1, 5), schedule=SCHEDULES),
    ),
    edges=({"n": 3, "t": 3, "schedule": "accumulate"},),
    wrong=lambda n: (block_moments(n, len(STEPS), "replace", True).sum(0), 1.0),
    neighbours=(
        *_other_loops("replace", False, lambda moments, case: (sum(moments, fmpq(0)), 1), {"n": 3, "t": 3}),
        without(
            "a fit sees the last generation, or all", {"n": 3, "t": 3}, exact=lambda case: (_of_two_loops(**case), 1)
        ),
        changed("the variance alone", lambda case: (sample_moments(**case, unbiased=False)[0], 1)),
    ),
)


def _of_two_loops(n, t):
    """Return the variance of a fit to the last generation and the drift of one to all: they are not of one loop."""
    variance, drift = (sample_moments(n, t, schedule, False)[part] for part, schedule in enumerate(SCHEDULES))
    return variance + drift


def _floor(n):
    return limit_ratio(n), _each(accumulated_variance)(n, STEPS)


def _limit(n: int) -> RealBall:
    angle = real_ball(lambda: arb.pi() / arb(n).sqrt())
    return real_ball(lambda: angle.ball().sin() / angle.ball())


def _floor_exactly(case):
    return _about_the_limit((accumulated_variance(fmpq(case["n"]), case["t"]),), case)


def _about_the_limit(moments, case):
    """Return the limit and the variance above it, or what the variance is at least after t and the limit."""
    if case["side"] == "above":
        return _limit(case["n"]), moments[0]
    return moments[0] * (1 - fmpq(1, case["n"] * case["t"])), _limit(case["n"])


variance_accumulation_floor = inequality(
    "thm:refit-accumulates-floor",
    (*_likelihood, _all),
    _floor,
    _sizes,
    exact=_floor_exactly,
    family=Family(
        "2 to 9 samples a generation, 1 to 8 generations; above the limit, and below it with what the rest may take",
        lambda: parameter_grid(n=range(2, 10), t=range(1, 9), side=("above", "below")),
    ),
    edges=({"n": 50, "t": 4, "side": "above"}, {"n": 50, "t": 4, "side": "below"}),
    wrong=lambda n: (limit_ratio(n), expected_variance(n, STEPS)),
    neighbours=(
        *(
            n
            for n in _other_loops("accumulate", False, _about_the_limit, {"n": 3, "t": 3, "side": "above"}, _all)
            if n.change in (LAST_FIT, _all)
        ),
        *(
            n
            for n in _other_loops("accumulate", False, _about_the_limit, {"n": 3, "t": 3, "side": "below"})
            if n.change in (TRUTH, LIKELIHOOD)
        ),
    ),
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
    neighbours=unrefuted_all(
        dict.fromkeys(
            (*_unbiased, _last),
            "the ratio of two variances is then no chi-square over its mean, and both sides are about that law",
        )
    ),
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
