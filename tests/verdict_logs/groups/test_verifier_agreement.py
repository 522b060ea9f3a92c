"""Verifiers side by side: pass rates and equal verdicts are counted over the rollouts that have both."""

import numpy as np

from infoloop.verdict_logs.groups.group_table import collect_groups
from infoloop.verdict_logs.groups.partial_verdicts import without_partial_verdicts
from infoloop.verdict_logs.groups.verifier_agreement import agreement_of
from infoloop.verdict_logs.groups.verifier_errors import exact_share
from infoloop.verdict_logs.rollouts import Rollouts

NONE = np.nan


def test_shares_are_of_the_rollouts_that_were_judged():
    verdicts = {
        "a": np.array([1, 1, 0, 0, NONE, 1.0]),
        "b": np.array([1, 0, 0, 1, 1, NONE]),
        "c": np.array([1, 1, 1, 1, 1, 1.0]),
    }
    found = agreement_of(collect_groups([Rollouts(np.array(["p"] * 6), np.arange(6), verdicts=verdicts)]), 0.9)
    assert found.verifiers == ("a", "b", "c")
    assert found.passes == (exact_share(3, 5, 0.9), exact_share(3, 5, 0.9), exact_share(6, 6, 0.9))
    assert found.equal == (exact_share(2, 4, 0.9), exact_share(3, 5, 0.9))
    assert found.row()["equal"][0]["value"] == 0.5


def test_of_five_verifiers_one_of_which_is_none_three_stand_side_by_side():
    names, row, said = np.array(["p", "p"]), np.arange(2), np.array([0.0, 1.0])
    judges = dict.fromkeys("bcde", said)
    early = Rollouts(names, row, rewards={"a": said}, verdicts={"a": said, **judges})
    late = Rollouts(names, row, rewards={"a": said / 2}, verdicts=judges)
    found = agreement_of(without_partial_verdicts(collect_groups([early, late])))
    assert found.verifiers == ("b", "c", "d")  # patterns were counted of the first four
    assert [one.value for one in found.passes] == [0.5] * 3
