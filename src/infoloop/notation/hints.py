"""What a message about a text shows of it, and what may have been meant by what has no meaning."""

from __future__ import annotations

import re

from infoloop.reporting.suggestions import escape_unprintable, quote

RELATIONS = ("<=", ">=", "=", "<", ">")
MOST_SHOWN = 100  # characters of a text in a message

_MARKS = {
    ":": "groups are separated by ;, as in I(X;Y)",
    "[": "brackets are round: H(X), I(X;Y)",
    "]": "brackets are round: H(X), I(X;Y)",
    "{": "brackets are round: H(X), I(X;Y)",
    "}": "brackets are round: H(X), I(X;Y)",
    "≠": "a relation is one of <=, >=, =, <, >",
    "!": "a relation is one of <=, >=, =, <, >",
    "∣": "the bar is |, as in H(X|Y)",
    "¦": "the bar is |, as in H(X|Y)",
    "，": "the comma is , as in H(X,Y)",
    "；": "the mark is ; as in I(X;Y)",
    "–": "minus is -",
    "^": "there are no powers: only sums of multiples of H(...), I(...;...) and 1",
    "%": "give a factor as 0.01 or 1/100",
}


def excerpt(text: str, place: int) -> tuple[str, int]:
    r"""Return the part of the text around the place, on one line, and where the place is in it.

    Characters that are not printable are escaped, so that the line says what the text holds and the caret stands right.

    >>> excerpt("H(X)\n<= ?", 8)
    ('H(X)\\n<= ?', 9)
    """
    begin = max(0, min(place - MOST_SHOWN // 2, len(text) - MOST_SHOWN))
    end = begin + MOST_SHOWN
    before = "..." * (begin > 0) + escape_unprintable(text[begin:place])
    return before + escape_unprintable(text[place:end]) + "..." * (end < len(text)), len(before)


def hint_for_mark(mark: str) -> str:
    """Return what may have been meant by a character that has no meaning, or ""."""
    return _MARKS.get(mark, "")


def hint_for_term(text: str, start: int, word: str) -> str:
    """Return what may have been meant by what stands where a term is wanted, or ""."""
    rest = text[start + len(word) : start + len(word) + MOST_SHOWN].lstrip()
    if re.fullmatch(r"[eE]\d*", word) and text[start - 1 : start].isdigit():
        return "write powers of ten out, as 0.001 or 1/1000"
    if word in ("h", "i") and rest.startswith("("):
        return "H and I are written large"
    if word in RELATIONS and text[:start].rstrip().endswith(("<", ">", "=")):
        return f"a relation is one of {', '.join(RELATIONS)}"
    if word == "(":
        return "sums stand in no brackets: multiply them out"
    if re.match(r"->|→|_\|\|_|⟂|⊥", rest):
        return "chains and independences are assumptions: give them as such"
    return ""


def hint_for_end(word: str, wanted: str) -> str:
    """Return why a word cannot follow a sum, with the marks that are wanted there."""
    if word == ";":
        return "';' separates groups in I(X;Y), and assumptions: here is one statement, without assumptions"
    if word in (*RELATIONS, "≤", "≥", "=="):
        return f"{word!r} is a second relation: a statement has one"
    if word in ("/", "*"):
        return f"{word!r} is not expected here: a factor stands before H and I, as in 1/2 H(X)"
    return f"{quote(word)} is not expected here: join terms with {wanted}"
