"""Anchored token loops: the exact law against fractions by plain loops, and the closed forms against the exact law."""

import math
from fractions import Fraction

import numpy as np
import pytest

from infoloop.information.measures import mutual_information
from infoloop.models import wright_fisher
from infoloop.models.anchored import (
    SCHEDULES,
    anchored,
    expected_heterozygosity,
    frequencies,
    information,
    information_with_first,
    law,
)
from infoloop.probability.numerics import rounding

pytestmark = pytest.mark.slow

RATES, PRIOR = [0.25, 0.75], [0.5, 0.5]


def binomial(n, p):
    return {j: math.comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(n + 1)}


def refit(first, last, n, schedule, w):
    if schedule == "mix":
        return Fraction(last, n)
    if schedule == "replay":
        return (w * first + (1 - w) * last) / n
    ones = last * ((1 - w) * n + w * first)
    return ones / (ones + (n - last) * ((1 - w) * n + w * (n - first)))


def models(n, theta, w, generations, schedule):
    """The law of (K_1, Z_t) in fractions: t = 1, 2, ..."""
    pairs = {(k, Fraction(k, n)): p for k, p in binomial(n, theta).items()}
    for _ in range(generations):
        yield pairs
        after = {}
        for (first, z), p in pairs.items():
            rate = w * theta + (1 - w) * z if schedule == "mix" else z
            for last, q in binomial(n, rate).items():
                if q:
                    pair = first, refit(first, last, n, schedule, w)
                    after[pair] = after.get(pair, 0) + p * q
        pairs = after


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("w", [Fraction(0), Fraction(3, 8), Fraction(1)])
def test_the_law_is_that_of_fractions(schedule, w):
    n, theta = 3, Fraction(1, 4)
    m = anchored(n, schedule, float(w), [float(theta)])
    for t, pairs in enumerate(models(n, theta, w, 4, schedule), 1):
        exact = dict.fromkeys(frequencies(m).tolist(), 0.0)
        for (_, z), p in pairs.items():
            exact[float(z)] += float(p)
        np.testing.assert_allclose(law(m, t).table[0], list(exact.values()), rtol=0, atol=rounding(16 * t))


@pytest.mark.parametrize(
    ("tenths", "expected"), [(1, 0.5834), (2, 0.7433), pytest.param(3, 0.8600, marks=pytest.mark.full)]
)
def test_models_that_are_equal_as_rationals_are_one_state(tenths, expected):
    """B25: the pair (K_1, Z_t) has .9680 bits, and so has a float sum that is split where it should be equal."""
    found = [
        float(information(anchored(20, "replay", w, RATES), 60)[-1])
        for w in (tenths / 10, Fraction(tenths, 10), f"{tenths}/10")
    ]
    assert found[0] == found[1] == found[2]
    assert round(found[0], 4) == expected


def test_equal_models_are_merged_whatever_way_the_weight_is_written():
    by_hand = {(k + 9 * last) / Fraction(60) for k in range(7) for last in range(7)} | {
        Fraction(k, 6) for k in range(7)
    }
    for weight in (0.1, "1/10", Fraction(1, 10)):
        assert len(frequencies(anchored(6, "replay", weight, RATES))) == len(by_hand)
    assert anchored(6, "replay", "1/3", RATES).weight == Fraction(1, 3)


def test_a_judge_who_is_not_frozen_would_be_noticed():
    """The last model judges here; generation 2 is the same, as the last model is then the first."""
    m, w = anchored(3, "judge", 0.5, [0.25]), Fraction(1, 2)
    last = {}
    for (_, z), p in list(models(3, Fraction(1, 4), w, 2, "judge"))[-1].items():
        for k, q in binomial(3, z).items():
            last[z, k] = last.get((z, k), 0) + p * q
    mean = sum(p * refit(3 * z, k, 3, "judge", w) for (z, k), p in last.items() if p)
    assert abs(float(law(m, 3).table[0] @ frequencies(m)) - float(mean)) > rounding(64)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_without_a_hold_it_is_wright_fisher(schedule):
    found = information(anchored(5, schedule, 0.0, RATES), 8)
    expected = wright_fisher.information(wright_fisher.wright_fisher(5, RATES), 8)
    np.testing.assert_allclose(found, expected, rtol=0, atol=rounding(8 * 36))


@pytest.mark.full
@pytest.mark.parametrize("schedule", ["mix", "replay"])
@pytest.mark.parametrize("w", [0.0, 0.375, 1.0])
def test_diversity_and_mean_are_those_of_the_law(schedule, w):
    m = anchored(4, schedule, w, [0.25])
    z, t = frequencies(m), np.arange(1, 7)
    laws = np.stack([law(m, i).table[0] for i in t])
    np.testing.assert_allclose(laws @ z, 0.25, rtol=0, atol=rounding(6 * 25))
    closed = expected_heterozygosity(4, 0.25, t, schedule, w)
    np.testing.assert_allclose(laws @ (2 * z * (1 - z)), closed, rtol=0, atol=rounding(6 * 25))


def test_a_judge_moves_the_mean():
    m = anchored(4, "judge", 0.5, [0.25])
    assert float(law(m, 3).table[0] @ frequencies(m)) < 0.25 - rounding(64)


@pytest.mark.full
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_information_is_that_of_the_law(schedule):
    m = anchored(4, schedule, 0.375, RATES)
    each = [float(mutual_information(law(m, t), "theta", "frequency")) for t in range(1, 6)]
    np.testing.assert_allclose(information(m, 5), each, rtol=0, atol=rounding(64))


@pytest.mark.parametrize("schedule", ["replay", "judge"])
def test_closed_relative_to_the_first_data(schedule):
    """Theory S39: with the first data in hand nothing is lost or won, and the model alone has no more."""
    m = anchored(4, schedule, 0.75, RATES)
    pair = information_with_first(m, 8)
    np.testing.assert_allclose(pair, pair[0], rtol=0, atol=rounding(8 * 25))
    assert (information(m, 8) <= pair + rounding(8 * 25)).all()


def test_real_data_bring_more_than_the_first_had():
    pair = information_with_first(anchored(4, "mix", 0.25, RATES), 8)
    assert pair[1] > pair[0] + rounding(64)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: anchored(0, "mix", 0.5, [0.5]), "size is 0"),
        (lambda: anchored(2, "mix", 1.5, [0.5]), "weight is 1.5"),
        (lambda: anchored(2, "mix", "3/2", [0.5]), "weight is 3/2"),
        (lambda: anchored(2, "mix", "a tenth", [0.5]), "weight is 'a tenth'"),
        (lambda: anchored(2, "keep", 0.5, [0.5]), "schedule is 'keep'"),
        (lambda: information(anchored(2, "mix", 0.5, [0.5]), 0), "generations is 0"),
        (lambda: law(anchored(2, "mix", 0.5, [0.5]), 0), "t is 0"),
        (lambda: expected_heterozygosity(2, 0.5, 1, "judge", 0.5), "schedule is 'judge'"),
        (lambda: expected_heterozygosity(2, 0.5, 0, "mix", 0.5), "t is 0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
