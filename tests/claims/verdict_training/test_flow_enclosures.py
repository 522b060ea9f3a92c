"""Certain enclosures of softmax flows against the library's flows, which are one quadrature on the known curve."""

import numpy as np
import pytest
from flint import arb

from infoloop.claims.verdict_training.flow_enclosures import flow_number
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.pass_rate_objectives import attempts_slope, group_slope, log_rate_slope
from infoloop.learning.verdict_flows import softmax_flow


@pytest.mark.slow
@pytest.mark.parametrize(
    ("objective", "slope"),
    [
        (("pass@k", 2), attempts_slope(2)),
        pytest.param(("log p", 1), log_rate_slope, marks=pytest.mark.full),
        pytest.param(("group", 4), group_slope(4), marks=pytest.mark.full),
    ],
)
def test_flows_are_in_the_enclosures(objective, slope):
    base, right = [fmpq(1, 2), fmpq(1, 8), fmpq(3, 8)], (1, 1, 0)
    found = softmax_flow([0.5, 0.125, 0.375], np.array(right, float), 0.5, slope)
    for y in range(3):
        share = flow_number(
            lambda z, y=y: z[y].exp() / sum((x.exp() for x in z), arb(0)), base, right, objective, fmpq(1, 2)
        )
        assert abs(float(share.enclosure(64)) - float(found[y])) < 1e-13
