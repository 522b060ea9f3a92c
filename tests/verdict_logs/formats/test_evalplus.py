"""EvalPlus results in the three layouts that `evaluate` has written."""

import json
import math

import pytest

from infoloop.verdict_logs.formats.evalplus import FORMAT, FORMATS, first_result, tasks_of
from infoloop.verdict_logs.formats.log_format import LogError, Settings
from tests.support.evaluation_logs import counted, opening_of, read_rows, tally

NOW = ("pass", "fail", "timeout")
THEN = ("success", "failed", "timed out")


def current(base_only: bool = False) -> bytes:
    tasks = {}
    for task in range(5):
        results = []
        for k in range(6):
            base, plus = NOW[(task * k) % 3], None if base_only else NOW[(task + k) % 3]
            one = {"task_id": f"HumanEval/{task}", "solution": f"def f():\n    return {k}", "base_status": base}
            results.append({**one, "plus_status": plus, "base_fail_tests": [], "plus_fail_tests": [[math.inf, 10**30]]})
        tasks[f"HumanEval/{task}"] = results
    rates = {"base": {"pass@1": 0.5}, "plus": {"pass@1": 0.1}}
    return json.dumps({"date": "2025-01-07 12:34", "hash": "fe58", "eval": tasks, "pass_at_k": rates}).encode()


def renamed() -> bytes:
    """Without solutions and rates, with further keys, a word of the first day, a task without attempts."""
    one = {"base_status": "timed out", "plus_status": "pass", "extra": {"a": [1]}}
    tasks = {"Mbpp/2": [one, {"base_status": "pass", "plus_status": "pass"}], "Mbpp/3": []}
    return json.dumps({"eval": tasks, "host": "x"}).encode()


def second(base_only: bool = False) -> bytes:
    """Layout A: words and details in lists."""
    tasks = {}
    for task in range(4):
        base = [[THEN[(task + k) % 3], [1, 0]] for k in range(5)]
        plus = [] if base_only else [[THEN[(task * k) % 3], []] for k in range(5)]
        tasks[f"HumanEval/{task}"] = {"nfiles": 5, "base": base, "plus": plus}
    return json.dumps({"date": "2023-12-01 09:00", "hash": "1a2b", "eval": tasks}).encode()


def first() -> bytes:
    """Layout B: the files of the attempts, an underscore in the id, null for tests that were not run."""
    ran = {
        "files": ["out/HumanEval_0/3.py", "out/HumanEval_0/11.py"],
        "base": [["success", [True]], ["failed", [False]]],
    }
    return json.dumps({"extra_input_hash": 5, "eval": {"HumanEval_0": {**ran, "plus": None}}}).encode()


def independent(source: bytes):
    """Both statuses must be the word for a pass; a null is no verdict, and neither is an empty list."""
    judged = []
    for task, results in json.loads(source)["eval"].items():
        name = task.replace("HumanEval_", "HumanEval/")
        if isinstance(results, list):
            pairs = [(one["base_status"], one["plus_status"]) for one in results]
        else:
            base, plus = [word for word, _ in results["base"]], [word for word, _ in results["plus"] or []]
            pairs = list(zip(base, plus or [None] * len(base), strict=True))
        for base, plus in pairs:
            judged.append(("base", name, base in ("pass", "success")))
            if plus is not None:
                judged.append(("plus", name, base in ("pass", "success") and plus in ("pass", "success")))
    return counted(judged)


FILES = {
    "current": current(),
    "base only": current(base_only=True),
    "renamed": renamed(),
    "A": second(),
    "A, base only": second(base_only=True),
    "B": first(),
}


@pytest.mark.parametrize("source", FILES.values(), ids=FILES.keys())
def test_the_tally_is_that_of_an_independent_reader(source):
    found = read_rows(FORMAT, source)
    assert tally(found) == independent(source)
    assert found.left_out == {}
    assert [*found.verdicts] == (["base"] if "plus" not in independent(source) else ["plus", "base"])


@pytest.mark.parametrize("source", FILES.values(), ids=FILES.keys())
def test_each_layout_is_recognised(source):
    assert FORMAT.recognises(opening_of(json.loads(source), "document"))


