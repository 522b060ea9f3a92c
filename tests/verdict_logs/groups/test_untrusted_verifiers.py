"""Bounds from two verifiers against the set of all rates that make a law, searched in fractions; rates from three."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import scipy

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.groups.untrusted_verifiers import bounds_from_two, rates_from_three
from tests.support.hand_made_groups import table_of, table_of_array
from tests.support.interval_oracles import ROOT

TWO = [("verdict", "a"), ("verdict", "b")]
THREE = [*TWO, ("verdict", "c")]


def law_of_two(p, first, second):
    """P(v1, v2) of rates (FPR, TPR), in fractions."""
    law = {}
    for x, y in itertools.product((0, 1), repeat=2):
        law[x, y] = sum(
            share * (f if x else 1 - f) * (s if y else 1 - s)
            for share, f, s in ((p, first[1], second[1]), (1 - p, first[0], second[0]))
        )
    return law


def table_of_law(law, many, measured):
    rows = [list(key) for key, share in law.items() for _ in range(int(share * many))]
    assert len(rows) == many
    return table_of([rows], measured)


RATES = (Fraction(2, 5), (Fraction(1, 10), Fraction(4, 5)), (Fraction(1, 5), Fraction(9, 10)))


def compatible(law, false_positive, true_positive):
    """The p and the second verifier's rates that make the law with these of the first; None if there are none."""
    m1, m2 = law[1, 0] + law[1, 1], law[0, 1] + law[1, 1]
    if not 0 <= false_positive < m1 < true_positive <= 1:
        return None
    p = (m1 - false_positive) / (true_positive - false_positive)
    # P(1, 1) = p T1 T2 + q F1 F2 and m2 = p T2 + q F2: two linear equations
    second_true = (law[1, 1] - false_positive * m2) / (p * (true_positive - false_positive))
    second_false = (m2 - p * second_true) / (1 - p)
    second = (second_false, second_true)
    if not all(0 <= rate <= 1 for rate in second):
        return None
    assert law_of_two(p, (false_positive, true_positive), second) == law
    return p, second


def test_the_bounds_are_the_ends_of_what_is_compatible_with_the_law():
    law = law_of_two(*RATES)
    found = bounds_from_two(table_of_law(law, 1000, TWO), "a", "b")
    assert found.compatible
    limits = (law[1, 0] / (law[1, 0] + law[0, 0]), law[1, 1] / (law[1, 1] + law[0, 1]))
    assert found.false_positive[0].at_most == pytest.approx(float(limits[0]))
    assert found.false_negative[0].at_most == pytest.approx(float(1 - limits[1]))
    made = {}
    for f, t in itertools.product([Fraction(k, 24) for k in range(25)], repeat=2):
        made[f, t] = compatible(law, f, t)
        inside = f <= limits[0] and t >= limits[1]
        assert (made[f, t] is not None) == inside
    right = [one[0] for one in made.values() if one]
    corners = [compatible(law, f, t) for f, t in itertools.product((Fraction(0), limits[0]), (limits[1], Fraction(1)))]
    assert all(corners)
    assert found.right[0] == pytest.approx(float(min(one[0] for one in corners)))
    assert found.right[1] == pytest.approx(float(max(one[0] for one in corners)))
    assert found.right[0] <= float(min(right)) < float(max(right)) <= found.right[1]
    others = [one[1] for one in made.values() if one] + [one[1] for one in corners]
    assert found.false_positive[1].at_most == pytest.approx(float(max(one[0] for one in others)))
    assert found.false_negative[1].at_most == pytest.approx(float(max(1 - one[1] for one in others)))


def test_the_truth_is_within_them():
    found = bounds_from_two(table_of_law(law_of_two(*RATES), 1000, TWO), "a", "b")
    assert found.false_positive[0].at_most > 0.1
    assert found.false_negative[1].at_most > 0.1
    assert found.right[0] < 0.4 < found.right[1]
    assert found.reason.startswith("two verifiers do not tell their rates")
    assert found.false_positive[0].high > found.false_positive[0].at_most
    assert found.row()["right"] == found.right


@pytest.mark.parametrize("confidence", [0.6, 0.95])
def test_each_of_four_bounds_has_a_quarter_of_the_risk_above_it(confidence):
    counts = {(0, 0): 11, (0, 1): 4, (1, 0): 3, (1, 1): 9}
    found = bounds_from_two(
        table_of([[list(key) for key, k in counts.items() for _ in range(k)]], TWO), "a", "b", confidence
    )
    wanted = [(3, 14), (4, 15), (4, 13), (3, 12)]  # of those that the other one fails, and of those that it passes
    for bound, (k, n) in zip((*found.false_positive, *found.false_negative), wanted, strict=True):
        end = scipy.stats.binomtest(k, n, alternative="less").proportion_ci(1 - (1 - confidence) / 4).high
        assert bound == pytest.approx((k / n, max(end, (k + 1) / n)), abs=ROOT)


def test_verdicts_that_do_not_go_together_fit_no_such_verifiers():
    for rows in ([[1, 0], [0, 1]], [[1, 1], [1, 0], [0, 1], [0, 0]], [[1, 1]] * 4):
        found = bounds_from_two(table_of([rows * 5], TWO), "a", "b")
        assert not found.compatible
        assert "do not pass the same answers more often than chance" in found.reason
        assert math.isnan(found.false_positive[0].at_most)


