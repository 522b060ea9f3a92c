"""Measures of rational laws: the exact values against the float functions and 50 digits; equalities are decided."""

import math
from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq
from mpmath import log, mp, mpf, pi

from infoloop.exact.log_sums import LogSum, from_rational, log2
from infoloop.exact.rational_gaussians import RationalGaussian, RationalLinear
from infoloop.exact.rational_laws import RationalLaw, rational_table
from infoloop.information.expressions import evaluate, evaluate_terms
from infoloop.information.measures import divergence, entropy, jensen_shannon, mutual_information, total_variation
from infoloop.information.multivariate import (
    coinformation,
    dual_total_correlation,
    interaction_information,
    o_information,
    s_information,
    total_correlation,
    tse_complexity,
)
from infoloop.probability.channels import extend
from infoloop.probability.distributions import joint
from infoloop.probability.gaussians import gaussian, linear_gaussian
from infoloop.probability.numerics import rounding
from tests.support import oracles

NAMES, SHAPE = ("X", "Y", "Z"), (2, 3, 2)
ALL = [(0,), (1,), (2,)]
SLACK = 16 * rounding(12) * math.log2(12)  # at most sixteen informations of at most log2(12) bits
MEASURES = {
    "entropy": (entropy, lambda law: oracles.entropy(law, (0, 1, 2))),
    "conditional entropy": (
        lambda p: entropy(p, "X", given=("Z", "Y")),
        lambda law: oracles.entropy(law, (0,), (1, 2)),
    ),
    "information": (lambda p: mutual_information(p, "Y", "X"), lambda law: oracles.information(law, (0,), (1,))),
    "conditional information": (
        lambda p: mutual_information(p, "Z", ("X",), given="Y"),
        lambda law: oracles.information(law, (0,), (2,), (1,)),
    ),
    "of groups that overlap": (
        lambda p: mutual_information(p, ("X", "Y"), ("Y", "Z")),
        lambda law: oracles.information(law, (0, 1), (1, 2)),
    ),
    "coinformation": (lambda p: coinformation(p, *NAMES), lambda law: oracles.coinformation(law, ALL)),
    "interaction": (lambda p: interaction_information(p, *NAMES), lambda law: -oracles.coinformation(law, ALL)),
    "total correlation": (total_correlation, lambda law: oracles.total_correlation(law, ALL)),
    "total correlation given Z": (
        lambda p: total_correlation(p, "X", "Y", given="Z"),
        lambda law: oracles.total_correlation(law, ALL[:2], (2,)),
    ),
    "of one group": (lambda p: total_correlation(p, "X") + dual_total_correlation(p, "Y"), lambda law: mpf(0)),
    "dual total correlation": (dual_total_correlation, lambda law: oracles.dual_total_correlation(law, ALL)),
    "O-information": (
        o_information,
        lambda law: oracles.total_correlation(law, ALL) - oracles.dual_total_correlation(law, ALL),
    ),
    "S-information": (
        s_information,
        lambda law: oracles.total_correlation(law, ALL) + oracles.dual_total_correlation(law, ALL),
    ),
    "complexity": (tse_complexity, lambda law: oracles.tse_complexity(law, ALL)),
    "expression": (
        lambda p: evaluate("2 I(X;Y|Z) - 1/3 H(Y) + 2/7", p),
        lambda law: 2 * oracles.information(law, (0,), (1,), (2,)) - oracles.entropy(law, (1,)) / 3 + mpf(2) / 7,
    ),
    "number": (lambda p: evaluate("1/3", p), lambda law: mpf(1) / 3),
    "nothing": (lambda p: evaluate_terms((), p), lambda law: mpf(0)),
}
DISTANCES = {
    "divergence": (divergence, oracles.divergence),
    "Jensen-Shannon": (jensen_shannon, oracles.jensen_shannon),
    "total variation": (lambda p, q: from_rational(1) * total_variation(p, q), oracles.total_variation),
}


def three_laws(seed, least=0):
    """One random law in fractions, in floats, and as masses of 50 digits."""
    weights = np.random.default_rng(seed).integers(least, 9, SHAPE)
    total = int(weights.sum())
    with mp.workdps(oracles.DIGITS):
        masses = {cell: mpf(int(w)) / total for cell, w in np.ndenumerate(weights)}
    exact = rational_table(np.vectorize(lambda w: Fraction(int(w), total), otypes=[object])(weights))
    return RationalLaw(exact, NAMES), joint(weights / total, *NAMES), masses


def is_enclosed(value, expected):
    """Whether the ball of an exact number, at 128 bits, contains a number of 50 digits, up to its last digits."""
    ball = value.enclosure(128)
    middle, radius = mpf(str(ball.mid().str(60, radius=False))), mpf(ball.rad().str(20, radius=False))
    return abs(middle - expected) <= 2 * radius + mpf(10) ** -45


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("measure", MEASURES)
def test_exact_values_of_random_laws(measure, seed):
    exact, floats, masses = three_laws(seed)
    function, oracle = MEASURES[measure]
    found = function(exact)
    assert isinstance(found, LogSum)
    with mp.workdps(oracles.DIGITS):
        assert is_enclosed(found, oracle(masses))
    assert abs(float(found.enclosure()) - float(function(floats))) <= SLACK


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("distance", DISTANCES)
def test_exact_distances_of_random_laws(distance, seed):
    (p, float_p, masses_p), (q, float_q, masses_q) = three_laws(seed), three_laws(seed + 100, least=1)
    turned = RationalLaw(q.table.transpose(2, 0, 1), ("Z", "X", "Y"))
    function, oracle = DISTANCES[distance]
    with mp.workdps(oracles.DIGITS):
        assert is_enclosed(function(p, turned), oracle(masses_p, masses_q))
    if distance != "total variation":
        assert abs(float(function(p, q).enclosure()) - function(float_p, float_q)) <= SLACK
    assert function(p, p).sign() == 0
    assert function(p, q).sign() == 1


