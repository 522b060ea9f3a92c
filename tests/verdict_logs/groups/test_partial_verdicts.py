"""A number that is graded anywhere in a log is no verdict, in whatever part it looked like one."""

import numpy as np
import pytest

from infoloop.verdict_logs.groups.group_table import MOST_JUDGES, collect_groups
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


def judged(step: int, grades: list[float]) -> Rollouts:
    values = np.array(grades)
    return Rollouts(NAMES, ROWS, np.full(4, step), rewards={"style": values}, verdicts={"style": values > 0})


@pytest.mark.parametrize(
    ("parts", "kept"),
    [
        (([0.0, 2, 2, 0], [2.0, 2, 2, 2]), True),
        (([0.0, 0, 0, 0], [2.0, 2, 2, 2]), True),
        (([-2.0, 2, 2, -2], [2.0, 2, 2, 2]), True),
        (([-1.0, 1, 1, -1], [0.0, 1, 0, 1]), True),
        (([-1.0, -1, -1, -1], [-1.0, -1, -1, -1]), True),
        (([0.0, 2, 2, 0], [1.0, 1, 1, 1]), False),  # a third value
        (([2.0, 2, 2, 2], [2.0, 2, 2, 2]), False),  # one that is none of right and wrong
        (([0.0, 0, 0, 0], [-1.0, -1, 0, 0]), False),  # a penalty
    ],
)
def test_two_values_over_the_whole_log_are_verdicts(parts, kept):
    table = without_partial_verdicts(collect_groups([judged(step, grades) for step, grades in enumerate(parts)]))
    assert [number.kind for number in table.measured] == (["component", "verdict"] if kept else ["component"])


def test_a_number_divided_by_a_threshold_stays_and_the_score_of_verl_is_the_reward():
    table = collect_groups([judged(1, [0.0, 1, 2, 3])])
    assert without_partial_verdicts(table, "style") is table
    whole = np.array([0.5, 0.5, 2.0, 2.0])
    scored = collect_groups([Rollouts(NAMES, ROWS, reward=whole, verdicts={"score": whole > 0})])
    assert without_partial_verdicts(scored) is scored
    assert [number.kind for number in without_partial_verdicts(scored, total="score").measured] == ["reward"]


def test_a_verdict_that_is_only_missing_elsewhere_is_left_out_where_its_number_is_not():
    """The number has two values all over the log, but one part does not take it for a verdict."""
    table = collect_groups([part(1, STYLE, judged=True), part(2, STYLE, judged=False)])
    kinds = [(number.kind, number.name) for number in without_partial_verdicts(table).measured]
    assert kinds == [("component", "style"), ("component", "tests"), ("verdict", "tests")]


def test_groups_without_the_number_of_a_verdict_have_no_say():
    none = Rollouts(NAMES, ROWS, np.full(4, 2), rewards={"tests": TESTS}, verdicts={"tests": TESTS})
    table = collect_groups([part(1, STYLE, judged=True), none])
    assert without_partial_verdicts(table) is table


def test_patterns_are_of_the_first_verifiers_alone_and_a_later_one_is_left_out_all_the_same():
    said = {f"v{k}": STYLE for k in range(MOST_JUDGES)}

    def log(late, verdicts):
        first = Rollouts(NAMES, ROWS, np.full(4, 1), rewards=said | {"z": STYLE}, verdicts=said | verdicts)
        return collect_groups([first, Rollouts(NAMES, ROWS, np.full(4, 2), rewards=said | {"z": late}, verdicts=said)])

    table, alone = without_partial_verdicts(log(STYLE / 2, {"z": STYLE})), log(STYLE / 2, {})
    assert table.measured == alone.measured
    assert np.array_equal(table.judged, alone.judged)
