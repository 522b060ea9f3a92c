"""Group sizes: estimates against enumeration of groups, intervals against the true size of made logs."""

import itertools

import numpy as np
import pytest

from infoloop.verdict_logs.estimators import Tally
from infoloop.verdict_logs.groups.group_sizes import group_size_for


def tally_of(passes, attempts) -> Tally:
    return Tally(np.arange(len(passes)), np.asarray(attempts), np.asarray(passes))


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
            assert share.estimate == pytest.approx(live[share.size], rel=1e-12)
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


def coverage(logs, problems=60, attempts=8, wanted=0.6) -> tuple[float, float]:
    """Shares of logs whose exact interval holds the size for their problems, and whose by-law one that of the law."""
    draw, held = np.random.default_rng(2), np.zeros(2)
    many = draw.beta(0.8, 1.5, 200_000)

    def size_of(p):
        return next(n for n in range(2, 999) if (1 - p**n - (1 - p) ** n).mean() >= wanted)

    of_law = size_of(many)
    for _ in range(logs):
        p = draw.beta(0.8, 1.5, problems)
        found = group_size_for(tally_of(draw.binomial(attempts, p), [attempts] * problems), wanted, most=64)
        _, low, high = found.by_law
        held += (found.low or 999) <= size_of(p) <= (found.high or 999), (low or 999) <= of_law <= (high or 999)
    return tuple(held / logs)


@pytest.mark.full
def test_the_true_size_is_in_the_exact_interval_as_often_as_it_says_and_sizes_of_the_law_at_least_as_often():
    """A size is whole, so that the approximate interval of it holds it more often than that of the share."""
    exact, by_law = coverage(200)
    assert exact >= 0.95 - 2 * 0.0154
    assert by_law >= 0.95 - 2 * 0.0154
