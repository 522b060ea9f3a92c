"""What every format does with rollouts once it has them: leave rows out, and take what the user says of the columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from infoloop.reporting.suggestions import cut_text, did_you_mean, list_names, quote
from infoloop.verdict_logs.formats.column_values import column_numbers, text_hashes
from infoloop.verdict_logs.formats.log_format import LogError, Settings
from infoloop.verdict_logs.formats.row_errors import RowError
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
    for name in names:
        if name not in frame:
            there = f"there is no such column; columns are {list_names([str(column) for column in frame], name)}"
            raise RowError(int(frame.index[0]) if len(frame) else 1, f"{cut_text(name)}: {there}: another --format?")


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

    A column of `settings` replaces what the format takes for it, of `pass` it comes before the other verdicts. The
    threshold makes a verdict of the reward where there is none, or of the column that is called `pass`.

    Args:
        rollouts: Some of the rows of the frame.
        frame: The rows, with the index their numbers.
        path: The file, for messages.
        settings: The columns and the threshold.

    Raises:
        LogError: For a column that is not there.
        RowError: For a value that is not what it is said to be.

    >>> import pandas as pd
    >>> found = Rollouts(np.array(["a", "a"]), np.array([1, 2]), reward=np.array([0.2, 0.9]))
    >>> with_settings(found, pd.DataFrame(index=[1, 2]), Path("log"), Settings(threshold=0.5)).verdicts
    {'reward >= 0.5': array([0., 1.])}
    """
    chosen = {key: _column(frame, name, path).loc[rollouts.row] for key, name in settings.columns.items()}
    named = chosen.pop("pass", None)
    values = {key: _READINGS[key](values) for key, values in chosen.items() if key in _READINGS}
    changed = replace(rollouts, **values)
    if named is not None:
        verdict = _verdict(named, settings.threshold)
        others = {name: values for name, values in rollouts.verdicts.items() if name != named.name}
        return replace(changed, verdicts={str(named.name): verdict, **others})
    if settings.threshold is None or changed.verdicts or changed.reward is None:
        return changed
    name = f"reward >= {settings.threshold:g}"
    return replace(changed, verdicts={name: _at_least(changed.reward, settings.threshold)})


def _taken(value: Any, kept: np.ndarray) -> Any:
    if isinstance(value, Mapping):
        return {name: inner[kept] if isinstance(inner, np.ndarray) else inner for name, inner in value.items()}
    return None if value is None else value[kept]


def _column(frame: pd.DataFrame, name: str, path: Path) -> pd.Series:
    if name in frame.columns:
        return frame[name]
    known = [str(column) for column in frame.columns]
    raise LogError(
        f"{path}: there is no column {quote(name)}{did_you_mean(name, known)}; columns are {list_names(known, name)}"
    )


def _at_least(values: np.ndarray, threshold: float) -> np.ndarray:
    return np.where(np.isnan(values), np.nan, values >= threshold)


def _verdict(values: pd.Series, threshold: float | None) -> np.ndarray:
    numbers = _numbers(values)
    if threshold is not None:
        return _at_least(numbers, threshold)
    neither = ~(np.isnan(numbers) | np.isin(numbers, (0, 1)))
    _refuse(values, neither, "is neither 0 nor 1: say from where on an answer is right with --threshold")
    return numbers


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
