"""Chapter 4, garblings: what a coarser signal teaches, in bits and in decisions (S22, B11, B15)."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.claims.comparisons import equality, inequality
from infoloop.exact.rational_laws import RationalLaw, fmpq
from infoloop.information.expressions import evaluate
from infoloop.probability.array_types import Numbers
from infoloop.probability.distributions import marginal
from infoloop.statements.cases import Family, exact_law, exact_laws, random_bayes_nets, random_probabilities
from infoloop.statements.claim import linear
from infoloop.statements.neighbours import without

FINITE = "finite alphabets"
MAPS = [[1, 0], [0, 1]]
NOISY = [["1/4", "3/4"], *MAPS]
FAIR = ["1/2", "1/2"]
EVEN = ["1/4"] * 4

_GARBLED = ("X -> S,Y -> G",)
_garblings = Family(
    "fair bits X and Y, S with rows (1/4, 3/4), (1, 0), (0, 1) for each X and Y, G with the same for each S",
    lambda: exact_laws({"X": [["1/2", "1/2"]], "Y": [["1/2", "1/2"]], "S|X,Y": NOISY, "G|S": NOISY}),
)  # fmt: skip

garbling = linear(
    "thm:garbling-information",
    "I(X;G|Y) <= I(X;S|Y)",
    _GARBLED,
    random_bayes_nets("X", "Y|X", "S|X,Y", "G|S,Y", X=3, Y=2, S=3, G=2),
    family=_garblings,
    edges=(exact_law({"X": FAIR, "Y": FAIR, "S|X": MAPS, "G|S": MAPS}),),
    wrong="I(X;S|Y) <= I(X;G|Y)",
)

coarser_teaches_more = linear(
    "fol:coarser-teaches-more",
    "I(X;S|Y) <= I(X;G|Y)",
    _GARBLED,
    random_bayes_nets("X", "Y|X", "S|X,Y", "G|S,Y", X=3, Y=2, S=3, G=2),
    family=_garblings,
)

LOSSES = ([[0, 1, 1], [1, 0, 1], [1, 1, 0]], [[0, 1, 4], [1, 0, 1], [4, 1, 0]], [[0, 3, 1], [2, 0, 2], [1, 3, 0]])


def bayes_risk(table: Float[Array, "x s"], losses: Float[Numbers, "a x"]) -> Float[Array, ""]:
    r"""Return $\sum_s\min_a\sum_xP(x,s)\,\ell(a,x)$ of a table P(x, s) and losses[a][x], in their unit."""
    return (jnp.asarray(losses, float) @ table).min(axis=0).sum()


def _exact_risk(law, signal, losses):
    columns = marginal(law, "X", signal).table.T.tolist()
    costs = ([sum((p * c for p, c in zip(col, row, strict=True)), fmpq(0)) for row in losses] for col in columns)
    return sum((min(cost) for cost in costs), fmpq(0))


def _blind_risk(case):
    """Return the risk of deciding without a signal: the most that an ideal learner's can be."""
    constant = exact_law({"X": marginal(case["law"], "X").table, "S|X": [[1]] * 3})
    return _exact_risk(constant, "S", case["losses"])


def _risks(net):
    tables = [marginal(net, "X", name).table for name in ("S", "G")]
    fine, coarse = (jnp.stack([bayes_risk(table, losses) for losses in LOSSES]) for table in tables)
    return fine, coarse


def _risks_exactly(case):
    return tuple(_exact_risk(case["law"], name, case["losses"]) for name in ("S", "G"))


_MASSES = ["1/4", "1/4", "1/2"]
_turns = [["1/4", "3/4"], ["1/2", "1/2"], [1, 0], [0, 1]]

garbling_risk = inequality(
    "thm:garbling-risk",
    (FINITE, "X -> S -> G"),
    _risks,
    random_bayes_nets("X", "S|X", "G|S", X=3, S=3, G=2),
    exact=_risks_exactly,
    family=Family(
        "X with masses (1/4, 1/4, 1/2), S a bit with rows (1/4, 3/4), (1/2, 1/2), (1, 0), (0, 1), G a bit with the "
        "same; three tables of losses",
        lambda: (
            {"law": law, "losses": losses}
            for losses in LOSSES
            for law in exact_laws({"X": [_MASSES], "S|X": _turns, "G|S": _turns})
        ),
    ),
    edges=(
        {
            "law": exact_law({"X": _MASSES, "S|X": [[1, 0], [1, 0], ["1/4", "3/4"]], "G|S": MAPS}),
            "losses": LOSSES[0],
        },
    ),
    wrong=lambda net: _risks(net)[::-1],
    neighbours=(
        without(
            "X -> S -> G",
            {"law": exact_law({"X": _MASSES, "S|X": [[1]] * 3, "G|X": [[1, 0], [1, 0], [0, 1]]}), "losses": LOSSES[0]},
        ),
    ),
    ceiling=_blind_risk,
)


def _equal_bits(case):
    """Return guessing errors: half of four symbols, erased at rate e; the symbol itself, erased at rate (1 + e) / 2."""
    e = case[0]
    return (1 - e) / 2 + e * 3 / 4, (1 + e) / 2 * 3 / 4


def half_or_symbol(e: fmpq) -> tuple[RationalLaw, RationalLaw]:
    """Return a uniform symbol X of four with S, its half or nothing; and with S, it or nothing: 1 - e bits each.

    >>> [str(evaluate("I(X;S)", law)) for law in half_or_symbol(fmpq(0))]
    ['1.0000000000000000000', '1.0000000000000000000']
    """
    rare = (1 + e) / 2
    half = [[1 - e if block == x // 2 else 0 for block in range(2)] + [e] for x in range(4)]
    symbol = [[1 - rare if x == s else 0 for s in range(4)] + [rare] for x in range(4)]
    half_law, symbol_law = (exact_law({"X": EVEN, "S|X": rows}) for rows in (half, symbol))
    return half_law, symbol_law


def _equal_bits_exactly(case):
    laws = half_or_symbol(case["erased"])
    guess = [[int(a != x) for x in range(4)] for a in range(4)]
    bits = [evaluate("I(X;S)", law) for law in laws]
    assert (bits[0] - bits[1]).sign() == 0
    return tuple(_exact_risk(law, "S", guess) for law in laws)


equal_bits = equality(
    "fol:bits-decide-performance",
    ("four equally likely symbols", "I(X;S) = I(X;S')", "the guess is the likeliest symbol"),
    _equal_bits,
    random_probabilities(1),
    exact=_equal_bits_exactly,
    family=Family("erasure rates k/8", lambda: ({"erased": fmpq(k, 8)} for k in range(8))),
)
