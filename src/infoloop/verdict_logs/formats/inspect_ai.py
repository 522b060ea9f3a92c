r"""Logs of Inspect, `.eval` archives and `.json` files: samples of one task, each in epochs, judged by scorers.

Written by `EvalRecorder` in src/inspect_ai/log/_recorders/eval.py and `JSONRecorder` in json.py of
UKGovernmentBEIS/inspect_ai at 499e6152e7b8fc8cbd8ac5283536572aa6e4ab17; samples are the `EvalSample` of log/_log.py,
keys whose value is null are not written. An archive has a member `header.json` (until the run is over
`_journal/start.json`) and `samples/ID_epoch_EPOCH.json`, of which a made example::

    {"id": 2, "epoch": 1, "input": "...", "target": "No", "messages": [], "output": {"model": "m", "choices": [],
     "completion": "No", "usage": {"output_tokens": 1}}, "scores": {"match": {"value": "C", "answer": "No"}, "rubric":
     {"value": {"style": 1, "facts": NaN}}}, "uuid": "5XJA", "metadata": {}, "store": {}, "events": []}

The problem is the task of the header with the sample's id, the attempt its `uuid`, or the run with the epoch: a log
that was scored again has the same attempts. A verifier is a scorer, or `SCORER/KEY` where its value is an object; a
score that was edited counts as edited. C is right, I and N (no answer) are wrong, P (partly) is neither: it is graded
0.5, and a threshold decides. A scorer that gave other numbers than 0 and 1 is graded. Unscored samples are no failures,
nor are those that ended in an error without a score, or were invalidated: they are left out. Means over epochs are not
read.

The answer is the first scorer's `answer`, or else the completion; lengths are tokens of the last reply where every
sample has them, or else characters of the completion.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from infoloop.verdict_logs.formats.json_records import Fault, numbered_records, parsed_json
from infoloop.verdict_logs.formats.log_format import LogFormat, Opening
from infoloop.verdict_logs.formats.scored_rows import GRADED, VERDICT, mark, number_of, problem_name, scored_rollouts

_SOURCE = "UKGovernmentBEIS/inspect_ai, src/inspect_ai/log/_recorders/eval.py, EvalRecorder, at 499e6152"
_HEADERS = ("header.json", "_journal/start.json")
_SAMPLE = re.compile(r"samples/.*_epoch_\d+(\.json|/sample\.json)", re.DOTALL)  # whole, or the frame of one in parts
_WORDS = {"C": 1.0, "I": 0.0, "N": 0.0, "P": 0.5, "yes": 1.0, "no": 0.0}
_MOST_VERIFIERS = 1000


def _recognises(opening: Opening) -> bool:
    if opening.kind == "zip":
        return any(name in opening.members for name in _HEADERS)
    head = opening.records[0].get("eval") if opening.records else None
    log = isinstance(head, Mapping) and {"task", "model"} <= set(head) and "version" in opening.keys
    return log or ({"id", "epoch", "target"} <= opening.keys and bool(opening.keys & {"scores", "output"}))


def _rows(source: Any) -> Iterator[dict[str, Any]]:
    found = [_taken(sample, head) for sample, head in _samples(source)]
    kinds: dict[str, set[str]] = {}
    for _, scores, _ in found:
        for name, value in scores.items():
            kinds.setdefault(name, set()).add(_kind(value))
    if len(kinds) > _MOST_VERIFIERS:
        raise ValueError(f"there are more than {_MOST_VERIFIERS:,} scores by name: is this a log of samples?")
    numbered = {VERDICT + name: name for name, seen in kinds.items() if "number" not in seen}
    numbered |= {GRADED + name: name for name, seen in kinds.items() if seen & {"number", "partly"}}
    tokens = all(not math.isnan(counted) for row, _, counted in found if row["left_out"] is None)
    for row, scores, counted in found:
        values = {key: _value(scores.get(name), key.startswith(VERDICT)) for key, name in numbered.items()}
        yield row | values | ({"length": counted} if tokens else {})


def _samples(source: Any) -> Iterator[tuple[object, Mapping[str, Any]]]:
    """Yield samples, or texts that say why there is none, each with the log's header."""
    if hasattr(source, "namelist"):
        names = list(dict.fromkeys(source.namelist()))
        head = next((_member(source, name) for name in _HEADERS if name in names), {})
        for name in names:
            if _SAMPLE.fullmatch(name):
                yield _member(source, name), head if isinstance(head, Mapping) else {}
        return
    for _, record in numbered_records(source):
        if isinstance(record, Mapping) and isinstance(record.get("eval"), Mapping):
            if not isinstance(record.get("samples"), list):
                raise ValueError("there are no samples in it: give the whole log, not its header")
            yield from ((sample, record) for sample in record["samples"])
        else:
            yield record, {}


