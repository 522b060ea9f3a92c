"""Columns of a log as arrays: numbers, hashes of texts, verdicts; what is none of these is NaN or left alone."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from infoloop.verdict_logs.formats.text_hashing import hash_texts

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


def zero_one_verdicts(numbers: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the columns that take only 0 and 1, or only -1, 0 and 1, as verdicts: 1 where the number is above 0.

    Those come first whose names speak of being right (`acc`, `correct`), those last that speak of the form. Counts, by
    their names (`num_turns`, `total_tool_calls`), judge nothing, even where they are only 0 and 1.

    >>> {name: v.tolist() for name, v in zero_one_verdicts({"format": np.ones(2), "acc": np.array([-1.0, 1])}).items()}
    {'acc': [0.0, 1.0], 'format': [1.0, 1.0]}
    """
    found = {name: values for name, values in numbers.items() if _judges(values) and not _COUNTS.search(name)}
    order = sorted(found, key=_trust)
    return {name: np.where(np.isnan(found[name]), np.nan, found[name] > 0) for name in order}


def _judges(values: np.ndarray) -> bool:
    known = values[~np.isnan(values)]
    return known.size > 0 and bool(np.isin(known, (-1.0, 0.0, 1.0)).all())


def _trust(name: str) -> int:
    lower = name.lower()
    if "format" in lower:
        return 2
    return 0 if "acc" in lower or "correct" in lower else 1


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
