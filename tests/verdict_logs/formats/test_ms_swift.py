"""Lines as ms-swift's `log` appends them, and what a plain loop over them counts."""

from pathlib import Path

import pandas as pd
import pytest

from infoloop.verdict_logs.formats import trl
from infoloop.verdict_logs.formats.log_format import Opening, Settings
from infoloop.verdict_logs.formats.ms_swift import FORMAT
from infoloop.verdict_logs.formats.row_errors import RowError
from tests.support.rollout_rows import (
    counted,
    frame_of_lines,
    json_records,
    name_of_prompt,
    opening_of_lines,
    rows_of,
    write_lines,
)

SIZE = 4


def line(step: int, shift: int = 0, names=("Accuracy", "Format"), full=True) -> dict:
    """Two groups of four; `shift` makes other answers."""
    right = [float(k + shift in (1, 2)) for k in range(2 * SIZE)]
    style = [1.0 if k % 2 else 0.5 for k in range(2 * SIZE)]
    total = [a + b for a, b in zip(right, style, strict=True)]
    means = [sum(total[SIZE * (k // SIZE) :][:SIZE]) / SIZE for k in range(2 * SIZE)]
    table: dict[str, list] = {"step": [str(step)] * 2 * SIZE, "prompt": ["p"] * SIZE + ["q"] * SIZE}
    table |= {"completion": [f"a{k + shift}" for k in range(2 * SIZE)], names[0]: right, names[1]: style}
    if full:
        table |= {"advantages": [a - b for a, b in zip(total, means, strict=True)]}
    return table | {"solution": ["7"] * 2 * SIZE, "num_turns": [1] * 2 * SIZE}


def rollouts_of(path: Path, **settings):
    assert FORMAT.recognises(opening_of_lines(path))
    assert not trl.FORMAT.recognises(opening_of_lines(path))
    return FORMAT.rollouts(frame_of_lines(path), path, Settings(**settings))


def plain_count(records: list[dict], verifier: str, worth: str) -> dict:
    rows = [
        {"problem": name_of_prompt(record["prompt"][k]), "step": int(record["step"][k]), "group": 0}
        | {"right": record[verifier][k], "worth": record[worth][k]}
        for record in records
        for k in range(len(record["prompt"]))
    ]
    return counted(rows)


def test_lines_of_which_one_repeats_the_line_before(tmp_path):
    path = write_lines(tmp_path / "completions.jsonl", [line(10), line(20, 3), line(21, 3)], ensure_ascii=False)
    found = rollouts_of(path)
    assert counted(rows_of(found, "advantage")) == plain_count(json_records(path)[:2], "Accuracy", "advantages")
    assert found.left_out == {"rows that the line before has too": 8}
    assert found.row.tolist() == [1] * 8 + [2] * 8
    assert (list(found.rewards), list(found.verdicts)) == (["Accuracy", "Format"], ["Accuracy"])
    assert found.reward is None


def test_renamed_functions_and_no_advantages(tmp_path):
    """The early versions; Megatron calls the step otherwise; a column of another length is none of rows."""
    records = [line(step, shift, ("exact_orm", "style"), full=False) for step, shift in ((1, 0), (2, 5))]
    records = [{"gen_step": [int(s) for s in r["step"]]} | r | {"odd": [1]} for r in records]
    expected = plain_count(records, "exact_orm", "style")
    for record in records:
        del record["step"]
    found = rollouts_of(write_lines(tmp_path / "completions.jsonl", records))
    assert found.advantage is None
    assert counted(rows_of(found, found.rewards["style"])) == expected


def test_rows_of_the_ray_backend(tmp_path):
    rows = [{"gen_step": 3, "prompt": "pq"[k // 2], "completion": "a", "reward": float(k == 0)} for k in range(4)]
    found = rollouts_of(write_lines(tmp_path / "completions.jsonl", rows))
    p, q = name_of_prompt("p"), name_of_prompt("q")
    got = {"attempts": {p: 2, q: 2}, "passes": {p: 1, q: 0}, "groups": {3: 2}, "dead": {3: 1}}
    assert counted(rows_of(found)) == got


def test_a_value_that_cannot_be_read_is_placed_by_its_line(tmp_path):
    path = write_lines(tmp_path / "completions.jsonl", [line(10), line(20, 3) | {"solution": ["x"] * 2 * SIZE}])
    with pytest.raises(RowError, match=r"^solution: 'x' is no number") as caught:
        rollouts_of(path, columns={"reward": "solution"})
    assert caught.value.row == 2


@pytest.mark.parametrize(
    "row",
    [
        {"step": 10, "prompt": "p", "completion": "a", "acc": 1.0, "advantage": 0.5},
        {"content": [["p", "a"]], "rewards": [1.0], "idx": 0},
        {
            "example_id": 1,
            "prompt": [{"role": "user"}],
            "completion": [{"role": "assistant"}],
            "reward": 1.0,
            "step": 3,
        },
    ],
)
def test_other_logs_are_not_taken_for_it(row):
    assert not FORMAT.recognises(Opening(Path("log"), "lines", (row,)))


def test_a_line_whose_prompt_is_no_list_is_left_out(tmp_path):
    lines = [line(10), line(20, 3) | {"prompt": 7}, line(30, 6)]
    found = rollouts_of(write_lines(tmp_path / "completions.jsonl", lines))
    assert found.left_out == {"lines whose prompt is no list": 1}
    assert sorted(set(found.row)) == [1, 3]
    with pytest.raises(RowError, match="all are lines whose prompt is no list"):
        FORMAT.rollouts(pd.DataFrame([lines[1]], index=[5]), Path("x"), Settings())
    with pytest.raises(RowError, match="prompt: there is no such column"):
        FORMAT.rollouts(pd.DataFrame({"step": [1]}, index=[5]), Path("x"), Settings())


def test_a_line_with_both_steps_has_the_step_of_training(tmp_path):
    lines = [line(step, step) | {"gen_step": ["0"] * 2 * SIZE} for step in (1, 2)]
    found = rollouts_of(write_lines(tmp_path / "completions.jsonl", lines))
    assert sorted(set(found.step)) == [1, 2]