def test_an_enclosure_of_another_value_would_be_caught():
    exact, _, masses = three_laws(0)
    with mp.workdps(oracles.DIGITS):
        assert not is_enclosed(entropy(exact), oracles.entropy(masses, (0, 1, 2)) + mpf(10) ** -30)


def test_total_variation_is_a_fraction():
    p, q = (RationalLaw(rational_table(table), ("X",)) for table in (["1/2", "1/2"], ["1/6", "5/6"]))
    assert total_variation(p, q) == Fraction(1, 3)
    assert isinstance(total_variation(p, q), Fraction)


def test_a_divergence_is_infinite_where_a_mass_is_lost():
    p, q = (RationalLaw(rational_table(table), ("X",)) for table in (["1/2", "1/2"], ["1", "0"]))
    assert divergence(p, q) == math.inf
    assert (divergence(q, p) - 1).sign() == 0


def test_equalities_are_exact_zeros():
    third = rational_table(["1/3", "2/3"])
    apart = RationalLaw(third[:, None] * rational_table([["1/7", "2/7", "4/7"]]), ("X", "Y"))
    assert mutual_information(apart, "X", "Y").sign() == 0
    assert total_correlation(apart).sign() == 0
    exact = three_laws(5)[0]
    chain = mutual_information(exact, "X", "Y") + mutual_information(exact, "X", "Z", given="Y")
    assert (mutual_information(exact, "X", ("Y", "Z")) - chain).sign() == 0
    assert (entropy(exact, "X", given="X")).sign() == 0
    assert mutual_information(exact, "X", ()).sign() == 0


def test_laws_of_other_kinds_or_alphabets_are_not_compared():
    coin, die = (RationalLaw(rational_table([Fraction(1, n)] * n), ("X",)) for n in (2, 6))
    with pytest.raises(ValueError, match=r"different alphabets: X is in \(0, 1\) and in \(0, 1, 2, 3, 4, 5\)"):
        divergence(coin, die)
    with pytest.raises(ValueError, match="cannot compare a RationalLaw with a Joint"):
        divergence(coin, joint([0.5, 0.5], "X"))
    with pytest.raises(ValueError, match=r"different alphabets: X is in R\^1 and in R\^2"):
        divergence(gaussian([[1.0]], "X"), gaussian(np.eye(2), "X", sizes=(2,)))


def test_a_law_without_a_measure_is_told():
    with pytest.raises(TypeError, match="no total variation of a Gaussian is computed: give a law with a table"):
        total_variation(gaussian([[1.0]], "X"), gaussian([[1.0]], "X"))


NOISY = extend(RationalGaussian(((fmpq(2),),), ("X",)), RationalLinear({"X": 3}, 2, "Y"))
FLOATS = extend(gaussian(2.0, "X"), linear_gaussian(3.0, 2.0, "X", "Y"))


def test_differential_entropies_of_rational_gaussians():
    with mp.workdps(oracles.DIGITS):
        assert is_enclosed(entropy(NOISY, "Y"), log(2 * pi * mp.e * 20, 2) / 2)
        assert is_enclosed(entropy(NOISY, "Y", given="X"), log(2 * pi * mp.e * 2, 2) / 2)
    assert abs(float(entropy(NOISY).enclosure()) - float(entropy(FLOATS))) <= rounding(64)


def test_expressions_and_sums_on_rational_gaussians():
    assert (evaluate("2 I(X;Y)", NOISY) - log2(10)).sign() == 0
    assert (total_correlation(NOISY) - log2(10) / 2).sign() == 0
    assert evaluate("H(Y) - H(Y|X) - I(X;Y) + 1/3", NOISY).digits(10) == "0.3333333333"


def test_what_is_infinite_has_no_exact_value():
    with pytest.raises(ValueError, match="the information of X with itself is infinite"):
        mutual_information(NOISY, "X", ("X", "Y"))
    with pytest.raises(ValueError, match="among X, Y, Z one is a function of the others"):
        entropy(extend(NOISY, RationalLinear({"X": 1, "Y": 1}, 0, "Z")))


class Counted:
    """A kind of law that measures know nothing of."""

    names = ("X",)


def test_another_kind_of_law_registers_itself():
    from infoloop.probability.distributions import marginal
    from infoloop.probability.law_measures import entropy_of_law

    @marginal.register
    def _(p: Counted, *names: str) -> Counted:
        return p

    with pytest.raises(TypeError, match="no entropy of a Counted is computed"):
        entropy(Counted())

    @entropy_of_law.register
    def _(law: Counted, names: tuple[str, ...], given: tuple[str, ...]) -> float:
        return 42.0

    assert entropy(Counted()) == 42.0
