"""The resampling loop against exact rationals, a dense float64 chain, published and twice-computed values."""

import json
from fractions import Fraction

import numpy as np
import pytest
from mpmath import log, mp, mpf

from infoloop.information.markov_chains import information_along
from infoloop.information.measures import mutual_information
from infoloop.models import wright_fisher as wf
from infoloop.probability.channel_families import binomial
from infoloop.probability.distributions import from_outcomes, joint
from infoloop.probability.fixed_tasks import FixedTaskWarning
from infoloop.probability.numerics import rounding
from tests.support.exact_values import binomial_row
from tests.support.paths import DATA

pytestmark = pytest.mark.slow

VALUES = json.loads((DATA / "collapse_values.json").read_text())
REQUIRED_BITS = 1e-10  # information at n = 500 and n = 20


def chain(n, rates, generations):
    """Rows of exact rationals: the laws of K_t, one list of laws for each generation."""
    table = [binomial_row(n, Fraction(i, n)) for i in range(n + 1)]
    laws = [binomial_row(n, Fraction(r)) for r in rates]
    for _ in range(generations):
        yield laws
        laws = [[sum(law[i] * table[i][j] for i in range(n + 1)) for j in range(n + 1)] for law in laws]


def bits(laws, prior):
    """H(K) - H(K|theta) with 40 digits: a form that the source avoids."""
    with mp.workdps(40):

        def h(law):
            return -sum(mpf(p.numerator) / p.denominator * log(mpf(p.numerator) / p.denominator, 2) for p in law if p)

        mean = [sum(w * law[j] for w, law in zip(prior, laws, strict=True)) for j in range(len(laws[0]))]
        return float(h(mean) - sum(w.numerator * h(law) / w.denominator for w, law in zip(prior, laws, strict=True)))


def test_information_is_that_of_exact_rationals():
    rates, prior = [Fraction(1, 4), Fraction(1, 2), Fraction(15, 16)], [Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)]
    found = wf.information(wf.wright_fisher(20, [float(r) for r in rates], [float(w) for w in prior]), 8)
    exact = [bits(laws, prior) for laws in chain(20, rates, 8)]
    assert np.abs(found - np.array(exact)).max() < rounding(8 * 21)
    assert rounding(8 * 21) < REQUIRED_BITS


@pytest.mark.full
def test_information_is_that_of_a_dense_chain():
    n, rates = 500, np.arange(1, 20) / 20
    start = np.asarray(binomial(rates, n, "theta", "count").rows) / len(rates)
    link = binomial(np.arange(n + 1) / n, n, "count", "next")
    dense = information_along(joint(start / start.sum(), "theta", "count"), "theta", link, steps=199)
    assert np.abs(wf.information(wf.wright_fisher(n, rates), 200) - dense).max() < REQUIRED_BITS


def test_a_kernel_with_one_draw_too_few_would_be_noticed():
    rates, prior = [Fraction(1, 4), Fraction(3, 4)], [Fraction(1, 2)] * 2
    wrong = wf.information(wf.wright_fisher(19, [0.25, 0.75]), 8)
    assert np.abs(wrong - np.array([bits(laws, prior) for laws in chain(20, rates, 8)])).max() > REQUIRED_BITS


@pytest.mark.full
def test_many_symbols_with_two_symbols_are_the_banded_chain():
    found = wf.information_many(30, [[0.9, 0.1], [0.5, 0.5]], [0.25, 0.75], 20)
    banded = wf.information(wf.wright_fisher(30, [0.1, 0.5], [0.25, 0.75]), 20)
    np.testing.assert_allclose(found, banded, atol=rounding(20 * 31))


@pytest.mark.full
def test_three_symbols_merged_into_two_are_the_chain_of_two():
    """Rates that differ in the first symbol alone, the rest split evenly: the first count is sufficient."""
    rates = [[r, (1 - r) / 2, (1 - r) / 2] for r in (0.25, 0.75)]
    found = wf.information_many(8, rates, [0.5, 0.5], 1)
    np.testing.assert_allclose(found, wf.information(wf.wright_fisher(8, [0.25, 0.75]), 1), atol=rounding(45))


