"""Stage 1, the search: screen all laws of a family by floats for those that seem to break a statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from infoloop.exact.comparison import UNDECIDED
from infoloop.notation.grammar import Group
from infoloop.proofs import limits
from infoloop.proofs.counterexamples.small_laws import LawFamily

EntropyForm = Mapping[frozenset[str], Fraction]


class Screening(NamedTuple):
    """What was seen of one family.

    `candidates` are the laws that seem to refute, a row of functions for each, smallest first, and `close` those of
    which floats cannot tell; `satisfying` is how many laws met the assumptions, and `complete` whether all laws of the
    family were seen.
    """

    candidates: Int[np.ndarray, "laws variables"]
    close: Int[np.ndarray, "laws variables"]
    satisfying: int
    complete: bool


def enumerate_small_laws(
    family: LawFamily, names: Group, zeros: Iterable[EntropyForm], slack: EntropyForm, relation: str
) -> Screening:
    """Choose a function for one variable after the other, dropping a choice once an assumption fails.

    Floats only propose: what they pass must still be decided exactly.

    Args:
        family: the laws to look at; beyond `limits.MOST_CHOICES` at a time a random part of them.
        names: the variables, in the order in which they get their functions.
        zeros: the sums that must vanish.
        slack: greater - lesser of the statement.
        relation: the statement's relation, <=, < or =.

    >>> from infoloop.notation.grammar import entropy_form, parse_expression
    >>> from infoloop.proofs.counterexamples.small_laws import all_functions
    >>> slack = entropy_form(parse_expression("I(X;Y) - H(X)"))
    >>> enumerate_small_laws(all_functions("1/2", "1/2"), ("X", "Y"), [], slack, "<=").candidates.tolist()
    [[1, 0]]
    """
    waiting, complete = list(zeros), True
    choices, count = np.zeros((1, 0), np.int16), len(family.functions)
    random = np.random.default_rng(0)
    for k in range(len(names)):
        if len(choices) * count > limits.MOST_CHOICES:
            kept = random.choice(len(choices), max(1, limits.MOST_CHOICES // count), replace=False)
            choices, complete = choices[kept], False
        more = np.tile(np.arange(count, dtype=np.int16), len(choices))[:, None]
        choices = np.hstack([np.repeat(choices, count, axis=0), more])
        ready = [form for form in waiting if set().union(*form) <= set(names[: k + 1])]
        waiting = [form for form in waiting if form not in ready]
        for form in ready:
            choices = choices[abs(_values(family, form, choices, names)) <= tolerance(form)]
    gaps = _values(family, slack, choices, names)
    bad = {"<=": gaps < -tolerance(slack), "<": gaps <= tolerance(slack), "=": abs(gaps) > tolerance(slack)}[relation]
    close = (abs(gaps) <= tolerance(slack)) & ~bad
    found = (_smallest_first(family, choices[these], abs(gaps[these])) for these in (bad, close))
    return Screening(*found, len(choices), complete)


def tolerance(form: EntropyForm) -> float:
    """Return the size, in bits, below which a float value of this sum decides nothing."""
    return UNDECIDED * (1 + sum(abs(float(c)) for c in form.values()))


def _values(family: LawFamily, form: EntropyForm, choices: np.ndarray, names: Group) -> np.ndarray:
    """Return the value of a sum of entropies, in bits, for each choice."""
    total = np.zeros(len(choices))
    for group, c in form.items():
        total += float(c) * (
            family.entropies[_together(family, choices, [names.index(x) for x in group])] if group else 1.0
        )
    return total


def _together(family: LawFamily, choices: np.ndarray, columns: Iterable[int]) -> np.ndarray:
    """Return, for each choice, the function that says what the functions in these columns say together."""
    found = np.zeros(len(choices), np.int16)
    for k in sorted(columns):
        found = family.pairs[found, choices[:, k]]
    return found


def _smallest_first(family: LawFamily, choices: np.ndarray, gaps: np.ndarray) -> np.ndarray:
    """Sort choices by the size of the support, then of the table, then by the gap, the widest first."""
    values = np.array([max(f) + 1 for f in family.functions])
    support = values[_together(family, choices, range(choices.shape[1]))]
    return choices[np.lexsort((-np.round(gaps, 9), values[choices].prod(axis=1), support))]
