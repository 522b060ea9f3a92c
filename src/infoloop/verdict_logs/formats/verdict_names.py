"""What the name of a column speaks of: of being right, or of the form of an answer and of counts."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")  # of a name like math_verify, ExactMatch or XMLFormat
_RIGHT = ("acc", "correct", "exact", "match", "equal", "solv", "resolv", "pass", "succe", "right", "verif", "judge")
_FORM = (
    "format", "box", "tag", "xml", "json", "pars", "styl", "len", "turn", "tool", "token", "time", "num", "has",
    "think", "brev", "concis", "verbos", "lang", "repet",
)  # fmt: skip
_NO_FORM = ("numeric", "lenient", "hash")  # begin like words of a form


def speaks_of_right(name: str) -> bool:
    """Return whether a name speaks of being right, and not of the form.

    >>> [speaks_of_right(name) for name in ("correct_answer", "math_verify", "incorrect", "correct_format", "works")]
    [True, True, False, False, False]
    """
    return _has_word(name, _RIGHT) and not speaks_of_form(name)


def speaks_of_form(name: str) -> bool:
    """Return whether a name speaks of the form of an answer, or of a count.

    >>> [speaks_of_form(name) for name in ("xmlcount_reward_func", "has_box", "brevity", "exact", "int_reward_func")]
    [True, True, True, False, False]
    """
    return _has_word(name, _FORM, _NO_FORM)


def likeliest_judge(names: Iterable[str]) -> str:
    """Return the first name that speaks of being right, else the first that does not speak of the form, else the first.

    >>> likeliest_judge(["format", "works", "correct"]), likeliest_judge(["format", "works"])
    ('correct', 'works')
    """
    return min(names, key=lambda name: (not speaks_of_right(name), speaks_of_form(name)))


def _has_word(name: str, starts: tuple[str, ...], others: tuple[str, ...] = ()) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    return any(word.startswith(starts) and not word.startswith(others) for word in words)
