"""Re-check proof certificates: one file that needs the standard library only and shares no code with the prover.

Run it as `python -S -I path/to/check.py FILE...` or `python -S -m infoloop.check FILE...`. It writes the slack (greater
minus lesser side) as joint entropies, adds up the parts of the certificate in fractions, and compares all coefficients.
If this file is right, the statement that it prints holds for every law that meets the assumptions that it prints.
`theory/notation.md` explains the fields. What would take more than seconds to check is refused.

In format 2 `statement` has a comma between all variables, `text` is its author's, and an assumption is a text and a
list of what it says is 0. They must agree: `XY` in a text is X,Y only if `statement` and the lists have no variable XY,
it is alone in its group, and the texts name X and Y; the output says so. In format 1, only texts, XY is one variable.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

SHANNON, BEYOND = "Shannon", "Shannon and Zhang-Yeung"
MOST_BYTES, MOST_CHARACTERS, MOST_DIGITS, MOST_GROUPS = 2**22, 100_000, 1000, 14  # of a file, text, number, I(...;...)
MOST_BITS, MOST_STEPS = 4_096, 200_000  # of a sum; of all work, where to read a name is 1 and takes at most 10 us
_SUM = [("", "")]
_PART = {"direction": "", "measures": _SUM, "zhang_yeung": _SUM, "assumptions": _SUM, "constant": ""}
_FIELDS = {"format": "", "statement": "", "given": [""], "proves": "", "inequalities": "", "parts": [_PART]}
_FORMATS = {"infoloop proof 1": _FIELDS, "infoloop proof 2": _FIELDS | {"text": "", "given": [("", [""])]}}
_NAME, _FRACTION = r"[^\W\d]\w*'*", rf"(?=.{{1,{MOST_DIGITS}}}\Z)-?[0-9]+(?:/0*[1-9][0-9]*)?"
_TIMES = r"([0-9]*\.?[0-9]+)(?:/([0-9]+))?\s*([*·×]|bits?)?\s*"
_TERM = re.compile(rf"\s*([-+−]?)\s*([-+−]?)\s*(?:{_TIMES})?(?:([HI])\s*\(([^()]*)\))?\s*")
_RELATION, _CHAIN, _APART = map(re.compile, (r"(<=|>=|==|[≤≥<>=])", r"->|→|[-−]", r"_\|\|_|⟂|⊥"))
_EQUALITY, _FUNCTION = re.compile(r"\s*([HI]\s*\(|[-+−.0-9])"), re.compile(rf"([^=()]*)=\s*({_NAME})\s*\(([^()]*)\)\s*")

_Group = tuple[str, ...]
_Form = dict[str, Fraction]  # the coefficient of each joint entropy, under its sorted variables; under "" the constant


class CertificateError(ValueError):
    """A certificate that proves nothing; the message, of one line, says why."""


class _Term(NamedTuple):
    """A multiple of H(A|G), of I(A;B;...|G) or, without groups, of the number 1."""

    weight: Fraction
    groups: tuple[_Group, ...] = ()
    given: _Group = ()


_Sum = list[_Term]
_Assumption = tuple[str, list[_Sum]]  # in explicit commas, and what it says is 0


class _Reader:
    """Read texts and expand them in joint entropies; count the work, and stop where it would take long."""

    def __init__(self):
        self.steps, self.letters = 0, dict[str, _Group]()
        self.found, self.known = set[str](), set[str]()  # while any are known, other names may be read as letters

    def work(self, steps: int) -> None:
        self.steps += steps
        _need(self.steps <= MOST_STEPS, f"it is too long: it takes more than {MOST_STEPS} steps to check")

    def group(self, text: str) -> _Group:
        names = [name.strip() for name in text.split(",")]
        self.work(len(names))
        wrong = next((name for name in names if not re.fullmatch(_NAME, name)), None)
        _need(wrong is None, f"{_short(text)} is no list of variables: {_short(wrong)} is not a name")
        self.found.update(names)
        name, known = names[0], self.known
        if known and len(names) == 1 < len(name) == len(set(name)) and name not in known and known.issuperset(name):
            return self.letters.setdefault(name, tuple(name))
        return tuple(dict.fromkeys(names))

    def sum(self, text: str) -> _Sum:
        terms = []
        for found in _TERM.finditer(text):
            sign, second, number, under, star, kind, body = found.groups(default="")
            if terms and found.start() == len(text):
                break
            fits = (star[:1] != "b" if kind else number and star[:1] in "b") and (sign if terms else not second)
            _need(fits, f"{_short(text)} is no sum of multiples of H(...), I(...;...) and 1, at {found.start() + 1}")
            _need(len(f"{number}{under}") <= MOST_DIGITS and int(under or 1), "a number is too long, or over 0")
            groups, bar, given = body.partition("|")
            parts = tuple(self.group(group) for group in groups.split(";")) if kind else ()
            counts = {"H": [1], "I": range(2, MOST_GROUPS + 1)}.get(kind, [0])
            _need(len(parts) in counts, f"{kind}({_short(body)}) has {len(parts)} groups")
            size = Fraction(number or 1) / int(under or 1) * (-1) ** sum(c in "-−" for c in sign + second)
            terms.append(_Term(size, parts, self.group(given) if bar else ()))
            self.work(8)
        return terms

    def statement(self, text: str) -> tuple[_Sum, str, _Sum]:
        sides = _RELATION.split(text)
        _need(len(sides) == 3, f"{_short(text)} is not a statement: one of <=, >= and = is wanted")
        return self.sum(sides[0]), {"≤": "<=", "≥": ">=", "==": "="}.get(sides[1], sides[1]), self.sum(sides[2])

    def assumption(self, text: str) -> _Assumption:
        if _EQUALITY.match(text):
            left, relation, right = self.statement(text)
            _need(relation == "=", f"the assumption {_short(text)} is not an equality")
            return f"{_written(left)} = {_written(right)}", [_minus(left, right)]
        if function := _FUNCTION.fullmatch(text):
            target, source = self.group(function[1]), self.group(function[3])
            return f"{','.join(target)} = {function[2]}({','.join(source)})", [[_Term(Fraction(1), (target,), source)]]
        chain = not _APART.search(text)
        *first, last = (_CHAIN if chain else _APART).split(text)
        last, bar, given = (last, "", "") if chain else last.partition("|")
        groups, under = [self.group(group) for group in (*first, last)], self.group(given) if bar else ()
        _need(len(groups) > 2 or not chain, f"{_short(text)} is no assumption: X -> Y -> Z, X _||_ Y | Z or Z = f(X,Y)")
        self.work(len(groups) * sum(map(len, groups)))
        zeros = []
        for k in range(2 if chain else 1, len(groups)):  # each is independent of those before, given the last or given
            before = tuple(dict.fromkeys(name for group in groups[: k - chain] for name in group))
            zeros.append([_Term(Fraction(1), (before, groups[k]), groups[k - 1] if chain else under)])
        return (" -> " if chain else " _||_ ").join(map(",".join, groups)) + f" | {','.join(under)}" * bool(bar), zeros

    def zhang_yeung(self, text: str) -> tuple[str, _Sum]:
        """Return the sum that Zhang and Yeung (1998) show to be at least 0, for four groups, and its name."""
        groups = [self.group(group) for group in text.split(";")]
        _need(len(groups) == 4, f"zhang_yeung: {_short(text)} is not four groups A;B;C;D")
        a, b, c, d = groups
        measures = (((a, b), ()), ((a, c + d), ()), ((c, d), a), ((c, d), b), ((c, d), ()))
        terms = [_Term(Fraction(w), *measure) for w, measure in zip((1, 1, 3, 1, -2), measures, strict=True)]
        return f"ZY({';'.join(map(','.join, groups))})", terms

    def form(self, terms: _Sum) -> _Form:
        total: _Form = {}
        for term in terms:
            sets = _entropies([*map(frozenset, term.groups)], frozenset(term.given))
            found = ((",".join(sorted(names)), sign) for names, sign in sets if names)  # H of nothing is 0
            self.add(total, term.weight, found if term.groups else [("", 1)])
        return {names: c for names, c in total.items() if c}

    def add(self, total: _Form, weight: Fraction, entropies: Iterable[tuple[str, Fraction | int]]) -> None:
        for names, c in entropies:
            total[names] = found = total.get(names, Fraction(0)) + weight * c
            bits = found.numerator.bit_length() + found.denominator.bit_length()
            _need(bits <= MOST_BITS, f"its numbers are too long: a sum has more than {MOST_BITS} bits")
            self.work(4 + bits // 64 + len(names) // 8)


def _entropies(groups: list[frozenset[str]], given: frozenset[str]) -> list[tuple[frozenset[str], int]]:
    """Return I(A;B;...|G) = I(B;...|G) - I(B;...|A,G), down to I(|G) = -H(G), so that I(A|G) is H(A|G)."""
    if not groups:
        return [(given, -1)]
    return _entropies(groups[1:], given) + [(s, -sign) for s, sign in _entropies(groups[1:], given | groups[0])]


def _minus(left: _Sum, right: _Sum) -> _Sum:
    return [t for t in [*left, *(term._replace(weight=-term.weight) for term in right)] if t.weight]


def _written(terms: _Sum) -> str:
    names = [";".join(map(",".join, t.groups)) + f"|{','.join(t.given)}" * bool(t.given) for t in terms]
    kinds = ["I" if len(t.groups) > 1 else "H" * len(t.groups) for t in terms]
    return _joined((t.weight, f"{k}({name})" if k else "") for t, k, name in zip(terms, kinds, names, strict=True))


def _joined(items: Iterable[tuple[Fraction, str]]) -> str:
    """Return multiples of names as one sum; a multiple of "" is a number."""
    text = ""
    for weight, name in items:
        size = "" if name and abs(weight) == 1 else str(abs(weight))
        text += f" {'-' if weight < 0 else '+'} {size}{' ' if size and name else ''}{name}"
    return (text[3:] if text.startswith(" + ") else f"-{text[3:]}") if text else "0"


def check_certificate(certificate: Mapping[str, Any]) -> None:
    """Re-derive the statement from the certificate, in exact arithmetic; return nothing if it holds.

    Args:
        certificate: the JSON object of a file, format 1 or 2; `theory/notation.md` explains its fields.

    Raises:
        CertificateError: a field is missing or malformed, or the sums do not give the statement, as the message says.
        TypeError: for what is no mapping, such as a path.

    >>> part = {"direction": "<=", "measures": [["1", "I(X;Y)"]], "zhang_yeung": [], "assumptions": [], "constant": "0"}
    >>> proof = {"format": "infoloop proof 1", "statement": "H(X|Y) <= H(X)", "given": [], "proves": "statement",
    ...          "inequalities": SHANNON, "parts": [part]}
    >>> check_certificate(proof)
    """
    if not isinstance(certificate, Mapping):
        raise TypeError(f"certificate is a {type(certificate).__name__}: give the object of its JSON file")
    readable(certificate)


def readable(certificate: Mapping[str, Any]) -> str:
    """Check the certificate as above, and return what was derived: statement, assumptions, and the sums as steps."""
    kind = certificate.get("format") if isinstance(certificate, Mapping) else None
    _need(kind in [*_FORMATS], f"the format is {_short(kind)}: {' or '.join(_FORMATS)} is wanted")
    _shape(certificate, _FORMATS[str(kind)], "the certificate")
    reader, family, proves, parts = _Reader(), *(certificate[name] for name in ("inequalities", "proves", "parts"))
    _need(family in (SHANNON, BEYOND), f"inequalities is {_short(family)}: it is {SHANNON!r} or {BEYOND!r}")
    (left, relation, right), assumptions = _problem(certificate, reader)
    _need(proves in ("statement", "contradiction"), f"proves is {_short(proves)}: it is 'statement' or 'contradiction'")
    slacks = {"contradiction": [_Term(Fraction(-1))], "<=": _minus(right, left), ">=": _minus(left, right)}
    directions = [proves] if proves == "contradiction" else [d for d in ("<=", ">=") if relation in (d, "=")]
    _need(directions, f"a strict relation {relation} is not proved by a sum")
    _need([part["direction"] for part in parts] == directions, f"the parts do not prove {' and '.join(directions)}")
    title = f"{_written(left)} {relation} {_written(right)}   is proved, with the inequalities of {family}"
    if proves == "contradiction":
        title = "The assumptions contradict each other: they force 0 >= 1, so they hold for no law"
    lines = [title, *(f"given  {text}" for text, _ in assumptions)]
    lines += [f"where  {name} is read as {','.join(letters)}" for name, letters in reader.letters.items()]
    for part in parts:
        lines += ["", *_steps(part, slacks[part["direction"]], assumptions, family, reader)]
    return "\n".join(map(_shown, lines))


def _problem(certificate: Mapping[str, Any], reader: _Reader) -> tuple[tuple[_Sum, str, _Sum], list[_Assumption]]:
    """Return the statement and the assumptions; in format 2, refuse them where the texts say something else."""
    statement, given = reader.statement(certificate["statement"]), certificate["given"]
    if "text" not in certificate:
        return statement, [reader.assumption(text) for text in given]
    stated = [[_written(reader.sum(zero)) for zero in zeros] for _, zeros in given]
    reader.known, reader.found = reader.found, set()
    _need(reader.statement(certificate["text"]) == statement, "the text does not say what the statement says")
    assumptions = [reader.assumption(text) for text, _ in given]
    for wanted, (text, zeros) in zip(stated, assumptions, strict=True):
        _need([*map(_written, zeros)] == wanted, f"{_short(text)} does not say that 0 is {_short(', '.join(wanted))}")
    for name, letters in reader.letters.items():
        _need(reader.found.issuperset(letters), f"{_short(name)} would be read as letters that the texts do not name")
    reader.known = set()
    return statement, assumptions


def _steps(part: Mapping[str, Any], slack: _Sum, assumptions: list, family: str, reader: _Reader) -> list[str]:
    """Return the steps of one direction, unless its sum is not the slack."""
    where, total, kept, assumed, notes = f"part {part['direction']}", _Form(), [], [], []
    for weight, text in _multiples(part["measures"], where, least=0):
        terms = reader.sum(text)
        single = len(terms) == terms[0].weight == 1 and len(terms[0].groups) in (1, 2)
        _need(single, f"{where}: {_short(text)} is not one H(A|G) or I(A;B|G), so it may be negative")
        reader.add(total, weight, reader.form(terms).items())
        kept.append((weight, _written(terms)))
    for weight, text in _multiples(part["zhang_yeung"], where, least=0):
        _need(family == BEYOND, f"{where}: it uses a Zhang-Yeung inequality, but declares {family} only")
        name, terms = reader.zhang_yeung(text)
        reader.add(total, weight, reader.form(terms).items())
        kept.append((weight, name))
        notes.append(f"  with {name} = {_written(terms)} >= 0")
    zeros = [(str(sorted(reader.form(zero).items())), text) for text, zeros in assumptions for zero in zeros]
    origin, by = dict(reversed(zeros)), {}  # forms as texts: a file could make numbers collide in a hash table
    for weight, text in _multiples(part["assumptions"], where):
        terms = reader.sum(text)
        form, zero = reader.form(terms), _written(terms)
        source = origin.get(str(sorted(form.items())), "")
        _need(source != "", f"{where}: no assumption says that {_short(text)} is 0")
        reader.add(total, weight, form.items())
        assumed.append((weight, zero if len(terms) == terms[0].weight == 1 else f"({zero})"))
        by.setdefault(f" by {source}" * (source != f"{zero} = 0"), []).append(f"{zero} = 0")
    ((constant, _),) = _multiples([(part["constant"], "1")], where, least=0)
    reader.add(total, constant, [("", 1)])
    kept += [(constant, "")] if constant else []
    reader.add(total, Fraction(-1), reader.form(slack).items())
    for names in sorted((n for n, c in total.items() if c), key=lambda n: (n != "", n.count(","), n)):  # simplest first
        what = f"{total[names]} too much of {f'H({names})' if names else 'the constant'}"
        _need(False, f"{where}: the sum is not the slack: it has {what}")
    reasons = ", ".join(", ".join(zeros) + source for source, zeros in by.items())
    middle = [f"  = {_joined(kept)}   ({reasons})"] if assumed else []
    return [f"  {_written(slack)}", f"  = {_joined([*kept, *assumed])}", *middle, *notes, "  >= 0"]


def _multiples(items: list, where: str, least: int | None = None) -> Iterator[tuple[Fraction, str]]:
    for number, text in items:
        _need(re.fullmatch(_FRACTION, number), f"{where}: {_short(number)} is not a fraction such as '3/2'")
        _need(least is None or Fraction(number) >= least, f"{where}: {_short(text)} has a negative multiplier")
        yield Fraction(number), text


def _shape(value: Any, wanted: Any, where: str) -> None:
    """Refuse what is not a text "", a list [of one kind], a pair (of two kinds) or an object {of these fields}."""
    if wanted == "":
        fits = isinstance(value, str) and len(value) <= MOST_CHARACTERS
        _need(fits, f"{where} is {_short(value)}: a text of at most {MOST_CHARACTERS} characters is wanted")
    elif isinstance(wanted, dict):
        fits = isinstance(value, Mapping) and set(value) == set(wanted)
        _need(fits, f"{where} is {_short(value)}: an object with the fields {', '.join(wanted)} is wanted")
        for name, inner in wanted.items():
            _shape(value[name], inner, f"{name} of {where}")
    else:
        pair = isinstance(wanted, tuple)
        fits = isinstance(value, list | tuple) and (not pair or len(value) == 2)
        _need(fits, f"{where} is {_short(value)}: a {'pair' if pair else 'list'} is wanted")
        for item, inner in zip(value, wanted if pair else wanted * len(value), strict=True):
            _shape(item, inner, where)


def _need(holds: Any, reason: str) -> None:
    if not holds:
        raise CertificateError(reason[:500])


def _short(value: Any) -> str:
    """Return a text, or the kind of another value, in at most one line."""
    return repr(value[:80]) + "..." * (len(value) > 80) if isinstance(value, str) else f"a {type(value).__name__}"


def _shown(text: str) -> str:
    """Return the text on one line; characters that could pass for a mark, or turn the order, as their numbers."""
    others = {c for c in set(text) if not " " <= c <= "~"}
    cased, scripts = (str.isupper, str.islower, str.isdigit), ("CJK UNIFIED", "HIRAGANA", "KATAKANA", "HANGUL SYLLABLE")
    letters = {c for c in others if any(is_so(c) for is_so in cased) or unicodedata.name(c, "").startswith(scripts)}
    plain = {c for c in letters if unicodedata.bidirectional(c) in ("L", "EN")}
    return text.translate({ord(c): c.encode("unicode_escape").decode() for c in others - plain})


def _load(path: Path) -> Any:
    _need(path.is_file() or not path.exists(), "it is not a regular file")  # a pipe may never end
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    _need(len(content) <= MOST_BYTES, f"it has more than {MOST_BYTES} bytes")
    return json.loads(
        content.decode("utf-8"),
        object_pairs_hook=lambda pairs: _need(len(dict(pairs)) == len(pairs), "a field is given twice") or dict(pairs),
    )


def main(arguments: list[str] | None = None) -> int:
    """Check the files that are named; return 0 if each holds, 1 if not, 2 without any, 3 if it cannot be said."""
    files, failed = sys.argv[1:] if arguments is None else arguments, False
    if not files or files[0] in ("-h", "--help"):
        sys.stderr.write(str(__doc__))
        return 0 if files else 2
    try:
        for path in files:
            try:
                found = f"holds\n{readable(_load(Path(path)))}"
            except (OSError, ValueError, RecursionError, MemoryError) as error:
                failed, found = True, f"REJECTED: {_shown(str(error))}"
            encoding = sys.stdout.encoding or "utf-8"
            sys.stdout.write(f"{_shown(path)}: {found}\n".encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except (OSError, AttributeError) as error:  # a full disk, a closed pipe, no standard output
        with contextlib.suppress(OSError, AttributeError):
            sys.stderr.write(f"check: what was found cannot be written: {error}\n")
            sys.stdout.close()  # otherwise the interpreter tries once more at its end
        return 3
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
