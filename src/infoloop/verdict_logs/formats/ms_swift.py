r"""Completions that ms-swift's GRPO trainer logs: `completions.jsonl`, a line a log call, every value a list.

The writing code is modelscope/ms-swift, `swift/rlhf_trainers/grpo_trainer.py`, `log`, read at commit 3602360a5623, and
for its Ray backend `swift/ray/megatron/base_trainer.py`. A line, made up, and one of the Ray backend:

    {"step": ["10", "10"], "prompt": ["p", "p"], "completion": ["7", "8"], "Accuracy": [1.0, 0.0], "Format": [1.0, 1.0],
     "advantages": [0.7, -0.7], "solution": ["7", "7"], "num_turns": [1, 1]}
    {"gen_step": 3, "prompt": "p", "completion": "7", "reward": 1.0}

Megatron's lines have `gen_step` in place of `step`; up to v3.5 there are no `advantages`. Reward functions bear the
names of functions or classes; they come before `advantages`, and are not weighted. Rows of a group lie side by side, as
in TRL (`trl`). The trainer does not empty its buffer: rows at the beginning of a line that are the end of the line
before are left out. The row of a rollout is its line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from infoloop.verdict_logs.formats.log_format import LogFormat, Opening, Settings
from infoloop.verdict_logs.formats.rollout_settings import need_columns, with_settings
from infoloop.verdict_logs.formats.row_errors import RowError
from infoloop.verdict_logs.formats.text_hashing import hash_texts
from infoloop.verdict_logs.formats.trl_groups import common_end
from infoloop.verdict_logs.formats.trl_tables import table_rollouts
from infoloop.verdict_logs.rollouts import Rollouts

if TYPE_CHECKING:
    import pandas as pd

_NAMES = {"gen_step": "step", "advantages": "advantage"}
_STEPS = ("step", "gen_step")
_LINE = "\0line"  # no key of a table
_NO_LIST = "lines whose prompt is no list"
REPEATED = "rows that the line before has too"


def _recognises(opening: Opening) -> bool:
    keys, row = opening.keys, opening.records[0] if opening.records else {}
    if not keys >= {"prompt", "completion"}:
        return False
    if _is_columnar(row):
        return bool(keys & {"step", "gen_step"})
    return "gen_step" in keys and isinstance(row["prompt"], str)


def _is_columnar(row: Mapping[str, Any]) -> bool:
    prompt, completion = row.get("prompt"), row.get("completion")
    if not (isinstance(prompt, list) and isinstance(completion, list) and len(prompt) == len(completion)):
        return False
    return all(isinstance(text, str) for text in prompt)


def _rollouts(frame: pd.DataFrame, path: Path, settings: Settings) -> Rollouts:
    need_columns(frame, ("prompt",))
    if not len(frame) or isinstance(frame["prompt"].iloc[0], str):
        return with_settings(table_rollouts(_named(frame)), frame, path, settings)
    table, lines, left_out = _rows(frame)
    try:
        rollouts = table_rollouts(_named(table))
    except RowError as error:
        raise RowError(int(lines[error.row]), str(error)) from None
    rollouts = replace(rollouts, left_out={**rollouts.left_out, **left_out})
    try:
        rollouts = with_settings(rollouts, table, path, settings)
    except RowError as error:
        raise RowError(int(lines[error.row]), str(error)) from None
    return replace(rollouts, row=lines[rollouts.row])


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table under TRL's names; `step` is the one that counts where both are there."""
    both = set(_STEPS) <= set(table)
    return (table.drop(columns="gen_step") if both else table).rename(columns=_NAMES)


def _rows(frame: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray, dict[str, int]]:
    """Return a table of all lines, for each row of it its line, and how much was left out, by reason."""
    import pandas as pd

    parts, before, left_out = [], np.zeros(0, np.uint64), Counter()
    for line, record in zip(frame.index, frame.to_dict("records"), strict=True):
        if not isinstance(record["prompt"], list):
            left_out[_NO_LIST] += 1
            continue
        size = len(record["prompt"])
        lists = {name: values for name, values in record.items() if isinstance(values, list) and len(values) == size}
        compared = [values for name, values in lists.items() if name not in _STEPS]
        rows = hash_texts(pd.Series(["\0".join(map(str, row)) for row in zip(*compared, strict=True)], dtype=object))
        first = common_end(before, rows)
        left_out.update({REPEATED: first} if first else {})
        before = rows
        parts.append(pd.DataFrame({name: values[first:] for name, values in lists.items()}).assign(**{_LINE: line}))
    if not parts:
        raise RowError(int(frame.index[0]), f"all are {_NO_LIST}")
    table = pd.concat(parts, ignore_index=True)
    return table.drop(columns=_LINE), table[_LINE].to_numpy(np.int64), dict(left_out)


FORMAT = LogFormat(
    name="ms-swift",
    title="ms-swift completions",
    source="modelscope/ms-swift, swift/rlhf_trainers/grpo_trainer.py, log, 3602360a562313afbf2ef6065fdf61f271a2c5b9",
    recognises=_recognises,
    rollouts=_rollouts,
    grouped="rows side by side with the same prompt in the same step",
)
