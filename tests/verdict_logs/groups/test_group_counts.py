"""Passes of groups and problems, by the first verifier."""

import math

import numpy as np
import pytest

from infoloop.verdict_logs.groups.group_counts import count_passes, tally_problems
from infoloop.verdict_logs.groups.group_table import collect_groups
from infoloop.verdict_logs.rollouts import Rollouts


def test_passes_are_those_of_the_first_verifier_where_it_has_a_verdict():
    verdicts = {"tests": np.array([1.0, 0, 1, math.nan, 1]), "judge": np.zeros(5)}
    part = Rollouts(np.array([*"babca"]), np.arange(5), step=np.array([1, 1, 1, 1, 2]), verdicts=verdicts)
    table = collect_groups([part])
    assert [x.tolist() for x in count_passes(table)] == [[0, 1, 3], [2, 1, 1], [2, 0, 1]]
    assert [x.tolist() for x in tally_problems(table)] == [["a", "b"], [2, 2], [1, 2]]
    assert [x.tolist() for x in tally_problems(table, table.step == 1)] == [["a", "b"], [1, 2], [0, 2]]


def test_a_rollout_without_a_verdict_is_no_attempt():
    part = Rollouts(np.array([*"aaa"]), np.arange(3), verdicts={"tests": np.array([1.0, math.nan, 0])})
    assert [x.tolist() for x in count_passes(collect_groups([part]))] == [[0], [2], [1]]


def test_passes_without_verdicts_are_refused():
    table = collect_groups([Rollouts(np.array(["a"]), np.ones(1), reward=np.ones(1))])
    with pytest.raises(ValueError, match="the log has rewards and no verdicts"):
        count_passes(table)
