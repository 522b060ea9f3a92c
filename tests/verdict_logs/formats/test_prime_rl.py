"""Lines of prime-rl's versions, and what a plain loop over them counts."""

from pathlib import Path

import numpy as np
import pytest

from infoloop.verdict_logs.formats import verifiers, verifiers_traces
from infoloop.verdict_logs.formats.log_format import Opening, Settings
from infoloop.verdict_logs.formats.prime_rl import FORMAT
from infoloop.verdict_logs.formats.row_errors import RowError
from tests.support.rollout_rows import counted, frame_of_lines, json_records, opening_of_lines, rows_of, write_lines
from tests.support.verifiers_records import episode, scored, trace


def rollouts_of(path: Path, **settings):
    opening = opening_of_lines(path)
    assert FORMAT.recognises(opening)
    return FORMAT.rollouts(frame_of_lines(path), path, Settings(**settings))


def folder(tmp_path: Path, step: int) -> Path:
    path = tmp_path / "rollouts" / f"step_{step}"
    path.mkdir(parents=True)
    return path


def saved_rows() -> list[dict]:
    """Two environments with an example of the same number, in groups of three."""
    rows = []
    for k in range(12):
        row: dict = {
            "example_id": 17,
            "completion": [{"role": "assistant", "content": "7"}],
            "error": None,
            "timing": {},
        }
        row |= {"reward": float(k in (1, 7)), "metrics": {"correct": float(k in (1, 7))}, "is_completed": True}
        row |= {"env_name": ["gsm8k", "math"][k // 6], "group_id": f"g{k // 3}", "policy_version": 11}
        rows.append(row | {"off_policy_steps": 1, "rollout_id": f"r{k}", "advantage": k / 8, "is_filtered": False})
    return rows


def test_rows_of_a_step_folder(tmp_path):
    rows = saved_rows()
    path = write_lines(folder(tmp_path, 12) / "train_rollouts.jsonl", [*rows, rows[0]])
    found = rollouts_of(path)
    expected = [
        {"problem": f"{r['env_name']}/{r['example_id']}", "step": 12, "group": r["group_id"]}
        | {"right": r["metrics"]["correct"], "worth": r["reward"]}
        for r in json_records(path)[:12]
    ]
    assert counted(rows_of(found)) == counted(expected)
    assert found.left_out == {"rows that stand twice": 1}
    assert np.array_equal(found.advantage, [k / 8 for k in range(12)])
    assert not verifiers.FORMAT.recognises(opening_of_lines(path))


def test_rows_before_the_keys_of_the_orchestrator(tmp_path):
    """As v0.6's predecessors wrote them: told by the folder; elsewhere they are those of verifiers."""
    mine = {"env_name", "group_id", "policy_version", "off_policy_steps", "rollout_id", "advantage", "is_filtered"}
    rows = [{key: value for key, value in row.items() if key not in mine} for row in saved_rows()]
    found = rollouts_of(write_lines(folder(tmp_path, 3) / "train_rollouts.jsonl", rows))
    assert counted(rows_of(found))["attempts"] == {"17": 12}
    assert found.group is None
    opening = opening_of_lines(tmp_path / "rollouts" / "step_3" / "train_rollouts.jsonl")
    assert not verifiers.FORMAT.recognises(opening)
    assert np.array_equal(found.step, [3] * 12)
    assert not FORMAT.recognises(Opening(Path("results.jsonl"), "lines", tuple(rows[:1])))
    path = write_lines(tmp_path / "elsewhere.jsonl", saved_rows())
    assert np.array_equal(rollouts_of(path).step, [11] * 12)


def old_trace(k: int) -> dict:
    placed = {"kind": "train", "env_name": "gsm8k", "group_id": f"g{k // 2}", "policy_version": 9, "eval_step": None}
    return trace(k, {"correct": float(k == 0)}) | placed


def newer_trace(k: int) -> dict:
    info = {"env_name": "gsm8k", "group_id": f"g{k // 2}", "episode_id": "e", "policy_version": 9}
    return trace(k, {"correct": scored(float(k == 0))}) | {
        "info": info,
        "run": {"type": "train", "id": "r", "step": 12},
    }


def whole_episode(k: int) -> dict:
    part = trace(k, {"correct": scored(float(k == 0))}) | {"info": {"advantage": k / 4}}
    run = {"type": "train", "id": "r", "work": {"type": "train", "step": 12 + k % 2, "policy": {"start": 9, "end": 12}}}
    return episode(k, [part], group={"id": f"g{k // 2}"}, run=run, env={"id": "e", "name": "gsm8k"})


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (old_trace, lambda r: str(r["task"]["data"]["idx"])),
        (newer_trace, lambda r: str(r["task"]["data"]["idx"])),
        (whole_episode, lambda r: r["task"]["key"]),
    ],
)
def test_traces_and_episodes(tmp_path, made, name):
    """A group is in one step, though the last version of the lines says when each attempt was sent out."""
    path = write_lines(folder(tmp_path, 12) / "traces.jsonl", [made(k) for k in range(4)])
    found = rollouts_of(path)
    expected = [
        {
            "problem": f"gsm8k/{name(r)}",
            "step": 12,
            "group": f"g{k // 2}",
            "right": float(k == 0),
            "worth": float(k == 0),
        }
        for k, r in enumerate(json_records(path))
    ]
    assert counted(rows_of(found)) == counted(expected)
    advantage = None if found.advantage is None else found.advantage.tolist()
    assert advantage == ([0.0, 0.25, 0.5, 0.75] if made is whole_episode else None)


def test_traces_of_verifiers_alone_are_not_taken_for_it():
    records = (episode(0, [trace(0, {})]),)
    assert not FORMAT.recognises(Opening(Path("traces.jsonl"), "lines", records))
    assert verifiers_traces.FORMAT.recognises(Opening(Path("traces.jsonl"), "lines", records))


@pytest.mark.parametrize("step", [1.5, "x", {}, 1e30])
def test_a_step_that_is_no_whole_number_is_refused_with_its_row(step, tmp_path):
    rows = [row | {"policy_version": step if k == 5 else 4} for k, row in enumerate(saved_rows())]
    with pytest.raises(RowError, match=r"policy_version: .* is no (step|number)"):
        rollouts_of(write_lines(tmp_path / "train_rollouts.jsonl", rows))
    rows = [episode(k, [trace(k, {"correct": scored(1.0)})]) for k in range(3)]
    rows[1]["run"] = {"work": {"step": step}}
    rows[0]["run"] = {"work": {"step": 3}}
    with pytest.raises(RowError, match=r"step: .* is no (step|number)") as error:
        rollouts_of(write_lines(tmp_path / "traces.jsonl", rows))
    assert error.value.row == 2


def test_a_row_without_an_environment_keeps_a_name_that_is_a_text(tmp_path):
    rows = [row | {"env_name": None if k == 5 else row["env_name"]} for k, row in enumerate(saved_rows())]
    found = rollouts_of(write_lines(tmp_path / "train_rollouts.jsonl", rows))
    assert sorted(set(found.problem)) == ["17", "gsm8k/17", "math/17"]
