"""Two runs against differences by hand, planted changes and none, and both tests by their definitions."""

import collections
import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import scipy

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.groups.run_comparison import compare_runs, holm_adjusted, sign_test
from tests.support.hand_made_groups import table_of, table_of_array

MEASURED = [("reward", "reward"), ("verdict", "tests"), ("length", "tokens"), ("component", "style")]
LOGARITHMS = rounding(3 * 4)  # of factorials, in the four binomials of a share of dead groups


def run(seed, problems=100, n=8, gain=0.0, longer=0.0, steps=2):
    """Rates spread over problems, the same for each seed; `gain` is added to the log-odds."""
    odds = np.linspace(-3, 3, problems) + gain
    random, rate = np.random.default_rng(seed), 1 / (1 + np.exp(-np.tile(odds, steps)))
    right = random.random((steps * problems, n)) < rate[:, None]
    tokens = random.normal(100 + longer, 20, right.shape)
    style = random.random(right.shape) < 0.5
    values = np.stack([right, right, tokens, style], 2).astype(float)
    return table_of_array(values, MEASURED, np.repeat(np.arange(steps), problems), np.tile(np.arange(problems), steps))


def named(found):
    return {one.name: one for one in found.quantities}


def test_differences_are_those_of_each_problem():
    first = table_of([[[1, 1], [0, 0]], [[0, 0], [0, 0]], [[1, 1], [1, 1]]], MEASURED[:2], ["a", "b", "c"])
    groups = [[[1, 1], [1, 1]], [[1, 1], [0, 0]], [[0, 0], [0, 0]], [[0, 0]]]
    second = table_of(groups, MEASURED[:2], ["a", "b", "d", "b"])
    found = compare_runs(first, second)
    assert (found.common, found.only_first, found.only_second, found.same_attempts) == (2, 1, 1, 1)
    rate, dead, bits = (named(found)[name] for name in ("pass_rate", "dead", "bits"))
    assert (rate.first, rate.second) == pytest.approx((0.25, (1 + 1 / 3) / 2))
    assert rate.difference.value == pytest.approx((0.5 + 1 / 3) / 2)
    assert (rate.problems, rate.up, rate.down) == (2, 2, 0)
    assert (dead.first, dead.second) == (1 / 2, 1 / 2)  # a group of one is neither dead nor live
    quantile = math.tan(0.475 * math.pi)  # of Cauchy's law, 97.5 %
    half = quantile * abs(0.5 - 1 / 3) / 2
    assert (rate.difference.high - rate.difference.low) / 2 == pytest.approx(half, rel=2 * quantile * rounding(4))
    assert (bits.first, bits.second, bits.size) == pytest.approx((0.5, 2 / 3 / 2, 2))  # of two of three attempts
    assert named(found)["dead_all_fail"].second == 0
    assert found.row()["quantities"][0]["difference"]["value"] == rate.difference.value


def test_a_planted_gain_is_beyond_noise_and_what_did_not_change_is_not():
    found = compare_runs(run(1), run(2, gain=0.7, longer=10))
    assert {name for name, one in named(found).items() if one.beyond_noise} >= {"pass_rate", "reward", "length"}
    assert not named(found)["component style"].beyond_noise
    assert named(found)["length"].difference.low < 10 < named(found)["length"].difference.high
    assert found.same_attempts == found.common


def test_a_change_in_few_problems_is_found_by_the_mean_and_one_of_all_by_the_signs():
    values = np.zeros((200, 4, 1))
    few, all_of_them = values.copy(), values + 1e-3
    few[:12] = 1.0
    all_of_them[0] = -50.0
    measured = MEASURED[2:3]
    tables = [table_of_array(x, measured) for x in (values, few, all_of_them)]
    found = [named(compare_runs(tables[0], other))["length"] for other in tables[1:]]
    assert found[0].beyond_noise
    assert found[0].exact_p_value == pytest.approx(2**-11)
    assert found[1].beyond_noise
    assert found[1].difference.low < 0 < found[1].difference.high


GAPS = {
    "the mean decides": [-1.0, -1.1, -0.9, -1.0, 0.01, 0.02, -1.2, -0.8],
    "the signs decide": [0.1, 0.1, 0.1, 0.2, 0.1, 0.1, 9.0, 0.1],
    "up": [1.0, 1.2, -0.1, 0.7, 0.5],
}


@pytest.mark.parametrize("gaps", GAPS.values(), ids=GAPS)
def test_the_p_value_is_twice_the_lesser_of_students_test_and_the_signs(gaps):
    """And it is compared with the risk that was asked for."""
    first = np.linspace(1, 2, len(gaps))
    tables = [table_of_array(x[:, None, None], MEASURED[2:3]) for x in (first, first + gaps)]
    test = scipy.stats.ttest_rel(first + gaps, first)
    student = float(test.pvalue)
    up = sum(gap > 0 for gap in gaps)
    wanted = 2 * min(student, float(scipy.stats.binomtest(up, len(gaps)).pvalue))
    for confidence in (1 - 0.99 * wanted, 1 - 1.01 * wanted):
        found = named(compare_runs(*tables, confidence))["length"]
        assert found.adjusted_p_value == pytest.approx(wanted, rel=rounding(8 * len(gaps)))
        assert found.beyond_noise == (wanted <= 1 - confidence)
        assert found.difference[1:] == pytest.approx(
            test.confidence_interval(confidence),
            rel=rounding(len(gaps)) / wanted,  # of a risk that is a difference from 1
        )


