"""Chapter 2, what is left: the information that collapse cannot take, and how fast the rest goes (S10)."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.claims.comparisons import equality, inequality
from infoloop.claims.loops.resampling_collapse import (
    DRAWS,
    GENERATIONS,
    HALF,
    ONE_SYMBOL_COUNTED,
    PRIORS,
    RATES,
    RESAMPLING,
    SIZE,
    every_loop,
    first_counts,
    generation_tables,
    kept_and_symbol,
    kept_exactly,
    kept_information,
    model,
    symbol_exactly,
    symbol_laws,
    table_information,
    third_generation,
    two_rates,
)
from infoloop.exact.log_sums import entropy_of_masses, exact_binary_entropy, log2, rational
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.wright_fisher_rational import (
    absorption_sums,
    rational_binomial_pmf,
    rational_generation_law,
    rational_kernel,
)
from infoloop.loops.absorption import fixation_by_table
from infoloop.probability.numerics import binary_entropy
from infoloop.statements.cases import Family
from infoloop.statements.neighbours import changed, unrefuted, without


def _left(case):
    """Return I(theta;K_oo), K_oo in {0, n} with the probabilities of the table of absorption; and I(theta;B)."""
    m = model(case)
    with jax.ensure_compile_time_eval():
        fixed = fixation_by_table(SIZE, np.arange(SIZE + 1))
    ends = first_counts(m) @ fixed
    law = m.prior[:, None] * jnp.stack([1 - ends, ends], 1)
    left, symbol = table_information(jnp.stack([jnp.pad(law, ((0, 0), (0, SIZE - 1))), symbol_laws(case)]))
    return left, symbol


def _left_exactly(case, ends=None):
    """Return I(theta;K_oo) and I(theta;B); K_oo is n with probability `ends[K_1]`, by the equations of absorption."""
    n, rates, prior = case
    if ends is None:
        ends = [*absorption_sums(n, rational_kernel(n)[1:-1, -1])[:-1], fmpq(1)]
    heads = [sum((p * e for p, e in zip(rational_binomial_pmf(n, r), ends, strict=True)), fmpq(0)) for r in rates]
    return symbol_exactly(heads, prior), symbol_exactly(rates, prior)


_ends = Family(
    "n from 2 to 6; rates (0, 1), (1/4, 3/4), (1/8, 1/2), (1/2, 1/2), (0, 1/3); priors (1/2, 1/2), (1/4, 3/4)",
    lambda: itertools.product(range(2, 7), RATES, PRIORS),
)


def _by_majority(n):
    """Return where a loop ends that copies the symbol of the majority: at n from every count above n/2."""
    return [fmpq(int(2 * c > n)) for c in range(n + 1)]


_three, _four = ((n, ("1/4", "3/4"), ("1/2", "1/2")) for n in (3, 4))

residual = equality(
    "thm:residual-information",
    RESAMPLING,
    _left,
    two_rates,
    exact=_left_exactly,
    family=_ends,
    edges=(_four,),
    wrong=lambda case: (_left(case)[0], kept_information(case)[-1]),
    neighbours=(
        ONE_SYMBOL_COUNTED,
        without(DRAWS, _three, exact=lambda case: _left_exactly(case, _by_majority(case[0]))),
        changed(
            "the first count in place of the last", lambda case: (kept_exactly(*case, 1), _left_exactly(case)[1]), _four
        ),
    ),
)

residual_floor = inequality(
    "thm:residual-floor",
    RESAMPLING,
    lambda case: kept_and_symbol(case)[::-1],
    two_rates,
    exact=lambda case: (symbol_exactly(case[1], case[2]), kept_exactly(*case)),
    family=every_loop,
    edges=((1, ("1/4", "3/4"), ("1/2", "1/2"), 2), (4, (0, 1), ("1/2", "1/2"), 3)),
    wrong=lambda case: (kept_information(case)[:-1], kept_information(case)[1:]),
    neighbours=(
        ONE_SYMBOL_COUNTED,
        without(
            DRAWS,
            third_generation,
            exact=lambda case: (symbol_exactly(case[1], case[2]), kept_exactly(*case, alpha=HALF)),
        ),
    ),
)


def _ceiling(case):
    still_open = generation_tables(case)[:, :, 1:-1].sum((1, 2))
    kept, symbol = kept_and_symbol(case)
    return kept, symbol + binary_entropy(still_open) + still_open


def _ceiling_exactly(case, bits_of=log2):
    """Return I(theta;K_t) and its ceiling; `bits_of` gives the bits of the last term from the number of hypotheses."""
    n, rates, prior, t = case
    still_open = _open_exactly(case)
    excess = exact_binary_entropy(still_open) + bits_of(len(rates)) * still_open
    return kept_exactly(n, rates, prior, t), symbol_exactly(rates, prior) + excess


def _open_exactly(case: tuple) -> fmpq:
    return sum(rational_generation_law(*case).table[:, 1:-1].ravel().tolist(), fmpq(0))


def _told_by_majority(case):
    """Return I(theta;K_2) and its ceiling if the second generation copies the majority, so that all are closed."""
    n, rates, prior, _ = case
    return _left_exactly((n, rates, prior), _by_majority(n))


residual_ceiling = inequality(
    "thm:residual-ceiling",
    RESAMPLING,
    _ceiling,
    two_rates,
    exact=_ceiling_exactly,
    family=Family(
        f"{every_loop.description}; and three hypotheses, rates (1/8, 1/2, 7/8), n 2 and 4, t = 1, 2, 5, 9",
        lambda: itertools.chain(
            every_loop.members(), itertools.product((2, 4), [("1/8", "1/2", "7/8")], [("1/3",) * 3], (1, 2, 5, 9))
        ),
    ),
    edges=((1, ("1/4", "3/4"), ("1/2", "1/2"), 2), (4, (0, 1), ("1/2", "1/2"), 3)),
    wrong=kept_and_symbol,
    neighbours=(
        ONE_SYMBOL_COUNTED,
        without(DRAWS, (3, ("1/4", "3/4"), ("1/2", "1/2"), 2), exact=_told_by_majority),
        changed(
            "1 in place of log2 m",
            lambda case: _ceiling_exactly(case, bits_of=lambda hypotheses: log2(2)),
            (60, ("1/10", "3/10", "1/2", "7/10", "9/10"), ("1/5",) * 5, 1),
        ),
    ),
    ceiling=lambda case: entropy_of_masses(map(rational, case[2])),
)


def _open(case):
    """Return P(0 < K_t < n) for t = 1, 2, ..., and its bound."""
    m, steps = model(case), jnp.arange(1, GENERATIONS + 1)
    mixed = m.prior @ (m.rates * (1 - m.rates))
    bound = SIZE**2 / (SIZE - 1) * mixed * (1 - 1 / SIZE) ** steps
    return generation_tables(case)[:, :, 1:-1].sum((1, 2)), bound


def _still_open_exactly(case, scale=1):
    n, rates, prior, t = case
    mixed = sum((rational(w) * rational(x) * (1 - rational(x)) for x, w in zip(rates, prior, strict=True)), fmpq(0))
    return _open_exactly(case), scale * fmpq(n**2, n - 1) * mixed * (1 - fmpq(1, n)) ** t


still_open = inequality(
    "thm:still-open",
    (*RESAMPLING, "n >= 2"),
    _open,
    two_rates,
    exact=_still_open_exactly,
    family=Family(
        "n from 2 to 4; rates (0, 1), (1/4, 3/4), (1/8, 1/2), (1/2, 1/2), (0, 1/3); priors (1/2, 1/2), (1/4, 3/4); t = "
        "1, 2, 3, 5, 9",
        lambda: itertools.product((2, 3, 4), RATES, PRIORS, (1, 2, 3, 5, 9)),
    ),
    edges=((2, ("1/4", "3/4"), ("1/2", "1/2"), 3),),
    wrong=lambda case: (_open(case)[0], _open(case)[1] * (1 - 1 / SIZE) ** 2),
    neighbours=(
        ONE_SYMBOL_COUNTED,
        without(
            DRAWS,
            (4, ("1/4", "3/4"), ("1/2", "1/2"), 9),
            exact=lambda case: (_smoothed_open(case), _still_open_exactly(case)[1]),
        ),
        unrefuted("n >= 2", "with n = 1 every generation is closed, and the bound is 0 times infinity"),
        changed("1 % less", lambda case: _still_open_exactly(case, scale=fmpq(99, 100))),
    ),
    ceiling=lambda case: 1,
)


def _smoothed_open(case: tuple) -> fmpq:
    return sum(rational_generation_law(*case, HALF).table[:, 1:-1].ravel().tolist(), fmpq(0))


collapse_forgets = equality(
    "fol:collapse-forgets",
    RESAMPLING,
    lambda case: (_left(case)[0], 0.0),
    two_rates,
    exact=lambda case: (_left_exactly(case)[0], 0),
    family=Family(
        "rates (1/4, 3/4), equally likely, and n from 2 to 6",
        lambda: itertools.product(range(2, 7), RATES[1:2], PRIORS[:1]),
    ),
)


def _as_fast(case):
    kept = kept_information(case)
    return kept, kept[0] * (1 - 1 / SIZE) ** jnp.arange(GENERATIONS)


def _as_fast_exactly(case):
    n, rates, prior, t = case
    return kept_exactly(*case), kept_exactly(n, rates, prior, 1) * (1 - fmpq(1, n)) ** (t - 1)


as_fast_as_diversity = inequality(
    "fol:information-dies-with-diversity",
    RESAMPLING,
    _as_fast,
    two_rates,
    exact=_as_fast_exactly,
    family=Family(
        "n = 4, rates (1/4, 3/4), equally likely, t from 1 to 6",
        lambda: itertools.product((4,), RATES[1:2], PRIORS[:1], range(1, 7)),
    ),
)
