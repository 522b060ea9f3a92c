"""Verifiers that err: moments by fractions over truth and verdict, bits in fifty digits, kept answers counted."""

from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import log, mp, mpf

from infoloop.learning.noisy_verifiers import (
    NoisyVerifier,
    corrected_variance,
    corrected_verdict,
    erring_verifier,
    filtering_gap,
    forward_weight,
    noisy_verdict_bits,
    observed_rate,
)
from infoloop.probability.numerics import rounding

CASES = [
    (Fraction(3, 10), Fraction(1, 10), Fraction(1, 5)),
    (Fraction(1, 2), Fraction(0), Fraction(1, 5)),
    (Fraction(9, 10), Fraction(3, 4), Fraction(1, 2)),
    (Fraction(1), Fraction(1, 8), Fraction(1, 4)),
]


def law(p: Fraction, rho0: Fraction, rho1: Fraction) -> dict[tuple[int, int], Fraction]:
    """Return P(truth, verdict)."""
    return {(1, 1): p * (1 - rho1), (1, 0): p * rho1, (0, 1): (1 - p) * rho0, (0, 0): (1 - p) * (1 - rho0)}


def mean(table, f) -> Fraction:
    return sum((mass * f(*cell) for cell, mass in table.items()), Fraction(0))


def verifier(rho0: Fraction, rho1: Fraction) -> NoisyVerifier:
    return erring_verifier(false_positive=float(rho0), false_negative=float(rho1))


@pytest.mark.parametrize(("p", "rho0", "rho1"), CASES)
def test_moments_are_those_of_the_enumerated_law(p, rho0, rho1):
    table, j = law(p, rho0, rho1), 1 - rho0 - rho1
    corrected = lambda right, verdict: (verdict - rho0) / j  # noqa: E731
    centre = mean(table, corrected)
    spread = mean(table, lambda right, verdict: (corrected(right, verdict) - p) ** 2)
    noisy = verifier(rho0, rho1)
    assert centre == p
    assert abs(observed_rate(noisy, float(p)) - float(mean(table, lambda right, verdict: verdict))) <= rounding(4)
    assert abs(corrected_variance(noisy, float(p)) - float(spread)) <= rounding(4) * float(1 / j**2)
    expected = [float((verdict - rho0) / j) for verdict in (0, 1)]
    assert np.abs(corrected_verdict(noisy, [0.0, 1.0]) - np.array(expected)).max() <= rounding(8) * float(1 / abs(j))


def test_the_variance_of_the_text_and_its_wrong_readings():
    """S54: 2139/4900; pq/J^2 would be 3/7, and pq/J^2 + noise/J^2 counts twice, 321/490."""
    p, rho0, rho1 = CASES[0]
    j, noise = 1 - rho0 - rho1, p * rho1 * (1 - rho1) + (1 - p) * rho0 * (1 - rho0)
    found = float(corrected_variance(verifier(rho0, rho1), float(p)))
    assert Fraction(found).limit_denominator(10**4) == Fraction(2139, 4900)
    assert (p * (1 - p) / j**2, (p * (1 - p) + noise) / j**2) == (Fraction(3, 7), Fraction(321, 490))


@pytest.mark.parametrize(("p", "rho0", "rho1"), CASES)
def test_the_forward_weight_is_0_on_right_answers_and_minus_j_on_wrong_ones(p, rho0, rho1):
    low, high = (float(w) for w in forward_weight(verifier(rho0, rho1), [0.0, 1.0]))
    assert abs(float(1 - rho1) * high + float(rho1) * low) <= rounding(4)
    assert abs(float(rho0) * high + float(1 - rho0) * low + float(1 - rho0 - rho1)) <= rounding(4)


def bits(table):
    mp.dps = 50
    rows = {a: sum(m for (x, _), m in table.items() if x == a) for a in (0, 1)}
    columns = {b: sum(m for (_, y), m in table.items() if y == b) for b in (0, 1)}
    exact = lambda x: mpf(x.numerator) / x.denominator  # noqa: E731
    return sum(exact(m) * log(exact(m / (rows[a] * columns[b])), 2) for (a, b), m in table.items() if m)


