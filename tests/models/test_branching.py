"""Rare tokens: Fisher's table, the equation of extinction, and the bracket against the exact survival."""

import math

import jax
import numpy as np
import pytest

from infoloop.models import branching, wright_fisher
from infoloop.probability.numerics import rounding

GENERATIONS = [1, 3, 7, 15, 31, 63, 127]
NEUTRAL = ["0.3679", "0.6259", "0.7905", "0.8873", "0.9411", "0.9698", "0.9847"]
ADVANTAGE = ["0.3642", "0.6197", "0.7825", "0.8783", "0.9313", "0.9591", "0.9729"]


@pytest.mark.parametrize(("mean", "published"), [(1.0, NEUTRAL), (1.01, ADVANTAGE)])
def test_fishers_table(mean, published):
    """Fisher 1922, table 1, and 1930, chapter 4: all four digits."""
    assert [f"{q:.4f}" for q in branching.extinct_by(GENERATIONS, mean).tolist()] == published


def test_fishers_limit():
    assert f"{float(branching.extinction_probability(1.01)):.4f}" == "0.9803"


@pytest.mark.parametrize("mean", [1.0001, 1.01, 1.5, 3.0, 20.0])
def test_extinction_solves_its_equation(mean):
    q = float(branching.extinction_probability(mean))
    assert 0 < q < 1
    assert abs(math.exp(mean * (q - 1)) - q) < rounding(4) * mean * q


@pytest.mark.parametrize("mean", [0.0, 0.5, 1.0])
def test_a_token_without_advantage_dies_out(mean):
    assert float(branching.extinction_probability(mean)) == 1


def test_extinction_is_where_the_generations_lead():
    assert abs(float(branching.extinct_by(400, 1.5) - branching.extinction_probability(1.5))) < rounding(4)


def test_small_survivals_keep_their_digits():
    """Below criticality, x_t / x_{t-1} tends to the mean; at x = 1e-30 a difference from 1 would be noise."""
    x = np.asarray(branching.survivals(100, 0.5))
    assert x[-1] < np.finfo(float).eps ** 1.5
    assert abs(x[-1] / x[-2] - 0.5) < rounding(1)


LAWS = {
    "halves": [0.25, 0.5, 0.25],
    "growing": [0.25, 0.25, 0.5],
    "one copy": [0.0, 1.0],
    "rare litters": [0.9, 0, 0, 0.1],
}


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_any_law_of_copies_against_the_law_of_all_counts(law):
    """The law of the number of descendants, generation by generation, in plain loops."""
    counts, expected = {1: 1.0}, []
    for _ in range(5):
        after = {}
        for k, p in counts.items():
            sums = {0: 1.0}
            for _ in range(k):
                sums = {s: sum(sums.get(s - j, 0) * q for j, q in enumerate(law)) for s in range(max(sums) + len(law))}
            for s, q in sums.items():
                after[s] = after.get(s, 0) + p * q
        counts = {k: p for k, p in after.items() if p}
        expected.append(1 - counts.get(0, 0.0))
    np.testing.assert_allclose(branching.offspring_survivals(law, 5), expected, rtol=0, atol=rounding(256))


@pytest.mark.slow
def test_a_poisson_law_cut_off_far_out_is_the_poisson_process():
    law = [math.exp(-1.5) * 1.5**k / math.factorial(k) for k in range(60)]
    law[-1] += 1 - sum(law)
    np.testing.assert_allclose(branching.offspring_survivals(law, 9), branching.survivals(9, 1.5), rtol=rounding(64))
    assert abs(float(branching.offspring_extinction(law) - branching.extinction_probability(1.5))) < rounding(64)


@pytest.mark.parametrize(
    ("law", "extinct"), [([0.25, 0.5, 0.25], 1), ([0.25, 0.25, 0.5], 0.5), ([0, 1], 0), ([1, 0], 1)]
)
def test_extinction_of_any_law(law, extinct):
    assert abs(float(branching.offspring_extinction(law)) - extinct) < rounding(4)


def test_small_survivals_of_any_law_keep_their_digits():
    x = np.asarray(branching.offspring_survivals([0.75, 0.0, 0.25], 100))
    assert x[-1] < np.finfo(float).eps ** 1.5
    assert abs(x[-1] / x[-2] - 0.5) < rounding(4)


@pytest.mark.parametrize("law", [[0.5, 0.4], [1.0], [-0.5, 1.5], [[0.5, 0.5]]])
def test_what_is_no_law_of_copies_is_refused(law):
    with pytest.raises(ValueError, match="offspring has"):
        branching.offspring_survivals(law, 3)


@pytest.mark.slow
@pytest.mark.parametrize(("n", "p"), [(100, 0.01), (1000, 0.001), (1000, 0.01), (10, 0.01), (2000, 0.0005)])
def test_the_exact_survival_lies_in_the_bracket(n, p):
    low, high = branching.bracket(n, p, 60)
    exact = wright_fisher.survival(n, p, 60)
    assert (low <= exact + rounding(60)).all()
    assert (exact <= high + rounding(60)).all()


@pytest.mark.slow
def test_a_bracket_one_round_behind_would_be_noticed():
    low, _ = branching.bracket(100, 0.01, 61)
    assert (low[:-1] > wright_fisher.survival(100, 0.01, 61)[1:]).any()


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_a_mean_that_is_none_is_refused(bad):
    with pytest.raises(ValueError, match="mean is"):
        branching.extinction_probability(bad)


@pytest.mark.slow
@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_a_traced_mean_that_is_none_has_no_value_and_no_slope(bad):
    found = jax.value_and_grad(lambda mean: branching.extinct_by(2, mean))(bad)
    assert np.isnan(found).all()


@pytest.mark.parametrize("bad", [0, -3, [], 1.5])
def test_a_generation_that_is_none_is_refused(bad):
    with pytest.raises(ValueError, match="generations are"):
        branching.extinct_by(bad)
