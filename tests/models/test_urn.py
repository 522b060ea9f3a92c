"""Urns of tokens: the exact law against fractions by plain loops, and the closed forms against the exact law."""

import math
from fractions import Fraction

import numpy as np
import pytest

from infoloop.information.measures import mutual_information
from infoloop.models import wright_fisher
from infoloop.models.urn import (
    SCHEDULES,
    expected_heterozygosity,
    information,
    law,
    limit_heterozygosity,
    urn,
)
from infoloop.probability.numerics import rounding


def binomial(n, p):
    return {j: math.comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(n + 1)}


def taken(n, ones, zeros):
    """The law of the ones among n tokens taken one after the other from an urn, none put back."""
    found = {0: Fraction(1)}
    for count in range(n):
        after = {}
        for k, p in found.items():
            probability = Fraction(ones - k, ones + zeros - count)
            after[k + 1] = after.get(k + 1, 0) + p * probability
            after[k] = after.get(k, 0) + p * (1 - probability)
        found = after
    return found


def models(n, rate, generations, schedule):
    """The law of the ones that the model of generation t is made of, in fractions: t = 1, 2, ..."""
    pool = binomial(n, Fraction(rate))
    for t in range(1, generations + 1):
        seen = {s: ({s: Fraction(1)} if schedule == "accumulate" else taken(n, s, n * t - s)) for s in pool}
        total = n * t if schedule == "accumulate" else n
        fit = {}
        for s, p in pool.items():
            for k, q in seen[s].items():
                fit[k] = fit.get(k, 0) + p * q
        yield fit, total
        grown = {}
        for s, p in pool.items():
            for k, q in seen[s].items():
                for j, r in binomial(n, Fraction(k, total)).items():
                    grown[s + j] = grown.get(s + j, 0) + p * q * r
        pool = grown


@pytest.mark.full
@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("n", [1, 3])
def test_the_law_is_that_of_fractions(n, schedule):
    rate = Fraction(3, 8)
    m = urn(n, 4, [float(rate)], schedule=schedule)
    for t, (fit, total) in enumerate(models(n, rate, 4, schedule), 1):
        exact = [float(fit.get(k, 0)) for k in range(total + 1)]
        np.testing.assert_allclose(law(m, t).table[0], exact, rtol=0, atol=rounding(4 * n * t))


@pytest.mark.slow
def test_a_pool_that_is_not_kept_would_be_noticed():
    fit, _ = list(models(3, Fraction(3, 8), 2, "subsample"))[-1]
    replaced = wright_fisher.law(wright_fisher.wright_fisher(3, [3 / 8]), 2).table[0]
    assert abs(float(fit[0]) - float(replaced[0])) > rounding(12)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_diversity_is_that_of_fractions(n, schedule):
    rate = Fraction(1, 4)
    exact = [
        float(sum(2 * Fraction(k, total) * (1 - Fraction(k, total)) * p for k, p in fit.items()))
        for fit, total in models(n, rate, 5, schedule)
    ]
    found = expected_heterozygosity(n, 0.25, np.arange(1, 6), schedule)
    np.testing.assert_allclose(found, exact, rtol=0, atol=rounding(8))


@pytest.mark.full
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_mean_stays(schedule):
    m = urn(4, 5, [0.3], schedule=schedule)
    for t in range(1, 6):
        table = law(m, t).table[0]
        assert abs(table @ np.arange(len(table)) / (len(table) - 1) - 0.3) <= rounding(20 * t)


def test_diversity_tends_to_eulers_product():
    """The factors left after t generations are 1 - x with x = 1/(n i^2), together below 1/(n t)."""
    n, t = 10, 10**5
    ratio = expected_heterozygosity(n, 0.5, t) / limit_heterozygosity(n, 0.5)
    assert 1 < ratio < 1 + 2 / (n * t)


@pytest.mark.full
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_information_is_that_of_the_law_and_falls(schedule):
    m = urn(4, 6, [0.25, 0.75], schedule=schedule)
    bits = information(m, 6)
    each = [float(mutual_information(law(m, t), "theta", "count")) for t in range(1, 7)]
    np.testing.assert_allclose(bits, each, rtol=0, atol=rounding(64))
    assert (np.diff(bits) < 0).all()


@pytest.mark.slow
def test_what_is_kept_tells_more_than_what_is_replaced():
    rates = [0.25, 0.75]
    kept, subsampled = (information(urn(4, 6, rates, schedule=s), 6) for s in SCHEDULES)
    replaced = wright_fisher.information(wright_fisher.wright_fisher(4, rates), 6)
    assert (kept[1:] > subsampled[1:]).all()
    assert (subsampled[1:] > replaced[1:]).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: urn(0, 2, [0.5]), "size is 0"),
        (lambda: urn(2, 0, [0.5]), "room is 0"),
        (lambda: urn(2, 2, [1.5]), "rates is"),
        (lambda: urn(2, 2, [0.5], schedule="keep"), "schedule is 'keep'"),
        (lambda: law(urn(2, 2, [0.5]), 3), "the urn has room for 2"),
        (lambda: information(urn(2, 2, [0.5]), 0), "generations is 0"),
        (lambda: expected_heterozygosity(2, 0.5, 0), "t is 0"),
        (lambda: expected_heterozygosity(0, 0.5, 1), "n is 0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
