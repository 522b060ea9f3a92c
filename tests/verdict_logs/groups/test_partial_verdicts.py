"""A number that is graded anywhere in a log is no verdict, in whatever part it looked like one."""

import numpy as np
import pytest

from infoloop.verdict_logs.groups.group_table import collect_groups
from infoloop.verdict_logs.groups.partial_verdicts import without_partial_verdicts
from infoloop.verdict_logs.rollouts import Rollouts

NAMES, ROWS = np.array(["a", "a", "b", "b"]), np.arange(4)
STYLE, TESTS = np.array([0.0, 1.0, 1.0, 0.0]), np.array([1.0, 1.0, 0.0, 0.0])


def part(step: int, style: np.ndarray, *, judged: bool) -> Rollouts:
    verdicts = {"style": style, "tests": TESTS} if judged else {"tests": TESTS}
    return Rollouts(NAMES, ROWS, np.full(4, step), rewards={"style": style, "tests": TESTS}, verdicts=verdicts)


@pytest.mark.parametrize("late", [STYLE / 2, -STYLE / 2])  # it is how many there are that counts, not their sum
def test_a_verdict_that_is_graded_elsewhere_is_left_out(late):
    table = without_partial_verdicts(collect_groups([part(1, STYLE, judged=True), part(2, late, judged=False)]))
    kinds = [(number.kind, number.name) for number in table.measured]
    assert kinds == [("component", "style"), ("component", "tests"), ("verdict", "tests")]
    alone = collect_groups([
        Rollouts(NAMES, ROWS, np.full(4, step), rewards={"style": style, "tests": TESTS}, verdicts={"tests": TESTS})
        for step, style in ((1, STYLE), (2, late))
    ])  # fmt: skip
    for name in ("count", "total", "products", "least", "largest", "judged"):
        assert np.array_equal(getattr(table, name), getattr(alone, name), equal_nan=True), name


def test_a_verdict_that_has_all_its_rollouts_stays():
    table = collect_groups([part(1, STYLE, judged=True), part(2, 1 - STYLE, judged=True)])
    assert without_partial_verdicts(table) is table