def test_attempts_are_places_in_the_list_or_numbers_of_files():
    found = read_rows(FORMAT, current(), "m/a.json").attempt
    assert found.tolist() == [f"{k} of m/a.json" for k in range(6)] * 5
    assert read_rows(FORMAT, first(), "m/a.json").attempt.tolist() == ["3 of m/a.json", "11 of m/a.json"]
    assert not set(found) & set(read_rows(FORMAT, current(), "n/a.json").attempt)


def test_solutions_are_the_answers():
    found = read_rows(FORMAT, current())
    assert len(set(found.answer)) == 6
    assert found.answer[1] == found.answer[7] != found.answer[2]
    assert set(found.length) == {len("def f():\n    return 1")}
    assert read_rows(FORMAT, second()).answer is None


def test_a_status_that_is_no_word_is_left_out_and_counted():
    strange = [
        {"base_status": base, "plus_status": plus} for base, plus in [("pass", "?"), (["a"], None), (None, None)]
    ]
    tasks = {"a\x1b[2K": [*strange, 7, {"base_status": "pass", "plus_status": None}], "b": 3}
    found = read_rows(FORMAT, json.dumps({"eval": tasks}).encode())
    assert found.problem.tolist() == ["a\x1b[2K"]
    assert found.left_out == {"no `base_status`": 3, "a status that is none of pass, fail and timeout": 2}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b'{"eval": {"a": [', "not JSON: Expecting value"),
        (b"[" * 100_000, "not JSON: nested too deep"),
        (b"\xff\xfe\xff", "not JSON: "),
        (b"[]", "there is no object `eval` in it"),
        (b'{"eval": []}', "there is no object `eval` in it"),
    ],
)
def test_what_is_no_log_is_refused_in_one_line(source, said):
    with pytest.raises(ValueError, match=r"^[^\n]+$") as caught:
        read_rows(FORMAT, source)
    assert said in str(caught.value)


def test_a_whole_number_with_more_digits_than_python_reads_is_passed_over():
    long = current().replace(str(10**30).encode(), b"9" * 5000)
    assert tally(read_rows(FORMAT, long)) == independent(current())


def test_columns_cannot_be_named():
    with pytest.raises(LogError, match="leave --columns out"):
        read_rows(FORMAT, current(), settings=Settings(columns={"pass": "plus_status"}))


def test_files_of_other_tools_are_not_taken_for_these():
    speed = {"eval": {"HumanEval/0": {"task_id": "HumanEval/0", "results": [{"pass": True}], "ref": [], "dps": 0.1}}}
    assert not FORMAT.recognises(opening_of(speed, "document"))
    assert [form.recognises(opening_of(speed, "document")) for form in FORMATS] == [False, False, True]
    other = {"eval": {"BigCodeBench/0": [{"status": "fail", "details": {}}]}}
    assert [form.recognises(opening_of(other, "document")) for form in FORMATS] == [False, True, False]
    assert not FORMAT.recognises(opening_of({"eval": {"task": "gsm8k", "model": "m"}, "version": 2}, "document"))
    assert not FORMAT.recognises(opening_of({"eval": {}}, "document"))
    assert FORMAT.recognises(opening_of({"eval": {}, "hash": "fe58"}, "document"))
    assert not FORMAT.recognises(opening_of([], "zip"))


def test_what_stands_under_eval_is_found():
    assert tasks_of(opening_of({"eval": [1]})) is None
    assert first_result(opening_of({"eval": {"a": [], "b": [{"status": "pass"}]}})) == {"status": "pass"}


def test_big_code_bench_has_one_verifier():
    words = ["pass", "fail", "timeout", "pass"]
    results = [{"task_id": "BigCodeBench/0", "solution": f"s{k}", "status": word} for k, word in enumerate(words)]
    tasks = {"BigCodeBench/0": [one | {"details": {"ALL": "no"}} for one in results], "BigCodeBench/1": [7], "x": {}}
    found = read_rows(FORMATS[1], json.dumps({"date": "2025-02-14 10:00", "eval": tasks}, indent=2).encode())
    assert tally(found) == {"status": {"BigCodeBench/0": (4, 2)}}
    assert found.left_out == {"no `status`": 2}
    assert len(set(found.answer)) == 4
