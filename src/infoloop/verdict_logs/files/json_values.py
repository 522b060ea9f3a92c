"""JSON values from outside, and rows of them as frames; what is wrong is a reason in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_MOST_DIGITS = 308


class JSONValueError(ValueError):
    """A text that is no JSON that can be read; the message is the reason."""


def json_value(text: bytes) -> Any:
    """Return the JSON value of a text; NaN and Infinity are numbers.

    Raises:
        JSONValueError: with the reason in words.

    >>> json_value(b'{"a": NaN}'), json_value(b"[1")
    Traceback (most recent call last):
    infoloop.verdict_logs.files.json_values.JSONValueError: no JSON
    """
    try:
        return _DECODER.decode(text.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise JSONValueError("not UTF-8") from None
    except RecursionError:
        raise JSONValueError("nested too deep") from None
    except ValueError as error:
        reason = "no JSON" if isinstance(error, json.JSONDecodeError) else str(error)
        raise JSONValueError(reason) from None


def _whole_number(digits: str) -> int:
    """Return a whole number; raise ValueError for one that no float64 is near, which arithmetic would stop at."""
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a whole number of more than {_MOST_DIGITS} digits")
    return int(digits)


_DECODER = json.JSONDecoder(parse_int=_whole_number)


def frame_of(rows: Sequence[Mapping[str, Any]], names: Iterable[str], numbers: Sequence[int]) -> pd.DataFrame:
    """Return rows as a frame with these columns; whole numbers stay whole where a row has none.

    >>> frame_of([{"a": 7}, {}], ["a"], [1, 2])["a"].tolist()
    [7, None]
    """
    import pandas as pd

    index = pd.Index(numbers, dtype="int64")
    return pd.DataFrame({name: _column([row.get(name) for row in rows], index) for name in names}, index=index)


def _column(values: list[Any], index: pd.Index) -> pd.Series:
    import pandas as pd

    kind = pd.api.types.infer_dtype(values, skipna=True)
    if kind in ("integer", "boolean") and None in values:
        return pd.Series(values, dtype=object, index=index)
    if kind not in ("string", "integer", "boolean", "floating", "mixed-integer-float"):
        return pd.Series(values, dtype=object, index=index)
    try:
        return pd.Series(values, index=index)
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can write and UTF-8 cannot
        return pd.Series([_encodable(value) for value in values], index=index)
    except OverflowError:
        return pd.Series(values, dtype=object, index=index)


def _encodable(value: Any) -> Any:
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
