"""The text of what a proof may assume, as data: chains, independences, functions and equalities say what is 0."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from fractions import Fraction

from infoloop.notation.grammar import Group, NotationError, Reader, Term, parse_statement, subtract

MOST_ASSUMPTIONS = 1000  # in one text
MOST_NAMES = 200_000  # in what a chain or an independence says is 0: its groups times its variables


@dataclass(frozen=True)
class Assumption:
    """One assumption: what its author wrote, its kind, and in `zero` the sums of terms that it says are 0.

    `kind` is chain (`X -> D,S -> Z`, `groups` in order), independence (`X _||_ Y | Z`, `given` is Z), function
    (`Z = f(X,Y)`, groups Z and X,Y) or equality (of two expressions, no groups).
    """

    text: str
    kind: str
    groups: tuple[Group, ...]
    given: Group
    zero: tuple[tuple[Term, ...], ...]


def parse_assumptions(text: str) -> tuple[Assumption, ...]:
    """Parse assumptions, separated by `;` or new lines.

    Raises:
        NotationError: one does not parse; the message shows the place with a caret.
        TypeError: it is no text.
        ValueError: there are more than `MOST_ASSUMPTIONS`.

    >>> from infoloop.notation.grammar import format_terms
    >>> [format_terms(z) for a in parse_assumptions("X -> D -> Z; Z = f(X,Y)") for z in a.zero]
    ['I(X;Z|D)', 'H(Z|X,Y)']
    """
    if not isinstance(text, str):
        raise TypeError(f"given is of type {type(text).__name__}: give a text such as 'X -> D -> Z'")
    pieces = _pieces(text)
    if len(pieces) > MOST_ASSUMPTIONS:
        raise ValueError(f"given has {len(pieces)} assumptions: at most {MOST_ASSUMPTIONS} fit")
    return tuple(parse_assumption(piece, one_of=len(pieces)) for piece in pieces)


def _pieces(text: str) -> list[str]:
    """Cut the text at new lines and at those `;` that stand in no bracket."""
    depths = itertools.accumulate((c == "(") - (c == ")") for c in text)
    marked = "".join("\n" if c == ";" and depth <= 0 else c for c, depth in zip(text, depths, strict=True))
    return [piece.strip() for piece in marked.splitlines() if piece.strip()]


def parse_assumption(text: str, one_of: int = 1) -> Assumption:
    """Parse one assumption. Raises NotationError with a caret, as above.

    Args:
        text: the assumption.
        one_of: how many there are in the text that it was cut from at each `;`, for a hint.
    """
    reader = Reader(text, "assumption", strict=True)
    if reader.kind == "number" or reader.word in ("+", "-") or re.match(r"\s*[HI]\s*\(", text):
        return _equality(text)
    groups = [reader.group()]
    link = reader.word
    if link == "=":
        return _function(reader, groups[0])
    if link not in _CHAIN | _APART:
        reader.refuse("an assumption is X -> D -> Z, X _||_ Y | Z, Z = f(X,Y), or an equality such as I(X;Y|Z) = 0")
    seen = set(groups[0])
    while reader.word in (_CHAIN if link in _CHAIN else _APART):
        if len(groups) * len(seen) > MOST_NAMES:
            reader.refuse(f"an assumption of {len(groups)} groups and {len(seen)} variables is too long: cut it in two")
        reader.advance()
        groups.append(reader.group(apart=seen))
        seen.update(groups[-1])
    if link in _CHAIN and len(groups) < 3:
        hint = "; a ';' ends an assumption, variables are separated by commas" if one_of > 1 else ""
        reader.refuse(f"a chain of two says nothing: a third group is wanted, as in X -> D -> Z{hint}")
    given: Group = ()
    if link in _APART and reader.word == "|":
        reader.advance()
        given = reader.group(apart=seen)
    reader.finish()
    return assumption_of_groups(text, "chain" if link in _CHAIN else "independence", tuple(groups), given)


_CHAIN = {"->", "→", "-"}  # the last is written − too
_APART = {"_||_", "⟂", "⊥"}


def _function(reader: Reader, target: Group) -> Assumption:
    reader.advance()
    if reader.kind != "name":
        reader.refuse("a function is wanted here, as in Z = f(X,Y)")
    reader.advance()
    reader.take("(", "after the name of the function")
    source = reader.group(apart=set(target))
    reader.take(")", "to close the bracket")
    reader.finish()
    return assumption_of_groups(reader.text, "function", (target, source), ())


def _equality(text: str) -> Assumption:
    statement = parse_statement(text, strict=True)
    if statement.relation != "=":
        place = re.search(r"[<>≤≥]", text)
        raise NotationError(text, place.start() if place else 0, "an assumption is an equality: = is wanted here")
    return Assumption(text, "equality", (), (), (subtract(statement.left, statement.right),))


def assumption_of_groups(text: str, kind: str, groups: tuple[Group, ...], given: Group) -> Assumption:
    """Return the chain, independence or function of these groups, with what it says is 0.

    In the chain A -> B -> C -> D each group is independent of all that stand before its predecessor, given that one:
    I(A;C|B) = 0 and I(A,B;D|C) = 0. Of more than two independent groups each is independent of all before it.

    Args:
        text: what its author wrote.
        kind: "chain", "independence" or "function".
        groups: the groups in order; of a function first what is determined, then what determines it.
        given: what an independence is conditioned on.
    """
    one = Fraction(1)
    if kind == "function":
        return Assumption(text, kind, groups, given, ((Term(one, groups[:1], groups[1]),),))
    chain = kind == "chain"
    before = list(itertools.accumulate(groups))
    zero = [
        Term(one, (before[k - chain - 1], groups[k]), groups[k - 1] if chain else given)
        for k in range(1 + chain, len(groups))
    ]
    return Assumption(text, kind, groups, given, tuple((term,) for term in zero))
