r"""Completions that TRL's GRPO trainer logs: `completions/completions_STEP.parquet`, and the same table of a tracker.

The writing code is huggingface/trl, `trl/trainer/grpo_trainer.py`, `GRPOTrainer.log`, read at commit f2cd57710ae3 and
at the tags v0.15 to v1.9. It writes, in this order, `step`, `prompt`, `completion`, a column for each reward function
under the function's name (not weighted, null where it gave None), from v1.0 on what `log_extra` was given, and
`advantage` (not before v0.18; in v0.15 and v0.16 there is only the total, `reward`). A row, made up:

    {"step": 10, "prompt": "user\nWhat is 3+4?\n", "completion": "7", "accuracy_reward": 1.0, "golden_answer": "7",
     "advantage": 0.866}

Rows of a group lie side by side, since the trainer takes its baselines over blocks of `num_generations` rows in the
order that is logged; the size itself is not in the file (`group_blocks`), nor are the weights of the functions, so that
the reward is known only where there is one function. What no frame can tell: the buffer that is written is not emptied,
so that a file can begin with the last rows of the file before it (`common_end`); an evaluation writes to the file of
the same step, after what is left of the training batch, and its groups are told only where they are of another size;
one batch in `logging_steps` is there at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from infoloop.verdict_logs.formats.log_format import LogFormat, Opening, Settings
from infoloop.verdict_logs.formats.nothing_to_audit import refused_format
from infoloop.verdict_logs.formats.rollout_settings import with_settings
from infoloop.verdict_logs.formats.trl_tables import NO_FUNCTIONS, table_rollouts
from infoloop.verdict_logs.rollouts import Rollouts

if TYPE_CHECKING:
    import pandas as pd

_ALWAYS = ("step", "prompt", "completion")


def _recognises(opening: Opening) -> bool:
    names, row = _names_and_row(opening)
    if not {*_ALWAYS} <= {*names} or {"example_id", "gen_step", "advantages"} & {*names}:
        return False
    if any(isinstance(row.get(name), list) and not _is_messages(row[name]) for name in ("prompt", "completion")):
        return False
    in_order = tuple(name for name in names if name not in ("", "Unnamed: 0"))[:3] == _ALWAYS
    scored = any(_is_number(row.get(name)) for name in names if name not in NO_FUNCTIONS)
    return "advantage" in names or (in_order and scored)


def _names_and_row(opening: Opening) -> tuple[list[str], Mapping[str, Any]]:
    """Return the columns of a file and a row of it; a tracker's table is `{"columns": [...], "data": [[...], ...]}`."""
    row = opening.records[0] if opening.records else {}
    if opening.kind == "document" and isinstance(row.get("columns"), list):
        names, data = [str(name) for name in row["columns"]], row.get("data") or [[]]
        return names, dict(zip(names, data[0], strict=False))
    return [str(name) for name in row], row


def _is_messages(value: list[Any]) -> bool:
    return all(isinstance(message, Mapping) and "role" in message for message in value)


def _is_number(value: Any) -> bool:
    try:
        return value is None or np.isfinite(float(value)) or True
    except (TypeError, ValueError):
        return False


def _is_unscored(opening: Opening) -> bool:
    names, _ = _names_and_row(opening)
    return {*names} - {"", "Unnamed: 0", "image", "images"} == {*_ALWAYS}


def _rollouts(frame: pd.DataFrame, path: Path, settings: Settings) -> Rollouts:
    return with_settings(table_rollouts(frame), frame, path, settings)


FORMAT = LogFormat(
    name="trl",
    title="TRL completions",
    source="huggingface/trl, trl/trainer/grpo_trainer.py, GRPOTrainer.log, f2cd57710ae345ea6428ae95363267fcf38a3dc8",
    recognises=_recognises,
    rollouts=_rollouts,
    grouped="rows side by side with the same prompt in the same step",
)

WITHOUT_REWARDS = refused_format(
    "trl-unscored",
    "TRL completions without rewards",
    "huggingface/trl, trl/trainer/callbacks.py, LogCompletionsCallback, and the trainers for distillation",
    _is_unscored,
    "there is no reward and no advantage, as in a distillation: give the completions that GRPO logs",
)
