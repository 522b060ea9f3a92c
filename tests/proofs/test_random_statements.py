"""Hundreds of random statements: what is true by construction is proved, what is made false never is."""

import random
from fractions import Fraction
from itertools import combinations

import pytest

from infoloop.check import check_certificate
from infoloop.proofs.prover import prove
from tests.support.lanes import seeds

CHAIN = {3: "X -> Y -> Z", 4: "W -> X -> Y -> Z", 5: "V -> W -> X -> Y -> Z"}
NAMES = {3: "XYZ", 4: "WXYZ", 5: "VWXYZ"}


def elementals(names):
    """All H(i|rest) and I(i;j|K), in notation."""
    found = [f"H({i}|{','.join(n for n in names if n != i)})" for i in names]
    for i, j in combinations(names, 2):
        rest = [n for n in names if n not in (i, j)]
        for size in range(len(rest) + 1):
            found += [f"I({i};{j}{'|' if k else ''}{','.join(k)})" for k in combinations(rest, size)]
    return found


def subsets(names):
    return [",".join(s) for size in range(1, len(names) + 1) for s in combinations(names, size)]


def case(seed: int, size: int):
    """A random non-negative combination of elementals as `0 <= sum of entropies`, with its coefficients."""
    draw = random.Random(seed)
    names = NAMES[size]
    chosen = draw.sample(elementals(names), 4)
    weights = [Fraction(draw.randint(1, 6), draw.randint(1, 4)) for _ in chosen]
    return draw, " + ".join(f"{w} {e}" for w, e in zip(weights, chosen, strict=True))


@pytest.mark.parametrize("seed", seeds(25, 200))
def test_a_combination_of_elementals_is_proved(seed):
    size = 3 + seed % 3
    given = CHAIN[size] if seed % 2 else None
    draw, total = case(seed, size)
    cut = draw.choice(subsets(NAMES[size]))  # the same entropy on both sides hides the combination
    found = prove(f"{draw.randint(1, 5)} H({cut}) <= {draw.randint(6, 9)} H({cut}) + {total}", given)
    assert found.verdict == "proved"
    check_certificate(found.certificate or {})


@pytest.mark.parametrize("seed", seeds(25, 200))
def test_with_one_coefficient_lowered_below_zero_it_is_never_proved(seed):
    """The law of one fair bit in all variables of `cut`, and constants elsewhere, gives the lowered side a deficit."""
    size = 3 + seed % 3
    draw = random.Random(seed)
    names = NAMES[size]
    cut = draw.choice(names)
    others = [e for e in elementals(names) if cut not in e.partition("|")[0]]
    chosen = draw.sample(others, min(3, len(others)))
    total = " + ".join(f"{draw.randint(1, 6)} {e}" for e in chosen)
    statement = f"{draw.randint(1, 9)}/100 H({cut}) <= {total}"
    assert prove(statement, starts=4, steps=20).verdict in ("refuted", "undecided")
    assert prove(statement, starts=0).verdict != "proved"
