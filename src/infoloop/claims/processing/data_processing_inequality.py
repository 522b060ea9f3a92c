"""Chapter 1, first half: what processing can do to information, and how much a signal can add (S01 to S03, S05)."""

import itertools

import jax.numpy as jnp
import numpy as np

from infoloop.exact.log_sums import log2
from infoloop.information.expressions import evaluate
from infoloop.statements.cases import (
    Family,
    Fixed,
    copied_bit,
    exact_law,
    exact_laws,
    random_bayes_nets,
    with_fixed_channel,
)
from infoloop.statements.claim import Claim, linear
from infoloop.statements.neighbours import without

HALVES = [["1/2", "1/2"], [1, 0], [0, 1]]
QUARTERS = [["1/4", "3/4"], *HALVES]
FAIR_BIT = [["1/2", "1/2"]]
MAPS = [[1, 0], [0, 1]]
MARKOV = ("X -> D -> Z",)
SIGNAL = ("X -> D,S -> Z",)
FINITE = "finite alphabets"

_chains = random_bayes_nets("X", "D|X", "Z|D", X=3, D=4, Z=3)
_rational_chains = Family(
    "binary chains X -> D -> Z, inputs (1/2, 1/2) and (1/4, 3/4), rows from (1/4, 3/4), (1/2, 1/2), (1, 0), (0, 1)",
    lambda: exact_laws({"X": QUARTERS[:2], "D|X": QUARTERS, "Z|D": QUARTERS}),
)

data_processing = linear(
    "thm:dpi",
    "I(X;Z) <= I(X;D)",
    MARKOV,
    _chains,
    family=_rational_chains,
    edges=(copied_bit("X", "D", "Z"),),
    wrong="I(X;D) <= I(X;Z)",
)

processing_gap = linear(
    "thm:dpi-gap",
    "I(X;D) - I(X;Z) = I(X;D|Z)",
    MARKOV,
    _chains,
    family=_rational_chains,
    edges=(exact_law({"X": FAIR_BIT[0], "D|X": MAPS, "Z|D": [[1], [1]]}),),
    wrong="I(X;D) - I(X;Z) = I(X;Z|D)",
)

processing_without_markov = linear(
    "fol:dpi-without-markov",
    "I(X;Z) <= I(X;D)",
    (),
    random_bayes_nets("X,D,Z", X=2, D=2, Z=2),
    family=Family(
        "all laws in which D is constant or a fair bit and Z a copy of a fair X or of D",
        lambda: exact_laws({"X": FAIR_BIT, "D": MAPS + FAIR_BIT, "Z|X,D": MAPS}),
    ),
    assumes=(FINITE,),
)

_with_signal = random_bayes_nets("X,D,S", "Z|D,S", X=2, D=2, S=3, Z=3)
_rational_signals = Family(
    "a fair bit X, D and S read off it with rows (1/4, 3/4), (1, 0), (0, 1), Z any function of D and S",
    lambda: exact_laws({"X": FAIR_BIT, "D|X": MAPS + QUARTERS[:1], "S|X": MAPS[::-1] + QUARTERS[:1], "Z|D,S": MAPS}),
)
_xor = exact_law({"X": FAIR_BIT[0], "D": FAIR_BIT[0], "S|X,D": [MAPS, MAPS[::-1]], "Z|D,S": [MAPS, MAPS[::-1]]})

refined_processing = linear(
    "thm:refined-dpi",
    "I(X;Z) <= I(X;D) + I(X;S|D)",
    SIGNAL,
    _with_signal,
    family=_rational_signals,
    edges=(_xor,),
    wrong="I(X;Z) <= I(X;D) + I(D;S)",
)

