"""Tables as `GRPOTrainer.log` writes them, and what a plain loop over their rows counts."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from infoloop.verdict_logs.files.log_parts import open_log
from infoloop.verdict_logs.formats.log_format import LogError, Opening, Settings
from infoloop.verdict_logs.formats.trl import FORMAT, WITHOUT_REWARDS
from tests.support.rollout_rows import counted, name_of_prompt, rows_of

SIZE = 4


def advantages(rewards: dict[str, list], weights: list[float], size: int = SIZE) -> list[float]:
    """The trainer's, in float32: the weighted sum about its mean, by its standard deviation of one degree less."""
    table = np.array([[np.nan if r is None else r for r in column] for column in rewards.values()], np.float32)
    total = np.nansum(table * np.array(weights, np.float32)[:, None], 0).astype(np.float32).reshape(-1, size)
    deviation = total.std(1, ddof=1, keepdims=True)
    return ((total - total.mean(1, keepdims=True)) / (deviation + np.float32(1e-4))).ravel().astype(float).tolist()


def batch(step: int, seed: int, names=("accuracy_reward", "think_format_reward"), extra=False) -> dict[str, list]:
    """A table of five groups of two prompts, one of which stands twice side by side; the first group is dead."""
    rng = np.random.default_rng(seed)
    prompts = [f"user\n{what}\n" for what in ("p", "q", "q", "p", "r") for _ in range(SIZE)]
    n = len(prompts)
    right = rng.integers(0, 2, n).astype(float)
    right[:SIZE], right[SIZE : SIZE + 2] = 0.0, (0.0, 1.0)
    rewards = {names[0]: right.tolist()}
    if len(names) > 1:
        formed = np.tile([0.25, 1.0, 0.5, 1.0], n // 4)
        formed[:SIZE] = 1.0
        rewards[names[1]] = formed.tolist()
    table: dict[str, list] = {
        "step": [step] * n,
        "prompt": prompts,
        "completion": [f"answer {k % 3}" for k in range(n)],
    }
    table |= rewards
    if extra:
        table |= {"entropy": rng.normal(size=n).tolist(), "golden": ["7"] * n, "is_right": [bool(r) for r in right]}
    return table | {"advantage": advantages(rewards, [1.0, 0.5][: len(names)])}


def parquet(folder: Path, table: dict[str, list]) -> Path:
    path = folder / f"completions_{table['step'][0]:05d}.parquet"
    pd.DataFrame(table).to_parquet(path)
    return path


def rollouts_of(path: Path, **settings):
    frame = pd.read_parquet(path)
    frame.index = range(1, len(frame) + 1)
    return FORMAT.rollouts(frame, path, Settings(**settings))


def plain_count(path: Path, verifier: str, worth: str) -> dict:
    """What a loop over the rows counts, four of them a group."""
    rows, seen = [], {}
    for k, row in enumerate(pq.read_table(path).to_pylist()):
        if k % SIZE == 0:
            seen[row["prompt"]] = seen.get(row["prompt"], -1) + 1
        rows.append(
            {
                "problem": name_of_prompt(row["prompt"]),
                "step": row["step"],
                "group": seen[row["prompt"]],
                "right": row[verifier],
                "worth": row[worth],
            }
        )
    return counted(rows)


def opening(path: Path) -> Opening:
    return Opening(path, "table", tuple(pq.read_table(path).to_pylist()[:3]))


def test_two_reward_functions(tmp_path):
    path = parquet(tmp_path, batch(10, 0))
    found = rollouts_of(path)
    expected = plain_count(path, "accuracy_reward", "advantage")
    assert FORMAT.recognises(opening(path))
    assert counted(rows_of(found, "advantage")) == expected
    assert (expected["groups"], expected["dead"][10] >= 1) == ({10: 5}, True)
    assert found.reward is None
    assert list(found.rewards) == ["accuracy_reward", "think_format_reward"]
    assert list(found.verdicts) == ["accuracy_reward"]
    assert found.left_out == {}


def test_renamed_functions_with_extras_behind_them(tmp_path):
    """A float behind the functions of which the advantages do not speak is an extra, a Boolean there a verifier."""
    path = parquet(tmp_path, batch(3, 1, ("<lambda>", "my_judge"), extra=True))
    found = rollouts_of(path)
    assert FORMAT.recognises(opening(path))
    assert list(found.rewards) == ["<lambda>", "my_judge"]
    assert list(found.verdicts) == ["is_right", "<lambda>"]
    assert counted(rows_of(found, "advantage")) == plain_count(path, "is_right", "advantage")


def test_one_function_is_the_reward_with_the_optional_columns_missing(tmp_path):
    table = batch(1, 2, ("exact",))
    del table["advantage"]
    path = parquet(tmp_path, table)
    found = rollouts_of(path)
    assert FORMAT.recognises(opening(path))
    assert found.advantage is None
    assert counted(rows_of(found)) == plain_count(path, "exact", "exact")


def test_rows_that_no_function_scored_are_counted(tmp_path):
    table = batch(1, 3, ("exact",))
    table["exact"][5] = None
    found = rollouts_of(parquet(tmp_path, table))
    assert found.left_out == {"rows that no reward function scored": 1}
    assert 6 not in found.row


def test_an_evaluation_behind_the_batch_and_a_group_that_was_cut_are_left_out(tmp_path):
    table = batch(4, 4)
    evaluated = {"accuracy_reward": [1.0, 0.0, 0.0, 1.0], "think_format_reward": [1.0] * 4}
    behind = {"step": [4] * 4, "prompt": ["v", "v", "w", "w"], "completion": ["7"] * 4} | evaluated
    behind["advantage"] = advantages(evaluated, [1.0, 0.5], 2)
    kept = {name: values[2:] + behind[name] for name, values in table.items()}  # what the buffer has room for
    found = rollouts_of(parquet(tmp_path, kept))
    assert found.left_out == {
        "rows of a group that the log does not have whole": 2,
        "rows in groups of another size than 4, as of an evaluation": 4,
    }
    assert counted(rows_of(found, "advantage"))["groups"] == {4: 4}


def test_the_columns_that_the_user_names_count(tmp_path):
    path = parquet(tmp_path, batch(3, 1, ("mine", "my_judge"), extra=True))
    found = rollouts_of(path, columns={"pass": "is_right", "reward": "mine", "problem": "golden"})
    assert list(found.verdicts) == ["is_right", "mine"]
    assert np.array_equal(found.reward, found.rewards["mine"])
    assert set(found.problem) == {"7"}
    with pytest.raises(LogError, match=r"completions_00003.parquet: there is no column 'golde': did you mean golden\?"):
        rollouts_of(path, columns={"answer": "golde"})


def test_the_table_of_a_tracker(tmp_path):
    """Steps are texts there, and the whole is one JSON value."""
    table = batch(10, 0)
    path = tmp_path / "completions_10_ab12.table.json"
    data = [[str(values[0]), *values[1:]] for values in zip(*table.values(), strict=True)]
    path.write_text(json.dumps({"columns": list(table), "data": data}))
    assert FORMAT.recognises(Opening(path, "document", ({"columns": list(table), "data": data[:3]},)))
    (found,) = open_log(path)
    assert counted(rows_of(found, "advantage")) == plain_count(parquet(tmp_path, table), "accuracy_reward", "advantage")


def test_a_table_as_csv_has_its_numbers_as_texts(tmp_path):
    """With the column of row numbers that pandas writes."""
    table = batch(10, 0, ("mine", "style"), extra=True)
    path = tmp_path / "completions.csv"
    pd.DataFrame(table).to_csv(path)
    (found,) = open_log(path)
    assert list(found.rewards) == ["mine", "style"]
    assert list(found.verdicts) == ["is_right", "mine"]
    assert counted(rows_of(found, "advantage")) == plain_count(parquet(tmp_path, table), "mine", "advantage")


def test_completions_without_rewards_are_refused(tmp_path):
    path = parquet(tmp_path, {"step": [1, 1], "prompt": ["p", "p"], "completion": ["a", "b"]})
    assert not FORMAT.recognises(opening(path))
    assert WITHOUT_REWARDS.recognises(opening(path))
    with pytest.raises(LogError, match="there is no reward and no advantage"):
        WITHOUT_REWARDS.rollouts(pd.read_parquet(path), path, Settings())


@pytest.mark.parametrize(
    "row",
    [
        {"problem": "p", "attempt": 1, "pass": 1},
        {"step": ["10"], "prompt": ["p"], "completion": ["a"], "acc": [1.0], "advantages": [0.5]},
        {"example_id": 1, "prompt": "p", "completion": "a", "reward": 1.0, "step": 3},
        {"step": ["10"], "prompt": ["p"], "completion": ["a"], "advantage": [0.5]},
        {"step": 3, "prompt": "p", "completion": "a", "example_id": 1, "reward": 1.0},
    ],
)
def test_other_logs_are_not_taken_for_it(row):
    assert not FORMAT.recognises(Opening(Path("log"), "lines", (row,)))
    assert not WITHOUT_REWARDS.recognises(Opening(Path("log"), "lines", (row,)))
