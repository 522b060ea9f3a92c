"""Chapter 2, the end of resampling: which symbol is left, and how long both last (S13)."""

import itertools
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from flint import arb

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.claims.loops.rare_token_extinction import SIZE, token_draws
from infoloop.claims.loops.resampling_collapse import DRAWS, ONE_SYMBOL_COUNTED, RESAMPLING
from infoloop.exact.log_sums import LogSum, entropy_of_masses, rational
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, real_ball
from infoloop.exact.wright_fisher_rational import absorption_sums, rational_binomial_pmf, rational_kernel
from infoloop.loops.absorption import absorption_time, fixation_by_table, kernel_eigenvalues
from infoloop.loops.binomial_resampling import wright_fisher_kernel
from infoloop.probability.numerics import binary_entropy
from infoloop.statements.cases import Family, random_numbers, random_probabilities
from infoloop.statements.neighbours import changed, unrefuted, without


def _after_one_round(p, values):
    """Return the mean of values at the counts 0..n over the law of the first count."""
    return token_draws(p[0]) @ values


_every_start = Family(
    "n from 2 to 8 and every start between 0 and n", lambda: ((n, i) for n in range(2, 9) for i in range(1, n))
)


def _fixed(case):
    with jax.ensure_compile_time_eval():
        by_table = fixation_by_table(SIZE, np.arange(SIZE + 1))
    return _after_one_round(case, by_table)


def _fixed_exactly(case):
    n, i = case
    return absorption_sums(n, rational_kernel(n)[1:-1, -1])[i], fmpq(i, n)


fixation = equality(
    "thm:fixation",
    RESAMPLING,
    lambda case: (_fixed(case), case[0]),
    random_probabilities(1),
    exact=_fixed_exactly,
    family=_every_start,
    edges=((4, 1),),
    wrong=lambda case: (_fixed(case), case[0] ** 2),
    neighbours=(
        ONE_SYMBOL_COUNTED,
        without(DRAWS, (4, 1), exact=lambda case: (0, fmpq(1, 4))),  # a loop that copies the majority ends at 0
        changed("the square of the share", lambda case: (_fixed_exactly(case)[0], _fixed_exactly(case)[1] ** 2)),
    ),
)


def time_by_spectrum(eigenvalues: Sequence[Number], still_open: Sequence[Number]) -> Number:
    r"""Return $\sum_ts_t$ of a mix of powers $\lambda_j^t$, from as many first terms as there are eigenvalues.

    $\sum_ts_tz^t=N(z)/\prod_j(1-\lambda_jz)$ with $N$ of a degree below their number; the value at $z=1$. For floats
    and for exact rationals.

    >>> time_by_spectrum([0.5], [1.0])
    2.0
    """
    product = [1]
    for value in eigenvalues:
        product = [a - value * b for a, b in zip([*product, 0], [0, *product], strict=True)]
    numerator = sum(s * sum(product[: len(eigenvalues) - t]) for t, s in enumerate(still_open))
    return numerator / sum(product)


def _times(case):
    with jax.ensure_compile_time_eval():
        by_table = absorption_time(SIZE, np.arange(SIZE + 1))
        inside, eigenvalues = np.asarray(wright_fisher_kernel(SIZE))[1:-1, 1:-1], np.asarray(kernel_eigenvalues(SIZE))
    probabilities = [np.linalg.matrix_power(inside, t).sum(1) for t in range(SIZE - 1)]
    by_spectrum = np.pad(time_by_spectrum(eigenvalues[2:].tolist(), probabilities), 1)
    return _after_one_round(case, by_table), _after_one_round(case, by_spectrum)


def _time_exactly(n: int, i: int) -> fmpq:
    return absorption_sums(n, [1] * (n - 1))[i]


def _times_exactly(case):
    n, i = case
    inside = rational_kernel(n)[1:-1, 1:-1]
    eigenvalues, probabilities, vector = [fmpq(1) - fmpq(1, n)], [], np.array([fmpq(1)] * (n - 1), dtype=object)
    for j in range(2, n):
        eigenvalues.append(eigenvalues[-1] * (1 - fmpq(j, n)))
    for _ in range(n - 1):
        probabilities, vector = [*probabilities, vector[i - 1]], inside.dot(vector)
    return _time_exactly(n, i), time_by_spectrum(eigenvalues, probabilities)


absorption = equality(
    "thm:absorption-time",
    RESAMPLING,
    _times,
    random_probabilities(1),
    exact=_times_exactly,
    family=_every_start,
    edges=((4, 2),),
    wrong=lambda case: (_times(case)[0], _times(case)[1] - 1),
    neighbours=(
        ONE_SYMBOL_COUNTED,
        without(
            DRAWS, (4, 1), exact=lambda case: (1, _times_exactly(case)[1])
        ),  # one that copies the majority ends at once
        changed("without the first generation", lambda case: (_times_exactly(case)[0], _times_exactly(case)[1] - 1)),
    ),
)


def _total_diversity(case):
    with jax.ensure_compile_time_eval():
        inside = np.asarray(wright_fisher_kernel(SIZE))[1:-1, 1:-1]
    p, f = case[0], np.arange(1, SIZE) / SIZE
    summed = np.linalg.solve(np.eye(SIZE - 1) - inside, 2 * f * (1 - f))
    return _after_one_round(case, np.pad(summed, 1)), 2 * (SIZE - 1) * p * (1 - p)


def _total_diversity_exactly(case):
    n, i = case
    found = absorption_sums(n, [fmpq(2 * c * (n - c), n * n) for c in range(1, n)])[i]
    return found, fmpq(2 * i * (n - i), n)


