"""Proofs of linear information inequalities: a linear program over the elemental inequalities, and its exact dual.

The program finds which measures to add up; the weights are solved in fractions, written in the user's own variables
and assumptions, and re-checked by `infoloop.check`, which shares no code with anything here. Nothing unchecked leaves.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import NoneType
from typing import Any, NamedTuple

from infoloop.check import CertificateError, check_certificate
from infoloop.notation.assumptions import Assumption, parse_problem
from infoloop.notation.grammar import Statement, format_statement, format_terms
from infoloop.proofs.entropy_coordinates import MaskForm, eliminate_negative_zeros, merge_by_chain_rule
from infoloop.proofs.linear_program import (
    AtomEncoding,
    LPRow,
    ShannonLP,
    ZhangYeung,
    build_lp,
    encode,
    multipliers,
    row_form,
    slack,
)
from infoloop.proofs.semigraphoid import Measure, Pair

FORMAT = "infoloop proof 2"
SHANNON, BEYOND = "Shannon", "Shannon and Zhang-Yeung"
DIRECTIONS = {"<=": ("<=",), ">=": (">=",), "=": ("<=", ">="), "<": (), ">": ()}
_ONE = Fraction(1)


class _Sum(NamedTuple):
    """Weights in a proof: of measures, of Zhang-Yeung inequalities, of assumed forms, and the constant."""

    measures: dict[Measure, Fraction]
    beyond: dict[ZhangYeung, Fraction]
    assumed: dict[int, Fraction]
    constant: Fraction


def prove_linear(statement: Statement | str, given=None, zhang_yeung: bool = False) -> dict[str, Any] | None:
    """A checked certificate that the statement follows from what is given, or None where no proof was found.

    The proof uses Shannon's inequalities; with `zhang_yeung` also theirs, but only where it needs them. Assumptions
    that contradict each other are certified as such. A strict `<` follows from no sum: None. Raises NotationError with
    a caret for what does not parse, and ValueError for more variables than fit.

    >>> proof = prove_linear("I(X;Z) <= I(X;D)", "X -> D -> Z")
    >>> proof["parts"][0]["measures"], proof["parts"][0]["assumptions"]
    ([['1', 'I(X;D|Z)']], [['-1', 'I(X;Z|D)']])
    """
    text = statement if isinstance(statement, str) else format_statement(statement)
    parsed, assumptions = parse_problem(text, given)
    slacks = {direction: slack(parsed, direction) for direction in DIRECTIONS[parsed.relation]}
    encoded = encode(list(slacks.values()), assumptions)
    problem = build_lp(encoded)
    wanted = {direction: encoded.form(terms) for direction, terms in slacks.items()}
    impossible = {"contradiction": {0: -_ONE}}
    if _has_constants(encoded):
        parts = _parts(problem, impossible)
        if parts is not None:
            return _checked(text, parsed, assumptions, ("contradiction", SHANNON), parts)
    if not wanted:
        return None
    for beyond in (False, True) if zhang_yeung else (False,):
        problem = build_lp(encoded, beyond=True) if beyond else problem
        parts = _parts(problem, wanted)
        if parts is not None:
            return _checked(text, parsed, assumptions, ("statement", BEYOND if beyond else SHANNON), parts)
    return None


def _has_constants(encoded: AtomEncoding) -> bool:
    """Whether some assumption has a constant: without one, the law of constant variables meets them all."""
    return any(0 in encoded.form(terms) for terms in encoded.assumed)


def _checked(
    text: str, statement: Statement, assumptions: tuple[Assumption, ...], shows: tuple[str, str], parts: list
) -> dict[str, Any] | None:
    proves, inequalities = shows
    certificate = {
        "format": FORMAT,
        "text": text,
        "statement": format_statement(statement),
        "given": [[assumption.text, [format_terms(zero) for zero in assumption.zero]] for assumption in assumptions],
        "proves": proves,
        "inequalities": inequalities,
        "parts": parts,
    }
    try:
        check_certificate(certificate)
    except CertificateError:
        return None
    return certificate


def _parts(problem: ShannonLP, wanted: Mapping[str, MaskForm]) -> list[dict[str, Any]] | None:
    parts = []
    for direction, form in wanted.items():
        weights = multipliers(problem, form)
        total = None if weights is None else _expanded(problem, form, weights)
        if total is None:
            return None
        parts.append(_part(problem.encoded, direction, total))
    return parts


def _expanded(problem: ShannonLP, form: MaskForm, weights: list[tuple[LPRow, Fraction]]) -> _Sum | None:
    """Expand the multipliers into a complete sum of measures, inequalities and assumptions that equals the form.

    The linear program works modulo the independences that `reduction` substituted; what it dropped is added back, as
    multiples of the assumptions. None if the weights are wrong: the remainder is then no sum of these independences.
    """
    totals: dict[type, dict[Any, Fraction]] = {kind: {} for kind in (Measure, ZhangYeung, Pair, int, NoneType)}
    left = dict(form)
    for row, weight in weights:
        for mask, c in row_form(problem.encoded, row).items():
            left[mask] = left.get(mask, Fraction(0)) - weight * c
        totals[type(row)][row] = totals[type(row)].get(row, Fraction(0)) + weight
    zero_pairs, assumed = totals[Pair], totals[int]
    dropped = problem.reduced.as_zero_pairs(left)
    if dropped is None:
        return None
    for pair, weight in dropped.items():
        zero_pairs[pair] = zero_pairs.get(pair, Fraction(0)) + weight
    measures, given = eliminate_negative_zeros(problem.reduced.zeros, zero_pairs, totals[Measure])
    for zero, weight in given.items():
        place = problem.encoded.vanishing[zero]
        assumed[place] = assumed.get(place, Fraction(0)) + weight
    return _Sum(measures, totals[ZhangYeung], assumed, totals[NoneType].get(None, Fraction(0)))


def _part(encoded: AtomEncoding, direction: str, total: _Sum) -> dict[str, Any]:
    named = [[str(w), _name(encoded, m)] for m, w in merge_by_chain_rule(total.measures).items()]
    beyond = [[str(w), ";".join(encoded.names(s) for s in z.sets)] for z, w in total.beyond.items()]
    assumed = [[str(w), format_terms(encoded.assumed[k])] for k, w in sorted(total.assumed.items()) if w]
    return {
        "direction": direction,
        "measures": sorted(named, key=lambda item: (len(item[1]), item[1])),
        "zhang_yeung": beyond,
        "assumptions": assumed,
        "constant": str(total.constant),
    }


def _name(encoded: AtomEncoding, measure: Measure) -> str:
    groups = ";".join(encoded.names(mask) for mask in measure[:2] if mask)
    under = f"|{encoded.names(measure.c)}" if measure.c else ""
    return f"{'I' if measure.b else 'H'}({groups}{under})"
