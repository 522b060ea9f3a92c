r"""Results of EvalPlus, `*_eval_results.json`: the tests of the benchmark and many more, a weak and a strong verifier.

Written by `evaluate` in evalplus/evaluate.py of evalplus/evalplus at 26d6d00bb1fd0fa37f39c99d5290da67891d1c5e. A made
example::

    {"date": "2025-01-07 12:34", "hash": "fe58", "eval": {"HumanEval/0": [{"task_id": "HumanEval/0", "solution":
     "def f(): ...", "base_status": "pass", "plus_status": "fail", "base_fail_tests": [], "plus_fail_tests": [[1]]}]}}

Two older layouts are read: a list of words and details for each task, `{"nfiles": 2, "base": [["success", [1, 1]],
["timed out", []]], "plus": [...]}` (from e2f88d7a, May 2023), and the same with `files` for `nfiles` and `HumanEval_0`
for `HumanEval/0` before it.

The verifiers are `plus` and `base`. `evaluate` counts `plus` as passed where *both* statuses are "pass", as
`plus_status` speaks of the further tests alone. `plus` comes first, as what counts as a pass, and is trusted: an answer
that fails a test is wrong, so that the false positives of `base` are counted; one that passes all may be wrong still. A
time-out is a failure. A status that is null, as after `--base-only`, is no verdict. An attempt is the place in the
task's list, in the oldest layout the number in the file's name. Lengths are in characters.

BigCodeBench has the same outer form and one verifier, `status`; it is written by `evaluate` in bigcodebench/evaluate.py
of bigcode-project/bigcodebench at 47eff25a9933ba89eee755bcf2696c4f17160b54::

    {"date": "2025-02-14 10:00", "eval": {"BigCodeBench/0": [{"task_id": "BigCodeBench/0", "solution": "import os",
     "status": "fail", "details": {"test_case_2": "Traceback ..."}}]}}
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from infoloop.verdict_logs.formats.json_records import whole_document
from infoloop.verdict_logs.formats.log_format import LogFormat, Opening
from infoloop.verdict_logs.formats.scored_rows import VERDICT, mark, problem_name, scored_rollouts

_SOURCE = "evalplus/evalplus, evalplus/evaluate.py, evaluate, at 26d6d00b"
_WORDS = {"pass": 1.0, "success": 1.0, "fail": 0.0, "failed": 0.0, "timeout": 0.0, "timed out": 0.0}
_STRONG = "plus"
_UNKNOWN = "a status that is none of pass, fail and timeout"


def tasks_of(opening: Opening) -> Mapping[str, Any] | None:
    """Return what stands under `eval` in a document; None where that is no object.

    >>> from pathlib import Path
    >>> tasks_of(Opening(Path("a.json"), "document", ({"eval": {"Mbpp/2": []}},)))
    {'Mbpp/2': []}
    """
    tasks = opening.records[0].get("eval") if opening.records else None
    return tasks if isinstance(tasks, Mapping) else None


def first_result(opening: Opening) -> Any:
    """Return the first attempt that stands under `eval`, or the task's object where it has no list; None if none.

    >>> from pathlib import Path
    >>> first_result(Opening(Path("a.json"), "document", ({"eval": {"Mbpp/2": [{"status": "pass"}]}},)))
    {'status': 'pass'}
    """
    task = next((value for value in (tasks_of(opening) or {}).values() if value), None)
    return task[0] if isinstance(task, list) else task


def _recognises(opening: Opening) -> bool:
    if tasks_of(opening) == {}:
        return "hash" in opening.keys
    found = first_result(opening)
    return isinstance(found, Mapping) and ("base_status" in found or ("base" in found and not _speed(opening)))


def _one_status(opening: Opening) -> bool:
    """Whether this is a file of BigCodeBench."""
    found = first_result(opening)
    return isinstance(found, Mapping) and {"status", "details"} <= set(found) and "base_status" not in found


def _speed(opening: Opening) -> bool:
    """Whether this is a file of EvalPerf, which measures speed."""
    found = first_result(opening)
    return isinstance(found, Mapping) and "results" in found and "ref" in found


def _rows(source: IO[bytes]) -> Iterator[dict[str, Any]]:
    for task, results in _tasks(source).items():
        if isinstance(results, Mapping):
            yield from _old_rows(task, results)
        elif isinstance(results, list):
            for attempt, result in enumerate(results):
                found = result if isinstance(result, Mapping) else {}
                yield _row(task, attempt, found.get("base_status"), found.get("plus_status"), found.get("solution"))
        else:
            yield _row(task, 0, None, None)


def _tasks(source: IO[bytes]) -> Mapping[str, Any]:
    document = whole_document(source)
    tasks = document.get("eval") if isinstance(document, Mapping) else None
    if not isinstance(tasks, Mapping):
        raise ValueError("there is no object `eval` in it: give the results that the evaluation writes")
    return tasks


def _one_status_rows(source: IO[bytes]) -> Iterator[dict[str, Any]]:
    for task, results in _tasks(source).items():
        for attempt, result in enumerate(results if isinstance(results, list) else [None]):
            found = result if isinstance(result, Mapping) else {}
            row = _row(task, attempt, found.get("status"), None, found.get("solution"))
            why = row["left_out"] and row["left_out"].replace("base_status", "status")
            yield {key: value for key, value in row.items() if not key.startswith(VERDICT)} | {
                "left_out": why,
                f"{VERDICT}status": row[f"{VERDICT}base"],
            }


def _old_rows(task: str, results: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    base, plus = (value if isinstance(value := results.get(key), list) else [] for key in ("base", "plus"))
    files = results.get("files")
    name = re.sub(r"^(HumanEval|Mbpp)_(?=\d)", r"\1/", task) if isinstance(files, list) else task
    for k, result in enumerate(base):
        yield _row(name, _file_number(files, k), _word(result), _word(plus[k]) if k < len(plus) else None)


def _word(result: object) -> object:
    return result[0] if isinstance(result, Sequence) and result and not isinstance(result, str) else result


def _file_number(files: object, k: int) -> int:
    name = files[k] if isinstance(files, list) and k < len(files) else None
    number = re.search(r"(\d{1,9})\.py$", name) if isinstance(name, str) else None
    return int(number[1]) if number else k


def _row(task: str, attempt: int, base: object, plus: object, solution: object = None) -> dict[str, Any]:
    weak, more = ((_WORDS.get(word) if isinstance(word, str) else None) for word in (base, plus))
    unknown = weak is None or (plus is not None and more is None)
    return {
        "problem": problem_name(task),
        "attempt": attempt,
        "answer": mark(solution) if isinstance(solution, str) else None,
        "length": len(solution) if isinstance(solution, str) else math.nan,
        "left_out": "no `base_status`" if base is None else _UNKNOWN if unknown else None,
        f"{VERDICT}{_STRONG}": math.nan if weak is None or more is None else weak * more,
        f"{VERDICT}base": math.nan if weak is None else weak,
    }


FORMAT = LogFormat(
    name="evalplus",
    title="EvalPlus results",
    source=_SOURCE,
    recognises=_recognises,
    rollouts=scored_rollouts,
    rows=_rows,
    grouped="the same task_id",
    trusted=_STRONG,
)

FORMATS = (
    FORMAT,
    LogFormat(
        name="bigcodebench",
        title="BigCodeBench results",
        source="bigcode-project/bigcodebench, bigcodebench/evaluate.py, evaluate, at 47eff25a",
        recognises=_one_status,
        rollouts=scored_rollouts,
        rows=_one_status_rows,
        grouped="the same task_id",
    ),
    LogFormat(
        name="evalperf",
        title="EvalPerf results",
        source="evalplus/evalplus, evalplus/evalperf.py, script, at 26d6d00b",
        recognises=_speed,
        rollouts=scored_rollouts,
        refused="they measure the speed of solutions: give the *_eval_results.json that evalplus.evaluate writes",
    ),
)