refined_gap = linear(
    "thm:refined-dpi-gap",
    "I(X;D) + I(X;S|D) - I(X;Z) = I(X;D,S|Z)",
    SIGNAL,
    _with_signal,
    family=_rational_signals,
    edges=(exact_law({"X": FAIR_BIT[0], "D|X": MAPS, "S|X": FAIR_BIT * 2, "Z|D,S": [[[1], [1]], [[1], [1]]]}),),
    wrong="I(X;D) + I(X;S) - I(X;Z) = I(X;D,S|Z)",
)

signal_beats_data = linear(
    "fol:signal-adds-nothing", "I(X;Z) <= I(X;D)", SIGNAL, _with_signal, family=_rational_signals
)

_rounds = random_bayes_nets(
    "X",
    "D|X",
    "Y1|D",
    "S1|X,D,Y1",
    "Y2|D,Y1,S1",
    "S2|X,D,Y1,S1,Y2",
    "Z|D,Y1,S1,Y2,S2",
    X=3,
    D=2,
    Y1=2,
    S1=2,
    Y2=2,
    S2=2,
    Z=3,
)

_UNASKED = {"X": [["1/4"] * 4], "D": [[1]], "Y1": [[1]], "Y2": [[1]]}  # two fair bits X, nothing known or asked
_PAIR = [[[int(z == 2 * s + t) for z in range(4)] for t in (0, 1)] for s in (0, 1)]
_HITS = [[[3 / 4 * (x == y) + 1 / 8, 7 / 8 - 3 / 4 * (x == y)] for y in (0, 1)] for x in (0, 1)]  # verdicts that err


def _two_rounds():
    """Yield games of two rounds about a fair bit: the data are asked about, then the first verdict is."""
    for kept in ({"Z|S1,S2": Fixed(_PAIR)}, {"Z|D,S2": Fixed(_PAIR)}, {"Z|S2": Fixed(MAPS)}):
        yield from exact_laws(
            {
                "X": FAIR_BIT,
                "D|X": [*QUARTERS[:1], *MAPS],
                "Y1|D": Fixed(MAPS),
                "S1|X,Y1": Fixed(_HITS),
                "Y2|S1": Fixed(MAPS[::-1]),
                "S2|X,Y2": [*QUARTERS[:1], *MAPS[:1]],
                **kept,
            }
        )


budget = linear(
    "thm:budget",
    "I(X;Z) <= I(X;D) + I(X;S1|D,Y1) + I(X;S2|D,Y1,S1,Y2)",
    ("X -> D -> Y1", "I(X;Y2|D,Y1,S1) = 0", "X -> D,Y1,S1,Y2,S2 -> Z"),
    _rounds,
    family=Family(
        "two rounds about a fair bit: data with rows (1/4, 3/4), (1, 0), (0, 1), queries that repeat the data and then "
        "the opposite of the first verdict, verdicts that err or not, and two or one of these remembered",
        _two_rounds,
    ),
    edges=tuple(
        exact_laws(
            {**_UNASKED, "S1|X": Fixed([MAPS[0]] * 2 + [MAPS[1]] * 2), "S2|X": Fixed(MAPS * 2), "Z|S1,S2": Fixed(_PAIR)}
        )
    ),
    wrong="I(X;Z) <= I(X;D) + I(X;S2|D,Y1,S1,Y2)",
)


def _one_bit(law):
    return evaluate("I(X;S|Y)", law), log2(2)


def _judged(law):
    return evaluate("I(X;S|Y)", law), log2(law.table.shape[law.names.index("S")])


def _verdicts():
    """Yield a secret X, a query Y, and verdicts of two to four values on them."""
    yield from exact_laws({"X": FAIR_BIT, "Y": QUARTERS[:2], "S|X,Y": QUARTERS[:1] + MAPS})
    for size in (3, 4):
        rows = [[int(s == x) for s in range(size)] for x in range(size)]
        mixed = [f"1/{2 * size}"] * (size - 1) + [f"{size + 1}/{2 * size}"]
        yield from exact_laws({"X": [[f"1/{size}"] * size], "Y": [[1]], "S|X,Y": [rows[0], rows[1], mixed]})
        yield exact_law({"X": [f"1/{size}"] * size, "Y": [1], "S|X": rows})