@pytest.mark.full
def test_four_symbols_keep_what_the_last_symbol_tells():
    rates = np.array([[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4]])
    limit = mutual_information(joint(rates / 2, "theta", "symbol"), "theta", "symbol")
    left = wf.information_many(4, rates, [0.5, 0.5], 150)[-1] - limit
    slowest = (1 - 1 / 4) ** 148  # of the mass still on two symbols or more, up to a factor below 4
    assert 0 <= left + rounding(150 * 35) < 8 * slowest + 2 * rounding(150 * 35)


def test_collapse_leaves_information():
    """Theory S10: I tends to 1 - h(1/4) > 0 while the diversity dies out."""
    masses = {(0, 0): 3 / 8, (0, 1): 1 / 8, (1, 0): 1 / 8, (1, 1): 3 / 8}
    quarter = mutual_information(from_outcomes(masses, ("theta", "symbol")), "theta", "symbol")
    last = wf.information(wf.wright_fisher(10, [0.25, 0.75]), 500)[-1]
    assert abs(float(wf.residual_information([0.5, 0.5], [0.25, 0.75]) - quarter)) < rounding(4)
    assert abs(float(last - quarter)) < rounding(500 * 11)
    assert float(wf.expected_heterozygosity(10, 0.25, 500)) < rounding(1)


@pytest.mark.full
def test_moments_are_those_of_the_law():
    n, p0 = 15, 0.2
    for t in (1, 2, 7):
        frequency, law = np.arange(n + 1) / n, np.asarray(wf.law(wf.wright_fisher(n, [p0]), t).table[0])
        assert abs(law @ frequency - float(wf.expected_frequency(n, p0, t))) < rounding(t * n)
        diversity = law @ (2 * frequency * (1 - frequency))
        assert abs(diversity - float(wf.expected_heterozygosity(n, p0, t))) < rounding(t * n)


def test_survival_is_that_of_exact_rationals():
    exact = [float(1 - laws[0][0]) for laws in chain(20, [Fraction(1, 16)], 10)]
    np.testing.assert_allclose(wf.survival(20, 1 / 16, 10), exact, atol=rounding(10 * 21))


def counted(entry):
    return entry["distribution"]["n"], float(Fraction(entry["distribution"].get("p0", "0")))


def at_generation(function):
    return lambda entry: function(*counted(entry), entry["distribution"]["k"])


def from_count(function):
    return lambda entry: function(entry["distribution"]["n"], entry["distribution"]["start_count"])


FOUND = {
    "expected_p": at_generation(wf.expected_frequency),
    "expected_heterozygosity": at_generation(wf.expected_heterozygosity),
    "prob_nonzero": lambda entry: at_generation(wf.survival)(entry)[-1],
    "expected_absorption_time": from_count(wf.absorption_time),
    "fixation_probability": from_count(wf.fixation_probability),
    "mutual_information": lambda entry: wf.information(wf.wright_fisher(4, [0.25, 0.75]), int(entry["id"][-1]))[-1],
}


@pytest.mark.parametrize("entry", VALUES, ids=lambda entry: entry["id"])
def test_reference_value(entry):
    assert entry["tolerance_kind"] == "absolute"
    assert abs(float(FOUND[entry["quantity"]["name"]](entry)) - entry["expected"]) <= entry["tolerance"]


def test_every_quantity_is_used():
    assert {entry["quantity"]["name"] for entry in VALUES} == set(FOUND)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wf.kernel(0), "n is 0"),
        (lambda: wf.wright_fisher(0, [0.5]), "size is 0"),
        (lambda: wf.wright_fisher(2, [1.5]), "rates is"),
        (lambda: wf.wright_fisher(2, 0.5), "rates have shape"),
        (lambda: wf.wright_fisher(2, [0.5, 0.1], [1.0]), "prior has 1 weights"),
        (lambda: wf.information(wf.wright_fisher(2, [0.5]), 0), "generations is 0"),
        (lambda: wf.absorption_time(4, 5), "i is 5"),
        (lambda: wf.survival(2, -0.1, 3), "p0 is"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.full
@pytest.mark.parametrize(("rates", "prior"), [([0.3], [1.0]), ([0.25, 0.75], [1.0, 0.0])])
def test_a_fixed_task_has_no_information_and_is_pointed_out(rates, prior):
    with pytest.warns(FixedTaskWarning, match="theta has one possible value, so that every information about it is 0"):
        assert np.abs(wf.information(wf.wright_fisher(50, rates, prior), 5)).max() < rounding(51)
