"""Search for a law that meets every assumption and breaks the statement: all four stages, or an account of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from infoloop.notation.assumptions import Assumption
from infoloop.notation.grammar import Group, Statement, entropy_form, lesser_first, subtract, variables
from infoloop.proofs import limits
from infoloop.proofs.counterexamples.exact_decision import (
    Counterexample,
    judge,
    mentioned,
    nearby_rational_laws,
    zeros_of,
)
from infoloop.proofs.counterexamples.factorisation import factorise
from infoloop.proofs.counterexamples.gradient_search import descend, descent_problem, initial_logits
from infoloop.proofs.counterexamples.small_law_search import EntropyForm, enumerate_small_laws, tolerance
from infoloop.proofs.counterexamples.small_laws import LawFamily, law_families


class SearchReport(NamedTuple):
    """An account of a search that found nothing.

    `witnesses` is how many small laws met the assumptions, and `complete` whether these are all that the families have.
    `gap` is the least slack (bits, 0 if within rounding) and `ratio` the least greater/lesser where the descents ended;
    both are infinite without descent, and the ratio if no lesser side was informative. `unmet` are the assumptions that
    no factorisation enforces: descent could only approach these, so that a negative gap says nothing there. `too_many`
    is the number of variables where they are too many for any search, else 0.
    """

    witnesses: int
    complete: bool
    starts: int = 0
    steps: int = 0
    gap: float = np.inf
    ratio: float = np.inf
    unmet: tuple[str, ...] = ()
    too_many: int = 0

    def __str__(self) -> str:
        if self.too_many:
            return f"no law was tried: of {self.too_many} variables there are too many (at most {limits.MOST_SEARCHED})"
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
) -> Counterexample | SearchReport:
    """Search for a law that meets the assumptions and breaks the statement.

    A float never refutes: every assumption and the failure of the statement are decided by exact arithmetic.

    Args:
        statement: what to break.
        assumptions: what the law must meet.
        starts: from how many points to descend for each number of values; 0 for small laws only.
        steps: the steps of each descent.
        seed: the seed of the starting points.

    Returns:
        A counterexample, or what was tried.

    >>> from infoloop.notation.grammar import parse_statement
    >>> print(refute(parse_statement("H(X) <= I(X;Y)")))
    1.0000000000000000000 <= 0 is false where (X, Y) is: 0 0 has 1/2, 1 0 has 1/2
    """
    count = len(mentioned(statement, assumptions))
    if count > limits.MOST_SEARCHED:
        return SearchReport(0, False, too_many=count)
    outcome = _screened(statement, assumptions)
    if isinstance(outcome, Counterexample) or not starts:
        return outcome
    return _descended(statement, assumptions, outcome, starts, steps, seed)


def _slack_form(statement: Statement) -> EntropyForm:
    """Return greater - lesser over joint entropies."""
    ordered = lesser_first(statement)
    return entropy_form(subtract(ordered.right, ordered.left))


def _screened(statement: Statement, assumptions: Sequence[Assumption]) -> Counterexample | SearchReport:
    """Try the small laws of every family (stages 1 and 4)."""
    zeros, gap = list(map(entropy_form, zeros_of(assumptions))), _slack_form(statement)
    # Short assumptions first: the sooner one can fail, the fewer choices are left to extend.
    early = itertools.chain(*sorted(map(variables, zeros_of(assumptions)), key=len))
    names = tuple(dict.fromkeys(itertools.chain(early, mentioned(statement, assumptions))))
    relation, tried, close = lesser_first(statement).relation, SearchReport(0, True), []
    for family in law_families():
        screening = enumerate_small_laws(family, names, zeros, gap, relation)
        tried = SearchReport(tried.witnesses + screening.satisfying, tried.complete and screening.complete)
        close.append((family, screening.close))
        refuted = _judged(family, screening.candidates, names, statement, assumptions)
        if refuted:
            return refuted
    # Only now, as it takes longer: laws that break it by less than floats can tell, such as H(X) >= 1e-20.
    found = (_judged(family, choices, names, statement, assumptions) for family, choices in close)
    return next(filter(None, found), tried)


def _judged(
    family: LawFamily, choices: np.ndarray, names: Group, statement: Statement, assumptions: Sequence[Assumption]
) -> Counterexample | None:
    """Return the first of the smallest laws of a family that refutes, decided exactly."""
    for choice in choices[: limits.MOST_CANDIDATES]:
        if family.cells(choice) > limits.MOST_EXACT_CELLS:
            continue
        refuted = judge(family.law(choice, names), statement, assumptions, family.description)
        if refuted:
            return refuted
    return None


def _descended(
    statement: Statement, assumptions: Sequence[Assumption], tried: SearchReport, starts: int, steps: int, seed: int
) -> Counterexample | SearchReport:
    """Descend over two, three and four values a variable, as long as the table stays small (stages 2, 3 and 4)."""
    names = mentioned(statement, assumptions)
    plan = factorise(names, zeros_of(assumptions))
    unmet = tuple(a.text for a in assumptions if any(zero in plan.unmet for zero in a.zero))
    within = tolerance(_slack_form(statement))
    for values in (2, 3, 4):
        if not names or values ** len(names) > limits.MOST_DESCENT_CELLS:
            break
        ends = descend(
            descent_problem(statement, plan, values, starts), initial_logits(plan, values, starts, seed), steps
        )
        widest = [k for k in np.argsort(ends.slack)[: limits.MOST_CANDIDATES] if ends.slack[k] < -within]
        for law in nearby_rational_laws(plan, ends.logits[widest], values):
            refuted = judge(law, statement, assumptions, f"descent from {starts} starts over {values} values, rounded")
            if refuted:
                return refuted
        gap = float(ends.slack.min())
        gap, ratio = min(tried.gap, gap if abs(gap) > within else 0.0), min(tried.ratio, float(ends.ratio.min()))
        tried = tried._replace(starts=tried.starts + starts, steps=steps, gap=gap, ratio=ratio, unmet=unmet)
    return tried
