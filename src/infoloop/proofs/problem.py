"""The problem that a proof is about: a statement and its assumptions, in whatever form they were given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from infoloop.notation.assumptions import Assumption, assumption_of_groups, parse_assumption, parse_assumptions
from infoloop.notation.grammar import Group, NotationError, Statement, Term, format_statement, parse_statement
from infoloop.probability.bayes_nets import BayesNet, parents_of
from infoloop.probability.dags import Graph, ancestors, find_cycle, topological_order
from infoloop.proofs import limits
from infoloop.reporting.suggestions import cut_text, quote

Given: TypeAlias = str | Mapping[str, Group] | BayesNet | Assumption | Sequence["Given"] | None


def parse_problem(statement: Statement | str, given: Given = None) -> tuple[Statement, tuple[Assumption, ...]]:
    """Parse a statement and its assumptions strictly, with `XY` read as `X,Y` where it can only mean that.

    It can only mean that if X and Y differ, each is a variable of its own elsewhere, and `XY` stands in no list of
    names. Of a graph only the ancestors of the variables mentioned elsewhere matter, so only these are kept.

    Args:
        statement: its text, or a statement that is parsed already.
        given: texts such as "X -> D -> Z" (`;` or new lines between), graphs {child: parents}, Bayesian networks, of
            which only the graph counts, parsed assumptions, or a list of these.

    Returns:
        The statement, and the assumptions in the order given, except that those of graphs come last.

    Raises:
        NotationError: a text does not parse; the message shows the place with a caret.
        TypeError: the statement or what is given is of another kind.
        ValueError: a graph has a cycle, or too many variables.

    >>> from infoloop.notation.grammar import format_terms
    >>> format_terms(parse_problem("H(XY) <= H(X) + H(Y)")[0].left)
    'H(X,Y)'
    """
    parsed = statement if isinstance(statement, Statement) else parse_statement(statement, strict=True)
    parts = list(_each(given))
    graphs = [part for part in parts if isinstance(part, Mapping)]
    assumptions = tuple(part for part in parts if isinstance(part, Assumption))
    mentioned = {name for group in _groups(parsed, assumptions) for name in group}
    for graph in graphs:
        assumptions += graph_assumptions(graph, mentioned)
    letters = _letters(parsed, assumptions)
    text = statement if isinstance(statement, str) else format_statement(statement)
    left, right = (_split_terms(terms, letters, text) for terms in (parsed.left, parsed.right))
    return Statement(left, parsed.relation, right), tuple(_split_assumption(a, letters) for a in assumptions)


def _each(given: Given) -> Iterator[Assumption | Mapping[str, Group]]:
    """Yield the assumptions and the graphs in what is given, in order."""
    if isinstance(given, str):
        yield from parse_assumptions(given)
    elif isinstance(given, BayesNet):
        yield parents_of(given)
    elif isinstance(given, Assumption):
        yield given
    elif isinstance(given, Mapping):
        yield _graph(given)
    elif isinstance(given, Iterable):
        for part in given:
            yield from _each(part)
    elif given is not None:
        example = "'X -> D -> Z', or a graph such as {'Z': ('X', 'D')}"
        raise TypeError(f"given is of type {type(given).__name__}: give texts such as {example}")


def _graph(given: Mapping[str, Iterable[str]]) -> Mapping[str, Group]:
    graph: dict[str, Group] = {}
    for child, names in given.items():
        listed = isinstance(names, Iterable) and not isinstance(names, str)
        parents = tuple(names) if listed else ()
        if not listed or not all(isinstance(name, str) for name in (child, *parents)):
            what = f"given has {quote(child)}: {quote(names)} in a graph"
            raise TypeError(f"{what}: give a list of names, as in {{'Z': ('X', 'D')}}")
        graph[child] = parents
    return graph


def graph_assumptions(parents: Graph, of: Iterable[str]) -> tuple[Assumption, ...]:
    r"""Return the independences of a directed graph: each variable from those before it, given its parents.

    All of d-separation follows from these (Verma & Pearl 1988).

    Args:
        parents: `{child: parents}`; a parent that is no child has no parents.
        of: the variables of interest; only these and their ancestors are kept.

    Raises:
        NotationError: a name is one that no statement could mention.
        ValueError: the graph has a cycle, or more variables above those of interest than fit.

    >>> [a.text for a in graph_assumptions({"D": ("X",), "Z": ("D",)}, of=["Z"])]
    ['Z _||_ X | D']
    """
    cycle = find_cycle(parents)
    if cycle:
        shown = cut_text(" -> ".join(map(str, cycle)))
        raise ValueError(f"the graph has the cycle {shown}: a variable cannot cause itself")
    order = topological_order(parents)
    kept = ancestors({name: parents.get(name, ()) for name in order}, set(of).intersection(order))
    order = tuple(name for name in order if name in kept)
    if len(order) > limits.MOST_GRAPH_VARIABLES:
        raise ValueError(
            f"the graph has {len(order)} variables that are mentioned or above one: at most "
            f"{limits.MOST_GRAPH_VARIABLES} fit; leave out causes"
        )
    found = []
    for k, name in enumerate(order):
        causes = tuple(parents.get(name, ()))
        others = [other for other in order[:k] if other not in causes]
        if others:
            text = f"{name} _||_ {','.join(others)}{' | ' if causes else ''}{','.join(causes)}"
            found.append(parse_assumption(text))
    return tuple(found)


def _letters(statement: Statement, assumptions: tuple[Assumption, ...]) -> dict[str, Group]:
    """Return the names that can only mean several variables, with these variables: `{"XY": ("X", "Y")}`."""
    groups = _groups(statement, assumptions)
    alone = {group[0] for group in groups if len(group) == 1}
    listed = {name for group in groups if len(group) > 1 for name in group}
    single = {name for name in alone | listed if len(name) == 1}
    return {
        name: tuple(name)
        for name in alone - listed
        if len(name) > 1 and len(set(name)) == len(name) and single.issuperset(name)
    }


def _groups(statement: Statement, assumptions: tuple[Assumption, ...]) -> list[Group]:
    """Return all groups of variables, as they stand in the texts."""
    terms, groups = [*statement.left, *statement.right], []
    for assumption in assumptions:
        groups += [*assumption.groups, assumption.given]
        terms += assumption.zero[0] if assumption.kind == "equality" else ()
    return groups + [group for term in terms for group in (*term.groups, term.given)]


def _split_group(group: Group, letters: dict[str, Group]) -> Group:
    return tuple(dict.fromkeys(letter for name in group for letter in letters.get(name, (name,))))


def _split_terms(terms: tuple[Term, ...], letters: dict[str, Group], text: str) -> tuple[Term, ...]:
    split = []
    for term in terms:
        groups = tuple(_split_group(group, letters) for group in term.groups)
        if _overlap(groups) and not _overlap(term.groups):
            name = next(name for name in sum(term.groups, ()) if name in letters)
            means = cut_text(f"{name} means {','.join(letters[name])}")
            reason = f"{means} here, so a variable stands on both sides of ';'"
            raise NotationError(text, text.find(name), reason)
        split.append(Term(term.coefficient, groups, _split_group(term.given, letters)))
    return tuple(split)


def _overlap(groups: tuple[Group, ...]) -> bool:
    return len(set().union(*groups)) < sum(map(len, groups))


def _split_assumption(assumption: Assumption, letters: dict[str, Group]) -> Assumption:
    if assumption.kind == "equality":
        zero = tuple(_split_terms(terms, letters, assumption.text) for terms in assumption.zero)
        return Assumption(assumption.text, "equality", (), (), zero)
    groups = tuple(_split_group(group, letters) for group in assumption.groups)
    if _overlap((*groups, *([assumption.given] if assumption.kind == "independence" else []))):
        raise NotationError(assumption.text, 0, "once XY is read as X,Y, a variable stands in two of its groups")
    return assumption_of_groups(assumption.text, assumption.kind, groups, _split_group(assumption.given, letters))
