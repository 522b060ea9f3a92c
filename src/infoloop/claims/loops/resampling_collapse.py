"""Chapter 2, collapse: what resampling loses, which is diversity, and what it keeps about the task (S10)."""

import itertools
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from infoloop.claims.comparisons import equality
from infoloop.exact.log_sums import Exact, LogSum, exact_binary_entropy, rational
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.wright_fisher_rational import (
    kernel_determinant,
    rational_generation_law,
    rational_kernel,
    token_law,
)
from infoloop.information.contraction_coefficients import dobrushin
from infoloop.information.measures import mutual_information
from infoloop.loops.absorption import kernel_eigenvalues
from infoloop.loops.binomial_resampling import wright_fisher_kernel
from infoloop.loops.loop import Loop, unroll
from infoloop.models import wright_fisher
from infoloop.probability.channel_families import binomial
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import binary_entropy
from infoloop.statements.cases import Family, exact_law, random_probabilities
from infoloop.statements.neighbours import changed, unrefuted, without

SIZE, GENERATIONS = 4, 6
TWO, DRAWS = "two symbols", "each generation is n draws from the frequencies of the last"
RESAMPLING = (TWO, DRAWS)
ONE_SYMBOL_COUNTED = unrefuted(TWO, "not needed: of more symbols, all but one count as the other")
INTERIOR = [fmpq(k, 4) for k in (1, 2, 3)]
RATES = [(0, 1), ("1/4", "3/4"), ("1/8", "1/2"), ("1/2", "1/2"), (0, "1/3")]
PRIORS = [("1/2", "1/2"), ("1/4", "3/4")]


def model(case: Array) -> wright_fisher.Model:
    """Return two hypotheses with rates `case[:2]`, the first of probability `case[2]`."""
    return wright_fisher.Model(SIZE, case[:2], jnp.stack([case[2], 1 - case[2]]))


def first_counts(m: wright_fisher.Model) -> Float[Array, "theta count"]:
    """Return the law of the first count under each hypothesis."""
    return binomial(m.rates, m.size, "theta", "count").rows


def generation_tables(case: Array) -> Float[Array, "t theta count"]:
    """Return P(theta, K_t) for t = 1, 2, ... along the leading axis."""
    m = model(case)
    with jax.ensure_compile_time_eval():  # the kernel is a constant of the claim, not a part of what is compiled
        link = wright_fisher_kernel(SIZE)
    loop = Loop(start=lambda key: m.prior[:, None] * first_counts(m), step=lambda key, table: table @ link)
    return unroll(loop, jnp.arange(GENERATIONS))


def symbol_laws(case: Array) -> Float[Array, "theta count"]:
    """Return P(theta, B) for one symbol B drawn at the rate theta, in a table as wide as those of the counts."""
    m = model(case)
    return jnp.pad(m.prior[:, None] * jnp.stack([1 - m.rates, m.rates], 1), ((0, 0), (0, SIZE - 1)))


@jax.vmap
def table_information(table: Float[Array, "theta seen"]) -> Float[Array, ""]:
    """Return the information in bits between the two variables of each table of a stack."""
    return mutual_information(Joint(table, ("theta", "seen")), "theta", "seen")


def kept_information(case: Array) -> Float[Array, " t"]:
    """Return I(theta;K_t) for t = 1, 2, ..."""
    return table_information(generation_tables(case))


def kept_and_symbol(case: Array) -> tuple[Array, Array]:
    """Return I(theta;K_t) for t = 1, 2, ..., and as many copies of I(theta;B)."""
    found = table_information(jnp.concatenate([generation_tables(case), symbol_laws(case)[None]]))
    return found[:-1], jnp.broadcast_to(found[-1], (GENERATIONS,))


def kept_exactly(n: int, rates: Sequence, prior: Sequence, t: int, alpha: Exact = 0) -> LogSum:
    """Return I(theta;K_t) exactly; with alpha, of the smoothed loop, which draws from other rates."""
    return mutual_information(rational_generation_law(n, rates, prior, t, alpha), "theta", "count")