def _member(source: Any, name: str) -> object:
    try:
        return parsed_json(source.read(name))
    except ValueError:
        return Fault("a sample that cannot be read: damaged, or too long")


def _taken(sample: object, head: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, object], float]:
    """Return the row of a sample without its scores, these by name, and the tokens of its last reply."""
    blank = {"problem": None, "attempt": None, "answer": None, "length": math.nan, "left_out": None}
    if not isinstance(sample, Mapping):
        why = sample if isinstance(sample, Fault) else "a sample that is no object"
        return blank | {"left_out": why}, {}, math.nan
    about = _mapping(head.get("eval"))
    name, task = problem_name(sample.get("id")), about.get("task")
    scores = _mapping(sample.get("scores") or ({"score": sample["score"]} if "score" in sample else {}))
    failed = "error" in sample and sample["error"] is not None and not scores
    why = "the sample ended in an error" if failed else "invalidated" if sample.get("invalidation") else None
    text, output = _completion(sample), _mapping(sample.get("output"))
    row = {
        "problem": f"{task}/{name}" if name is not None and isinstance(task, str) else name,
        "attempt": _attempt(sample, about.get("run_id")),
        "answer": _answer(scores, text),
        "length": math.nan if text is None else float(len(text)),
        "left_out": why,
    }
    return blank | row, _flat(scores), number_of(_mapping(output.get("usage")).get("output_tokens"))


def _attempt(sample: Mapping[str, Any], run: object) -> object:
    if isinstance(sample.get("uuid"), str):
        return sample["uuid"]
    epoch = sample.get("epoch", 1)
    if not isinstance(epoch, int):
        return None
    return f"{epoch} of {run}" if isinstance(run, str) else epoch


def _flat(scores: Mapping[str, Any]) -> dict[str, object]:
    """Return the value of each scorer, of objects and lists the value of each part."""
    found: dict[str, object] = {}
    for name, score in scores.items():
        value = score.get("value") if isinstance(score, Mapping) else None
        if isinstance(value, list):
            value = dict(enumerate(value))
        parts = {f"{name}/{key}": part for key, part in value.items()} if isinstance(value, Mapping) else {name: value}
        found |= {key: part for key, part in parts.items() if not math.isnan(_number(part))}
    return found


def _number(value: object) -> float:
    word = value.lower() if isinstance(value, str) and len(value) > 1 else value  # letters are capital, words any
    return _WORDS[word] if isinstance(word, str) and word in _WORDS else number_of(value)


def _kind(value: object) -> str:
    return "partly" if value == "P" else "verdict" if _number(value) in (0, 1) else "number"


def _value(value: object, verdict: bool) -> float:
    return math.nan if value is None or (verdict and value == "P") else _number(value)


def _answer(scores: Mapping[str, Any], text: str | None) -> str | None:
    answer = _mapping(next(iter(scores.values()), None)).get("answer")
    chosen = answer if isinstance(answer, str) else text
    return None if chosen is None else mark(chosen)


def _completion(sample: Mapping[str, Any]) -> str | None:
    """Return the text of the reply; before August 2025 it stands in the first choice alone."""
    output = _mapping(sample.get("output"))
    choices = output.get("choices")
    first = _mapping(choices[0]) if isinstance(choices, list) and choices else {}
    text = output.get("completion", _mapping(first.get("message")).get("content"))
    if isinstance(text, list):
        parts = [part.get("text") for part in text if isinstance(part, Mapping) and part.get("type") == "text"]
        text = "\n".join(part for part in parts if isinstance(part, str))
    if isinstance(text, str) and text.startswith(("attachment://", "tc://")):
        text = _mapping(sample.get("attachments")).get(text.partition("://")[2])
    return text if isinstance(text, str) else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


FORMAT = LogFormat(
    name="inspect_ai",
    title="Inspect log",
    source=_SOURCE,
    recognises=_recognises,
    rollouts=scored_rollouts,
    rows=_rows,
    grouped="the same task and sample id",
)
