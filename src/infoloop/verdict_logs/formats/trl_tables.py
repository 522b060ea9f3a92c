"""Rows of a table of completions as TRL's trainers and those made after them keep it, as rollouts."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from infoloop.verdict_logs.formats.column_values import (
    column_kind,
    column_numbers,
    hashed_names,
    text_hashes,
    text_lengths,
    typed_columns,
    zero_one_verdicts,
)
from infoloop.verdict_logs.formats.rollout_settings import complete_rows, leave_out, need_columns, whole_steps
from infoloop.verdict_logs.formats.trl_groups import differs_within, group_blocks, implied_weights
from infoloop.verdict_logs.rollouts import Rollouts

if TYPE_CHECKING:
    import pandas as pd

NO_FUNCTIONS = {"step", "prompt", "completion", "advantage", "image", "images", "Unnamed: 0", ""}


def table_rollouts(frame: pd.DataFrame) -> Rollouts:
    """Return the rows of a table with `step`, `prompt`, `completion`, reward functions, extras and `advantage`.

    >>> import pandas as pd
    >>> table = {"step": [1, 1], "prompt": ["p", "p"], "completion": ["a", "b"], "exact": [0.0, 1.0]}
    >>> found = table_rollouts(pd.DataFrame(table, index=[1, 2]))
    >>> found.reward.tolist(), list(found.verdicts), found.group.tolist()
    ([0.0, 1.0], ['exact'], [0, 0])
    """
    need_columns(frame, ("completion",))
    frame, left_out = complete_rows(typed_columns(frame, ("prompt", "completion")), ("step", "prompt"))
    problem = hashed_names(frame["prompt"])
    step = whole_steps(frame["step"])
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
    return leave_out(rollouts, reasons)


def _functions(
    frame: pd.DataFrame, advantage: np.ndarray | None, block: np.ndarray
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return the columns of the reward functions, and others that may judge, Booleans and floats.

    Reward functions come first and are floats: the first column that is none ends them. A float behind them is from
    `log_extra` where the advantages follow from the columns before it, and not from it.
    """
    names = [str(name) for name in frame.columns]
    end = names.index("advantage") if "advantage" in names else len(names)
    middle = [name for name in names[names.index("completion") + 1 : end] if name not in NO_FUNCTIONS]
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