@pytest.mark.parametrize(
    ("p", "rho0", "rho1"), [*CASES, (Fraction(1, 2), Fraction(1, 2), Fraction(1, 2) - Fraction(1, 2**20))]
)
def test_bits_of_a_verdict_in_fifty_digits(p, rho0, rho1):
    found, expected = float(noisy_verdict_bits(verifier(rho0, rho1), float(p))), float(bits(law(p, rho0, rho1)))
    assert abs(found - expected) <= 1e-9 * expected


def test_a_perfect_verifier_tells_the_most():
    found = [
        float(noisy_verdict_bits(erring_verifier(false_positive=0.0, false_negative=miss), 0.5))
        for miss in (0.0, 0.05, 0.2, 0.5)
    ]
    assert [f"{x:.4f}" for x in found] == ["1.0000", "0.8550", "0.6100", "0.3113"]


@pytest.mark.parametrize(("p", "rho0", "rho1"), CASES)
def test_the_gap_is_what_filtering_gains(p, rho0, rho1):
    table = law(p, rho0, rho1)
    kept = table[1, 1] / (table[1, 1] + table[0, 1])
    assert abs(filtering_gap(verifier(rho0, rho1), float(p)) - float(kept - p)) <= rounding(8)


def test_two_questions_with_j_a_tenth_each_lose_together():
    """S56: half right before, 19/100 of what is kept."""
    p, both = np.array([0.9, 0.1]), erring_verifier(false_positive=[0.0, 0.9], false_negative=[0.9, 0.0])
    assert np.abs(both.youden - 0.1).max() <= rounding(2)
    assert (filtering_gap(both, p) > 0).all()
    passed = np.asarray(observed_rate(both, p))
    kept = ((p + np.asarray(filtering_gap(both, p))) * passed).sum() / passed.sum()
    assert (p.mean(), round(kept, 12)) == (0.5, 0.19)


def test_where_nothing_can_be_corrected():
    blind = erring_verifier(false_positive=0.25, false_negative=0.75)
    with pytest.raises(ValueError, match="J = 0"):
        corrected_verdict(blind, 1.0)
    assert np.isnan(jax.jit(corrected_variance)(blind, 0.5))
    assert np.isnan(filtering_gap(erring_verifier(false_positive=0.0, false_negative=1.0), 0.5))
    with pytest.raises(ValueError, match=r"false_negative is 1\.5"):
        erring_verifier(false_positive=0.0, false_negative=1.5)
    with pytest.raises(ValueError, match="that broadcast"):
        erring_verifier(false_positive=[0.0, 0.1], false_negative=[0.0, 0.1, 0.2])


@pytest.mark.full
def test_batches_and_slopes():
    many = erring_verifier(false_positive=[0.1, 0.2, 0.3], false_negative=0.25)
    one_by_one = [
        float(noisy_verdict_bits(erring_verifier(false_positive=a, false_negative=0.25), 0.5)) for a in (0.1, 0.2, 0.3)
    ]
    assert np.abs(jax.vmap(noisy_verdict_bits, (0, None))(many, 0.5) - np.array(one_by_one)).max() <= rounding(8)
    slope = jax.grad(lambda a: noisy_verdict_bits(NoisyVerifier(false_positive=a, false_negative=jnp.array(0.0)), 0.5))(
        0.5
    )
    assert abs(slope - (np.log2(1 / 3) / 2)) <= rounding(16)  # ½(h'(¾) - h'(½))


@pytest.mark.full
def test_slopes_of_the_bits_at_the_ends_are_divergences():
    """Of the verdicts of the rare class from those of the common one; infinite where these never say so."""
    slope = jax.vmap(
        jax.grad(lambda p: noisy_verdict_bits(erring_verifier(false_positive=0.25, false_negative=0.5), p))
    )(jnp.array([0.0, 1.0]))
    expected = [0.5 * np.log2(2) + 0.5 * np.log2(0.5 / 0.75), -0.25 * np.log2(0.5) - 0.75 * np.log2(0.75 / 0.5)]
    assert np.abs(slope - np.array(expected)).max() <= rounding(4)
    assert (
        jax.grad(lambda p: noisy_verdict_bits(erring_verifier(false_positive=0.0, false_negative=0.5), p))(0.0)
        == np.inf
    )
