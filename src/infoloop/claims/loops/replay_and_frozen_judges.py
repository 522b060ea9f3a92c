"""Chapter 2, memory: loops that keep a frozen judge, or replay their first data (S39)."""

import itertools

from infoloop.exact.rational_laws import rational_product, rational_table
from infoloop.statements.cases import Family, exact_laws, random_bayes_nets
from infoloop.statements.claim import linear

MAPS = [[1, 0], [0, 1]]
NOISY = [["1/4", "3/4"], *MAPS]
FINITE = "finite alphabets"
JUDGED = ("X -> Z0 -> Z1", "X -> Z0,Z1 -> Z2")
REPLAYED = ("X -> D0 -> Z0", "X -> D0,Z0 -> D1", "X -> D0,D1 -> Z1", "X -> D0,Z1 -> D2", "X -> D0,D2 -> Z2")


def _law(*factors: tuple):
    """Return a fair bit X and what the factors make of it."""
    return rational_product((rational_table(["1/2", "1/2"]), ("X",)), *((rational_table(t), n) for t, n in factors))


def _read_again(*names: str):
    """Return the law in which each named bit is a copy of the first one, and that of a fair bit X."""
    return _law((MAPS, ("X", names[0])), *((MAPS, (names[0], name)) for name in names[1:]))


def _functions(names: tuple[str, ...]):
    """Yield all bits that are functions of two bits, as factors."""
    for values in itertools.product((0, 1), repeat=4):
        yield [[[1 - b, b] for b in values[:2]], [[1 - b, b] for b in values[2:]]], names


def _judged():
    """Yield X seen through one noisy channel in Z0, and all bits Z1 of Z0, Z2 of Z0 and Z1, Z3 of Z0 and Z2."""
    seen = ([["3/4", "1/4"], [0, 1]], ("X", "Z0"))
    for rows in itertools.product(MAPS, repeat=2):
        for second, third in itertools.product(_functions(("Z0", "Z1", "Z2")), _functions(("Z0", "Z2", "Z3"))):
            yield _law(seen, (list(rows), ("Z0", "Z1")), second, third)


def _replayed():
    """Yield X seen in D0 by a noisy channel, copied by Z0 and D1; any bits Z1 of D0, D1 and Z2 of D0, D2 = Z1."""
    seen = ([["3/4", "1/4"], [0, 1]], ("X", "D0"))
    copies = ((MAPS, ("D0", "Z0")), (MAPS, ("Z0", "D1")), (MAPS, ("Z1", "D2")))
    for first, second in itertools.product(_functions(("D0", "D1", "Z1")), _functions(("D0", "D2", "Z2"))):
        yield _law(seen, *copies[:2], first, copies[2], second)


frozen_judge = linear(
    "thm:frozen-judge",
    "I(X;Z3) <= I(X;Z0)",
    (*JUDGED, "X -> Z0,Z2 -> Z3"),
    random_bayes_nets("X", "Z0|X", "Z1|Z0", "Z2|Z0,Z1", "Z3|Z0,Z2", X=2, Z0=3, Z1=2, Z2=2, Z3=3),
    family=Family("a fair bit X, Z0 with rows (3/4, 1/4), (0, 1), any bits Z1, Z2, Z3 of what they may see", _judged),
    edges=(_read_again("Z0", "Z1", "Z2", "Z3"),),
    wrong="I(X;Z3) <= I(X;Z2)",
)

replayed_first_data = linear(
    "thm:replay",
    "I(X;Z2) <= I(X;D0)",
    REPLAYED,
    random_bayes_nets(
        "X", "D0|X", "Z0|D0", "D1|Z0", "Z1|D0,D1", "D2|Z1", "Z2|D0,D2", X=2, D0=3, Z0=2, D1=2, Z1=2, D2=2, Z2=3
    ),
    family=Family(
        "a fair bit X, D0 with rows (3/4, 1/4), (0, 1), any bits Z1 and Z2 of D0 and generated data", _replayed
    ),
    edges=(_read_again("D0", "Z0", "D1", "Z1", "D2", "Z2"),),
    wrong="I(X;Z2) <= I(X;D1)",
)

judge_openness = linear(
    "thm:judge-openness",
    "I(X;Z0|Z1) = I(X;Z0) - I(X;Z1)",
    JUDGED[:1],
    random_bayes_nets("X", "Z0|X", "Z1|Z0", X=3, Z0=4, Z1=3),
    family=Family(
        "a fair bit X, Z0 and Z1 with rows (1/4, 3/4), (1, 0), (0, 1)",
        lambda: exact_laws({"X": [["1/2", "1/2"]], "Z0|X": NOISY, "Z1|Z0": NOISY}),
    ),
    edges=(_law((MAPS, ("X", "Z0")), ([[1, 0], [1, 0]], ("Z0", "Z1"))),),
    wrong="I(X;Z0|Z1) = I(X;Z0)",
)

memory_is_monotone = linear(
    "fol:memory-monotone",
    "I(X;Z2) <= I(X;Z1)",
    JUDGED,
    random_bayes_nets("X", "Z0|X", "Z1|Z0", "Z2|Z0,Z1", X=2, Z0=2, Z1=2, Z2=2),
    family=Family(
        "a fair bit X, Z0 its copy, Z1 constant, and Z2 any bit of Z0 and Z1",
        lambda: (
            _law((MAPS, ("X", "Z0")), ([[1, 0], [1, 0]], ("Z0", "Z1")), second)
            for second in _functions(("Z0", "Z1", "Z2"))
        ),
    ),
)
