"""Prove linear information inequalities: a linear program over the elemental inequalities, and its exact dual.

The program finds which measures to add up; the weights are solved in fractions, written in the user's own variables
and assumptions, and re-checked by `infoloop.check`, which shares no code with anything here and parses the printed
statement anew. Nothing unchecked leaves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from infoloop.check import CertificateError, check_certificate
from infoloop.notation.assumptions import Assumption
from infoloop.notation.grammar import Statement, format_statement, format_terms
from infoloop.proofs.entropy_coordinates import MaskForm, eliminate_negative_zeros, merge_by_chain_rule
from infoloop.proofs.linear_program import (
    AssumedZero,
    AtomEncoding,
    Constant,
    LPRow,
    ShannonLP,
    ZhangYeung,
    build_lp,
    encode,
    row_form,
    slack,
)
from infoloop.proofs.problem import Given, parse_problem
from infoloop.proofs.provability import Multipliers, decide
from infoloop.proofs.semigraphoid import Measure, Pair

FORMAT = "infoloop proof 2"
SHANNON, BEYOND = "Shannon", "Shannon and Zhang-Yeung"
DIRECTIONS = {"<=": ("<=",), ">=": (">=",), "=": ("<=", ">="), "<": (), ">": ()}


class _Sum(NamedTuple):
    """The weights in a proof: of measures, of Zhang-Yeung inequalities, of assumed zeros by number; the constant."""

    measures: dict[Measure, Fraction]
    zhang_yeung: dict[ZhangYeung, Fraction]
    assumed: dict[int, Fraction]
    constant: Fraction


def prove_linear(statement: Statement | str, given: Given = None, zhang_yeung: bool = False) -> dict[str, Any] | None:
    """Prove that a statement linear in entropies follows from what is given, by Shannon's inequalities.

    Args:
        statement: the statement, such as "I(X;Z) <= I(X;D)". A strict < or > follows from no sum, so it is not proved.
        given: assumptions, graphs or networks, as in `parse_problem`.
        zhang_yeung: whether a proof may use the Zhang-Yeung inequalities where Shannon's do not suffice.

    Returns:
        A certificate that `infoloop.check` has accepted, as JSON. It proves the statement, or that the assumptions
        contradict each other. None where no proof was found.

    Raises:
        NotationError: a text does not parse; the message shows the place with a caret.
        ValueError: there are more variables or joint entropies than fit, or a graph has a cycle.

    >>> proof = prove_linear("I(X;Z) <= I(X;D)", "X -> D -> Z")
    >>> proof["parts"][0]["measures"], proof["parts"][0]["assumptions"]
    ([['1', 'I(X;D|Z)']], [['-1', 'I(X;Z|D)']])
    """
    text = statement if isinstance(statement, str) else format_statement(statement)
    return prove_parsed(text, *parse_problem(statement, given), zhang_yeung)


def prove_parsed(
    text: str, statement: Statement, assumptions: tuple[Assumption, ...], zhang_yeung: bool = False
) -> dict[str, Any] | None:
    """Prove a problem that is parsed already, as `prove_linear` does.

    Args:
        text: what the author of the statement wrote, for the certificate.
        statement: the statement, as `parse_problem` returns it.
        assumptions: the assumptions, as `parse_problem` returns them.
        zhang_yeung: whether a proof may use the Zhang-Yeung inequalities.
    """
    encoded = encode([slack(statement, "<=")], assumptions)
    problem = build_lp(encoded)
    wanted = {direction: encoded.form(slack(statement, direction)) for direction in DIRECTIONS[statement.relation]}
    impossible = {"contradiction": {0: Fraction(-1)}}
    if _has_constants(encoded):
        parts = _parts(problem, impossible)
        if parts is not None:
            return _checked(text, statement, assumptions, ("contradiction", SHANNON), parts)
    if not wanted:
        return None
    for beyond in (False, True) if zhang_yeung else (False,):
        problem = build_lp(encoded, beyond=True) if beyond else problem
        parts = _parts(problem, wanted)
        if parts is not None:
            return _checked(text, statement, assumptions, ("statement", BEYOND if beyond else SHANNON), parts)
    return None


def _has_constants(encoded: AtomEncoding) -> bool:
    """Return whether some assumption has a constant: without one, the law of constant variables meets them all."""
    return any(0 in encoded.form(terms) for terms in encoded.assumed)


def _checked(
    text: str, statement: Statement, assumptions: tuple[Assumption, ...], shows: tuple[str, str], parts: list
) -> dict[str, Any] | None:
    """Return the certificate of these parts, or None if the checker refuses it."""
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
        found = decide(problem, form)
        total = _expanded(problem, form, found.weights) if isinstance(found, Multipliers) else None
        if total is None:
            return None
        parts.append(_part(problem.encoded, direction, total))
    return parts


def _expanded(problem: ShannonLP, form: MaskForm, weights: list[tuple[LPRow, Fraction]]) -> _Sum | None:
    """Expand the multipliers into a complete sum of measures, inequalities and assumptions that equals the form.

    The linear program works modulo the independences that `reduction` substituted; what it dropped is added back, as
    multiples of the assumptions. None if the weights are wrong: the rest is then no sum of these independences.
    """
    measures, zhang_yeung, zero_pairs = defaultdict(Fraction), defaultdict(Fraction), defaultdict(Fraction)
    assumed, constant = defaultdict(Fraction), Fraction(0)
    rest = defaultdict(Fraction, form)
    for row, weight in weights:
        for mask, c in row_form(problem.encoded, row).items():
            rest[mask] -= weight * c
        match row:
            case Measure():
                measures[row] += weight
            case ZhangYeung():
                zhang_yeung[row] += weight
            case Pair():
                zero_pairs[row] += weight
            case AssumedZero():
                assumed[row.number] += weight
            case Constant():
                constant += weight
    dropped = problem.reduced.as_zero_pairs(rest)
    if dropped is None:
        return None
    for pair, weight in dropped.items():
        zero_pairs[pair] += weight
    measures, given = eliminate_negative_zeros(problem.reduced.zeros, zero_pairs, measures)
    for zero, weight in given.items():
        assumed[problem.encoded.vanishing[zero]] += weight
    return _Sum(measures, zhang_yeung, assumed, constant)


def _part(encoded: AtomEncoding, direction: str, total: _Sum) -> dict[str, Any]:
    """Return one direction of a certificate, as JSON."""
    named = [[str(w), _name(encoded, m)] for m, w in merge_by_chain_rule(total.measures).items()]
    assumed = [[str(w), format_terms(encoded.assumed[k])] for k, w in sorted(total.assumed.items()) if w]
    return {
        "direction": direction,
        "measures": sorted(named, key=lambda item: (len(item[1]), item[1])),
        "zhang_yeung": [[str(w), ";".join(map(encoded.names, sets))] for sets, w in total.zhang_yeung.items()],
        "assumptions": assumed,
        "constant": str(total.constant),
    }


def _name(encoded: AtomEncoding, measure: Measure) -> str:
    groups = ";".join(encoded.names(mask) for mask in measure[:2] if mask)
    under = f"|{encoded.names(measure.c)}" if measure.c else ""
    return f"{'I' if measure.b else 'H'}({groups}{under})"
