"""What a format says of a row that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infoloop.reporting.suggestions import cut_text, quote
from infoloop.verdict_logs.formats.log_format import LogError

if TYPE_CHECKING:
    import pandas as pd


class RowError(LogError):
    """A row that cannot be read: its number, and what is wrong; whoever knows the file adds the place."""

    def __init__(self, row: int, text: str):
        super().__init__(text)
        self.row = row


def refuse_value(values: pd.Series, at: int, what: str) -> None:
    """Raise RowError with the column, the value at a place of it, and what is wrong with it.

    >>> import pandas as pd
    >>> refuse_value(pd.Series(["x"], index=[7], name="step"), 0, "is no whole number")
    Traceback (most recent call last):
    infoloop.verdict_logs.formats.row_errors.RowError: step: 'x' is no whole number
    """
    value = values.iloc[at]
    shown = quote(value, 40) if isinstance(value, str) else cut_text(str(value), 40)
    raise RowError(int(values.index[at]), f"{cut_text(str(values.name))}: {shown} {what}")


def refuse_nested(values: pd.Series) -> None:
    """Raise RowError at the first value that is a list or an object."""
    if values.dtype == object:
        nested = values.map(is_nested).to_numpy(bool)
        if nested.any():
            row = int(values.index[nested.argmax()])
            value, name = values.iloc[int(nested.argmax())], cut_text(str(values.name))
            key = next(iter(value), None) if isinstance(value, dict) else None
            remedy = "" if key is None else f", or name one by its path with --columns: {name}.{cut_text(str(key))}"
            raise RowError(row, f"{name}: its values are nested: give plain ones{remedy}")


def is_nested(value: Any) -> bool:
    """Whether a value is a list, an array or an object.

    >>> is_nested([1]), is_nested("[1]")
    (True, False)
    """
    return isinstance(value, list | dict | tuple) or bool(getattr(value, "ndim", 0))
