"""Files as `_write_generations` writes them, and what a plain loop over their lines counts."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from infoloop.verdict_logs.formats.log_format import Opening, Settings
from infoloop.verdict_logs.formats.row_errors import RowError
from infoloop.verdict_logs.formats.verl import FORMAT
from tests.support.rollout_rows import (
    counted,
    frame_of_lines,
    json_records,
    name_of_prompt,
    opening_of_lines,
    rows_of,
    write_lines,
)

PAD = "pad9f0e4c2b7a614d0f8e3b5c6d7a8f9012"


def dumped(folder: Path, step: int, columns: dict[str, list], extras: dict[str, list] | None = None) -> Path:
    """The file of a step: an extra is written where it has an entry for every row."""
    n = len(columns["input"])
    columns = columns | {"step": [step] * n} | {k: v for k, v in (extras or {}).items() if len(v) == n}
    records = [{key: values[k] for key, values in columns.items()} for k in range(n)]
    return write_lines(folder / f"{step}.jsonl", records, ensure_ascii=False)


def generations(score: list[float], gts=True) -> dict[str, list]:
    """Three prompts, shuffled as by `balance_batch`; in an output there is a line separator that is no end of line."""
    prompts = [f"user\nFind {what}\nassistant\n" for what in "xyz" for _ in range(len(score) // 3)]
    random.Random(0).shuffle(prompts)
    columns: dict[str, list] = {"input": prompts, "output": [f"so:\u2028{k % 4}" for k in range(len(score))]}
    return columns | ({"gts": [{"answer": [4]}] * len(score)} if gts else {}) | {"score": score}


def rollouts_of(path: Path, **settings):
    assert FORMAT.recognises(opening_of_lines(path))
    return FORMAT.rollouts(frame_of_lines(path), path, Settings(**settings))


def plain_count(path: Path, right, worth) -> dict:
    rows = []
    for record in json_records(path):
        texts = [record["input"]] + ([json.dumps(record["gts"])] if "gts" in record else [])
        row = {"problem": name_of_prompt(*texts), "step": record["step"], "group": None}
        rows.append(row | {"right": right(record), "worth": worth(record)})
    return counted(rows)


def test_a_dump_with_a_penalty_that_the_score_lacks(tmp_path):
    score = [1.0, -1.0, -1.0, 1.0, 1.0, -1.0] * 2
    extras = {"acc": [s > 0 for s in score], "pred": ["7"] * 12, "overlong_reward": [-0.25, 0.0, 0.0] * 4}
    extras |= {"overlong": [True, False, False] * 4, "lost": [1.0]}
    path = dumped(tmp_path, 12, generations(score), extras)
    found = rollouts_of(path)
    worth = lambda record: record["score"] + record["overlong_reward"]  # noqa: E731
    assert counted(rows_of(found)) == plain_count(path, lambda record: record["acc"], worth)
    assert found.reward is not None
    assert found.reward.tolist() == [worth(record) for record in json_records(path)]
    assert list(found.rewards) == ["score", "acc", "overlong_reward", "overlong"]
    assert list(found.verdicts) == ["acc"]
    assert len(set(found.answer)) == 1
    assert found.left_out == {}


def test_a_penalty_that_the_score_has_is_not_added_again(tmp_path):
    """A plain number is logged as `acc`, and the score is what the manager made of it, in float32."""
    acc, penalty = [1.0, 0.0, 0.0] * 4, [-0.1, 0.0, 0.0] * 4
    score = [float(np.float32(a + p)) for a, p in zip(acc, penalty, strict=True)]
    path = dumped(tmp_path, 3, generations(score), {"acc": acc, "overlong_reward": penalty})
    found = rollouts_of(path)
    assert counted(rows_of(found)) == plain_count(path, lambda record: record["acc"], lambda record: record["score"])
    assert found.reward is not None
    assert found.reward.tolist() == score


def test_an_early_dump_has_no_ground_truth_and_no_extras(tmp_path):
    path = dumped(tmp_path, 2, generations([1.0, 0.0, 0.0, 1.0, 0.0, 0.0], gts=False))
    found = rollouts_of(path)
    assert counted(rows_of(found)) == plain_count(path, lambda r: r["score"] > 0, lambda r: r["score"])
    assert (found.group, found.attempt, found.advantage) == (None, None, None)
    assert list(found.verdicts) == ["score"]


def test_keys_of_another_reward_function(tmp_path):
    """Texts of NumPy's Booleans are read as such; a whole number is no component, a graded one no verifier."""
    extras = {"solved": ["True", "False", "False"] * 2, "style": [0.5, 0.25, 1.0] * 2, "words": [7, 9, 11] * 2}
    path = dumped(tmp_path, 5, generations([1.5, 0.5, 0.25] * 2), extras | {"why": [None, "a", "b"] * 2})
    found = rollouts_of(path)
    right = lambda record: record["solved"] == "True"  # noqa: E731
    assert counted(rows_of(found)) == plain_count(path, right, lambda record: record["score"])
    assert list(found.rewards) == ["solved", "style"]
    assert list(found.verdicts) == ["solved"]


