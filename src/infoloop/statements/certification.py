"""Decide exact cases of a claim, each by ball arithmetic or, at equality, by factoring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

import jax
import numpy as np

from infoloop.exact.comparison import compare_exactly
from infoloop.exact.log_sums import LogSum
from infoloop.exact.rational_laws import RationalLaw
from infoloop.exact.real_balls import RealBall
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.distributions import Joint
from infoloop.probability.host_functions import host_only
from infoloop.proofs.counterexamples.exact_decision import Counterexample
from infoloop.proofs.limits import DENOMINATORS
from infoloop.statements.claim import Claim, stronger
from infoloop.statements.spent_time import part


class Certification(NamedTuple):
    """The outcome of deciding exact cases: how many of each kind, and one where the claim fails.

    A case is `void` if the claim says nothing there: the lesser side is exactly 0 (both sides, for `=`), unless it is 0
    in every case and every edge, by the statement; or the greater side is not below `Claim.ceiling`. Of the others,
    `equal` is where both sides are equal and `strict` where they differ.
    """

    cases: int
    equal: int
    counterexample: Counterexample | None
    strict: int
    void: int


@host_only
@kinds_checked
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
    Certification(cases=4, equal=2, counterexample=None, strict=0, void=2)
    """
    if claim.exact is None or (cases is None and claim.family is None):
        raise ValueError(f"{claim.label} has no {'exact sides' if claim.exact is None else 'finite family'} to certify")
    kinds: Counter[tuple[str, bool]] = Counter()
    for case in claim.family.members() if cases is None and claim.family else cases or ():
        against, kind, zero = decide_case(claim, case)
        kinds[kind, zero] += 1
        if against:
            return _counted(claim, kinds, against)
    return _counted(claim, kinds, None)


def _counted(claim: Claim, kinds: Counter[tuple[str, bool]], against: Counterexample | None) -> Certification:
    """Count the cases of each kind: a side that is 0 makes a case void, unless it is 0 by the statement."""
    assert claim.exact is not None
    by_statement = all(zero for _, zero in kinds) and all(_is_zero(claim.exact(edge)[0]) for edge in claim.edges)
    strict, equal = (kinds[kind, False] + kinds[kind, True] * by_statement for kind in ("strict", "equal"))
    cases = kinds.total()
    return Certification(cases, equal, against, strict, cases - strict - equal)


def decide_case(claim: Claim, case: Any) -> tuple[Counterexample | None, str, bool]:
    """Decide an exact case.

    Returns:
        The counterexample, if the claim is false there; whether its sides are "strict", "equal", or "void" by its
        ceiling; and whether the lesser side is exactly 0 (for `=` both sides).
    """
    assert claim.exact is not None
    lesser, greater = claim.exact(case)
    with part("balls"):
        true, equal = compare_exactly(claim.relation, lesser, greater)
        if not true:
            against = Counterexample(describe_case(case), lesser.digits(20), claim.relation, greater.digits(20))
            return against, "equal" if equal else "strict", False
        high = not equal and claim.ceiling is not None and (greater - claim.ceiling(case)).sign() >= 0
        return None, "void" if high else "equal" if equal else "strict", _is_zero(lesser)


def _is_zero(side: LogSum | RealBall) -> bool:
    """Return whether a side is known to be exactly 0: a ball is if it is the point 0."""
    return side.sign() == 0 if isinstance(side, LogSum) else bool(side.enclosure() == 0)


def describe_case(case: Any) -> dict[str, Any]:
    """Return an exact case as texts: a law by the masses of its outcomes, other cases part by part.

    Raises:
        TypeError: a part is a function. Its text would be another one in each process, and so would a certificate.
    """
    if isinstance(case, RationalLaw):
        return {f"P({','.join(case.names)})": case.outcomes()}
    parts = case.items() if isinstance(case, dict) else enumerate(case)
    found: dict[str, Any] = {}
    for name, value in parts:
        if callable(value):
            raise TypeError(f"the part {name!r} of an exact case is the function {value.__name__}; name it by a value")
        found.update(describe_case(value) if isinstance(value, RationalLaw) else {f"{name}": str(value)})
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
        against = decide_case(claim, exact)[0]
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
    return any(decide_case(tighter, case)[0] for case in claim.edges)
