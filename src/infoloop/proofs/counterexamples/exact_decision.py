"""Stage 4: exact laws with small denominators next to where a descent ended, and the exact decision about a law."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from flint import fmpq
from jaxtyping import Float

from infoloop.exact.comparison import compare_exactly
from infoloop.exact.rational_laws import RationalLaw, rationalise
from infoloop.information.expressions import evaluate_terms
from infoloop.notation.assumptions import Assumption
from infoloop.notation.grammar import Group, Statement, Term, lesser_first, variables
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint, marginal
from infoloop.proofs import limits
from infoloop.proofs.counterexamples.factorisation import Factorisation


class Counterexample(NamedTuple):
    """An exact case in which `lesser relation greater` is false, with both sides in bits, to 20 digits, as text.

    `case` is an exact law (`prove` finds these), or says in words, part by part, what a case of a claim is (`certify`).
    Of a law all `assumptions` hold exactly, and `found` says where it comes from: a family of small laws, or a descent.
    """

    case: Any
    lesser: str
    relation: str
    greater: str
    assumptions: tuple[str, ...] = ()
    found: str = ""

    @property
    def law(self) -> RationalLaw:
        """The exact law. Raises ValueError where the case is no law."""
        if not isinstance(self.case, RationalLaw):
            raise ValueError("the case of this counterexample is no law: read `case`")
        return self.case

    @property
    def names(self) -> Group:
        """The variables of the law, in the order of the values in `outcomes`."""
        return self.law.names

    @property
    def outcomes(self) -> dict[str, str]:
        """The values of the law that have mass, and the mass as an exact fraction: `{"0 1": "1/4", ...}`."""
        return self.law.outcomes()

    def row(self) -> dict[str, Any]:
        """Return the counterexample as JSON."""
        sides = {"lesser": self.lesser, "relation": self.relation, "greater": self.greater}
        if isinstance(self.case, RationalLaw):
            return {"names": list(self.names), "outcomes": self.outcomes, **sides, "found": self.found}
        return {"case": self.case, **sides}

    def __str__(self) -> str:
        fails = f"{self.lesser} {self.relation} {self.greater} is false"
        if not isinstance(self.case, RationalLaw):
            return f"{fails} for {'; '.join(map(_phrase, self.case.items()))}"
        return f"{fails} where ({', '.join(self.names)}) is: {_masses(self.outcomes)}" if self.names else fails


def _phrase(item: tuple[str, Any]) -> str:
    name, value = item
    return f"{name}: {_masses(value)}" if isinstance(value, dict) else f"{name} = {value}"


def _masses(outcomes: Mapping[str, str]) -> str:
    return ", ".join(f"{values} has {mass}" for values, mass in outcomes.items())


def nearby_rational_laws(
    plan: Factorisation, logits: Float[np.ndarray, "starts logits"], values: int
) -> Iterator[RationalLaw]:
    """Yield exact laws next to each row of logits, by denominator, and of one denominator by number of outcomes."""
    for denominator in limits.DENOMINATORS:
        laws = []
        for row in logits:
            try:
                laws.append(rationalise(network_at(plan, row, values, denominator)))
            except ZeroDivisionError:
                continue  # rounding left a row without mass
        yield from sorted(laws, key=lambda law: np.count_nonzero(law.table))


def network_at(plan: Factorisation, logits: Float[np.ndarray, " logits"], values: int, denominator: int) -> BayesNet:
    """Return the network at these logits, each row with integer weights that sum to about the denominator."""
    from scipy.special import softmax  # here, since it takes longer to import than all of infoloop

    factors, begin = [], 0
    for k, name in enumerate(plan.names):
        part = logits[begin : begin + values ** (k + 1)].reshape((values,) * (k + 1))
        kept = part[tuple(slice(None) if u in plan.parents[name] else 0 for u in plan.names[:k])]
        weights = np.round(softmax(kept, axis=-1) * denominator)
        up = plan.parents[name]
        factors.append(Channel(weights, up, (name,)) if up else Joint(weights, (name,)))
        begin += part.size
    return BayesNet(tuple(factors))


def judge(
    law: RationalLaw, statement: Statement, assumptions: Sequence[Assumption] = (), found: str = ""
) -> Counterexample | None:
    """Decide exactly whether a law meets every assumption and breaks the statement.

    Args:
        law: the law, of all variables that are mentioned.
        statement: what it may break.
        assumptions: what it must meet.
        found: where it comes from, for the counterexample.

    Returns:
        The counterexample, without values of no mass and without other variables; None where the law is none.

    >>> from infoloop.notation.grammar import parse_statement
    >>> from infoloop.proofs.counterexamples.small_laws import all_functions
    >>> judge(all_functions("1/3", "2/3").law([1], ("X",)), parse_statement("H(X) <= 1")) is None
    True
    """
    law = _tidied(law, tuple(name for name in mentioned(statement, assumptions) if name in law.names))
    if any(evaluate_terms(zero, law).sign() for zero in zeros_of(assumptions)):
        return None
    ordered = lesser_first(statement)
    lesser, greater = (evaluate_terms(side, law) for side in (ordered.left, ordered.right))
    if compare_exactly(ordered.relation, lesser, greater)[0]:
        return None
    texts = tuple(assumption.text for assumption in assumptions)
    return Counterexample(law, lesser.digits(20), ordered.relation, greater.digits(20), texts, found)


def _tidied(law: RationalLaw, names: Group) -> RationalLaw:
    """Return the law of these variables, values numbered as they first appear, without those that never do."""
    table = marginal(law, *names).table
    cells = np.argwhere(table != 0)
    seen = [{value: k for k, value in enumerate(dict.fromkeys(column))} for column in cells.T]
    tidy = np.full([len(numbers) for numbers in seen], fmpq(0), dtype=object)
    for cell in map(tuple, cells):
        tidy[tuple(numbers[value] for numbers, value in zip(seen, cell, strict=True))] = table[cell]
    return RationalLaw(tidy, names)


def mentioned(statement: Statement, assumptions: Sequence[Assumption]) -> Group:
    """Return the variables of the statement and the assumptions, in the order of their first mention."""
    others = (variables(zero) for zero in zeros_of(assumptions))
    return tuple(dict.fromkeys(itertools.chain(variables(statement.left + statement.right), *others)))


def zeros_of(assumptions: Sequence[Assumption]) -> list[tuple[Term, ...]]:
    """Return the sums that the assumptions say are 0."""
    return [zero for assumption in assumptions for zero in assumption.zero if zero]
