"""The figures of an audit of rollouts: what they draw is what the audit counted."""

from typing import Any

import numpy as np
import pytest

from infoloop.verdict_logs.rollout_audit import audit_rollouts
from infoloop.verdict_logs.rollout_figures import rollout_audit_figures, step_figure
from tests.support.paths import LOGS

audit: Any = audit_rollouts  # whatever a log has, tests look at
drawn: Any = step_figure


@pytest.fixture(scope="module")
def trl():
    return audit(LOGS / "trl")


def test_lines_over_steps_are_the_counted_shares(trl):
    dead = drawn(trl).panels[0].marks
    shares = {mark.label: np.asarray(mark.y) for mark in dead if mark.label}
    assert shares["dead groups"].tolist() == [window.share for window in trl.dead.windows]
    assert np.allclose(shares["all fail"] + shares["all pass"], shares["dead groups"], atol=1e-15)


def test_a_log_of_one_step_has_no_trend():
    found = audit(LOGS / "evalplus")
    assert drawn(found) is None
    assert len(rollout_audit_figures(found)) == 1


def test_a_log_without_verdicts_has_no_pass_rates():
    titles = [panel.title for panel in drawn(audit(LOGS / "verl_short")).panels]
    assert titles == ["Rollouts that carry no gradient", "Entropy among answers"]
