"""Chapter 2, smoothing: the cure for lost symbols keeps diversity and loses the task (S11)."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
from flint import fmpq_mat

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.claims.loops.resampling_collapse import table_information
from infoloop.exact.rational_laws import LogSum, RationalLaw, fmpq, rational, rational_table
from infoloop.exact.wright_fisher_rational import (
    kernel_determinant,
    rational_generation_law,
    rational_kernel,
    token_law,
)
from infoloop.information.contraction_coefficients import dobrushin
from infoloop.information.measures import mutual_information
from infoloop.loops.loop import Loop, unroll
from infoloop.models import smoothed
from infoloop.probability.channel_families import binomial
from infoloop.statements.cases import Family, random_numbers, random_probabilities

SIZE, GENERATIONS = 4, 5
SMOOTHED = ("two symbols", "each generation is n draws at the rates (c + alpha)/(n + 2 alpha)", "alpha > 0")
RATES = [(0, 1), ("1/4", "3/4"), ("1/8", "1/2"), (0, "1/3")]
ALPHAS = [fmpq(1, 10), fmpq(1, 2), fmpq(1), fmpq(2)]
EVEN = ("1/2", "1/2")


def shrinkage(n: int, alpha: Number) -> Number:
    r"""Return $\lambda=\frac n{n+2\alpha}$: what one round leaves of the mean's distance from 1/2."""
    return n / (n + 2 * alpha)


def _two_hypotheses(normals):
    """Return two rates, the prior of the first, and an alpha above 0."""
    return *jax.nn.sigmoid(normals[:3]), jnp.exp(normals[3])


_cases = random_numbers(4, _two_hypotheses, spread=2)


def _link(alpha):
    return binomial((jnp.arange(SIZE + 1) + alpha) / (SIZE + 2 * alpha), SIZE, "count", "next")


def _tables(case):
    """Return P(theta, K_t) for t = 1, 2, ... along the leading axis."""
    first, second, mass, alpha = case
    counts = binomial(jnp.stack([first, second]), SIZE, "theta", "count").rows
    link, start = _link(alpha).rows, jnp.stack([mass, 1 - mass])[:, None] * counts
    return unroll(Loop(lambda key: start, lambda key, table: table @ link), jnp.arange(GENERATIONS))


def _symbol_and_count_information(case, heads):
    """Return informations about theta: of a symbol that is 1 with probability `heads[t, x]`, and of K_t."""
    symbols = jnp.stack([case[2], 1 - case[2]])[:, None] * jnp.stack([1 - heads, heads], 2)
    found = table_information(jnp.concatenate([jnp.pad(symbols, ((0, 0), (0, 0), (0, SIZE - 1))), _tables(case)]))
    return found[:-GENERATIONS], found[-GENERATIONS:]


def _exactly_informed(law: RationalLaw) -> LogSum:
    return mutual_information(law, *law.names)


def _law(case):
    n, alpha, rates, t = case
    return rational_generation_law(n, rates, EVEN, t, alpha)


_every_loop = Family(
    "n from 1 to 4; alpha 1/10, 1/2, 1, 2; rates (0, 1), (1/4, 3/4), (1/8, 1/2), (0, 1/3), equally likely; t = 1, 2, 4",
    lambda: itertools.product((1, 2, 3, 4), ALPHAS, RATES, (1, 2, 4)),
)


def _spectrum(case):
    x, found, closed = case[0], [], []
    for n, alpha in ((2, 1.0), (3, 0.5)):
        with jax.ensure_compile_time_eval():
            coefficients = np.poly(np.asarray(smoothed.kernel(n, alpha).rows))
        factors = np.concatenate([np.ones(1), (n - np.arange(n)) / (n + 2 * alpha)])
        found.append(jnp.polyval(jnp.asarray(coefficients), x))
        closed.append(jnp.prod(x - np.cumprod(factors)))
    return jnp.stack(found), jnp.stack(closed)


def _spectrum_exactly(case):
    n, alpha, x = case
    product, eigenvalue = fmpq(1), fmpq(1)
    for i in range(n + 1):
        product, eigenvalue = product * (x - eigenvalue), eigenvalue * (n - i) / (n + 2 * alpha)
    return kernel_determinant(n, alpha, x), product


smoothed_eigenvalues = equality(
    "thm:smoothing-eigenvalues",
    SMOOTHED,
    _spectrum,
    random_probabilities(1),
    exact=_spectrum_exactly,
    family=Family(
        "the characteristic polynomials for n from 1 to 5 and alpha 1/10, 1/2, 1, 2, each at n + 2 points, which "
        "determine it",
        lambda: ((n, alpha, x) for n in range(1, 6) for alpha in ALPHAS for x in range(2, n + 4)),
    ),
    edges=((3, fmpq(1, 2), 2),),
    wrong=lambda case: (_spectrum(case)[0], _spectrum(case)[1] * (case[0] - 1 / 2)),
)


