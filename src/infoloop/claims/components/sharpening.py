"""Chapter 5, sharpening: one output of a closed loop may tell more, though the state tells no more (S26, B8)."""

import itertools
import math

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.claims.signals.label_filtering import outvoted
from infoloop.exact.rational_laws import exact_binary_entropy, fmpq, rational
from infoloop.information.expressions import evaluate
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channel_families import bsc
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import binary_convolution, binary_entropy
from infoloop.statements.cases import Family, Fixed, exact_law, exact_laws, random_bayes_nets, random_numbers
from infoloop.statements.claim import linear
from infoloop.statements.parameter_grids import parameter_grid

FINITE = "finite alphabets"
MAPS = [[1, 0], [0, 1]]
VOTING = ("X -> Z -> Y1,Y2,Y3", "X -> Y1,Y2,Y3 -> M")
VOTERS = (
    "X is a fair bit, Z is X flipped at rate a",
    "answers are Z flipped independently at a rate e of at most 1/2",
    "M is the majority of an odd number of answers",
)
ODD, ANSWERS = (1, 3, 5, 7), ("Y1", "Y2", "Y3")
MOST = [[[MAPS[int(a + b + c > 1)] for c in (0, 1)] for b in (0, 1)] for a in (0, 1)]


def recursive_error(error: Number, voters: int) -> Number:
    r"""Return `outvoted`, two answers at a time: $e_{m+2}=e_m-(1-2e)\binom m{(m+1)/2}\bigl(e(1-e)\bigr)^{(m+1)/2}$.

    >>> recursive_error(fmpq(1, 4), 3)
    5/32
    """
    found = error
    for m in range(1, voters, 2):
        found = found - (1 - 2 * error) * math.comb(m, (m + 1) // 2) * (error * (1 - error)) ** ((m + 1) // 2)
    return found


_rates = random_numbers(2, lambda x: jax.nn.sigmoid(x) / 2, spread=2)


def _majority(case):
    found = [outvoted(case[1], m) for m in ODD]
    return jnp.stack(found), jnp.stack([recursive_error(case[1], m) for m in ODD])


def _enumerated(error, voters):
    """Return the error of a majority, over all answers one by one."""
    e, total = rational(error), fmpq(0)
    for wrong in itertools.product((0, 1), repeat=voters):
        if 2 * sum(wrong) > voters:
            total += math.prod((e if w else 1 - e for w in wrong), start=fmpq(1))
    return total


majority = equality(
    "thm:majority-error",
    VOTERS[1:],
    _majority,
    _rates,
    exact=lambda case: (_enumerated(*case.values()), recursive_error(*case.values())),
    family=Family(
        "errors 0, 1/100, 1/4, 2/5, 1/2; 1, 3, 5, 7 answers",
        lambda: parameter_grid(error=[fmpq(0), fmpq(1, 100), fmpq(1, 4), fmpq(2, 5), fmpq(1, 2)], voters=ODD),
    ),
    edges=({"error": fmpq(1, 4), "voters": 5},),
    wrong=lambda case: (_majority(case)[0], _majority(case)[1] ** 2),
)


def _net(prior_crossover, error):
    """Return X, the state Z, three answers and their majority M; one table holds the three answers."""
    fair, answers = Joint(jnp.full(2, 1 / 2), ("X",)), (bsc(error, "Z", name) for name in ANSWERS)
    return BayesNet((fair, bsc(prior_crossover, "X", "Z"), *answers, Channel(jnp.array(MOST, float), ANSWERS, ("M",))))


def _table(a, e):
    a, e = rational(a), rational(e)
    answers = {f"{name}|Z": [[1 - e, e], [e, 1 - e]] for name in ANSWERS}
    return exact_law({"X": ["1/2", "1/2"], "Z|X": [[1 - a, a], [a, 1 - a]], **answers, "M|Y1,Y2,Y3": MOST})


def _answer_and_majority(law):
    """Return I(X;Y1) and I(X;M), by elimination."""
    return evaluate("I(X;Y1)", law), evaluate("I(X;M)", law)


def _sharper(case):
    return _answer_and_majority(_net(*case))


_votes = Family(
    "crossover probabilities a 0, 1/8, 1/3 of the state, errors e 0, 1/100, 1/8, 1/4, 1/2 of an answer",
    lambda: parameter_grid(a=("0", "1/8", "1/3"), e=("0", "1/100", "1/8", "1/4", "1/2")),
)

raises = inequality(
    "thm:sharpening",
    VOTERS,
    _sharper,
    _rates,
    exact=lambda case: _answer_and_majority(_table(*case.values())),
    family=_votes,
    edges=({"a": "1/8", "e": "0"},),
    wrong=lambda case: _sharper(case)[::-1],
)


def _closed(case):
    """Return I(X;M) by elimination, and 1 - h(a * e_3)."""
    return _sharper(case)[1], 1 - binary_entropy(binary_convolution(case[0], recursive_error(case[1], 3)))


def _closed_exactly(case):
    a, e = rational(case["a"]), recursive_error(rational(case["e"]), 3)
    return evaluate("I(X;M)", _table(*case.values())), 1 - exact_binary_entropy(a * (1 - e) + e * (1 - a))


closed = equality(
    "thm:sharpening-bits",
    VOTERS,
    _closed,
    _rates,
    exact=_closed_exactly,
    family=_votes,
    edges=({"a": "1/8", "e": "1/8"},),
    wrong=lambda case: (_closed(case)[0], _sharper(case)[0]),
)


def _every_vote():
    """Yield a fair bit X, Z and the answers with rows (3/4, 1/4), (0, 1) or copies, and any bit M of the answers."""
    rows = [[["3/4", "1/4"], [0, 1]], MAPS]
    for state, answer in itertools.product(rows, repeat=2):
        answers = {f"{name}|Z": Fixed(answer) for name in ANSWERS}
        yield from exact_laws({"X": [["1/2", "1/2"]], "Z|X": Fixed(state), **answers, "M|Y1,Y2,Y3": MAPS})


_voting = random_bayes_nets("X", "Z|X", "Y1|Z", "Y2|Z", "Y3|Z", "M|Y1,Y2,Y3", X=2, Z=3, Y1=2, Y2=2, Y3=2, M=2)

ceiling = linear(
    "thm:sharpening-ceiling",
    "I(X;M) <= I(X;Z)",
    VOTING,
    _voting,
    family=Family("a fair bit X, Z and the answers copies or with rows (3/4, 1/4), (0, 1), any M", _every_vote),
    edges=(_table("0", "0"),),
    wrong="I(X;M) <= I(X;Y1)",
)

output_never_rises = linear(
    "fol:output-never-rises",
    "I(X;M) <= I(X;Y1)",
    VOTING,
    _voting,
    family=Family(
        "a fair bit X, Z its copy, answers wrong at rate 1/4, M their majority", lambda: iter([_table("0", "1/4")])
    ),
)
