"""What every format does with rollouts once it has them: leave rows out, and take what the user says of the columns."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from infoloop.reporting.suggestions import cut_text, did_you_mean, list_names, quote
from infoloop.verdict_logs.formats.column_paths import column_at
from infoloop.verdict_logs.formats.column_values import above_zero, column_numbers, is_binary, text_hashes
from infoloop.verdict_logs.formats.log_format import LogError, Settings
from infoloop.verdict_logs.formats.row_errors import RowError
from infoloop.verdict_logs.formats.verdict_names import likeliest_judge
from infoloop.verdict_logs.rollouts import Rollouts

if TYPE_CHECKING:
    import pandas as pd


def need_columns(frame: pd.DataFrame, names: Sequence[str]) -> None:
    """Raise RowError for a column that is not there: the file is of another format than the user says.

    >>> import pandas as pd
    >>> need_columns(pd.DataFrame({"step": [1]}), ["step", "score"])
    Traceback (most recent call last):
    infoloop.verdict_logs.formats.row_errors.RowError: score: there is no such column; columns are step: another ...
    """
    missing = [name for name in names if name not in frame]
    if missing:
        what = "there is no such column" if len(missing) == 1 else "there are no such columns"
        there = f"{what}; columns are {list_names([str(column) for column in frame], missing[0])}"
        raise RowError(
            int(frame.index[0]) if len(frame) else 1, f"{cut_text(', '.join(missing))}: {there}: another --format?"
        )


def complete_rows(frame: pd.DataFrame, names: Sequence[str]) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the rows that have a value in each of these columns, and how many have none, by reason.

    Raises:
        RowError: For a column that is not there.

    >>> import pandas as pd
    >>> complete_rows(pd.DataFrame({"step": [1, None]}), ["step"])[1]
    {'rows without step': 1}
    """
    need_columns(frame, names)
    left_out = {}
    for name in names:
        missing = frame[name].isna().to_numpy()
        if missing.any():
            left_out[f"rows without {name}"] = int(missing.sum())
            frame = frame[~missing]
    return frame, left_out


def leave_out(rollouts: Rollouts, reasons: Mapping[str, np.ndarray]) -> Rollouts:
    """Return the rollouts without those that there is a reason to leave out; each is counted under its first one.

    >>> dropped = {"padding": np.array([True, False])}
    >>> kept = leave_out(Rollouts(np.array(["a", "b"]), np.array([1, 2])), dropped)
    >>> kept.problem.tolist(), kept.left_out
    (['b'], {'padding': 1})
    """
    kept, left_out = np.ones(len(rollouts.problem), bool), dict(rollouts.left_out)
    for reason, dropped in reasons.items():
        count = int((dropped & kept).sum())
        if count:
            left_out[reason] = left_out.get(reason, 0) + count
        kept &= ~dropped
    if kept.all():
        return rollouts
    values: dict[str, Any] = {field.name: _taken(getattr(rollouts, field.name), kept) for field in fields(rollouts)}
    values["left_out"] = left_out
    return Rollouts(**values)


def with_settings(rollouts: Rollouts, frame: pd.DataFrame, path: Path, settings: Settings) -> Rollouts:
    """Return the rollouts with what `settings` say in place of what the format found.

    A column of `settings` replaces what the format takes for it. Those of `pass` come before the other verdicts, then
    the trusted one. The threshold is for the first column of `pass`, else for the reward, whose verdict comes first.

    Args:
        rollouts: Some of the rows of the frame.
        frame: The rows, with the index their numbers.
        path: The file, for messages.
        settings: The columns and the threshold.

    Raises:
        LogError: For a column that is not there, and for a threshold where the reward is not known.
        RowError: For a value that is not what it is said to be.

    >>> import pandas as pd
    >>> found = Rollouts(np.array(["a", "a"]), np.array([1, 2]), reward=np.array([0.2, 0.9]))
    >>> with_settings(found, pd.DataFrame(index=[1, 2]), Path("log"), Settings(threshold=0.5)).verdicts
    {'reward >= 0.5': array([0., 1.])}
    """
    columns = {key: name for key, name in settings.columns.items() if key != "pass"}
    refuse_counts_keys(columns, path)
    values = {key: _READINGS[key](_column(frame, name, path).loc[rollouts.row]) for key, name in columns.items()}
    changed = replace(rollouts, **values)
    named = settings.verifiers([*map(str, frame.columns)])
    verdicts = {} if named else _judged_by_threshold(changed, path, settings.threshold)
    for name in named:
        column = _column(frame, name, path).loc[rollouts.row]
        verdicts[name] = _verdict(column, None if verdicts else settings.threshold, name in rollouts.rewards)
    verdicts |= {name: values for name, values in changed.verdicts.items() if name not in verdicts}
    trusted = settings.trusted
    column = column_at(frame, trusted) if trusted and trusted not in verdicts else None
    if column is not None:
        verdicts[trusted] = _verdict(column.loc[rollouts.row], None, trusted in rollouts.rewards)
    return replace(changed, verdicts=with_second(verdicts, trusted))


