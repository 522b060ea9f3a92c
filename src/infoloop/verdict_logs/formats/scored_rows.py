"""What formats of evaluations share: ids as names, words as verdicts, rows that say their scores by name.

A format that reads whole files makes rows with these keys: `problem`, `attempt`, `answer`, `length`, `left_out` (why
the row is no rollout, or None), `line` where it is not the row's place, and for each verifier `verdict:NAME` (1, 0 or
NaN) or `graded:NAME` (any number).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from infoloop.verdict_logs.formats.log_format import LogError, Settings
from infoloop.verdict_logs.rollouts import Rollouts

if TYPE_CHECKING:
    import pandas as pd

LONGEST_NAME = 1024  # characters; of a longer one its hash
VERDICT, GRADED = "verdict:", "graded:"


def number_of(value: object) -> float:
    """Return a Boolean, a finite number or a text that is one as a number; NaN for everything else.

    >>> [number_of(value) for value in (True, 0.5, "False", "1.0", float("inf"), [1], None)]
    [1.0, 0.5, 0.0, 1.0, nan, nan, nan]
    """
    if isinstance(value, str):
        value = {"true": 1.0, "false": 0.0}.get(value.lower(), value) if len(value) < 40 else None
    try:
        number = float(value) if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError):
        return math.nan
    return number if math.isfinite(number) else math.nan


def mark(value: object) -> str:
    """Return a hash of a JSON value: equal values have equal marks.

    >>> mark(["a", 1]) == mark(["a", 1]), mark("a") == mark("b")
    (True, False)
    """
    text = value if isinstance(value, str) else json.dumps(value)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def problem_name(value: object) -> str | None:
    """Return an id as a name: a text or a whole number; None for what is neither.

    >>> problem_name("HumanEval/0"), problem_name(7), problem_name(7.0), problem_name(["a"]), problem_name(True)
    ('HumanEval/0', '7', '7', None, None)
    """
    if isinstance(value, str):
        whole = value.encode("utf-8", "backslashreplace").decode()  # half a character, "\ud800", is none
        return whole if len(whole) <= LONGEST_NAME else f"{whole[:40]}...{mark(value)}"
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, int | np.integer):
        return f"{value:d}" if -(10**18) < value < 10**18 else None
    whole = isinstance(value, float | np.floating) and float(value).is_integer() and abs(value) < 2**53
    return f"{int(value)}" if whole else None  # pandas makes floats of whole numbers where one is missing


def problem_names(column: pd.Series) -> np.ndarray:
    """Return the names of a column of ids, None where there is none; each different id is looked at once.

    >>> import pandas as pd
    >>> problem_names(pd.Series(["a", None, "a"])).tolist()
    ['a', None, 'a']
    """
    import pandas as pd

    if pd.api.types.infer_dtype(column, skipna=True) not in ("string", "integer", "categorical"):
        return np.array([problem_name(value) for value in column] + [None], dtype=object)[:-1]
    codes, ids = pd.factorize(column)
    names = np.array([*(problem_name(value) for value in ids), None], dtype=object)
    return names[codes]  # a missing one has the code -1, and the last name


def spelled(column: pd.Series, words: Mapping[Any, float]) -> np.ndarray:
    """Return the number of each word of a column; NaN for what is not among them.

    >>> import pandas as pd
    >>> spelled(pd.Series(["pass", "fail", None, "?"]), {"pass": 1.0, "fail": 0.0}).tolist()
    [1.0, 0.0, nan, nan]
    """
    try:
        return column.map(words).to_numpy(float, na_value=math.nan)
    except TypeError:  # a list or an object, which is no word
        known = (words.get(value) if isinstance(value, str | bool | int) else None for value in column)
        return np.array([math.nan if number is None else number for number in known])


def texts(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the texts of a column, None for what is no text, and their lengths in characters.

    >>> import pandas as pd
    >>> texts(pd.Series(["ab", None]))
    (array(['ab', None], dtype=object), array([ 2., nan]))
    """
    found = np.array([value if isinstance(value, str) else None for value in column] + [None], dtype=object)[:-1]
    return found, np.array([math.nan if text is None else len(text) for text in found], float)


