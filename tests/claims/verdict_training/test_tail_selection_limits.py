"""The selected mean of an exponential value with an exponential error, against integration."""

import mpmath
import pytest
from flint import fmpq

from infoloop.claims.verdict_training.tail_selection_limits import below_tilt


@pytest.mark.parametrize(("a", "b", "t"), [(2, 1, 1), (3, 2, 5), (3, 1, 2)])
def test_the_selected_mean_is_the_integral(a, b, t):
    def weight(v):
        return a * mpmath.exp(-a * v) * (mpmath.exp(-b * (t - v)) if v < t else 1)

    mass, weighted = (mpmath.quad(lambda v, power=power: v**power * weight(v), [0, t, mpmath.inf]) for power in (0, 1))
    assert below_tilt.exact is not None
    found, bound = below_tilt.exact({"rates": (a, b), "t": fmpq(t)})
    assert abs(float(found.digits(16)) - weighted / mass) < 1e-12
    assert (bound - fmpq(1, a - b)).sign() == 0
