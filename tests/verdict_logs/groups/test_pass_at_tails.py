"""pass@k beyond the attempts: the formula against quadrature, the error on held-out attempts, coverage on made logs."""

import math

import mpmath
import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.estimators import Tally
from infoloop.verdict_logs.groups.pass_at_tails import extrapolate_pass, pass_by_law


def made_log(draw, a=0.5, b=1.5, problems=200, attempts=8) -> Tally:
    return Tally(np.arange(problems), np.full(problems, attempts), draw.binomial(attempts, draw.beta(a, b, problems)))


def test_it_is_the_mean_of_the_law():
    for a, b, k in ((0.5, 2, 3), (1.5, 0.75, 20)):

        def passed(p, a=a, b=b, k=k):
            return (1 - (1 - p) ** k) * p ** (a - 1) * (1 - p) ** (b - 1) / mpmath.beta(a, b)

        with mpmath.workdps(30):
            wanted = float(mpmath.quad(passed, [0, 0.01, 0.5, 1]))
        slack = rounding(4) * math.lgamma(a + b + k)  # four logarithms, of which this is the largest
        assert float(pass_by_law(a, b, k)) == pytest.approx(wanted, abs=slack)


def test_a_log_of_the_law_is_foretold_from_half_of_its_attempts():
    found = extrapolate_pass(made_log(np.random.default_rng(0)))
    assert [value.k for value in found.values] == [16, 32, 64, 128]
    assert all(v.low < v.estimate < v.high < 1 for v in found.values)
    held = found.held_out
    assert held is not None
    assert (held.fitted, held.k, held.refused) == (4, 8, False)
    assert abs(held.error) < 0.1
    assert held.error == held.foretold - held.counted


def test_a_tail_that_is_no_beta_law_is_refused():
    """Half of the problems are never solved, the others now and then: from few attempts the law foretells too much."""
    rates = np.repeat([0.0, 0.08], 3000)
    passes = np.random.default_rng(0).binomial(64, rates)
    held = extrapolate_pass(Tally(np.arange(6000), np.full(6000, 64), passes)).held_out
    assert held is not None
    assert held.refused


def test_bad_input_is_named():
    few, log = Tally(np.arange(1), np.array([8]), np.array([1])), made_log(np.random.default_rng(0))
    with pytest.raises(ValueError, match="there is 1 problem: a law of rates takes two"):
        extrapolate_pass(few)
    with pytest.raises(ValueError, match=r"ks is \(0,\): give whole numbers from 1 on"):
        extrapolate_pass(log, (0,))
    assert extrapolate_pass(made_log(np.random.default_rng(0), attempts=3)).held_out is None


def coverage(logs: int, a: float, b: float, problems: int, attempts: int) -> np.ndarray:
    draw, ks = np.random.default_rng(7), (2 * attempts, 16 * attempts)
    truth, held = [float(pass_by_law(a, b, k)) for k in ks], np.zeros(2)
    for _ in range(logs):
        values = extrapolate_pass(made_log(draw, a, b, problems, attempts), ks).values
        held += [v.low <= x <= v.high for v, x in zip(values, truth, strict=True)]
    return held / logs


def test_the_interval_holds_the_truth_if_the_law_is_the_right_one():
    """40 logs: fewer than 33 hold it with a risk of 6e-4 where each does with 95 %."""
    assert coverage(40, 0.5, 1.5, 60, 3).min() >= 33 / 40  # three attempts: nothing is held out, which halves the work


@pytest.mark.full
@pytest.mark.parametrize(
    ("a", "b", "problems", "attempts"),
    [(0.3, 1.2, 100, 8), (2, 2, 20, 64), (0.5, 1.5, 200, 4)],
)
def test_the_interval_is_calibrated_if_the_law_is_the_right_one(a, b, problems, attempts):
    """The binomial error of 1000 logs is 0.0069: an interval that holds the truth with 95 % is within three of them."""
    held = coverage(1000, a, b, problems, attempts)
    assert held.min() >= 0.93
    assert held.max() <= 0.97


@pytest.mark.full
@pytest.mark.parametrize(("rate", "problems", "attempts"), [(0.1, 100, 8), (0.002, 20, 64)])
def test_where_all_rates_are_alike_the_interval_is_a_bound(rate, problems, attempts):
    """0.936 is 0.95 less two binomial errors of 1000 logs."""
    draw, ks, held, bounds = np.random.default_rng(7), (2 * attempts, 16 * attempts), np.zeros(2), 0
    for _ in range(1000):
        found = extrapolate_pass(made_log(draw, rate * 1e7, (1 - rate) * 1e7, problems, attempts), ks)
        held += [v.low <= 1 - (1 - rate) ** k <= v.high for v, k in zip(found.values, ks, strict=True)]
        bounds += found.bounds
    assert held.min() >= 936
    assert bounds >= 950
