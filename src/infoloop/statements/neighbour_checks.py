"""Refute the false neighbours of a claim exactly: each assumption dropped, each coefficient changed by 1 %."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

from infoloop.exact.rational_laws import RationalLaw
from infoloop.information.expressions import evaluate_terms
from infoloop.notation.assumptions import Assumption
from infoloop.notation.grammar import Statement, Term, format_statement, lesser_first
from infoloop.proofs.counterexamples.exact_decision import Counterexample
from infoloop.proofs.counterexamples.search import refute
from infoloop.proofs.problem import parse_problem
from infoloop.proofs.shannon_prover import prove_linear
from infoloop.statements.certification import decide_case
from infoloop.statements.claim import Claim
from infoloop.statements.neighbours import Neighbour, described
from infoloop.statements.spent_time import part

# Assumptions that the exact arithmetic itself makes, whatever the claim.
_OF_THE_ARITHMETIC = {"finite alphabets": "exact arithmetic has no infinite alphabets"}


class NeighbourResult(NamedTuple):
    """What became of one false neighbour of a claim.

    `change` and `dropped` are as in `Neighbour`. `verdict` is "refuted" (by the counterexample), "not needed" (the
    statement has a machine proof without this assumption), "unrefuted" (`reason` says why nothing can refute it),
    "stands" (no case refuted it, although one should) or "unsaid" (an assumption of which the claim says nothing).
    """

    change: str
    dropped: bool
    verdict: str
    counterexample: Counterexample | None = None
    reason: str = ""

    def row(self) -> dict[str, Any]:
        """Return the result as JSON."""
        return {**self._asdict(), "counterexample": self.counterexample and self.counterexample.row()}


def check_neighbours(claim: Claim) -> tuple[NeighbourResult, ...]:
    """Check every false neighbour of a claim: those it declares, and those that its text gives.

    Of a statement linear in entropies the neighbours follow from its text: without each assumption of `given`; with
    each coefficient of an inequality changed by 1 % to the stronger side; without each term of an equality. Small exact
    laws refute them, or the linear program proves that the assumption is not needed.

    Args:
        claim: the claim; its `neighbours` are what it declares.

    Returns:
        A result for each assumption, in the order of `claim.assumes`, then for each other change.

    Raises:
        ValueError: two neighbours change the same, or a dropped assumption is none of the claim's.

    >>> from infoloop.statements.cases import random_bayes_nets
    >>> from infoloop.statements.claim import linear
    >>> chains = random_bayes_nets("X", "D|X", "Z|D", X=2, D=2, Z=2)
    >>> bound = linear("doc", "I(X;Z) <= I(X;D)", ("X -> D -> Z",), chains, assumes=("X -> D -> Z",))
    >>> [(found.change, found.verdict) for found in check_neighbours(bound)][:2]
    [('X -> D -> Z', 'refuted'), ('101/100 I(X;Z) <= I(X;D)', 'refuted')]
    """
    declared = described(claim.neighbours)
    for change, neighbour in declared.items():
        if neighbour.dropped and change not in claim.assumes:
            raise ValueError(f"{claim.label} drops {change!r}, which it does not assume: {'; '.join(claim.assumes)}")
    linear = _LinearClaim.of(claim) if claim.statement else None
    dropped = [_drop(claim, assumption, declared.get(assumption), linear) for assumption in claim.assumes]
    rest = [
        _tried(claim, n) for n in declared.values() if n.change not in claim.assumes and n.change not in _texts(linear)
    ]
    return (*dropped, *(linear.variants(claim, declared) if linear else ()), *rest)


def _texts(linear: _LinearClaim | None) -> set[str]:
    return {format_statement(variant) for variant in linear.changes} if linear else set()


def _drop(claim: Claim, assumption: str, declared: Neighbour | None, linear: _LinearClaim | None) -> NeighbourResult:
    result = partial(NeighbourResult, assumption, True)
    if linear and assumption in claim.given:
        found = linear.without(assumption)
        if found:
            return found
    if declared:
        return _tried(claim, declared)._replace(dropped=True)
    if assumption in _OF_THE_ARITHMETIC:
        return result("unrefuted", reason=_OF_THE_ARITHMETIC[assumption])
    return result("unsaid")


def _tried(claim: Claim, neighbour: Neighbour) -> NeighbourResult:
    result = partial(NeighbourResult, neighbour.change, neighbour.dropped)
    if neighbour.unrefuted:
        return result("unrefuted", reason=neighbour.unrefuted)
    found = _first_failure(replace(claim, exact=neighbour.exact or claim.exact), neighbour.cases or _cases(claim))
    return result("refuted", found) if found else result("stands")


def _cases(claim: Claim) -> Iterator:
    return itertools.chain(claim.edges, claim.family.members() if claim.family else ())


def _first_failure(claim: Claim, cases: Iterable) -> Counterexample | None:
    return next(filter(None, (decide_case(claim, case)[0] for case in cases)), None)


class _LinearClaim(NamedTuple):
    """A claim whose statement is linear in entropies, parsed: its neighbours follow from its text."""

    text: str
    statement: Statement
    assumptions: tuple[tuple[str, tuple[Assumption, ...]], ...]
    changes: tuple[Statement, ...]

    @classmethod
    def of(cls, claim: Claim) -> _LinearClaim:
        """Parse the statement, and what each assumption says."""
        statement, _ = parse_problem(claim.statement, claim.given)
        each = tuple((text, parse_problem(claim.statement, text)[1]) for text in claim.given)
        return cls(claim.statement, statement, each, tuple(_changes(lesser_first(statement))))

    def without(self, dropped: str) -> NeighbourResult | None:
        """Refute the statement without this assumption, or prove that it is not needed; None if neither succeeds."""
        kept = [(text, parsed) for text, parsed in self.assumptions if text != dropped]
        with part("proofs"):
            found = refute(self.statement, tuple(itertools.chain(*(parsed for _, parsed in kept))), starts=0)
            if isinstance(found, Counterexample):
                return NeighbourResult(dropped, True, "refuted", found)
            if prove_linear(self.text, tuple(text for text, _ in kept)):
                return NeighbourResult(dropped, True, "not needed", reason="there is a machine proof without it")
        return None

    def variants(self, claim: Claim, declared: dict[str, Neighbour]) -> Iterator[NeighbourResult]:
        """Yield the result of every change of a coefficient or a term."""
        together = tuple(itertools.chain(*(parsed for _, parsed in self.assumptions)))
        for variant in self.changes:
            text = format_statement(variant)
            laws = [case for case in claim.edges if isinstance(case, RationalLaw)]
            found = _first_failure(replace(claim, exact=_sides(variant)), laws)
            with part("proofs"):
                found = found or refute(variant, together, starts=0)
            if isinstance(found, Counterexample):
                yield NeighbourResult(text, False, "refuted", found)
            elif text in declared:
                yield _tried(claim, declared[text])
            elif claim.loose:
                yield NeighbourResult(text, False, "unrefuted", reason=claim.loose)
            else:
                yield NeighbourResult(text, False, "stands")


def _sides(statement: Statement) -> Callable[[Any], tuple]:
    return lambda law: (evaluate_terms(statement.left, law), evaluate_terms(statement.right, law))


def _changes(ordered: Statement) -> Iterator[Statement]:
    """Yield the inequality with one coefficient 1 % off, to the stronger side, or the equality without one term.

    The interaction of three or more groups can be negative, so that no side of its coefficient is the stronger one.
    """
    for side, larger in (("left", 1), ("right", -1)):
        terms: tuple[Term, ...] = getattr(ordered, side)
        for k, term in enumerate(terms):
            if ordered.relation == "=":
                change = (*terms[:k], *terms[k + 1 :])
            elif len(term.groups) > 2 or not term.coefficient:
                continue
            else:
                up = larger if term.coefficient > 0 else -larger
                change = (
                    *terms[:k],
                    replace(term, coefficient=term.coefficient * Fraction(100 + up, 100)),
                    *terms[k + 1 :],
                )
            variant = replace(ordered, **{side: change})
            if any(term.coefficient for term in (*variant.left, *variant.right)):  # 0 = 0 is no neighbour
                yield variant
