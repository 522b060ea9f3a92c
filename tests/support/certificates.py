"""Certificates in other forms, and an oracle that adds them up in another way. Nothing here comes from infoloop."""

import itertools
import json
import random
import re
from fractions import Fraction

TERM = re.compile(r"([-+]*)([\d.]+)?(?:/(\d+))?\*?(?:([HI])\(([^()]*)\))?")
SINGLE = re.compile(r"(1\*?)?(H\([^;()]*\)|I\([^;()]*;[^;()]*\))")


def as_format_1(proof):
    """The certificate in format 1: without the author's text, and without the zeros of the assumptions."""
    older = {key: value for key, value in proof.items() if key != "text"}
    return older | {"format": "infoloop proof 1", "given": [text for text, _ in proof["given"]]}


class RandomEntropies(dict):
    """A random integer for each set of names; two linear forms in joint entropies that differ rarely agree on it."""

    def __init__(self, seed):
        super().__init__()
        self.draw = random.Random(seed)
        self.known = set()  # while any are known, a name that is not may be read as its letters

    def __missing__(self, names):
        self[names] = self.draw.randrange(1, 10**12) if names else 0
        return self[names]

    def measure(self, kind_and_body):
        """I(A;B;...|G) or H(A|G), as the alternating sum over sets of groups."""
        groups, _, given = kind_and_body[2:-1].partition("|")
        groups, given = [self.names(g) for g in groups.split(";")], self.names(given) if given else []
        chosen = (c for size in range(1, len(groups) + 1) for c in itertools.combinations(groups, size))
        below = self[frozenset(given)]
        return sum((-1) ** (len(c) + 1) * (self[frozenset().union(given, *c)] - below) for c in chosen)

    def names(self, group):
        found = group.split(",")
        if not all(re.fullmatch(r"[^\W\d]\w*'*", name) for name in found):
            raise ValueError(group)
        letters = self.known and group not in self.known and self.known.issuperset(group)
        return [*group] if letters else found

    def value(self, text):
        """A sum such as `2 I(X;Y|Z) - 1/2 H(X) + 1`."""
        text, total = re.sub(r"\s", "", text), Fraction(0)
        if not text or "".join(found[0] for found in TERM.finditer(text)) != text:
            raise ValueError(text)
        for sign, size, under, kind, body in TERM.findall(text):
            inside = self.measure(f"{kind}({body})") if kind else int(bool(size))
            total += (-1) ** sign.count("-") * Fraction(size or "1") / int(under or 1) * inside
        return total

    def zeros(self, line):
        """What an assumption, as the checker prints it, says is 0."""
        if function := re.fullmatch(r"([^-\d(][^(]*) = \w+'*\((.*)\)", line):
            return [self.measure(f"H({function[1]}|{function[2]})")]
        if " = " in line:
            left, right = line.split(" = ")
            return [self.value(left) - self.value(right)]
        if " -> " in line:
            groups = line.split(" -> ")
            return [
                self.measure(f"I({','.join(groups[: k - 1])};{groups[k]}|{groups[k - 1]})")
                for k in range(2, len(groups))
            ]
        apart, bar, given = line.partition(" | ")
        groups = apart.split(" _||_ ")
        return [
            self.measure(f"I({','.join(groups[:k])};{groups[k]}{bar.strip()}{given})") for k in range(1, len(groups))
        ]

    def zhang_yeung(self, text):
        """The inequality of Zhang and Yeung for four groups, by its five informations."""
        a, b, c, d = re.sub(r"\s", "", text).split(";")
        return self.value(f"I({a};{b}) + I({a};{c},{d}) + 3 I({c};{d}|{a}) + I({c};{d}|{b}) - 2 I({c};{d})")


def is_proof(certificate, printed):
    """Whether the sums of the certificate prove the statement that is printed, from the printed assumptions."""
    title, *rest = printed.split("\n\n")[0].splitlines()
    given = [line.removeprefix("given  ") for line in rest if line.startswith("given  ")]
    return all(_adds_up(certificate, title, given, RandomEntropies(seed)) for seed in (1, 2))


PART = {"direction", "measures", "zhang_yeung", "assumptions", "constant"}
WHOLE = {"format", "statement", "given", "proves", "inequalities", "parts"}
FORMATS = {"infoloop proof 1": WHOLE, "infoloop proof 2": WHOLE | {"text"}}


