"""Traces of verifiers from its version 1 on: `traces.jsonl`, a line an episode of one or more agents, or one trace.

The writing code is PrimeIntellect-ai/verifiers, `verifiers/v1/cli/output.py`, `write_episode` (from 2026-07-21 on) and
`write_trace` (before), with `verifiers/v1/episode.py`, `Episode`, and `verifiers/v1/trace.py`, `Trace`, read at commit
a60a606ecc4d. An episode, made up and without what is not read:

    {"id": "5f0c", "env": {"id": "single-agent+gsm8k"}, "task": {"type": "GSM8KTask", "data": {"idx": 17}, "key":
     "9c1e"}, "ok": true, "errors": [], "traces": [{"id": "aa12", "task": {"data": {"idx": 17}}, "agent": {"name":
     "agent", "trainable": true}, "nodes": [{"message": {"role": "user", "content": "What is 3+4?"}, "sampled": false},
     {"parent": 0, "message": {"role": "assistant", "content": "7"}, "sampled": true}], "calls": [{"node": 1, "usage":
     {"completion_tokens": 4}}], "rewards": {"correct": {"score": 1.0, "weight": 1.0}}, "metrics": {"num_turns": 1.0},
     "ok": true, "timing": {}}]}

The reward is not in the file: it is the sum of weight times score. Before 2026-07-23 a reward is a number that has its
weight in it, and the weight is not in the file. What is null is not written. The problem is `task.key`, else
`task.data.idx`, else a hash of `task.data`; of an episode each trainable agent's trace is a rollout. An episode that is
not `ok` is left out, whatever rewards it has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from infoloop.verdict_logs.formats.column_values import hashed_names, text_hashes, zero_one_verdicts
from infoloop.verdict_logs.formats.log_format import LogFormat, Opening, Settings
from infoloop.verdict_logs.formats.message_texts import content_text
from infoloop.verdict_logs.formats.rollout_settings import leave_out, with_settings
from infoloop.verdict_logs.formats.verifiers_judges import caution, judging_scores
from infoloop.verdict_logs.rollouts import Rollouts

if TYPE_CHECKING:
    import pandas as pd

_FOLDER = re.compile(r"step_\d+$")
_TRACE = {"nodes", "rewards", "task", "timing"}


class Attempt(NamedTuple):
    """A trace of an agent, and the episode that it is of.

    Attributes:
        row: The number of the episode's row.
        episode: The whole row.
        trace: The trace, the row itself where a row is a trace; empty where an episode made none.
        agent: The name of the agent where the episode has several that are trained.
    """

    row: int
    episode: Mapping[str, Any]
    trace: Mapping[str, Any]
    agent: str


def is_episode(keys: frozenset[str]) -> bool:
    """Return whether a row with these keys is an episode or a trace.

    >>> is_episode(frozenset(["id", "traces", "errors"])), is_episode(frozenset(["id", "reward"]))
    (True, False)
    """
    return keys >= {"traces", "errors"} or keys >= _TRACE


def of_a_trainer(opening: Opening) -> bool:
    """Return whether a program that trains wrote these rows of verifiers: prime-rl, by its keys or its folders.

    >>> of_a_trainer(Opening(Path("rollouts/step_3/train/all/traces.jsonl"), "lines"))
    True
    """
    row = opening.records[0] if opening.records else {}
    if opening.keys & {"group_id", "policy_version", "rollout_id"} or any(map(_FOLDER.match, opening.path.parts)):
        return True
    return bool(_part(row, "run").get("work") or _part(row, "info").get("group_id"))


def attempts_of(frame: pd.DataFrame) -> list[Attempt]:
    """Return the rollouts of a frame of episodes or traces, in order.

    >>> import pandas as pd
    >>> attempts_of(pd.DataFrame([{"id": "a", "traces": [], "errors": []}], index=[1]))[0].trace
    {}
    """
    records = (
        {name: value for name, value in row.items() if not _is_missing(value)} for row in frame.to_dict("records")
    )
    return [found for row, record in zip(frame.index, records, strict=True) for found in _of(row, record)]


def trace_rollouts(
    attempts: list[Attempt], problem_prefix: Callable[[Attempt], str] = lambda attempt: ""
) -> tuple[Rollouts, dict[str, np.ndarray]]:
    """Return rollouts of all the attempts, and which of them there is a reason to leave out.

    Args:
        attempts: Of which to make rollouts.
        problem_prefix: What is put before the name of an attempt's problem.

    >>> trace = {"task": {"key": "9c"}, "rewards": {"correct": {"score": 1.0, "weight": 0.5}}, "ok": True}
    >>> found, _ = trace_rollouts([Attempt(1, trace, trace, "")])
    >>> found.problem.tolist(), found.reward.tolist(), found.verdicts["correct"].tolist()
    (['9c'], [0.5], [1.0])
    """
    scores = _columns([_scores(attempt.trace) for attempt in attempts])
    metrics = _columns([_numbers(attempt.trace.get("metrics")) for attempt in attempts])
    reward = np.array([_reward(attempt.trace) for attempt in attempts])
    weights = dict.fromkeys(metrics, 0.0) | _weights([attempt.trace for attempt in attempts])
    ids = [attempt.trace.get("id") for attempt in attempts]
    names = [None if name is None else encodable(name) for name in ids]
    rollouts = Rollouts(
        problem=np.array([encodable(problem_prefix(attempt) + _problem(attempt)) for attempt in attempts], object),
        row=np.array([attempt.row for attempt in attempts], np.int64),
        attempt=np.array(names, object),
        reward=reward,
        rewards=scores,
        verdicts=judging_scores(metrics | scores, weights) or zero_one_verdicts({"reward": reward}),
        length=np.array([_length(attempt.trace) for attempt in attempts], np.float64),
        answer=_hashes([_answer(attempt.trace) for attempt in attempts]),
    )
    failed = [_failed(attempt.episode) or _failed(attempt.trace) or not attempt.trace for attempt in attempts]
    return rollouts, {
        "attempts that ended with an error": np.array(failed, bool),
        "attempts without a reward": np.isnan(reward),
        "attempts that stand twice": _stand_twice(names),
    }


def encodable(name: Any) -> str:
    r"""Return a name as a text that UTF-8 has: half a character, which JSON can write, is its escape.

    >>> encodable(7), encodable("\ud800")
    ('7', '\\ud800')
    """
    return str(name).encode("utf-8", "backslashreplace").decode()


def _stand_twice(names: list[str | None]) -> np.ndarray:
    """Return which names stand before in the list; an attempt without one is of its own."""
    known: set[str] = set()
    twice = np.zeros(len(names), bool)
    for k, name in enumerate(names):
        if name is None:
            continue
        twice[k] = name in known
        known.add(name)
    return twice


def _of(row: int, episode: Mapping[str, Any]) -> Iterator[Attempt]:
    if not isinstance(episode.get("traces"), list):
        yield Attempt(row, episode, episode, "")
        return
    whole = [trace if isinstance(trace, Mapping) else {} for trace in episode["traces"]]
    traces = [trace for trace in whole if _part(trace, "agent").get("trainable", True)]
    names = {str(_part(trace, "agent").get("name", "")) for trace in traces}
    for trace in traces or [{}]:
        yield Attempt(row, episode, trace, str(_part(trace, "agent").get("name", "")) if len(names) > 1 else "")


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))


def _part(value: Any, name: str) -> Mapping[str, Any]:
    part = value.get(name) if isinstance(value, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def _objects(value: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    listed = value.get(name)
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []


def _problem(attempt: Attempt) -> str:
    tasks = [_part(attempt.episode, "task"), _part(attempt.trace, "task")]
    names = [task.get("key") for task in tasks] + [_part(task, "data").get("idx") for task in tasks]
    known = next((str(name) for name in names if name is not None), "")
    name = known or _hashed(next((_part(task, "data") for task in tasks if _part(task, "data")), {}))
    return f"{name} {attempt.agent}" if attempt.agent else name


def _hashed(data: Mapping[str, Any]) -> str:
    import pandas as pd

    return str(hashed_names(pd.Series([dict(data)]))[0])


def _hashes(texts: list[str]) -> np.ndarray:
    import pandas as pd

    return text_hashes(pd.Series(texts, dtype=object))


def _scores(trace: Mapping[str, Any]) -> dict[str, float]:
    values = _part(trace, "rewards")
    return _numbers({name: v.get("score") if isinstance(v, Mapping) else v for name, v in values.items()})


def _reward(trace: Mapping[str, Any]) -> float:
    """Return the sum over what was scored; NaN where nothing was."""
    scores, values = _scores(trace), _part(trace, "rewards")
    given = {str(name): v.get("weight", 1.0) if isinstance(v, Mapping) else 1.0 for name, v in values.items()}
    weights = _numbers(given)
    return sum(weights.get(name, np.nan) * score for name, score in scores.items()) if scores else np.nan


def _weights(traces: list[Mapping[str, Any]]) -> dict[str, float]:
    """Return the weight of each function; of one that varies, and of one that is in the number already, NaN."""
    found: dict[str, set[float]] = {}
    for trace in traces:
        for name, value in _part(trace, "rewards").items():
            weight = value.get("weight", 1.0) if isinstance(value, Mapping) else np.nan
            found.setdefault(str(name), set()).add(float(weight) if isinstance(weight, int | float) else np.nan)
    return {name: next(iter(weights)) if len(weights) == 1 else np.nan for name, weights in found.items()}


def _numbers(values: Any) -> dict[str, float]:
    values = values if isinstance(values, Mapping) else {}
    return {str(name): float(value) for name, value in values.items() if isinstance(value, int | float)}


def _columns(rows: list[dict[str, float]]) -> dict[str, np.ndarray]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: np.array([row.get(name, np.nan) for row in rows]) for name in names}


def _failed(whole: Mapping[str, Any]) -> bool:
    return not whole["ok"] if "ok" in whole else bool(whole.get("error") or whole.get("errors"))


def _answer(trace: Mapping[str, Any]) -> str:
    nodes = [node for node in _objects(trace, "nodes") if node.get("sampled")]
    return content_text(_part(nodes[-1], "message").get("content")) if nodes else ""


def _length(trace: Mapping[str, Any]) -> float:
    """Return the tokens that the agent drew, from the calls of its model, else from the masks of its nodes."""
    usages = [_part(call, "usage").get("completion_tokens") for call in _objects(trace, "calls")]
    known = [tokens for tokens in usages if isinstance(tokens, int | float)]
    if known:
        return float(sum(known))
    listed = (node.get("mask") for node in _objects(trace, "nodes"))
    masks = [sum(map(bool, mask)) for mask in listed if isinstance(mask, list)]
    return float(sum(masks)) if any(masks) else np.nan


def _recognises(opening: Opening) -> bool:
    return is_episode(opening.keys) and not of_a_trainer(opening)


def _rollouts(frame: pd.DataFrame, path: Path, settings: Settings) -> Rollouts:
    rollouts, reasons = trace_rollouts(attempts_of(frame))
    return with_settings(leave_out(rollouts, reasons), frame, path, settings)


FORMAT = LogFormat(
    name="verifiers-traces",
    title="verifiers traces",
    source=(
        "PrimeIntellect-ai/verifiers, verifiers/v1/cli/output.py, write_episode, "
        "a60a606ecc4d309247edf9ff92c3eabca362781f"
    ),
    recognises=_recognises,
    rollouts=_rollouts,
    grouped="the same task",
    caution=caution,
)