def with_second(verdicts: Mapping[str, np.ndarray], name: str) -> dict[str, np.ndarray]:
    """Return verdicts with this one in the second place, so that it is among those of which patterns are counted.

    >>> none = np.zeros(1)
    >>> list(with_second({"a": none, "b": none, "c": none}, "c")), list(with_second({"a": none}, "c"))
    (['a', 'c', 'b'], ['a'])
    """
    names = list(verdicts)
    if name in names[2:]:
        names = [names[0], name, *(other for other in names[1:] if other != name)]
    return {one: verdicts[one] for one in names}


def refuse_counts_keys(columns: Mapping[str, str], path: Path) -> None:
    """Raise LogError for the keys n and c in a log that is none of counts."""
    if {"n", "c"} & set(columns):
        raise LogError(f"{path}: n and c are columns of counts, and this log has a row for each answer: leave them out")


def refuse_threshold(settings: Settings, path: Path) -> None:
    """Raise LogError for a threshold where every answer has a verdict that is no number."""
    if settings.threshold is not None:
        raise LogError(f"{path}: --threshold {settings.threshold:g} has no effect on verdicts: leave it out")


def _judged_by_threshold(rollouts: Rollouts, path: Path, threshold: float | None) -> dict[str, np.ndarray]:
    """Return the verdict that a threshold makes of the reward; none without a threshold."""
    if threshold is None:
        return {}
    if rollouts.reward is not None:
        return {f"reward >= {threshold:g}": _at_least(rollouts.reward, threshold)}
    if not rollouts.rewards:
        raise LogError(f"{path}: --threshold {threshold:g} has no effect, for there is no reward: leave it out")
    name = likeliest_judge(rollouts.rewards)
    raise LogError(
        f"{path}: --threshold {threshold:g} is for no one of {len(rollouts.rewards)} reward functions: say of which, "
        f"--columns {shlex.quote(f'pass={name}')} --threshold {threshold:g}"
    )


def _taken(value: Any, kept: np.ndarray) -> Any:
    if isinstance(value, Mapping):
        return {name: inner[kept] if isinstance(inner, np.ndarray) else inner for name, inner in value.items()}
    return None if value is None else value[kept]


def _column(frame: pd.DataFrame, name: str, path: Path) -> pd.Series:
    found = column_at(frame, name)
    if found is not None:
        return found
    known = [str(column) for column in frame.columns]
    raise LogError(
        f"{path}: there is no column {quote(name)}{did_you_mean(name, known)}; columns are {list_names(known, name)}"
    )


def _at_least(values: np.ndarray, threshold: float) -> np.ndarray:
    return np.where(np.isnan(values), np.nan, values >= threshold)


def _verdict(values: pd.Series, threshold: float | None, is_component: bool) -> np.ndarray:
    numbers = _numbers(values)
    if threshold is not None:
        return _at_least(numbers, threshold)
    neither = ~(np.isnan(numbers) | np.isin(numbers, (-1, 0, 1)))
    if not (is_component and is_binary(numbers)):
        _refuse(values, neither, "is neither 0 nor 1: say from where on an answer is right with --threshold")
    return above_zero(numbers)


def _numbers(values: pd.Series) -> np.ndarray:
    numbers = column_numbers(values)
    _refuse(values, np.isnan(numbers) & values.notna().to_numpy(), "is no number: name another column")
    return numbers


def whole_steps(values: pd.Series) -> np.ndarray:
    """Return steps as whole numbers; raise RowError for the first that is none, or that float64 has not exactly.

    >>> import pandas as pd
    >>> whole_steps(pd.Series([3.0, 4.0])).tolist()
    [3, 4]
    """
    numbers = _numbers(values)
    whole = (numbers == np.floor(numbers)) & (np.abs(numbers) < 2**53)
    _refuse(values, ~whole, "is no step: give every row a whole number")
    return numbers.astype(np.int64)


def _names(values: pd.Series) -> np.ndarray:
    _refuse(values, values.isna().to_numpy(), "is no value: give every row one")
    return values.map(str).to_numpy(object)


def _refuse(values: pd.Series, wrong: np.ndarray, why: str) -> None:
    """Raise RowError with the first value that is wrong."""
    if wrong.any():
        row = int(wrong.argmax())
        value = values.iloc[row]
        shown = quote(value, 40) if isinstance(value, str) else cut_text(str(value), 40)
        raise RowError(int(values.index[row]), f"{cut_text(str(values.name))}: {shown} {why}")


_READINGS: dict[str, Callable[[pd.Series], np.ndarray]] = {
    "problem": _names,
    "step": whole_steps,
    "group": _names,
    "attempt": _names,
    "reward": _numbers,
    "advantage": _numbers,
    "length": _numbers,
    "answer": text_hashes,
}
