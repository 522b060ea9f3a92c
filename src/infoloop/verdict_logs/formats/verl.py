r"""Generations that verl dumps: `STEP.jsonl` in `trainer.rollout_data_dir` or `trainer.validation_data_dir`.

The writing code is verl-project/verl, `_write_generations` of `verl/trainer/ppo/ray_trainer.py` (with `_validate` and
`_log_rollout_data`) and of `verl/trainer/ppo/v1/trainer_base.py`, read at commit 1dda039b9c63 and at the tags v0.4 to
v0.9. Rows, made up: of the first trainer, with an overlong penalty; of its validation; of the trainer v1, with padding:

    {"input": "user\nFind x", "output": "34", "gts": "34", "score": 1.0, "step": 12, "acc": true, "pred": "34",
     "overlong_reward": -0.25, "overlong": true}
    {"input": "user\nFind x", "output": "33", "gts": "34", "score": 0.0, "step": 0, "reward": -1.0, "acc": false}
    {"input": "user\nFind x", "output": "34", "gts": "34", "score": 1.0, "step": 12, "uid": "0b8f0c5e_3_0"}
    {"input": "", "output": "", "gts": "34", "score": 0.0, "step": 12, "uid": "pad9f0e4c2b7a614d0f8e3b5c6d7a8f9012_0_0"}

`gts` is there from v0.6 on. The keys after `step` are those of the reward function's result, and differ from file to
file, since a key that some row lacks is written for none. A key `score` of them takes the place of the reward, so the
reward is: `reward` where there is one (a validation); `score + overlong_reward` where there is a penalty that `score`
does not have in it already; else `score`, which may lack what the trainer added. The first trainer shuffles the rows
(`balance_batch`) and names no group: the same prompt in the same step is one, twice as large where a batch has a prompt
twice. `uid` of v1 is GROUP_ATTEMPT_OUTPUT: of the outputs of an attempt the last one counts, and rows `pad...` are none
of the policy's. Answers are equal where `pred` is, the answer that the reward function saw, else where the outputs are.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

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
from infoloop.verdict_logs.formats.log_format import LogFormat, Opening, Settings
from infoloop.verdict_logs.formats.rollout_settings import complete_rows, leave_out, whole_steps, with_settings
from infoloop.verdict_logs.rollouts import Rollouts

if TYPE_CHECKING:
    import pandas as pd

_ALWAYS = ("input", "output", "score", "step")
_NO_COMPONENTS = {*_ALWAYS, "gts", "reward", "uid", "request_id", "pred"}
_NO_VERDICTS = {
    "overlong",
    "timeout",
    "error",
}  # flags of verl's reward managers, of the output's length and of failures
_NUMBER = re.compile(r"\d{1,9}$")


def _recognises(opening: Opening) -> bool:
    return opening.kind in ("lines", "table") and {*_ALWAYS} <= opening.keys


def _rollouts(frame: pd.DataFrame, path: Path, settings: Settings) -> Rollouts:
    frame, left_out = complete_rows(
        typed_columns(frame, ("input", "output", "gts", "pred")), ("step", "input", "score")
    )
    numbers = _numeric_columns(frame)
    reward, components = _reward(frame, numbers)
    judging = {name: values for name, values in numbers.items() if name not in _NO_VERDICTS}
    verdicts = zero_one_verdicts(judging) or zero_one_verdicts({"score": column_numbers(frame["score"])})
    rollouts = Rollouts(
        problem=_problems(frame),
        row=frame.index.to_numpy(),
        step=whole_steps(frame["step"]),
        reward=reward,
        rewards=components,
        verdicts=verdicts,
        length=text_lengths(frame["output"]),
        answer=text_hashes(frame["pred" if "pred" in frame else "output"]),
        left_out=left_out,
    )
    keys = _keys(frame)
    reasons = {} if keys is None else _reasons(keys)
    rollouts = rollouts if keys is None else _with_keys(rollouts, keys)
    rollouts = leave_out(rollouts, reasons | {"rows without a reward": np.isnan(reward)})
    return with_settings(rollouts, frame, path, settings)


def _numeric_columns(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the keys of the reward function's result that are parts of a reward: Booleans, floats, and -1, 0 and 1."""
    found = {}
    for name in frame.columns:
        kind = "other" if name in _NO_COMPONENTS else column_kind(frame[name])
        if kind in ("flag", "float", "whole"):
            values = column_numbers(frame[name])
            if kind != "whole" or name == "acc" or np.isin(values[~np.isnan(values)], (-1, 0, 1)).all():
                found[str(name)] = values
    return found


