"""Coefficients at one input against singular values, the definition on a grid, and published values."""

import json
import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.information.contraction_at_input import contraction_at, eta_chi2, maximal_correlation
from infoloop.information.contraction_coefficients import contraction
from infoloop.probability.channel_families import bsc, erasure, z_channel
from infoloop.probability.channels import channel, extend
from infoloop.probability.distributions import joint, product, relabel
from infoloop.probability.numerics import rounding
from tests.support.paths import DATA

VALUES = {v["id"]: v for v in json.loads((DATA / "reference_values.json").read_text())}


def second_singular_value(rows, p):
    """Oracle: of the whole matrix sqrt(p) W / sqrt(q), whose first singular value is 1."""
    q = p @ rows
    kept_x, kept_y = p > 0, q > 0
    matrix = np.sqrt(p)[kept_x, None] * rows[kept_x][:, kept_y] / np.sqrt(q[kept_y])
    first, second = np.linalg.svd(matrix, compute_uv=False)[:2]
    assert abs(first - 1) <= rounding(rows.size)
    return second


def kept_share(laws, rows, p):
    """Oracle: D(QW || PW) / D(Q || P) by the definition, for full-support rows."""
    q, out = p @ rows, laws @ rows
    logs = np.log(np.where(laws > 0, laws / p, 1.0))
    return (out * np.log(out / q)).sum(1) / (laws * logs).sum(1)


@pytest.mark.full
@pytest.mark.parametrize("shape", [(2, 2), (3, 5), (6, 4)])
def test_eta_chi2_is_the_square_of_the_second_singular_value(shape):
    rng = np.random.default_rng(sum(shape))
    for lost in (0, 0.4):
        rows = rng.gamma(0.7, size=shape) * (rng.random(shape) >= lost)
        rows[:, 0] += 0.1
        rows /= rows.sum(1, keepdims=True)
        p = rng.dirichlet(np.ones(shape[0]))
        k, law = channel(rows, "X", "Y"), joint(p, "X")
        expected = second_singular_value(rows, p)
        assert abs(eta_chi2(k, law) - expected**2) <= rounding(rows.size)
        assert abs(maximal_correlation(extend(law, k), "X", "Y") - expected) <= rounding(rows.size)
        assert abs(maximal_correlation(extend(law, k), "Y", "X") - expected) <= rounding(rows.size)
        assert eta_chi2(k, law) <= contraction(k).upper + rounding(rows.size)


@pytest.mark.full
def test_symbols_without_mass_play_no_part():
    k = channel([[0.9, 0.1, 0.0], [0.1, 0.9, 0.0], [0.0, 0.0, 1.0]], "X", "Y")
    assert abs(eta_chi2(k, joint([0.5, 0.5, 0.0], "X")) - 0.64) <= rounding(9)
    assert abs(maximal_correlation(extend(joint([0.5, 0.5, 0.0], "X"), k), "X", "Y") - 0.8) <= rounding(9)
    assert abs(contraction_at(k, joint([0.5, 0.5, 0.0], "X")).lower - 0.64) <= rounding(9)


def test_a_weak_dependence_keeps_its_digits():
    d = 2.0**-26
    table = np.outer([0.3, 0.7], [0.6, 0.4]) + d * np.array([[1, -1], [-1, 1]])
    (a, b), (c, e) = [[Fraction(float(cell)) for cell in row] for row in table]
    # the determinant and the marginals of the stored numbers, exactly
    expected = float(a * e - b * c) / math.sqrt((a + b) * (c + e) * (a + c) * (b + e))
    assert abs(maximal_correlation(joint(table, "X", "Y"), "X", "Y") / expected - 1) <= rounding(4)


@pytest.mark.slow
def test_correlation_of_groups_is_that_of_the_strongest_part():
    weak = joint([[0.3, 0.2], [0.2, 0.3]], "X", "Y")
    strong = relabel(joint([[0.4, 0.1], [0.1, 0.4]], "X", "Y"), X="V", Y="W")
    both = product(weak, strong)  # correlations of independent pairs combine by their maximum (Witsenhausen 1975)
    assert abs(maximal_correlation(both, ("X", "V"), ("Y", "W")) - 0.6) <= rounding(16)
    assert abs(maximal_correlation(both, "X", ("W", "Y")) - 0.2) <= rounding(16)
    assert maximal_correlation(both, "X", "W") <= rounding(16)


