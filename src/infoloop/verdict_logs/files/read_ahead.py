"""Parts of a file, one of which is read while the one before it is worked on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Part = TypeVar("_Part")
_END = object()


def one_part_ahead(parts: Iterator[_Part]) -> Iterator[_Part]:
    """Yield what an iterator yields, while a thread makes the next part; two parts are in memory.

    >>> list(one_part_ahead(iter([1, 2, 3])))
    [1, 2, 3]
    """
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, parts, _END)
        while (part := coming.result()) is not _END:
            coming = thread.submit(next, parts, _END)
            yield part  # ty: ignore[invalid-yield]
