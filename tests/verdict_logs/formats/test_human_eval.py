"""HumanEval results: lines as `combine_results` writes them, and lines of forks and of attackers."""

import json
from typing import Any

import numpy as np
import pytest

from infoloop.verdict_logs.formats.human_eval import FORMAT, FORMATS
from infoloop.verdict_logs.formats.log_format import Settings
from tests.support.evaluation_logs import counted, lines, opening_of, read_lines, tally

RESULTS = ("passed", "timed out", "failed: ", "failed: list index\nout of range")


def combined(samples: list[dict], results: list[str]) -> list[dict]:
    """As the tool: the keys of the sample, then the result and the verdict."""
    return [{**sample, "result": r, "passed": r == "passed"} for sample, r in zip(samples, results, strict=True)]


def complete() -> bytes:
    draws = np.random.default_rng(3).integers(0, 4, 60)
    samples = [{"task_id": f"HumanEval/{k % 7}", "completion": f"    return {k}\n"} for k in range(60)]
    return lines(combined(samples, [RESULTS[draw] for draw in draws]))


def of_a_fork() -> bytes:
    """Whole numbers as ids, no completions, further keys, problems interleaved, a verdict that is null."""
    samples = [{"completion_id": k // 3, "task_id": k % 3, "time": 0.1 * k, "meta": {"k": [k]}} for k in range(12)]
    written = combined(samples, ["passed", "failed: ", "timed out", "passed"] * 3)
    written[4]["passed"] = None
    return lines(written)


def independent(source: bytes):
    judged = [json.loads(line) for line in source.decode().split("\n") if line]
    return counted([("passed", str(one["task_id"]), one["passed"]) for one in judged if one["passed"] is not None])


@pytest.mark.parametrize("source", [complete(), of_a_fork()], ids=["complete", "fork"])
def test_the_tally_is_that_of_an_independent_reader(source):
    assert tally(read_lines(FORMAT, source)) == independent(source)


def test_attempts_are_lines_in_order_and_without_names():
    found = read_lines(FORMAT, complete())
    assert found.row.tolist() == list(range(1, 61))
    assert found.attempt is None
    assert found.answer[4] == "    return 4\n"
    assert found.length[4] == len("    return 4\n")


def test_a_verdict_that_is_null_is_left_out_and_counted():
    found = read_lines(FORMAT, of_a_fork())
    assert found.left_out == {"no verdict in `passed`": 1}
    assert 5 not in found.row.tolist()
    assert found.answer is None


def test_values_that_are_no_ids_or_verdicts_are_left_out():
    bad: list[Any] = [
        {"task_id": ["a"], "passed": True},
        {"task_id": "x\x1b[2K", "passed": True},
        {"task_id": "y", "passed": "yes"},
    ]
    bad += [{"task_id": {"a": 1}, "passed": [1]}, {"task_id": None, "passed": False}, {"task_id": True, "passed": True}]
    found = read_lines(FORMAT, lines([one | {"result": "passed"} for one in bad]))
    assert found.problem.tolist() == ["x\x1b[2K"]
    assert found.left_out == {"no text or whole number as `task_id`": 4, "no verdict in `passed`": 1}


def test_a_lone_surrogate_and_a_long_id_are_names():
    records = [{"task_id": name, "result": "", "passed": False} for name in ("\ud800", "a" * 5000)]
    found = read_lines(FORMAT, "".join(f"{json.dumps(record)}\n" for record in records).encode())
    assert found.problem[0] == "\\ud800"
    assert len(found.problem[1]) < 100


def test_columns_may_be_named():
    settings = Settings(columns={"problem": "name", "pass": "ok", "attempt": "completion_id"})
    source = lines([{"name": "a", "ok": k > 1, "completion_id": 7 + k, "task_id": 0} for k in range(3)])
    found = read_lines(FORMAT, source, settings=settings)
    assert tally(found) == {"ok": {"a": (3, 1)}}
    assert found.attempt.tolist() == [7, 8, 9]


def test_results_are_told_from_samples_without_verdicts_and_from_other_logs():
    sample = {"task_id": "HumanEval/0", "completion": "pass"}
    assert FORMAT.recognises(opening_of({**sample, "result": "passed", "passed": True}))
    assert not FORMAT.recognises(opening_of(sample))
    assert not FORMAT.recognises(opening_of({**sample, "passed": "yes", "result": ""}))
    assert not FORMAT.recognises(opening_of({"problem": 1, "passed": True, "result": ""}))
    assert [form.recognises(opening_of(sample)) for form in FORMATS] == [False, True]
    assert not FORMATS[1].recognises(opening_of({**sample, "reward": 0.5}))
    assert "run the evaluation" in FORMATS[1].refused
