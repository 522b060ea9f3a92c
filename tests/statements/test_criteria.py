"""Criteria are read as they are written, and what is no criterion is refused in one line that says what to write."""

from fractions import Fraction

import pytest

from infoloop.statements.criteria import Budget, CriterionError, parse_criterion
from tests.support.measured_chapter import CRITERION

FULL = f"{CRITERION}; missing 1/10; decided 3/4; each optimiser"


def test_every_field_is_read():
    found = parse_criterion(FULL)
    assert (found.direction, found.size, found.budget) == ("greater", Fraction(1, 100), Budget(300.0, "steps"))
    assert (found.share, found.level, found.seeds) == (Fraction(1, 2), Fraction(19, 20), 20)
    assert (found.refuting, found.refuted_by) == (Fraction(2, 3), "against")
    assert (found.missing, found.decided, found.each) == (Fraction(1, 10), Fraction(3, 4), "optimiser")


def test_a_budget_may_be_a_share_of_the_way():
    assert parse_criterion(CRITERION.replace("budget 300 steps", "budget .1 way")).budget == Budget(0.1, "way")


def test_what_is_left_out_is_as_usual():
    found = parse_criterion(CRITERION)
    assert (found.missing, found.decided, found.each) == (Fraction(1, 4), Fraction(1, 2), "")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("greater; ", "", "one direction, greater or less; this one has none"),
        ("greater", "greater; less", "this one has 2"),
        ("greater", "bigger", "no field 'bigger'"),
        ("seeds", "seed", "no field 'seed': did you mean seeds?"),
        ("seeds 20", "seeds 20; seeds 30", "says seeds twice"),
        ("; seeds 20", "", "lacks the field seeds, as in 'seeds 20'"),
        ("seeds 20", "seeds 19", "at least 20"),
        ("seeds 20", "seeds 20.5", "whole number, at least 20"),
        ("budget 300 steps", "budget .5 steps", "'.5 steps': give a whole number of steps, at least 1"),
        ("budget 300 steps", "budget 0 queries", "at least 1"),
        ("budget 300 steps", "budget 300 stops", "'stops': did you mean steps?"),
        ("budget 300 steps", "budget 1 accuracy", "give a number above 0 and below 1"),
        ("budget 300 steps", "budget 1 way", "give a number above 0 and below 1"),
        ("budget 300 steps", "budget 0 bits", "give a number above 0"),
        ("size .01", "size -.01", "above 0; the direction is a field of its own"),
        ("size .01", "size small", "size of the criterion is 'small': give a number, as in 'size .01'"),
        ("size .01", "size 1/0", "give a number"),
        ("share 1/2", "share 3/2", "from 0 to 1"),
        ("share 1/2", "share 0", "which everything meets"),
        ("share 1/2", "share 1/3", "can both be met"),
        ("level 95 %", "level 95", "50 % to below 100 %"),
        ("level 95 %", "level 99.9999 %", "have no interval"),
        ("refuted 2/3 against", "refuted 2/3", "say at which share"),
        ("; seeds", "; each two words; seeds", "one axis"),
    ],
)
def test_what_is_no_criterion_is_refused_in_one_line(old, new, message):
    assert old in CRITERION
    with pytest.raises(CriterionError) as refused:
        parse_criterion(CRITERION.replace(old, new))
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
