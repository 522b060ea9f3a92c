"""Frames that end where a run of equal rows ends, so that no group lies in two of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def keep_runs_whole(frames: Iterator[pd.DataFrame], names: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Yield the rows of frames, a run that the end of one would cut at the beginning of the next.

    A run as long as a frame is cut.

    Args:
        frames: Rows in their order.
        names: The columns in which the rows of a run are equal.

    >>> import pandas as pd
    >>> frames = [pd.DataFrame({"prompt": list("aab")}), pd.DataFrame({"prompt": list("bbc")})]
    >>> [frame["prompt"].tolist() for frame in keep_runs_whole(iter(frames), ["prompt"])]
    [['a', 'a'], ['b', 'b', 'b', 'c']]
    """
    import pandas as pd

    held: pd.DataFrame | None = None
    for frame in frames:
        if held is not None:
            known = [name for name in names if name in frame and name in held]
            begin = _last_run(held, known)
            if begin and _row(held, -1, known) == _row(frame, 0, known):
                frame = pd.concat([held.iloc[begin:], frame])
                held = held.iloc[:begin]
            yield held
        held = frame
    if held is not None:
        yield held


def _last_run(rows: pd.DataFrame, names: Sequence[str]) -> int:
    begin, last = len(rows) - 1, _row(rows, -1, names)
    while begin > 0 and _row(rows, begin - 1, names) == last:
        begin -= 1
    return begin


def _row(rows: pd.DataFrame, at: int, names: Sequence[str]) -> list[str]:
    return [str(rows[name].iloc[at]) for name in names]
