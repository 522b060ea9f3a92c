"""Contraction coefficients against closed forms, published values, a grid over binary inputs and the definition."""

import json
import math
from fractions import Fraction

import jax
import numpy as np
import pytest

from infoloop.information.contraction_coefficients import contraction, dobrushin, erasure_threshold
from infoloop.probability.channel_families import bsc, erasure, symmetric, z_channel
from infoloop.probability.channels import channel, tensor
from infoloop.probability.numerics import rounding
from tests.support.paths import DATA

VALUES = {v["id"]: v for v in json.loads((DATA / "reference_values.json").read_text())}
PUBLISHED = [v for v in VALUES.values() if v["category"] == "contraction" and v["distribution"]["type"] == "channel"]
QUANTITIES = {"eta_TV_dobrushin": dobrushin, "eta_KL": lambda k: contraction(k).lower}


def published_channel(law):
    return channel([[float(Fraction(cell)) for cell in row] for row in law["rows_inputs_cols_outputs"]], "X", "Y")


def random_rows(rng, n, m, lost):
    rows = rng.gamma(0.5, size=(n, m)) * (rng.random((n, m)) >= lost)
    rows[np.arange(n), rng.integers(m, size=n)] += 0.1
    return rows / rows.sum(1, keepdims=True)


def grid_contraction(rows, points):
    """Oracle: 1 - sum ab / ((1-t)a + tb), its maximum over pairs and a grid inside (0, 1)."""
    best = 0.0
    for i, a in enumerate(rows):
        for b in rows[:i]:
            some = (a > 0) & (b > 0)
            for t in (np.arange(points) + 0.5) / points:
                best = max(best, 1 - (a[some] * b[some] / ((1 - t) * a[some] + t * b[some])).sum())
    return best


def close(eta, expected, cells):
    assert abs(eta.lower - expected) <= rounding(cells)
    assert abs(eta.upper - expected) <= rounding(cells)


@pytest.mark.parametrize("value", PUBLISHED, ids=lambda v: v["id"])
def test_published_coefficients(value):
    found = QUANTITIES[value["quantity"]["name"]](published_channel(value["distribution"]))
    assert value["tolerance_kind"] == "absolute"
    assert abs(found - value["expected"]) <= value["tolerance"]


@pytest.mark.slow
@pytest.mark.parametrize("e", [0.0, 0.01, 0.3, 0.5, 0.9, 1.0])
def test_closed_forms(e):
    close(contraction(bsc(e, "X", "Y")), (1 - 2 * e) ** 2, 4)
    close(contraction(erasure(e, "X", "Y", size=3)), 1 - e, 12)
    close(contraction(z_channel(e, "X", "Y")), 1 - e, 4)


@pytest.mark.parametrize("error", [0.1, 0.75, 0.95])
def test_the_symmetric_channel_with_lambda_of_either_sign(error):
    q, scale = 4, 1 - 4 / 3 * error
    close(contraction(symmetric(error, "X", "Y", size=4)), q * scale**2 / ((q - 2) * scale + 2), 16)


def test_two_symbols_in_and_out_lose_the_squared_affinity():
    rng = np.random.default_rng(5)
    for _ in range(20):
        w = random_rows(rng, 2, 2, 0.2)
        affinity = math.sqrt(w[0, 0] * w[1, 0]) + math.sqrt(w[0, 1] * w[1, 1])
        close(contraction(channel(w, "X", "Y")), 1 - affinity**2, 4)


@pytest.mark.slow
def test_a_crossover_probability_that_is_known_averages_the_squares():
    crossovers, masses = np.array([0.0, 0.1, 0.4]), np.array([0.125, 0.5, 0.375])
    row = np.stack([masses * (1 - crossovers), masses * crossovers], axis=1)
    close(
        contraction(channel(np.stack([row, row[:, ::-1]]), "X", ("crossover", "Y"))),
        masses @ (1 - 2 * crossovers) ** 2,
        12,
    )


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(2, 3), (5, 4), (4, 7)])
def test_random_channels_against_a_grid_and_against_total_variation(shape):
    rng = np.random.default_rng(sum(shape))
    points = 500
    for lost in (0, 0.3, 0.6):
        rows = random_rows(rng, *shape, lost)
        k = channel(rows, "X", "Y")
        eta, grid = contraction(k), grid_contraction(rows, points)
        assert eta.lower <= eta.upper + rounding(shape[1])
        assert eta.upper - eta.lower <= rounding(shape[1])
        assert grid <= eta.upper + rounding(shape[1])
        # f is concave and >= 0: a step of h away from the nearer end costs at most 2 h of its maximum
        assert eta.lower <= grid + 2 / points
        assert eta.upper <= dobrushin(k) + rounding(shape[1])
        widest = max(np.abs(a - b).sum() / 2 for a in rows for b in rows)
        assert abs(dobrushin(k) - widest) <= rounding(shape[1])