def _reward(frame: pd.DataFrame, numbers: dict[str, np.ndarray]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return what was trained on, and its components."""
    score = column_numbers(frame["score"])
    if "reward" in frame:
        reward = column_numbers(frame["reward"])
    elif "overlong_reward" in numbers and not _is_in(numbers["overlong_reward"], score, numbers.get("acc")):
        reward = score + numbers["overlong_reward"]
    else:
        return score, numbers
    return reward, {"score": score, **numbers}


def _is_in(penalty: np.ndarray, score: np.ndarray, acc: np.ndarray | None) -> bool:
    """Return whether `score` is `acc` and the penalty, as where the reward function returned a plain number, `acc`."""
    if acc is None:
        return False
    return bool((np.float32(acc + penalty) == np.float32(score)).all())  # the trainer's rewards are float32


def _problems(frame: pd.DataFrame) -> np.ndarray:
    columns = [frame["input"], frame["gts"]] if "gts" in frame else [frame["input"]]
    return hashed_names(*columns)


class _Keys(NamedTuple):
    """What `uid` of v1 says of each row: group, its number, attempt, output, and a number for group and attempt."""

    group: np.ndarray
    place: np.ndarray
    attempt: np.ndarray
    output: np.ndarray
    whole: np.ndarray


def _keys(frame: pd.DataFrame) -> _Keys | None:
    """Return the parts of `uid`; None where there is none, or it is of another kind."""
    import pandas as pd

    if "uid" not in frame or frame.empty:
        return None
    parts = [str(uid).rsplit("_", 2) for uid in frame["uid"]]
    if not all(len(part) == 3 and _NUMBER.match(part[1]) and _NUMBER.match(part[2]) for part in parts):
        return None
    group = np.array([part[0] for part in parts], object)
    place = pd.factorize(group)[0]
    attempt, output = (np.array([int(part[k]) for part in parts], np.int64) for k in (1, 2))
    return _Keys(group, place, attempt, output, pd.factorize(place * (attempt.max() + 1) + attempt)[0])


def _with_keys(rollouts: Rollouts, keys: _Keys) -> Rollouts:
    """Return the rollouts with groups and attempts of v1; the prompt of a group's first output is the problem."""
    order = np.lexsort((keys.output, keys.attempt, keys.place))
    first = order[np.unique(keys.place[order], return_index=True)[1]]
    return replace(rollouts, problem=rollouts.problem[first][keys.place], group=keys.group, attempt=keys.attempt)


def _reasons(keys: _Keys) -> dict[str, np.ndarray]:
    """Return which rows of v1 are none of the policy's, or not the last output of an attempt."""
    import pandas as pd

    last = np.full(keys.whole.max() + 1, -1)
    np.maximum.at(last, keys.whole, keys.output)
    return {
        "padding that the trainer added": np.array([name.startswith("pad") for name in keys.group], bool),
        "earlier outputs of an attempt": keys.output < last[keys.whole],
        "rows that stand twice": pd.Index(keys.whole * (keys.output.max() + 1) + keys.output).duplicated(),
    }


FORMAT = LogFormat(
    name="verl",
    title="verl generations",
    source=(
        "verl-project/verl, verl/trainer/ppo/ray_trainer.py and verl/trainer/ppo/v1/trainer_base.py, "
        "_write_generations, 1dda039b9c6311889a9c9a26040677e1254814f9"
    ),
    recognises=_recognises,
    rollouts=_rollouts,
    grouped="the same prompt in the same step",
)
