"""The bias of plug-in estimates, by hand and by the usual approximation."""

import math

import pytest

from infoloop.claims.levels.plug_in_estimates import COPY, INDEPENDENT, bias
from infoloop.statements.certification import certify
from tests.support.exact_values import exact_float


def mean_estimate(law, n):
    assert bias.exact is not None
    return exact_float(bias.exact({"law": law, "n": n})[0])


def test_the_estimates_of_the_text():
    assert mean_estimate(INDEPENDENT, 2) == 0.25
    assert mean_estimate(COPY, 2) == 0.5


@pytest.mark.parametrize(("law", "true", "sign"), [(INDEPENDENT, 0, 1), (COPY, 1, -1)], ids=["independent", "copied"])
def test_the_bias_is_about_that_of_miller(law, true, sign):
    """Off by the order of 1/N^2: twice the samples leave about a quarter."""
    few, many = (abs(mean_estimate(law, n) - true - sign / (2 * n * math.log(2))) for n in (6, 12))
    assert many < few / 3
    assert many < 1 / (2 * 12 * math.log(2)) / 2


def test_an_estimate_without_its_bias_would_be_noticed():
    assert certify(bias, [{"law": INDEPENDENT, "n": 2}]).counterexample is None
    assert mean_estimate(INDEPENDENT, 2) != 0