@pytest.mark.slow
def test_three_verifiers_tell_their_rates():
    rates = ((0.1, 0.8), (0.2, 0.9), (0.3, 0.7))
    rows = {}
    for key in itertools.product((0, 1), repeat=3):
        sides = [
            share * math.prod(pair[side] if x else 1 - pair[side] for pair, x in zip(rates, key, strict=True))
            for side, share in ((1, 0.4), (0, 0.6))
        ]
        rows[key] = sum(sides)
    values = np.array([key for key, share in rows.items() for _ in range(round(share * 100_000))], float)
    found = rates_from_three(table_of_array(values[None], THREE), ("a", "b", "c"))
    assert found.identifiable
    assert found.right.value == pytest.approx(0.4, abs=rounding(8))
    assert found.right.low < 0.4 < found.right.high
    surer = rates_from_three(table_of_array(values[None], THREE), ("a", "b", "c"), 0.999)
    for narrow, wide in zip((found.right, *found.false_positive), (surer.right, *surer.false_positive), strict=True):
        assert wide.low < narrow.low < narrow.high < wide.high
    for k, (false, true) in enumerate(rates):
        assert found.false_positive[k].value == pytest.approx(false, abs=rounding(8))
        assert found.false_negative[k].value == pytest.approx(1 - true, abs=rounding(8))
        assert found.false_positive[k].low < false < found.false_positive[k].high
        assert found.false_negative[k].low < 1 - true < found.false_negative[k].high
    assert found.reason.endswith("right means what a passes more often")
    exchanged = rates_from_three(table_of_array(values[None], THREE), ("c", "a", "b"))
    assert exchanged.false_positive[0].value == pytest.approx(found.false_positive[2].value)
    assert found.row()["right"]["value"] == found.right.value


def test_a_verifier_that_is_no_verifier_and_answers_that_are_all_wrong_are_named():
    random = np.random.default_rng(1)
    right = random.random((50, 40)) < 0.5
    noise = random.random((50, 40)) < 0.5
    values = np.stack([right, right ^ (random.random((50, 40)) < 0.1), noise], axis=2).astype(float)
    found = rates_from_three(table_of_array(values, THREE), ("a", "b", "c"))
    assert not found.identifiable
    assert "the counts do not show that" in found.reason
    assert "c" in found.reason.split(" tells ")[0]
    wrong = (random.random((50, 40, 3)) < 0.2).astype(float)
    assert not rates_from_three(table_of_array(wrong, THREE), ("a", "b", "c")).identifiable


def test_verifiers_of_which_two_agree_against_the_third_fit_no_independent_errors():
    """Covariances +, +, -: of independent verifiers their product is a square."""
    rows = [[1, 1, 1]] * 10 + [[1, 1, 0]] * 300 + [[1, 0, 1]] * 300 + [[0, 0, 0]] * 390
    found = rates_from_three(table_of([rows], THREE), ("a", "b", "c"))
    assert not found.identifiable
    assert "misled together" in found.reason


COUNTS = {
    "misled together": [[[232, 0], [554, 204]], [[155, 735], [355, 765]]],
    "do not show that a tells": [[[409, 849], [159, 650]], [[15, 304], [111, 503]]],
}


@pytest.mark.parametrize(("said", "counts"), COUNTS.items(), ids=COUNTS)
def test_that_some_or_all_of_three_differ_from_chance_is_not_enough(said, counts):
    rows = [list(key) for key in itertools.product((0, 1), repeat=3) for _ in range(np.array(counts)[key])]
    found = rates_from_three(table_of_array(np.array(rows, float)[None], THREE), ("a", "b", "c"))
    assert not found.identifiable
    assert said in found.reason


def test_bad_input_is_named():
    table = table_of([[[1, math.nan, 1]]], THREE)
    with pytest.raises(ValueError, match="no rollout was judged by both a and b"):
        bounds_from_two(table, "a", "b")
    with pytest.raises(ValueError, match="no rollout was judged by all of a, b, c"):
        rates_from_three(table, ("a", "b", "c"))
    with pytest.raises(ValueError, match="there are 2 verifiers: name three"):
        rates_from_three(table, ("a", "b"))  # ty: ignore[invalid-argument-type]
    with pytest.raises(ValueError, match="a, c, a: a verifier is named twice"):
        rates_from_three(table, ("a", "c", "a"))
    with pytest.raises(ValueError, match="confidence is 2"):
        bounds_from_two(table, "a", "c", 2)


@pytest.mark.slow
def test_all_four_bounds_hold_at_once_as_often_as_they_say():
    random, runs = np.random.default_rng(2), 500
    p, (f1, t1), (f2, t2) = (float(RATES[0]), *((float(a), float(b)) for a, b in RATES[1:]))
    law = law_of_two(p, (f1, t1), (f2, t2))
    limits = [law[1, 0] / (law[1, 0] + law[0, 0]), law[0, 1] / (law[0, 1] + law[0, 0]),
              law[0, 1] / (law[0, 1] + law[1, 1]), law[1, 0] / (law[1, 0] + law[1, 1])]  # fmt: skip
    held = 0
    for _ in range(runs):
        right = random.random((100, 2)) < p
        a, b = (
            np.where(right, random.random((100, 2)) < t, random.random((100, 2)) < f) for f, t in ((f1, t1), (f2, t2))
        )
        found = bounds_from_two(table_of_array(np.stack([a, b], 2).astype(float), TWO), "a", "b")
        ends = [bound.high for bound in (*found.false_positive, *found.false_negative)]
        held += found.compatible and all(want <= end for want, end in zip(limits, ends, strict=True))
    assert held / runs >= 0.936
