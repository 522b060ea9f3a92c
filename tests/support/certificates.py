"""Certificates in other forms, and an oracle that adds them up in another way. Nothing here comes from infoloop."""

import itertools
import random
import re
from fractions import Fraction

TERM = re.compile(r"([-+]?)([\d.]+)?(?:/(\d+))?\*?(?:([HI])\(([^()]*)\))?")
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

    def __missing__(self, names):
        self[names] = self.draw.randrange(1, 10**12) if names else 0
        return self[names]

    def measure(self, kind_and_body):
        """I(A;B;...|G) or H(A|G), as the alternating sum over sets of groups."""
        groups, _, given = kind_and_body[2:-1].partition("|")
        groups, given = [g.split(",") for g in groups.split(";")], given.split(",") if given else []
        chosen = (c for size in range(1, len(groups) + 1) for c in itertools.combinations(groups, size))
        below = self[frozenset(given)]
        return sum((-1) ** (len(c) + 1) * (self[frozenset().union(given, *c)] - below) for c in chosen)

    def value(self, text):
        """A sum such as `2 I(X;Y|Z) - 1/2 H(X) + 1`."""
        total = Fraction(0)
        for sign, size, under, kind, body in TERM.findall(re.sub(r"\s", "", text)):
            inside = self.measure(f"{kind}({body})") if kind else int(bool(size))
            total += Fraction(f"{sign}{size or 1}") / int(under or 1) * inside
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
