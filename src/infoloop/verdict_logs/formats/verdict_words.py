"""How verdicts are spelled: numbers, Booleans, words, letters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from infoloop.verdict_logs.formats.row_errors import refuse_nested, refuse_value

if TYPE_CHECKING:
    import pandas as pd

_RIGHT = ("pass", "passed", "success", "succeeded", "correct", "right", "true", "yes", "ok", "resolved", "solved")
_WRONG = (
    "fail", "failed", "failure", "incorrect", "wrong", "false", "no", "timeout", "timed out", "error", "unresolved",
    "unsolved",
)  # fmt: skip
_WORDS = dict.fromkeys(_RIGHT, 1.0) | dict.fromkeys(_WRONG, 0.0)
_LETTERS = {"c": 1.0, "i": 0.0, "n": 0.0, "p": math.nan}  # correct, incorrect, no answer, partly


def read_verdicts(values: pd.Series, threshold: float | None = None, graded: bool = False) -> np.ndarray:
    """Return 1 for right, 0 for wrong, NaN for no verdict.

    Args:
        values: numbers, Booleans or words; missing ones are no verdict.
        threshold: the number from which on an answer is right; of verdicts not used where all are 0 and 1 already.
        graded: whether numbers other than 0 and 1 may be there: rewards, of which without a threshold 1 is right, 0 and
            -1 are wrong, and any other is no verdict.

    Raises:
        RowError: with the first value that is no verdict.

    >>> import pandas as pd
    >>> read_verdicts(pd.Series(["pass", " TRUE ", "timed out", None])).tolist()
    [1.0, 1.0, 0.0, nan]
    """
    import pandas as pd

    if values.dtype.kind in "iufb":
        numbers = values.to_numpy(float)
    else:
        refuse_nested(values)
        codes, distinct = pd.factorize(values)
        known = np.array([_number(value) for value in distinct] + [math.nan])
        _refuse_mixture(values, codes, distinct)
        if np.isnan(known[:-1]).any():
            known[:-1] = _read_letters(values, codes, distinct, known[:-1])
        numbers = known[codes]
    if threshold is not None and (graded or not (np.isnan(numbers) | (numbers == 0) | (numbers == 1)).all()):
        return np.where(np.isnan(numbers), math.nan, np.asarray(numbers >= threshold, float))
    allowed = np.isnan(numbers) | np.isin(numbers, (0.0, 1.0))
    if not graded and not allowed.all():
        _refuse(values, int((~allowed).argmax()))
    return np.where(allowed, numbers, np.where(numbers == -1, 0.0, math.nan))


def _number(value: Any) -> float:
    """Return the number of a value or word; NaN for what is neither."""
    if isinstance(value, str):
        word = _word(value)
        if word in _WORDS:
            return _WORDS[word]
        value = word
    elif not isinstance(value, (bool, int, float, np.number, np.bool_)):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def _word(value: Any) -> str:
    """Return a text in lower case, that of a failure with a message without it, as HumanEval's harness writes it."""
    word = value.strip().lower() if isinstance(value, str) else ""
    return "failed" if word.startswith("failed:") else word


def _read_letters(values: pd.Series, codes: np.ndarray, distinct: Any, known: np.ndarray) -> np.ndarray:
    """Return the verdicts of letters C, I, P, N, if there are no others and an I is there; else refuse what is none."""
    letters = [str(value).strip().lower() for value in distinct]
    if "i" in letters and all(letter in _LETTERS for letter in letters):
        return np.array([_LETTERS[letter] for letter in letters])
    _refuse(values, int(np.isin(codes, np.flatnonzero(np.isnan(known))).argmax()))
    return known


def _refuse_mixture(values: pd.Series, codes: np.ndarray, distinct: Any) -> None:
    """Raise RowError where some values are numbers and others words, but for true and false."""
    lower = [_word(value) for value in distinct]
    words = [word in _WORDS and word not in ("true", "false") for word in lower]
    numbers = [word not in _WORDS and not math.isnan(_number(v)) for v, word in zip(distinct, lower, strict=True)]
    if any(numbers) and any(words):
        at = int(np.isin(codes, np.flatnonzero(words)).argmax())
        refuse_value(values, at, "is a word among numbers: write all verdicts in one way")


def _refuse(values: pd.Series, at: int) -> None:
    remedy = "give 0, 1, true or false"
    if math.isfinite(_number(values.iloc[at])):
        remedy += ", say with --threshold from which number on an answer is right, or name the column with --columns"
    refuse_value(values, at, f"is no verdict: {remedy}")
