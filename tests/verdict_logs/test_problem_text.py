"""What is said of problems, of those of a made log and of changed ones."""

from typing import Any

import pytest

from infoloop.verdict_logs.problem_text import problem_lines
from infoloop.verdict_logs.rollout_audit import audit_rollouts
from tests.support.paths import LOGS


@pytest.fixture(scope="module")
def choice() -> Any:
    audit: Any = audit_rollouts(LOGS / "trl")
    return audit.verdicts.choice


def test_each_kind_of_problem_is_counted_and_has_a_use(choice):
    kinds = choice.choice.copy()
    kinds[:4] = ["never solved", "rare successes", "rare successes", "rare failures"]
    kinds[4:] = "keep"
    ((name, said),) = problem_lines(choice._replace(choice=kinds), None)
    assert name == "problems"
    assert said.startswith("none dropped, that takes 14 dead groups and no live one; never solved 1 (make easier or ")
    assert "; rare successes 2 (larger groups); " in said
    assert said.endswith("as the verdict does not decide alone")


def test_what_dropping_loses_is_exact_if_nothing_changes(choice):
    kinds = choice.choice.copy()
    kinds[:3] = ["drop, always failed", "drop, always passed", "drop, no live group"]
    for changes, said in (
        ({}, "at most 1.50 live groups in the mean, of one group at each dropped problem; exact if chances stay"),
        (
            {"by": "verdicts", "lost_bits": 2.0},
            "at most 1.50 live groups and 2.00 bits in the mean, of one group of 8 at each dropped problem; exact if "
            "pass rates stay",
        ),
    ):
        facts = dict(problem_lines(choice._replace(choice=kinds, lost_groups=1.5, **changes), 6))
        assert facts["dropping loses"] == f"{said} as they were"
        assert facts["problems"].startswith("dropped 3 (1 never pass, 1 always), at 14 ")
        assert facts["problems"].endswith("; from step 6 on")
