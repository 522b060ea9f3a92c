"""Whether lines of JSON have keys that are not known yet, told by counting in their bytes: much faster than parsing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

_QUOTE, _COLON, _BACKSLASH = b'":\\'


def key_ends(block: bytes) -> int:
    r"""Return how often a quotation mark that is not escaped stands before a colon: as often as there are keys.

    A text that begins with a colon counts too, and a key before a space does not: the number then differs from that of
    the known keys, and the lines have to be parsed.

    >>> key_ends(b'{"a": 1, "b": "\\"c\\": 2"}')
    2
    """
    data = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero((data[:-1] == _QUOTE) & (data[1:] == _COLON))
    return int(np.count_nonzero(data[ends - 1] != _BACKSLASH))


def count_key(block: bytes, key: str) -> int:
    """Return how often a key stands in a block, spelled in either of the ways in which JSON is written.

    >>> count_key(b'{"a": 1}', "a"), count_key('{"é": 1}'.encode(), "é")
    (1, 1)
    """
    spelled = {json.dumps(key), json.dumps(key, ensure_ascii=False)}
    return sum(block.count(text.encode("utf-8", "surrogatepass") + b":") for text in spelled)


def keys_within(value: Any, deeper: int = 8) -> Iterable[str]:
    """Yield the keys of objects inside a value.

    >>> list(keys_within([{"a": {"b": 1}}]))
    ['a', 'b']
    """
    if isinstance(value, Mapping):
        yield from value
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    if deeper:
        for one in inner:
            yield from keys_within(one, deeper - 1)