def symbol_exactly(rates: Sequence, prior: Sequence) -> LogSum:
    """Return I(theta;B) exactly, B one symbol drawn at the rate theta."""
    return mutual_information(token_law(rates, prior), "theta", "symbol")


every_loop = Family(
    "n from 1 to 4; rates (0, 1), (1/4, 3/4), (1/8, 1/2), (1/2, 1/2), (0, 1/3); priors (1/2, 1/2), (1/4, 3/4); t = 1, "
    "2, 3, 5",
    lambda: itertools.product((1, 2, 3, 4), RATES, PRIORS, (1, 2, 3, 5)),
)

two_rates = random_probabilities(3)


def _diversity(case):
    m, frequency = model(case), jnp.arange(SIZE + 1) / SIZE
    found = (generation_tables(case) * 2 * frequency * (1 - frequency)).sum((1, 2))
    steps = jnp.arange(1, GENERATIONS + 1)
    return found, m.prior @ jax.vmap(lambda rate: wright_fisher.expected_heterozygosity(SIZE, rate, steps))(m.rates)


def _diversity_exactly(case, alpha=0):
    n, rates, prior, t = case
    table = rational_generation_law(n, rates, prior, t, alpha).table
    frequencies = [fmpq(c, n) for c in range(n + 1)]
    found = sum((p * 2 * f * (1 - f) for p, f in zip(table.sum(axis=0), frequencies, strict=True)), fmpq(0))
    start = sum((rational(w) * 2 * rational(r) * (1 - rational(r)) for r, w in zip(rates, prior, strict=True)), fmpq(0))
    return found, start * (1 - fmpq(1, n)) ** t


def _diploid(case):
    found, closed = _diversity(case)
    steps = jnp.arange(1, GENERATIONS + 1)
    return found, closed * ((1 - 1 / (2 * SIZE)) / (1 - 1 / SIZE)) ** steps


def _diploid_exactly(case):
    found, closed = _diversity_exactly(case)
    return found, closed * ((1 - fmpq(1, 2 * case[0])) / (1 - fmpq(1, case[0]))) ** case[3] if case[0] > 1 else fmpq(1)


HALF = fmpq(1, 2)
third_generation = (4, ("1/4", "3/4"), ("1/2", "1/2"), 3)

resampled_diversity = equality(
    "thm:resampling-diversity",
    RESAMPLING,
    _diversity,
    two_rates,
    exact=_diversity_exactly,
    family=every_loop,
    edges=(third_generation,),
    wrong=_diploid,
    neighbours=(
        ONE_SYMBOL_COUNTED,
        without(DRAWS, third_generation, exact=lambda case: _diversity_exactly(case, alpha=HALF)),
        changed("2n in place of n", _diploid_exactly),
    ),
)


def _spectrum(case):
    x, found, closed = case[0], [], []
    for n in (2, 4):
        with jax.ensure_compile_time_eval():
            coefficients, values = np.poly(np.asarray(wright_fisher_kernel(n))), np.asarray(kernel_eigenvalues(n))
        found.append(jnp.polyval(jnp.asarray(coefficients), x))
        closed.append(jnp.prod(x - values))
    return jnp.stack(found), jnp.stack(closed)


def _spectrum_exactly(case, alpha=0):
    n, x = case
    product, eigenvalue = fmpq(1), fmpq(1)
    for i in range(n + 1):
        product, eigenvalue = product * (rational(x) - eigenvalue), eigenvalue * (1 - fmpq(i, n))
    return kernel_determinant(n, alpha, x), product


resampled_eigenvalues = equality(
    "thm:resampling-eigenvalues",
    RESAMPLING,
    _spectrum,
    random_probabilities(1),
    exact=_spectrum_exactly,
    family=Family(
        "the characteristic polynomials for n from 1 to 7, each at n + 2 points, which determine it",
        lambda: ((n, x) for n in range(1, 8) for x in range(2, n + 4)),
    ),
    edges=((3, 2),),
    wrong=lambda case: (_spectrum(case)[0], _spectrum(case)[1] * (case[0] - 1 / 2)),
    neighbours=(
        ONE_SYMBOL_COUNTED,
        without(DRAWS, (3, 2), exact=lambda case: _spectrum_exactly(case, alpha=HALF)),
        changed("without the eigenvalue 1 of the mean", lambda case: _second_missing(*case)),
    ),
)


