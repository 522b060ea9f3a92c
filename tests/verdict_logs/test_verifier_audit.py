"""What several verifiers say of each other, by how many there are and which is trusted."""

from typing import Any

import pytest

from infoloop.verdict_logs.groups.error_drift import drift_of_errors
from infoloop.verdict_logs.groups.untrusted_verifiers import bounds_from_two, rates_from_three
from infoloop.verdict_logs.groups.verifier_agreement import agreement_of
from infoloop.verdict_logs.groups.verifier_errors import errors_against
from infoloop.verdict_logs.verifier_audit import audit_verifiers
from tests.support.hand_made_groups import table_of as judged_table

verifiers_of: Any = audit_verifiers


def judged_by(*names):
    """Two steps of two groups."""
    rows = [[[1, 1, 1], [0, 0, 0], [1, 0, 1]], [[1, 1, 0], [0, 1, 0], [0, 0, 0]]] * 2
    groups = [[rollout[: len(names)] for rollout in group] for group in rows]
    return judged_table(groups, [("verdict", name) for name in names], steps=[0, 0, 1, 1])


def test_verifiers_are_looked_at_by_how_many_there_are():
    assert verifiers_of(judged_by("tests"), None, 0.8) is None
    two, three = judged_by("tests", "proof"), judged_by("tests", "proof", "judge")
    same = ("tests", "proof", "judge")
    assert verifiers_of(two, None, 0.8, same[:2]).pair == bounds_from_two(two, "tests", "proof", 0.8)
    assert repr(verifiers_of(three, None, 0.8, same).panel) == repr(rates_from_three(three, same, 0.8))
    assert repr(verifiers_of(three, None, 0.8, (*same, "tests")).panel) == repr(rates_from_three(three, same, 0.8))
    for table in (two, three):  # nobody says that they judge the same thing
        found = verifiers_of(table, None, 0.8)
        assert (found.errors, found.pair, found.panel) == (None, None, None)
        assert found.agreement == agreement_of(table, 0.8)


def test_a_verifier_that_is_trusted_and_alone_has_none_to_judge():
    with pytest.raises(ValueError, match=r"^--trusted tests: it counts as right already"):
        verifiers_of(judged_by("tests"), "tests", 0.8)


def test_by_a_trusted_verifier_rates_and_their_drift_are_told():
    table = judged_by("tests", "proof")
    found = verifiers_of(table, "proof", 0.8)
    assert repr(found.errors) == repr(errors_against(table, "proof", confidence=0.8))
    assert repr(found.drift) == repr(drift_of_errors(table, "proof", confidence=0.8))
    assert (found.pair, found.panel) == (None, None)


def test_of_several_others_the_first_is_judged_and_one_step_has_no_drift():
    found = verifiers_of(judged_by("tests", "proof", "judge"), "judge", 0.8)
    assert (found.errors.verifier, found.errors.trusted) == ("tests", "judge")
    row = {"names": found.names, "errors": found.errors.row(), "drift": found.drift.row()}
    assert found.row() == row | {"others": [found.others[0].row()]}
    once = judged_table([[[1, 1], [0, 1], [0, 0]]], [("verdict", "tests"), ("verdict", "proof")])
    assert verifiers_of(once, "proof", 0.8).drift is None


def test_errors_of_all_that_are_not_trusted_are_told():
    table = judged_by("tests", "proof", "judge")
    found = verifiers_of(table, "proof", 0.8)
    assert repr(found.errors) == repr(errors_against(table, "proof", "tests", 0.8))
    assert [repr(one) for one in found.others] == [repr(errors_against(table, "proof", "judge", 0.8))]
    assert found.row()["others"] == [found.others[0].row()]
    assert "others" not in verifiers_of(judged_by("tests", "proof"), "proof", 0.8).row()


def test_errors_of_verifiers_after_the_fourth_are_left_out():
    rows = [[[1] * 6, [0] * 6, [1, 0, 1, 0, 1, 0]]]
    found = verifiers_of(judged_table(rows, [("verdict", name) for name in "abcdef"]), "b", 0.8)
    assert [one.verifier for one in (found.errors, *found.others)] == ["a", "c", "d"]
