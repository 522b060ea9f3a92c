"""Chapter 2, extinction: how long a rare token and a mixed state last (S12 and S13)."""

import itertools
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from flint import arb

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.rational_laws import LogSum, entropy_of_masses, fmpq, from_rational
from infoloop.exact.real_balls import RealBall, exp, real_ball
from infoloop.exact.wright_fisher_rational import absorption_sums, rational_binomial_pmf, rational_kernel
from infoloop.loops.absorption import absorption_time, fixation_by_table, kernel_eigenvalues
from infoloop.loops.binomial_resampling import wright_fisher_kernel
from infoloop.loops.loop import Loop, unroll
from infoloop.models.branching import bracket, survivals
from infoloop.probability.channel_families import binomial
from infoloop.probability.numerics import binary_entropy
from infoloop.statements.cases import Family, random_numbers, random_probabilities

SIZE, ROUNDS = 8, 5
RARE = ("a token of rate p", "each round is n draws from the frequencies of the last")
RESAMPLING = ("two symbols", "each generation is n draws from the frequencies of the last")
PROBABILITIES = [fmpq(1, 100), fmpq(1, 8), fmpq(1, 2), fmpq(1)]


def _draws(rate):
    """Return the law of the first count, n draws at this rate."""
    return binomial(rate[None], SIZE, "rate", "count").rows[0]


def _survival(p):
    """Return P(K_t > 0) for t = 1, 2, ... by the kernel."""
    with jax.ensure_compile_time_eval():
        link = wright_fisher_kernel(SIZE)
    loop = Loop(lambda key: _draws(p), lambda key, law: law @ link)
    return unroll(loop, jnp.arange(ROUNDS))[:, 1:].sum(1)


def _survival_exactly(n, p, rounds):
    """Return P(K_t > 0), backwards: from each frequency the probability of extinction after 1, 2, ... rounds."""
    extinct = [fmpq(1)] + [fmpq(0)] * n
    for _ in range(rounds - 1):
        extinct = [_mean_over_draws(n, fmpq(c, n), extinct) for c in range(n + 1)]
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
    "n from 1 to 6; p = 1/100, 1/8, 1/2, 1; 1 to 4 rounds",
    lambda: itertools.product(range(1, 7), PROBABILITIES, range(1, 5)),
)

survival_floor = inequality(
    "thm:survival-floor",
    RARE,
    lambda case: (bracket(SIZE, case[0], ROUNDS)[0], _survival(case[0])),
    random_probabilities(1),
    exact=lambda case: (1 - _absent(*case), _survival_exactly(*case)),
    family=_tokens,
    edges=((8, fmpq(1), 1), (60, fmpq(1, 60), 2)),
    wrong=lambda case: (bracket(SIZE, case[0], ROUNDS)[0][:-1], _survival(case[0])[1:]),
)


def _ceiling_exactly(case):
    n, p, rounds = case
    return _survival_exactly(*case), 1 - _absent(*case) * (1 - 3 * n * p**2 - 3 * rounds * p)


survival_ceiling = inequality(
    "thm:survival-ceiling",
    RARE,
    lambda case: (_survival(case[0]), bracket(SIZE, case[0], ROUNDS)[1]),
    random_probabilities(1),
    exact=_ceiling_exactly,
    family=_tokens,
    edges=((1000, fmpq(1, 1000), 1),),
    wrong=lambda case: (_survival(case[0]), bracket(SIZE, case[0], ROUNDS)[0]),
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


def _sharper_exactly(case):
    n, p, rounds = case
    return _survival_exactly(*case), 1 - _absent(*case) * (1 - deficit(n, p, iterates(rounds)))


survival_deficit = inequality(
    "thm:survival-deficit",
    RARE,
    _sharper,
    random_probabilities(1),
    exact=_sharper_exactly,
    family=_tokens,
    edges=((1000, fmpq(1, 1000), 1), (60, fmpq(1, 3600), 1)),
    wrong=lambda case: (_survival(case[0]), bracket(SIZE, case[0], ROUNDS)[0]),
)


def _after_one_round(p, values):
    """Return the mean of values at the counts 0..n over the law of the first count."""
    return _draws(p[0]) @ values


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
)


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
)


def _drift(x):
    """Return 2n E D(F'||x) in nats, F' the frequency among n draws at the rate x."""
    counts = np.arange(SIZE + 1)
    own = binary_entropy(counts / SIZE)
    cross = -(counts * jnp.log2(x) + (SIZE - counts) * jnp.log2(1 - x)) / SIZE
    return 2 * SIZE * np.log(2) * (_draws(x) @ (cross - own))


def _drift_exactly(n: int, i: int) -> RealBall:
    p, ln2 = rational_binomial_pmf(n, fmpq(i, n)), real_ball(lambda: arb(2).log())
    own = sum((entropy_of_masses([fmpq(c, n), fmpq(n - c, n)]) * mass for c, mass in enumerate(p)), LogSum({}))
    return ln2 * ((entropy_of_masses([fmpq(i, n), fmpq(n - i, n)]) - own) * (2 * n))


def least_drift(n: int, x: Number) -> Number:
    r"""Return $1-\frac{(1-2x)^2}{3nx(1-x)}$: the least fall of the potential in one generation, no unit."""
    return 1 - (1 - 2 * x) ** 2 / (3 * n * x * (1 - x))


drift = inequality(
    "thm:diffusion-drift",
    RESAMPLING,
    lambda case: (least_drift(SIZE, case[0]), _drift(case[0])),
    random_probabilities(1),
    exact=lambda case: (least_drift(case[0], fmpq(case[1], case[0])), _drift_exactly(*case)),
    family=_every_start,
    edges=((64, 32),),
    wrong=lambda case: (jnp.ones(()), _drift(case[0])),
)

_reachable = random_numbers(1, lambda normal: (1 + (SIZE - 2) * jax.nn.sigmoid(normal)) / SIZE, spread=2)

diffusion_time = inequality(
    "hyp:diffusion-time",
    (*RESAMPLING, "1/n <= x <= 1 - 1/n"),
    lambda case: (jnp.ones(()), _drift(case[0])),
    _reachable,
    exact=lambda case: (1, _drift_exactly(*case)),
    family=Family(
        "n from 2 to 16 and every count between 0 and n", lambda: ((n, i) for n in range(2, 17) for i in range(1, n))
    ),
    edges=((64, 32),),
    wrong=lambda case: (jnp.ones(()), _drift(case[0] / SIZE)),
)
