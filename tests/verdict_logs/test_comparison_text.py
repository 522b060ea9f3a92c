"""The table of a comparison: a row for each quantity, and what few problems mean."""

import math

import pytest

from infoloop.verdict_logs.comparison_text import comparison_table
from infoloop.verdict_logs.groups.run_comparison import compare_runs
from infoloop.verdict_logs.rollout_audit import audit_rollouts
from tests.support.changed_audits import estimate, numbers
from tests.support.paths import LOGS


@pytest.fixture(scope="module")
def table():
    return audit_rollouts(LOGS / "trl").table


def test_a_comparison_has_a_row_for_each_quantity(table):
    title, heads, rows = comparison_table(compare_runs(table, table))
    assert title.startswith("since the earlier run, on 12 common problems")
    assert len(heads) == len(rows[0])
    assert {row[-1] for row in rows} == {"no"}


def test_what_changed_stands_in_the_columns_of_its_names(table):
    compared = compare_runs(table, table)
    one = compared.quantities[0]._replace(
        name="x\x1b", first=0.125, second=0.5, difference=estimate(0.375, 0.25, 0.5), up=3, down=1
    )
    some = one, one._replace(not_compared="why"), one._replace(beyond_noise=True, size=1024, first=math.nan)
    _, _, rows = comparison_table(compared._replace(quantities=some))
    assert (rows[0][1:3], rows[0][4], rows[1][-1]) == (("0.125", "0.500"), "3 / 1", "not compared: why")
    assert (numbers(rows[0][3]), rows[0][5]) == (["0.38", "0.25", "0.50"], "no")
    assert (rows[2][1], rows[2][5].split(",")[0], numbers(rows[2][5])) == ("-", "yes", ["1,024"])
    assert "\x1b" not in rows[0][0]


@pytest.mark.parametrize(("common", "few"), [(9, True), (10, False)])
def test_a_comparison_of_few_problems_says_what_that_means(table, common, few):
    title, _, _ = comparison_table(compare_runs(table, table)._replace(common=common))
    assert title.endswith('they are few: "no" does not mean no change, and intervals are rough') == few
