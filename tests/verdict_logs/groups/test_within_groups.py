"""Centred sums against fractions, and the coverage of jackknife intervals over groups of unequal size."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.groups.within_groups import (
    MOST_BLOCKS,
    centred_products,
    jackknife_interval,
    measured_names,
    measured_place,
    ratio_interval,
    whole_groups,
)
from tests.support.hand_made_groups import table_of

MEASURED = [("component", "length_bonus"), ("verdict", "tests"), ("reward", "reward")]
GROUPS = [
    [[0.5, 1, 1.5], [0.25, 0, 0.25], [0.75, 1, 1.75]],
    [[0.1, 0, 0.1], [0.1, 0, 0.1], [0.1, 0, 0.1]],
    [[math.nan, 1, 1.0], [0.5, 0, 0.5]],
]


def centred(rollouts, a, b):
    n = len(rollouts)
    x, y = ([Fraction(r[k]) for r in rollouts] for k in (a, b))
    return sum((u - sum(x) / n) * (v - sum(y) / n) for u, v in zip(x, y, strict=True))


def test_centred_sums_are_those_of_fractions():
    table = table_of(GROUPS, MEASURED)
    found = centred_products(table, [0, 1, 2], np.array([True, True, False]))
    for g, a, b in itertools.product((0, 1), range(3), range(3)):
        assert found[g, a, b] == pytest.approx(float(centred(GROUPS[g], a, b)), abs=rounding(8))


def test_where_nothing_moves_they_are_exactly_zero_which_the_products_are_not():
    table = table_of(GROUPS, MEASURED)
    naive = table.products[0][0][1] - table.total[1, 0] ** 2 / 3
    assert naive != 0
    assert not centred_products(table, [0, 2], np.array([False, True, False])).any()


def test_of_a_number_that_moves_and_one_that_does_not_they_are_exactly_zero_too():
    rows = [[0.1, 0, 0.3], [0.1, 0, 0.7], [0.1, 0, 0.1]]
    table = table_of([rows], MEASURED)
    assert float(sum(a * c for a, _, c in rows)) - table.total[0, 0] * table.total[0, 2] / 3 != 0
    found = centred_products(table, [0, 2], np.array([True]))
    assert (found[0, 0, 1], found[0, 1, 1] > 0) == (0, True)


def test_a_group_with_a_gap_is_not_whole():
    table = table_of(GROUPS, MEASURED)
    assert whole_groups(table, [0, 1]).tolist() == [True, True, False]
    assert whole_groups(table, [1, 2]).tolist() == [True, True, True]


def test_of_some_numbers_a_whole_group_may_have_none_but_not_of_all_of_them():
    nan = math.nan
    groups = [[[1, nan, 0], [0, nan, 1]], [[nan, nan, 0], [nan, nan, 1]], [[1, nan, 0], [nan, nan, 1]]]
    assert whole_groups(table_of(groups, MEASURED), [2], [0, 1]).tolist() == [True, False, False]


def test_numbers_are_found_by_kind_and_name_and_unknown_ones_are_named():
    table = table_of(GROUPS, MEASURED)
    assert measured_names(table, "verdict") == ("tests",)
    assert (measured_place(table, "reward"), measured_place(table, "verdict", "tests")) == (2, 1)
    with pytest.raises(ValueError, match="the log has no verdict 'test': did you mean tests\\?; of this kind it has"):
        measured_place(table, "verdict", "test")
    with pytest.raises(ValueError, match="the log has no length; of this kind it has none"):
        measured_place(table, "length")


def test_of_few_groups_it_leaves_out_one_each():
    x, y = [1.0, 2.0, 4.0, 3.0, 7.0], [2.0, 5.0, 4.0, 9.0, 8.0]
    whole = [(sum(x) - a) / (sum(y) - b) for a, b in zip(x, y, strict=True)]
    spread = math.sqrt(4 / 5 * sum((one - sum(whole) / 5) ** 2 for one in whole))
    found = ratio_interval(np.array(x), np.array(y))
    assert found.value == pytest.approx(17 / 28, rel=rounding(8))
    beyond = 4 * 0.975 * 0.025  # of Student's law with 4 degrees, whose quantiles are roots of a cubic equation
    quantile = 2 * math.sqrt(math.cos(math.acos(math.sqrt(beyond)) / 3) / math.sqrt(beyond) - 1)
    assert (found.high - found.low) / 2 == pytest.approx(quantile * spread, rel=rounding(8))


def test_many_groups_are_put_together_and_the_width_stays():
    random = np.random.default_rng(1)
    x = random.normal(1, 1, (20 * MOST_BLOCKS, 1))
    found = jackknife_interval(np.hstack([x, np.ones_like(x)]), lambda s: s[..., 0] / s[..., 1])
    assert (found.high - found.low) / 2 == pytest.approx(1.966 * x.std() / math.sqrt(len(x)), rel=0.12)  # 3 sd


def test_what_is_left_over_from_whole_rounds_of_blocks_is_in_the_first_ones():
    x = np.arange(1.0, MOST_BLOCKS + 4)
    y = np.ones_like(x)
    y[-3:] = 400.0
    found = ratio_interval(x, y)
    blocks = [[k, MOST_BLOCKS + k] if k < 3 else [k] for k in range(MOST_BLOCKS)]
    without = [(x.sum() - x[one].sum()) / (y.sum() - y[one].sum()) for one in blocks]
    spread = math.sqrt(399 / 400 * sum((one - sum(without) / 400) ** 2 for one in without))
    quantile, digit = 1.965927, 1e-6  # of Student's law with 399 degrees, 97.5 %
    assert (found.high - found.low) / 2 == pytest.approx(quantile * spread, abs=digit / 2 * spread)


def test_too_few_groups_have_no_ends():
    assert ratio_interval(np.array([1.0]), np.array([2.0]))[0] == 0.5
    assert math.isnan(ratio_interval(np.array([1.0]), np.array([2.0])).low)
    assert math.isnan(ratio_interval(np.array([1.0, 0.0]), np.array([2.0, 0.0])).high)
    assert math.isnan(ratio_interval(np.zeros(0), np.zeros(0)).value)
    assert math.isnan(jackknife_interval(np.array([[3.0]]), lambda s: s[..., 0]).high)  # what is left is a number
    with pytest.raises(ValueError, match="confidence is 95"):
        ratio_interval(np.ones(3), np.ones(3), 95)


@pytest.mark.slow
@pytest.mark.parametrize("many", [40, 1000])
def test_intervals_hold_a_ratio_between_93_and_97_percent_of_the_time(many):
    """Groups of unequal size whose rollouts share a mean, with another one for each group."""
    random, held, runs = np.random.default_rng(many), 0, 2000
    for _ in range(runs):
        size = random.integers(2, 17, many)
        shared = random.beta(2, 3, many)
        found = ratio_interval(random.binomial(size, shared).astype(float), size.astype(float))
        held += found.low <= 0.4 <= found.high
    assert 0.93 <= held / runs <= 0.97
