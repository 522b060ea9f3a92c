"""pass@k of a log against all subsets of its attempts, and the coverage of its intervals against every log there is."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.estimators import pooled_interval
from infoloop.verdict_logs.pass_at_intervals import pass_estimate, pass_estimates


def share_with_a_pass(passes, attempts, k):
    subsets = list(itertools.combinations([1] * passes + [0] * (attempts - passes), k))
    return Fraction(sum(map(any, subsets)), len(subsets))


def test_it_is_the_share_of_subsets_with_a_pass():
    passes, attempts = [0, 1, 3, 5, 1], [5, 6, 7, 5, 6]
    for k in range(1, 6):
        each = [share_with_a_pass(c, n, k) for c, n in zip(passes, attempts, strict=True)]
        assert pass_estimate(passes, attempts, k).estimate == pytest.approx(float(sum(each) / 5), rel=rounding(1))


def coverage(attempts, rates, k, confidence):
    """The probability of all logs whose interval holds pass@k."""
    truth, held = np.mean([1 - (1 - p) ** k for p in rates]), 0.0
    for passes in itertools.product(*(range(n + 1) for n in attempts)):
        found = pass_estimate(passes, attempts, k, confidence)
        assert 0 <= found.low <= found.estimate <= found.high <= 1
        masses = zip(passes, attempts, rates, strict=True)
        mass = math.prod(math.comb(n, c) * p**c * (1 - p) ** (n - c) for c, n, p in masses)
        held += mass * (found.low <= truth <= found.high)
    return held


@pytest.mark.slow
@pytest.mark.parametrize("k", [1, 2, 4])
def test_intervals_miss_no_more_often_than_they_say(k):
    """At a low confidence, at which they are short."""
    for attempts in ((4, 4, 4), (4, 9, 5)):
        for rates in ((0.1, 0.1, 0.1), (0.02, 0.5, 0.97), (0.3, 0.6, 0.6)):
            assert coverage(attempts, rates, k, 0.2) >= 0.2


def wilson_width(share, n):
    """At 95 %."""
    z = 1.959963984540054
    return 2 * z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)


def test_widths_are_near_those_of_wilson_for_as_many_groups():
    passes, attempts = [2, 0, 7, 1] * 500, [8] * 2000
    for found in pass_estimates(passes, attempts):
        assert found.low < found.estimate < found.high
        groups = 2000 * (8 // found.k)
        assert found.high - found.low <= 1.05 * wilson_width(found.estimate, groups)
    assert pass_estimate(passes, attempts, 1)[2:] == pooled_interval(passes, attempts)


def test_all_failed_and_all_passed_have_ends_on_one_side():
    """80 groups of 4: the end is where 80 groups without a pass have a probability of 2.5 %."""
    failed, passed = pass_estimate([0] * 40, [8] * 40, 4), pass_estimate([8] * 40, [8] * 40, 4)
    assert (failed.estimate, failed.low) == (0, 0)
    assert (passed.estimate, passed.high) == (1, 1)
    assert failed.high == pytest.approx(1 - 0.025 ** (1 / 80), rel=rounding(8))
    assert passed.low == pytest.approx(1 - failed.high, rel=rounding(8))


@pytest.mark.full
@pytest.mark.parametrize(("attempts", "k"), [((8,) * 100, 2), ((8,) * 100, 8), ((8, 16) * 50, 1), ((5, 9, 30) * 40, 4)])
def test_over_1000_logs_intervals_hold_and_are_short(attempts, k):
    """.95 is held, less four deviations of 1 000 logs; in the mean at most 1.3 times as wide as Wilson's."""
    draw, n = np.random.default_rng(k), np.array(attempts)
    held, ratio = 0, []
    for _ in range(1000):
        rates = draw.beta(0.3, 1.2, n.size)
        found = pass_estimate(draw.binomial(n, rates), n, k)
        truth = (1 - (1 - rates) ** k).mean()
        held += found.low <= truth <= found.high
        ratio.append((found.high - found.low) / wilson_width(found.estimate, n.size * (n.min() // k)))
    assert held / 1000 >= 0.95 - 4 * math.sqrt(0.95 * 0.05 / 1000)
    assert np.mean(ratio) <= 1.3


def test_it_ends_at_the_least_number_of_attempts():
    assert [found.k for found in pass_estimates([1, 2], [6, 9])] == [1, 2, 4, 6]
    assert [found.k for found in pass_estimates([1], [1])] == [1]
    assert pass_estimates([1], [5000])[-1].k == 1024


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="k is 9 and a problem has n = 8 attempts: no unbiased estimator"):
        pass_estimate([0, 1], [8, 9], 9)
    with pytest.raises(ValueError, match="k is 0: give a whole number from 1 on"):
        pass_estimate([0], [8], 0)
    with pytest.raises(ValueError, match="confidence is 95"):
        pass_estimate([0], [8], 1, 95)
    with pytest.raises(ValueError, match=r"passes .* of attempts"):
        pass_estimate([9], [8], 1)
