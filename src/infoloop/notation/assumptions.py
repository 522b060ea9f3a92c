"""What a proof may assume: Markov chains, independences, functions and equalities, each as expressions that are 0."""

from __future__ import annotations

import graphlib
import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from infoloop.notation.grammar import Group, NotationError, Reader, Statement, Term, parse_statement


@dataclass(frozen=True)
class Assumption:
    """One assumption: what the user wrote, its kind, and the expressions (sums of terms) that it says are 0.

    `kind` is chain (`X -> D,S -> Z`, `groups` in order), independence (`X _||_ Y | Z`, `given` is Z), function
    (`Z = f(X,Y)`, groups Z and X,Y) or equality (of two expressions, no groups).
    """

    text: str
    kind: str
    groups: tuple[Group, ...]
    given: Group
    zero: tuple[tuple[Term, ...], ...]


def parse_assumptions(given) -> tuple[Assumption, ...]:
    """The assumptions in a text (separated by `;` or new lines), in a list of texts, or in a graph `{child: parents}`.

    Raises NotationError with a caret under the place where a text does not parse, and ValueError for a cyclic graph.

    >>> from infoloop.notation.grammar import format_terms
    >>> [format_terms(z) for a in parse_assumptions("X -> D -> Z; Z = f(X,Y)") for z in a.zero]
    ['I(X;Z|D)', 'H(Z|X,Y)']
    """
    if given is None:
        return ()
    if isinstance(given, Assumption):
        return (given,)
    if isinstance(given, str):
        return tuple(_parse(piece) for piece in _pieces(given))
    if isinstance(given, Mapping):
        return graph_assumptions(given)
    if isinstance(given, Iterable):
        return tuple(assumption for part in given for assumption in parse_assumptions(part))
    raise ValueError(f"given is {given!r}: give texts such as 'X -> D -> Z', or a graph such as {{'Z': ('X', 'D')}}")


def parse_problem(statement: str, given=None) -> tuple[Statement, tuple[Assumption, ...]]:
    """The statement and its assumptions, read strictly, and with `XY` split where it can only mean `X,Y`.

    `XY` is split if its letters differ, each is a variable of its own elsewhere, and `XY` stands in no list of names.
    Of a graph only the ancestors of the variables mentioned elsewhere matter, so only these are kept.

    >>> from infoloop.notation.grammar import format_terms
    >>> format_terms(parse_problem("H(XY) <= H(X) + H(Y)")[0].left)
    'H(X,Y)'
    """
    parsed = parse_statement(statement, strict=True)
    listed = given if isinstance(given, list | tuple) else [given]
    assumptions = parse_assumptions([part for part in listed if not isinstance(part, Mapping) and part is not None])
    mentioned = {name for group in _all_groups(parsed, assumptions) for name in group}
    for graph in listed:
        assumptions += graph_assumptions(graph, mentioned) if isinstance(graph, Mapping) else ()
    parts = _splits(parsed, assumptions)
    split = Statement(
        _renamed(parsed.left, parts, statement), parsed.relation, _renamed(parsed.right, parts, statement)
    )
    return split, tuple(_renamed_assumption(a, parts) for a in assumptions)


def graph_assumptions(parents: Mapping[str, Group], of: Iterable[str] | None = None) -> tuple[Assumption, ...]:
    r"""The independences of a directed graph: each variable from those before it, given its parents.

    All of d-separation follows from these (Verma & Pearl 1988). `of` keeps the ancestors of these variables only.
    Raises ValueError for a cycle, and for a name that no statement could mention.

    >>> [a.text for a in graph_assumptions({"D": ("X",), "Z": ("D",)})]
    ['Z _||_ X | D']
    """
    kept = _ancestors(parents, of) if of is not None else None
    try:
        order = list(graphlib.TopologicalSorter(parents).static_order())
    except graphlib.CycleError as error:
        raise ValueError(
            f"the graph has the cycle {' -> '.join(error.args[1])}: a variable cannot cause itself"
        ) from None
    order = [name for name in order if kept is None or name in kept]
    found = []
    for k, name in enumerate(order):
        causes = tuple(parents.get(name, ()))
        others = [other for other in order[:k] if other not in causes]
        if others:
            found.append(_parse(f"{name} _||_ {','.join(others)}{' | ' if causes else ''}{','.join(causes)}"))
    return tuple(found)


