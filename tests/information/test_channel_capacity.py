"""Capacity against closed forms, published values and Blahut-Arimoto with the Kuhn-Tucker bound, in plain numpy."""

import json
import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import log, mp, mpf

from infoloop.information import channel_capacity
from infoloop.information.channel_capacity import NotConvergedError, capacity, capacity_bounds
from infoloop.probability.channel_families import bsc, deterministic, erasure, symmetric, z_channel
from infoloop.probability.channels import Channel, channel, tensor
from infoloop.probability.numerics import rounding
from tests.support.paths import DATA

VALUES = json.loads((DATA / "reference_values.json").read_text())
PUBLISHED = [v for v in VALUES if v["category"] == "channel_capacity"]


def numbers(rows):
    return np.array([[float(Fraction(cell)) for cell in row] for row in rows])


def typewriter(n):
    return (np.eye(n) + np.roll(np.eye(n), 1, axis=1)) / 2


def published_rows(law):
    return typewriter(law["params"]["n"]) if law["type"] == "named" else numbers(law["rows_inputs_cols_outputs"])


def symbol_worths(p, rows):
    """Oracle: D(W_x || pW) in bits, a logarithm of a quotient cell by cell."""
    q = p @ rows
    some = rows > 0
    ratio = np.divide(rows, np.broadcast_to(q, rows.shape), out=np.ones_like(rows), where=some)
    return (rows * np.log2(ratio)).sum(1)


def blahut_arimoto(rows, steps):
    p = np.full(len(rows), 1 / len(rows))
    for _ in range(steps):
        p = p * np.exp2(symbol_worths(p, rows))
        p = p / p.sum()
    worth = symbol_worths(p, rows)
    return p @ worth, worth.max()


def binary_entropy(p):
    with mp.workdps(50):
        p = mpf(p)
        return -p * log(p, 2) - (1 - p) * log(1 - p, 2)


def slack(cells):
    """How far off a sum of `cells` terms may be whose absolute values add up to at most log2(cells)."""
    return rounding(cells) * max(1.0, math.log2(cells))


@pytest.mark.slow
@pytest.mark.parametrize("value", PUBLISHED, ids=lambda v: v["id"])
def test_published_capacities(value):
    best = capacity(channel(published_rows(value["distribution"]), "X", "Y"))
    assert value["tolerance_kind"] == "absolute"
    assert abs(best.value - value["expected"]) <= value["tolerance"]
    assert abs(best.bound - value["expected"]) <= value["tolerance"]


@pytest.mark.slow
@pytest.mark.parametrize("value", [v for v in PUBLISHED if "optimal_input" in v], ids=lambda v: v["id"])
def test_published_optimal_inputs(value):
    rows = published_rows(value["distribution"])
    found = capacity(channel(rows, "X", "Y")).input.table
    # at its maximum the information is flat: where the value is right to its last digits, the input is to half of them
    assert np.abs(found - np.array(value["optimal_input"], float)).max() <= math.sqrt(slack(rows.size))


@pytest.mark.slow
@pytest.mark.parametrize("e", [0.01, 0.25, 0.45])
def test_closed_forms(e):
    h = float(binary_entropy(e))
    forms = [
        (bsc(e, "X", "Y"), 1 - h),
        (erasure(e, "X", "Y", size=5), (1 - e) * math.log2(5)),
        (z_channel(e, "X", "Y"), math.log2(1 + (1 - e) * e ** (e / (1 - e)))),
        (symmetric(e, "X", "Y", size=4), 2 - h - e * math.log2(3)),
    ]
    for k, expected in forms:
        best = capacity(k)
        assert abs(best.value - expected) <= slack(k.rows.size), k
        assert abs(best.bound - expected) <= slack(k.rows.size), k


@pytest.mark.parametrize("halvings", [8, 16, 28])
def test_small_capacities_are_right_in_relative_terms_with_a_useless_symbol(halvings):
    d = 2.0**-halvings
    best = capacity(channel([[0.5 + d, 0.5 - d], [0.5 - d, 0.5 + d], [0.5 + d / 2, 0.5 - d / 2]], "X", "Y"))
    with mp.workdps(50):
        expected = float(1 - binary_entropy(mpf(1) / 2 + mpf(2) ** -halvings))
    assert abs(best.value / expected - 1) <= rounding(6)
    # the rounding of the output law enters the bound in proportion to the rows' distance, not to its square
    assert abs(best.bound / expected - 1) <= rounding(6) / d


def test_redundant_and_nearly_useless_symbols_do_not_slow_it_down():
    best = capacity(channel([[0.501, 0.499], [0.499, 0.501], [0.5, 0.5]], "X", "Y"))
    expected = float(1 - binary_entropy("0.499"))
    assert abs(best.value / expected - 1) <= rounding(6) / 0.001
    slow, _ = blahut_arimoto(np.array([[0.501, 0.499], [0.499, 0.501], [0.5, 0.5]]), 1000)
    assert slow < 0.9 * expected  # the textbook iteration is still far off here: the case bites


