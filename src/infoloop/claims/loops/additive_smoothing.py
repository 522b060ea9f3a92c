"""Chapter 2, smoothing: the cure for lost symbols keeps diversity and loses the task (S11)."""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
from flint import fmpq_mat

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.claims.loops.resampling_collapse import table_information
from infoloop.exact.log_sums import LogSum, rational
from infoloop.exact.rational_laws import RationalLaw, fmpq
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
from infoloop.probability.channel_families import binomial, compositions
from infoloop.statements.cases import Family, random_numbers, random_probabilities
from infoloop.statements.neighbours import changed, unrefuted, without

SIZE, GENERATIONS = 4, 5
TWO, SMOOTHED_DRAWS = "two symbols", "each generation is n draws at the rates (c + alpha)/(n + 2 alpha), alpha >= 0"
SMOOTHED, POSITIVE = (TWO, SMOOTHED_DRAWS), "alpha > 0"
ONE_SYMBOL_SMOOTHED = unrefuted(
    TWO, "not needed: of more symbols, all but one count as the other, with alpha added once for all of them"
)
RATES = [(0, 1), ("1/4", "3/4"), ("1/8", "1/2"), (0, "1/3")]
ALPHAS = [fmpq(0), fmpq(1, 10), fmpq(1, 2), fmpq(2)]
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


def _law(case, other=None):
    """Return P(theta, K_t); the draws are those of `other` alpha, if it is given, and not those of the case."""
    n, alpha, rates, t = case
    return rational_generation_law(n, rates, EVEN, t, alpha if other is None else other)


_fourth = (4, fmpq(1, 2), ("1/4", "3/4"), 4)


