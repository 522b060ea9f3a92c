"""What a round can bring at most: the capacity of its verdict, and never less than what it brings."""

import math

import pytest
from mpmath import log, mpf

from infoloop.pipelines.pipeline_audit import audit
from infoloop.probability.numerics import rounding
from tests.support.measured_pipelines import fano_of, numbers_of, verifier

CELLS = 2**14  # of the largest laws asked for here


def binary_entropy(p: float) -> float:
    return float(-mpf(p) * log(p, 2) - (1 - mpf(p)) * log(1 - mpf(p), 2))


@pytest.mark.slow
@pytest.mark.parametrize("error", [0.05, 0.25])
def test_rounds_to_a_target_error_are_its_bits_over_the_capacity_of_a_verdict(error):
    fano = fano_of(numbers_of(audit(verifier(0.875, 0.125), error=error)))
    needed, most = 1 - binary_entropy(error), 1 - binary_entropy(0.125)
    assert abs(fano.needed - needed) <= rounding(CELLS)
    assert abs(fano.most - most) <= rounding(CELLS)
    assert fano.rounds == math.ceil(needed / most)
    assert (fano.held, fano.informed_at, fano.reached_at) == (0.0, None, None)


@pytest.mark.slow
def test_the_fewest_rounds_are_a_bound(learned):
    fano, bits = fano_of(learned[1]), [r.after for r in learned[1].rounds]
    assert fano.most >= max(sum(term.bits for term in r.terms) for r in learned[1].rounds)
    assert fano.rounds is None or all(after < fano.needed for after in bits[: fano.rounds - 1])