def test_problems_are_found_by_name_wherever_they_stand_and_others_have_no_say():
    first = table_of([[[1, 1], [0, 0]], [[1, 1], [1, 1]], [[0, 0]] * 3], MEASURED[:2], ["b", "c", "a"])
    second = table_of([[[0, 0], [0, 0]], [[1, 1], [0, 0]], [[1, 1]], [[1, 1]]], MEASURED[:2], ["b", "c", "d", "e"])
    found = compare_runs(first, second)
    assert (found.common, found.only_first, found.only_second, found.same_attempts) == (2, 1, 2, 2)
    rate = named(found)["pass_rate"]
    assert (rate.first, rate.second, rate.up, rate.down) == (0.75, 0.25, 0, 2)
    longer = table_of([[[0, 0], [0, 0]], [[1, 1], [0, 0], [0, 0]]], MEASURED[:2], ["b", "c"])
    assert compare_runs(first, longer).same_attempts == compare_runs(longer, second).same_attempts == 1


def test_components_are_compared_by_name_and_first_verdicts_whatever_their_names_are():
    measured = [("component", "style"), ("verdict", "tests")]
    first = table_of([[[0.5, 1], [math.nan, 0]]], [*measured], ["a"])
    second = table_of([[[0.25, 1], [0.75, 1]]], [("component", "style"), ("verdict", "judge")], ["a"])
    found = named(compare_runs(first, second))
    assert (found["component style"].first, found["pass_rate"].difference.value) == (0.5, 0.5)  # one has no style
    other = table_of([[[0.25, 1]]], [("component", "form"), ("verdict", "tests")], ["a"])
    assert not any(name.startswith("component") for name in named(compare_runs(first, other)))


def test_groups_are_dead_by_the_reward_where_both_runs_have_it():
    """Verdicts of these groups are equal, rewards are not in one of them."""
    groups = [[[0.1, 0], [0.2, 0]], [[0.0, 0], [0.0, 0]]]
    table, judged = table_of(groups, MEASURED[:2]), table_of([[[v] for _, v in g] for g in groups], MEASURED[1:2])
    assert named(compare_runs(table, table))["dead"].first == 0.5
    found = named(compare_runs(table, judged))["dead"]
    assert (found.not_compared, found.beyond_noise) == ("dead by reward before, by verdict now", False)


@pytest.mark.full
def test_between_runs_of_one_policy_something_is_beyond_noise_as_rarely_as_is_said():
    found = [compare_runs(run(seed), run(1000 + seed)) for seed in range(100)]
    assert sum(any(one.beyond_noise for one in two.quantities) for two in found) <= 12  # more: .2 %


@pytest.mark.full
def test_intervals_of_differences_hold_between_93_and_97_percent_of_the_time():
    """Problems are drawn anew, each with a gain of its own, .05 on average."""
    runs, held = 1000, 0
    random = np.random.default_rng(5)
    for _ in range(runs):
        gain = random.uniform(-0.15, 0.25, 80)
        a, b = (random.binomial(16, 0.5 + part) / 16 for part in (np.zeros(80), gain))
        tables = [table_of_array(x[:, None, None], MEASURED[2:3]) for x in (a, b)]
        difference = named(compare_runs(*tables))["length"].difference
        held += difference.low <= 0.05 <= difference.high
    assert 0.93 <= held / runs <= 0.97


def test_the_sign_test_counts_splits():
    for up, down in itertools.product(range(7), repeat=2):
        n = up + down
        tail = sum(Fraction(math.comb(n, j), 2**n) for j in range(min(up, down) + 1))
        assert sign_test(up, down) == pytest.approx(float(min(1, 2 * tail)), rel=rounding(n + 1))


def test_holm_shares_the_risk_out():
    assert holm_adjusted([0.5, 0.9]) == [1.0, 1.0]
    assert holm_adjusted([0.04, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])
    assert holm_adjusted([]) == []


def test_bad_input_is_named():
    a, b = (table_of([[[1.0]]], MEASURED[:1], [name]) for name in "ab")
    with pytest.raises(ValueError, match=r"first names are 'a' and 'b'; give --columns problem=ID"):
        compare_runs(a, b)
    with pytest.raises(ValueError, match="neither a verdict nor a reward"):
        compare_runs(a, table_of([[[1.0]]], MEASURED[2:3], ["a"]))
    with pytest.raises(ValueError, match="confidence is 0"):
        compare_runs(a, a, 0)


