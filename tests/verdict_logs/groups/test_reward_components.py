"""Shares of components against loops over rollouts; planted shaping, exploitation and nothing at all."""

import itertools
import math

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.groups.component_bits import bits_about_verdict
from infoloop.verdict_logs.groups.reward_components import component_reading, component_shares
from infoloop.verdict_logs.groups.within_groups import UNKNOWN, IntervalEstimate
from tests.support.hand_made_groups import table_of, table_of_array
from tests.support.interval_oracles import cross, left_out

MEASURED = [("component", "right"), ("component", "bonus"), ("reward", "total"), ("verdict", "right")]
SUMS = rounding(60 * 6)  # over the rollouts of `drawn`


def by_loops(groups, weights, advantage=None):
    """Shares of two components from lists of rollouts (right, bonus), and the phantom shares; plain Python."""
    variance, follows, absolute, total_v, total_a, total_absolute = [0.0, 0.0], [0.0, 0.0], 0.0, 0.0, 0.0, 0.0
    squares, phantom = 0.0, 0.0
    for g, rollouts in enumerate(groups):
        n = len(rollouts)
        r = [sum(w * c for w, c in zip(weights, one, strict=True)) for one in rollouts]
        mean = sum(r) / n
        v = sum((x - mean) ** 2 for x in r)
        alive = max(r) - min(r) > rounding(2)
        a = [(x - mean) / math.sqrt(v / n) if alive else 0.0 for x in r] if advantage is None else advantage[g]
        a_mean = sum(a) / n
        cross = sum((x - mean) * (y - a_mean) for x, y in zip(r, a, strict=True))
        for k, w in enumerate(weights):
            c_mean = sum(one[k] for one in rollouts) / n
            variance[k] += sum(w * (one[k] - c_mean) * (x - mean) for one, x in zip(rollouts, r, strict=True))
            if alive:
                part = sum(w * (one[k] - c_mean) * (y - a_mean) for one, y in zip(rollouts, a, strict=True))
                follows[k] += cross / v * part
        total_v, total_a = total_v + v, total_a + sum((y - a_mean) ** 2 for y in a)
        squares, total_absolute = squares + sum(y * y for y in a), total_absolute + sum(map(abs, a))
        if not any(one[0] for one in rollouts):
            phantom, absolute = phantom + sum(y * y for y in a), absolute + sum(map(abs, a))
    shares = [[x / total_v for x in variance], [x / total_a for x in follows]]
    return *shares, phantom / squares, absolute / total_absolute


def drawn(random, groups=60, n=6):
    right = random.random((groups, n)) < random.random((groups, 1)) ** 2
    both = zip(right, random.random((groups, n)), strict=True)
    return [[[float(x), y] for x, y in zip(*one, strict=True)] for one in both]


def test_without_an_advantage_it_is_the_reward_over_its_deviation():
    groups = drawn(np.random.default_rng(1))
    table = table_of([[[c, b, c + 0.25 * b, c] for c, b in one] for one in groups], MEASURED)
    found = component_shares(table)
    variance, follows, phantom, absolute = by_loops(groups, (1, 0.25))
    named = {one.name: one for one in found.components}
    assert (found.advantage, found.weights, found.groups, found.left_out) == ("reward", "fitted", 60, 0)
    for k, name in enumerate(("right", "bonus")):
        assert named[name].weight == pytest.approx((1, 0.25)[k], rel=SUMS)
        assert named[name].variance.value == pytest.approx(variance[k], rel=SUMS)
        assert named[name].advantage.value == pytest.approx(follows[k], rel=SUMS)
    assert found.phantom.value == pytest.approx(phantom, rel=SUMS)
    assert found.phantom_absolute[0] <= absolute <= found.phantom_absolute[1]
    assert named["bonus"].phantom.value == pytest.approx(phantom, rel=SUMS)  # in all-fail groups it alone moves
    assert (found.unexplained_variance, found.unexplained_advantage) == pytest.approx((0, 0), abs=SUMS)


