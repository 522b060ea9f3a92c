"""Chapter 2, collapse: what resampling loses, which is diversity, and what it keeps about the task (S10)."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from infoloop.claims.comparisons import equality, inequality
from infoloop.exact.rational_laws import exact_binary_entropy, fmpq, rational
from infoloop.exact.wright_fisher_rational import (
    absorption_sums,
    kernel_determinant,
    rational_binomial_pmf,
    rational_generation_law,
    rational_kernel,
    token_law,
)
from infoloop.information.contraction_coefficients import dobrushin
from infoloop.information.measures import mutual_information
from infoloop.loops.absorption import fixation_by_table, kernel_eigenvalues
from infoloop.loops.binomial_resampling import wright_fisher_kernel
from infoloop.loops.loop import Loop, unroll
from infoloop.models import wright_fisher
from infoloop.probability.channel_families import binomial
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import binary_entropy
from infoloop.statements.cases import Family, exact_law, random_probabilities

SIZE, GENERATIONS = 4, 6
RESAMPLING = ("two symbols", "each generation is n draws from the frequencies of the last")
INTERIOR = [fmpq(k, 4) for k in (1, 2, 3)]
RATES = [(0, 1), ("1/4", "3/4"), ("1/8", "1/2"), ("1/2", "1/2"), (0, "1/3")]
PRIORS = [("1/2", "1/2"), ("1/4", "3/4")]


def _model(case):
    """Return two hypotheses with rates `case[:2]`, the first of probability `case[2]`."""
    return wright_fisher.Model(SIZE, case[:2], jnp.stack([case[2], 1 - case[2]]))


def _draws(m: wright_fisher.Model):
    return binomial(m.rates, m.size, "theta", "count").rows


def _tables(case):
    """Return P(theta, K_t) for t = 1, 2, ... along the leading axis."""
    m = _model(case)
    with jax.ensure_compile_time_eval():  # the kernel is a constant of the claim, not a part of what is compiled
        link = wright_fisher_kernel(SIZE)
    loop = Loop(start=lambda key: m.prior[:, None] * _draws(m), step=lambda key, table: table @ link)
    return unroll(loop, jnp.arange(GENERATIONS))


def _symbol_laws(case):
    """Return P(theta, B) for one symbol B drawn at the rate theta, in a table as wide as those of the counts."""
    m = _model(case)
    return jnp.pad(m.prior[:, None] * jnp.stack([1 - m.rates, m.rates], 1), ((0, 0), (0, SIZE - 1)))


@jax.vmap
def table_information(table: Float[Array, "theta seen"]) -> Float[Array, ""]:
    """Return the information in bits between the two variables of each table of a stack."""
    return mutual_information(Joint(table, ("theta", "seen")), "theta", "seen")


def _kept(case):
    """Return I(theta;K_t) for t = 1, 2, ..."""
    return table_information(_tables(case))


def _kept_and_symbol(case):
    """Return I(theta;K_t) for t = 1, 2, ..., and as many copies of I(theta;B)."""
    found = table_information(jnp.concatenate([_tables(case), _symbol_laws(case)[None]]))
    return found[:-1], jnp.broadcast_to(found[-1], (GENERATIONS,))


def _kept_exactly(n, rates, prior, t):
    return mutual_information(rational_generation_law(n, rates, prior, t), "theta", "count")


def _symbol_exactly(rates, prior):
    return mutual_information(token_law(rates, prior), "theta", "symbol")


_every_loop = Family(
    "n from 1 to 4; rates (0, 1), (1/4, 3/4), (1/8, 1/2), (1/2, 1/2), (0, 1/3); priors (1/2, 1/2), (1/4, 3/4); t = 1, "
    "2, 3, 5",
    lambda: itertools.product((1, 2, 3, 4), RATES, PRIORS, (1, 2, 3, 5)),
)

_two_rates = random_probabilities(3)


def _diversity(case):
    m, frequency = _model(case), jnp.arange(SIZE + 1) / SIZE
    found = (_tables(case) * 2 * frequency * (1 - frequency)).sum((1, 2))
    steps = jnp.arange(1, GENERATIONS + 1)
    return found, m.prior @ jax.vmap(lambda rate: wright_fisher.expected_heterozygosity(SIZE, rate, steps))(m.rates)


def _diversity_exactly(case):
    n, rates, prior, t = case
    table = rational_generation_law(n, rates, prior, t).table
    frequencies = [fmpq(c, n) for c in range(n + 1)]
    found = sum((p * 2 * f * (1 - f) for p, f in zip(table.sum(axis=0), frequencies, strict=True)), fmpq(0))
    start = sum((rational(w) * 2 * rational(r) * (1 - rational(r)) for r, w in zip(rates, prior, strict=True)), fmpq(0))
    return found, start * (1 - fmpq(1, n)) ** t


def _diploid(case):
    found, closed = _diversity(case)
    steps = jnp.arange(1, GENERATIONS + 1)
    return found, closed * ((1 - 1 / (2 * SIZE)) / (1 - 1 / SIZE)) ** steps


resampled_diversity = equality(
    "thm:resampling-diversity",
    RESAMPLING,
    _diversity,
    _two_rates,
    exact=_diversity_exactly,
    family=_every_loop,
    edges=((4, ("1/4", "3/4"), ("1/2", "1/2"), 3),),
    wrong=_diploid,
)


def _spectrum(case):
    x, found, closed = case[0], [], []
    for n in (2, 4):
        with jax.ensure_compile_time_eval():
            coefficients, values = np.poly(np.asarray(wright_fisher_kernel(n))), np.asarray(kernel_eigenvalues(n))
        found.append(jnp.polyval(jnp.asarray(coefficients), x))
        closed.append(jnp.prod(x - values))
    return jnp.stack(found), jnp.stack(closed)


def _spectrum_exactly(case):
    n, x = case
    product, eigenvalue = fmpq(1), fmpq(1)
    for i in range(n + 1):
        product, eigenvalue = product * (rational(x) - eigenvalue), eigenvalue * (1 - fmpq(i, n))
    return kernel_determinant(n, 0, x), product


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
)


def _kept_ends(case):
    p_one, one = case[0], jnp.ones(GENERATIONS)
    start = jnp.zeros((2, SIZE + 1)).at[0, 0].set(1 - p_one).at[1, SIZE].set(p_one)
    with jax.ensure_compile_time_eval():
        paths = jnp.stack([jnp.linalg.matrix_power(wright_fisher_kernel(SIZE), t) for t in range(1, GENERATIONS + 1)])
    widest = jax.vmap(lambda path: dobrushin(Channel(path, ("before",), ("after",))))(paths)
    kept = jnp.concatenate([table_information(start @ paths), widest])
    return kept, jnp.concatenate([binary_entropy(p_one) * one, one])


def _kept_ends_exactly(case):
    n, p_one, t = case
    return _kept_exactly(n, (0, 1), (1 - p_one, p_one), t), exact_binary_entropy(p_one)


ends_keep = equality(
    "thm:resampling-contraction",
    RESAMPLING,
    _kept_ends,
    random_probabilities(1),
    exact=_kept_ends_exactly,
    family=Family(
        "n from 1 to 5, P(X=1) in 1/4, 1/2, 3/4, and t from 1 to 4",
        lambda: itertools.product(range(1, 6), INTERIOR, range(1, 5)),
    ),
    edges=((4, fmpq(1, 4), 3),),
    wrong=lambda case: (_kept_ends(case)[0], _kept_ends(case)[1] * (1 - 1 / SIZE)),
)


def _left(case):
    """Return I(theta;K_oo), K_oo in {0, n} with the probabilities of the table of absorption; and I(theta;B)."""
    m = _model(case)
    with jax.ensure_compile_time_eval():
        fixed = fixation_by_table(SIZE, np.arange(SIZE + 1))
    ends = _draws(m) @ fixed
    law = m.prior[:, None] * jnp.stack([1 - ends, ends], 1)
    left, symbol = table_information(jnp.stack([jnp.pad(law, ((0, 0), (0, SIZE - 1))), _symbol_laws(case)]))
    return left, symbol


def _left_exactly(case):
    n, rates, prior = case
    ends = absorption_sums(n, rational_kernel(n)[1:-1, -1])
    ends[-1] = fmpq(1)
    heads = [sum((p * e for p, e in zip(rational_binomial_pmf(n, r), ends, strict=True)), fmpq(0)) for r in rates]
    return _symbol_exactly(heads, prior), _symbol_exactly(rates, prior)


_ends = Family(
    "n from 2 to 6; rates (0, 1), (1/4, 3/4), (1/8, 1/2), (1/2, 1/2), (0, 1/3); priors (1/2, 1/2), (1/4, 3/4)",
    lambda: itertools.product(range(2, 7), RATES, PRIORS),
)
residual = equality(
    "thm:residual-information",
    RESAMPLING,
    _left,
    _two_rates,
    exact=_left_exactly,
    family=_ends,
    edges=((4, ("1/4", "3/4"), ("1/2", "1/2")),),
    wrong=lambda case: (_left(case)[0], _kept(case)[-1]),
)

residual_floor = inequality(
    "thm:residual-floor",
    RESAMPLING,
    lambda case: _kept_and_symbol(case)[::-1],
    _two_rates,
    exact=lambda case: (_symbol_exactly(case[1], case[2]), _kept_exactly(*case)),
    family=_every_loop,
    edges=((1, ("1/4", "3/4"), ("1/2", "1/2"), 2), (4, (0, 1), ("1/2", "1/2"), 3)),
    wrong=lambda case: (_kept(case)[:-1], _kept(case)[1:]),
)


def _ceiling(case):
    still_open = _tables(case)[:, :, 1:-1].sum((1, 2))
    kept, symbol = _kept_and_symbol(case)
    return kept, symbol + binary_entropy(still_open) + still_open


def _ceiling_exactly(case):
    n, rates, prior, t = case
    table = rational_generation_law(n, rates, prior, t).table
    still_open = sum(table[:, 1:-1].ravel().tolist(), fmpq(0))
    return _kept_exactly(*case), _symbol_exactly(rates, prior) + exact_binary_entropy(still_open) + still_open


residual_ceiling = inequality(
    "thm:residual-ceiling",
    (*RESAMPLING, "two hypotheses"),
    _ceiling,
    _two_rates,
    exact=_ceiling_exactly,
    family=_every_loop,
    edges=((1, ("1/4", "3/4"), ("1/2", "1/2"), 2), (4, (0, 1), ("1/2", "1/2"), 3)),
    wrong=_kept_and_symbol,
)


def _next_sample(case):
    heads = _tables(case) @ (jnp.arange(SIZE + 1) / SIZE)
    prior = _model(case).prior
    found = table_information(jnp.concatenate([jnp.stack([prior - heads, heads], 2), _symbol_laws(case)[None, :, :2]]))
    return found[:-1], jnp.broadcast_to(found[-1], (GENERATIONS,))


def _next_sample_exactly(case):
    n, rates, prior, t = case
    frequency = np.array([fmpq(c, n) for c in range(n + 1)])
    table = rational_generation_law(n, rates, prior, t).table
    heads = (table * frequency).sum(axis=1)
    laws = [[row.sum() - head, head] for row, head in zip(table, heads, strict=True)]
    seen = mutual_information(exact_law({"theta,sample": laws}), "theta", "sample")
    return seen, _symbol_exactly(rates, prior)


next_sample_information = equality(
    "thm:sample-information",
    RESAMPLING,
    _next_sample,
    _two_rates,
    exact=_next_sample_exactly,
    family=_every_loop,
    edges=((4, ("1/4", "3/4"), ("1/2", "1/2"), 3),),
    wrong=lambda case: (_kept(case), _next_sample(case)[1]),
)

collapse_forgets = equality(
    "fol:collapse-forgets",
    RESAMPLING,
    lambda case: (_left(case)[0], 0.0),
    _two_rates,
    exact=lambda case: (_left_exactly(case)[0], 0),
    family=Family(
        "rates (1/4, 3/4), equally likely, and n from 2 to 6",
        lambda: itertools.product(range(2, 7), RATES[1:2], PRIORS[:1]),
    ),
)


def _as_fast(case):
    kept = _kept(case)
    return kept, kept[0] * (1 - 1 / SIZE) ** jnp.arange(GENERATIONS)


def _as_fast_exactly(case):
    n, rates, prior, t = case
    return _kept_exactly(*case), _kept_exactly(n, rates, prior, 1) * (1 - fmpq(1, n)) ** (t - 1)


as_fast_as_diversity = inequality(
    "fol:information-dies-with-diversity",
    RESAMPLING,
    _as_fast,
    _two_rates,
    exact=_as_fast_exactly,
    family=Family(
        "n = 4, rates (1/4, 3/4), equally likely, t from 1 to 6",
        lambda: itertools.product((4,), RATES[1:2], PRIORS[:1], range(1, 7)),
    ),
)
