"""Dead groups of a log against loops and fractions, and the coverage of their intervals over made logs."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import scipy

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.groups.dead_groups import ShareTrend, find_dead_groups, unanimous_share
from infoloop.verdict_logs.groups.group_table import collect_groups
from infoloop.verdict_logs.rollouts import Rollouts
from tests.support.interval_oracles import ROOT, divergence, exact_ends
from tests.support.made_groups import table_of


def log_of(*groups, **more) -> Rollouts:
    """A log of groups (step, problem, rewards, verdicts)."""
    rows = [(s, p, r, v) for s, p, rewards, verdicts in groups for r, v in zip(rewards, verdicts, strict=True)]
    columns = zip(zip(*rows, strict=True), (int, object, float, float), strict=True)
    step, problem, reward, verdict = (np.array(values, kind) for values, kind in columns)
    return Rollouts(problem, np.arange(len(rows)), step=step, reward=reward, verdicts={"tests": verdict}, **more)


def test_a_group_is_dead_if_its_rewards_are_equal_and_is_called_by_its_verdicts():
    nan = math.nan
    log = log_of(
        (1, "a", (0, 0, 0), (0, 0, 0)),
        (1, "b", (1, 1), (1, 1)),
        (1, "c", (0.5, 0.5), (0, 1)),
        (1, "d", (0.1, 0.1 + 2**-55), (0, 0)),
        (2, "e", (0.3, 0.3), (0, nan)),
        (2, "f", (1,), (1,)),
        (2, "g", (nan, 1, nan), (0, 1, 0)),
        (2, "h", (nan, 0, 0, 1), (0, 0, 0, 1)),
    )
    found = find_dead_groups(collect_groups([log]))
    assert found.kind.tolist() == [1, 2, 3, 0, 3, 4, 4, 0]
    assert found.whole[:8] == (1, 2, 6, 15, 3, 2, 4, 4)
    assert found.whole.share == 9 / 15
    assert [window[:8] for window in found.windows] == [(1, 1, 4, 9, 3, 2, 2, 0), (2, 2, 2, 6, 0, 0, 2, 4)]
    assert [window[:8] for window in find_dead_groups(collect_groups([log]), most=1).windows] == [found.whole[:8]]


def test_unanimous_shares_are_those_of_all_groups_that_can_be_drawn():
    for attempts, n in itertools.product(range(1, 8), range(1, 8)):
        for passes in range(attempts + 1) if n <= attempts else ():
            groups = list(itertools.combinations([1] * passes + [0] * (attempts - passes), n))
            wanted = Fraction(sum(len(set(group)) == 1 for group in groups), len(groups))
            found = unanimous_share(np.array([passes]), np.array([attempts]), np.array([n]))[0]
            assert found == pytest.approx(float(wanted), rel=rounding(64), abs=0)


def test_what_is_expected_of_one_rate_a_problem_is_the_mean_over_its_groups():
    problem, step = [0, 0, 1, 2, 2, 0, 1], [0, 1, 0, 0, 2, 3, 3]  # the last two are groups of one, which do not count
    table = table_of(problem, step, np.array([2, 4, 3, 2, 2, 1, 1]), np.array([0, 3, 3, 1, 2, 1, 0]))
    found = find_dead_groups(table).unanimity
    assert found is not None
    draws = {(3, 6, 2): Fraction(2 * 3, 15), (3, 6, 4): Fraction(0), (3, 4, 2): Fraction(3, 6)}
    expected = (2 * draws[3, 6, 2] + 4 * draws[3, 6, 4] + 4 * draws[3, 4, 2]) / 10
    assert (found.rollouts, found.share) == (10, 4 / 10)
    assert found.expected == pytest.approx(float(expected), rel=rounding(64))


def trend_of(table) -> ShareTrend:
    trend = find_dead_groups(table).trend
    assert trend is not None
    return trend


def slow_slope(step, size, values) -> float:
    """The slope of the weighted line of least squares, in fractions."""
    step, size, values = ([Fraction(x) for x in xs] for xs in (step, size, values))
    x, y = (sum(w * v for w, v in zip(size, of, strict=True)) / sum(size) for of in (step, values))
    ahead = [(s - x, v - y) for s, v in zip(step, values, strict=True)]
    up = sum(w * a * b for w, (a, b) in zip(size, ahead, strict=True))
    return float(up / sum(w * a * a for w, (a, _) in zip(size, ahead, strict=True)))


def test_the_trend_is_the_line_of_least_squares():
    step, size, passes = [0, 0, 3, 4, 9], np.array([4, 2, 4, 8, 4]), np.array([0, 1, 2, 8, 4])
    trend = trend_of(table_of([0, 1, 2, 3, 4], step, size, passes))
    wanted = slow_slope(step, size.tolist(), [1, 0, 0, 1, 1])
    assert trend.slope == pytest.approx(wanted, rel=rounding(64))
    assert trend.change == pytest.approx(9 * wanted, rel=rounding(64))
    assert trend.exact_low < trend.slope < trend.exact_high
    assert (trend.direction, trend.certain) == ("no trend", False)


@pytest.mark.parametrize("confidence", [0.5, 0.9])
def test_the_ends_of_the_slope_are_those_of_a_sum_over_problems_and_of_hoeffding(confidence):
    """Groups of unequal size; the problems' parts of the slope are added by loops."""
    problem, step, size = [0, 1, 2, 0, 1, 2, 0, 2], [0, 0, 1, 2, 2, 4, 5, 5], [4, 2, 4, 8, 4, 2, 4, 4]
    passes = [0, 1, 2, 8, 2, 1, 4, 4]
    trend = find_dead_groups(table_of(problem, step, np.array(size), np.array(passes)), confidence).trend
    assert trend is not None
    dead, weight = [float(k in (0, n)) for k, n in zip(passes, size, strict=True)], sum(size)
    middle, share = (sum(n * x for n, x in zip(size, of, strict=True)) / weight for of in (step, dead))
    ahead = [s - middle for s in step]
    pull = [n * a / sum(m * b * b for m, b in zip(size, ahead, strict=True)) for n, a in zip(size, ahead, strict=True)]
    slope = sum(p * d for p, d in zip(pull, dead, strict=True))
    of_problem = [0.0] * 3
    for q, p, d, a in zip(problem, pull, dead, ahead, strict=True):
        of_problem[q] += p * (d - share - slope * a)
    wide = float(scipy.stats.t.ppf((1 + confidence) / 2, 2)) * math.sqrt(3 / 2 * sum(x * x for x in of_problem))
    sure = math.sqrt(math.log(2 / (1 - confidence)) / 2 * sum(p * p for p in pull))
    wanted = (slope, slope - wide, slope + wide, slope - sure, slope + sure, 5 * slope)
    assert trend == pytest.approx(wanted, rel=rounding(64), abs=rounding(8))


