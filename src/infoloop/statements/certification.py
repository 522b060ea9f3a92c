"""Certified decisions: exact cases of a claim, each decided by ball arithmetic or, at equality, by factoring."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import jax
import numpy as np

from infoloop.exact.comparison import compare_exactly
from infoloop.exact.rational_laws import RationalLaw
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.distributions import Joint
from infoloop.statements.claim import Claim, stronger


class Counterexample(NamedTuple):
    """An exact case in which a claim fails, with both sides in bits to 20 digits."""

    case: dict[str, Any]
    lesser: str
    relation: str
    greater: str

    def __str__(self) -> str:
        return f"{self.lesser} {self.relation} {self.greater} is false for " + "; ".join(
            map(_phrase, self.case.items())
        )


class Certification(NamedTuple):
    """How many exact cases were decided, in how many of them both sides are equal, and one where the claim fails."""

    cases: int
    equal: int
    counterexample: Counterexample | None


def certify(claim: Claim, cases: Iterable | None = None) -> Certification:
    """Decide the claim on every exact case of its family (or of `cases`), stopping at the first that fails.

    Raises ValueError where the claim has no exact sides or no family.

    >>> from infoloop.statements.cases import Family, exact_laws, random_bayes_nets
    >>> from infoloop.statements.claim import linear
    >>> rows = {"X": [["1/2", "1/2"]], "Y|X": [[1, 0], [0, 1]]}
    >>> family = Family("maps of a fair bit", lambda: exact_laws(rows))
    >>> certify(linear("doc", "I(X;Y) <= H(X)", (), random_bayes_nets("X", "Y|X", X=2, Y=2), family=family))
    Certification(cases=4, equal=2, counterexample=None)
    """
    if claim.exact is None or (cases is None and claim.family is None):
        raise ValueError(f"{claim.label} has no {'exact sides' if claim.exact is None else 'finite family'} to certify")
    count = equal = 0
    for case in claim.family.members() if cases is None and claim.family else cases or ():
        lesser, greater = claim.exact(case)
        true, same = compare_exactly(claim.relation, lesser, greater)
        count, equal = count + 1, equal + same
        if not true:
            return Certification(count, equal, describe_counterexample(claim, case))
    return Certification(count, equal, None)


def describe_counterexample(claim: Claim, case) -> Counterexample:
    """The exact case and both sides of the claim there, in writing."""
    assert claim.exact is not None
    lesser, greater = claim.exact(case)
    return Counterexample(describe_case(case), lesser.digits(20), claim.relation, greater.digits(20))


def describe_case(case) -> dict[str, Any]:
    """An exact case as strings: a law by its outcomes, other cases part by part."""
    if isinstance(case, RationalLaw):
        return {f"P({','.join(case.names)})": case.outcomes()}
    parts = case.items() if isinstance(case, dict) else enumerate(case)
    found: dict[str, Any] = {}
    for name, part in parts:
        found.update(describe_case(part) if isinstance(part, RationalLaw) else {f"{name}": str(part)})
    return found


def _phrase(item: tuple[str, Any]) -> str:
    name, value = item
    if isinstance(value, dict):
        return f"{name}: " + ", ".join(f"{outcome} has {mass}" for outcome, mass in value.items())
    return f"{name} = {value}"


def refute_near(claim: Claim, case, rounded: bool = True) -> Counterexample | None:
    """Settle a float case that floats cannot: a counterexample if its exact neighbour refutes the claim, else None.

    With `rounded` the neighbours with small denominators are tried first, for a counterexample that can be read.
    """
    if claim.exact is None or claim.exactly is None:
        return None
    for denominator in (2, 3, 4, 6, 8, 12, 20, 60, 120, 1000, None) if rounded else (None,):
        near = case if denominator is None else _coarse(case, denominator)
        try:
            exact = claim.exactly(near)
        except (ValueError, ZeroDivisionError):
            continue  # rounding left a row without mass
        if not compare_exactly(claim.relation, *claim.exact(exact))[0]:
            return describe_counterexample(claim, exact)
    return None


def _coarse(case, denominator: int):
    """Laws get integer weights, which `rationalise` divides by their sums; other numbers are rounded."""
    weights = isinstance(case, Joint | BayesNet)
    return jax.tree.map(
        lambda x: np.round(np.asarray(x, np.float64) * denominator) / (1 if weights else denominator), case
    )


def refuted_when_stronger(claim: Claim) -> bool:
    """Whether the claim made 1 % stronger is refuted, certified, in one of the claim's own edge cases."""
    bold = stronger(claim)
    assert bold.exact is not None
    return any(not compare_exactly(bold.relation, *bold.exact(case))[0] for case in claim.edges)