verdict_capacity = Claim(
    "thm:verdict-bits",
    ("S takes m values",),
    lambda net: (evaluate("I(X;S|Y)", net), jnp.log2(3.0)),
    random_bayes_nets("X", "Y", "S|X,Y", X=3, Y=2, S=3),
    exact=_judged,
    family=Family(
        "a fair bit X, a query Y with mass (1/2, 1/2) or (1/4, 3/4), any verdict with rows (1/4, 3/4), (1, 0), (0, 1); "
        "three or four equally likely X, any verdict of as many values with three rows, and X itself",
        _verdicts,
    ),
    edges=(exact_law({"X": FAIR_BIT[0], "Y": [1], "S|X": MAPS}),),
    neighbours=(
        without(
            "S takes m values", exact_law({"X": ["1/3"] * 3, "Y": [1], "S|X": np.eye(3, dtype=int)}), exact=_one_bit
        ),
    ),
    wrong=lambda net: (evaluate("I(X;S|Y)", net), evaluate("I(X;S)", net)),
)

closed_loop_must_lose = linear(
    "fol:closed-loop-must-lose",
    "I(X;W) < I(X;Z)",
    ("X -> Z -> D -> W",),
    random_bayes_nets("X", "Z|X", "D|Z", "W|D", X=2, Z=2, D=2, W=2),
    family=Family(
        "a fair bit X, a copy of it in Z, and updates that copy the bit or flip it",
        lambda: (
            exact_law({"X": FAIR_BIT[0], "Z|X": z, "D|Z": d, "W|D": w})
            for z, d, w in itertools.product((MAPS, MAPS[::-1]), repeat=3)
        ),
    ),
    assumes=(FINITE, "X -> Z -> D -> W", "I(X;Z) > 0"),
)

sufficiency = linear(
    "thm:sufficiency",
    "I(X;T,W) = I(X;T,N)",
    ("X -> T -> N", "X -> T,N -> W"),
    random_bayes_nets("X", "T|X", "N|T", "W|T,N", X=3, T=3, N=2, W=3),
    family=Family(
        "X (1/4, 3/4), T|X rows (1/4, 3/4), (1, 0), (0, 1), N|T rows (1/4, 3/4), (1/2, 1/2), W any bit of T and N",
        lambda: exact_laws({"X": QUARTERS[:1], "T|X": QUARTERS[:1] + MAPS, "N|T": QUARTERS[:2], "W|T,N": MAPS}),
    ),
    edges=(copied_bit("X", "T", "N", "W"),),
    wrong="I(X;W) = I(X;T,N)",
)

_lumps = {"X": QUARTERS[:2], "D|X": [["1/8", "3/8", "1/2"], ["1/6", "1/2", "1/3"], ["1/4", "3/4", 0]]}
sufficiency_converse = linear(
    "thm:sufficiency-converse",
    "I(X;D|Z) = 0",
    ("X -> D -> Z", "I(X;Z) = I(X;D)"),
    with_fixed_channel(random_bayes_nets("X", "D|X", X=3, D=3), np.eye(3)[[2, 0, 1]], "D", "Z"),
    family=Family(
        "X (1/4, 3/4) or (1/2, 1/2), D|X rows (1/8, 3/8, 1/2), (1/6, 1/2, 1/3), (1/4, 3/4, 0), whose first two symbols "
        "say the same of X, and Z that merges or mixes these two",
        lambda: (
            law
            for first in ([1, 0, 0], ["1/4", "3/4", 0])
            for law in exact_laws({**_lumps, "Z|D": Fixed([first, first, [0, 0, 1]])})
        ),
    ),
    loose="both sides are 0, and 1 % more of 0 is 0",
    wrong="I(X;D|Z) = H(X|Z)",
)