def _second_missing(n, x):
    found, closed = _spectrum_exactly((n, x))
    return found, closed / (x - 1)


def _kept_ends(case):
    p_one, one = case[0], jnp.ones(GENERATIONS)
    start = jnp.zeros((2, SIZE + 1)).at[0, 0].set(1 - p_one).at[1, SIZE].set(p_one)
    with jax.ensure_compile_time_eval():
        paths = jnp.stack([jnp.linalg.matrix_power(wright_fisher_kernel(SIZE), t) for t in range(1, GENERATIONS + 1)])
    widest = jax.vmap(lambda path: dobrushin(Channel(path, ("before",), ("after",))))(paths)
    kept = jnp.concatenate([table_information(start @ paths), widest])
    return kept, jnp.concatenate([binary_entropy(p_one) * one, one])


def _kept_ends_exactly(case, alpha=0):
    """Return I(X;K_t) and H(X); or, where no P(X=1) is given, the largest distance of two rows of K^t, and 1."""
    n, p_one, t = case
    if p_one is not None:
        return kept_exactly(n, (0, 1), (1 - p_one, p_one), t + 1, alpha), exact_binary_entropy(p_one)
    rows = path = rational_kernel(n, alpha)
    for _ in range(t - 1):
        path = path.dot(rows)
    return max(abs(a - b).sum() / 2 for a, b in itertools.combinations(path, 2)), 1


ends_keep = equality(
    "thm:resampling-contraction",
    RESAMPLING,
    _kept_ends,
    random_probabilities(1),
    exact=_kept_ends_exactly,
    family=Family(
        "n from 1 to 5, t from 1 to 4: the information for P(X=1) 1/4, 1/2, 3/4, and Dobrushin's coefficient",
        lambda: itertools.product(range(1, 6), [*INTERIOR, None], range(1, 5)),
    ),
    edges=((4, fmpq(1, 4), 3),),
    wrong=lambda case: (_kept_ends(case)[0], _kept_ends(case)[1] * (1 - 1 / SIZE)),
    neighbours=(
        ONE_SYMBOL_COUNTED,
        without(DRAWS, (4, fmpq(1, 4), 3), exact=lambda case: _kept_ends_exactly(case, alpha=HALF)),
        changed("1 - 1/n in place of 1", lambda case: _less_kept(*case)),
    ),
)


def _less_kept(n, p_one, t):
    found, whole = _kept_ends_exactly((n, p_one, t))
    return found, whole * (1 - fmpq(1, n))


def _next_sample(case):
    heads = generation_tables(case) @ (jnp.arange(SIZE + 1) / SIZE)
    prior = model(case).prior
    found = table_information(jnp.concatenate([jnp.stack([prior - heads, heads], 2), symbol_laws(case)[None, :, :2]]))
    return found[:-1], jnp.broadcast_to(found[-1], (GENERATIONS,))


def _next_sample_exactly(case, alpha=0):
    n, rates, prior, t = case
    frequency = np.array([fmpq(c, n) for c in range(n + 1)])
    table = rational_generation_law(n, rates, prior, t, alpha).table
    heads = (table * frequency).sum(axis=1)
    laws = [[row.sum() - head, head] for row, head in zip(table, heads, strict=True)]
    seen = mutual_information(exact_law({"theta,sample": laws}), "theta", "sample")
    return seen, symbol_exactly(rates, prior)


next_sample_information = equality(
    "thm:sample-information",
    RESAMPLING,
    _next_sample,
    two_rates,
    exact=_next_sample_exactly,
    family=every_loop,
    edges=(third_generation,),
    wrong=lambda case: (kept_information(case), _next_sample(case)[1]),
    neighbours=(
        ONE_SYMBOL_COUNTED,
        without(DRAWS, third_generation, exact=lambda case: _next_sample_exactly(case, alpha=HALF)),
        changed("the count in place of one sample", lambda case: (kept_exactly(*case), _next_sample_exactly(case)[1])),
    ),
)
