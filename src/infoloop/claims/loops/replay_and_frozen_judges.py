"""Chapter 2, memory: loops that keep a frozen judge, or replay their first data (S39)."""

import itertools

from infoloop.statements.cases import Family, Fixed, copied_bit, exact_law, exact_laws, random_bayes_nets
from infoloop.statements.claim import linear

MAPS = [[1, 0], [0, 1]]
NOISY = [["1/4", "3/4"], *MAPS]
FAIR, SEEN = ["1/2", "1/2"], [["3/4", "1/4"], [0, 1]]
JUDGED = ("X -> Z0 -> Z1", "X -> Z0,Z1 -> Z2")
REPLAYED = ("X -> D0 -> Z0", "X -> D0,Z0 -> D1", "X -> D0,D1 -> Z1", "X -> D0,Z1 -> D2", "X -> D0,D2 -> Z2")

_JUDGE = {"X": [FAIR], "Z0|X": Fixed(SEEN), "Z1|Z0": Fixed(MAPS), "Z2|Z0,Z1": MAPS}

frozen_judge = linear(
    "thm:frozen-judge",
    "I(X;Z3) <= I(X;Z0)",
    (*JUDGED, "X -> Z0,Z2 -> Z3"),
    random_bayes_nets("X", "Z0|X", "Z1|Z0", "Z2|Z0,Z1", "Z3|Z0,Z2", X=2, Z0=3, Z1=2, Z2=2, Z3=3),
    family=Family(
        "a fair bit X, Z0 with rows (3/4, 1/4), (0, 1), Z1 a copy of it, and any bits Z2, Z3 of what they may see, or "
        "Z3 such a bit with rows (3/4, 1/4), (0, 1)",
        lambda: itertools.chain(*(exact_laws({**_JUDGE, "Z3|Z0,Z2": rows}) for rows in (MAPS, SEEN))),
    ),
    edges=(copied_bit("X", "Z0", "Z1", "Z2", "Z3"),),
    wrong="I(X;Z3) <= I(X;Z2)",
)

_REPLAY = {
    "X": [FAIR],
    "D0|X": Fixed(SEEN),
    "Z0|D0": Fixed(MAPS),
    "D1|Z0": Fixed(MAPS),
    "Z1|D0,D1": MAPS,
    "D2|Z1": Fixed(MAPS),
}

replayed_first_data = linear(
    "thm:replay",
    "I(X;Z2) <= I(X;D0)",
    REPLAYED,
    random_bayes_nets(
        "X", "D0|X", "Z0|D0", "D1|Z0", "Z1|D0,D1", "D2|Z1", "Z2|D0,D2", X=2, D0=3, Z0=2, D1=2, Z1=2, D2=2, Z2=3
    ),
    family=Family(
        "a fair bit X, D0 with rows (3/4, 1/4), (0, 1), any bit Z1 of D0 and generated data, any bit Z2 of them, or "
        "one with rows (3/4, 1/4), (0, 1)",
        lambda: itertools.chain(*(exact_laws({**_REPLAY, "Z2|D0,D2": rows}) for rows in (MAPS, SEEN))),
    ),
    edges=(copied_bit("X", "D0", "Z0", "D1", "Z1", "D2", "Z2"),),
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
    edges=(exact_law({"X": FAIR, "Z0|X": MAPS, "Z1|Z0": [[1, 0], [1, 0]]}),),
    wrong="I(X;Z0|Z1) = I(X;Z0)",
)

memory_is_monotone = linear(
    "fol:memory-monotone",
    "I(X;Z2) <= I(X;Z1)",
    JUDGED,
    random_bayes_nets("X", "Z0|X", "Z1|Z0", "Z2|Z0,Z1", X=2, Z0=2, Z1=2, Z2=2),
    family=Family(
        "a fair bit X, Z0 its copy, Z1 constant, and Z2 any bit of Z0 and Z1",
        lambda: exact_laws({"X": [FAIR], "Z0|X": Fixed(MAPS), "Z1|Z0": Fixed([[1, 0], [1, 0]]), "Z2|Z0,Z1": MAPS}),
    ),
)
