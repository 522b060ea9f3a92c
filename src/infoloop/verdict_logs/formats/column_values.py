"""Columns of a log as arrays: numbers, hashes of texts, verdicts; what is none of these is NaN or left alone."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from infoloop.verdict_logs.formats.text_hashing import hash_texts
from infoloop.verdict_logs.formats.verdict_names import speaks_of_form, speaks_of_right

if TYPE_CHECKING:
    import pandas as pd

_COUNTS = re.compile(r"^(num|n|total)_|_(count|calls|turns|tokens|length|ms|seconds)$")
_WORDS = {"True": 1.0, "true": 1.0, "False": 0.0, "false": 0.0}


def column_numbers(values: pd.Series) -> np.ndarray:
    """Return a column as float64: Booleans are 0 and 1, so are True and False as texts; NaN for what is no number.

    >>> import pandas as pd
    >>> column_numbers(pd.Series([True, None, "0.5", "False", [1]], dtype=object)).tolist()
    [1.0, nan, 0.5, 0.0, nan]
    """
    import pandas as pd

    if pd.api.types.is_numeric_dtype(values.dtype):  # Booleans are numeric here
        return values.to_numpy(np.float64, na_value=np.nan)
    plain = values.map(_plain).astype(object)
    return pd.to_numeric(plain, errors="coerce").to_numpy(np.float64, na_value=np.nan)


def column_kind(values: pd.Series) -> str:
    """Return what a column holds beside missing values: "flag", "float", "whole", "text", "none" or "other".

    >>> import pandas as pd
    >>> column_kind(pd.Series([True, None], dtype=object)), column_kind(pd.Series([1.0, None]))
    ('flag', 'float')
    """
    import pandas as pd

    kind = pd.api.types.infer_dtype(values, skipna=True)
    if kind == "string":
        return "flag" if values.dropna().isin(_WORDS).all() else "text"
    kinds = {"boolean": "flag", "floating": "float", "mixed-integer-float": "float", "integer": "whole"}
    return "none" if kind == "empty" else kinds.get(kind, "other")


def typed_columns(frame: pd.DataFrame, texts: Collection[str]) -> pd.DataFrame:
    """Return a frame of texts alone, as a CSV file is read, with numbers for the columns that are; others as they are.

    Args:
        frame: The rows.
        texts: Columns that stay texts.

    >>> import pandas as pd
    >>> frame = typed_columns(pd.DataFrame({"a": ["1.5"], "b": ["x"], "c": ["7"]}), ["c"])
    >>> [column_kind(frame[name]) for name in frame]
    ['float', 'text', 'text']
    """
    import pandas as pd

    if not all(column_kind(frame[name]) in ("text", "flag", "none") for name in frame.columns):
        return frame
    typed = {}
    for name in frame.columns:
        known = frame[name].notna()
        numbers = pd.to_numeric(frame[name], errors="coerce")
        numeric = name not in texts and known.any() and numbers[known].notna().all()
        typed[name] = numbers if numeric else frame[name]
    return pd.DataFrame(typed, index=frame.index)


def text_hashes(values: pd.Series) -> np.ndarray:
    """Return a uint64 for each value of a column, equal for equal ones; a missing value is a text "".

    >>> import pandas as pd
    >>> found = text_hashes(pd.Series(["a", "b", "a"])); bool(found[0] == found[2]), bool(found[0] == found[1])
    (True, False)
    """
    return hash_texts(_texts(values))


def text_lengths(values: pd.Series) -> np.ndarray:
    """Return the characters of each text, as float64; a missing one has none.

    >>> import pandas as pd
    >>> text_lengths(pd.Series(["abc", None])).tolist()
    [3.0, 0.0]
    """
    return _texts(values).str.len().to_numpy(np.float64)


def hashed_names(*columns: pd.Series) -> np.ndarray:
    """Return names of 16 hexadecimal digits, equal where the values of all columns are.

    >>> import pandas as pd
    >>> hashed_names(pd.Series(["a", "b"])).tolist()
    ['40f89e395b66422f', '8472c2e34d854f75']
    """
    import pandas as pd

    found = [pd.factorize(_texts(column)) for column in columns]
    codes = found[0][0]
    for places, texts in found[1:]:
        codes = pd.factorize(codes.astype(np.int64) * len(texts) + places)[0]
    first = np.flatnonzero(~pd.Index(codes).duplicated())  # codes are in the order in which they first come
    parts = [np.asarray(texts, object)[places[first]].tolist() for places, texts in found]
    wholes = parts[0] if len(parts) == 1 else ["\0".join(whole) for whole in zip(*parts, strict=True)]
    names = [blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest() for whole in wholes]
    return np.array(names, object)[codes]


def zero_one_verdicts(numbers: Mapping[str, np.ndarray], components: Collection[str] = ()) -> dict[str, np.ndarray]:
    """Return the columns that may say whether an answer is right, as verdicts: 1 where the number is above 0.

    They take only 0 and 1, or -1, 0 and 1; a component also where it takes two values, of which one is 0 or which are
    opposite. Those come first whose names speak of being right (`acc`, `correct`). What speaks of the form, or counts
    (`num_turns`, `total_tool_calls`), judges nothing, even where it is only 0 and 1.

    Args:
        numbers: Columns of a part of a log by name; NaN for no value.
        components: Names of those that the rollouts have as components too, so that `without_partial_verdicts` takes
            the verdicts back where another part has a third value.

    >>> found = zero_one_verdicts({"exact": np.array([0.0, 2, 2]), "format": np.ones(3)}, ["exact", "format"])
    >>> {name: verdicts.tolist() for name, verdicts in found.items()}
    {'exact': [0.0, 1.0, 1.0]}
    """
    found = {
        name: values
        for name, values in numbers.items()
        if _judges(values, name in components) and not _COUNTS.search(name) and not speaks_of_form(name)
    }
    order = sorted(found, key=lambda name: not speaks_of_right(name))
    return {name: above_zero(found[name]) for name in order}


def above_zero(numbers: np.ndarray) -> np.ndarray:
    """Return 1 where a number is above 0, else 0, NaN where it is NaN.

    >>> above_zero(np.array([-1.0, 2, np.nan])).tolist()
    [0.0, 1.0, nan]
    """
    return np.where(np.isnan(numbers), np.nan, numbers > 0)


def is_binary(values: np.ndarray) -> bool:
    """Return whether these values are those of verdicts: -1, 0, 1, or two, one of them 0 or the opposite of the other.

    One value may be one of two.

    >>> [is_binary(np.array(values)) for values in ([0.0, 2], [-0.5, 0.5], [0.0, 0.5, 1], [-0.5, 0])]
    [True, True, False, False]
    """
    known = np.unique(values[~np.isnan(values)])
    if known.size == 0 or np.isin(known, (-1.0, 0.0, 1.0)).all():
        return known.size > 0
    return known.size == 1 or (known.size == 2 and bool(known[1] > 0) and known[0] in (0, -known[1]))


def are_verdicts(values: np.ndarray) -> bool:
    """Return whether all the values of a number, over a whole log, are those of verdicts.

    As `is_binary`, but one value alone is that of right or wrong where it is -1, 0 or 1, and -c beside 0 is a penalty.

    >>> [are_verdicts(np.array(values)) for values in ([0.0, 2], [2.0], [-1.0, 0])]
    [True, False, False]
    """
    known = np.unique(values[~np.isnan(values)])
    return is_binary(known) and (known.size > 1 or abs(known[0]) in (0, 1)) and not (known[0] < 0 == known[-1])


def _judges(values: np.ndarray, is_component: bool) -> bool:
    known = values[~np.isnan(values)]
    return known.size > 0 and (bool(np.isin(known, (-1.0, 0.0, 1.0)).all()) or (is_component and is_binary(known)))


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return _WORDS.get(value, value)
    return value if isinstance(value, int | float | np.number | np.bool_) else None


def _texts(values: pd.Series) -> pd.Series:
    import pandas as pd

    if pd.api.types.infer_dtype(values, skipna=True) == "string":
        return values.where(values.notna(), "") if values.hasnans else values
    return values.map(_text).astype(object)


def _text(value: Any) -> str:
    """Return a text that is the same for equal values, nested ones too."""
    if isinstance(value, str):
        return value
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return json.dumps(value, sort_keys=True, default=lambda other: getattr(other, "tolist", other.__str__)())
