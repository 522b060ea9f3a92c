"""Rollouts that prime-rl dumps: `rollouts/step_N/` with `train_rollouts.jsonl`, `eval_rollouts.jsonl`, `traces.jsonl`.

The writing code is PrimeIntellect-ai/prime-rl, `src/prime_rl/monitors/file.py`, `FileMonitor.log_episodes`, read at
commit 559b44772e47, and before `src/prime_rl/orchestrator/types.py` (`FinishedRollout.to_dict` of v0.6, `to_record` of
v0.7). The lines are those of verifiers (`verifiers`, `verifiers_traces`) with more keys, made up here for v0.6, and for
the trace and the episode of later versions without what these have of verifiers:

    {"example_id": 17, "completion": [...], "reward": 1.0, "metrics": {"correct": 1.0}, "env_name": "gsm8k", "group_id":
     "7d", "policy_version": 11, "off_policy_steps": 1, "rollout_id": "c4", "advantage": 0.5, "is_filtered": false}
    {"id": "aa12", "kind": "train", "env_name": "gsm8k", "group_id": "7d", "policy_version": 11, "eval_step": null}
    {"id": "5f0c", "env": {"id": "e", "name": "gsm8k"}, "group": {"id": "7d"}, "run": {"type": "train", "id": "r",
     "work": {"type": "train", "step": 11, "policy": {"start": 10, "end": 11}}}, "traces": [{"info": {"advantage": 1}}]}

The step is that of the run in the line, else of the folder, else the version of the policy; of a group whose lines have
several, the first. A problem is named after its environment and example, as examples of two environments may have the
same number. What no frame can tell: `all/` and `effective/` of a step hold the same rollouts, `all` those that were
rejected too, `effective` the advantages: read one of them. A restart writes some lines again; those of one file are
left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from infoloop.verdict_logs.formats.log_format import LogFormat, Opening, Settings
from infoloop.verdict_logs.formats.rollout_settings import leave_out, whole_steps, with_settings
from infoloop.verdict_logs.formats.verifiers import saved_rollouts
from infoloop.verdict_logs.formats.verifiers_judges import caution
from infoloop.verdict_logs.formats.verifiers_traces import (
    Attempt,
    attempts_of,
    encodable,
    is_episode,
    of_a_trainer,
    trace_rollouts,
)
from infoloop.verdict_logs.rollouts import Rollouts

if TYPE_CHECKING:
    import pandas as pd

_FOLDER = re.compile(r"step_(\d+)$")
_ROW = {"example_id", "completion", "reward"}


def _recognises(opening: Opening) -> bool:
    rows = is_episode(opening.keys) or (opening.keys >= _ROW and "step" not in opening.keys)
    return rows and of_a_trainer(opening)


def _rollouts(frame: pd.DataFrame, path: Path, settings: Settings) -> Rollouts:
    rollouts = _of_traces(frame, path) if is_episode(frozenset(map(str, frame.columns))) else _of_rows(frame, path)
    return with_settings(_in_one_step(rollouts), frame, path, settings)


def _of_rows(frame: pd.DataFrame, path: Path) -> Rollouts:
    rollouts = saved_rollouts(frame)
    rows = frame.loc[rollouts.row]
    folder = _folder_step(path)
    rollouts = replace(
        rollouts,
        problem=_prefixed(rows, rollouts.problem),
        step=_steps(rows, ("eval_step",) if folder is None else (), folder),
        group=rows["group_id"].astype(str).to_numpy(object) if "group_id" in rows else None,
        attempt=rows["rollout_id"].astype(str).to_numpy(object) if "rollout_id" in rows else None,
    )
    twice = rows["rollout_id"].duplicated().to_numpy() if "rollout_id" in rows else np.zeros(len(rows), bool)
    return leave_out(rollouts, {"rows that stand twice": twice})


def _prefixed(rows: pd.DataFrame, problem: np.ndarray) -> np.ndarray:
    if "env_name" not in rows:
        return problem
    known = rows["env_name"].notna()
    names = zip(rows["env_name"], known, problem, strict=True)
    return np.array([f"{env}/{name}" if there else name for env, there, name in names] + [None], object)[:-1]


def _steps(rows: pd.DataFrame, names: tuple[str, ...], folder: int | None) -> np.ndarray | None:
    if folder is not None:
        return np.full(len(rows), folder, np.int64)
    for name in (*names, "policy_version"):
        if name in rows and rows[name].notna().all():
            return whole_steps(rows[name])
    return None


def _of_traces(frame: pd.DataFrame, path: Path) -> Rollouts:
    attempts = attempts_of(frame)
    rollouts, reasons = trace_rollouts(attempts, _environment)
    steps = [_step(attempt, path) for attempt in attempts]
    groups = [_group(attempt) for attempt in attempts]
    advantage = np.array([_advantage(attempt) for attempt in attempts], np.float64)
    rollouts = replace(
        rollouts,
        step=None if None in steps else np.array(steps, np.int64),
        group=None if None in groups else np.array(groups, object),
        advantage=None if np.isnan(advantage).all() else advantage,
    )
    return leave_out(rollouts, reasons)


def _environment(attempt: Attempt) -> str:
    row, trace = attempt.episode, attempt.trace
    name = row.get("env_name") or _inner(trace, "info", "env_name") or _inner(row, "env", "name")
    name = name or _inner(row, "env", "id")
    return f"{name}/" if name else ""


def _group(attempt: Attempt) -> str | None:
    row, trace = attempt.episode, attempt.trace
    name = row.get("group_id") or _inner(trace, "info", "group_id") or _inner(row, "group", "id")
    return None if name is None else encodable(name)


def _step(attempt: Attempt, path: Path) -> int | None:
    row = attempt.episode
    work = _inner(row, "run", "work") or {}
    known = (row.get("eval_step"), _inner(work, "step"), _inner(row, "run", "step"), _folder_step(path))
    versions = (row.get("policy_version"), _inner(attempt.trace, "info", "policy_version"))
    found = next((step for step in (*known, *versions) if step is not None), None)
    if found is None:
        return None
    import pandas as pd

    return int(whole_steps(pd.Series([found], index=[attempt.row], name="step", dtype=object))[0])


def _advantage(attempt: Attempt) -> float:
    value = _inner(attempt.trace, "info", "advantage")
    return float(value) if isinstance(value, int | float) else np.nan


def _inner(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _folder_step(path: Path) -> int | None:
    found = (_FOLDER.match(part) for part in path.parts)
    return next((int(match[1]) for match in found if match), None)


def _in_one_step(rollouts: Rollouts) -> Rollouts:
    """Return the rollouts with the first step of its group for each."""
    if rollouts.step is None or rollouts.group is None or not len(rollouts.step):
        return rollouts
    places = np.unique(rollouts.group.astype(str), return_inverse=True)[1]
    first = np.full(places.max() + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, places, rollouts.step)
    return replace(rollouts, step=first[places])


FORMAT = LogFormat(
    name="prime-rl",
    title="prime-rl rollouts",
    source=(
        "PrimeIntellect-ai/prime-rl, src/prime_rl/monitors/file.py, FileMonitor.log_episodes, "
        "559b44772e471d1538537b8805cc77f3824a5e64"
    ),
    recognises=_recognises,
    rollouts=_rollouts,
    grouped="the same group_id of the trainer",
    caution=caution,
)