_every_loop = Family(
    "n from 1 to 4; alpha 0, 1/10, 1/2, 2; rates (0, 1), (1/4, 3/4), (1/8, 1/2), (0, 1/3), equally likely; t = 1, 2, 4",
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


def _spectrum_exactly(case, other=None):
    """Return det(xI - K) and the product over the eigenvalues, by degree and multiplicity."""
    n, alpha, x, letters = case
    product, eigenvalue = fmpq(1), fmpq(1)
    for i in range(n + 1):
        product *= (x - eigenvalue) ** math.comb(i + letters - 2, letters - 2)
        eigenvalue *= (n - i) / (n + letters * alpha)
    return _determinant(n, alpha if other is None else other, x, letters), product


def _determinant(n, alpha, x, letters):
    if letters == 2:
        return kernel_determinant(n, alpha, x)
    counts = compositions(n, letters).tolist()
    ways = [math.factorial(n) // math.prod(map(math.factorial, row)) for row in counts]
    cells = [
        x * int(before == after)
        - way * math.prod(((c + alpha) / (n + letters * alpha)) ** k for c, k in zip(before, after, strict=True))
        for before in counts
        for after, way in zip(counts, ways, strict=True)
    ]
    return fmpq_mat(len(counts), len(counts), cells).det()


def _squared_spectrum(case):
    """Return det(xI - K) of two symbols, and the product with n + alpha in place of n + 2 alpha."""
    n, alpha, x, _ = case
    return _spectrum_exactly(case)[0], _spectrum_exactly((n, alpha / 2, x, 2))[1]


smoothed_eigenvalues = equality(
    "thm:smoothing-eigenvalues",
    (SMOOTHED_DRAWS,),
    _spectrum,
    random_probabilities(1),
    exact=_spectrum_exactly,
    family=Family(
        "the characteristic polynomials of two symbols for n from 1 to 5 and alpha 0, 1/10, 1/2, 2, each at n + 2 "
        "points, which determine it; of three symbols for n from 1 to 3, alpha 0, 1/2, at 2 points",
        lambda: itertools.chain(
            ((n, alpha, x, 2) for n in range(1, 6) for alpha in ALPHAS for x in range(2, n + 4)),
            itertools.product(range(1, 4), (fmpq(0), fmpq(1, 2)), (2, 3), (3,)),
        ),
    ),
    edges=((3, fmpq(1, 2), 2, 2),),
    wrong=lambda case: (_spectrum(case)[0], _spectrum(case)[1] * (case[0] - 1 / 2)),
    neighbours=(
        without(SMOOTHED_DRAWS, (3, fmpq(1, 2), 2, 2), exact=lambda case: _spectrum_exactly(case, other=fmpq(1))),
        changed("alpha in place of 2 alpha", _squared_spectrum),
    ),
)


def _means(case):
    first, second, _, alpha = case
    tables = _tables(case)
    found = tables @ (jnp.arange(SIZE + 1) / SIZE) / tables.sum(2) - 1 / 2
    left = shrinkage(SIZE, alpha) ** jnp.arange(GENERATIONS)
    return found, left[:, None] * (jnp.stack([first, second]) - 1 / 2)


def _mean_exactly(case, other=None):
    n, alpha, rates, t = case
    mean = sum((p * c for c, p in enumerate(_law(case, other).table[1])), fmpq(0)) * 2 / n
    return mean - fmpq(1, 2), shrinkage(n, alpha) ** (t - 1) * (rational(rates[1]) - fmpq(1, 2))


mean = equality(
    "thm:smoothing-mean",
    SMOOTHED,
    _means,
    _cases,
    exact=_mean_exactly,
    family=_every_loop,
    edges=(_fourth,),
    wrong=lambda case: (_means(case)[0], _means(case)[1] * shrinkage(SIZE, case[3])),
    neighbours=(
        ONE_SYMBOL_SMOOTHED,
        without(SMOOTHED_DRAWS, _fourth, exact=lambda case: _mean_exactly(case, other=0)),
        changed(
            "t in place of t - 1", lambda case: (_mean_exactly(case)[0], _mean_exactly((*case[:3], case[3] + 1))[1])
        ),
    ),
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


def _diversity_exactly(case, other=None):
    n, alpha, rates, t = case
    found = sum((p * 4 * c * (n - c) for c, p in enumerate(_law(case, other).table[1])), fmpq(0)) / n**2
    return found, diversity_left(n, alpha, rational(rates[1]), t)


smoothed_diversity = equality(
    "thm:smoothing-diversity",
    SMOOTHED,
    _diversity,
    _cases,
    exact=_diversity_exactly,
    family=_every_loop,
    edges=(_fourth,),
    wrong=lambda case: (_diversity(case)[0], _diversity(case)[1] * (1 - 1 / SIZE)),
    neighbours=(
        ONE_SYMBOL_SMOOTHED,
        without(SMOOTHED_DRAWS, _fourth, exact=lambda case: _diversity_exactly(case, other=0)),
        changed("without what is kept", lambda case: (_diversity_exactly(case)[0], _vanishing(*case)), _fourth),
    ),
)


def _vanishing(n, alpha, rates, t):
    """Return what is left of the first diversity, with none that is kept."""
    rate = rational(rates[1])
    return ((n - 1) * shrinkage(n, alpha) ** 2 / n) ** (t - 1) * (n - 1) * 2 * rate * (1 - rate) / n


def _forgetting(case):
    kept = table_information(_tables(case))
    return kept[1:], dobrushin(_link(case[3])) * kept[:-1]


def _forgetting_exactly(case, other=None):
    """Return the information a round later and eta times that before; or, with no rates, eta and its bound."""
    n, alpha, rates, t = case
    rows = rational_kernel(n, alpha)
    apart = 1 - sum((min(p, q) for p, q in zip(rows[0], rows[n], strict=True)), fmpq(0))
    if rates is None:
        return apart, 1 - 2 * (alpha / (n + 2 * alpha)) ** n
    before, after = (_exactly_informed(_law((n, alpha, rates, s), other)) for s in (t, t + 1))
    return after, before * apart


smoothing_contracts = inequality(
    "thm:smoothing-contracts",
    SMOOTHED,
    _forgetting,
    _cases,
    exact=_forgetting_exactly,
    family=Family(
        f"{_every_loop.description}; and eta itself",
        lambda: itertools.chain(_every_loop.members(), itertools.product((1, 2, 3, 4), ALPHAS, (None,), (1,))),
    ),
    edges=((2, fmpq(1, 100_000), (0, 1), 1),),
    wrong=lambda case: (_forgetting(case)[0], _forgetting(case)[1] * shrinkage(SIZE, case[3]) ** 2),
    neighbours=(
        ONE_SYMBOL_SMOOTHED,
        without(
            SMOOTHED_DRAWS, (4, fmpq(20), ("1/4", "3/4"), 1), exact=lambda case: _forgetting_exactly(case, other=0)
        ),
        changed("1 % less of eta", lambda case: _less(_forgetting_exactly(case))),
    ),
)


def _less(sides):
    return sides[0], sides[1] * fmpq(99, 100)


def _floor(case):
    left = shrinkage(SIZE, case[3]) ** jnp.arange(GENERATIONS)
    return _symbol_and_count_information(case, 1 / 2 + left[:, None] * (jnp.stack(case[:2]) - 1 / 2))


def _floor_exactly(case, other=None):
    n, alpha, rates, t = case
    left = shrinkage(n, alpha) ** (t - 1)
    heads = [fmpq(1, 2) + left * (rational(rate) - fmpq(1, 2)) for rate in rates]
    return _exactly_informed(token_law(heads, EVEN)), _exactly_informed(_law(case, other))


floor = inequality(
    "thm:smoothing-floor",
    SMOOTHED,
    _floor,
    _cases,
    exact=_floor_exactly,
    family=_every_loop,
    edges=((1, fmpq(1, 2), ("1/4", "3/4"), 4),),
    wrong=lambda case: _floor(case)[::-1],
    neighbours=(
        ONE_SYMBOL_SMOOTHED,
        without(SMOOTHED_DRAWS, (1, fmpq(1, 2), ("1/4", "3/4"), 4), exact=lambda case: _floor_exactly(case, other=2)),
    ),
)


def _keeps(case):
    by_symbol, kept = _symbol_and_count_information(case, jnp.stack(case[:2])[None])
    return jnp.broadcast_to(by_symbol, kept.shape), kept


smoothing_keeps = inequality(
    "fol:smoothing-keeps-information",
    (*SMOOTHED, POSITIVE),
    _keeps,
    _cases,
    exact=lambda case: (_exactly_informed(token_law(case[2], EVEN)), _exactly_informed(_law(case))),
    family=Family(
        "n = 4, alpha = 1/2, rates (1/4, 3/4), equally likely, t from 1 to 6",
        lambda: itertools.product((4,), ALPHAS[2:3], RATES[1:2], range(1, 7)),
    ),
)
