"""Decide exact cases of a claim, each by ball arithmetic or, at equality, by factoring."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import jax
import numpy as np

from infoloop.exact.comparison import compare_exactly
from infoloop.exact.rational_laws import RationalLaw
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.distributions import Joint
from infoloop.probability.host_functions import host_only
from infoloop.proofs.counterexamples.exact_decision import Counterexample
from infoloop.proofs.limits import DENOMINATORS
from infoloop.statements.claim import Claim, stronger


class Certification(NamedTuple):
    """The outcome of deciding exact cases: how many, in how many the sides are equal, and one where the claim fails."""

    cases: int
    equal: int
    counterexample: Counterexample | None


@host_only
def certify(claim: Claim, cases: Iterable | None = None) -> Certification:
    """Decide a claim on every exact case of its family, up to the first where it fails.

    Args:
        claim: the claim.
        cases: exact cases to decide instead of those of the family.

    Returns:
        The counts and the counterexample, which is None if there is none.

    Raises:
        ValueError: the claim has no exact sides, or neither it nor the caller gives cases.

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
        against, same = _decided(claim, case)
        count, equal = count + 1, equal + same
        if against:
            return Certification(count, equal, against)
    return Certification(count, equal, None)


def _decided(claim: Claim, case: Any) -> tuple[Counterexample | None, bool]:
    """Decide an exact case: the counterexample, if the claim is false there, and whether both sides are equal."""
    assert claim.exact is not None
    lesser, greater = claim.exact(case)
    true, equal = compare_exactly(claim.relation, lesser, greater)
    if true:
        return None, equal
    return Counterexample(describe_case(case), lesser.digits(20), claim.relation, greater.digits(20)), equal


def describe_case(case: Any) -> dict[str, Any]:
    """Return an exact case as texts: a law by the masses of its outcomes, other cases part by part."""
    if isinstance(case, RationalLaw):
        return {f"P({','.join(case.names)})": case.outcomes()}
    parts = case.items() if isinstance(case, dict) else enumerate(case)
    found: dict[str, Any] = {}
    for name, part in parts:
        found.update(describe_case(part) if isinstance(part, RationalLaw) else {f"{name}": str(part)})
    return found


def refute_near(claim: Claim, case: Any, rounded: bool = True) -> Counterexample | None:
    """Look for an exact case next to one of floats that refutes a claim.

    Args:
        claim: the claim.
        case: the case of floats.
        rounded: whether to try cases with small denominators before the very numbers of the case, for a
            counterexample that can be read.

    Returns:
        The counterexample; None if there is none, or if the claim has no exact sides.
    """
    if claim.exact is None or claim.exactly is None:
        return None
    for denominator in (*DENOMINATORS, None) if rounded else (None,):
        near = case if denominator is None else _coarse(case, denominator)
        try:
            exact = claim.exactly(near)
        except (ValueError, ZeroDivisionError):
            continue  # rounding left a row without mass
        against, _ = _decided(claim, exact)
        if against:
            return against
    return None


def _coarse(case: Any, denominator: int) -> Any:
    """Round a case: laws get integer weights, which `rationalise` divides by their sums."""
    weights = isinstance(case, Joint | BayesNet)
    return jax.tree.map(
        lambda x: np.round(np.asarray(x, np.float64) * denominator) / (1 if weights else denominator), case
    )


def refuted_when_stronger(claim: Claim) -> bool:
    """Return whether the claim made 1 % stronger is refuted, exactly, in one of the claim's own edge cases."""
    tighter = stronger(claim)
    return any(_decided(tighter, case)[0] for case in claim.edges)
