"""An audit as text for the terminal: the verdict on one screen, then rounds, bounds and warnings, in 100 columns."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from infoloop.pipelines import limits
from infoloop.pipelines.information_flow import ConditioningSet, Edge, Round
from infoloop.pipelines.numeric_results import Numbers, RoundBits
from infoloop.pipelines.pipeline_audit import Audit
from infoloop.pipelines.report.numeric_text import HEADS, bits_lines, bits_rows, format_number, most_beyond_base
from infoloop.reporting.text import count_noun, join_names, plain_text, text_table


def audit_text(found: Audit) -> str:
    """Return the whole audit as text; its first lines are the verdict, its reason and the bound."""
    parts = [f"{found.verdict.upper()}   {found.title}", found.reason, "", text_table(_first_lines(found), indent=0)]
    parts += ["", "relative to", text_table(_base(base, found.numbers) for base in found.bases)]
    parts += ["", "rounds (what is read beyond the state before; the terms that may be positive)"]
    parts += [text_table(_round(group) for group in group_similar_rounds(found.rounds))]
    if found.numbers:
        parts += ["", "in bits, with these tables", text_table(_ends(found.numbers.rounds), HEADS)]
    if found.ceilings[1:]:
        bounds = [(shorten_bound(ceiling.bound),) for ceiling in found.ceilings[1:]]
        parts += ["", "further bounds", text_table(bounds)]
    if found.cautions:
        warnings = [(c.code, f"{join_names(c.nodes)}{': ' if c.nodes else ''}{c.text}") for c in found.cautions]
        parts += ["", "warnings", text_table(warnings)]
    return plain_text(*parts)


def _first_lines(found: Audit) -> Iterator[tuple[str, str]]:
    """Yield the bound and what it comes to, as (name, text)."""
    ceiling, count = found.ceilings[0], sum(len(ceiling.proofs) for ceiling in found.ceilings)
    yield "bound", shorten_bound(ceiling.bound)
    yield "proved", f"{count_noun(count, 'certificate')}, re-checked in fractions (--json holds them)"
    if ceiling.terms and ceiling.most is not None:
        yield "at most", f"{most_beyond_base(ceiling)}, whatever the tables"
    yield from bits_lines(found.numbers, found.ceilings) if found.numbers else [("bits", f"none: {found.unmeasured}")]


def _base(base: ConditioningSet, numbers: Numbers | None) -> tuple[str, ...]:
    bits = f", {format_number(dict(numbers.bases)[base.names])} bits" if numbers else ""
    around = f"; around it: {_arrows(base.cut)}" if base.cut else ""
    return ("closed" if base.closed else "open", ",".join(base.names) or "-", f"({base.meaning}{bits}){around}")


def _round(group: tuple[Round, ...]) -> tuple[str, ...]:
    first, last = group[0], group[-1]
    span = f"{first.t}" if len(group) == 1 else f"{first.t}-{last.t}"
    terms = " + ".join(term.text for term in first.terms) or "nothing"
    edges = f"   by {_arrows(first.edges)}" if first.edges else ""
    like = f"   (round {first.t})" if len(group) > 1 and first.terms else ""
    read = join_names(first.entering) or "-"
    return ("open" if first.open else "closed", span, f"{read}: {terms}{edges}{like}")


def _arrows(edges: Iterable[Edge]) -> str:
    return join_names(f"{a} -> {b}" for a, b in edges)


def _ends(rounds: tuple[RoundBits, ...]) -> list[list[str]]:
    """Return the rows of the first rounds and, of many, of the last."""
    rows = bits_rows(rounds)
    if len(rounds) > limits.MOST_SHOWN_ROUNDS:
        left_out = ("...", *("",) * (len(HEADS) - 1))
        rows = [*bits_rows(rounds[: limits.MOST_SHOWN_ROUNDS - 1]), left_out, *bits_rows(rounds[-1:])]
    return [[cell if isinstance(cell, str) else format_number(cell) for cell in row] for row in rows]


def group_similar_rounds(rounds: Iterable[Round]) -> list[tuple[Round, ...]]:
    """Put neighbouring rounds of one kind together: they differ only in their number, and stand in one line."""
    return [tuple(group) for _, group in itertools.groupby(rounds, lambda r: r.kind)]


def shorten_bound(bound: str) -> str:
    """Return a bound with many terms, by its beginning and its end.

    >>> shorten_bound("I(X;Z9) <= " + " + ".join(f"I(X;S{k})" for k in range(1, 10)))
    'I(X;Z9) <= I(X;S1) + I(X;S2) + ... + I(X;S9)   (9 terms)'
    """
    left, _, right = bound.partition(" <= ")
    terms = right.split(" + ")
    if len(terms) <= limits.MOST_LISTED:
        return bound
    return f"{left} <= {' + '.join([*terms[:2], '...', terms[-1]])}   ({len(terms)} terms)"