@pytest.mark.full
def test_channels_that_carry_nothing_or_everything():
    same = capacity(channel([[0.125, 0.375, 0.5]] * 4, "X", "Y"))
    assert same.value <= rounding(12) ** 2
    assert same.bound <= rounding(12)
    assert capacity(channel([[0.25, 0.75]], "X", "Y")).bound == 0
    merged = capacity(deterministic([0, 1, 2, 3, 4, 0, 1, 1], "X", "Y"))
    assert abs(merged.value - math.log2(5)) <= slack(40)
    assert abs(merged.bound - math.log2(5)) <= slack(40)


def test_an_output_that_nothing_reaches_changes_nothing():
    wide = capacity(channel([[0.5, 0.5, 0.0], [0.1, 0.9, 0.0]], "X", "Y"))
    narrow = capacity(channel([[0.5, 0.5], [0.1, 0.9]], "X", "Y"))
    assert abs(wide.value - narrow.value) <= rounding(6)


def random_rows(rng, n, m, lost, concentration):
    rows = rng.gamma(concentration, size=(n, m)) * (rng.random((n, m)) >= lost)
    rows[np.arange(n), rng.integers(m, size=n)] += 0.1
    return rows / rows.sum(1, keepdims=True)


@pytest.mark.full
@pytest.mark.parametrize(("n", "m"), [(2, 30), (30, 2), (7, 7), (12, 25), (30, 30)])
def test_random_channels_dense_and_sparse_in_one_batch(n, m):
    rng = np.random.default_rng(n * 100 + m)
    batch = np.stack([random_rows(rng, n, m, lost, c) for lost in (0, 0.3, 0.6, 0.8, 0.95) for c in (0.2, 1.0)])
    values, bounds, inputs = jax.vmap(capacity_bounds)(jnp.asarray(batch))
    assert (bounds - values <= slack(n * m)).all()
    assert (inputs >= 0).all()
    for rows, value, bound, p in zip(batch, values, bounds, np.asarray(inputs), strict=True):
        assert abs(p.sum() - 1) <= rounding(n)
        assert abs(p @ symbol_worths(p, rows) - value) <= slack(n * m)
        low, high = blahut_arimoto(rows, 300)
        assert low <= bound + slack(n * m)
        assert value <= high + slack(n * m)
        assert high - low < 0.05 * high  # so that the two lines above say something
    alone = capacity_bounds(jnp.asarray(batch[3]))
    assert abs(alone[0] - values[3]) <= slack(n * m)


def test_two_channels_side_by_side_add_up_and_the_input_is_over_both_sources():
    best = capacity(tensor(z_channel(0.5, "X", "Y"), bsc(0.1, "V", "W")))
    expected = math.log2(1.25) + 1 - float(binary_entropy(0.1))
    assert best.input.names == ("X", "V")
    assert best.input.table.shape == (2, 2)
    assert abs(best.value - expected) <= rounding(16)


@pytest.mark.full
def test_the_gradient_is_that_of_the_closed_form():
    e = 0.2
    slope = jax.grad(lambda e: capacity(bsc(e, "X", "Y")).value)(e)
    assert abs(slope - math.log2(e / (1 - e))) <= rounding(4) * 2


@pytest.mark.full
def test_a_gap_that_is_out_of_reach_is_an_error_outside_jit_and_a_flag_inside():
    """A bound without any gap: whether its last bits are those of the value, is chance."""
    flips = np.linspace(0.05, 0.95, 19)
    inside = jax.jit(jax.vmap(lambda e: capacity(z_channel(e, "X", "Y"), gap=0.0).converged))(flips)
    assert 0 < inside.sum() < len(flips)
    with pytest.raises(NotConvergedError, match=r"bits, .* apart: gap=0 is out of reach"):
        _ = [capacity(z_channel(flip, "X", "Y"), gap=0.0) for flip in flips]
    assert jax.jit(capacity)(z_channel(0.3, "X", "Y")).converged


@pytest.mark.slow
def test_rows_that_are_no_numbers_never_give_a_capacity():
    with pytest.raises(NotConvergedError):
        capacity(Channel(jnp.full((2, 2), jnp.nan), ("X",), ("Y",)))


@pytest.mark.slow
def test_float32_gives_what_float32_can():
    k = channel([[0.9, 0.1], [0.2, 0.8]], "X", "Y", dtype=jnp.float32)
    rough, fine = capacity(k, gap=rounding(4, np.float32)), capacity(channel([[0.9, 0.1], [0.2, 0.8]], "X", "Y"))
    assert rough.value.dtype == jnp.float32
    assert abs(rough.value - fine.value) <= rounding(4, np.float32)


def test_the_search_ends_after_a_hundred_steps_however_wide_the_gap():
    wide = (jnp.array(0.0), jnp.ones(2) / 2), (jnp.array(1.0), jnp.ones(2) / 2)
    at = {step: channel_capacity._Point(jnp.ones(2) / 2, jnp.ones(2), 1.0, step, *wide) for step in (0, 99, 100)}  # ty: ignore[invalid-argument-type]
    assert {step: bool(channel_capacity._goes_on(point)) for step, point in at.items()} == {
        0: True,
        99: True,
        100: False,
    }
