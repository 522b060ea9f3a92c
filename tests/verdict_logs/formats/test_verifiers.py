"""Rows as `state_to_output` and the earlier writers make them, and what a plain loop over them counts."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from infoloop.verdict_logs.formats.log_format import Opening, Settings
from infoloop.verdict_logs.formats.verifiers import FORMAT
from tests.support.rollout_rows import (
    counted,
    frame_of_lines,
    json_records,
    name_of_prompt,
    opening_of_lines,
    rows_of,
    write_lines,
)


def messages(role: str, text: str) -> list[dict]:
    return [{"role": role, "content": text}]


def late_rows(names=("correct_answer", "format_reward"), optional=True) -> list[dict]:
    """Three examples in order of completion, the metrics once more as keys of the row."""
    rows = []
    for k in range(12):
        metrics = {names[0]: float(k % 4 == 0), names[1]: [0.5, 1.0][k % 2], "num_turns": 1.0}
        row: dict = {"example_id": k % 3, "prompt": messages("user", f"p{k % 3}")}
        row |= {"completion": [*messages("assistant", f"a{k % 2}"), *messages("user", "done")]}
        if optional:
            row["answer"] = "7"
        row |= {"reward": metrics[names[0]] + 0.2 * metrics[names[1]], "error": None, "timing": {"total": 2.0}}
        row |= {"is_completed": True, "is_truncated": False, "stop_condition": "max_turns", "metrics": metrics}
        row |= {"tool_defs": None, **({"token_usage": {"input_tokens": 4.0, "output_tokens": 3.0}} if optional else {})}
        rows.append(row | metrics | ({} if optional else {"turn_log": ["x"]}))
    random.Random(0).shuffle(rows)
    return rows


def rollouts_of(path: Path, **settings):
    assert FORMAT.recognises(opening_of_lines(path))
    return FORMAT.rollouts(frame_of_lines(path), path, Settings(**settings))


def plain_count(path: Path, verifier: str, name=lambda record: str(record["example_id"])) -> dict:
    records = [record for record in json_records(path) if record.get("error") is None]
    return counted(
        [{"problem": name(r), "step": None, "group": None, "right": r[verifier], "worth": r["reward"]} for r in records]
    )


def test_rows_with_metrics(tmp_path):
    path = write_lines(tmp_path / "results.jsonl", late_rows())
    found = rollouts_of(path)
    assert counted(rows_of(found)) == plain_count(path, "correct_answer")
    assert list(found.rewards) == ["correct_answer", "format_reward", "num_turns"]
    assert list(found.verdicts) == ["correct_answer"]
    assert found.length is not None
    assert set(found.length) == {3.0}
    assert len(set(found.answer)) == 2


def test_renamed_metrics_with_optional_keys_missing_and_errors(tmp_path):
    rows = late_rows(("judge", "style"), optional=False)
    rows[2] |= {"error": {"error": "TimeoutError", "message": "slow"}, "reward": 0.0, "completion": None}
    path = write_lines(tmp_path / "results.jsonl", rows)
    found = rollouts_of(path)
    assert counted(rows_of(found)) == plain_count(path, "judge")
    assert found.left_out == {"rows with an error": 1}
    assert found.length is not None
    assert set(found.length) == {2.0}


def test_metrics_that_are_only_keys_of_the_row(tmp_path):
    """As v0.1.6 to v0.1.9 wrote them; a column of the state, a whole number, is none."""
    rows = [
        {"example_id": k // 4, "prompt": "p", "completion": "a", "task": "default", "reward": k / 8} for k in range(8)
    ]
    rows = [row | {"generation_ms": 8.0, "scoring_ms": 1.0, "total_ms": 9.0, "answer": "7"} for row in rows]
    rows = [row | {"exact": float(k == 1), "style": 0.5, "turn": 2} for k, row in enumerate(rows)]
    path = write_lines(tmp_path / "results.jsonl", rows)
    found = rollouts_of(path)
    assert counted(rows_of(found)) == plain_count(path, "exact")
    assert list(found.rewards) == ["exact", "style"]


def test_the_wrong_ids_of_the_first_versions_are_not_used(tmp_path):
    """Of four rollouts of two examples the rows are p, q, p, q, ..., the ids 0, 0, 0, 0, 1, ..."""
    rows = [
        {
            "id": k // 4,
            "prompt": messages("user", "pq"[k % 2]),
            "completion": messages("assistant", str(k)),
            "task": "x",
        }
        | {"generation_ms": 8.0, "answer": "7", "reward": float(k % 4 == 0), "correct": float(k % 4 == 0)}
        for k in range(8)
    ]
    path = write_lines(tmp_path / "results.jsonl", rows)
    found = rollouts_of(path)
    name = lambda record: name_of_prompt(json.dumps(record["prompt"], sort_keys=True), record["answer"])  # noqa: E731
    expected = plain_count(path, "correct", name)
    assert counted(rows_of(found)) == expected
    assert sorted(expected["passes"].values()) == [0, 2]


def test_the_reward_judges_where_no_metric_does(tmp_path):
    rows = [{"example_id": 1, "completion": "a", "reward": r, "error": None, "metrics": {}} for r in (-1.0, 1.0)]
    path = write_lines(tmp_path / "results.jsonl", rows)
    assert rollouts_of(path).verdicts["reward"].tolist() == [0.0, 1.0]


def test_advantages_of_the_state_and_rows_without_a_reward(tmp_path):
    rows = late_rows()
    rows = [row | {"advantage": row["reward"] - 0.5} for row in rows]
    rows[1]["reward"] = None
    found = rollouts_of(write_lines(tmp_path / "results.jsonl", rows))
    assert found.left_out == {"rows without a reward": 1}
    assert found.advantage is not None
    assert np.array_equal(found.advantage, found.reward - 0.5)


@pytest.mark.parametrize(
    "row",
    [
        {"example_id": 1, "completion": "a", "reward": 1.0},
        {"task_key": "9c", "mode": "gold", "valid": True, "reason": "valid"},
        {"example_id": 1, "completion": "a", "reward": 1.0, "metrics": {}, "group_id": "7d"},
        {"example_id": 1, "turns": [], "reward": 1.0, "metrics": {}, "benchmark": "b"},
        {"id": "5f", "traces": [], "errors": []},
    ],
)
def test_other_logs_are_not_taken_for_it(row):
    assert not FORMAT.recognises(Opening(Path("log"), "lines", (row,)))


def test_half_a_character_in_a_completion_stops_nothing(tmp_path):
    rows = late_rows()
    rows[3]["completion"] = "\ud800"
    assert len(rollouts_of(write_lines(tmp_path / "results.jsonl", rows)).problem) == 12
