"""The cascade: closed forms, tables, fractions and simulation of one bit through equal links."""

import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.information.channel_capacity import capacity
from infoloop.information.contraction_coefficients import contraction
from infoloop.loops.loop import unroll
from infoloop.models import cascade
from infoloop.probability.channels import Channel
from infoloop.probability.numerics import rounding

pytestmark = pytest.mark.slow

KINDS = ("bsc", "erasure", "z_channel")
FALSE_ALARMS = 1e-6
EIGHTH = Fraction(1, 8)
ROWS = {
    "bsc": [[1 - EIGHTH, EIGHTH], [EIGHTH, 1 - EIGHTH]],
    "erasure": [[1 - EIGHTH, 0, EIGHTH], [0, 1 - EIGHTH, EIGHTH], [0, 0, 1]],
    "z_channel": [[1, 0], [EIGHTH, 1 - EIGHTH]],
}


def after(kind, steps):
    """The rows for X = 0 and 1 after so many links, by fractions."""
    link = ROWS[kind]
    laws = link[:2]
    for _ in range(steps - 1):
        laws = [[sum(law[i] * link[i][j] for i in range(len(link))) for j in range(len(link))] for law in laws]
    return laws


def through(m, steps):
    """The channel of that many links, by products of tables."""
    rows = cascade.link(m).rows
    return Channel(jnp.linalg.matrix_power(rows, steps), ("X",), ("Z",))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("steps", [1, 2, 6])
def test_the_law_is_that_of_fractions(kind, steps):
    found = cascade.law(cascade.cascade(kind, 0.125, 0.25), steps).table
    exact = [
        [float(p * w) for p in law] for law, w in zip(after(kind, steps), [Fraction(3, 4), Fraction(1, 4)], strict=True)
    ]
    np.testing.assert_allclose(found, exact, atol=rounding(3 * steps))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("noise", [0.0, 0.125, 0.5, 1.0])
@pytest.mark.parametrize("p_one", [0.0, 0.3, 1.0])
def test_information_in_closed_form_is_that_of_the_tables(kind, noise, p_one):
    m = cascade.cascade(kind, noise, p_one)
    closed, tables = cascade.information(m, 12), cascade.information_by_table(m, 12)
    np.testing.assert_allclose(closed, tables, atol=rounding(12 * 3))
    assert (tables >= 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_one_link_more_would_be_noticed(kind):
    m = cascade.cascade(kind, 0.125, 0.25)
    closed, tables = cascade.information(m, 13)[1:], cascade.information_by_table(m, 12)
    assert np.abs(closed - tables).max() > 0.01


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("steps", [1, 3])
def test_contraction_and_capacity_are_those_of_the_tables(kind, steps):
    m = cascade.cascade(kind, 0.2)
    found = contraction(through(m, steps))
    assert abs(float(cascade.contraction(m, steps) - found.lower)) < rounding(16)
    best = capacity(Channel(through(m, steps).rows[:2], ("X",), ("Z",)))
    closed = float(cascade.capacity(m, steps))
    assert float(best.value) - rounding(16) < closed < float(best.bound) + rounding(16)


@pytest.mark.parametrize("kind", KINDS)
def test_the_contraction_of_another_family_would_be_noticed(kind):
    other = "erasure" if kind == "bsc" else "bsc"
    wrong = cascade.contraction(cascade.cascade(other, 0.2))
    assert abs(float(wrong - contraction(cascade.link(cascade.cascade(kind, 0.2))).lower)) > 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_no_round_keeps_more_than_the_contraction_and_the_capacity_allow(kind):
    m = cascade.cascade(kind, 0.125, 0.25)
    bits, steps = cascade.information_by_table(m, 12), np.arange(1, 13)
    assert (bits[1:] <= cascade.contraction(m) * bits[:-1] * (1 + rounding(3))).all()
    assert (bits <= cascade.capacity(m, steps) + rounding(12)).all()


def test_nothing_is_lost_without_noise():
    for kind in KINDS:
        assert abs(float(cascade.capacity(cascade.cascade(kind, 0.0), 9)) - 1) < rounding(1)


def apart(m, simulated, generations, runs):
    """The largest difference of an exact and a simulated P(Z_t <= z | X), over X, t and z."""
    exact = unroll(cascade.loop(m), jnp.arange(generations)) / jnp.stack([1 - m.p_one, m.p_one])[:, None]
    symbols = unroll(cascade.sampled(simulated, runs), jax.random.split(jax.random.key(5), generations))
    frequency = (symbols[..., None] <= np.arange(exact.shape[-1])).mean(axis=2)
    return np.abs(np.cumsum(exact, axis=-1) - frequency).max()


def radius(comparisons, runs):
    """Dvoretzky-Kiefer-Wolfowitz-Massart, corrected for all laws compared: a true loop fails once in a million."""
    return math.sqrt(math.log(2 * comparisons / FALSE_ALARMS) / (2 * runs))


@pytest.mark.parametrize("kind", KINDS)
def test_the_exact_and_the_sampled_loop_have_one_law(kind):
    m = cascade.cascade(kind, 0.125, 0.25)
    assert apart(m, m, 5, 20_000) < radius(10, 20_000)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sampler_with_another_noise_would_be_noticed(kind):
    m = cascade.cascade(kind, 0.125, 0.25)
    assert apart(m, cascade.cascade(kind, 0.1, 0.25), 5, 20_000) > radius(10, 20_000)


@pytest.mark.full
def test_noise_is_swept_and_differentiated():
    def last(noise):
        return cascade.information_by_table(cascade.cascade("bsc", noise), 3)[-1]

    slopes = jax.vmap(jax.grad(last))(jnp.array([0.0, 0.1, 0.5]))
    assert np.isfinite(slopes).all()
    assert abs(float(slopes[2])) < rounding(8)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cascade.cascade("awgn", 0.1), "kind is 'awgn': choose one of 'bsc', 'erasure', 'z_channel'"),
        (lambda: cascade.cascade("bsc", 1.5), "noise is"),
        (lambda: cascade.cascade("bsc", math.nan), "noise is"),
        (lambda: cascade.cascade("bsc", 0.1, -0.5), "p_one is"),
        (lambda: cascade.law(cascade.cascade("bsc", 0.1), 0), "generation is 0"),
        (lambda: cascade.information(cascade.cascade("bsc", 0.1), 0), "generations is 0"),
        (lambda: cascade.sampled(cascade.cascade("bsc", 0.1), 0), "runs is 0"),
        (lambda: cascade.capacity(cascade.cascade("bsc", 0.1), -1), "t is"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
