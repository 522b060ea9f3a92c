"""Certificates in other forms, and an oracle that adds them up in another way. Nothing here comes from infoloop."""

import itertools
import random
import re
from fractions import Fraction


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

    def measure(self, groups, given):
        """I(A;B;...|G), or H(A|G), as the alternating sum over sets of groups."""
        total = 0
        for size in range(1, len(groups) + 1):
            for chosen in itertools.combinations(groups, size):
                total -= (-1) ** size * (self[frozenset().union(given, *chosen)] - self[frozenset(given)])
        return total

    def value(self, text):
        """A sum such as `2 I(X;Y|Z) - 1/2 H(X) + 1`, with the printed notation only."""
        total = Fraction(0)
        for term in re.sub(r"(?<!^) ([-+]) ", r"\n\1", text).split("\n"):
            sign, size, kind, body = re.fullmatch(r"([-+]?)([\d/]*) ?(?:([HI])\((.*)\))?", term).groups()
            inside = 1
            if kind:
                groups, _, given = body.partition("|")
                inside = self.measure([g.split(",") for g in groups.split(";")], given.split(",") if given else ())
            total += Fraction(f"{sign}{size or 1}") * inside
        return total
