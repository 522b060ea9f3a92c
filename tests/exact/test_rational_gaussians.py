"""Rational Gaussian laws: informations against the float law and the formula of a channel; bad input is refused."""

import pytest
from flint import fmpq

from infoloop.exact.log_sums import log2
from infoloop.exact.rational_gaussians import RationalGaussian, RationalLinear
from infoloop.information.measures import mutual_information
from infoloop.probability.channels import extend, push
from infoloop.probability.distributions import condition, marginal, product, relabel
from infoloop.probability.gaussians import gaussian, linear_gaussian
from infoloop.probability.numerics import rounding

PRIOR = RationalGaussian(((fmpq(2),),), ("X",))
CHAIN = extend(PRIOR, RationalLinear({"X": "1/2"}, 1, "Y"), RationalLinear({"X": 1, "Y": -3}, "1/3", "Z"))


def test_an_awgn_channel_has_its_capacity():
    noisy = extend(PRIOR, RationalLinear({"X": 3}, 2, "Y"))
    assert (mutual_information(noisy, "X", "Y") * 2 - log2(10)).sign() == 0


@pytest.mark.slow
@pytest.mark.parametrize(("x", "y", "given"), [("X", "Z", ()), ("X", "Y", "Z"), ("X", ("Y", "Z"), ()), ("Y", "Z", "X")])
def test_informations_are_those_of_the_float_law(x, y, given):
    law = extend(gaussian(2.0, "X"), linear_gaussian(0.5, 1.0, "X", "Y"))
    law = extend(law, linear_gaussian([[1.0, -3.0]], 1 / 3, ("X", "Y"), "Z"))
    exact = float(mutual_information(CHAIN, x, y, given).enclosure())
    assert abs(exact - mutual_information(law, x, y, given)) <= rounding(64)


def test_the_chain_rule_holds_exactly():
    both = mutual_information(CHAIN, "X", ("Y", "Z"))
    assert (both - mutual_information(CHAIN, "X", "Z") - mutual_information(CHAIN, "X", "Y", "Z")).sign() == 0


def test_another_law_has_another_information():
    noisier = extend(PRIOR, RationalLinear({"X": "1/2"}, 2, "Y"))
    assert (mutual_information(CHAIN, "X", "Y") - mutual_information(noisier, "X", "Y")).sign() == 1


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (lambda: extend(PRIOR, RationalLinear({"W": 1}, 1, "Y")), "W"),
        (lambda: extend(PRIOR, RationalLinear({"X": 1}, 1, "X")), "X"),
        (lambda: extend(PRIOR, RationalLinear({"X": 1}, -1, "Y")), "variance -1"),
        (
            lambda: mutual_information(extend(PRIOR, RationalLinear({"X": 2}, 0, "Y")), "X", "Y"),
            "function of the others",
        ),
        (lambda: mutual_information(CHAIN, "X", "V"), "V"),
    ],
)
def test_bad_input_is_refused(bad, message):
    with pytest.raises(ValueError, match=message):
        bad()


def test_the_functions_of_float_laws_serve_it():
    swapped = marginal(CHAIN, "Z", "X")
    assert swapped.names == ("Z", "X")
    assert swapped.covariance == ((CHAIN.covariance[2][2], CHAIN.covariance[2][0]), (CHAIN.covariance[0][2], fmpq(2)))
    both = product(PRIOR, relabel(PRIOR, X="W"), relabel(PRIOR, X="V"))
    assert both.names == ("X", "W", "V")
    assert both.covariance == tuple(tuple(fmpq(2 * (i == j)) for j in range(3)) for i in range(3))
    assert push(PRIOR, RationalLinear({"X": 3}, 1, "Y")).covariance == ((fmpq(19),),)
    with pytest.raises(TypeError, match="condition of a RationalGaussian: give a Joint, a Gaussian or a RationalLaw"):
        condition(CHAIN, X=1)