def _means(case):
    first, second, _, alpha = case
    tables = _tables(case)
    found = tables @ (jnp.arange(SIZE + 1) / SIZE) / tables.sum(2) - 1 / 2
    left = shrinkage(SIZE, alpha) ** jnp.arange(GENERATIONS)
    return found, left[:, None] * (jnp.stack([first, second]) - 1 / 2)


def _mean_exactly(case):
    n, alpha, rates, t = case
    mean = sum((p * c for c, p in enumerate(_law(case).table[1])), fmpq(0)) * 2 / n
    return mean - fmpq(1, 2), shrinkage(n, alpha) ** (t - 1) * (rational(rates[1]) - fmpq(1, 2))


mean = equality(
    "thm:smoothing-mean",
    SMOOTHED,
    _means,
    _cases,
    exact=_mean_exactly,
    family=_every_loop,
    edges=((4, fmpq(1, 2), ("1/4", "3/4"), 4),),
    wrong=lambda case: (_means(case)[0], _means(case)[1] * shrinkage(SIZE, case[3])),
)


def diverse_for_good(n: int, alpha: Number) -> Number:
    r"""Return $H_\infty=\frac{(1-\frac1n)(1-\lambda^2)}{2(1-(1-\frac1n)\lambda^2)}$: heterozygosity that is kept."""
    squared = shrinkage(n, alpha) ** 2
    return (n - 1) * (1 - squared) / (2 * (n - (n - 1) * squared))


def diversity_left(n: int, alpha: Number, rate: Number, generation: Number) -> Number:
    r"""Return $H_\infty+\bigl((1-\tfrac1n)\lambda^2\bigr)^{t-1}\bigl((1-\tfrac1n)2\theta(1-\theta)-H_\infty\bigr)$."""
    kept = (n - 1) * shrinkage(n, alpha) ** 2 / n
    start = (n - 1) * 2 * rate * (1 - rate) / n
    return diverse_for_good(n, alpha) + kept ** (generation - 1) * (start - diverse_for_good(n, alpha))


def _diversity(case):
    first, second, _, alpha = case
    tables, f = _tables(case), jnp.arange(SIZE + 1) / SIZE
    found = (tables / tables.sum(2, keepdims=True)) @ (2 * f * (1 - f))
    return found, diversity_left(SIZE, alpha, jnp.stack([first, second]), jnp.arange(1, GENERATIONS + 1)[:, None])


def _diversity_exactly(case):
    n, alpha, rates, t = case
    found = sum((p * 4 * c * (n - c) for c, p in enumerate(_law(case).table[1])), fmpq(0)) / n**2
    return found, diversity_left(n, alpha, rational(rates[1]), t)


smoothed_diversity = equality(
    "thm:smoothing-diversity",
    SMOOTHED,
    _diversity,
    _cases,
    exact=_diversity_exactly,
    family=_every_loop,
    edges=((4, fmpq(1, 2), ("1/4", "3/4"), 4),),
    wrong=lambda case: (_diversity(case)[0], _diversity(case)[1] * (1 - 1 / SIZE)),
)


def _forgetting(case):
    kept = table_information(_tables(case))
    return kept[1:], dobrushin(_link(case[3])) * kept[:-1]


def _forgetting_exactly(case):
    n, alpha, rates, t = case
    rows = rational_kernel(n, alpha)
    apart = 1 - sum((min(p, q) for p, q in zip(rows[0], rows[n], strict=True)), fmpq(0))
    before, after = (_exactly_informed(_law((n, alpha, rates, s))) for s in (t, t + 1))
    return after, before * apart


smoothing_contracts = inequality(
    "thm:smoothing-contracts",
    SMOOTHED,
    _forgetting,
    _cases,
    exact=_forgetting_exactly,
    family=_every_loop,
    edges=((2, fmpq(1, 100_000), (0, 1), 1),),
    wrong=lambda case: (_forgetting(case)[0], _forgetting(case)[1] * shrinkage(SIZE, case[3]) ** 2),
)


def _floor(case):
    left = shrinkage(SIZE, case[3]) ** jnp.arange(GENERATIONS)
    return _symbol_and_count_information(case, 1 / 2 + left[:, None] * (jnp.stack(case[:2]) - 1 / 2))


def _floor_exactly(case):
    n, alpha, rates, t = case
    left = shrinkage(n, alpha) ** (t - 1)
    heads = [fmpq(1, 2) + left * (rational(rate) - fmpq(1, 2)) for rate in rates]
    return _exactly_informed(token_law(heads, EVEN)), _exactly_informed(_law(case))


