r"""Counts: a row for each problem, how often it was tried and how often it passed, in a table, JSON lines or JSON.

No program writes a standard form: openai/human-eval (human_eval/evaluation.py, `estimate_pass_at_k`, at
6d43fb980f9fee3c892a914eda09951f772ad10d) and its descendants compute both in memory. The columns are told by their
usual names, `n` or `num_samples`, `c` or `num_correct`, and by their values, whole numbers, 0 <= c <= n::

    problem,n,c
    HumanEval/0,200,187

JSON objects such as `{"HumanEval/0": [200, 187]}` are read too. Each row becomes n rollouts of which c passed, without
an order of attempts, texts or lengths: the file has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from infoloop.reporting.suggestions import did_you_mean, list_names, quote
from infoloop.verdict_logs.formats.json_records import numbered_records
from infoloop.verdict_logs.formats.log_format import LogError, LogFormat, Opening, Settings
from infoloop.verdict_logs.formats.rollout_settings import refuse_threshold
from infoloop.verdict_logs.formats.scored_rows import number_of, problem_names
from infoloop.verdict_logs.rollouts import Rollouts

if TYPE_CHECKING:
    import pandas as pd

_NAMES = {
    "attempt": ("n", "num_samples", "n_samples", "total", "trials", "attempts", "num_attempts", "total_generations",
                "n_total_attempts"),
    "pass": ("c", "num_correct", "n_correct", "correct", "successes", "passes", "passed", "num_passed", "passed_tests",
             "c_correct_attempts"),
    "problem": ("problem", "task_id", "problem_id", "question_id", "doc_id", "id"),
    "step": ("step", "global_step"),
}  # fmt: skip
_SHORT = {"attempt": "n", "pass": "c"}  # as the user may call them
_SINGLE = {"attempt", "attempt_id", "sample", "sample_id", "completion_id", "epoch"}  # a row is one attempt there
_MOST_ATTEMPTS = 50_000_000  # of one part of a log


def _recognises(opening: Opening) -> bool:
    records = [record for outer in opening.records for record in _records(outer)]
    if not records or _SINGLE & {str(name).lower() for name in records[0]}:
        return False
    tried, passed = (_among(records[0], _NAMES[key]) for key in ("attempt", "pass"))
    if len(tried) != 1 or len(passed) != 1:
        return False
    pairs = [(number_of(record.get(tried[0])), number_of(record.get(passed[0]))) for record in records]
    whole = all(n % 1 == c % 1 == 0 and 0 <= c <= n and n >= 1 for n, c in pairs)
    return whole and any(n >= 2 for n, _ in pairs)


def _among(names: Iterable[Any], known: tuple[str, ...]) -> list[Any]:
    return [name for name in names if isinstance(name, str) and name.lower() in known]


def _records(value: object) -> Iterable[Mapping[str, Any]]:
    """Return the rows of an object that has counts by problem; the object itself where it is a row."""
    if not isinstance(value, Mapping):
        return []
    inner = list(value.items())
    if inner and all(isinstance(counts, list) and len(counts) == 2 for _, counts in inner):
        return [{"problem": name, "n": counts[0], "c": counts[1]} for name, counts in inner]
    if inner and all(isinstance(counts, Mapping) for _, counts in inner):
        return [{"problem": name, **counts} for name, counts in inner]
    return [value]


def _rows(source: IO[bytes]) -> Iterator[Any]:
    for _, record in numbered_records(source):
        yield from _records(record) if isinstance(record, Mapping) else [record]


def _wanted(names: list[str], settings: Settings) -> list[str]:
    if not set(settings.columns.values()) <= set(names):
        return names  # for the message
    known = {name for usual in _NAMES.values() for name in usual}
    return [name for name in names if name.lower() in known or name in settings.columns.values()]


def _column(frame: pd.DataFrame, key: str, path: Path, settings: Settings) -> str | None:
    """Return the column that has the problem, the attempts, the passes or the step."""
    name = settings.columns.get(_SHORT.get(key, key), settings.columns.get(key))
    found = _among(frame, _NAMES[key]) if name is None else [name] if name in frame else []
    if found and (key in ("problem", "step") or len(found) == 1):
        return found[0]
    if key in ("problem", "step") and name is None:
        return None
    columns = [str(column) for column in frame]
    what = {"attempt": "how often a problem was tried", "pass": "how often it passed"}.get(key, key)
    hint = f"there is no column {quote(name)}{did_you_mean(name, columns)}" if name else f"no one column says {what}"
    short = _SHORT.get(key, key)
    raise LogError(f"{path}: {hint}; columns are {list_names(columns)}: name it with --columns {short}=NAME")


def _rollouts(frame: pd.DataFrame, path: Path, settings: Settings) -> Rollouts:
    for key in settings.columns:
        if key not in (*_NAMES, *_SHORT.values()):
            raise LogError(f"{path}: counts have no {key}: leave it out of --columns; keys are n, c, problem, step")
    refuse_threshold(settings, path)
    named = {key: _column(frame, key, path, settings) for key in _NAMES}
    tried, passed = (_numbers(frame[named[key]]) for key in ("attempt", "pass"))
    whole = (tried == np.floor(tried)) & (passed == np.floor(passed))
    right = whole & (passed >= 0) & (passed <= tried) & (tried >= 1)
    problem = (
        frame.index.astype(str).to_numpy(object) if named["problem"] is None else problem_names(frame[named["problem"]])
    )
    step = None if named["step"] is None else _numbers(frame[named["step"]])
    known = np.array([name is not None for name in problem], bool)
    timed = np.ones(len(frame), bool) if step is None else step == np.floor(step)
    reasons = {"no id": right & ~known, "no attempts": (tried == 0) & (passed == 0), "no step": right & known & ~timed}
    reasons["no whole numbers with 0 <= passes <= attempts"] = ~right & ~reasons["no attempts"]
    kept = np.flatnonzero(right & known & timed)
    total = tried[kept].sum()
    if total > _MOST_ATTEMPTS:
        raise LogError(
            f"{path}: the counts are of {total:,.0f} attempts, at most {_MOST_ATTEMPTS:,} are read: divide them"
        )
    times = tried[kept].astype(np.int64)
    place = np.repeat(kept, times)
    within = np.arange(len(place)) - np.repeat(np.cumsum(times) - times, times)
    return Rollouts(
        problem=problem[place],
        row=frame.index.to_numpy()[place],
        step=None if step is None else step[place].astype(np.int64),
        verdicts={"pass": (within < passed[place]).astype(float)},
        left_out={reason: int(which.sum()) for reason, which in reasons.items() if which.any()},
    )


def _numbers(column: pd.Series) -> np.ndarray:
    """Return a column as numbers, NaN for what is none; texts that are numbers are read."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column.dtype):
        numbers = column.to_numpy(float, na_value=np.nan)
    else:
        numbers = np.array([number_of(value) for value in column], float)
    return np.where(np.isfinite(numbers), numbers, np.nan)


FORMAT = LogFormat(
    name="counts",
    title="counts of attempts and passes",
    source="openai/human-eval, human_eval/evaluation.py, estimate_pass_at_k, at 6d43fb98 (which does not write them)",
    recognises=_recognises,
    rollouts=_rollouts,
    wanted=_wanted,
    rows=_rows,
    grouped="the same problem",
)
