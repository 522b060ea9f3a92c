r"""Samples of lm-evaluation-harness, `samples_TASK_DATE.jsonl`: a line for each document *and filter*.

Written by `EvaluationTracker.save_results_samples`, lm_eval/loggers/evaluation_tracker.py, from the records of
`evaluate`, lm_eval/evaluator.py, of EleutherAI/lm-evaluation-harness at 4e7e0d47f33bc71070c1d38394bafbb52b117163. Two
made lines of one document under two filters::

    {"doc_id": 0, "doc": {}, "target": "72", "arguments": {}, "resps": [["... #### 72"]], "filtered_resps": ["72"],
     "filter": "strict-match", "metrics": ["exact_match"], "doc_hash": "9f", "exact_match": 1.0}
    {"doc_id": 0, "doc": {}, "target": "72", "arguments": {}, "resps": [["... #### 72"]], "filtered_resps": ["72"],
     "filter": "flexible-extract", "metrics": ["exact_match"], "doc_hash": "9f", "exact_match": 1.0}

Lines of a document with the same `resps` are *one* rollout that several verifiers judged, each a filter with a metric:
`strict-match/exact_match`, or the metric alone under the filter "none". Before version 0.4.7 there is no key `filter`:
the k-th line is that of `filter #k`. Lines with other `resps`, as of a second run in the file, are further attempts.
From version 0.4.0 to 0.4.2 the file is one JSON array; what `evaluate` returns, dumped as JSON, is read too.

Metrics that are numbers other than 0 and 1 are graded; lists are no verdicts. Of a document with n programs and values
of pass@k the count of passes is taken where these leave one open, as n attempts without order. A filter such as `maj@8`
judges a vote, not an attempt. The task and the run are not in the lines but in the file's name and folder.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from infoloop.verdict_logs.formats.json_records import Fault, numbered_records
from infoloop.verdict_logs.formats.log_format import LogFormat, Opening, Settings
from infoloop.verdict_logs.formats.pass_at_counts import count_of_passes
from infoloop.verdict_logs.formats.scored_rows import (
    GRADED,
    VERDICT,
    mark,
    number_of,
    problem_name,
    scored_rollouts,
)
from infoloop.verdict_logs.rollouts import Rollouts

if TYPE_CHECKING:
    import pandas as pd

_SOURCE = "EleutherAI/lm-evaluation-harness, lm_eval/loggers/evaluation_tracker.py, save_results_samples, at 4e7e0d47"
_KEYS = {"doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics"}
_KEYS |= {"doc_hash", "prompt_hash", "target_hash"}
_MOST_VERIFIERS = 1000
_FILE = re.compile(r"samples_(.+)_\d{4}-\d\d-\d\dT[^_]*$")
_PASS_AT = re.compile(r"pass@(\d{1,6})$")


@dataclass
class _Answer:
    """What is known of one answer to a document: of all lines with the same `resps`."""

    line: int
    attempt: int
    text: str | None
    length: float
    scores: dict[tuple[object, str], float] = field(default_factory=dict)
    filters: set[object] = field(default_factory=set)
    programs: int = 0
    counted: tuple[object, int] | None = None
    why: str | None = None


@dataclass
class _Task:
    """Answers by document and mark of the `resps`, the documents' hashes, and why lines are left out."""

    answers: dict[tuple[str, str], _Answer] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    hashes: dict[str, object] = field(default_factory=dict)
    left_out: list[tuple[int, str]] = field(default_factory=list)


def _recognises(opening: Opening) -> bool:
    return {"doc_id", "resps", "filtered_resps"} <= opening.keys or (_results(opening) and "samples" in opening.keys)


def _means(opening: Opening) -> bool:
    """Whether these are aggregates alone."""
    return _results(opening) and "samples" not in opening.keys


def _results(opening: Opening) -> bool:
    return {"results", "configs"} <= opening.keys and bool({"n-shot", "versions"} & opening.keys)


def _rows(source: IO[bytes]) -> Iterator[dict[str, Any]]:
    tasks: dict[str | None, _Task] = {}
    for line, record in numbered_records(source):
        if isinstance(record, Mapping) and isinstance(record.get("samples"), Mapping):
            for task, records in record["samples"].items():
                for k, one in enumerate(records if isinstance(records, list) else [None], start=1):
                    _take(tasks.setdefault(task, _Task()), k, one)
        else:
            _take(tasks.setdefault(None, _Task()), line, record)
    names, graded = _named(tasks)
    for task, found in tasks.items():
        for (document, _), answer in found.answers.items():
            yield from _answer_rows(_row(task, document, answer, answer.line), answer, names, graded)
    for task, found in tasks.items():
        for line, why in found.left_out:
            yield _row(task, None, None, line) | {"left_out": why}


def _take(task: _Task, line: int, record: object) -> None:
    """Join a line to the answer that it judges."""
    if not isinstance(record, Mapping):
        task.left_out.append((line, record if isinstance(record, Fault) else "a line that is no object"))
        return
    document = problem_name(record.get("doc_id"))
    if document is None or "resps" not in record or not isinstance(record.get("filter", ""), str):
        task.left_out.append((line, "no `doc_id` or `filter` that is a name, or no `resps`"))
        return
    digest = record.get("doc_hash")
    if task.hashes.setdefault(document, digest) != digest:
        raise ValueError(f"line {line}: doc_id {document[:40]!r} stands for two documents: give one file for each task")
    key = document, mark(record["resps"])
    if key not in task.answers:
        task.attempts[document] = task.attempts.get(document, 0) + 1
        task.answers[key] = _Answer(line, task.attempts[document], *_text(record))
    answer = task.answers[key]
    name = record.get("filter", len(answer.filters) + 1)
    if name in answer.filters:
        task.left_out.append((line, "the same answer under the same filter again"))
        return
    answer.filters.add(name)
    _judge(answer, name, record, task, line)