total_diversity = equality(
    "thm:total-diversity",
    RESAMPLING,
    _total_diversity,
    random_probabilities(1),
    exact=_total_diversity_exactly,
    family=_every_start,
    edges=((4, 2),),
    wrong=lambda case: (_total_diversity(case)[0], 2 * _total_diversity(case)[1]),
    neighbours=(
        ONE_SYMBOL_COUNTED,
        # one that copies the majority has its first diversity alone
        without(DRAWS, (4, 1), exact=lambda case: (fmpq(3, 8), _total_diversity_exactly(case)[1])),
        changed("n - 1 in place of n", lambda case: _fewer(*_total_diversity_exactly(case), case[0])),
    ),
)


def _fewer(found, closed, n):
    return found, closed * fmpq(n - 1, n)


def _lasting(case):
    p = case[0]
    return 4 * (SIZE - 1) * p * (1 - p), _times(case)[0]


absorption_floor = inequality(
    "thm:absorption-floor",
    RESAMPLING,
    _lasting,
    random_probabilities(1),
    exact=lambda case: (fmpq(4 * case[1] * (case[0] - case[1]), case[0]), _time_exactly(*case)),
    family=_every_start,
    edges=((2, 1),),
    wrong=lambda case: (2 * _lasting(case)[0], _lasting(case)[1]),
    neighbours=(
        ONE_SYMBOL_COUNTED,
        without(DRAWS, (4, 1), exact=lambda case: (3, 1)),  # one that copies the majority ends at once
    ),
)


def _drift(x):
    """Return 2n E D(F'||x) in nats, F' the frequency among n draws at the rate x."""
    counts = np.arange(SIZE + 1)
    own = binary_entropy(counts / SIZE)
    cross = -(counts * jnp.log2(x) + (SIZE - counts) * jnp.log2(1 - x)) / SIZE
    return 2 * SIZE * np.log(2) * (token_draws(x) @ (cross - own))


def _drift_exactly(n: int, x: fmpq) -> RealBall:
    p, ln2 = rational_binomial_pmf(n, x), real_ball(lambda: arb(2).log())
    own = sum((entropy_of_masses([fmpq(c, n), fmpq(n - c, n)]) * mass for c, mass in enumerate(p)), LogSum())
    return ln2 * ((entropy_of_masses([x, 1 - x]) - own) * (2 * n))


def _potential(n: int, x: fmpq) -> RealBall:
    r"""Return $g(x)=-2n(x\ln x+(1-x)\ln(1-x))$, the time of the diffusion limit."""
    return real_ball(lambda: arb(2).log()) * (entropy_of_masses([x, 1 - x]) * (2 * n))


def _time_from(n: int, x: fmpq) -> fmpq:
    """Return the mean time to the end; from a rate that is no count, that of the first count and a generation more."""
    times = [_time_exactly(n, i) for i in range(n + 1)]
    place = n * x
    if place.q == 1:
        return times[int(place)]
    return 1 + (rational_binomial_pmf(n, x) * np.array(times, dtype=object)).sum()


def _drift_sides(case):
    """Return the bound on the drift and the drift, the drift and its bound from above, or the time and 3/2 g."""
    n, x, part = case
    x = rational(x)
    if part == "time":
        return _time_from(n, x), _potential(n, x) * fmpq(3, 2)
    drift = _drift_exactly(n, x)
    return (least_drift(n, x), drift) if part == "below" else (drift, 1 + 4 / (n * x * (1 - x)))


def least_drift(n: int, x: Number) -> Number:
    r"""Return $1-\frac{(1-2x)^2}{3nx(1-x)}$: the least fall of the potential in one generation, no unit."""
    return 1 - (1 - 2 * x) ** 2 / (3 * n * x * (1 - x))


FROM_A_COUNT = "the time starts from a count"

drift = inequality(
    "thm:diffusion-drift",
    (*RESAMPLING, FROM_A_COUNT),
    lambda case: (least_drift(SIZE, case[0]), _drift(case[0])),
    random_probabilities(1),
    exact=_drift_sides,
    family=Family(
        "n from 2 to 8: from every count the drift, from below and from above, and the time; from rates 1/100, 2/9, "
        "49/50 the drift from below",
        lambda: itertools.chain(
            ((n, fmpq(i, n), part) for n in range(2, 9) for i in range(1, n) for part in ("below", "above", "time")),
            itertools.product(range(2, 9), ("1/100", "2/9", "49/50"), ("below",)),
        ),
    ),
    edges=((64, fmpq(1, 2), "below"),),
    wrong=lambda case: (jnp.ones(()), _drift(case[0])),
    neighbours=(
        ONE_SYMBOL_COUNTED,
        # a loop that repeats its last generation has no drift
        without(DRAWS, (8, fmpq(1, 2), "below"), exact=lambda case: (_drift_sides(case)[0], 0)),
        without(FROM_A_COUNT, (10, "1/1000", "time")),
        changed("1 in place of the bound", lambda case: (1, _drift_sides(case)[1]), (10, "1/1000", "below")),
        unrefuted("99/100 of 3/2 g", "the time is at most g in every case that was computed (hyp:diffusion-time)"),
    ),
)

_reachable = random_numbers(1, lambda normal: (1 + (SIZE - 2) * jax.nn.sigmoid(normal)) / SIZE, spread=2)

diffusion_time = inequality(
    "hyp:diffusion-time",
    (*RESAMPLING, "1/n <= x <= 1 - 1/n"),
    lambda case: (jnp.ones(()), _drift(case[0])),
    _reachable,
    exact=lambda case: (1, _drift_exactly(case[0], fmpq(case[1], case[0]))),
    family=Family(
        "n from 2 to 16 and every count between 0 and n", lambda: ((n, i) for n in range(2, 17) for i in range(1, n))
    ),
    edges=((64, 32),),
    wrong=lambda case: (jnp.ones(()), _drift(case[0] / SIZE)),
)
