"""Chapter 3, sources: what a generator's own knowledge adds, and what repeats and new blocks add (S40, S41)."""

from typing import Any

import jax.numpy as jnp
import numpy as np

from infoloop.claims.comparisons import Number, equality
from infoloop.exact.rational_laws import fmpq
from infoloop.information.expressions import evaluate
from infoloop.information.measures import entropy
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channel_families import erasure
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import binary_entropy
from infoloop.statements.cases import (
    Family,
    Fixed,
    copied_bit,
    exact_law,
    exact_laws,
    random_bayes_nets,
    random_probabilities,
    with_fixed_channel,
)
from infoloop.statements.claim import linear
from infoloop.statements.neighbours import changed, without

FAIR, MAPS = [["1/2", "1/2"]], [[1, 0], [0, 1]]
NOISY = ["1/4", "3/4"]
GENERATED = ("X -> A,M -> D", "X,M -> A,D -> W")
REPEATS = range(1, 5)

_XOR = [MAPS, MAPS[::-1]]  # a bit that is the sum of two others, modulo 2
_PAIR = [[[int(w == 2 * a + d) for w in range(4)] for d in (0, 1)] for a in (0, 1)]
_synthetic = random_bayes_nets("X", "A|X", "M|X,A", "D|A,M", "W|A,D", X=3, A=2, M=2, D=3, W=3)
_by_knowledge = Family(
    "a fair bit X, A and M read off it with rows (1/4, 3/4), (1, 0), (0, 1), D any bit of A and M, W the pair (A, D)",
    lambda: exact_laws({"X": FAIR, "A|X": [NOISY, *MAPS], "M|X": [NOISY, *MAPS], "D|A,M": MAPS, "W|A,D": Fixed(_PAIR)}),
)

generator_knowledge = linear(
    "thm:generator-knowledge",
    "I(X;W) <= I(X;A) + I(X;M|A)",
    GENERATED,
    _synthetic,
    family=_by_knowledge,
    edges=(exact_law({"A": FAIR[0], "M": FAIR[0], "X|A,M": _XOR, "D|M": MAPS, "W|A,D": _XOR}),),
    wrong="I(X;W) <= I(X;A) + I(X;M)",
)

generator_adds_nothing = linear(
    "fol:generator-adds-nothing", "I(X;W) <= I(X;A)", GENERATED, _synthetic, family=_by_knowledge
)


exact_repeat = linear(
    "thm:exact-repeat",
    "I(X;D1,D2) = I(X;D1)",
    ("D2 = f(D1)",),
    with_fixed_channel(random_bayes_nets("X", "D1|X", X=3, D1=3), np.eye(2)[[0, 1, 1]], "D1", "D2"),
    family=Family(
        "a fair bit X, D1 with rows (1/4, 3/4), (1, 0), (0, 1), and D2 any bit of D1",
        lambda: exact_laws({"X": FAIR, "D1|X": [NOISY, *MAPS], "D2|D1": MAPS}),
    ),
    edges=(copied_bit("X", "D1", "D2"),),
    wrong="I(X;D1) + I(X;D2) = I(X;D1)",
)

new_block = linear(
    "thm:new-block",
    "I(X;B1,B2) = I(X;B1) + H(B2|B1)",
    ("B2 = f(X)",),
    with_fixed_channel(random_bayes_nets("X", "B1|X", X=4, B1=2), np.eye(2)[[0, 1, 0, 1]], "X", "B2"),
    family=Family(
        "X with masses (1/8, 1/8, 1/4, 1/2), B1 and B2 any bits of it",
        lambda: exact_laws({"X": [["1/8", "1/8", "1/4", "1/2"]], "B1|X": MAPS, "B2|X": MAPS}),
    ),
    edges=(exact_law({"X": ["1/4"] * 4, "B1|X": MAPS * 2, "B2|X": sorted(MAPS * 2)}),),
    wrong="I(X;B1,B2) = I(X;B1) + H(B2)",
)

noisy_repeats = linear(
    "thm:noisy-repeats",
    "I(X;R1,R2,R3) <= I(X;B)",
    ("X -> B -> R1,R2,R3",),
    random_bayes_nets("X", "B|X", "R1|B", "R2|B,R1", "R3|B,R1,R2", X=3, B=3, R1=2, R2=2, R3=2),
    family=Family(
        "a fair bit X, B and two repeats of it with rows (1/4, 3/4), (1, 0), (0, 1), a third that copies the second",
        lambda: exact_laws(
            {"X": FAIR, "B|X": [NOISY, *MAPS], "R1|B": [NOISY, *MAPS], "R2|B": [NOISY, MAPS[0]], "R3|R2": Fixed(MAPS)}
        ),
    ),
    edges=(copied_bit("X", "B", "R1", "R2", "R3"),),
    wrong="I(X;R1) + I(X;R2) + I(X;R3) <= I(X;B)",
)

