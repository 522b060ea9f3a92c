"""The exact flow by other routes, and the numbers that the chapter quotes."""

from fractions import Fraction

import numpy as np
import scipy.linalg

from infoloop.claims.components.feature_learning_end import clean_share, ends_exactly, least_norm_exactly
from infoloop.claims.components.feature_learning_order import flow_exactly
from infoloop.probability.numerics import rounding
from tests.support.exact_values import exact_float

CELLS = 64


def test_the_exact_flow_is_that_of_a_matrix_exponential():
    a, kept, t = np.array([2.0, 0.5]), np.array([0.75, 0.5]), 1.5
    c = a * kept
    covariance = np.outer(c, c) + np.diag(a**2 - c**2)
    inverse = np.linalg.inv(covariance)
    expected = a * (inverse @ (np.eye(2) - scipy.linalg.expm(-covariance * t)) @ c)
    found = [exact_float(v) for v in flow_exactly(["2", "1/2"], ["1/8", "1/4"], "3/2")]
    assert np.abs(found - expected).max() < rounding(CELLS)


def test_the_flow_ends_at_least_squares_and_at_the_closed_form():
    crossovers = ["1/8", "1/4", "3/8"]
    last = [exact_float(v) for v in flow_exactly(["1", "2", "1"], crossovers, "200")]
    solved = [int(x.p) / int(x.q) for x in ends_exactly(["1", "2", "1"], crossovers)]
    closed = clean_share([1 - 2 * float(Fraction(e)) for e in crossovers])
    assert np.abs(np.subtract(last, solved)).max() < rounding(CELLS)
    assert np.abs(np.subtract(closed, solved)).max() < rounding(CELLS)


def test_of_three_others_exactly_one_wrong_the_flow_shares():
    together = dict.fromkeys([(1, 2), (1, 3), (2, 3)], Fraction(-1, 3))
    last = [exact_float(v) for v in flow_exactly(["1"] * 4, ["0", *["1/3"] * 3], "200", dependent=together)]
    shared = least_norm_exactly([[1, -1, 1, 1], [1, 1, -1, 1], [1, 1, 1, -1]])
    assert np.abs(np.subtract(last, [float(Fraction(str(x))) for x in shared])).max() < rounding(CELLS)


def test_the_fast_feature_of_the_text_is_as_fast_as_it_says():
    assert round((10**2 * (1 - 2 / 10)) / ((1 / 12) ** 2 * (1 - 2 / 9))) == 14811