def unequal_run(random, n, problems=40, steps=1, gain=0.0):
    """Rewards are skewed numbers, so that nothing but the mean over problems tells of them."""
    rate = 1 / (1 + np.exp(-np.tile(np.linspace(-4, 3, problems) + gain, steps)))
    right = random.random((steps * problems, n)) < rate[:, None]
    values = np.stack([right, random.lognormal(5, 1, right.shape)], 2).astype(float)
    measured = [("verdict", "tests"), ("length", "tokens")]
    return table_of_array(values, measured, np.repeat(np.arange(steps), problems), np.tile(np.arange(problems), steps))


def shares_beyond_noise(pairs, sizes, steps=(1, 1), **second):
    random, found = np.random.default_rng(16), collections.Counter()
    for _ in range(pairs):
        tables = unequal_run(random, sizes[0], steps=steps[0]), unequal_run(random, sizes[1], steps=steps[1], **second)
        changed = [one.name for one in compare_runs(*tables).quantities if one.beyond_noise]
        found.update(changed)
        found["any"] += bool(changed)
    return {name: many / pairs for name, many in found.items()}


@pytest.mark.full
@pytest.mark.parametrize(
    ("sizes", "steps"), [((8, 8), (1, 1)), ((4, 8), (1, 1)), ((4, 32), (1, 1)), ((8, 8), (2, 3)), ((4, 8), (2, 3))]
)
def test_between_runs_of_one_policy_with_any_attempts_no_line_changes_more_often_than_the_risk(sizes, steps):
    """All lines together have it; each has far less."""
    shares = shares_beyond_noise(1000, sizes, steps)
    assert shares.pop("any") <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 1000)
    assert max(shares.values(), default=0) <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(4, 8), (4, 32), (8, 8)])
def test_a_planted_gain_is_found_with_any_attempts(sizes):
    assert shares_beyond_noise(10, sizes, gain=1.5)["pass_rate"] >= 0.8


def test_shares_and_bits_are_those_of_groups_of_the_smaller_size():
    """Both runs have half of all attempts right, group by group; four of eight are looked at."""
    few, many = (np.tile(np.repeat([1.0, 0.0], n // 2), (30, 1))[..., None] for n in (4, 8))
    found = named(compare_runs(*(table_of_array(x, MEASURED[1:2]) for x in (few, many))))
    subsets = list(itertools.combinations([1] * 4 + [0] * 4, 4))
    dead, failed = (sum(sum(x) in of for x in subsets) / len(subsets) for of in ({0, 4}, {0}))
    assert (found["dead"].first, found["dead"].second) == pytest.approx((0, dead), rel=LOGARITHMS)
    assert found["dead_all_fail"].second == pytest.approx(failed, rel=LOGARITHMS)
    assert {found[name].size for name in ("dead", "dead_all_fail", "bits")} == {4}
    assert found["pass_rate"].size is None


def test_what_no_test_is_valid_for_is_not_compared():
    random = np.random.default_rng(2)
    few, many, alike = (random.random((12, n, 1)) for n in (4, 8, 4))
    tables = [table_of_array(x, [("reward", "reward")]) for x in (few, many, alike)]
    found = named(compare_runs(*tables[:2]))
    assert {one.not_compared for one in found.values()} == {"4 attempts against 8"}
    assert not any(one.beyond_noise for one in found.values())
    assert not any(one.not_compared for one in named(compare_runs(tables[0], tables[2])).values())
    uneven = table_of([[[x] for x in row] for row in random.random((11, 4))] + [[[0.5]] * 3],
                      [("reward", "reward")], [*"abcdefghijkl"])  # fmt: skip
    names = uneven.problems.tolist()
    even = table_of([[[x] for x in row] for row in random.random((12, 4))], [("reward", "reward")], names)
    assert named(compare_runs(even, uneven))["reward"].not_compared == "attempts differ at 1 problem"
    halves = table_of_array(random.random((24, 2, 1)), [("reward", "reward")], problems=np.repeat(np.arange(12), 2))
    found = named(compare_runs(tables[0], halves))
    assert found["dead"].not_compared == "as many attempts, in other groups or without some values"
    assert not found["reward"].not_compared


def test_differences_that_are_one_number_but_for_rounding_are_no_change():
    first = np.array([0.1, 0.2, 0.3])[:, None, None]
    tables = [table_of_array(x, MEASURED[2:3]) for x in (first, first + 0.7)]
    assert not named(compare_runs(*tables))["length"].beyond_noise


def test_it_says_whose_verdicts_are_compared():
    first, second = (table_of([[[1], [0]]], [("verdict", name)], ["a"]) for name in ("tests", "judge"))
    graded = table_of([[[1], [0]]], [("reward", "reward")], ["a"])
    assert compare_runs(first, second).verifiers == ("tests", "judge")
    assert compare_runs(graded, graded).verifiers == (None, None)