def test_a_variable_on_both_sides_is_refused():
    with pytest.raises(ValueError, match="names 'X' twice"):
        maximal_correlation(joint([[0.4, 0.1], [0.1, 0.4]], "X", "Y"), "X", ("X", "Y"))


@pytest.mark.full
def test_the_published_coefficient_of_the_symmetric_source():
    value = VALUES["sstar_dsbs_1_10"]
    crossover = float(Fraction(value["distribution"]["pmf"]["0 1"])) * 2
    eta = contraction_at(bsc(crossover, "X", "Y"), joint([0.5, 0.5], "X"))
    assert abs(eta.lower - value["expected"]) <= value["tolerance"]
    assert abs(eta.upper - value["expected"]) <= value["tolerance"]


@pytest.mark.full
def test_erasures_contract_alike_at_every_input():
    for p in ([0.5, 0.5], [0.01, 0.99], [1.0, 0.0]):
        eta = contraction_at(erasure(0.3, "X", "Y"), joint(p, "X"))
        assert abs(eta.upper - 0.7) <= rounding(6)
        assert abs(eta.lower - (0.7 if min(p) > 0 else 0.0)) <= rounding(6)


@pytest.mark.slow
@pytest.mark.parametrize("p", [0.03, 0.4, 0.9])
def test_the_z_channel_against_the_definition_on_a_grid(p):
    k = z_channel(0.3, "X", "Y")
    rows, law = np.asarray(k.rows), np.array([1 - p, p])
    grid = (np.arange(4000) + 0.5) / 4000
    shares = kept_share(np.stack([1 - grid, grid], 1), rows, law)
    eta = contraction_at(k, joint(law, "X"))
    far = np.abs(grid - p) > 0.01  # nearer the definition itself is a quotient of rounding errors
    assert shares[far].max() <= eta.lower + rounding(4)
    # the share is smooth but for x log x at the ends, where half a step of the grid moves it by at most this
    step = 1 / 8000
    assert eta.lower <= shares[far].max() + 4 * step * math.log2(1 / step)


@pytest.mark.full
def test_random_search_never_finds_more_and_the_law_returned_attains_it():
    rng = np.random.default_rng(3)
    for concentration in (0.2, 0.5, 1.0, 1.0):
        rows = rng.gamma(concentration, size=(4, 3)) + 2.0**-20
        rows, p = rows / rows.sum(1, keepdims=True), rng.dirichlet(np.ones(4))
        eta = contraction_at(channel(rows, "X", "Y"), joint(p, "X"))
        laws = np.concatenate([rng.dirichlet(np.full(4, a), size=4000) for a in (0.1, 0.5, 2.0)])
        assert kept_share(laws, rows, p).max() <= eta.lower
        assert eta.lower <= eta.upper + rounding(12)
        attained = kept_share(np.asarray(eta.law.table)[None], rows, p)[0]
        moved = np.abs(np.asarray(eta.law.table) - p).sum()
        assert moved > 0
        assert abs(attained - eta.lower) <= rounding(12) / moved**2  # a divergence is about the square of the move


@pytest.mark.full
def test_the_law_is_over_the_sources_in_their_order():
    rows = np.random.default_rng(1).dirichlet(np.ones(2), size=(2, 3))
    k, law = channel(rows, ("X", "V"), "Y"), joint(np.full((3, 2), 1 / 6), "V", "X")
    eta = contraction_at(k, law)
    assert eta.law.names == ("X", "V")
    assert eta.law.table.shape == (2, 3)
    with pytest.raises(ValueError, match=r"takes . values in the input but"):
        eta_chi2(k, joint(np.full((2, 3), 1 / 6), "V", "X"))
    with pytest.raises(ValueError, match="unknown variable 'V'"):
        eta_chi2(k, joint([0.5, 0.5], "X"))


def test_a_channel_that_forgets_everything():
    eta = contraction_at(channel([[0.25, 0.75]] * 2, "X", "Y"), joint([0.3, 0.7], "X"))
    assert 0 <= eta.lower <= rounding(4)
    assert eta.upper <= rounding(4)


@pytest.mark.full
def test_a_sweep_is_a_batch():
    crossovers = jnp.array([0.1, 0.2])
    found = jax.vmap(lambda e: contraction_at(bsc(e, "X", "Y"), joint([0.5, 0.5], "X")).lower)(crossovers)
    assert np.abs(found - (1 - 2 * crossovers) ** 2).max() <= rounding(4)
