"""Proof certificates, re-checked: fractions and the standard library only, no code shared with the solver.

    python -m infoloop.check certificate.json

A certificate writes the slack of a statement (its greater side minus its lesser side) as a sum of measures that are
never negative, plus multiples of what the assumptions say is 0. The checker expands both into joint entropies and
compares the coefficients, as fractions. It believes nothing that the certificate says beyond its texts.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from infoloop.notation.assumptions import Assumption, parse_problem
from infoloop.notation.grammar import Statement, Term, entropy_form, format_terms, parse_expression

FORMAT = "infoloop proof 1"
SHANNON, BEYOND = "Shannon", "Shannon and Zhang-Yeung"
_FIELDS = {"format", "statement", "given", "proves", "inequalities", "parts"}
_PART_FIELDS = {"direction", "measures", "zhang_yeung", "assumptions", "constant"}
_DIRECTIONS = {"<=": ("<=",), ">=": (">=",), "=": ("<=", ">=")}

Form = dict[frozenset[str], Fraction]


class CertificateError(ValueError):
    """A certificate that proves nothing; the message says why."""


def check_certificate(certificate: Mapping[str, Any]) -> None:
    """Re-derive the statement from the certificate, in exact arithmetic. Raises CertificateError with the reason.

    >>> part = {"direction": "<=", "measures": [["1", "I(X;Y)"]], "zhang_yeung": [], "assumptions": [], "constant": "0"}
    >>> proof = {"format": FORMAT, "statement": "H(X|Y) <= H(X)", "given": [], "proves": "statement",
    ...          "inequalities": SHANNON, "parts": [part]}
    >>> check_certificate(proof)
    >>> check_certificate(proof | {"statement": "H(X) <= H(X|Y)"})
    Traceback (most recent call last):
    infoloop.check.CertificateError: part <=: the sum differs from the slack at H(X): 1 and not -1
    """
    _fields(certificate, _FIELDS, "the certificate")
    if certificate["format"] != FORMAT:
        raise CertificateError(f"the format is {certificate['format']!r}: this checker reads {FORMAT!r}")
    if certificate["inequalities"] not in (SHANNON, BEYOND):
        raise CertificateError(f"inequalities is {certificate['inequalities']!r}: it is {SHANNON!r} or {BEYOND!r}")
    statement, assumptions = _problem(certificate)
    wanted = _wanted(certificate["proves"], statement.relation)
    parts = _list(certificate["parts"], "parts")
    directions = tuple(_fields(part, _PART_FIELDS, "a part")["direction"] for part in parts)
    if directions != wanted:
        raise CertificateError(f"the parts prove {directions}, but {wanted} is wanted")
    for part in parts:
        _check_part(part, slack(statement, part["direction"]), assumptions, certificate["inequalities"])


def _problem(certificate: Mapping[str, Any]) -> tuple[Statement, tuple[Assumption, ...]]:
    text, given = certificate["statement"], _list(certificate["given"], "given")
    if not all(isinstance(line, str) for line in (text, *given)):
        raise CertificateError("statement and given must be texts")
    try:
        return parse_problem(text, given)
    except ValueError as error:
        raise CertificateError(f"the statement or an assumption cannot be read: {error}") from None


def _wanted(proves: str, relation: str) -> tuple[str, ...]:
    if proves == "contradiction":
        return ("contradiction",)
    if proves != "statement":
        raise CertificateError(f"proves is {proves!r}: it is 'statement' or 'contradiction'")
    if relation not in _DIRECTIONS:
        raise CertificateError(f"a strict relation {relation} cannot be proved by a sum: <=, >= or = is wanted")
    return _DIRECTIONS[relation]


def slack(statement: Statement, direction: str) -> tuple[Term, ...]:
    """What a part shows to be at least 0: greater side minus lesser side, or -1 where it shows a contradiction."""
    if direction == "contradiction":
        return (Term(Fraction(-1)),)
    greater, lesser = (statement.right, statement.left) if direction == "<=" else (statement.left, statement.right)
    moved = tuple(Term(-t.coefficient, t.groups, t.given) for t in lesser)
    return tuple(t for t in (*greater, *moved) if t.coefficient)


def _check_part(part: Mapping[str, Any], wanted: tuple[Term, ...], assumptions, inequalities: str) -> None:
    where = f"part {part['direction']}"
    total: Form = {}
    for weight, name in _items(part["measures"], f"{where}, measures"):
        _add(total, _never_negative(weight, name, where), measure_form(name, where))
    if part["zhang_yeung"] and inequalities != BEYOND:
        raise CertificateError(f"{where}: it uses a Zhang-Yeung inequality, but declares {inequalities} only")
    for weight, name in _items(part["zhang_yeung"], f"{where}, zhang_yeung"):
        _add(total, _never_negative(weight, name, where), entropy_form(zhang_yeung(name)))
    known = [entropy_form(terms) for assumption in assumptions for terms in assumption.zero]
    for weight, name in _items(part["assumptions"], f"{where}, assumptions"):
        form = entropy_form(_terms(name, where))
        if form not in known:
            raise CertificateError(f"{where}: no assumption says that {name} is 0")
        _add(total, weight, form)
    constant = _never_negative(_fraction(part["constant"], where), "1", where)
    _add(total, constant, {frozenset(): Fraction(1)})
    _compare(total, entropy_form(wanted), where)


def _compare(total: Form, wanted: Form, where: str) -> None:
    for names in sorted({*total, *wanted}, key=lambda names: (len(names), sorted(names))):
        found, right = total.get(names, Fraction(0)), wanted.get(names, Fraction(0))
        if found != right:
            name = f"H({','.join(sorted(names))})" if names else "the constant"
            raise CertificateError(f"{where}: the sum differs from the slack at {name}: {found} and not {right}")


def _add(total: Form, weight: Fraction, form: Form) -> None:
    for names, c in form.items():
        total[names] = total.get(names, Fraction(0)) + weight * c


def measure_form(name: str, where: str = "a measure") -> Form:
    """The entropies in a measure that is never negative: one H(A|G) or I(A;B|G). Raises CertificateError for others."""
    terms = _terms(name, where)
    if len(terms) != 1 or terms[0].coefficient != 1 or len(terms[0].groups) not in (1, 2):
        raise CertificateError(f"{where}: {name} is not one H(A|G) or I(A;B|G), so it may be negative")
    return entropy_form(terms)


def zhang_yeung(name: str) -> tuple[Term, ...]:
    """The terms of the Zhang-Yeung inequality (1998) for four groups `A;B;C;D`; their sum is never negative.

    >>> format_terms(zhang_yeung("A;B;C;D"))
    'I(A;B) + I(A;C,D) + 3 I(C;D|A) + I(C;D|B) - 2 I(C;D)'
    """
    groups = _terms(f"I({name})", "zhang_yeung")[0].groups
    if len(groups) != 4:
        raise CertificateError(f"zhang_yeung: {name} is not four groups A;B;C;D")
    a, b, c, d = (",".join(group) for group in groups)
    return parse_expression(f"I({a};{b}) + I({a};{c},{d}) + 3 I({c};{d}|{a}) + I({c};{d}|{b}) - 2 I({c};{d})")


def _terms(name: str, where: str) -> tuple[Term, ...]:
    try:
        return parse_expression(name)
    except ValueError as error:
        raise CertificateError(f"{where}: {error}") from None


def _never_negative(weight: Fraction, name: str, where: str) -> Fraction:
    if weight < 0:
        raise CertificateError(f"{where}: {name} has the negative multiplier {weight}")
    return weight


def _items(items: Any, where: str) -> Iterable[tuple[Fraction, str]]:
    for item in _list(items, where):
        if not (isinstance(item, list | tuple) and len(item) == 2 and isinstance(item[1], str)):
            raise CertificateError(f"{where}: {item!r} is not a pair of a multiplier and a text")
        yield _fraction(item[0], where), item[1]


def _fraction(text: Any, where: str) -> Fraction:
    if not isinstance(text, str) or not re.fullmatch(r"-?\d+(/0*[1-9]\d*)?", text, re.ASCII):
        raise CertificateError(f"{where}: {text!r} is not a fraction in a text, such as '3/2'")
    return Fraction(text)


def _list(value: Any, where: str) -> list | tuple:
    if not isinstance(value, list | tuple):
        raise CertificateError(f"{where} is {value!r}, not a list")
    return value


def _fields(record: Any, names: set[str], where: str) -> Mapping[str, Any]:
    if not isinstance(record, Mapping) or set(record) != names:
        found = sorted(map(str, record)) if isinstance(record, Mapping) else record
        raise CertificateError(f"{where} has the fields {found}, not {sorted(names)}")
    return record


def readable(certificate: Mapping[str, Any]) -> str:
    """The proof as a chain of named steps. It checks the certificate first: what does not hold is not printed."""
    check_certificate(certificate)
    statement, assumptions = _problem(certificate)
    lines = [f"{certificate['statement']}   is proved, with the inequalities of {certificate['inequalities']}"]
    if certificate["proves"] == "contradiction":
        lines = ["The assumptions contradict each other: they force 0 >= 1, so they hold for no law"]
    lines += [f"given  {text}" for text in certificate["given"]]
    for part in certificate["parts"]:
        lines += ["", *_steps(part, slack(statement, part["direction"]), assumptions)]
    return "\n".join(lines)


def _steps(part: Mapping[str, Any], wanted: tuple[Term, ...], assumptions) -> list[str]:
    assumed = [_shown(w, name) for w, name in part["assumptions"]]
    kept = [_shown(w, name) for w, name in part["measures"]] + [_shown(w, f"ZY({n})") for w, n in part["zhang_yeung"]]
    kept += [_sign(part["constant"])] if part["constant"] != "0" else []
    lines = [f"  {format_terms(wanted)}", f"  = {_sum(kept + assumed)}"]
    if assumed:
        lines.append(f"  = {_sum(kept)}   ({_reasons([name for _, name in part['assumptions']], assumptions)})")
    lines += [f"  with ZY({name}) = {format_terms(zhang_yeung(name))} >= 0" for _, name in part["zhang_yeung"]]
    return [*lines, "  >= 0"]


def _reasons(names: list[str], assumptions: tuple[Assumption, ...]) -> str:
    """Which expressions are 0, and by which assumption, where it does not say so itself."""
    origin = {frozenset(entropy_form(z).items()): a for a in reversed(assumptions) for z in a.zero}
    by: dict[str, list[str]] = {}
    for name in names:
        assumption = origin[frozenset(entropy_form(parse_expression(name)).items())]
        by.setdefault("" if assumption.kind == "equality" else f" by {assumption.text}", []).append(f"{name} = 0")
    return ", ".join(", ".join(zeros) + reason for reason, zeros in by.items())


def _shown(weight: str, name: str) -> str:
    composite = " + " in name or " - " in name or name.startswith("-")
    size = weight.removeprefix("-")
    return f"{_sign(weight)[:3]}{'' if size == '1' else size + ' '}{f'({name})' if composite else name}"


def _sign(weight: str) -> str:
    return f" - {weight[1:]}" if weight.startswith("-") else f" + {weight}"


def _sum(parts: list[str]) -> str:
    text = "".join(parts)
    return (text[3:] if text.startswith(" + ") else f"-{text[3:]}") if text else "0"


def main(arguments: list[str] | None = None) -> int:
    """Check the certificate files named on the command line; 0 if each of them holds, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m infoloop.check", description="Re-check proof certificates exactly."
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    failed = False
    for path in parser.parse_args(arguments).files:
        try:
            text = readable(json.loads(path.read_text(encoding="utf-8")))
            sys.stdout.write(f"{path}: holds\n{text}\n")
        except (OSError, ValueError, RecursionError) as error:
            failed = True
            sys.stdout.write(f"{path}: REJECTED: {error}\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
