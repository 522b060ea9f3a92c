"""Diversity, information and risk of exact laws against rationals, by plain loops; each may move without the others."""

import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import log, mp, mpf

from infoloop.loops import diversity
from infoloop.loops.diversity import Diversity, diversity_of
from infoloop.loops.loop import unroll
from infoloop.models import smoothed, wright_fisher
from infoloop.probability.numerics import rounding

THIRDS = [[Fraction(1, 3), Fraction(1, 6), Fraction(0)], [Fraction(0), Fraction(1, 12), Fraction(5, 12)]]
FREQUENCIES = [
    [Fraction(1), 0, 0],
    [Fraction(1, 4), Fraction(3, 4), 0],
    [Fraction(1, 8), Fraction(3, 8), Fraction(1, 2)],
]
TRUTH = [[Fraction(1, 2), Fraction(1, 2), 0], [Fraction(1, 8), Fraction(1, 8), Fraction(3, 4)]]
DIVERSE = diversity.expected_support, diversity.expected_entropy, diversity.expected_heterozygosity


def real(p):
    return mpf(Fraction(p).numerator) / Fraction(p).denominator


def entropy(law):
    return -sum((real(p) * log(real(p), 2) for p in law if p), mpf(0))


def information(table):
    columns = [sum(column) for column in zip(*table, strict=True)]
    cells = [p for row in table for p in row]
    return entropy([sum(row) for row in table]) + entropy(columns) - entropy(cells)


def excess(truth, f):
    if any(q and not p for q, p in zip(truth, f, strict=True)):
        return mpf("inf")
    return sum((real(q) * (log(real(q), 2) - log(real(p), 2)) for q, p in zip(truth, f, strict=True) if q), mpf(0))


def middle(weighted):
    """The least value that at least half of the mass does not exceed."""
    total = Fraction(0)
    for value, mass in sorted(weighted):
        total += mass
        if total >= Fraction(1, 2):
            return value
    raise AssertionError("no mass")


def by_loops(table, frequencies, truth):
    with mp.workdps(40):
        mass = [sum(column) for column in zip(*table, strict=True)]
        cells = [(x, z, p) for x, row in enumerate(table) for z, p in enumerate(row) if p]
        errors = [(sum((f - q) ** 2 for f, q in zip(frequencies[z], truth[x], strict=True)), p) for x, z, p in cells]
        excesses = [(excess(truth[x], frequencies[z]), p) for x, z, p in cells]
        generated = [
            [sum(p * frequencies[z][a] for z, p in enumerate(row)) for a in range(len(truth[0]))] for row in table
        ]
        found = Diversity(
            sum(p * sum(f > 0 for f in frequencies[z]) for z, p in enumerate(mass)),
            sum(real(p) * entropy(frequencies[z]) for z, p in enumerate(mass)),
            sum(p * (1 - sum(f * f for f in frequencies[z])) for z, p in enumerate(mass)),
            information(table),
            information(generated),
            sum(p * value for value, p in errors),
            middle(errors),
            sum(real(p) * value for value, p in excesses),
            middle(excesses),
        )
        return [float(value) for value in found]


def floats(rows):
    return jnp.array([[float(p) for p in row] for row in rows])


def draw(n, rate):
    return [math.comb(n, j) * rate**j * (1 - rate) ** (n - j) for j in range(n + 1)]


def resampled(n, rates, generations, alpha=Fraction(0)):
    """P(theta, K_t) for equally likely rates, by rationals."""
    kernel = [draw(n, (i + alpha) / (n + 2 * alpha)) for i in range(n + 1)]
    table = [[p / len(rates) for p in draw(n, rate)] for rate in rates]
    for _ in range(generations - 1):
        table = [[sum(row[i] * kernel[i][j] for i in range(n + 1)) for j in range(n + 1)] for row in table]
    return table


@pytest.mark.slow
def test_each_number_is_that_of_plain_loops_over_rationals():
    found = jax.jit(diversity_of)(floats(THIRDS), floats(FREQUENCIES), floats(TRUTH))
    np.testing.assert_allclose(found, by_loops(THIRDS, FREQUENCIES, TRUTH), atol=rounding(9))


@pytest.mark.full
def test_a_lost_symbol_costs_infinitely_much_in_the_mean_and_not_in_the_median():
    found = diversity_of(floats(THIRDS), floats(FREQUENCIES), floats(TRUTH))
    assert float(found.mean_excess) == math.inf
    assert float(found.median_excess) < 1