def _ancestors(parents: Mapping[str, Group], names: Iterable[str]) -> set[str]:
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += parents.get(name, ())
    return found


def _pieces(text: str) -> list[str]:
    """The text cut at new lines and at those `;` that stand in no bracket."""
    depths = itertools.accumulate((c == "(") - (c == ")") for c in text)
    marked = "".join("\n" if c == ";" and depth <= 0 else c for c, depth in zip(text, depths, strict=True))
    return [piece.strip() for piece in marked.splitlines() if piece.strip()]


def _parse(text: str) -> Assumption:
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
    return _assumption(text, "chain" if link in _CHAIN else "independence", tuple(groups), given)


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
    return _assumption(reader.text, "function", (target, source), ())


def _equality(text: str) -> Assumption:
    statement = parse_statement(text, strict=True)
    if statement.relation != "=":
        place = re.search(r"[<>≤≥]", text)
        raise NotationError(text, place.start() if place else 0, "an assumption is an equality: = is wanted here")
    moved = [Term(-t.coefficient, t.groups, t.given) for t in statement.right]
    return Assumption(text, "equality", (), (), (tuple(t for t in (*statement.left, *moved) if t.coefficient),))


def _assumption(text: str, kind: str, groups: tuple[Group, ...], given: Group) -> Assumption:
    one = Fraction(1)
    if kind == "function":
        zero = [Term(one, groups[:1], groups[1])]
    else:
        first = 2 if kind == "chain" else 1
        zero = [
            Term(one, (sum(groups[: k - first + 1], ()), groups[k]), groups[k - 1] if kind == "chain" else given)
            for k in range(first, len(groups))
        ]
    return Assumption(text, kind, groups, given, tuple((term,) for term in zero))


def _splits(statement: Statement, assumptions: tuple[Assumption, ...]) -> dict[str, Group]:
    groups = _all_groups(statement, assumptions)
    alone = {group[0] for group in groups if len(group) == 1}
    listed = {name for group in groups if len(group) > 1 for name in group}
    letters = {name for name in alone | listed if len(name) == 1}
    return {
        name: tuple(name)
        for name in alone - listed
        if len(name) > 1 and len(set(name)) == len(name) and letters.issuperset(name)
    }


def _all_groups(statement: Statement, assumptions: tuple[Assumption, ...]) -> list[Group]:
    groups = list(_groups(statement.left + statement.right))
    for assumption in assumptions:
        groups += [*assumption.groups, assumption.given] if assumption.groups else _groups(assumption.zero[0])
    return groups


def _groups(terms: tuple[Term, ...]) -> Iterable[Group]:
    return (group for term in terms for group in (*term.groups, term.given))


def _split(group: Group, parts: dict[str, Group]) -> Group:
    return tuple(dict.fromkeys(letter for name in group for letter in parts.get(name, (name,))))


def _renamed(terms: tuple[Term, ...], parts: dict[str, Group], text: str) -> tuple[Term, ...]:
    renamed = []
    for term in terms:
        groups = tuple(_split(group, parts) for group in term.groups)
        if _meet(groups) and not _meet(term.groups):
            name = next(name for name in sum(term.groups, ()) if name in parts)
            reason = f"{name} means {','.join(parts[name])} here, so a variable stands on both sides of ';'"
            raise NotationError(text, text.index(name), reason)
        renamed.append(Term(term.coefficient, groups, _split(term.given, parts)))
    return tuple(renamed)


def _meet(groups: tuple[Group, ...]) -> bool:
    return len(set().union(*groups)) < sum(map(len, groups))


def _renamed_assumption(assumption: Assumption, parts: dict[str, Group]) -> Assumption:
    if assumption.kind == "equality":
        zero = tuple(_renamed(terms, parts, assumption.text) for terms in assumption.zero)
        return Assumption(assumption.text, "equality", (), (), zero)
    groups = tuple(_split(group, parts) for group in assumption.groups)
    if _meet((*groups, *([assumption.given] if assumption.kind == "independence" else []))):
        raise NotationError(assumption.text, 0, "once XY is read as X,Y, a variable stands in two of its groups")
    return _assumption(assumption.text, assumption.kind, groups, _split(assumption.given, parts))