def test_an_advantage_of_the_log_is_used_and_what_it_does_not_owe_to_the_reward_is_said():
    random = np.random.default_rng(2)
    groups = drawn(random)
    advantage = [[2 * c + 0.5 * b + 0.1 * random.normal() for c, b in one] for one in groups]
    rows = [[[*c, a, c[0]] for c, a in zip(one, of, strict=True)] for one, of in zip(groups, advantage, strict=True)]
    found = component_shares(table_of(rows, [*MEASURED[:2], ("advantage", "advantage"), MEASURED[3]]), {
        "right": 1.0, "bonus": 0.25,
    })  # fmt: skip
    variance, follows, phantom, absolute = by_loops(groups, (1, 0.25), advantage)
    named = {one.name: one for one in found.components}
    assert (found.advantage, found.weights) == ("log", "given")
    assert [named[k].variance.value for k in ("right", "bonus")] == pytest.approx(variance, rel=SUMS)
    assert [named[k].advantage.value for k in ("right", "bonus")] == pytest.approx(follows, rel=SUMS)
    assert found.unexplained_advantage == pytest.approx(1 - sum(follows), abs=SUMS)
    assert found.unexplained_advantage > 0.001
    assert found.phantom.value == pytest.approx(phantom, rel=SUMS)
    assert found.phantom_absolute[0] <= absolute <= found.phantom_absolute[1]


