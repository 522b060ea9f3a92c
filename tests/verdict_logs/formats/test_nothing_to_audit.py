from pathlib import Path

import pandas as pd
import pytest

from infoloop.verdict_logs.formats.log_format import LogError, Opening, Settings
from infoloop.verdict_logs.formats.nothing_to_audit import REFUSED


@pytest.mark.parametrize(
    ("name", "row", "members"),
    [
        ("torch", {}, ("12/data.pkl", "12/version")),
        ("verifiers-validation", {"task_key": "9c", "mode": "gold", "reason": "valid", "valid": True}, ()),
        ("token-export", {"schema_version": 1, "step": 3, "rank": 0, "token_ids": [1], "advantages": [0.5]}, ()),
        ("metrics", {"step": 12, "data": {"actor/loss": 0.5}}, ()),
        ("metrics", {"step": 12, "time": 1790000000.0, "reward/mean": 0.5}, ()),
    ],
)
def test_what_holds_no_rollouts_is_refused_with_a_line(name, row, members):
    opening = Opening(Path("log"), "zip" if members else "lines", (row,) if row else (), members)
    (found,) = [refused for refused in REFUSED if refused.recognises(opening)]
    assert found.name == name
    with pytest.raises(LogError, match=f"^log: {found.refused[:20]}") as caught:
        found.rollouts(pd.DataFrame([row]), Path("log"), Settings())
    assert "\n" not in str(caught.value)
    assert ": " in found.refused


@pytest.mark.parametrize(
    "row",
    [
        {"step": 1, "problem": 3, "pass": 1},
        {"input": "p", "output": "a", "score": 1.0, "step": 12},
        {"step": [1], "prompt": ["p"], "completion": ["a"]},
    ],
)
def test_rollouts_are_not_refused(row):
    assert not any(refused.recognises(Opening(Path("log"), "lines", (row,))) for refused in REFUSED)
    assert not any(refused.recognises(Opening(Path("log"), "lines")) for refused in REFUSED)
