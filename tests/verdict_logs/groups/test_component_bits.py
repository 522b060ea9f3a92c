"""Information of components against counting by hand, and the bound for those of many values on random laws."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
import scipy

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.groups.component_bits import bits_about_verdict, signed_root_bits
from tests.support.hand_made_groups import table_of, table_of_array

MEASURED = [("component", "bonus"), ("verdict", "tests")]


def information(pairs):
    """I(c; V) of the rollouts, by counting."""
    n, both = len(pairs), Counter(pairs)
    first, second = Counter(c for c, _ in pairs), Counter(v for _, v in pairs)
    return sum(k / n * math.log2(k * n / first[c] / second[v]) for (c, v), k in both.items())


@pytest.mark.parametrize(
    "values", [(0.0, 1.0), (-1.0, 1.0), (0.0, 0.2), (0.1, 0.7), (1.0, 3.0), (1e6 + 0.3, 1e6 + 0.9)]
)
def test_of_a_component_of_two_values_it_is_counted_exactly(values):
    low, high = values
    groups = [[[high, 1], [low, 0], [high, 0], [high, 1]], [[low, 0], [low, 0], [high, 1], [low, 1]], [[low, 0]] * 3]
    found = bits_about_verdict(table_of(groups, MEASURED), "bonus")
    pairs = [tuple(r) for g in groups for r in g]
    assert found.bits.value == pytest.approx(information(pairs), abs=rounding(4))
    assert found.bias == pytest.approx(1 / (2 * math.log(2) * 11), rel=rounding(4))
    assert found.at_least < found.bits.value


def test_of_three_values_there_is_only_a_bound():
    groups = [[[0.0, 0], [0.5, 0], [1.0, 1], [0.5, 1]]] * 3
    found = bits_about_verdict(table_of(groups, MEASURED), "bonus")
    assert math.isnan(found.bits.value)
    c, v = np.array(groups[0]).T
    bound = 2 / math.log(2) * np.cov(c, v, ddof=0)[0, 1] ** 2 / c.var()
    assert found.at_least == pytest.approx(bound, rel=rounding(12))
    assert 0 < found.at_least < 0.5  # the information itself: 1 at the ends, 0 in the middle, half of the time each


def test_the_bound_holds_of_every_law_and_is_nearly_attained_by_weak_ones():
    random, ratios = np.random.default_rng(3), []
    for strength, _ in itertools.product((0.05, 0.5, 1.0), range(200)):
        share, values = random.dirichlet(np.ones(4)), random.normal(size=4)
        right = 0.5 + strength * (random.random(4) - 0.5)
        law = np.stack([share * (1 - right), share * right])
        bits = (law * np.log2(law / law.sum(0) / law.sum(1, keepdims=True))).sum()
        mean, v = share @ values, law[1].sum()
        bound = 2 / math.log(2) * ((law[1] @ values - mean * v) ** 2) / (share @ (values - mean) ** 2)
        ratios.append(bound / bits)
    assert 0.98 < max(ratios) <= 1


def test_difficulty_feigns_information_over_all_rollouts_but_not_within_groups():
    """Easy problems have long answers; within a problem length and being right are independent."""
    random = np.random.default_rng(5)
    easy = random.random(4000) < 0.5
    right = random.random((4000, 8)) < np.where(easy, 0.9, 0.1)[:, None]
    bonus = random.random((4000, 8)) < np.where(easy, 0.9, 0.1)[:, None]
    found = bits_about_verdict(table_of_array(np.stack([bonus, right], 2).astype(float), MEASURED), "bonus")
    assert found.bits.low > 0.3
    drawn = 5**2 / (4000 * 7)  # a squared correlation of independent numbers, at five standard errors
    assert found.at_least_within < 2 / math.log(2) * 0.25 * drawn  # no verdict varies more than that of a fair coin


def test_the_bound_within_groups_is_that_of_the_law_for_small_groups_too():
    """Within each problem the correlation is .6, and p = 1/2; sums over n - 1 make up for groups of 3."""
    random = np.random.default_rng(6)
    right = random.random((20000, 3)) < 0.5
    bonus = np.where(random.random((20000, 3)) < 0.6, right, random.random((20000, 3)) < 0.5)
    found = bits_about_verdict(table_of_array(np.stack([bonus, right], 2).astype(float), MEASURED), "bonus")
    assert found.at_least_within == pytest.approx(2 / math.log(2) * 0.25 * 0.36, rel=0.05)


def test_without_a_verdict_or_without_a_choice():
    assert math.isnan(bits_about_verdict(table_of([[[1.0]]], MEASURED[:1]), "bonus").bits.value)
    assert math.isnan(bits_about_verdict(table_of([[[1.0, math.nan]]], MEASURED), "bonus").at_least)
    same = bits_about_verdict(table_of([[[1.0, 0], [1.0, 1]]], MEASURED), "bonus")
    assert (same.bits.value, same.bits.high, same.at_least) == (0, 0, 0)
    with pytest.raises(ValueError, match="no component 'bonuss': did you mean bonus"):
        bits_about_verdict(table_of([[[1.0, 0]]], MEASURED), "bonuss")


def test_bits_are_about_the_first_verdict():
    groups = [[[1.0, 1, 0], [0.0, 0, 0], [1.0, 0, 1], [0.0, 0, 1]]] * 3
    found = bits_about_verdict(table_of(groups, [*MEASURED, ("verdict", "judge")]), "bonus")
    assert found.bits.value == pytest.approx(information([(1, 1), (0, 0), (1, 0), (0, 0)]), rel=rounding(4))


def test_where_the_verdict_never_moves_the_plug_in_has_no_bias():
    assert bits_about_verdict(table_of([[[1.0, 0], [0.0, 0]]] * 3, MEASURED), "bonus").bias == 0


def test_the_bound_within_groups_is_counted_by_loops_and_the_scale_of_a_component_does_not_matter():
    groups = [[[3.0, 1], [1.0, 0], [2.5, 0]], [[0.5, 1], [7.0, 1], [4.0, 0], [4.0, 1]], [[2.0, 0], [9.0, 0]]]
    both, square, rollouts = 0.0, 0.0, 0
    for group in groups:
        n, (c, v) = len(group), zip(*group, strict=True)
        away = [(x - sum(c) / n, y - sum(v) / n) for x, y in zip(c, v, strict=True)]
        both += n / (n - 1) * sum(x * y for x, y in away)
        square += n / (n - 1) * sum(x * x for x, _ in away)
        rollouts += n
    found = bits_about_verdict(table_of(groups, MEASURED), "bonus").at_least_within
    assert found == pytest.approx(2 / math.log(2) * both**2 / square / rollouts, rel=rounding(16))
    tenfold = table_of([[[10 * c, v] for c, v in group] for group in groups], MEASURED)
    assert bits_about_verdict(tenfold, "bonus").at_least_within == pytest.approx(found, rel=rounding(16))


def signed_root(tables):
    both, first, second, n = (sum(column) for column in zip(*tables, strict=True))
    counts = {(1, 1): both, (1, 0): first - both, (0, 1): second - both, (0, 0): n - first - second + both}
    bits = information([pair for pair, many in counts.items() for _ in range(many)])
    return math.copysign(math.sqrt(2 * math.log(2) * bits), both * n - first * second)


@pytest.mark.parametrize("confidence", [0.5, 0.8])
@pytest.mark.parametrize(
    "tables",
    [
        [(4, 5, 4, 9), (3, 4, 4, 8), (5, 6, 5, 9), (2, 2, 4, 8)],
        [(0, 4, 4, 8), (3, 4, 3, 8), (2, 4, 4, 8), (3, 4, 4, 8), (1, 4, 4, 8)],
        [(8, 8, 8, 16), (8, 8, 8, 16), (5, 8, 8, 16), (8, 8, 8, 16)],
    ],
    ids=["they go together", "with either sign", "more than a bit"],
)
def test_the_interval_is_that_of_the_signed_root_with_each_group_left_out(tables, confidence):
    """About 0 both signs are inside, and the least is 0; no end is above the one bit that a verdict has."""
    many, root = len(tables), [signed_root([*tables[:g], *tables[g + 1 :]]) for g in range(len(tables))]
    spread = math.sqrt((many - 1) / many * sum((one - sum(root) / many) ** 2 for one in root))
    reach = float(scipy.stats.t.ppf((1 + confidence) / 2, many - 1)) * spread
    ends = [signed_root(tables) + sign * reach for sign in (-1, 1)]
    squares = sorted(end * end / 2 / math.log(2) for end in ends)
    wanted = (0.0 if ends[0] < 0 < ends[1] else squares[0], min(squares[1], 1.0))
    found = signed_root_bits(np.array(tables, float), confidence)
    assert (found.low, found.high) == pytest.approx(wanted, rel=rounding(64))
    groups = [
        [[1, 1]] * a + [[1, 0]] * (b - a) + [[0, 1]] * (c - a) + [[0, 0]] * (n - b - c + a) for a, b, c, n in tables
    ]
    assert bits_about_verdict(table_of(groups, MEASURED), "bonus", confidence).bits == found


@pytest.mark.slow
@pytest.mark.parametrize("keeps", [0.0, 0.1, 0.6])
def test_intervals_hold_the_information_between_93_and_97_percent_of_the_time(keeps):
    """Also where there is none. The rates differ between groups; the truth is summed over them by hand."""
    random, runs, held = np.random.default_rng(8), 1000, 0
    both = 0.5 * (keeps + (1 - keeps) * 0.5)
    truth = 2 * sum(p * math.log2(4 * p) for p in (both, 0.5 - both))
    for _ in range(runs):
        right = random.random((150, 8)) < random.random((150, 1))
        bonus = np.where(random.random((150, 8)) < keeps, right, random.random((150, 8)) < 0.5)
        both, first, second = (right & bonus).sum(1), bonus.sum(1), right.sum(1)
        found = signed_root_bits(np.stack([both, first, second, np.full(150, 8)], 1).astype(float))
        held += found.low <= truth + rounding(8) and truth <= found.high
    assert 0.93 <= held / runs <= 0.97