floor = inequality(
    "thm:smoothing-floor",
    SMOOTHED,
    _floor,
    _cases,
    exact=_floor_exactly,
    family=_every_loop,
    edges=((1, fmpq(1, 2), ("1/4", "3/4"), 4),),
    wrong=lambda case: _floor(case)[::-1],
)


def _slowest(alpha):
    """Return the kernel, its stationary law, and the left eigenvector of its second eigenvalue of mean frequency 1."""
    with jax.ensure_compile_time_eval():
        rows = np.asarray(smoothed.kernel(SIZE, alpha).rows)[::-1, ::-1]  # its counts fall, ours rise
    found = []
    for eigenvalue, weights, total in (
        (1.0, np.ones(SIZE + 1), 1),
        (shrinkage(SIZE, alpha), np.arange(SIZE + 1), SIZE),
    ):
        system = np.concatenate([(rows.T - eigenvalue * np.eye(SIZE + 1))[:-1], weights[None]])
        found.append(np.linalg.solve(system, total * np.eye(SIZE + 1)[-1]))
    return rows, *found


def _slowest_exactly(n, alpha):
    rows = rational_kernel(n, alpha).T
    found = []
    for eigenvalue, weights, total in ((fmpq(1), [1] * (n + 1), 1), (shrinkage(n, alpha), list(range(n + 1)), n)):
        system = fmpq_mat(n + 1, n + 1, (rows - eigenvalue * rational_table(np.eye(n + 1))).ravel().tolist())
        for c, weight in enumerate(weights):
            system[n, c] = weight
        solved = system.solve(fmpq_mat(n + 1, 1, [0] * n + [total]))
        found.append(np.array([solved[c, 0] for c in range(n + 1)], dtype=object))
    return found


def smoothed_chi_square(table: Number) -> Number:
    r"""Return $\sum_{xy}\frac{(p_{xy}-p_xp_y)^2}{p_xp_y}$: information, quadratic in the dependence; no unit."""
    independent = table.sum(axis=1)[:, None] * table.sum(axis=0)
    return ((table - independent) ** 2 / independent).sum()


def _rate(case):
    """Return chi-squares of hypotheses on either side of the stationary law, along its slowest mode."""
    far, mass = case
    after, before = [], []
    for alpha in (0.1, 0.5, 2.0):
        rows, stationary, mode = _slowest(alpha)
        widest = far * np.min(stationary / np.abs(np.where(mode == 0, 1.0, mode)))
        laws = jnp.stack([stationary + (1 - mass) * widest * mode, stationary - mass * widest * mode])
        table = jnp.stack([mass, 1 - mass])[:, None] * laws
        after.append(smoothed_chi_square(table @ rows))
        before.append(shrinkage(SIZE, alpha) ** 2 * smoothed_chi_square(table))
    return jnp.stack(after), jnp.stack(before)


def _rate_exactly(case):
    n, alpha, mass = case
    stationary, mode = _slowest_exactly(n, alpha)
    widest = min(p / abs(w) for p, w in zip(stationary, mode, strict=True) if w)
    table = np.stack(
        [mass * (stationary + (1 - mass) * widest * mode), (1 - mass) * (stationary - mass * widest * mode)]
    )
    after = table.dot(rational_kernel(n, alpha))
    return smoothed_chi_square(after), shrinkage(n, alpha) ** 2 * smoothed_chi_square(table)


rate = equality(
    "thm:smoothing-rate",
    SMOOTHED,
    _rate,
    random_probabilities(2),
    exact=_rate_exactly,
    family=Family(
        "n from 1 to 5; alpha 1/10, 1/2, 1, 2; two hypotheses of mass 1/2, 1/2 or 1/4, 3/4, as far apart along the "
        "mode as the law lets them",
        lambda: itertools.product(range(1, 6), ALPHAS, [fmpq(1, 2), fmpq(1, 4)]),
    ),
    edges=((4, fmpq(1, 2), fmpq(1, 4)),),
    wrong=lambda case: (_rate(case)[0], _rate(case)[1] / shrinkage(SIZE, 0.5)),
)


def _keeps(case):
    by_symbol, kept = _symbol_and_count_information(case, jnp.stack(case[:2])[None])
    return jnp.broadcast_to(by_symbol, kept.shape), kept


smoothing_keeps = inequality(
    "fol:smoothing-keeps-information",
    SMOOTHED,
    _keeps,
    _cases,
    exact=lambda case: (_exactly_informed(token_law(case[2], EVEN)), _exactly_informed(_law(case))),
    family=Family(
        "n = 4, alpha = 1/2, rates (1/4, 3/4), equally likely, t from 1 to 6",
        lambda: itertools.product((4,), ALPHAS[1:2], RATES[1:2], range(1, 7)),
    ),
)
