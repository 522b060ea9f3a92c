"""Counterexamples: exact laws that meet every assumption and break the statement, or an account of what was tried."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from flint import fmpq

from infoloop.exact.comparison import compare_exactly
from infoloop.exact.rational_laws import RationalLaw
from infoloop.information.expressions import evaluate_terms
from infoloop.notation.assumptions import Assumption
from infoloop.notation.grammar import Group, Statement, Term, entropy_form, variables
from infoloop.probability.distributions import marginal
from infoloop.proofs.counterexamples.factorisation import factorise
from infoloop.proofs.counterexamples.gradient_search import descend
from infoloop.proofs.counterexamples.objectives import (
    descent_problem,
    initial_logits,
    nearby_rational_laws,
    normalise_relation,
    statement_slack,
)
from infoloop.proofs.counterexamples.small_law_search import enumerate_small_laws, tolerance
from infoloop.proofs.counterexamples.small_laws import law_families

_CONFIRMED = 16  # candidates of a family, or ends of descents, that are decided exactly before the rest is given up
_CELLS = 2**15  # a table with more cells would take seconds to sum exactly
_DESCENDED = 4**4  # a descent over a table with more cells would take minutes


class LawCounterexample(NamedTuple):
    """A law in which all `assumptions` hold exactly and `lesser relation greater` (bits, 20 digits) is false.

    `found` says where: in which family of small laws, or by which descent.
    """

    law: RationalLaw
    lesser: str
    relation: str
    greater: str
    assumptions: tuple[str, ...]
    found: str

    @property
    def names(self) -> Group:
        """The variables, in the order of the values in `outcomes`."""
        return self.law.names

    @property
    def outcomes(self) -> dict[str, str]:
        """The values that have mass, and the mass as an exact fraction: `{"0 1": "1/4", ...}`."""
        return self.law.outcomes()

    def __str__(self) -> str:
        table = ", ".join(f"{values} has {mass}" for values, mass in self.outcomes.items())
        where = f" where ({', '.join(self.names)}) is: {table}" if self.names else ""
        return f"{self.lesser} {self.relation} {self.greater} is false{where}"


class SearchReport(NamedTuple):
    """A search without a find: how many small laws met the assumptions, and whether these were all the families have.

    Then the descents, and the least slack (bits, 0 if within rounding) and ratio (greater/lesser) where they ended;
    both are infinite without descent, and the ratio if no lesser side was informative. `unmet` are the assumptions that
    no factorisation enforces: descent could only approach these, so that a negative gap says nothing there.
    """

    witnesses: int
    complete: bool
    starts: int = 0
    steps: int = 0
    gap: float = np.inf
    ratio: float = np.inf
    unmet: tuple[str, ...] = ()

    def __str__(self) -> str:
        sampled = "" if self.complete else ", drawn from more,"
        text = f"none of {self.witnesses} small laws that meet the assumptions{sampled} breaks it"
        if self.starts:
            text += f", nor does descent from {self.starts} starts with {self.steps} steps each: "
            text += f"least gap {self.gap:.3g} bits, least ratio of the sides {self.ratio:.6g}"
        if self.unmet:
            text += f"; no factorisation enforces {', '.join(self.unmet)}, so that descent was only penalised"
        return text


def refute(
    statement: Statement,
    assumptions: Sequence[Assumption] = (),
    starts: int = 64,
    steps: int = 300,
    seed: int = 0,
) -> LawCounterexample | SearchReport:
    """Search small laws, then by descent from `starts` points for each alphabet; `starts=0` does without the descent.

    A float never refutes: every assumption and the failure of the statement are decided by exact arithmetic.

    >>> from infoloop.notation.grammar import parse_statement
    >>> print(refute(parse_statement("H(X) <= I(X;Y)")))
    1.0000000000000000000 <= 0 is false where (X, Y) is: 0 0 has 1/2, 1 0 has 1/2
    """
    outcome = _screened(statement, assumptions)
    if isinstance(outcome, LawCounterexample) or not starts:
        return outcome
    return _descended(statement, assumptions, outcome, starts, steps, seed)


def judge(
    law: RationalLaw, statement: Statement, assumptions: Sequence[Assumption] = (), found: str = ""
) -> LawCounterexample | None:
    """Decide exactly whether the law meets every assumption and breaks the statement.

    >>> from infoloop.notation.grammar import parse_statement
    >>> from infoloop.proofs.counterexamples.small_laws import all_functions
    >>> judge(all_functions("1/3", "2/3").law([1], ("X",)), parse_statement("H(X) <= 1")) is None
    True
    """
    law = _tidied(law, tuple(name for name in _names(statement, assumptions) if name in law.names))
    if any(evaluate_terms(zero, law).sign() for zero in _zeros(assumptions)):
        return None
    relation, *sides = normalise_relation(statement)
    lesser, greater = (evaluate_terms(side, law) for side in sides)
    if compare_exactly(relation, lesser, greater)[0]:
        return None
    return LawCounterexample(
        law, lesser.digits(20), relation, greater.digits(20), tuple(a.text for a in assumptions), found
    )


def _tidied(law: RationalLaw, names: Group) -> RationalLaw:
    """The law of these variables, values numbered in the order in which they appear, without those that never do."""
    table = marginal(law, *names).table
    cells = np.argwhere(table != 0)
    seen = [{value: k for k, value in enumerate(dict.fromkeys(column))} for column in cells.T]
    tidy = np.full([len(numbers) for numbers in seen], fmpq(0), dtype=object)
    for cell in map(tuple, cells):
        tidy[tuple(numbers[value] for numbers, value in zip(seen, cell, strict=True))] = table[cell]
    return RationalLaw(tidy, names)


def _names(statement: Statement, assumptions: Sequence[Assumption]) -> Group:
    mentioned = (variables(zero) for zero in _zeros(assumptions))
    return tuple(dict.fromkeys(itertools.chain(variables(statement.left + statement.right), *mentioned)))


def _zeros(assumptions: Sequence[Assumption]) -> list[tuple[Term, ...]]:
    return [zero for assumption in assumptions for zero in assumption.zero if zero]


def _screened(statement: Statement, assumptions: Sequence[Assumption]) -> LawCounterexample | SearchReport:
    relation, *_ = normalise_relation(statement)
    zeros, gap = list(map(entropy_form, _zeros(assumptions))), entropy_form(statement_slack(statement))
    # Short assumptions first: the sooner one can fail, the fewer choices are left to extend.
    early = itertools.chain(*sorted(map(variables, _zeros(assumptions)), key=len))
    names = tuple(dict.fromkeys(itertools.chain(early, _names(statement, assumptions))))
    tried = SearchReport(0, True)
    for family in law_families():
        screening = enumerate_small_laws(family, names, zeros, gap, relation)
        tried = SearchReport(tried.witnesses + screening.satisfying, tried.complete and screening.complete)
        for choice in screening.candidates[:_CONFIRMED]:
            if family.cells(choice) > _CELLS:
                continue
            refuted = judge(family.law(choice, names), statement, assumptions, family.description)
            if refuted:
                return refuted
    return tried


def _descended(
    statement, assumptions, tried: SearchReport, starts: int, steps: int, seed: int
) -> LawCounterexample | SearchReport:
    """Descend over two, three and four values for each variable, as long as the table stays small."""
    names = _names(statement, assumptions)
    plan = factorise(names, _zeros(assumptions))
    unmet = tuple(a.text for a in assumptions if any(zero in plan.unmet for zero in a.zero))
    within = tolerance(entropy_form(statement_slack(statement)))
    for values in (2, 3, 4):
        if not names or values ** len(names) > _DESCENDED:
            break
        ends = descend(
            descent_problem(statement, plan, values, starts), initial_logits(plan, values, starts, seed), steps
        )
        widest = [k for k in np.argsort(ends.slack)[:_CONFIRMED] if ends.slack[k] < -within]
        for law in nearby_rational_laws(plan, ends.logits[widest], values):
            refuted = judge(law, statement, assumptions, f"descent from {starts} starts over {values} values, rounded")
            if refuted:
                return refuted
        gap = float(ends.slack.min())
        gap, ratio = min(tried.gap, gap if abs(gap) > within else 0.0), min(tried.ratio, float(ends.ratio.min()))
        tried = tried._replace(starts=tried.starts + starts, steps=steps, gap=gap, ratio=ratio, unmet=unmet)
    return tried
