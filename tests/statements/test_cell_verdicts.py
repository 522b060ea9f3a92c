"""Cells and theses are judged by the criterion: planted effects are found, planted nulls are not, losses count."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import binom, t

from infoloop.statements.cell_verdicts import CellFinding, CellOutcomes, axis_value, judge_cell, judge_thesis
from infoloop.statements.criteria import parse_criterion
from infoloop.statements.seed_intervals import median_interval
from tests.support.measured_chapter import CRITERION

THESIS = parse_criterion(CRITERION)
SIZE = 0.01


def outcomes(value: float, seeds: int = 20, **lost) -> CellOutcomes:
    return CellOutcomes(dict.fromkeys(range(seeds), value), **lost)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (0.02, "for"),
        (SIZE, "null"),
        (0.0, "null"),
        (-SIZE, "null"),
        (-0.02, "against"),
        (math.nextafter(SIZE, 1), "for"),
    ],
)
def test_a_cell_is_for_only_above_the_size_and_null_up_to_it(value, says):
    """The float .01 is a little above 1/100, so that the size is given as it is stored."""
    criterion = replace(THESIS, size=Fraction(SIZE))
    assert judge_cell(criterion, "cell", outcomes(value)).says == says
    mirrored = replace(criterion, direction="less")
    assert judge_cell(mirrored, "cell", outcomes(-value)).says == says


def test_an_interval_across_the_size_is_undecided():
    values = dict(enumerate(np.linspace(-0.05, 0.07, 20).tolist()))
    assert judge_cell(THESIS, "cell", CellOutcomes(values)).says == "undecided"


def test_too_few_seeds_decide_nothing():
    found = judge_cell(THESIS, "cell", outcomes(0.5, seeds=19))
    assert (found.says, found.reason) == ("undecided", "19 seeds, the criterion asks for 20")


def test_more_missing_than_the_criterion_allows_is_undecided():
    most = judge_cell(THESIS, "cell", outcomes(0.5, seeds=15, missing=(15, 16, 17), diverged=(18, 19)))
    more = judge_cell(THESIS, "cell", outcomes(0.5, seeds=14, missing=(14, 15, 16, 17), diverged=(18, 19)))
    assert (most.says, most.seeds, most.missing, most.diverged) == ("for", 20, 3, 2)
    assert more.says == "undecided"
    assert "6 of 20 seeds have no outcome" in more.reason


def test_the_criterion_says_how_many_may_be_missing():
    lost = outcomes(0.5, seeds=17, missing=(17, 18), diverged=(19,))
    assert judge_cell(replace(THESIS, missing=Fraction(3, 20)), "cell", lost).says == "for"
    found = judge_cell(replace(THESIS, missing=Fraction(2, 20)), "cell", lost)
    assert (found.says, found.reason) == ("undecided", "3 of 20 seeds have no outcome, more than 1/10")


def test_enough_missing_leave_no_interval_whatever_the_criterion_allows():
    lenient = replace(THESIS, missing=Fraction(1))
    assert judge_cell(lenient, "cell", outcomes(0.5, seeds=14, missing=tuple(range(6)))).says == "undecided"


def test_a_void_cell_says_so_whatever_its_outcomes():
    found = judge_cell(THESIS, "cell", outcomes(0.5, void="nobody could"))
    assert (found.says, found.reason) == ("void", "nobody could")


def cells(*says: str, names: tuple[str, ...] = ()) -> tuple[CellFinding, ...]:
    blank = median_interval([], 0, THESIS.level)
    names = names or tuple(str(k) for k in range(len(says)))
    return tuple(CellFinding(name, said, blank, 20, 0, 0, "") for name, said in zip(names, says, strict=True))


@pytest.mark.parametrize(
    ("says", "verdict"),
    [
        (("for", "null", "undecided", "void"), "supported"),
        (("for", "null", "null"), "mixed"),
        (("against", "against", "for"), "refuted"),
        (("against", "null"), "mixed"),
        (("for", "undecided", "undecided"), "undecided"),
        (("void", "void"), "undecided"),
        (("undecided",), "undecided"),
    ],
)
def test_the_shares_decide(says, verdict):
    assert judge_thesis(THESIS, cells(*says)) == verdict


def test_null_cells_refute_where_the_criterion_says_so():
    strict = replace(THESIS, refuted_by="not for")
    assert judge_thesis(strict, cells("null", "null", "for")) == "refuted"
    assert judge_thesis(THESIS, cells("null", "null", "for")) == "mixed"


def test_each_value_of_an_axis_must_give_the_verdict():
    each = replace(THESIS, each="optimiser")
    names = ("optimiser=sgd, m=1", "m=1, optimiser=adam")
    assert judge_thesis(each, cells("for", "for", names=names)) == "supported"
    assert judge_thesis(each, cells("for", "null", names=names)) == "mixed"
    assert judge_thesis(each, cells("for", "undecided", names=names)) == "undecided"
    with pytest.raises(ValueError, match="has no axis optimiser"):
        judge_thesis(each, cells("for"))
    assert axis_value("m=1, optimiser=adam", "optimiser") == "adam"


REPETITIONS = 100


def judged(effect: float, seed: int) -> list[str]:
    """What 100 cells say whose outcomes have this median, heavy tails, and noise of twice the size that counts."""
    draws = effect + 2 * SIZE * np.random.default_rng(seed).standard_t(3, size=(REPETITIONS, 20))
    return [judge_cell(THESIS, "cell", CellOutcomes(dict(enumerate(row.tolist())))).says for row in draws]


def most_false(rate: float, alarm: float = 1e-6) -> int:
    """So many of the repetitions are exceeded once in a million, if each has this rate."""
    total, most = 0.0, -1
    while total < 1 - alarm:
        most += 1
        total += math.comb(REPETITIONS, most) * rate**most * (1 - rate) ** (REPETITIONS - most)
    return most


def test_a_planted_effect_is_recovered_and_its_interval_has_it_inside():
    said = judged(6 * SIZE, seed=1)
    assert said.count("against") == 0
    missed = binom.sf(5, 20, t.cdf(-2.5, 3))  # a cell misses it where 6 of its 20 seeds are 5 sizes below the effect
    assert said.count("for") >= REPETITIONS - most_false(missed)
    assert most_false(missed) < 5
    rows = 6 * SIZE + 2 * SIZE * np.random.default_rng(1).standard_t(3, size=(REPETITIONS, 20))
    ends = [median_interval(row.tolist(), 0, THESIS.level) for row in rows]
    outside = sum(not found.lower <= 6 * SIZE <= found.upper for found in ends)
    assert outside <= most_false(0.05)


def test_a_planted_null_gives_no_finding():
    """At 0 both errors are far below 1 in 20 a cell, since the interval would have to pass the size."""
    said = judged(0.0, seed=2)
    assert said.count("for") + said.count("against") <= 1


def test_at_the_edge_of_what_counts_false_findings_are_as_rare_as_the_level_says():
    """A median of exactly the size is null: it is called `for` in at most one of 40 cells."""
    assert judged(SIZE, seed=3).count("for") <= most_false(0.025)
    assert most_false(0.025) < 15