def counted_reasons(reasons: np.ndarray) -> dict[str, int]:
    """Return how many rows have each reason, without those that have none.

    >>> counted_reasons(np.array(["no id", None, "no id"], dtype=object))
    {'no id': 2}
    """
    given, counts = np.unique([reason for reason in reasons if isinstance(reason, str)], return_counts=True)
    return {str(reason): int(count) for reason, count in zip(given, counts, strict=True)}


def scored_rollouts(frame: pd.DataFrame, path: Path, settings: Settings) -> Rollouts:
    """Return rows that say their scores by name as rollouts.

    An attempt that is a number is one of its file; a text is taken to be the same attempt in every file. Of a verifier
    with graded scores they are a component of the reward; with a threshold they are its verdicts, if it has verdicts of
    its own or there are none at all. Without verdicts the first component is the reward.

    Args:
        frame: rows as the module describes them.
        path: the file, for messages.
        settings: the threshold; columns cannot be named, for the file has none.

    Returns:
        The rows, without those that say why they are left out, and without those that have no score at all.

    Raises:
        LogError: where the settings name columns.
    """
    refuse_columns(settings, path)
    scores = {
        name: frame[name].to_numpy(float, na_value=math.nan) for name in frame if name.startswith((VERDICT, GRADED))
    }
    scores = {name: numbers for name, numbers in scores.items() if not np.isnan(numbers).all()}
    reason = frame["left_out"].to_numpy(object, copy=True)
    reason[np.array([not isinstance(name, str) for name in frame["problem"]], bool) & _absent(reason)] = "no id"
    unscored = np.all([np.isnan(numbers) for numbers in scores.values()], axis=0) if scores else True
    reason[_absent(reason) & unscored] = "no verdict"
    kept = _absent(reason)
    verdicts = {name[len(VERDICT) :]: numbers[kept] for name, numbers in scores.items() if name.startswith(VERDICT)}
    rewards = {name[len(GRADED) :]: numbers[kept] for name, numbers in scores.items() if name.startswith(GRADED)}
    reward = next(iter(rewards.values())) if rewards and not verdicts else None
    if settings.threshold is not None:
        judged = [name for name in rewards if name in verdicts] if verdicts else list(rewards)[:1]
        verdicts |= {name: at_least(rewards[name], settings.threshold) for name in judged}
    answer, _ = texts(frame["answer"])
    length = frame["length"].to_numpy(float, na_value=math.nan)
    attempt = _attempts(frame["attempt"], path)
    return Rollouts(
        problem=frame["problem"].to_numpy(object)[kept],
        row=frame.get("line", frame.index.to_series()).to_numpy()[kept],
        attempt=None if _absent(attempt[kept]).any() else attempt[kept],
        reward=reward,
        rewards=rewards,
        verdicts=verdicts,
        length=None if np.isnan(length).all() else length[kept],
        answer=None if (answer == None).all() else answer[kept],  # noqa: E711
        left_out=counted_reasons(reason),
    )


def at_least(numbers: np.ndarray, threshold: float) -> np.ndarray:
    """Return 1 where a number is the threshold or more, 0 where it is less, NaN where it is NaN.

    >>> at_least(np.array([0.5, 0.4, math.nan]), 0.5).tolist()
    [1.0, 0.0, nan]
    """
    return np.where(np.isnan(numbers), math.nan, numbers >= threshold)


def refuse_columns(settings: Settings, path: Path) -> None:
    """Raise LogError where the settings name columns of a file whose rows are made of nested values."""
    if settings.columns:
        raise LogError(f"{path}: columns cannot be named here, the values are nested: leave --columns out")


def _attempts(column: pd.Series, path: Path) -> np.ndarray:
    """Return texts that tell attempts apart, those of other files too: numbers with the file, texts as they are."""
    import pandas as pd

    codes, distinct = pd.factorize(column)
    run = f"{path.parent.name}/{path.name}"
    names = [value if isinstance(value, str) else f"{value:.0f} of {run}" for value in distinct]
    return np.array([*names, None], dtype=object)[codes]  # a missing one has the code -1


def _absent(reasons: np.ndarray) -> np.ndarray:
    return np.array([not isinstance(reason, str) for reason in reasons], bool)
