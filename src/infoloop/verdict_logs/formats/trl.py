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
so that a file can begin with the last rows of the file before it (`repeated_rows`); an evaluation writes to the file of
the same step, after what is left of the training batch, and its groups are told only where they are of another size;
one batch in `logging_steps` is there at all.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
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
from infoloop.verdict_logs.formats.log_format import LogError, LogFormat, Opening, Settings
from infoloop.verdict_logs.formats.rollout_settings import complete_rows, leave_out, with_settings
from infoloop.verdict_logs.formats.trl_groups import differs_within, group_blocks, implied_weights
from infoloop.verdict_logs.rollouts import Rollouts

if TYPE_CHECKING:
    import pandas as pd

_ALWAYS = ("step", "prompt", "completion")
_NO_FUNCTIONS = {*_ALWAYS, "advantage", "image", "images", "Unnamed: 0", ""}


def _recognises(opening: Opening) -> bool:
    names, row = _names_and_row(opening)
    if not {*_ALWAYS} <= {*names} or {"example_id", "gen_step", "advantages"} & {*names}:
        return False
    if any(isinstance(row.get(name), list) and not _is_messages(row[name]) for name in ("prompt", "completion")):
        return False
    in_order = tuple(name for name in names if name not in ("", "Unnamed: 0"))[:3] == _ALWAYS
    scored = any(_is_number(row.get(name)) for name in names if name not in _NO_FUNCTIONS)
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


def _table_rows(source: Any) -> Iterator[Mapping[str, Any]]:
    table = json.load(source)
    return (dict(zip(table["columns"], row, strict=False)) for row in table["data"])


def _rollouts(frame: pd.DataFrame, path: Path, settings: Settings) -> Rollouts:
    frame, left_out = complete_rows(frame, ("step", "prompt"))
    problem = hashed_names(frame["prompt"])
    step = column_numbers(frame["step"]).astype(np.int64)
    advantage = column_numbers(frame["advantage"]) if "advantage" in frame else None
    blocks = group_blocks(problem, step, advantage)
    rewards, judging = _functions(frame, advantage, blocks.block)
    scored = [values for values in rewards.values() if not np.isnan(values).all()]
    rollouts = Rollouts(
        problem=problem,
        row=frame.index.to_numpy(),
        step=step,
        group=blocks.group,
        reward=scored[0] if len(scored) == 1 else None,
        rewards=rewards,
        verdicts=zero_one_verdicts(rewards | judging),
        advantage=advantage,
        length=text_lengths(frame["completion"]),
        answer=text_hashes(frame["completion"]),
        left_out=left_out,
    )
    reasons: dict[str, Any] = dict(blocks.left_out)
    if rewards:
        reasons["rows that no reward function scored"] = np.isnan(np.array([*rewards.values()])).all(axis=0)
    return with_settings(leave_out(rollouts, reasons), frame, path, settings)


def _functions(
    frame: pd.DataFrame, advantage: np.ndarray | None, block: np.ndarray
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return the columns of the reward functions, and others that may judge, Booleans and floats.

    Reward functions come first and are floats: the first column that is none ends them. A float behind them is from
    `log_extra` where the advantages follow from the columns before it, and not from it.
    """
    names = [str(name) for name in frame.columns]
    end = names.index("advantage") if "advantage" in names else len(names)
    middle = [name for name in names[names.index("completion") + 1 : end] if name not in _NO_FUNCTIONS]
    kinds = {name: column_kind(frame[name]) for name in middle}
    kinds_of_functions = {"float", "none"} if "float" in kinds.values() else {"whole", "none"}  # "1" may be from 1.0
    functions = [*itertools.takewhile(lambda name: kinds[name] in kinds_of_functions, middle)]
    numbers = {name: column_numbers(frame[name]) for name in middle if kinds[name] in kinds_of_functions | {"flag"}}
    weights = None
    if advantage is not None and functions:
        weights = implied_weights(np.array([numbers[name] for name in functions]), advantage, block)
    if weights is not None:
        behind = functions[int(np.flatnonzero(weights)[-1]) + 1 :]
        extras = {name for name in behind if differs_within(numbers[name], block)}
        functions = [name for name in functions if name not in extras]
    judging = {name: values for name, values in numbers.items() if name not in functions}
    return {name: numbers[name] for name in functions}, judging


def _nothing(frame: pd.DataFrame, path: Path, settings: Settings) -> Rollouts:
    raise LogError(f"{path}: {WITHOUT_REWARDS.refused}")


FORMAT = LogFormat(
    name="trl",
    title="TRL completions",
    source="huggingface/trl, trl/trainer/grpo_trainer.py, GRPOTrainer.log, f2cd57710ae345ea6428ae95363267fcf38a3dc8",
    recognises=_recognises,
    rollouts=_rollouts,
    rows=_table_rows,
    grouped="rows side by side with the same prompt in the same step",
)

WITHOUT_REWARDS = LogFormat(
    name="trl-unscored",
    title="TRL completions without rewards",
    source="huggingface/trl, trl/trainer/callbacks.py, LogCompletionsCallback, and the trainers for distillation",
    recognises=_is_unscored,
    rollouts=_nothing,
    rows=_table_rows,
    refused="completions without rewards or advantages, as of a distillation: log those of GRPO (log_completions=True)",
)
