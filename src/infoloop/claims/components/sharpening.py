"""Chapter 5, sharpening: one output of a closed loop may tell more, though the state tells no more (S26, B8)."""

import itertools
import math

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.claims.signals.label_filtering import outvoted
from infoloop.exact.log_sums import exact_binary_entropy, rational
from infoloop.exact.rational_laws import fmpq
from infoloop.information.expressions import evaluate
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channel_families import bsc
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import binary_convolution, binary_entropy
from infoloop.statements.cases import Family, Fixed, exact_law, exact_laws, random_bayes_nets, random_numbers
from infoloop.statements.claim import linear
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

FINITE = "finite alphabets"
MAPS = [[1, 0], [0, 1]]
VOTING = ("X -> Z -> Y1,Y2,Y3", "X -> Y1,Y2,Y3 -> M")
STATE = "X is a fair bit, Z is X flipped at rate a"
FLIPPED, MAJORITY = "answers are Z flipped independently at one rate e", "M is the majority of an odd number of answers"
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


_five = {"error": fmpq(1, 4), "voters": 5}

majority = equality(
    "thm:majority-error",
    (FLIPPED, MAJORITY),
    _majority,
    _rates,
    exact=lambda case: (_enumerated(**case), recursive_error(**case)),
    family=Family(
        "errors 0, 1/100, 1/4, 2/5, 1/2, 3/4; 1, 3, 5, 7 answers",
        lambda: parameter_grid(
            error=[fmpq(0), fmpq(1, 100), fmpq(1, 4), fmpq(2, 5), fmpq(1, 2), fmpq(3, 4)], voters=ODD
        ),
    ),
    edges=(_five,),
    wrong=lambda case: (_majority(case)[0], _majority(case)[1] ** 2),
    neighbours=(
        without(
            FLIPPED, _five, exact=lambda case: (case["error"], recursive_error(**case))
        ),  # five copies of one answer
        without(MAJORITY, {"error": fmpq(1, 4), "voters": 2}),
        changed("(m - 1)/2 in place of (m + 1)/2", lambda case: (_enumerated(**case), _one_vote_less(**case))),
    ),
)


