"""The parts of the claims on bottlenecks, where the answer is known."""

from dataclasses import replace

import jax
import pytest
from flint import fmpq

from infoloop.claims.processing.bottlenecks import (
    ball_entropy,
    bottleneck_curve,
    entropy_inverse,
    gerber_bound,
    mrs_gerber,
)
from infoloop.exact.comparison import UNDECIDED
from infoloop.exact.log_sums import exact_binary_entropy
from infoloop.statements.certification import certify


@pytest.mark.full
def test_gerber_keeps_nothing_at_crossover_one_half():
    assert abs(gerber_bound(jax.numpy.array(0.5), 0.5)) < UNDECIDED


def test_the_inverse_of_an_entropy_is_enclosed_to_any_precision():
    rate = entropy_inverse(exact_binary_entropy(fmpq(3, 10)))
    ball = rate.enclosure(256)
    assert (ball * 10 - 3).contains(0)
    assert ball.rel_accuracy_bits() > 200
    assert (ball_entropy(rate) - exact_binary_entropy(fmpq(2999999, 10**7))).sign() == 1


def test_a_bound_for_another_crossover_is_refuted_where_it_was_equal():
    exact = mrs_gerber.exact
    assert exact

    def tighter(case):
        return exact(case)[0], exact({**case, "p": case["p"] + fmpq(1, 100)})[1]

    assert certify(replace(mrs_gerber, exact=tighter), mrs_gerber.edges).counterexample


def test_gaussian_bottlenecks_have_their_threshold_at_the_largest_correlation():
    found = certify(bottleneck_curve)
    assert (found.counterexample, found.equal) == (None, 0)
    assert found.strict > 50