def test_a_direction_and_certainty_are_said_by_the_ends_alone():
    assert ShareTrend(0.1, -0.1, 0.3, -0.2, 0.4, 1.0).direction == "no trend"
    assert ShareTrend(-0.1, -0.3, 0.1, -0.4, 0.2, 1.0).direction == "no trend"
    rises, falls = ShareTrend(0.1, 0.05, 0.15, -0.1, 0.3, 1.0), ShareTrend(-0.1, -0.15, -0.05, -0.3, 0.1, -1.0)
    assert [(one.direction, one.certain) for one in (rises, falls)] == [("rises", False), ("falls", False)]


def test_a_run_that_dies_has_a_trend_that_is_certain_and_one_that_wakes_up_the_opposite():
    step, size = np.repeat(np.arange(20), 20), np.full(400, 8)
    alive = np.random.default_rng(0).random(400) < 1 - step / 20
    dies = trend_of(table_of(np.arange(400), step, size, np.where(alive, 4, 0)))
    wakes = trend_of(table_of(np.arange(400), step, size, np.where(alive, 0, 4)))
    assert (dies.direction, dies.certain) == ("rises", True)
    assert (wakes.direction, wakes.certain) == ("falls", True)
    assert wakes.slope == pytest.approx(-dies.slope, rel=rounding(1000))


@pytest.mark.parametrize("passes", [(0, 8, 0), (1, 1, 1)])
def test_without_a_difference_there_is_no_trend(passes):
    table = table_of([0, 1, 2], [0, 1, 2], np.full(3, 8), np.array(passes))
    assert find_dead_groups(table).trend is None
    assert find_dead_groups(table_of([0, 1], [3, 3], np.full(2, 8), np.array([0, 4]))).trend is None


@pytest.mark.parametrize("confidence", [0.5, 0.95])
def test_the_ends_of_the_share_are_where_what_was_seen_is_just_rejected(confidence):
    equal = table_of(range(9), [0] * 9, np.full(9, 4), np.array([0, 4, 1, 2, 0, 3, 1, 1, 1]))
    whole, exact = find_dead_groups(equal, confidence).whole, exact_ends(3, 9, confidence)
    assert (whole.low, whole.high) == pytest.approx(exact, abs=ROOT)
    size, passes = np.array([4, 2, 8, 4, 4, 2, 8, 8, 8]), np.array([0, 1, 2, 2, 4, 1, 1, 1, 1])
    whole = find_dead_groups(table_of(range(9), [0] * 9, size, passes), confidence).whole
    for end in (whole.low, whole.high):  # Chernoff's bound for the mean of size times dead, over the largest size
        seen, mean = 8 / (8 * 9), end * 48 / (8 * 9)
        steep = abs(mean - seen) / (mean * (1 - mean))
        wanted = math.log(2 / (1 - confidence)) / 9
        assert divergence(seen, mean) == pytest.approx(wanted, abs=rounding(2) * (1 + steep))
    assert whole.low < whole.share < whole.high


