"""Rates of errors against counting by hand, planted rates, and the sign of the update where pooling turns it round."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.groups.verifier_errors import (
    count_verdict_patterns,
    errors_against,
    length_association,
    update_sign,
)
from infoloop.verdict_logs.groups.within_groups import IntervalEstimate
from tests.support.hand_made_groups import table_of, table_of_array
from tests.support.interval_oracles import ROOT, cross, exact_ends, left_out

MEASURED = [("verdict", "tests"), ("verdict", "proof"), ("length", "tokens")]


def drawn(random, groups=120, n=8, wrong_passes=0.2, right_fails=0.1):
    right = random.random((groups, n)) < random.random((groups, 1))
    passes = np.where(right, random.random((groups, n)) >= right_fails, random.random((groups, n)) < wrong_passes)
    return np.stack([passes, right, random.integers(10, 500, (groups, n))], axis=2).astype(float)


def tail(k, n, p):
    return sum(math.comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(k, n + 1))


def test_rates_are_counted_and_their_ends_are_where_the_count_is_just_rejected():
    values = drawn(np.random.default_rng(1))
    found = errors_against(table_of_array(values, MEASURED), "proof")
    counted = Counter((int(v), int(r)) for v, r in values[:, :, :2].reshape(-1, 2))
    errors, among = counted[1, 0], counted[1, 0] + counted[0, 0]
    assert (found.verifier, found.judged, found.left_out) == ("tests", 960, 0)
    assert (found.false_positive.errors, found.false_positive.judged) == (errors, among)
    assert found.false_positive.value == errors / among
    assert tail(errors, among, found.false_positive.low) == pytest.approx(0.025, rel=rounding(among))
    assert 1 - tail(errors + 1, among, found.false_positive.high) == pytest.approx(0.025, rel=rounding(among))
    assert found.false_negative.value == counted[0, 1] / (counted[0, 1] + counted[1, 1])
    assert found.agreement.value == (counted[0, 0] + counted[1, 1]) / 960
    assert (
        found.youden.low
        < found.youden.value
        == pytest.approx(1 - found.false_positive.value - found.false_negative.value)
    )
    assert found.row()["false_positive"]["errors"] == errors


def test_bits_are_those_of_the_table_of_counts():
    values = drawn(np.random.default_rng(2))
    found = errors_against(table_of_array(values, MEASURED), "proof")
    pairs = [tuple(one) for one in values[:, :, :2].reshape(-1, 2)]
    both, v, r = Counter(pairs), Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    bits = sum(k / 960 * math.log2(k * 960 / v[a] / r[b]) for (a, b), k in both.items())
    assert found.bits.value == pytest.approx(bits, abs=rounding(4))
    assert found.bits.low < bits < found.bits.high
    assert found.ideal_bits == pytest.approx(-sum(k / 960 * math.log2(k / 960) for k in r.values()), abs=rounding(2))


def told(p, f, t):
    m = p * t + (1 - p) * f
    law = [
        (p * t, p * m),
        (p * (1 - t), p * (1 - m)),
        ((1 - p) * f, (1 - p) * m),
        ((1 - p) * (1 - f), (1 - p) * (1 - m)),
    ]
    return sum(a * math.log2(a / b) for a, b in law if a)


@pytest.mark.parametrize("confidence", [0.6, 0.95])
def test_exact_intervals_have_their_confidence_and_boxes_share_the_risk(confidence):
    """J is least where both rates are largest. Bits are concave in p and convex in both rates, which J > 0 parts."""
    values = drawn(np.random.default_rng(7), groups=15)
    found = errors_against(table_of_array(values, MEASURED), "proof", confidence=confidence)
    c = Counter((int(v), int(r)) for v, r in values[:, :, :2].reshape(-1, 2))
    wrong, right = c[1, 0] + c[0, 0], c[0, 1] + c[1, 1]
    assert found.false_positive[3:5] == pytest.approx(exact_ends(c[1, 0], wrong, confidence), abs=ROOT)
    assert found.false_negative[3:5] == pytest.approx(exact_ends(c[0, 1], right, confidence), abs=ROOT)
    assert found.agreement[1:] == pytest.approx(exact_ends(c[0, 0] + c[1, 1], 120, confidence), abs=ROOT)
    assert found.right == pytest.approx((right / 120, *exact_ends(right, 120, confidence)), abs=ROOT)
    risk = 1 - confidence
    two = [exact_ends(k, n, 1 - risk / 2) for k, n in ((c[1, 0], wrong), (c[0, 1], right))]
    assert found.youden[1:] == pytest.approx([1 - two[0][end] - two[1][end] for end in (1, 0)], abs=2 * ROOT)
    share, f, miss = (exact_ends(k, n, 1 - risk / 3) for k, n in ((right, 120), (c[1, 0], wrong), (c[0, 1], right)))
    assert f[1] < 1 - miss[1]
    steep = max(abs(math.log2(p / (1 - p))) for p in (*share, *f, *miss))  # of bits, in a rate; a root is an end
    assert found.bits.low == pytest.approx(min(told(p, f[1], 1 - miss[1]) for p in share), abs=3 * steep * ROOT)
    greatest = max(told(p, f[0], 1 - miss[0]) for p in np.linspace(*share, 2001).tolist())
    slack = 2 / math.log(2) * ((share[1] - share[0]) / 4000) ** 2 / min(*share, *(1 - p for p in share))
    # h'' of a grid's half step, at most
    assert found.bits.high == pytest.approx(greatest, abs=slack + 3 * steep * ROOT)


def correlation(groups, x, y):
    both, one, two = (sum(cross(a(g), b(g)) for g in groups) for a, b in ((x, y), (x, x), (y, y)))
    return both / math.sqrt(one * two)


@pytest.mark.parametrize("confidence", [0.6, 0.95])
def test_intervals_over_groups_leave_out_each_group(confidence):
    values = drawn(np.random.default_rng(8), groups=12, right_fails=0.3)
    table = table_of_array(values, MEASURED)
    found = errors_against(table, "proof", confidence=confidence)
    groups = [group.T.tolist() for group in values]  # verdicts, truths, lengths

    def rate(truth):
        def of(part):
            judged = [
                v != r for verdicts, truths, _ in part for v, r in zip(verdicts, truths, strict=True) if r == truth
            ]
            return sum(judged) / len(judged)

        return of

    for truth, one in ((0, found.false_positive), (1, found.false_negative)):
        assert (one.value, one.low_over_groups, one.high_over_groups) == left_out(rate(truth), groups, confidence)
    youden = left_out(
        lambda of: sum(cross(g[0], g[1]) for g in of) / sum(cross(g[1], g[1]) for g in of), groups, confidence
    )
    assert found.youden_within == youden

    def error(group):
        return [v - r for v, r in zip(group[0], group[1], strict=True)]

    with_error = left_out(lambda of: correlation(of, error, lambda g: g[2]), groups, confidence)
    assert found.error_and_length == with_error
    with_verdict = left_out(lambda of: correlation(of, lambda g: g[0], lambda g: g[2]), groups, confidence)
    assert length_association(table, "tests", confidence) == with_verdict


def test_where_no_group_has_right_and_wrong_answers_the_sign_goes_by_all_rollouts():
    found = errors_against(table_of([[[1, 1]] * 4, [[0, 0]] * 4] * 10, MEASURED[:2]), "proof")
    assert math.isnan(found.youden_within.value)
    assert found.update == "keeps"


def test_the_sign_of_the_update_goes_by_the_ends():
    for ends, wanted in (
        ((-0.1, 0.4), "undecided"),
        ((-0.4, 0.1), "undecided"),
        ((-0.4, -0.1), "reverses"),
        ((0.1, 0.4), "keeps"),
    ):
        assert update_sign(IntervalEstimate(sum(ends) / 2, *ends)) == wanted


def test_the_update_follows_the_verdict_within_groups_not_over_all_problems():
    """On hard problems nothing passes and on easy ones nearly all does: pooled J > 0. On each J < 0."""
    hard = [[[0, 1], [1, 0], *([[0, 0]] * 6)]] * 60
    easy = [[[1, 0], [0, 1], *([[1, 1]] * 6)]] * 60
    found = errors_against(table_of(hard + easy, MEASURED[:2]), "proof")
    assert found.youden.low > 0
    assert found.youden.value == pytest.approx(1 / 2)  # TPR 6/8, FPR 2/8
    assert found.youden_within.value == pytest.approx(-1 / 7)  # FPR 1/7 and 1, TPR 0 and 6/7
    assert found.youden_within.high < 0
    assert found.update == "reverses"


def test_a_verifier_that_is_independent_of_the_truth_leaves_the_sign_undecided():
    values = drawn(np.random.default_rng(3), wrong_passes=0.5, right_fails=0.5)
    found = errors_against(table_of_array(values, MEASURED), "proof")
    assert found.update == "undecided"
    assert (found.bits.low, found.bits.value < 0.01) == (0, True)
    assert errors_against(table_of_array(drawn(np.random.default_rng(3)), MEASURED), "proof").update == "keeps"


def test_errors_that_come_group_by_group_widen_the_interval_over_groups_alone():
    random = np.random.default_rng(4)
    fooled = random.random((200, 1)) < 0.2
    values = np.stack([np.broadcast_to(fooled, (200, 8)), np.zeros((200, 8))], axis=2).astype(float)
    rate = errors_against(table_of_array(values, MEASURED[:2]), "proof").false_positive
    widths = rate.high_over_groups - rate.low_over_groups, rate.high - rate.low
    assert widths[0] == pytest.approx(2 * 1.972 * math.sqrt(rate.value * (1 - rate.value) / 199), rel=0.01)
    assert widths[0] > 2.5 * widths[1]


def test_length_goes_with_the_verdict_or_with_its_errors():
    """The verifier is fooled by long answers: the truth has nothing to do with length."""
    random = np.random.default_rng(5)
    right, tokens = random.random((500, 8)) < 0.5, random.integers(10, 500, (500, 8))
    passes = right | (tokens > 400)
    values = np.stack([passes, right, tokens], axis=2).astype(float)
    found = errors_against(table_of_array(values, MEASURED), "proof")
    error = (passes * 1.0 - right) - (passes * 1.0 - right).mean(1, keepdims=True)
    away = tokens - tokens.mean(1, keepdims=True)
    assert found.error_and_length.value == pytest.approx(
        (error * away).sum() / math.sqrt((error**2).sum() * (away**2).sum()), rel=rounding(error.size)
    )
    assert found.error_and_length.low > 0.2
    table = table_of_array(values, MEASURED)
    assert length_association(table, "tests").low > 0.1
    assert length_association(table, "proof").low < 0 < length_association(table, "proof").high
    assert math.isnan(errors_against(table_of_array(values[..., :2], MEASURED[:2]), "proof").error_and_length.value)


def test_rollouts_without_one_of_the_verdicts_are_left_out_and_counted():
    groups = [[[1, 1, 0], [0, math.nan, 1], [math.nan, 0, 1]], [[1, 0, 1], [0, 0, 0], [0, 1, 1]]]
    measured = [("verdict", name) for name in ("a", "b", "c")]
    table = table_of(groups, measured, steps=[3, 7])
    found = errors_against(table, "b", "a")
    assert (found.judged, found.left_out) == (4, 2)
    assert found.false_positive[:3] == (1, 2, 0.5)
    rows = [r for g in groups for r in g]
    for two in itertools.permutations(range(3), 2):
        counts = count_verdict_patterns(table, tuple("abc"[k] for k in two))
        assert counts.shape == (2, 3, 3)
        for x, y in itertools.product((0, 1), repeat=2):
            assert counts.sum(0)[x, y] == sum(r[two[0]] == x and r[two[1]] == y for r in rows)


def test_where_nothing_is_wrong_nothing_is_known_of_false_positives():
    found = errors_against(table_of([[[1, 1], [0, 1], [1, 1]]] * 4, MEASURED[:2]), "proof")
    assert math.isnan(found.false_positive.value)
    assert (found.false_positive.low, found.false_positive.high) == (0, 1)
    assert (found.bits.value, found.ideal_bits, found.update) == (0, 0, "undecided")


def test_bad_input_is_named():
    table = table_of([[[1, math.nan, 5]], [[0, math.nan, 5]]], MEASURED)
    with pytest.raises(ValueError, match="no verdict 'prof': did you mean proof"):
        errors_against(table, "prof")
    with pytest.raises(ValueError, match="tests, tests: a verifier is named twice"):
        errors_against(table, "tests")
    with pytest.raises(ValueError, match="no rollout was judged by both tests and proof"):
        errors_against(table, "proof")
    with pytest.raises(ValueError, match="the log has no verdict 'a'; of this kind it has none"):
        errors_against(table_of([[[5]]], MEASURED[2:]), "a")


@pytest.mark.full
def test_exact_intervals_hold_at_least_as_often_as_they_say_and_those_over_groups_about():
    """Rates .2 and .1, the same in each group; answers err independently."""
    random, runs = np.random.default_rng(6), 600
    held = np.zeros(4)
    for _ in range(runs):
        found = errors_against(table_of_array(drawn(random, groups=100)[..., :2], MEASURED[:2]), "proof")
        rate = found.false_positive
        within = found.youden_within
        held += [
            rate.low <= 0.2 <= rate.high,
            rate.low_over_groups <= 0.2 <= rate.high_over_groups,
            within.low <= 0.7 <= within.high,
            found.youden.low <= 0.7 <= found.youden.high,
        ]
    assert held[0] / runs >= 0.936
    assert held[3] / runs >= 0.936
    assert ((held[1:3] / runs >= 0.93) & (held[1:3] / runs <= 0.97)).all(), held / runs