@pytest.mark.full
@pytest.mark.parametrize("alpha", [Fraction(0), Fraction(1, 2)])
def test_a_watched_loop_gives_the_numbers_of_exact_rationals(alpha):
    n, rates, generations = 5, [Fraction(1, 8), Fraction(3, 4)], 4
    given = [float(r) for r in rates]
    loop = (
        smoothed.loop(smoothed.smoothed(n, float(alpha), given))
        if alpha
        else wright_fisher.loop(wright_fisher.wright_fisher(n, given))
    )
    frequencies = [[p, 1 - p] for p in ((i + alpha) / (n + 2 * alpha) for i in range(n + 1))]
    truth = [[r, 1 - r] for r in rates]
    f, q = floats(frequencies), floats(truth)
    found = np.array(unroll(loop, jnp.arange(generations), lambda table: diversity_of(table, f, q))).T
    exact = [by_loops(resampled(n, rates, t + 1, alpha), frequencies, truth) for t in range(generations)]
    np.testing.assert_allclose(found, exact, atol=rounding(generations * 2 * (n + 1)))


@pytest.mark.full
def test_diversity_dies_out_where_information_stays_and_lives_where_it_dies():
    """Theory map, B6: plain resampling keeps 1 - h(1/4) bits in one symbol; smoothing keeps symbols and no bits."""
    rates, f = [0.25, 0.75], np.arange(11)[:, None] / 10
    truth, generations = jnp.array([[0.25, 0.75], [0.75, 0.25]]), 400
    plain = wright_fisher.law(wright_fisher.wright_fisher(10, rates), generations).table
    kept = diversity_of(plain, np.hstack([f, 1 - f]), truth)
    smooth = (f * 10 + 0.5) / 11
    table = smoothed.law(smoothed.smoothed(10, 0.5, rates), generations).table
    lost = diversity_of(table, np.hstack([smooth, 1 - smooth]), truth)
    slack = rounding(generations * 22)
    assert abs(float(kept.support) - 1) < slack
    assert float(kept.heterozygosity) < slack
    residual = float(wright_fisher.residual_information([0.5, 0.5], rates))
    assert abs(float(kept.state_information) - residual) < slack
    assert abs(float(kept.sample_information) - residual) < slack
    assert float(lost.support) > 2 - slack
    assert float(lost.state_information) < rounding(1)
    assert float(lost.heterozygosity) > 1 / 4


@pytest.mark.full
def test_one_sample_tells_less_than_the_state():
    table = wright_fisher.law(wright_fisher.wright_fisher(10, [0.25, 0.75]), 1).table
    f = np.arange(11)[:, None] / 10
    found = diversity_of(table, np.hstack([f, 1 - f]), np.array([[0.25, 0.75], [0.75, 0.25]]))
    assert float(found.sample_information) < float(found.state_information) / 2


@pytest.mark.slow
@pytest.mark.parametrize("quantity", DIVERSE)
def test_the_gradient_is_finite_where_masses_and_frequencies_are_zero(quantity):
    by_table, by_frequencies = jax.grad(quantity, (0, 1))(floats(THIRDS), floats(FREQUENCIES))
    per_state = np.array([quantity(jnp.eye(3)[z : z + 1], floats(FREQUENCIES)) for z in range(3)])
    np.testing.assert_allclose(by_table, np.broadcast_to(per_state, (2, 3)), atol=rounding(9))
    assert np.isfinite(by_frequencies).all()


@pytest.mark.full
def test_informations_and_the_mean_error_have_finite_gradients_at_zero():
    def total(table, frequencies, truth):
        found = diversity_of(table, frequencies, truth)
        return found.state_information + found.sample_information + found.mean_error + found.median_error

    gradients = jax.grad(total, (0, 1, 2))(floats(THIRDS), floats(FREQUENCIES), floats(TRUTH))
    assert all(np.isfinite(part).all() for part in gradients)


@pytest.mark.slow
def test_what_is_no_law_gives_nan():
    bad = jnp.array([[1.5, -0.5]])
    assert all(np.isnan(quantity(bad, jnp.eye(2))) for quantity in DIVERSE)
    assert all(np.isnan(quantity(jnp.array([[0.5, 0.5]]), -jnp.eye(2))) for quantity in DIVERSE)
    assert np.isnan(diversity.sample_information(jnp.array([[0.5, 0.5], [0.5, -0.5]]), jnp.full((2, 2), 0.5)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: diversity.expected_entropy(jnp.eye(2) / 2, jnp.ones((3, 1))), "frequencies have shape"),
        (lambda: diversity.state_information(jnp.ones(2) / 2), "table has shape"),
        (lambda: diversity_of(jnp.eye(2) / 2, jnp.eye(2), jnp.ones((2, 3)) / 3), "targets"),
    ],
)
def test_shapes_that_do_not_match_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