def coverage(sizes, rates) -> float:
    """The probability of all logs whose interval for the share holds what is expected."""
    dead = [p**n + (1 - p) ** n for n, p in zip(sizes, rates, strict=True)]
    truth, held = float(np.average(dead, weights=sizes)), 0.0
    for died in itertools.product((0, 1), repeat=len(sizes)):
        mass = math.prod(d if x else 1 - d for d, x in zip(dead, died, strict=True))
        table = table_of(range(len(sizes)), [0] * len(sizes), np.array(sizes), np.where(died, 0, 1))
        whole = find_dead_groups(table, 0.2).whole
        assert 0 <= whole.low <= whole.share <= whole.high <= 1
        held += mass * (whole.low <= truth <= whole.high)
    return held


@pytest.mark.parametrize("sizes", [(4,) * 5, (2, 4, 8, 8, 3)])
def test_the_interval_of_the_share_misses_no_more_often_than_it_says(sizes):
    """At a low confidence, at which it is short."""
    for rates in ((0.1,) * 5, (0.02, 0.5, 0.5, 0.97, 0.3)):
        assert coverage(sizes, rates) >= 0.2


DESIGNS = {
    "each problem once": (np.arange(300), np.repeat(np.arange(30), 10)),
    "each problem in every step": (np.tile(np.arange(25), 12), np.repeat(np.arange(12), 25)),
}


def dying(rate, step):
    return rate ** (1 / (1 + step / 20))


def dead_probability(p):
    return p**8 + (1 - p) ** 8


def trend_coverage(logs: int, design: str, seed: int = 1) -> np.ndarray:
    """Shares of logs whose approximate and exact intervals of the slope hold it; problems are drawn for each log."""
    problem, step = DESIGNS[design]
    draw, ahead, held = np.random.default_rng(seed), step - step.mean(), np.zeros(2)
    many = draw.beta(0.5, 0.8, 100_000)
    expected = np.array([dead_probability(dying(many, s)).mean() for s in np.unique(step)])[step]
    for _ in range(logs):
        p = dying(draw.beta(0.5, 0.8, problem.max() + 1)[problem], step)
        trend = trend_of(table_of(problem, step, np.full(300, 8), draw.binomial(8, p)))
        approximate, exact = (float(ahead @ dead / (ahead @ ahead)) for dead in (expected, dead_probability(p)))
        held += trend.low <= approximate <= trend.high, trend.exact_low <= exact <= trend.exact_high
    return held / logs


@pytest.mark.slow
def test_the_intervals_of_the_slope_hold_it_about_as_often_as_they_say():
    approximate, exact = trend_coverage(200, "each problem once")
    assert 0.95 - 4 * 0.0154 <= approximate <= 1
    assert exact >= 0.95 - 4 * 0.0154


@pytest.mark.full
@pytest.mark.parametrize("design", DESIGNS)
def test_the_intervals_of_the_slope_are_calibrated(design):
    approximate, exact = trend_coverage(1000, design)
    assert 0.93 <= approximate <= 0.97
    assert exact >= 0.936


def test_equal_rewards_are_dead_only_where_the_baseline_is_the_mean_of_the_group():
    rewards = ((1, "a", (1, 1, 1), (1, 1, 1)), (1, "b", (0, 0), (0, 0)), (1, "c", (0, 1), (0, 1)))
    of_batch = find_dead_groups(collect_groups([log_of(*rewards, advantage=np.repeat([0.8, -1.2, 0.8], [3, 3, 1]))]))
    assert (of_batch.whole.share, of_batch.equal_but_live, of_batch.by_verdict) == (0, 2, False)
    assert of_batch.remark.startswith("2 groups have equal rewards and still carry an advantage: the baseline is not")
    of_group = find_dead_groups(collect_groups([log_of(*rewards, advantage=np.array([0.0] * 5 + [-1, 1]))]))
    assert (of_group.whole.share, of_group.remark, of_group.by_verdict) == (5 / 7, "", True)
    unknown = find_dead_groups(collect_groups([log_of(*rewards)]))
    assert (unknown.whole.share, unknown.assumed, unknown.by_verdict) == (5 / 7, 3, True)
    assert "if the baseline is the group's mean (GRPO, RLOO" in unknown.remark


@pytest.mark.parametrize(("live", "other"), [(0, False), (2, False), (3, True), (4, True)])
def test_the_baseline_is_another_one_where_most_groups_of_equal_rewards_carry_an_advantage(live, other):
    """Four groups of equal rewards, of which some carry an advantage, and one of both."""
    advantage = np.repeat([0.5] * live + [0.0] * (4 - live) + [1.0], 2)
    reward, problem = np.append(np.ones(9), 0.0), np.repeat(list("abcde"), 2)
    found = find_dead_groups(collect_groups([Rollouts(problem, np.arange(10), reward=reward, advantage=advantage)]))
    assert (found.equal_but_live, found.other_baseline, found.row()["other_baseline"]) == (live, other, other)
