"""Plain logs: a row for each answer, in columns that are found by their names."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from infoloop.reporting.suggestions import cut_text, did_you_mean, list_names
from infoloop.verdict_logs.formats.column_paths import outer_column, with_paths
from infoloop.verdict_logs.formats.log_format import LogError, LogFormat, Opening, Settings
from infoloop.verdict_logs.formats.rollout_settings import with_second
from infoloop.verdict_logs.formats.row_errors import RowError, is_nested, refuse_nested, refuse_value
from infoloop.verdict_logs.formats.verdict_words import read_verdicts
from infoloop.verdict_logs.rollouts import Rollouts

if TYPE_CHECKING:
    import pandas as pd

KEYS = ("problem", "step", "group", "attempt", "pass", "reward", "advantage", "length", "answer")
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "problem": (
        "problem", "problem_id", "task_id", "question_id", "example_id", "instance_id", "prompt_id", "doc_id", "prompt",
        "question", "input", "instruction", "task", "id",
    ),
    "step": ("step", "global_step", "training_step", "train_step", "steps", "iteration", "iter", "policy_version"),
    "group": ("group", "group_id", "group_idx", "group_index"),
    "attempt": (
        "attempt", "attempt_id", "attempt_index", "sample", "sample_id", "sample_idx", "sample_index", "completion_id",
        "rollout_id", "rollout", "trial", "repeat",
    ),
    "pass": (
        "pass", "passed", "correct", "is_correct", "verdict", "success", "solved", "resolved", "is_success", "acc",
        "accuracy", "right",
    ),
    "reward": ("reward", "score", "rewards", "scores", "total_reward", "return"),
    "advantage": ("advantage", "advantages", "adv"),
    "length": (
        "length", "tokens", "num_tokens", "n_tokens", "completion_tokens", "output_tokens", "response_tokens",
        "completion_length", "response_length", "output_length", "response_len", "completion_len",
    ),
    "answer": ("extracted_answer", "parsed_answer", "final_answer", "prediction", "pred"),
}  # fmt: skip
TEXTS = ("completion", "response", "output", "generation")  # whose characters are the length where no column is one
REWARD_VERDICT = "reward"  # the verifier's name where it is the reward that says what is right
BELOW_ZERO = "rewards are -1 and read as wrong, since right is above 0"
GRADED = "rewards are neither right nor wrong: say with --threshold from which on an answer is right"
_LONGEST_NAME = 120  # characters; a longer text is named by its beginning and a hash


def find_columns(names: list[str], settings: Settings) -> dict[str, list[str]]:
    """Return by key the columns of a plain log that have it; several have verdicts, and components of the reward.

    Args:
        names: the columns of the file.
        settings: whose `columns` come before all that is found by a name.

    Raises:
        LogError: for a column that is not there.

    >>> find_columns(["task_id", "sample", "passed", "note"], Settings())
    {'problem': ['task_id'], 'attempt': ['sample'], 'pass': ['passed']}
    """
    lower = {name.strip().lower(): name for name in reversed(names)}
    passes = settings.verifiers(names)
    said = {**{key: (name,) for key, name in settings.columns.items()}, **({"pass": passes} if passes else {})}
    taken, found = {outer_column(name, names) for columns in said.values() for name in columns}, {}
    for key in KEYS:
        if key in said:
            found[key] = [_there(name, key, names) for name in said[key]]
            continue
        known = [lower[word] for word in SYNONYMS[key] if word in lower and lower[word] not in taken]
        if known:
            found[key] = known if key == "pass" else known[:1]
    if settings.trusted and outer_column(settings.trusted, names) and settings.trusted not in found.get("pass", ()):
        found["trusted"] = [settings.trusted]
    used = {name for columns in found.values() for name in columns}
    parts = [name for name in names if name not in used and _is_component(name.lower())]
    text = [lower[word] for word in TEXTS if word in lower and lower[word] not in used]
    more = {"component": parts, "text": [] if "length" in found else text[:1]}
    return found | {key: columns for key, columns in more.items() if columns}


def wanted(names: list[str], settings: Settings) -> list[str]:
    """Return the columns that a plain log is read from; raise LogError where there is no problem or no verdict."""
    if {"n", "c"} & set(settings.columns):
        raise LogError("n and c are columns of counts, and this log has a row for each answer: leave them out")
    found = find_columns(names, settings)
    if "problem" not in found:
        raise _missing("problem", names)
    if "pass" not in found and "reward" not in found:
        raise _missing("pass", names)
    columns = dict.fromkeys(outer_column(name, names) for columns in found.values() for name in columns)
    return [name for name in columns if name is not None]


def rollouts(frame: pd.DataFrame, path: Path, settings: Settings) -> Rollouts:
    """Return the rows of a part of a plain log.

    Args:
        frame: rows with the columns of the file.
        path: not looked at.
        settings: what the user says of the log.

    Raises:
        RowError: for a word that is no verdict, a step that is no whole number, or nested values.
    """
    found = find_columns(list(frame), settings)
    frame = with_paths(frame, [name for columns in found.values() for name in columns])
    named = {key: frame[columns[0]] for key, columns in found.items()}
    verdicts = {name: read_verdicts(frame[name], settings.threshold) for name in found.get("pass", ())}
    reward = _numbers(named["reward"], words=True) if "reward" in named else None
    if not verdicts and reward is not None:
        verdicts = {REWARD_VERDICT: read_verdicts(named["reward"], settings.threshold, graded=True)}
    if "trusted" in named:
        verdicts[settings.trusted] = read_verdicts(named["trusted"])
    verdicts = with_second(verdicts, settings.trusted)
    marks = [values for values in (*verdicts.values(), reward) if values is not None]
    judged = np.any([np.isfinite(values) for values in marks], axis=0)
    step = _steps(named["step"]) if "step" in named else None
    there = {f"no {found[key][0]}": named[key].notna().to_numpy() for key in ("problem", "attempt") if key in named}
    there |= {"no verdict and no reward": judged} | ({} if step is None else {"no step": step != _NO_STEP})
    keep, left_out = np.ones(len(frame), bool), {}
    for reason, good in there.items():
        if many := int((keep & ~good).sum()):
            left_out[reason] = many
        keep &= good
    if not keep.all():
        kept = rollouts(frame[keep], path, settings) if keep.any() else _none(found)
        return dataclasses.replace(kept, left_out=left_out)
    answer = named["answer"].fillna("") if "answer" in named else None
    return Rollouts(
        problem=named_values(named["problem"]),
        row=frame.index.to_numpy(),
        step=step,
        group=_names(named["group"]) if "group" in named else None,
        attempt=_names(named["attempt"]) if "attempt" in named else None,
        reward=reward,
        rewards={name: _numbers(frame[name]) for name in found.get("component", ())},
        verdicts=verdicts,
        advantage=_numbers(named["advantage"]) if "advantage" in named else None,
        length=_lengths(named),
        answer=None if answer is None else named_values(answer),
    )


def _none(found: Mapping[str, list[str]]) -> Rollouts:
    """Return no rollouts, with what the columns would have given."""
    empty = np.zeros(0)
    given = {key: empty if key in found else None for key in KEYS}
    return Rollouts(
        problem=np.zeros(0, object),
        row=np.zeros(0, int),
        step=given["step"],
        group=given["group"],
        attempt=given["attempt"],
        reward=given["reward"],
        advantage=given["advantage"],
        length=given["length"],
        answer=given["answer"],
    )


def refuse_gaps(frame: pd.DataFrame, settings: Settings) -> None:
    """Raise RowError at the first row without a value, in a log of numbered attempts that has no steps."""
    found = find_columns(list(frame), settings)
    frame = with_paths(frame, [name for columns in found.values() for name in columns])
    if "attempt" not in found or "step" in found or "group" in found:
        return
    for key in ("problem", "attempt", "pass", "reward"):
        for name in found.get(key, ())[:1]:
            empty = frame[name].isna().to_numpy()
            if empty.any():
                remedy = "give 0, 1, true or false" if key == "pass" else f"give every row its {key}"
                row = int(frame.index[empty.argmax()])
                raise RowError(row, f"{cut_text(name)}: there is no value: {remedy}")


def remarks(part: Rollouts, settings: Settings) -> Iterator[tuple[str, np.ndarray]]:
    """Yield what is to be said of how the rewards of a part were read, and which rows it is about."""
    for name, verdict in part.verdicts.items():
        if part.reward is None or name != REWARD_VERDICT or settings.threshold is not None:
            continue
        yield BELOW_ZERO, part.reward == -1
        yield GRADED, np.isnan(verdict) & np.isfinite(part.reward)


def divides(frame: pd.DataFrame, settings: Settings) -> bool:
    """Return whether the number that a threshold is for is other than 0 and 1 in some row."""
    import pandas as pd

    found = find_columns(list(frame), settings)
    name = [*found.get("pass", ()), *found.get("reward", ())][0]
    numbers = pd.to_numeric(with_paths(frame, [name])[name], errors="coerce")
    return bool((numbers.notna() & ~numbers.isin((0, 1))).any())


def named_values(values: pd.Series) -> np.ndarray:
    """Return values as names: texts and numbers as they are, long ones and nested ones with a hash in their place."""
    import pandas as pd

    if values.dtype == object and values.map(is_nested).any():
        values = pd.Series([_digest_of(value) for value in values], dtype=object)
    codes, distinct = pd.factorize(values)
    names = np.empty(len(distinct) + 1, object)
    short = _LONGEST_NAME
    names[:-1] = [v if type(v) is str and len(v) <= short else name_of(v) for v in distinct.tolist()]
    return names[codes]


def name_of(value: Any) -> str:
    """Return the name of a problem: its text, of a long one the beginning and a hash.

    >>> name_of(7), name_of("What is 3+4?")
    ('7', 'What is 3+4?')
    """
    text = str(value)
    return text if len(text) <= _LONGEST_NAME else f"{text[:60]} ... #{_digest(text)}"


def _is_component(name: str) -> bool:
    return name.startswith(("reward_", "rewards/", "reward/", "rewards.", "reward.")) or name.endswith("_reward")


def _there(name: str, key: str, names: list[str]) -> str:
    if outer_column(name, names) is None:
        raise _missing(key, names, name)
    return name


def _missing(key: str, names: list[str], name: str | None = None) -> LogError:
    name = key if name is None else name
    hint = did_you_mean(name, names)
    what = f"there is no such column{hint}; columns are {list_names(names, name)}"
    return LogError(f"{cut_text(name)}: {what}; if it has another name, say so with --columns {key}=NAME")


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _digest_of(value: Any) -> Any:
    if is_nested(value):
        return "#" + _digest(json.dumps(value, sort_keys=True, default=_plain))
    return value


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else str(value)


def _names(values: pd.Series) -> np.ndarray:
    """Return numbers as they are, missing ones among whole ones too, and all else as texts."""
    import pandas as pd

    if values.dtype.kind in "iuf":
        return values.to_numpy()
    if pd.api.types.infer_dtype(values, skipna=True) == "integer":
        return values.to_numpy(object)
    refuse_nested(values)
    return named_values(values.where(values.notna(), ""))


def _numbers(values: pd.Series, words: bool = False) -> np.ndarray:
    """Return numbers, NaN for what is none; of words those of verdicts, if wanted."""
    import pandas as pd

    if values.dtype.kind in "iufb":
        numbers = values.to_numpy(float)
    else:
        refuse_nested(values)
        numbers = pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=math.nan)
        if words and (np.isnan(numbers) & values.notna().to_numpy()).any():
            numbers = read_verdicts(values, graded=True)
    return numbers


_NO_STEP = np.iinfo(np.int64).min


def _steps(values: pd.Series) -> np.ndarray:
    """Return steps as whole numbers, the least number for none."""
    numbers = _numbers(values)
    whole = np.isnan(numbers) | ((numbers == np.floor(numbers)) & (np.abs(numbers) < 2**53))
    broken = ~whole | (np.isnan(numbers) & values.notna().to_numpy())
    if broken.any():
        refuse_value(values, int(broken.argmax()), "is no whole number: steps are numbered")
    return np.where(np.isnan(numbers), _NO_STEP, np.where(np.isnan(numbers), 0, numbers)).astype(np.int64)


def _lengths(named: Mapping[str, pd.Series]) -> np.ndarray | None:
    if "length" in named:
        return _numbers(named["length"])
    if "text" not in named or named["text"].dtype.kind in "iufb":
        return None
    text = named["text"]
    if text.dtype == object:
        lengths = [len(value) if isinstance(value, str) else math.nan for value in text]
        return np.array(lengths, float)
    return text.str.len().to_numpy(float, na_value=math.nan)


def _recognises(opening: Opening) -> bool:
    found = find_columns(list(opening.keys), Settings())
    rows = opening.kind in ("lines", "table") or (opening.kind == "document" and len(opening.records) > 1)
    return rows and "problem" in found and ("pass" in found or "reward" in found)


FORMAT = LogFormat(
    name="plain",
    title="rows with a column for each",
    source="",
    recognises=_recognises,
    rollouts=rollouts,
    wanted=wanted,
    grouped="the same problem, and the same step and group where there are such columns",
)