def is_certificate_of_a_proof(text):
    """Whether the text of a file is a certificate whose sums prove what it states, by this module alone."""
    try:
        return all(_proves_what_it_states(json.loads(text), RandomEntropies(seed)) for seed in (1, 2))
    except (ArithmeticError, AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError):
        return False


def _proves_what_it_states(certificate, entropies):
    parts, given = certificate["parts"], certificate["given"]
    if set(certificate) != FORMATS[certificate["format"]] or any(set(part) != PART for part in parts):
        return False
    statement = _spaced(certificate["statement"])
    relation = re.split(r" (<=|>=|=|<|>) ", statement)[1]
    wanted = {"<=": ["<="], ">=": [">="], "=": ["<=", ">="]}.get(relation, ["none: it is strict"])
    if certificate["proves"] == "contradiction":
        wanted = ["contradiction"]
    beyond = {"Shannon": False, "Shannon and Zhang-Yeung": True}[certificate["inequalities"]]
    if certificate["proves"] not in ("statement", "contradiction") or [p["direction"] for p in parts] != wanted:
        return False
    if not beyond and any(part["zhang_yeung"] for part in parts):
        return False
    if "text" not in certificate:
        return _adds_up(certificate, statement, [_spaced(line) for line in given], entropies)
    stated = [[entropies.value(zero) for zero in zeros] for _, zeros in given]
    lines = [f"{zero} = 0" for _, zeros in given for zero in zeros]
    literal = [*re.findall(r"\(([^()]*)\)", " ".join([statement, *lines]))]
    entropies.known = {name.strip() for inside in literal for name in re.split(r"[,;|]", inside)}
    said = [entropies.zeros(_spaced(line)) for line, _ in given]
    sides = re.split(r" (<=|>=|=|<|>) ", _spaced(certificate["text"]))
    same = [entropies.value(side) for side in sides[::2]], sides[1::2]
    entropies.known = set()
    left, _, right = re.split(r" (<=|>=|=|<|>) ", statement)
    agrees = said == stated and same == ([entropies.value(left), entropies.value(right)], [relation])
    return agrees and _adds_up(certificate, statement, lines, entropies)


def _spaced(text):
    """A statement or an assumption with the marks, and the spaces around them, that the checker prints."""
    text = re.sub(r"\s*([,;()|]|_\|\|_)\s*", r"\1", text.strip())
    for mark, others in {"<=": "≤", ">=": "≥", "=": "==", "->": "→", "_||_": "⟂"}.items():
        text = text.replace(others, mark)
    text = text.replace("⊥", "_||_")
    if "(" not in text and re.match(r"[^-\d]", text):
        text = re.sub(r"\s*(->|(?<!<)-|_\|\|_)\s*", lambda m: " -> " if "-" in m[0] else " _||_ ", text)
        return re.sub(r"(?<!_\|)(?<!_)\|(?!\|?_)", " | ", text)
    return re.sub(r"\s*(<=|>=|=|<|>)\s*", r" \1 ", text)


def _adds_up(certificate, title, given, entropies):
    zeros = [zero for line in given for zero in entropies.zeros(line)]
    if certificate["proves"] == "contradiction":
        wanted = [Fraction(-1)]
    else:
        left, relation, right = re.split(r" (<=|>=|=) ", title.partition("   is proved")[0])
        slack = entropies.value(right) - entropies.value(left)
        wanted = {"<=": [slack], ">=": [-slack], "=": [slack, -slack]}[relation]
    if len(wanted) != len(certificate["parts"]):
        return False
    for part, slack in zip(certificate["parts"], wanted, strict=True):
        sums = [(Fraction(w), entropies.value(text)) for w, text in part["measures"]]
        sums += [(Fraction(w), entropies.zhang_yeung(text)) for w, text in part["zhang_yeung"]]
        sums += [(Fraction(part["constant"]), 1)]
        free = [(Fraction(w), entropies.value(text)) for w, text in part["assumptions"]]
        single = all(SINGLE.fullmatch(re.sub(r"\s", "", text)) for _, text in part["measures"])
        if not single or min(w for w, _ in sums) < 0 or any(value not in zeros for _, value in free):
            return False
        if sum(w * value for w, value in sums + free) != slack:
            return False
    return True
