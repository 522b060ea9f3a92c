"""Rollouts of environments of verifiers, `results.jsonl` beside `metadata.json`, before its version 1.

The writing code is PrimeIntellect-ai/verifiers, read at commit a60a606ecc4d and at the tags v0.1.3 to v0.3.0:
`verifiers/legacy/utils/save_utils.py`, `state_to_output` and `save_outputs` (before: `verifiers/utils/eval_utils.py`,
and up to v0.1.5 `verifiers/scripts/eval.py`). Rows, made up and without some keys, of v0.3.0 and of v0.1.5:

    {"example_id": 17, "prompt": [{"role": "user", "content": "What is 3+4?"}], "completion": [{"role": "assistant",
     "content": "7"}], "answer": "7", "reward": 1.2, "error": null, "timing": {}, "is_completed": true, "metrics":
     {"correct": 1.0, "format": 1.0}, "token_usage": {"output_tokens": 3.0}, "correct": 1.0, "format": 1.0}
    {"id": 0, "prompt": [...], "completion": [...], "task": "default", "answer": "7", "reward": 1.0, "correct": 1.0}

`reward` is the weighted sum of `metrics`, which are not weighted; the weights are not in the file, and may be 0. Which
functions judge is told by their names and by the weights that the rewards show (`verifiers_judges`). Before v0.1.10 the
metrics are only keys of the row. Up to v0.1.5 `id` is not that of the problem (`i // rollouts`, while the rows are
tiled): the problem is then a hash of prompt and answer. A row with an error has the reward 0 whatever the answer was
worth: it is left out. There are no steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from infoloop.verdict_logs.formats.column_values import (
    column_kind,
    column_numbers,
    hashed_names,
    text_hashes,
    text_lengths,
    zero_one_verdicts,
)
from infoloop.verdict_logs.formats.log_format import LogFormat, Opening, Settings
from infoloop.verdict_logs.formats.message_texts import last_text
from infoloop.verdict_logs.formats.rollout_settings import complete_rows, leave_out, need_columns, with_settings
from infoloop.verdict_logs.formats.verifiers_judges import caution, judging_scores, weights_of_functions
from infoloop.verdict_logs.formats.verifiers_traces import of_a_trainer
from infoloop.verdict_logs.rollouts import Rollouts

if TYPE_CHECKING:
    import pandas as pd

_TIMES = {"generation_ms", "scoring_ms", "total_ms", "timing"}
_EARLY = {"id", "prompt", "completion", "task", "reward"}
_LATE = {"example_id", "completion", "reward"}
_OTHER = {
    "answer", "info", "error", "error_chain", "long_error_chain", "is_completed", "is_truncated", "stop_condition",
    "metrics", "oai_tools", "tool_defs", "token_usage", "advantage", "trajectory",
}  # fmt: skip
_OF_PRIME_RL = {
    "env_name", "group_id", "policy_version", "off_policy_steps", "rollout_id", "is_filtered", "filters", "eval_step",
}  # fmt: skip
_NO_METRICS = _TIMES | _EARLY | _LATE | _OTHER | _OF_PRIME_RL


def _recognises(opening: Opening) -> bool:
    keys = opening.keys
    if keys & {"step", "turns"} or of_a_trainer(opening):
        return False
    return (keys >= _LATE and bool(keys & (_TIMES | {"metrics"}))) or (keys >= _EARLY and "example_id" not in keys)


def saved_rollouts(frame: pd.DataFrame) -> Rollouts:
    """Return the rows of `state_to_output`, also where another program adds keys to them.

    >>> import pandas as pd
    >>> row = {"example_id": 17, "completion": "7", "reward": 1.0, "metrics": {"correct": 1.0}}
    >>> found = saved_rollouts(pd.DataFrame([row], index=[1]))
    >>> found.problem.tolist(), found.verdicts
    (['17'], {'correct': array([1.])})
    """
    import pandas as pd

    early = "example_id" not in frame
    need_columns(frame, ("completion", "reward"))
    frame, left_out = complete_rows(frame, ("prompt",) if early else ("example_id",))
    reward = column_numbers(frame["reward"])
    metrics = _metrics(frame)
    failed = frame["error"].notna().to_numpy() if "error" in frame else np.zeros(len(frame), bool)
    weights = weights_of_functions({name: values[~failed] for name, values in metrics.items()}, reward[~failed])
    texts = pd.Series([last_text(value) for value in frame["completion"]], index=frame.index, dtype=object)
    rollouts = Rollouts(
        problem=_hashed_problems(frame) if early else frame["example_id"].map(_id_text).to_numpy(object),
        row=frame.index.to_numpy(),
        reward=reward,
        rewards=metrics,
        verdicts=judging_scores(metrics, weights) or zero_one_verdicts({"reward": reward}),
        advantage=column_numbers(frame["advantage"]) if "advantage" in frame else None,
        length=_lengths(frame, texts),
        answer=text_hashes(texts),
        left_out=left_out,
    )
    return leave_out(rollouts, {"rows with an error": failed, "rows without a reward": np.isnan(reward)})


def _metrics(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    if "metrics" in frame and frame["metrics"].notna().any():
        rows = [row if isinstance(row, Mapping) else {} for row in frame["metrics"]]
        names = dict.fromkeys(str(name) for row in rows for name in row)
        return {name: np.array([_number(row.get(name)) for row in rows]) for name in names}
    kinds = {str(name): column_kind(frame[name]) for name in frame.columns if name not in _NO_METRICS}
    wanted = "float" if "float" in kinds.values() else "whole"  # a reader may take 1.0 for 1
    return {name: column_numbers(frame[name]) for name, kind in kinds.items() if kind == wanted}


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else np.nan


def _id_text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _hashed_problems(frame: pd.DataFrame) -> np.ndarray:
    return hashed_names(*(frame[name] for name in ("prompt", "answer") if name in frame))


def _lengths(frame: pd.DataFrame, texts: pd.Series) -> np.ndarray:
    """Return the tokens of the answers, where the rows have them, else the characters of the last message."""
    if "token_usage" not in frame or frame["token_usage"].isna().all():
        return text_lengths(texts)
    usages = (usage if isinstance(usage, Mapping) else {} for usage in frame["token_usage"])
    return np.array([_number(usage.get("output_tokens")) for usage in usages])


def _rollouts(frame: pd.DataFrame, path: Path, settings: Settings) -> Rollouts:
    nested = {name: values for name, values in _metrics(frame).items() if settings.columns and name not in frame}
    return with_settings(saved_rollouts(frame), frame.assign(**nested), path, settings)


FORMAT = LogFormat(
    name="verifiers",
    title="verifiers rollouts",
    source=(
        "PrimeIntellect-ai/verifiers, verifiers/legacy/utils/save_utils.py, state_to_output, "
        "a60a606ecc4d309247edf9ff92c3eabca362781f"
    ),
    recognises=_recognises,
    rollouts=_rollouts,
    grouped="the same example",
    caution=caution,
)
