"""Group sizes: estimates against enumeration of groups, intervals against the true size of made logs."""

import itertools
import math

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.estimators import Tally
from infoloop.verdict_logs.groups.group_sizes import group_size_for


def tally_of(passes, attempts) -> Tally:
    return Tally(np.arange(len(passes)), np.asarray(attempts), np.asarray(passes))


LOGARITHMS = 6  # of factorials, in the two binomials of the share of a problem


def drawn_live(passes, attempts, size) -> float:
    groups = list(itertools.combinations([1] * passes + [0] * (attempts - passes), size))
    return sum(len(set(group)) == 2 for group in groups) / len(groups)


@pytest.mark.slow
def test_up_to_the_attempts_it_is_the_share_of_groups_that_can_be_drawn():
    passes, attempts = [0, 2, 3, 6, 1, 5], [6, 6, 7, 7, 6, 8]
    found = group_size_for(tally_of(passes, attempts), wanted=0.6, most=8)
    live = {n: np.mean([drawn_live(k, m, n) for k, m in zip(passes, attempts, strict=True)]) for n in range(2, 7)}
    assert found.size == min(n for n, share in live.items() if share >= 0.6)
    for share in found.shares:
        if share.size in live:
            assert share.estimate == pytest.approx(live[share.size], rel=rounding(LOGARITHMS * 6))
            assert not share.extrapolated
        assert share.low <= share.estimate <= share.high
    assert (found.attempts, found.problems, found.left_out, found.refused) == (6, 6, 0, False)


@pytest.mark.slow
def test_a_wanted_share_that_no_size_has_is_none():
    found = group_size_for(tally_of([0] * 90 + [4] * 10, [8] * 100), 0.9)
    assert (found.size, found.high, found.extrapolated) == (None, None, True)
    assert found.by_law[0] is None or found.by_law[0] > 8


@pytest.mark.slow
def test_a_few_problems_with_few_attempts_are_left_out():
    found = group_size_for(tally_of([1] + [0, 2, 4, 6, 8] * 6, [2] + [8] * 30), 0.5)
    assert (found.attempts, found.problems, found.left_out) == (8, 30, 1)


@pytest.mark.slow
def test_counts_that_are_too_alike_are_refused_and_have_no_interval():
    found = group_size_for(tally_of([4] * 400, [16] * 400), 0.8)
    assert (found.refused, found.low, found.high) == (True, None, None)
    assert found.size == 5  # 1 - C(12, 5) / C(16, 5) = .82


@pytest.mark.parametrize(
    ("tally", "more", "message"),
    [
        (tally_of([1, 1], [2, 2]), {"wanted": 1.0}, "wanted is 1.0: give a share"),
        (tally_of([1, 1], [2, 2]), {"most": 1}, "most is 1: give a size"),
        (tally_of([1, 1], [1, 2]), {}, "most problems have one attempt"),
    ],
)
def test_bad_input_is_named(tally, more, message):
    with pytest.raises(ValueError, match=message):
        group_size_for(tally, **more)


def wilson_width(share, groups) -> float:
    z2 = 1.959964**2
    return 2 * math.sqrt(z2 * (share * (1 - share) / groups + z2 / 4 / groups**2)) / (1 + z2 / groups)


def coverage(logs, wanted, most, problems=60, attempts=8) -> tuple[np.ndarray, np.ndarray]:
    """Of logs of problems of Beta(0.8, 1.5): shares held by exact intervals, and widths by Wilson's.

    Held are the share at 2, at half of the attempts and at the attempts, the size for these problems, and, by the
    interval under the law, the size of the law. Widths are compared at as many groups as can be drawn.
    """
    draw, held, widths = np.random.default_rng(2), np.zeros(5), np.zeros((2, 3))
    sizes, many = (2, attempts // 2, attempts), draw.beta(0.8, 1.5, 200_000)

    def live(p, n):
        return (1 - p**n - (1 - p) ** n).mean()

    def size_of(p):
        return next(n for n in range(2, 999) if live(p, n) >= wanted)

    of_law = size_of(many)
    for _ in range(logs):
        p = draw.beta(0.8, 1.5, problems)
        found = group_size_for(tally_of(draw.binomial(attempts, p), [attempts] * problems), wanted, most=most)
        shares = {share.size: share for share in found.shares}
        held[:3] += [shares[n].low <= live(p, n) <= shares[n].high for n in sizes]
        ends = (found.low, found.high, size_of(p)), (found.by_law[1], found.by_law[2], of_law)
        held[3:] += [(low or 999) <= min(true, most + 1) and true <= (high or 999) for low, high, true in ends]
        widths[0] += [shares[n].high - shares[n].low for n in sizes]
        widths[1] += [wilson_width(live(p, n), problems * (attempts // n)) for n in sizes]
    return held / logs, widths[0] / widths[1]


@pytest.mark.slow
def test_intervals_within_the_attempts_hold_the_truth_and_are_as_short_as_wilsons():
    """20 logs: fewer than 16 hold it with a risk of 3e-4 where each does with 95 %."""
    held, widths = coverage(20, 0.55, 8)
    assert held.min() >= 16 / 20
    assert widths.max() <= 1.3


@pytest.mark.full
def test_intervals_of_1000_logs_hold_the_truth_as_often_as_they_say():
    """0.936 is 0.95 less two binomial errors of 1000 logs. Sizes are whole, so that the law's is held more often."""
    held, widths = coverage(1000, 0.6, 32)
    assert held.min() >= 0.936
    assert widths.max() <= 1.3


@pytest.mark.full
def test_sizes_beyond_the_attempts_are_held_too():
    """200 logs: four binomial errors are 0.0616."""
    held, _ = coverage(200, 0.75, 64)
    assert held.min() >= 0.95 - 0.0616
