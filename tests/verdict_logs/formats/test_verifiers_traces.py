"""Episodes as `write_episode` writes them and traces as `write_trace` did, and what a plain loop over them counts."""

from pathlib import Path
from typing import Any

import pytest

from infoloop.verdict_logs.files.log_parts import open_log
from infoloop.verdict_logs.formats.log_format import Opening, Settings
from infoloop.verdict_logs.formats.verifiers_traces import FORMAT
from tests.support.rollout_rows import (
    counted,
    frame_of_lines,
    json_records,
    name_of_prompt,
    opening_of_lines,
    rows_of,
    write_lines,
)
from tests.support.verifiers_records import episode, scored, trace


def rollouts_of(path: Path, **settings):
    assert FORMAT.recognises(opening_of_lines(path))
    return FORMAT.rollouts(frame_of_lines(path), path, Settings(**settings))


def test_episodes_with_weighted_rewards(tmp_path):
    """One that was not scored counts as nothing, an episode that failed is left out, and one without a trace too."""
    rewards: list[dict] = [{"correct": scored(float(k % 4 == 0), 2.0), "style": scored(k / 8, 0.5)} for k in range(6)]
    rewards[3]["style"] = None
    records = [episode(k, [trace(k, rewards[k])]) for k in range(6)]
    records += [episode(6, [trace(6, rewards[0])], ok=False), episode(7, [], ok=False, errors=[{"type": "E"}])]
    records += [episode(8, [trace(8, {})])]
    path = write_lines(tmp_path / "traces.jsonl", records)
    found = rollouts_of(path)
    rows = []
    for record in json_records(path)[:6]:
        parts = [part for part in record["traces"][0]["rewards"].values() if part is not None]
        right = record["traces"][0]["rewards"]["correct"]["score"]
        row = {"problem": record["task"]["key"], "step": None, "group": None, "right": right}
        rows.append(row | {"worth": sum(part["score"] * part["weight"] for part in parts)})
    assert counted(rows_of(found)) == counted(rows)
    assert found.reward is not None
    assert found.reward.tolist() == [row["worth"] for row in rows]
    assert list(found.rewards) == ["correct", "style"]
    assert list(found.verdicts) == ["correct"]
    assert found.left_out == {"attempts that ended with an error": 2, "attempts without a reward": 1}
    assert found.length is not None
    assert found.length.tolist() == [4.0, 5.0, 6.0, 7.0, 8.0, 9.0]
    assert len(set(found.answer)) == 2


def test_traces_of_their_own_with_optional_keys_missing(tmp_path):
    """Rewards are numbers, with their weights in them; lengths are those of the masks; `ok` was not written yet."""
    records = [trace(k, {"my_reward": float(k % 2)}) | {"more": {"nested": 1}} for k in range(6)]
    for record in records:
        del record["calls"], record["ok"], record["metrics"]
    records[5]["errors"] = [{"type": "Timeout"}]
    path = write_lines(tmp_path / "results.jsonl", records)
    found = rollouts_of(path)
    rows = [
        {"problem": str(r["task"]["data"]["idx"]), "step": None, "group": None}
        | {"right": r["rewards"]["my_reward"], "worth": r["rewards"]["my_reward"]}
        for r in json_records(path)[:5]
    ]
    assert counted(rows_of(found)) == counted(rows)
    assert found.left_out == {"attempts that ended with an error": 1}
    assert found.length is not None
    assert set(found.length) == {2.0}


def test_only_trainable_agents_count_and_several_are_told_apart(tmp_path):
    won, lost = {"won": scored(1.0)}, {"won": scored(0.0)}
    records = [
        episode(k, [trace(k, won, "white"), trace(k + 1, lost, "black"), trace(9, won, "judge", trainable=False)])
        for k in (0, 3)
    ]
    found = rollouts_of(write_lines(tmp_path / "traces.jsonl", records))
    assert found.problem.tolist() == ["key0 white", "key0 black"] * 2
    assert found.row.tolist() == [1, 1, 2, 2]
    assert found.verdicts["won"].tolist() == [1.0, 0.0] * 2


def test_a_trace_that_was_written_again_is_left_out(tmp_path):
    records = [episode(k, [trace(k, {"won": scored(1.0)})]) for k in (0, 1, 0)]
    found = rollouts_of(write_lines(tmp_path / "traces.jsonl", records))
    assert found.left_out == {"attempts that stand twice": 1}
    assert found.row.tolist() == [1, 2]


def test_traces_without_an_id_are_attempts_of_their_own(tmp_path):
    agents = [trace(k, {"won": scored(1.0)}, name) for k, name in enumerate(("white", "black"))]
    nameless = [{key: value for key, value in one.items() if key != "id"} for one in agents]
    path = write_lines(tmp_path / "one.jsonl", [episode(0, nameless)])
    write_lines(tmp_path / "two.jsonl", [episode(0, nameless)])
    assert rollouts_of(path).left_out == {}
    reading = open_log(tmp_path)
    assert [part.problem.tolist() for part in reading] == [["key0 white", "key0 black"]] * 2
    assert reading.left_out == {}


def test_a_task_without_a_key_and_an_index_is_its_data(tmp_path):
    record = trace(0, {"won": 1.0}) | {"task": {"type": "Task", "data": {"prompt": "What?"}}}
    found = rollouts_of(write_lines(tmp_path / "traces.jsonl", [record]))
    assert found.problem.tolist() == [name_of_prompt('{"prompt": "What?"}')]


@pytest.mark.parametrize(
    "row",
    [
        {"task_key": "9c", "mode": "gold", "valid": True, "reason": "valid"},
        {"example_id": 1, "completion": "a", "reward": 1.0, "metrics": {}},
    ],
)
def test_other_logs_are_not_taken_for_it(row):
    assert not FORMAT.recognises(Opening(Path("log"), "lines", (row,)))


ODD = [True, -1, 2.5, "x", "\ud800", [], [[]], ["a", None], {}, {"a": [1]}, None]
PLACES = [
    ("traces",), ("traces", 0), ("traces", 0, "id"), ("traces", 0, "nodes"), ("traces", 0, "nodes", 0),
    ("traces", 0, "nodes", 0, "mask"), ("traces", 0, "calls"), ("traces", 0, "calls", 0, "usage"),
    ("traces", 0, "rewards"), ("traces", 0, "rewards", "correct"), ("traces", 0, "rewards", "correct", "weight"),
    ("traces", 0, "task"), ("task", "key"),
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_values_of_other_kinds_stop_nothing_and_spoil_no_other_row(place, tmp_path):
    for odd in ODD:
        records = [episode(k, [trace(k, {"correct": scored(float(k), 2.0)})]) for k in range(2)]
        records[0]["traces"][0] |= {"nodes": [{"sampled": True, "mask": [1]}], "calls": [{"usage": {}}]}
        whole: Any = records[0]
        for name in place[:-1]:
            whole = whole[name]
        whole[place[-1]] = odd
        path = write_lines(tmp_path / "traces.jsonl", [records[1], records[0]])
        found = rollouts_of(path)
        assert found.reward is not None
        assert (found.row[0], found.reward[0], found.problem[0]) == (1, 2.0, records[1]["task"]["key"])
        assert len(found.problem) + sum(found.left_out.values()) >= 2  # some are two traces
        assert all(str(name).encode() for name in found.problem)