def _judge(answer: _Answer, name: object, record: Mapping[str, Any], task: _Task, line: int) -> None:
    listed = record.get("metrics")
    metrics = (
        [k for k in listed if isinstance(k, str)] if isinstance(listed, list) else [k for k in record if k not in _KEYS]
    )
    numbers = {metric: number_of(record.get(metric)) for metric in metrics}
    values = {int(at[1]): number for metric, number in numbers.items() if (at := _PASS_AT.match(metric))}
    replies = record.get("filtered_resps")
    programs = len(replies[0]) if isinstance(replies, list) and replies and isinstance(replies[0], list) else 1
    if values and programs > 1:
        known = {k: value for k, value in values.items() if not math.isnan(value)}
        passes = count_of_passes(programs, known)
        if answer.counted:
            task.left_out.append((line, "a second count of passes"))
        elif passes is None:
            answer.why = "pass@k that leaves the count of passes open"
        else:
            answer.programs, answer.counted = programs, (name, passes)
        return
    answer.scores |= {(name, metric): value for metric, value in numbers.items() if not math.isnan(value)}


def _text(record: Mapping[str, Any]) -> tuple[str | None, float]:
    """Return the mark of the filtered answer and the length of the generated text; None and NaN where there is none."""
    filtered, raw = record.get("filtered_resps"), record["resps"]
    answer = mark(filtered[0]) if isinstance(filtered, list) and filtered and isinstance(filtered[0], str) else None
    while isinstance(raw, list) and len(raw) == 1:
        raw = raw[0]
    return answer, len(raw) if isinstance(raw, str) else math.nan


def _named(tasks: Mapping[str | None, _Task]) -> tuple[dict[tuple[object, str], str], set[str]]:
    """Return what each filter with a metric is called, and which of these gave other numbers than 0 and 1."""
    answers = [answer for task in tasks.values() for answer in task.answers.values()]
    several = any(len(answer.filters) > 1 for answer in answers)
    names: dict[tuple[object, str], str] = {}
    graded = set()
    for answer in answers:
        counted = {(answer.counted[0], "pass"): 1.0} if answer.counted else {}
        for (chosen, metric), value in (answer.scores | counted).items():
            shown = f"filter #{chosen}" if isinstance(chosen, int) else chosen
            plain = chosen == "none" or (isinstance(chosen, int) and not several)
            name = names.setdefault((chosen, metric), metric if plain else f"{shown}/{metric}")
            if value not in (0, 1):
                graded.add(name)
            if len(names) > _MOST_VERIFIERS:
                raise ValueError(f"there are more than {_MOST_VERIFIERS:,} metrics: is this a log of samples?")
    return names, graded


def _answer_rows(
    row: dict[str, Any], answer: _Answer, names: Mapping[tuple[object, str], str], graded: set[str]
) -> Iterator[dict[str, Any]]:
    blank = {(GRADED if name in graded else VERDICT) + name: math.nan for name in names.values()}
    scores = {(GRADED if names[key] in graded else VERDICT) + names[key]: value for key, value in answer.scores.items()}
    if not answer.counted:
        yield row | blank | scores | {"left_out": None if scores else answer.why}
        return
    chosen, passes = answer.counted
    verifier = VERDICT + names[chosen, "pass"]
    for k in range(answer.programs):  # without order: which of them passed is not known
        unknown = {"attempt": None, "answer": None, "length": math.nan}
        yield row | unknown | blank | {verifier: 1.0 if k < passes else 0.0}


def _row(task: str | None, document: str | None, answer: _Answer | None, line: int) -> dict[str, Any]:
    return {
        "task": task,
        "problem": document,
        "attempt": None if answer is None else answer.attempt,
        "answer": None if answer is None else answer.text,
        "length": math.nan if answer is None else answer.length,
        "line": line,
        "left_out": None,
    }


def _rollouts(frame: pd.DataFrame, path: Path, settings: Settings) -> Rollouts:
    found = _FILE.match(path.name.split(".json")[0])
    named = found[1] if found else path.name.split(".json")[0]
    tasks = [task if isinstance(task, str) else named for task in frame["task"]]
    problems = [name and f"{task}/{name}" for task, name in zip(tasks, frame["problem"], strict=True)]
    made = np.array([*problems, None], dtype=object)[:-1]
    return scored_rollouts(frame.assign(problem=made), path, settings)


FORMAT = LogFormat(
    name="lm_eval",
    title="lm-evaluation-harness samples",
    source=_SOURCE,
    recognises=_recognises,
    rollouts=_rollouts,
    rows=_rows,
    grouped="the same task and doc_id",
)

FORMATS = (
    FORMAT,
    LogFormat(
        name="lm_eval_results",
        title="lm-evaluation-harness aggregates",
        source=_SOURCE,
        recognises=_means,
        rollouts=_rollouts,
        refused="they hold means over a task: run with --log_samples, and give the samples_*.jsonl beside them",
    ),
)