def _one_vote_less(error, voters):
    found = error
    for m in range(1, voters, 2):
        found = found - (1 - 2 * error) * math.comb(m, (m + 1) // 2) * (error * (1 - error)) ** ((m - 1) // 2)
    return found


def _net(prior_crossover, error):
    """Return X, the state Z, three answers and their majority M; one table holds the three answers."""
    fair, answers = Joint(jnp.full(2, 1 / 2), ("X",)), (bsc(error, "Z", name) for name in ANSWERS)
    return BayesNet((fair, bsc(prior_crossover, "X", "Z"), *answers, Channel(jnp.array(MOST, float), ANSWERS, ("M",))))


def _table(a, e, errors=None, task=("1/2", "1/2"), voted=MOST):
    """Return the law of X, Z, three answers and M; answers may have `errors` of their own, M be `voted` otherwise."""
    a = rational(a)
    rates = [rational(rate) for rate in errors or (e, e, e)]
    answers = {f"{name}|Z": [[1 - e, e], [e, 1 - e]] for name, e in zip(ANSWERS, rates, strict=True)}
    return exact_law({"X": list(task), "Z|X": [[1 - a, a], [a, 1 - a]], **answers, "M|Y1,Y2,Y3": voted})


def _any_table(rows, e):
    """Return the same law for a task of three values, of which the state is a bit with these rows."""
    e = rational(e)
    answers = {f"{name}|Z": [[1 - e, e], [e, 1 - e]] for name in ANSWERS}
    return exact_law({"X": ["1/4", "1/4", "1/2"], "Z|X": rows, **answers, "M|Y1,Y2,Y3": MOST})


_ALL_AGREE = [[[MAPS[a * b * c] for c in (0, 1)] for b in (0, 1)] for a in (0, 1)]
_CONSTANT = [[[MAPS[0]] * 2] * 2] * 2


def _answer_and_majority(law):
    """Return I(X;Y1) and I(X;M), by elimination."""
    return evaluate("I(X;Y1)", law), evaluate("I(X;M)", law)


def _sharper(case):
    return _answer_and_majority(_net(*case))


_votes = Family(
    "crossover probabilities a 0, 1/8, 1/3 of the state, errors e 0, 1/100, 1/8, 1/4, 1/2 of an answer",
    lambda: parameter_grid(a=("0", "1/8", "1/3"), e=("0", "1/100", "1/8", "1/4", "1/2")),
)

_STATES = ([MAPS[0], MAPS[0], MAPS[1]], [["1/4", "3/4"], ["1/2", "1/2"], [1, 0]])
_an_eighth = {"a": "1/8", "e": "1/8"}

raises = inequality(
    "thm:sharpening",
    (FLIPPED, MAJORITY),
    _sharper,
    _rates,
    exact=lambda case: _answer_and_majority(_table(**case) if "a" in case else _any_table(**case)),
    family=Family(
        f"{_votes.description}; and a task of three values, two states that are bits of it, errors 0, 1/8, 1/2, 3/4",
        lambda: itertools.chain(_votes.members(), parameter_grid(rows=_STATES, e=("0", "1/8", "1/2", "3/4"))),
    ),
    edges=({"a": "1/8", "e": "0"},),
    wrong=lambda case: _sharper(case)[::-1],
    neighbours=(
        without(FLIPPED, {**_an_eighth, "errors": ("0", "1/2", "1/2")}),
        without(MAJORITY, {**_an_eighth, "voted": _ALL_AGREE}),
    ),
)


def _closed(case):
    """Return I(X;M) by elimination, and 1 - h(a * e_3)."""
    return _sharper(case)[1], 1 - binary_entropy(binary_convolution(case[0], recursive_error(case[1], 3)))


def _closed_exactly(case):
    """Return I(X;M), on the whole graph for three answers and through the error of the majority for more."""
    a, voters = rational(case["a"]), case.get("voters", 3)
    e = recursive_error(rational(case["e"]), voters)
    law = _table(**case) if voters == 3 else _summed_up(case["a"], case["e"], voters)
    return evaluate("I(X;M)", law), 1 - exact_binary_entropy(a * (1 - e) + e * (1 - a))


def _summed_up(a, e, voters):
    """Return the law of X and the majority M of many answers, which are enumerated one by one."""
    a, wrong = rational(a), _enumerated(e, voters)
    return exact_law(
        {"X": ["1/2", "1/2"], "Z|X": [[1 - a, a], [a, 1 - a]], "M|Z": [[1 - wrong, wrong], [wrong, 1 - wrong]]}
    )


def _uncorrected(case):
    """Return I(X;M), and 1 - h(a * e) of one answer."""
    a, e = rational(case["a"]), rational(case["e"])
    return _closed_exactly(case)[0], 1 - exact_binary_entropy(a * (1 - e) + e * (1 - a))


closed = equality(
    "thm:sharpening-bits",
    (STATE, FLIPPED, MAJORITY),
    _closed,
    _rates,
    exact=_closed_exactly,
    family=Family(
        f"{_votes.description}; and of 5 and 7 answers, e 1/100, 1/8, 1/4",
        lambda: itertools.chain(
            _votes.members(),
            parameter_grid(a=("0", "1/8", "1/3"), e=("1/100", "1/8", "1/4"), voters=(5, 7)),
        ),
    ),
    edges=(_an_eighth,),
    wrong=lambda case: (_closed(case)[0], _sharper(case)[0]),
    neighbours=(
        without(STATE, {**_an_eighth, "task": ("1/4", "3/4")}),
        without(FLIPPED, {**_an_eighth, "errors": ("0", "1/2", "1/2")}),
        without(MAJORITY, {**_an_eighth, "voted": _CONSTANT}),
        changed("e in place of e_m", _uncorrected, _an_eighth),
    ),
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