def divergences(p, q):
    return (p * np.log(p / q)).sum(1)


def test_no_pair_of_inputs_keeps_more_and_the_named_pair_keeps_almost_as_much():
    rng = np.random.default_rng(0)
    rows = rng.dirichlet(np.ones(4), size=5)
    eta = contraction(channel(rows, "X", "Y"))
    p, q = rng.dirichlet(np.full(5, 0.5), size=(2, 5000))
    assert (divergences(p @ rows, q @ rows) / divergences(p, q)).max() <= eta.upper
    i, j = eta.pair
    middle, step = float(eta.weight), 2.0**-12
    near = np.zeros((2, 2))
    near[:] = [[1 - middle, middle], [1 - middle - step, middle + step]]
    two = rows[np.array([i, j])]
    kept = divergences(near[:1] @ two, near[1:] @ two) / divergences(near[:1], near[1:])
    # close to the worst input the ratio of divergences is that of chi-squares, up to a term of the order of the step
    assert abs(kept[0] / eta.lower - 1) <= 8 * step / min(middle, 1 - middle)


def test_rows_that_hardly_differ_keep_their_digits():
    d = 2.0**-26
    eta = contraction(channel([[0.5 + d, 0.5 - d], [0.5 - d, 0.5 + d]], "X", "Y"))
    assert abs(eta.lower / (2 * d) ** 2 - 1) <= rounding(2)
    assert abs(eta.upper / (2 * d) ** 2 - 1) <= rounding(2)


def test_a_very_rare_output_is_found_by_weights_next_to_zero():
    rare = 2.0**-200  # the slope at 0 is 2^200
    eta = contraction(channel([[rare, 1.0], [1.0, 0.0]], "X", "Y"))
    close(eta, 1, 2)


@pytest.mark.slow
def test_extremes():
    close(contraction(channel(np.eye(3), "X", "Y")), 1, 3)
    close(contraction(channel([[0.25, 0.75]] * 3, "X", "Y")), 0, 1)
    close(contraction(channel([[0.25, 0.75]], "X", "Y")), 0, 1)
    assert dobrushin(channel([[0.25, 0.75]], "X", "Y")) == 0


def test_two_channels_side_by_side_on_one_symbol_of_the_second_contract_as_the_first():
    one = tensor(bsc(0.2, "X", "Y"), channel([[0.5, 0.25, 0.25]], "V", "W"))
    close(contraction(one), 0.36, 6)


def test_the_erasure_channel_is_less_noisy_up_to_the_published_threshold():
    value = VALUES["order_bsc_bec_lessnoisy"]
    p = float(Fraction(value["distribution"]["params"]["p"]))
    assert abs(erasure_threshold(bsc(p, "X", "Y")) - value["expected"]) <= value["tolerance"]


@pytest.mark.full
def test_a_sweep_is_a_batch():
    crossovers = np.linspace(0, 0.5, 7)
    etas = jax.vmap(lambda e: contraction(bsc(e, "X", "Y")).lower)(crossovers)
    assert np.abs(etas - (1 - 2 * crossovers) ** 2).max() <= rounding(4)


@pytest.mark.full
def test_a_batch_has_the_slopes_of_its_members():
    crossovers = np.array([0.1, 0.3])

    def total(of):
        return lambda rates: jax.vmap(lambda e: of(bsc(e, "X", "Y")))(rates).sum()

    expected = -4 * (1 - 2 * crossovers)
    upper, threshold = total(lambda k: contraction(k).upper), total(erasure_threshold)
    np.testing.assert_allclose(jax.grad(upper)(crossovers), expected, rtol=rounding(8))
    np.testing.assert_allclose(jax.jit(jax.jacfwd(threshold))(crossovers), -expected, rtol=rounding(8))