def test_a_validation_has_the_true_reward(tmp_path):
    reward = [-1.0, 1.0, -1.0] * 2
    extras = {"reward": reward, "acc": [r > 0 for r in reward]}
    path = dumped(tmp_path, 0, generations([0.0] * 6), extras)
    found = rollouts_of(path)
    assert counted(rows_of(found)) == plain_count(path, lambda r: r["acc"], lambda r: r["reward"])
    assert list(found.rewards) == ["score", "acc"]
    assert found.reward is not None
    assert found.reward.tolist() == reward


def test_padding_earlier_outputs_and_repeated_rows_of_v1_are_left_out(tmp_path):
    keys = ["0b8f_0_0", "0b8f_1_0", "0b8f_1_1", "1c_0_0", "1c_1_0", "1c_1_0", f"{PAD}_0_0", f"{PAD}_1_0"]
    inputs = ["p", "p", "p then", "q", "q", "q", "", ""]
    columns = {"input": inputs, "output": list("abcdeexx"), "gts": ["7"] * 8, "score": [1.0, 0, 0, 0, 0, 0, 0, 0]}
    found = rollouts_of(dumped(tmp_path, 12, columns, {"uid": keys}))
    assert found.left_out == {
        "padding that the trainer added": 2,
        "earlier outputs of an attempt": 1,
        "rows that stand twice": 1,
    }
    p, q = (name_of_prompt(text, "7") for text in "pq")
    assert counted(rows_of(found)) == {
        "attempts": {p: 2, q: 2},
        "passes": {p: 1, q: 0},
        "groups": {12: 2},
        "dead": {12: 1},
    }
    assert found.row.tolist() == [1, 3, 4, 5]
    assert found.attempt is not None
    assert found.attempt.tolist() == [0, 1, 0, 1]


def test_rows_without_a_reward_are_counted(tmp_path):
    found = rollouts_of(dumped(tmp_path, 1, generations([1.0, float("nan"), 0.0])))
    assert found.left_out == {"rows without score": 1}
    assert found.row.tolist() == [1, 3]


def test_a_threshold_makes_a_verdict_of_a_graded_reward(tmp_path):
    path = dumped(tmp_path, 1, generations([0.9, 0.5, 0.2]))
    assert rollouts_of(path).verdicts == {}
    found = rollouts_of(path, threshold=0.5)
    assert {name: v.tolist() for name, v in found.verdicts.items()} == {"reward >= 0.5": [1.0, 1.0, 0.0]}


@pytest.mark.parametrize("row", [{"input": "a", "output": "b", "reward": 1.0}, {"step": 3, "data": {"loss": 1.0}}])
def test_other_logs_are_not_taken_for_it(row):
    assert not FORMAT.recognises(Opening(Path("log"), "lines", (row,)))


def test_the_score_comes_before_an_unnamed_flag_and_after_acc(tmp_path):
    rows, flags = generations([1.0, -1.0, 1.0] * 2), {"lucky": [True, False, False] * 2}
    assert list(rollouts_of(dumped(tmp_path, 1, rows, flags)).verdicts) == ["score", "lucky"]
    named = flags | {"acc": [True, False, True] * 2}
    assert list(rollouts_of(dumped(tmp_path, 2, rows, named)).verdicts) == ["acc", "lucky"]


def test_a_file_of_another_trainer_is_told_by_all_its_missing_columns(tmp_path):
    path = tmp_path / "1.jsonl"
    path.write_text(json.dumps({"step": 1, "prompt": "p", "completion": "c", "acc": 1.0}) + "\n")
    with pytest.raises(RowError, match=r"^input, output, score: there are no such columns; columns are step, prompt"):
        FORMAT.rollouts(frame_of_lines(path), path, Settings())
