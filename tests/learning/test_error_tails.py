"""Tails of errors: survival functions against mpmath, and their rates against ratios far out."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from infoloop.learning.error_tails import (
    gaussian_log_survival,
    pareto_log_survival,
    weibull_log_survival,
    weibull_tail_rate,
)
from infoloop.probability.numerics import rounding


@pytest.mark.parametrize("x", [-2.0, 0.0, 0.5, 3.0, 30.0])
def test_the_survival_functions_are_the_integrals_of_their_densities(x):
    with mpmath.workdps(30):
        start = max(x, 0)
        weibull = mpmath.quad(
            lambda u: mpmath.mpf(3) / 2 * (u / 2) ** 2 * mpmath.exp(-((u / 2) ** 3)), [start, start + 1, start + 40]
        )
        pareto = mpmath.quad(lambda u: 2 / mpmath.mpf(3) * (1 + u / 3) ** -3, [start, start + 5, mpmath.inf])
        normal = mpmath.erfc(x / (2 * mpmath.sqrt(2))) / 2
        expected = [float(mpmath.log(p)) for p in (weibull, pareto, normal)] if x <= 3 else None
        if expected is None:
            expected = [-(15.0**3), float(mpmath.log(pareto)), float(mpmath.log(normal))]
    found = [weibull_log_survival(x, 3.0, 2.0), pareto_log_survival(x, 2.0, 3.0), gaussian_log_survival(x, 2.0)]
    assert np.abs(np.array(found) - expected).max() <= rounding(8) * max(1, abs(min(expected)))


@pytest.mark.parametrize(("shape", "scale"), [(0.5, 1.0), (1.0, 3.0), (2.0, 1.0)])
def test_the_rate_is_that_of_the_ratio_far_out(shape, scale):
    near, far = (weibull_log_survival(t - 1, shape, scale) - weibull_log_survival(t, shape, scale) for t in (1e4, 1e6))
    rate = float(weibull_tail_rate(shape, scale))
    if rate == 0:
        assert 0 < far < near / 5
    elif rate == np.inf:
        assert far > 50 * near
    else:
        assert abs(far - rate) <= rounding(1) * 1e6


def test_a_number_that_is_none_stays_none():
    for survival in (weibull_log_survival, gaussian_log_survival, lambda x: pareto_log_survival(x, 1.0)):
        assert np.isnan(jax.jit(survival)(jnp.nan))


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: weibull_log_survival(1.0, 0.0), "shape is 0.0"),
        (lambda: weibull_tail_rate(1.0, -1.0), "scale is -1.0"),
        (lambda: pareto_log_survival(1.0, 0.0), "index is 0.0"),
        (lambda: gaussian_log_survival(1.0, 0.0), "deviation is 0.0"),
    ],
)
def test_parameters_out_of_range_are_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()
