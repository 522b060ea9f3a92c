"""The text of what a proof may assume, as data: chains, independences, functions and equalities say what is 0."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from fractions import Fraction

from infoloop.notation.grammar import Group, NotationError, Reader, Term, parse_statement, subtract


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

    >>> from infoloop.notation.grammar import format_terms
    >>> [format_terms(z) for a in parse_assumptions("X -> D -> Z; Z = f(X,Y)") for z in a.zero]
    ['I(X;Z|D)', 'H(Z|X,Y)']
    """
    return tuple(map(parse_assumption, _pieces(text)))


def _pieces(text: str) -> list[str]:
    """Cut the text at new lines and at those `;` that stand in no bracket."""
    depths = itertools.accumulate((c == "(") - (c == ")") for c in text)
    marked = "".join("\n" if c == ";" and depth <= 0 else c for c, depth in zip(text, depths, strict=True))
    return [piece.strip() for piece in marked.splitlines() if piece.strip()]


def parse_assumption(text: str) -> Assumption:
    """Parse one assumption. Raises NotationError with a caret, as above."""
    if re.match(r"\s*([HI]\s*\(|[-+\d])", text):
        return _equality(text)
    reader = Reader(text, strict=True)
    groups = [reader.group()]
    link = reader.word
    if link == "=":
        return _function(reader, groups[0])
    if link not in _CHAIN | _APART:
        reader.refuse("an assumption is X -> D -> Z, X _||_ Y | Z, Z = f(X,Y), or an equality such as I(X;Y|Z) = 0")
    while reader.word in (_CHAIN if link in _CHAIN else _APART):
        reader.advance()
        groups.append(reader.group(apart=sum(groups, ())))
    if link in _CHAIN and len(groups) < 3:
        reader.refuse("a chain of two says nothing: a third group is wanted, as in X -> D -> Z")
    given: Group = ()
    if link in _APART and reader.word == "|":
        reader.advance()
        given = reader.group(apart=sum(groups, ()))
    reader.finish()
    return assumption_of_groups(text, "chain" if link in _CHAIN else "independence", tuple(groups), given)


_CHAIN = {"->", "→", "-"}
_APART = {"_||_", "⟂", "⊥"}


def _function(reader: Reader, target: Group) -> Assumption:
    reader.advance()
    if reader.kind != "name":
        reader.refuse("a function is wanted here, as in Z = f(X,Y)")
    reader.advance()
    reader.take("(", "after the name of the function")
    source = reader.group(apart=target)
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
    zero = [
        Term(one, (sum(groups[: k - chain], ()), groups[k]), groups[k - 1] if chain else given)
        for k in range(1 + chain, len(groups))
    ]
    return Assumption(text, kind, groups, given, tuple((term,) for term in zero))
