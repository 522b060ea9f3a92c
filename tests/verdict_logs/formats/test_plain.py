"""Plain rows: columns by their names, verdicts, rewards, names of problems; every row is there or counted."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from infoloop.verdict_logs.formats.log_format import LogError, Opening, Settings
from infoloop.verdict_logs.formats.plain import (
    BELOW_ZERO,
    FORMAT,
    GRADED,
    KEYS,
    SYNONYMS,
    divides,
    find_columns,
    name_of,
    named_values,
    refuse_gaps,
    remarks,
    rollouts,
    wanted,
)
from infoloop.verdict_logs.formats.row_errors import RowError
from infoloop.verdict_logs.groups.group_table import collect_groups
from infoloop.verdict_logs.rollout_audit import audit_rollouts


def read(columns, **settings):
    return read_with(columns, Settings(**settings))


def read_with(columns, settings):
    frame = pd.DataFrame(columns, index=range(2, 2 + len(next(iter(columns.values())))))
    return rollouts(frame, Path("log.csv"), settings)


@pytest.mark.parametrize("key", KEYS)
def test_each_usual_name_is_found_in_any_case(key):
    for word in SYNONYMS[key]:
        assert find_columns(["Note", f" {word.upper()}"], Settings())[key] == [f" {word.upper()}"]


def test_what_is_named_comes_before_what_is_found():
    names = ["task_id", "prompt", "passed", "verdict", "score", "mine", "completion", "format_reward", "rewards/a"]
    assert find_columns(names, Settings()) == {
        "problem": ["task_id"],
        "pass": ["passed", "verdict"],
        "reward": ["score"],
        "component": ["format_reward", "rewards/a"],
        "text": ["completion"],
    }
    named = find_columns(names, Settings({"pass": "mine", "problem": "prompt", "group": "task_id"}))
    assert (named["pass"], named["problem"], named["group"]) == (["mine"], ["prompt"], ["task_id"])


def test_columns_that_are_not_there_are_named_with_the_nearest():
    with pytest.raises(
        LogError, match=r"^problem: there is no such column; columns are x, pass; if it has another name"
    ):
        wanted(["x", "pass"], Settings())
    with pytest.raises(LogError, match=r"^pass: there is no such column: did you mean passes"):
        wanted(["id", "passes"], Settings())
    with pytest.raises(LogError, match=r"^rewad: .* did you mean reward.*say so with --columns pass=NAME"):
        wanted(["id", "reward"], Settings({"pass": "rewad"}))
    assert wanted(["note", "id", "pass", "step"], Settings()) == ["id", "step", "pass"]


def test_a_row_is_a_rollout_with_all_that_it_has():
    found = read(
        {
            "task_id": ["a", "b"], "global_step": ["3", "4"], "group": [7, 8], "sample": ["x", "y"],
            "passed": ["pass", "fail"], "correct": [True, False], "reward": [0.5, -0.5], "adv": [1.0, -1.0],
            "tokens": [10, None], "format_reward": [0.1, math.inf], "final_answer": ["4", None],
        }
    )  # fmt: skip
    assert found.problem.tolist() == ["a", "b"]
    assert found.row.tolist() == [2, 3]
    assert found.step.tolist() == [3, 4]
    assert found.group.tolist() == [7, 8]
    assert found.attempt.tolist() == ["x", "y"]
    assert {name: values.tolist() for name, values in found.verdicts.items()} == {"passed": [1, 0], "correct": [1, 0]}
    assert found.reward.tolist() == [0.5, -0.5]
    assert found.advantage.tolist() == [1, -1]
    assert found.answer.tolist() == ["4", ""]
    assert np.isnan(found.length[1])
    assert np.isinf(found.rewards["format_reward"][1])
    assert found.left_out == {}


@pytest.mark.parametrize("kind", [object, float])
def test_groups_by_whole_numbers_are_the_same_where_a_part_has_rows_without_one(kind):
    names, passes = ["a", "a", "b", "b"], [1.0, 0.0, 1.0, 0.0]
    whole = read({"id": names, "group": [7, 7, 8, 0], "pass": passes})
    groups = pd.Series([7, 7, 8, None], range(2, 6), dtype=kind)
    some = read({"id": names, "group": groups, "pass": passes})
    assert sorted(collect_groups([whole, some]).size.tolist()) == [1, 1, 2, 4]


def test_rows_without_a_problem_a_verdict_or_a_step_are_counted():
    found = read(
        {
            "id": ["a", None, "c", "d", "e"], "reward": [1.0, 1.0, math.nan, 0.0, 1.0], "trial": [1, 1, 1, 1, None],
            "step": [1.0, 1.0, 1.0, None, 1.0],
        },
    )  # fmt: skip
    assert found.row.tolist() == [2]
    assert found.left_out == {"no id": 1, "no verdict and no reward": 1, "no step": 1, "no trial": 1}
    nothing = read({"id": [None], "reward": [1.0], "step": [2]})
    assert (len(nothing.problem), len(nothing.step), nothing.left_out) == (0, 0, {"no id": 1})


def test_numbers_of_any_kind_are_rewards():
    for rewards in ([True, None, False], [10**30, None, "0"], ["1", None, "-inf"]):
        found = read({"id": list("abc"), "pass": [1, 1, 1], "reward": pd.Series(rewards, dtype=object).tolist()})
        assert found.reward[0] in (1.0, 1e30)
        assert np.isnan(found.reward[1])


def test_numbers_that_are_infinite_are_counted():
    found = read({"id": list("abc"), "pass": [1, 1, 0], "reward": [1.0, math.inf, 0.0], "tokens": [3, 4, -math.inf]})
    assert collect_groups([found]).left_out == {
        f"{kind} that is infinite, of a rollout that is not left out": 1 for kind in ("reward", "length")
    }
    alone = read({"id": ["a", "b"], "reward": [1.0, math.inf]})
    assert (alone.row.tolist(), alone.left_out) == ([2], {"no verdict and no reward": 1})
    steps = {"id": ["a"], "pass": [1], "step": [math.inf]}
    with pytest.raises(RowError, match="is no whole number: steps are numbered"):
        read(steps)


def test_rewards_of_any_scale_say_how_they_are_read():
    found = read({"id": list("abcd"), "reward": [1.0, -1.0, 0.0, 0.25]})
    assert found.reward.tolist() == [1, -1, 0, 0.25]
    assert found.verdicts["reward"].tolist()[:3] == [1, 0, 0]
    assert np.isnan(found.verdicts["reward"][3])
    said = {reason: np.flatnonzero(rows).tolist() for reason, rows in remarks(found, Settings())}
    assert said == {BELOW_ZERO: [1], GRADED: [3]}
    judged = read({"id": list("ab"), "reward": [0.25, 0.3]}, threshold=0.3)
    assert judged.verdicts["reward"].tolist() == [0, 1]
    assert list(remarks(judged, Settings(threshold=0.3))) == []


@pytest.mark.parametrize(
    ("columns", "row", "what"),
    [
        ({"id": ["a", "b"], "pass": ["1", "x"]}, 3, "pass: 'x' is no verdict"),
        ({"id": ["a", "b"], "pass": [1, 0], "step": ["1", "x"]}, 3, "step: 'x' is no whole number"),
        ({"id": ["a", "b"], "pass": [1, 0], "step": [0.5, 1]}, 2, "step: 0.5 is no whole number"),
        ({"id": ["a", "b"], "pass": [1, 0], "attempt": [[1], [2]]}, 2, "attempt: its values are nested"),
        ({"id": ["a", "b"], "reward": [1, {"x": 1}]}, 3, "reward: its values are nested"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_row(columns, row, what):
    with pytest.raises(RowError, match=what) as error:
        read(columns)
    assert error.value.row == row


def test_numbered_attempts_have_no_gaps():
    frame = pd.DataFrame({"problem": ["a", "b"], "attempt": [1, 2], "pass": [1.0, None]}, index=[5, 6])
    with pytest.raises(RowError, match="pass: there is no value: give 0, 1, true or false") as error:
        refuse_gaps(frame, Settings())
    assert error.value.row == 6
    refuse_gaps(frame.assign(step=1), Settings())
    refuse_gaps(frame.drop(columns="attempt"), Settings())


def test_prompts_are_named_by_their_text_or_a_hash():
    chat = [{"role": "user", "content": "What is 3+4?"}]
    other = json.loads(json.dumps(chat))
    names = named_values(pd.Series([chat, other, [{"role": "user", "content": "?"}], "text", 7], dtype=object))
    assert names[0] == names[1] != names[2]
    assert names[0].startswith("#")
    assert len(names[0]) == 17
    assert names[3:].tolist() == ["text", "7"]
    long = "What is " + "x" * 1000
    assert name_of(long).startswith("What is xxx")
    assert len(name_of(long)) < 100
    assert name_of(long) != name_of(long + "?")
    assert "\ud800" not in name_of("\ud800" * 3).encode("utf-8", "backslashreplace").decode()


def test_characters_are_the_length_where_there_is_no_other():
    found = read({"id": ["a", "b"], "pass": [1, 0], "response": ["abc", None]})
    assert found.length.tolist()[0] == 3
    assert np.isnan(found.length[1])


def test_rows_with_a_problem_and_a_verdict_are_plain(tmp_path):
    def told(kind, *records):
        return FORMAT.recognises(Opening(tmp_path, kind, records))

    assert told("lines", {"prompt": "?", "reward": 1})
    assert told("table", {"task_id": "?", "passed": 1})
    assert not told("lines", {"prompt": "?", "text": 1})
    assert not told("document", {"id": 1, "score": 2})
    assert told("document", {"id": 1, "score": 2}, {"id": 1, "score": 2})


def test_a_trusted_column_is_any_and_several_verifiers_are_named():
    columns = {"id": list("ab"), "tests": [1, 0], "judge": ["yes", "no"], "human": [0, 1]}
    found = read_with(columns, Settings({"pass": "tests+judge"}, trusted="human"))
    assert {name: verdict.tolist() for name, verdict in found.verdicts.items()} == {
        "tests": [1, 0], "human": [0, 1], "judge": [1, 0],
    }  # fmt: skip
    assert wanted(list(columns), Settings({"pass": "tests"}, trusted="human")) == ["id", "tests", "human"]
    assert list(read(columns | {"pass": [1, 1]}, trusted="pass").verdicts) == ["pass"]


def test_a_column_may_stand_inside_another():
    columns = {"id": list("ab"), "rewards": [{"correct": 1.0, "style": 0.5}, {"correct": 0.0}]}
    settings = Settings({"pass": "rewards.correct"})
    assert wanted(list(columns), settings) == ["id", "rewards"]
    assert read_with(columns, settings).verdicts["rewards.correct"].tolist() == [1, 0]
    with pytest.raises(RowError, match=r"give plain ones, or name one by its path with --columns: rewards\.correct$"):
        read(columns)
    with pytest.raises(LogError, match="n and c are columns of counts"):
        wanted(["id", "pass"], Settings({"n": "id"}))


def test_a_threshold_divides_numbers_other_than_0_and_1():
    rows = {"id": list("ab"), "pass": [0, 1], "reward": [0.5, 2]}
    assert not divides(pd.DataFrame(rows), Settings(threshold=0.5))
    assert divides(pd.DataFrame(rows | {"pass": [0, 0.5]}), Settings(threshold=0.5))
    assert divides(pd.DataFrame({"id": ["a"], "r": [{"x": 0.5}]}), Settings({"pass": "r.x"}, 0.5))


def test_a_remark_reads_as_a_sentence(tmp_path):
    lines = [f'{{"problem": "{name}", "reward": {reward}}}\n' for name in "ab" for reward in (1, -1, -1)]
    (tmp_path / "log.jsonl").write_text("".join(lines))
    said = "4 rewards are -1 and read as wrong, since right is above 0, first at "
    assert audit_rollouts(tmp_path / "log.jsonl").remarks[0].startswith(said)