_two_repeats = random_bayes_nets("B", "R1|B", "R2|B", B=3, R1=3, R2=2)
_rational_repeats = Family(
    "a bit B with mass (1/2, 1/2) or (1/4, 3/4), two repeats with rows (1/4, 3/4), (1, 0), (0, 1)",
    lambda: exact_laws({"B": [*FAIR, NOISY], "R1|B": [NOISY, *MAPS], "R2|B": [NOISY, *MAPS]}),
)

later_repeats = linear(
    "thm:later-repeats",
    "I(B;R2|R1) <= I(B;R2)",
    ("R1 -> B -> R2",),
    _two_repeats,
    family=_rational_repeats,
    edges=(exact_law({"B": FAIR[0], "R1|B": [["1/2", "1/2"]] * 2, "R2|B": MAPS}),),
    wrong="I(B;R2) <= I(B;R2|R1)",
)

repeats_add_up = linear(
    "fol:repeats-add-up", "I(B;R1) + I(B;R2) <= I(B;R1,R2)", ("R1 -> B -> R2",), _two_repeats, family=_rational_repeats
)


def repeated_bits(erased: Number, bits: Any, repeats: int) -> Any:
    r"""Return $(1-e^n)\,H(B)$: what n repeats, each lost with probability e, tell of a block, in the unit of `bits`.

    >>> repeated_bits(fmpq(1, 2), 8, 3)
    7
    """
    return bits * (1 - erased**repeats)


def _repeated(case):
    erased, p_one = case
    block = Joint(jnp.stack([1 - p_one, p_one]), ("B",))
    net = BayesNet((block, *(erasure(erased, "B", f"R{k}") for k in REPEATS)))
    found = [evaluate(f"I(B;{','.join(f'R{k}' for k in range(1, n + 1))})", net) for n in REPEATS]
    return jnp.stack(found), jnp.stack([repeated_bits(erased, binary_entropy(p_one), n) for n in REPEATS])


def _lossy(erased, symbols):
    return [[(1 - erased) * (x == y) for y in range(symbols)] + [erased] for x in range(symbols)]


def _repeated_exactly(case):
    """Return what the repeats tell, lost as the case says, and the formula of its first rate."""
    block, erased = case["block"], case["erased"]
    names = [f"R{k}" for k in range(1, len(erased) + 1)]
    repeats = {f"{name}|B": _lossy(e, len(block)) for name, e in zip(names, erased, strict=True)}
    if case.get("lost") == "together":
        same = [[int(x == y) for y in range(len(block) + 1)] for x in range(len(block) + 1)]
        repeats |= {f"{name}|R1": same for name in names[1:]}
        repeats = {part: table for part, table in repeats.items() if part == "R1|B" or part.endswith("R1")}
    law = exact_law({"B": block, **repeats})
    return evaluate(f"I(B;{','.join(names)})", law), repeated_bits(erased[0], entropy(law, "B"), len(names))


erased_repeats = equality(
    "thm:erased-repeats",
    ("each repeat loses the block with probability e", "repeats are lost independently"),
    _repeated,
    random_probabilities(2),
    exact=_repeated_exactly,
    family=Family(
        "e from 0 to 1 in eighths, a bit B with P(B = 1) 1/2 and 1/4, 1 to 4 repeats; two repeats of three symbols",
        lambda: (
            {"block": block, "erased": (fmpq(k, 8),) * n}
            for k in range(9)
            for block, most in ((FAIR[0], 4), (NOISY, 4), (["1/2", "1/3", "1/6"], 2))
            for n in range(1, most + 1)
        ),
    ),
    edges=({"block": FAIR[0], "erased": (fmpq(1, 2),) * 3},),
    neighbours=(
        without(
            "each repeat loses the block with probability e", {"block": FAIR[0], "erased": (fmpq(1, 2), fmpq(1, 4))}
        ),
        without("repeats are lost independently", {"block": FAIR[0], "erased": (fmpq(1, 2),) * 2, "lost": "together"}),
        changed(
            "(1-e)^n in place of 1-e^n",
            lambda case: (
                _repeated_exactly(case)[0],
                entropy(exact_law({"B": case["block"]}), "B") * (1 - case["erased"][0]) ** len(case["erased"]),
            ),
        ),
    ),
    wrong=lambda case: (
        _repeated(case)[0],
        jnp.stack([n * repeated_bits(case[0], binary_entropy(case[1]), 1) for n in REPEATS]),
    ),
)
