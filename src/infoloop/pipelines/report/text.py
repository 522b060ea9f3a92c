"""An audit as text for the terminal: the verdict on one screen, then rounds, bounds and warnings, in 100 columns."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from infoloop.pipelines.information_flow import ConditioningSet, Round
from infoloop.pipelines.numeric_results import Numbers, RoundBits
from infoloop.pipelines.pipeline_audit import Audit
from infoloop.pipelines.report.numeric_text import HEADS, bits_lines, bits_rows, format_bits, format_number
from infoloop.reporting.text import format_columns, wrap_text

MOST_ROUNDS = 10  # rounds of which the bits are shown
MOST_LISTED = 6  # names of a list, or terms of a bound, before the rest is counted


def audit_text(found: Audit) -> str:
    """The whole audit; its first lines are the verdict, its reason and the bound."""
    lines = [f"{found.verdict.upper()}   {found.title}".rstrip(), found.reason, ""]
    ceiling = found.ceilings[0]
    lines += [f"bound      {shorten_bound(ceiling.bound)}"]
    count = sum(len(ceiling.proofs) for ceiling in found.ceilings)
    lines += [f"proved     {count} certificate{'s'[: count > 1]}, re-checked in fractions (--json holds them)"]
    if ceiling.terms and ceiling.most is not None:
        beyond = ",".join(ceiling.base) or "nothing"
        lines += [f"at most    {format_bits(ceiling.most)} beyond {beyond}, whatever the tables"]
    if found.numbers:
        lines += [f"{name:10} {text}" for name, text in bits_lines(found.numbers, found.ceilings)]
    else:
        lines += [f"bits       none: {found.unmeasured}"]
    lines += ["", "relative to", *(_base(base, found.numbers) for base in found.bases)]
    lines += ["", "rounds (what is read beyond the state before; the terms that may be positive)"]
    lines += [_round(group) for group in group_similar_rounds(found.rounds)]
    if found.numbers:
        rows = (
            [cell if isinstance(cell, str) else format_number(cell) for cell in row]
            for row in _ends(found.numbers.rounds)
        )
        lines += ["", "in bits, with these tables", *format_columns(HEADS, rows)]
    if found.ceilings[1:]:
        lines += ["", "further bounds", *(f"  {shorten_bound(ceiling.bound)}" for ceiling in found.ceilings[1:])]
    if found.cautions:
        lines += ["", "warnings"]
        lines += [f"  {c.code:4} {join_names(c.nodes)}{': ' if c.nodes else ''}{c.text}" for c in found.cautions]
    return "\n".join(wrap_text(line, hanging=11) for line in lines)


def _base(base: ConditioningSet, numbers: Numbers | None) -> str:
    verdict = "closed" if base.closed else "open  "
    name = ",".join(base.names) or "-"
    around = f"; around it: {join_names([f'{a} -> {b}' for a, b in base.cut])}" if base.cut else ""
    bits = f", {format_number(dict(numbers.bases)[base.names])} bits" if numbers else ""
    return f"  {verdict}  {name} ({base.meaning}{bits}){around}"


def _round(group: tuple[Round, ...]) -> str:
    first, last = group[0], group[-1]
    span = f"{first.t}" if len(group) == 1 else f"{first.t}-{last.t}"
    terms = " + ".join(term.text for term in first.terms) if first.terms else "nothing"
    edges = f"   by {join_names([f'{a} -> {b}' for a, b in first.edges])}" if first.edges else ""
    like = f"   (round {first.t})" if len(group) > 1 and first.terms else ""
    verdict, read = "open  " if first.open else "closed", join_names(first.entering) or "-"
    return f"  {verdict}  {span:6} {read}: {terms}{edges}{like}"


def _ends(rounds: tuple[RoundBits, ...]) -> list[tuple[str | float, ...]]:
    """The rows of the first rounds and, of many, of the last."""
    if len(rounds) <= MOST_ROUNDS:
        return bits_rows(rounds)
    return [*bits_rows(rounds[: MOST_ROUNDS - 1]), ("...", *("",) * (len(HEADS) - 1)), *bits_rows(rounds[-1:])]


def group_similar_rounds(rounds: Iterable[Round]) -> list[tuple[Round, ...]]:
    """Put neighbouring rounds of one kind together: they differ only in their number, and stand in one line."""
    return [tuple(group) for _, group in itertools.groupby(rounds, lambda r: r.kind)]


def join_names(names: Iterable[str]) -> str:
    """The names with commas; of a long list its beginning and its end.

    >>> join_names([f"S{k}" for k in range(1, 11)])
    'S1, S2, ..., S10'
    """
    names = list(names)
    return ", ".join(names if len(names) <= MOST_LISTED else [*names[:2], "...", names[-1]])


def shorten_bound(bound: str) -> str:
    """A bound with many terms, by its beginning and its end.

    >>> shorten_bound("I(X;Z9) <= " + " + ".join(f"I(X;S{k})" for k in range(1, 10)))
    'I(X;Z9) <= I(X;S1) + I(X;S2) + ... + I(X;S9)   (9 terms)'
    """
    left, _, right = bound.partition(" <= ")
    terms = right.split(" + ")
    if len(terms) <= MOST_LISTED:
        return bound
    return f"{left} <= {' + '.join([*terms[:2], '...', terms[-1]])}   ({len(terms)} terms)"
