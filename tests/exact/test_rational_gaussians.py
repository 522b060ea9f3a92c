"""Rational Gaussian laws: informations against the float law and the formula of a channel; bad input is refused."""

import pytest
from flint import fmpq

from infoloop.exact.rational_gaussians import RationalGaussian
from infoloop.exact.rational_laws import log2
from infoloop.information.measures import mutual_information
from infoloop.probability.channels import extend
from infoloop.probability.gaussians import gaussian, linear_gaussian
from infoloop.probability.numerics import rounding

PRIOR = RationalGaussian(((fmpq(2),),), ("X",))
CHAIN = PRIOR.extend("Y", {"X": "1/2"}, noise=1).extend("Z", {"X": 1, "Y": -3}, noise="1/3")


def test_an_awgn_channel_has_its_capacity():
    noisy = PRIOR.extend("Y", {"X": 3}, noise=2)
    assert (noisy.information("X", "Y") * 2 - log2(10)).sign() == 0


@pytest.mark.slow
@pytest.mark.parametrize(("x", "y", "given"), [("X", "Z", ""), ("X", "Y", "Z"), ("X", "Y,Z", ""), ("Y", "Z", "X")])
def test_informations_are_those_of_the_float_law(x, y, given):
    law = extend(gaussian(2.0, "X"), linear_gaussian(0.5, 1.0, "X", "Y"))
    law = extend(law, linear_gaussian([[1.0, -3.0]], 1 / 3, ("X", "Y"), "Z"))
    groups = [tuple(filter(None, part.split(","))) for part in (x, y, given)]
    exact = float(CHAIN.information(x, y, given).enclosure())
    assert abs(exact - mutual_information(law, *groups[:2], given=groups[2])) <= rounding(64)


def test_the_chain_rule_holds_exactly():
    both = CHAIN.information("X", "Y,Z")
    assert (both - CHAIN.information("X", "Z") - CHAIN.information("X", "Y", "Z")).sign() == 0


def test_another_law_has_another_information():
    noisier = PRIOR.extend("Y", {"X": "1/2"}, noise=2)
    assert (CHAIN.information("X", "Y") - noisier.information("X", "Y")).sign() == 1


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (lambda: PRIOR.extend("Y", {"W": 1}, noise=1), "W"),
        (lambda: PRIOR.extend("X", {"X": 1}, noise=1), "X"),
        (lambda: PRIOR.extend("Y", {"X": 1}, noise=-1), "variance -1"),
        (lambda: PRIOR.extend("Y", {"X": 2}, noise=0).information("X", "Y"), "function of the others"),
        (lambda: CHAIN.information("X", "V"), "V"),
    ],
)
def test_bad_input_is_refused(bad, message):
    with pytest.raises(ValueError, match=message):
        bad()
