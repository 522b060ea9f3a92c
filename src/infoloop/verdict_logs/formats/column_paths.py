"""Columns that stand inside the objects of another one, named by a path: `rewards.correct`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def outer_column(name: str, names: Collection[str]) -> str | None:
    """Return the column of the file that has a column: itself, or the one whose objects have it; None for neither.

    >>> outer_column("rewards.correct", ["rewards", "id"]), outer_column("id", ["id"]), outer_column("x.y", ["id"])
    ('rewards', 'id', None)
    """
    if name in names:
        return name
    parts = name.split(".")
    starts = (".".join(parts[:k]) for k in range(len(parts) - 1, 0, -1))
    return next((start for start in starts if start in names), None)


def column_at(frame: pd.DataFrame, name: str) -> pd.Series | None:
    """Return a column of a frame, or of the objects in one; missing where an object has it not. None for neither.

    >>> import pandas as pd
    >>> column_at(pd.DataFrame({"rewards": [{"correct": 1.0}, {}]}), "rewards.correct").tolist()
    [1.0, nan]
    """
    import pandas as pd

    outer = outer_column(name, list(frame.columns))
    if outer is None or outer == name:
        return None if outer is None else frame[name]
    values: list[object] = frame[outer].tolist()
    for key in name[len(outer) + 1 :].split("."):
        values = [value.get(key) if isinstance(value, Mapping) else None for value in values]
    if all(value is None for value in values):
        return None
    return pd.Series(values, index=frame.index, name=name)


def with_paths(frame: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """Return a frame that has those of these columns that stand inside others.

    >>> import pandas as pd
    >>> list(with_paths(pd.DataFrame({"rewards": [{"correct": 1.0}]}), ["rewards.correct", "step"]))
    ['rewards', 'rewards.correct']
    """
    found = {name: column_at(frame, name) for name in names if name not in frame}
    return frame.assign(**{name: values for name, values in found.items() if values is not None})
