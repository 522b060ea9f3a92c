"""The parts of the claims on contraction, where the answer is known."""

from fractions import Fraction

import pytest
from flint import fmpq

from infoloop.claims.processing.strong_data_processing import (
    UNLIKE,
    divergences,
    dobrushin_exactly,
    erasure_rows,
    eta_of_pair,
    near_worst,
    pushed,
    strong_processing,
    symmetric_eta,
    symmetric_rows,
)
from infoloop.exact.log_sums import log2
from infoloop.information.contraction_coefficients import contraction
from infoloop.probability.channels import channel
from infoloop.probability.numerics import rounding
from infoloop.statements.certification import certify


def test_the_symmetric_coefficient_is_that_of_the_bsc_for_two_symbols():
    assert symmetric_eta(Fraction(1, 2), 2) == Fraction(1, 4)


@pytest.mark.parametrize(("rows", "eta", "worst"), UNLIKE)
def test_coefficients_of_two_outputs_are_those_that_floats_find(rows, eta, worst):
    found = contraction(channel([[int(p.p) / int(p.q) for p in row] for row in rows], "X", "Y"))
    assert abs(float(found.lower) - int(eta.p) / int(eta.q)) <= rounding(1024)
    assert sum(worst) == 1
    if 0 < worst[1] < 1:
        assert eta_of_pair(*rows, worst[1]) == eta > eta_of_pair(*rows, worst[1] + fmpq(1, 1000))


def test_divergences_of_an_output_by_hand():
    half = [fmpq(1, 2)] * 2
    kl, squares = divergences(half, [fmpq(1), fmpq(0)])
    assert ((kl - log2(2)).sign(), squares) == (0, 1)
    assert pushed(half, erasure_rows(fmpq(1, 4))) == [fmpq(3, 8), fmpq(3, 8), fmpq(1, 4)]
    assert dobrushin_exactly(symmetric_rows(fmpq(1, 2), 3)) == fmpq(1, 4)


def test_a_coefficient_that_is_one_percent_too_small_is_refuted():
    case = dict(strong_processing.edges[0])
    assert certify(strong_processing, [case]).counterexample is None
    assert certify(strong_processing, [{**case, "eta": case["eta"] * fmpq(99, 100)}]).counterexample
    assert set(near_worst(*UNLIKE[4])) >= {"rows", "eta", "p", "q"}
