"""Pass rates, entropies and ceilings against exact probabilities: binomial sums in fractions, logarithms by mpmath."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from mpmath import log, mpf

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.estimators import (
    ceiling_by_problem,
    ceiling_by_rate,
    entropy_estimates,
    largest_entropy,
    pass_interval,
    pooled_interval,
    verdict_entropy,
)

COUNTS = [(k, n) for n in range(1, 13) for k in range(n + 1)]


def h(p):
    p = mpf(p.numerator) / p.denominator if isinstance(p, Fraction) else mpf(p)
    return -sum((q * log(q, 2) for q in (p, 1 - p) if q), mpf(0))


def binomial(n, p):
    return [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]


def test_at_the_ends_of_an_interval_the_count_is_just_rejected():
    low, high = pass_interval(*zip(*COUNTS, strict=True), 0.9)
    for (k, n), a, b in zip(COUNTS, low, high, strict=True):
        assert a == 0 if k == 0 else abs(sum(binomial(n, a)[k:]) - 0.05) < rounding(n)
        assert b == 1 if k == n else abs(sum(binomial(n, b)[: k + 1]) - 0.05) < rounding(n)


def test_the_interval_of_the_normal_approximation_would_be_noticed():
    wrong = 4 / 8 - 1.644854 * math.sqrt(0.5 * 0.5 / 8)
    assert abs(sum(binomial(8, wrong)[4:]) - 0.05) > 1e9 * rounding(8)


def wilson_width(k, n):
    z, p = 1.959963984540054, k / n
    return 2 * z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / 4 / n**2)


@pytest.mark.parametrize("n", [1, 2, 4, 8, 16, 64, 1000])
def test_exact_intervals_are_not_much_wider_than_wilsons_approximate_ones(n):
    wilson = sum(wilson_width(k, n) for k in range(n + 1))
    low, high = pass_interval(range(n + 1), [n] * (n + 1))
    assert wilson < (high - low).sum() <= 1.3 * wilson
    if n > 4:  # a pass wider than one problem's at either end
        ends = [pooled_interval([k], [n]) for k in range(n + 1)]
        assert wilson < sum(high - low for low, high in ends) <= 1.3 * wilson


def test_entropies_are_those_of_mpmath_and_zero_at_the_ends():
    rates = [Fraction(k, 16) for k in range(17)]
    found = verdict_entropy([float(p) for p in rates])
    assert max(abs(float(b - h(p))) for p, b in zip(rates, found, strict=True)) < rounding(2)
    assert (found[0], found[8], found[16]) == (0, 1, 0)


def test_the_largest_entropy_of_an_interval_is_that_of_a_fine_grid():
    ends = np.arange(17) / 16
    for low, high in itertools.combinations_with_replacement(ends, 2):
        assert largest_entropy(low, high) == verdict_entropy(ends[(ends >= low) & (ends <= high)]).max()


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 8, 64, 1001])
def test_no_verdict_moves_the_entropy_more_than_the_first_and_none_takes_it_above_the_middle(n):
    bits = [h(Fraction(k, n)) for k in range(n + 1)]
    assert max(abs(b - a) for a, b in itertools.pairwise(bits)) <= bits[1] + rounding(n)
    assert max(bits) == bits[n // 2]


def bound(passes, attempts, delta, bias=True, deviation=True) -> float:
    """`ceiling_by_problem` in plain Python, on purpose without one of its parts."""
    total, spread = 0.0, 0.0
    for k, n in zip(passes, attempts, strict=True):
        total += n * (h(Fraction(k, n)) + bias * log(1 + mpf(1) / n, 2))
        step, span = n * h(Fraction(1, n)), n * h(Fraction(n // 2, n))
        spread += min(n * step**2, span**2)
    return float(total + deviation * math.sqrt(math.log(1 / delta) * spread / 2))


def probability_to_fail(ceiling, attempts, rates) -> Fraction:
    """The exact probability that the entropy of all verdicts exceeds the ceiling."""
    truth = float(sum(n * h(p) for n, p in zip(attempts, rates, strict=True)))
    laws = [binomial(n, p) for n, p in zip(attempts, rates, strict=True)]
    return sum(
        (
            math.prod(law[k] for law, k in zip(laws, passes, strict=True))
            for passes in itertools.product(*(range(n + 1) for n in attempts))
            if truth > ceiling(passes) + rounding(sum(attempts))
        ),
        Fraction(0),
    )


HALF, TENTH = Fraction(1, 2), Fraction(1, 10)
DESIGNS = [
    ((2, 2, 2, 2), (HALF,) * 4),
    ((8, 8), (TENTH, HALF)),
    ((1, 1, 1, 4), (HALF, TENTH, 1 - TENTH, Fraction(1, 3))),
    ((12,), (Fraction(1, 50),)),
]


@pytest.mark.parametrize(("attempts", "rates"), DESIGNS)
@pytest.mark.parametrize("delta", [Fraction(1, 2), Fraction(1, 20)])
def test_both_ceilings_fail_no_more_often_than_they_say(attempts, rates, delta):
    for ceiling in (ceiling_by_problem, ceiling_by_rate):
        assert probability_to_fail(lambda k, c=ceiling: c(k, attempts, float(1 - delta)), attempts, rates) <= delta


@pytest.mark.parametrize(("without", "delta"), [("bias", Fraction(1, 2)), ("deviation", Fraction(1, 20))])
def test_without_either_part_the_ceiling_would_fail_more_often(without, delta):
    attempts, rates = DESIGNS[0]
    wrong = probability_to_fail(lambda k: bound(k, attempts, delta, **{without: False}), attempts, rates)
    assert wrong > delta


def test_the_ceiling_is_that_of_plain_python_where_each_bound_on_the_deviation_is_the_smaller():
    passes, attempts = (0, 1, 2, 40, 0), (2, 2, 5, 100, 64)
    assert abs(bound(passes, attempts, 0.125) / ceiling_by_problem(passes, attempts, 0.875) - 1) < rounding(64)


def test_the_bias_of_the_plug_in_is_at_most_what_is_charged():
    for n, p in itertools.product((1, 2, 5, 16), (TENTH, HALF, Fraction(1, 3))):
        mean = sum(w.numerator * h(Fraction(k, n)) / w.denominator for k, w in enumerate(binomial(n, p)))
        assert -rounding(n) < h(p) - mean < log(1 + mpf(1) / n, 2) + rounding(n)


def probability_outside(ends, rates) -> tuple[Fraction, Fraction]:
    """How probable it is that the mean rate is above, and below, the interval of the sum; one attempt at each rate."""
    law = [Fraction(1)]
    for p in rates:
        law = [a * (1 - p) + b * p for a, b in zip([*law, 0], [0, *law], strict=True)]
    mean = sum(rates) / len(rates)
    outside = [(mean > Fraction(high), mean < Fraction(low)) for low, high in map(ends, range(len(law)))]
    above, below = (sum((w for w, out in zip(law, outside, strict=True) if out[k]), Fraction(0)) for k in (0, 1))
    return above, below


@pytest.mark.parametrize("confidence", [0.2, 0.95])
def test_unequal_rates_leave_the_pooled_interval_no_more_often_than_it_says(confidence):
    allowed = (1 - Fraction(confidence)) / 2
    grid = [Fraction(0), TENTH, Fraction(9, 20), Fraction(11, 20), 1 - TENTH, Fraction(1)]
    for n in (2, 5):
        for rates in itertools.combinations_with_replacement(grid, n):
            assert max(probability_outside(lambda k, n=n: pooled_interval([k], [n], confidence), rates)) <= allowed


def test_clopper_and_pearson_alone_would_be_left_more_often():
    plain = probability_outside(
        lambda k: [float(x[0]) for x in pass_interval([k], [2], 0.2)], [Fraction(1), Fraction(11, 20)]
    )
    assert plain == (Fraction(9, 20), 0)


def test_the_estimates_are_sums_over_problems_and_the_correction_counts_those_with_both_verdicts():
    plug_in, corrected = entropy_estimates([0, 1, 3, 5], [4, 4, 4, 5])
    assert abs(plug_in - 8 * float(h(Fraction(1, 4)))) < rounding(16)
    assert abs(corrected - plug_in - 2 / math.log(4)) < rounding(16)


@pytest.mark.parametrize(
    ("passes", "attempts"),
    [([3], [2]), ([-1], [2]), ([0], [0]), ([0.5], [1]), ([math.nan], [1]), ([], []), ([1], [1, 1])],
)
def test_counts_that_are_none_are_refused(passes, attempts):
    with pytest.raises(ValueError, match="give two lists of whole numbers"):
        pass_interval(passes, attempts)


@pytest.mark.parametrize("confidence", [0, 1, -0.5, 95, math.nan])
def test_a_confidence_outside_is_refused(confidence):
    with pytest.raises(ValueError, match="give a number above 0 and below 1"):
        pass_interval([1], [2], confidence)
