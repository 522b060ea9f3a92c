"""Hints for words that are not known: the nearest one that is."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Return the hint `: did you mean ...?` where one of the words is near, else nothing.

    >>> did_you_mean("generation", ["generations", "size"])
    ': did you mean generations?'
    """
    close = difflib.get_close_matches(word, list(words), n=1, cutoff=0.4)
    return f": did you mean {close[0]}?" if close else ""