@pytest.mark.parametrize("confidence", [0.5, 0.9])
def test_each_interval_is_that_of_its_ratio_with_each_group_left_out(confidence):
    """A group is (later or not, columns right, bonus, reward, advantage); 15 of 30 groups have no right answer."""
    random, names, weights = np.random.default_rng(9), ("right", "bonus"), (1.0, 0.25)
    right = (random.random((30, 5)) < 0.5) & (np.arange(30) % 2 == 0)[:, None]
    bonus = random.random((30, 5)) + 0.5 * right
    advantage = 2 * right + 0.5 * bonus + random.normal(0.3, 0.2, (30, 5))
    values = np.stack([right, bonus, right + 0.25 * bonus, advantage, right], 2)
    measured = [*MEASURED[:3], ("advantage", ""), MEASURED[3]]
    found = component_shares(table_of_array(values, measured, np.arange(30) // 10), None, confidence)
    groups = [(g >= 20, *group.T.tolist()[:4]) for g, group in enumerate(values)]

    def over(top, bottom):
        return lambda of: sum(map(top, of)) / sum(map(bottom, of))

    def squares(g):
        return sum(a * a for a in g[4])

    def failed(part):
        return lambda g: 0.0 if any(g[1]) else part(g)

    for one in found.components:
        k = names.index(one.name)

        def follows(g, k=k):
            return cross(g[4], g[3]) / cross(g[3], g[3]) * weights[k] * cross(g[1 + k], g[4])

        def growth(of, follows=follows):
            late, early = ([g for g in of if g[0] == later] for later in (True, False))
            return over(failed(follows), squares)(late) - over(failed(follows), squares)(early)

        def correlation(of, k=k):
            both, c, v = (sum(cross(g[a], g[b]) for g in of) for a, b in ((1 + k, 1), (1 + k, 1 + k), (1, 1)))
            return both / math.sqrt(c * v)

        assert one.covariance == left_out(over(lambda g, k=k: cross(g[1 + k], g[4]), lambda g: 4), groups, confidence)
        in_reward = over(lambda g, k=k: weights[k] * cross(g[1 + k], g[3]), lambda g: cross(g[3], g[3]))
        assert one.variance == left_out(in_reward, groups, confidence)
        assert one.advantage == left_out(over(follows, lambda g: cross(g[4], g[4])), groups, confidence)
        assert one.phantom == left_out(over(failed(follows), squares), groups, confidence)
        assert one.growth == left_out(growth, groups, confidence)
        if k:  # of being right with itself it is 1, with rounding alone for an interval
            mixed = [g for g in groups if any(g[1]) and not all(g[1])]
            assert one.association == left_out(correlation, mixed, confidence)
        assert one.bits == bits_about_verdict(table_of_array(values, measured), one.name, confidence)
    assert found.phantom == left_out(over(failed(squares), squares), groups, confidence)
    low, high = zip(*(absolute_bounds(g[4]) for g in groups), strict=True)
    dead = [not any(g[1]) for g in groups]
    for end, inside, outside in zip(found.phantom_absolute, (low, high), (high, low), strict=True):
        top = sum(itertools.compress(inside, dead))
        rest = sum(itertools.compress(outside, (not one for one in dead)))
        assert end == pytest.approx(top / (top + rest), rel=rounding(30 * 5))


def absolute_bounds(advantage):
    squares = sum(a * a for a in advantage)
    return max(abs(sum(advantage)), squares / max(map(abs, advantage))), math.sqrt(len(advantage) * squares)


def test_ends_of_a_share_of_squares_are_none_outside_what_it_can_be():
    groups = [[[0.1, 0], [0.2, 0], [0.1, 0]], [[1.0, 1], [0.0, 0], [0.0, 0]], [[0.0, 0]] * 3]
    found = component_shares(table_of(groups, [("reward", "reward"), ("verdict", "tests")]))
    assert found.phantom == pytest.approx((0.5, 0, 1))


@pytest.mark.parametrize("sign", [1, -1])
def test_ends_of_a_correlation_are_none_outside_what_it_can_be(sign):
    groups = [[[c, sign * c, c, c] for c in (1.0, 0.0)]] * 3 + [[[1.0, 0, 1, 1], [0.0, sign, 0, 0], [0.0, 0, 0, 0]]]
    (found,) = (
        one.association for one in component_shares(table_of(groups, MEASURED)).components if one.name == "bonus"
    )
    both, c, v = 3 * 0.5 - 1 / 3, 3 * 0.5 + 2 / 3, 3 * 0.5 + 2 / 3
    assert found.value == pytest.approx(sign * both / math.sqrt(c * v))
    assert (found.high if sign > 0 else found.low) == sign
    assert abs(found.low if sign > 0 else found.high) < 1


def shaped(dose, seed=3, groups=400, n=8, rate=0.05, steps=None):
    random = np.random.default_rng(seed)
    right, bonus = random.random((groups, n)) < rate, random.random((groups, n))
    values = np.stack([right, bonus, right + dose * bonus, right], axis=2).astype(float)
    return table_of_array(values, MEASURED, steps)


def test_in_all_fail_groups_no_dose_of_shaping_is_small():
    least, rollouts = 1e-6, 400 * 8
    shares = [component_shares(shaped(dose)) for dose in (1e-1, 1e-3, least)]
    assert shares[0].phantom.value == pytest.approx(shares[2].phantom.value, rel=rounding(rollouts))
    bonus = [next(one for one in found.components if one.name == "bonus") for found in shares]
    ratio = least * math.sqrt(1 / 12 / (0.05 * 0.95))  # of the deviations of the bonus and of being right
    assert abs(bonus[2].variance.value) < ratio * 5 / math.sqrt(rollouts - 400) + ratio**2  # five standard errors
    most = least * (1 / 2) / math.sqrt(1 / 8 * 7 / 8)  # of the deviations in a group with a right answer
    assert bonus[2].advantage.value == pytest.approx(shares[2].phantom.value, abs=most)
    assert shares[2].phantom.value > 0.6  # .95^8 of groups have no right answer
    assert bonus[2].reading == "exploited"  # it dominates and goes with being right in no way


def test_shares_are_what_the_variances_of_independent_components_say():
    random = np.random.default_rng(4)
    one, two, right = random.normal(size=(3, 3000, 8))
    values = np.stack([2 * one, two, 2 * one + two, right > 0], axis=2)
    found = component_shares(table_of_array(values, [*MEASURED[:3], ("verdict", "tests")]))
    shares = {c.name: c.variance.value for c in found.components}
    assert shares == pytest.approx({"right": 0.8, "bonus": 0.2}, abs=0.01)
    assert found.components[0].name == "right"


def test_a_component_that_pays_for_wrong_answers_is_exploited_and_one_that_pays_for_right_ones_dominates():
    random = np.random.default_rng(5)
    right = random.random((300, 8)) < 0.5
    for against, reading in ((True, "exploited"), (False, "dominates")):
        bonus = np.where(random.random((300, 8)) < 0.6, right ^ against, random.random((300, 8)) < 0.5)
        values = np.stack([right, bonus, 0.1 * right + bonus, right], axis=2).astype(float)
        found = {one.name: one for one in component_shares(table_of_array(values, MEASURED)).components}
        assert found["bonus"].reading == reading
        assert found["bonus"].association.value == pytest.approx(-0.6 if against else 0.6, abs=0.1)
        assert found["right"].association.value == pytest.approx(1, rel=rounding(8))
        assert found["right"].reading == "minor"


def growing(seed, grows):
    """In the later steps the bonus differs in more of the all-fail groups."""
    random = np.random.default_rng(seed)
    steps = np.repeat(np.arange(20), 20)
    right = random.random((400, 8)) < np.where(random.random(400) < 0.5, 0.0, 0.5)[:, None]
    hacked = random.random(400) < (steps / 20 if grows else 0.5)
    bonus = (random.random((400, 8)) < 0.5) & hacked[:, None]
    values = np.stack([right, bonus, right + 0.01 * bonus, right], axis=2).astype(float)
    return {one.name: one for one in component_shares(table_of_array(values, MEASURED, steps)).components}


def test_a_bonus_that_takes_up_all_fail_groups_step_by_step_is_exploited_though_it_does_not_dominate():
    found = growing(6, True)
    assert found["bonus"].growth.low > 0.05
    assert found["bonus"].advantage.value < 0.5
    assert found["bonus"].reading == "exploited"
    assert found["right"].reading == "dominates"


def test_where_nothing_grows_growth_is_found_as_rarely_as_it_should_be():
    found = [growing(seed, False)["bonus"] for seed in range(20)]
    assert sum(one.growth.low > 0 for one in found) <= 3  # of 20 at 2.5 %: more with probability .002
    assert abs(np.mean([one.growth.value for one in found])) < 0.02


def test_components_alone_are_added_with_weight_one_and_may_cancel():
    groups = [[[1.0, 0.2], [0.8, 0.4], [0.5, 0.7]], [[1.0, 0.2], [0.0, 0.2], [0.0, 0.4]]] * 3
    found = component_shares(table_of(groups, MEASURED[:2]))
    assert (found.weights, found.verdict, found.advantage) == ("equal", "", "reward")
    assert [one.reading for one in found.components] == ["open", "minor"]
    assert sum(one.advantage.value for one in found.components) == pytest.approx(1)
    alone = component_shares(table_of(groups[1:2] * 3, MEASURED[:2]))
    assert [one.advantage.value for one in alone.components] == pytest.approx(
        [one.advantage.value for one in found.components]  # groups whose sum is the same throughout count for nothing
    )
    assert math.isnan(found.phantom.value)


def test_a_log_with_the_reward_alone_still_has_a_phantom_share():
    groups = [[[0.1, 0], [0.2, 0], [0.1, 0]], [[1.0, 1], [0.0, 0], [0.0, 0]], [[0.0, 0]] * 3]
    found = component_shares(table_of(groups, [("reward", "reward"), ("verdict", "tests")]))
    assert found.phantom.value == pytest.approx(0.5)
    assert found.components == ()
    assert found.row()["phantom"]["value"] == found.phantom.value
    assert "taken as GRPO has it" in found.row()["remark"]


def test_what_is_right_is_said_by_the_first_verdict():
    groups = [[[0.1, 0, 1], [0.2, 0, 0]], [[1.0, 1, 0], [0.0, 0, 0]]]
    found = component_shares(table_of(groups, [("reward", "reward"), ("verdict", "tests"), ("verdict", "judge")]))
    assert (found.verdict, found.phantom.value) == ("tests", 0.5)


@pytest.mark.parametrize("confidence", [0.95, 0.5])
def test_without_any_phantom_the_interval_is_that_of_no_group_out_of_all_live_ones(confidence):
    groups = [[[1.0, 1], [0.0, 0]]] * 20 + [[[0.0, 0]] * 2] * 5
    found = component_shares(table_of(groups, [("reward", "reward"), ("verdict", "tests")]), None, confidence)
    assert found.phantom == pytest.approx((0, 0, 1 - ((1 - confidence) / 2) ** (1 / 20)))


def test_groups_with_gaps_are_counted():
    rows = [[[1.0, 0.5, 1.5, 1], [0.0, math.nan, 0.0, 0]], *([[[1.0, 0.5, 1.5, 1], [0.0, 0.1, 0.1, 0]]] * 4)]
    found = component_shares(table_of([*rows, [[0.0, 0.4, 0.4, 0], [0.0, 0.1, 0.1, 0]]], MEASURED))
    assert (found.groups, found.left_out) == (5, 1)
    assert found.row()["components"][0]["bits"]["bits"]["value"] >= 0


def test_bad_input_is_named():
    table = shaped(0.1, groups=5)
    with pytest.raises(ValueError, match="there is no component 'bonnus': did you mean bonus"):
        component_shares(table, {"right": 1.0, "bonnus": 1.0})
    with pytest.raises(ValueError, match="give a finite number for each"):
        component_shares(table, {"right": 1.0})
    with pytest.raises(ValueError, match="neither a reward nor components"):
        component_shares(table_of([[[1.0]]], [("verdict", "tests")]))
    with pytest.raises(ValueError, match="none of 1 groups has right, bonus and the reward"):
        component_shares(table_of([[[1.0, math.nan, 1.0, 1], [0.0, 0.5, 0.1, 0]]], MEASURED))


def test_of_a_component_and_its_copy_the_shares_are_unknown_and_of_the_others_they_are_not():
    random = np.random.default_rng(8)
    right, bonus = (random.random((2, 60, 6)) < 0.5).astype(float)
    measured = [("component", name) for name in ("acc", "score", "bonus")] + MEASURED[2:]
    values = np.stack([right, 2 * right - 1, bonus, right + 0.25 * bonus, right], axis=2)
    found = component_shares(table_of_array(values, measured, np.arange(60) // 20))
    named = {one.name: one for one in found.components}
    for name, what in itertools.product(("acc", "score"), ("variance", "advantage", "phantom", "growth")):
        assert math.isnan(getattr(named[name], what).value)
    assert (named["acc"].reading, named["score"].weight != named["score"].weight) == ("open", True)
    alone = component_shares(table_of_array(values[:, :, [0, 2, 3, 4]], [measured[0], *measured[2:]]))
    wanted = next(one for one in alone.components if one.name == "bonus")
    assert named["bonus"].advantage == pytest.approx(wanted.advantage, rel=SUMS)
    assert named["bonus"].weight == pytest.approx(0.25, rel=SUMS)
    assert found.unexplained_variance == pytest.approx(0, abs=SUMS)


def test_readings_where_the_intervals_do_not_decide():
    most, unsure = IntervalEstimate(0.8, 0.7, 0.9), IntervalEstimate(0.5, 0.4, 0.6)
    assert component_reading(unsure, UNKNOWN, UNKNOWN, UNKNOWN, 0.0) == "open"
    assert component_reading(most, UNKNOWN, UNKNOWN, UNKNOWN, 0.0) == "open"
    assert component_reading(most, IntervalEstimate(0.0, -0.3, 0.3), UNKNOWN, UNKNOWN, 0.0) == "open"
    assert component_reading(most, IntervalEstimate(0.0, -0.05, 0.05), UNKNOWN, UNKNOWN, 0.0) == "exploited"
    assert component_reading(most, IntervalEstimate(0.2, 0.05, 0.4), UNKNOWN, UNKNOWN, 0.0) == "dominates"


def test_readings_go_by_the_ends_of_the_intervals_not_by_their_values():
    right = IntervalEstimate(0.5, 0.4, 0.6)
    assert component_reading(IntervalEstimate(0.7, 0.4, 0.9), right, UNKNOWN, UNKNOWN, 0.0) == "open"
    assert component_reading(IntervalEstimate(0.3, 0.1, 0.6), right, UNKNOWN, UNKNOWN, 0.0) == "open"
    most = IntervalEstimate(0.8, 0.7, 0.9)
    for unsure in ((-0.1, -0.3, 0.05), (0.1, -0.05, 0.3), (-0.2, -0.4, 0.2), (0.2, -0.2, 0.4)):
        assert component_reading(most, IntervalEstimate(*unsure), UNKNOWN, UNKNOWN, 0.0) == "open"


def test_what_grows_is_exploited_only_if_it_is_most_of_what_lies_in_all_fail_groups():
    few, right, grows = (
        IntervalEstimate(0.2, 0.1, 0.3),
        IntervalEstimate(0.5, 0.4, 0.6),
        IntervalEstimate(0.1, 0.05, 0.2),
    )
    phantom = IntervalEstimate(0.2, 0.1, 0.3)
    assert [component_reading(few, right, phantom, grows, of) for of in (0.39, 0.41)] == ["exploited", "minor"]


@pytest.mark.full
def test_intervals_hold_what_they_estimate_between_93_and_97_percent_of_the_time():
    """Truths from 400,000 groups; 150 groups a log."""
    truth = component_shares(shaped(0.3, 7, 400_000, rate=0.2))
    want = {one.name: one for one in truth.components}
    kinds = ("variance", "advantage", "covariance", "phantom", "association")
    held, runs = dict.fromkeys((*kinds, "all phantom"), 0), 1000
    for seed in range(runs):
        found = component_shares(shaped(0.3, 1000 + seed, 150, rate=0.2))
        held["all phantom"] += found.phantom.low <= truth.phantom.value <= found.phantom.high
        bonus = next(one for one in found.components if one.name == "bonus")
        for kind in kinds:
            ends = getattr(bonus, kind)
            held[kind] += ends.low <= getattr(want["bonus"], kind).value <= ends.high
    assert {kind: 0.93 <= k / runs <= 0.97 for kind, k in held.items()} == dict.fromkeys(held, True), held
