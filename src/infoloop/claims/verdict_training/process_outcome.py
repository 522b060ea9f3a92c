"""Chapter 6, process and outcome: what the steps tell that the outcome hides, shortcuts, and rubrics (S58)."""

import itertools
from collections.abc import Iterator, Sequence

import jax.numpy as jnp
import numpy as np

from infoloop.claims.verdict_training.step_credit import FINITE
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import RationalLaw, fmpq
from infoloop.information.expressions import evaluate
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channels import Channel
from infoloop.statements.cases import Cases, Family, Fixed, exact_law, exact_laws, random_bayes_nets
from infoloop.statements.claim import linear
from infoloop.statements.neighbours import without

_FAIR, _MAPS = ["1/2", "1/2"], [[1, 0], [0, 1]]
_NOT = _MAPS[::-1]
_ROWS = [["1/4", "3/4"], [1, 0], [0, 1]]
_CONSTANT = [[1], [1]]

outcome_gap = linear(
    "thm:outcome-gap",
    "I(T;S) = I(T;O) + I(T;S|O)",
    ("T -> S -> O",),
    random_bayes_nets("T", "S|T", "O|S", T=3, S=4, O=2),
    family=Family(
        "a fair T, steps and outcome with rows (1/4, 3/4), (1, 0), (0, 1); steps that are T and a coin, and their "
        "outcome T, the coin, or whether both agree",
        lambda: itertools.chain(
            exact_laws({"T": [_FAIR, ["1/4", "3/4"]], "S|T": _ROWS, "O|S": _ROWS}), _steps_with_a_coin()
        ),
    ),
    edges=(exact_law({"T": _FAIR, "S|T": _MAPS, "O|S": _CONSTANT}),),
    neighbours=(without("T -> S -> O", exact_law({"T": _FAIR, "S|T": _CONSTANT, "O|T": _MAPS})),),
    wrong="I(T;S) = I(T;O) + H(S|O)",
)


def _steps_with_a_coin() -> Iterator[RationalLaw]:
    """Yield a fair T, steps that are T and a fair coin, and an outcome: T, the coin, or whether both agree."""
    steps = [[["1/2", "1/2", 0, 0], [0, 0, "1/2", "1/2"]]]
    for outcome in ((0, 0, 1, 1), (0, 1, 0, 1), (0, 1, 1, 0)):
        table = [[int(o == k) for k in (0, 1)] for o in outcome]
        yield exact_law({"T": _FAIR, "S|T": steps[0], "O|S": table})


invertible_outcome = linear(
    "fol:invertible-outcome",
    "H(S|O) <= I(T;S|O)",
    ("T -> S -> O",),
    random_bayes_nets("T", "S|T", "O|S", T=2, S=4, O=2),
    family=Family(
        "a fair T, steps that are T and a fair coin, and an outcome: T, the coin, or whether both agree",
        _steps_with_a_coin,
    ),
)

SCREENED = "I(R;C|S) = 0"
shortcut_gap = linear(
    "thm:shortcut-gap",
    "I(R;S|C) = I(R;S) - I(R;C)",
    (SCREENED,),
    random_bayes_nets("S,C", "R|S", S=3, C=3, R=2),
    family=Family(
        "a fair S, a shortcut C and an outcome R read off it with rows (1/4, 3/4), (1, 0), (0, 1)",
        lambda: exact_laws({"S": [_FAIR], "C|S": _ROWS, "R|S": _ROWS}),
    ),
    edges=(exact_law({"S": _FAIR, "C": [1], "R|S": _MAPS}),),
    wrong="I(R;S|C) = I(R;S) - I(S;C)",
)

_nine_tenths = {"S": Fixed(_FAIR), "R|S": Fixed(_MAPS), "C|S": Fixed([["9/10", "1/10"], ["1/10", "9/10"]])}
hidden_shortcut = linear(
    "fol:hidden-shortcut",
    "I(R;S|C) <= 0",
    (SCREENED,),
    random_bayes_nets("S,C", "R|S", S=2, C=2, R=2),
    family=Family("a fair S, R a copy of it, C equal to S with probability 9/10", lambda: exact_laws(_nine_tenths)),
)

OTHER = "I(R;S|C) = 0"
COMMON = "K is the component of the pair of S and C, in the graph of the pairs that have mass"
_SUPPORTS = (  # every pair, none but equal ones, two components with more than a pair, a path through all values
    ((0, 0), (0, 1), (1, 0), (1, 1)),
    ((0, 0), (1, 1)),
    ((0, 0), (1, 1), (1, 2), (2, 1), (2, 2)),
    ((0, 0), (1, 0), (2, 1)),
    ((0, 0), (1, 0), (1, 1), (2, 1)),
)


def components(pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Return for each pair the number of its component: pairs that share a value are in one.

    >>> list(components([(0, 0), (1, 1), (1, 2)]).values())
    [0, 1, 1]
    """
    found = {pair: k for k, pair in enumerate(pairs)}
    for _ in pairs:  # each sweep takes the least number one pair further
        for first, second in itertools.product(pairs, repeat=2):
            if first[0] == second[0] or first[1] == second[1]:
                found[first] = found[second] = min(found[first], found[second])
    names = sorted(set(found.values()))
    return {pair: names.index(k) for pair, k in found.items()}


def _with_common_part(pairs: Sequence[tuple[int, int]], rows: Sequence[Sequence[str]]) -> RationalLaw:
    """Return the law of S, C, R, K of pairs in the ratio 1 : 2 : 3 and so on; R has a row for each value of S."""
    common = components(pairs)
    table = np.full((*(1 + np.max(pairs, 0)), 2, 1 + max(common.values())), fmpq(0))
    total = len(pairs) * (len(pairs) + 1) // 2
    for weight, (s, c) in enumerate(pairs, 1):
        for r in (0, 1):
            table[s, c, r, common[s, c]] = fmpq(weight, total) * rational(rows[s][r])
    return RationalLaw(table, ("S", "C", "R", "K"))


def _screened_twice() -> Iterator[RationalLaw]:
    """Yield of all laws of a grid those in which S screens R from C, as it does in all, and C screens R from S."""
    for pairs in _SUPPORTS:
        values = 1 + max(s for s, _ in pairs)
        for rows in itertools.product((["1/4", "3/4"], ["1/2", "1/2"], ["1", "0"]), repeat=values):
            law = _with_common_part(pairs, rows)
            if evaluate(OTHER.removesuffix(" = 0"), law).sign() == 0:
                yield law


def _in_two_blocks() -> Cases:
    """Return random laws in which S and C are K and some more each, and R hangs on K."""
    nets = random_bayes_nets("K", "A,B|K", "R|K", K=2, A=2, B=2, R=2)

    def build(numbers):
        common, inside, reward = nets.build(numbers).factors
        blocks = jnp.zeros((2, 4, 4)).at[0, :2, :2].set(inside.rows[0]).at[1, 2:, 2:].set(inside.rows[1])
        return BayesNet((common, Channel(blocks, ("K",), ("S", "C")), reward))

    return Cases(nets.draw, build)


_coin = {"S": _FAIR, "C": _FAIR, "K": [1]}
_copies = {"S": _FAIR, "C|S": _MAPS, "K|S": _MAPS}
shortcut_told_apart = linear(
    "thm:shortcut-told-apart",
    "I(R;S,C) = I(R;K)",
    (),
    _in_two_blocks(),
    assumes=(FINITE, SCREENED, OTHER, COMMON),
    family=Family(
        "pairs of S and C with masses 1 : 2 : 3 ...: all four, two equal ones, components of 1 and 4 and of 2 and 1 "
        "pairs, a path of 4; of all rewards read off S with rows (1/4, 3/4), (1/2, 1/2), (1, 0) those that are "
        "independent of S given C",
        _screened_twice,
    ),
    edges=(exact_law({**_copies, "R|S": _MAPS}), exact_law({**_copies, "R|S": [["1/4", "3/4"], [1, 0]]})),
    neighbours=(
        without(SCREENED, exact_law({**_coin, "R|C": _MAPS})),
        without(OTHER, exact_law({**_coin, "R|S": _MAPS})),
        without(COMMON, exact_law({"S": _FAIR, "C|S": _MAPS, "R|S": _MAPS, "K": [1]})),
    ),
    wrong="I(R;S,C) = I(S;C)",
)


def _rubrics() -> Iterator[RationalLaw]:
    """Yield a task of a bit and three items: copies of each other, noisy readings, or bits whose parity it is."""
    yield from exact_laws({"T": [_FAIR, ["1/4", "3/4"]], "A|T": _ROWS, "B|T": _ROWS, "C|A": _ROWS[1:]})
    yield _parity


_parity = exact_law({"A": _FAIR, "B": _FAIR, "T|A,B": [[_MAPS[0], _MAPS[1]], [_MAPS[1], _MAPS[0]]], "C": [1]})
_rubric = random_bayes_nets("T", "A|T", "B|T,A", "C|T,A,B", T=3, A=2, B=2, C=2)
_by_itself = exact_law({"T": _FAIR, "A": [1], "B": [1], "C|T": _MAPS})

rubric_chain = linear(
    "thm:rubric-chain",
    "I(T;A,B,C) = I(T;A) + I(T;B|A) + I(T;C|A,B)",
    (),
    _rubric,
    family=Family(
        "a task of a bit, two items with rows (1/4, 3/4), (1, 0), (0, 1), a third that copies the first, turns it over "
        "or is constant; and two fair items whose parity is the task",
        _rubrics,
    ),
    edges=(_by_itself,),
    wrong="I(T;A,B,C) = I(T;A) + I(T;B) + I(T;C)",
)

APART = "I(A;B|T) = 0"
rubric_redundancy = linear(
    "thm:rubric-redundancy",
    "I(T;A,B) = I(T;A) + I(T;B) - I(A;B)",
    (APART,),
    random_bayes_nets("T", "A|T", "B|T", T=3, A=2, B=3),
    family=Family(
        "a task of a bit, two items that read it with rows (1/4, 3/4), (1, 0), (0, 1)",
        lambda: exact_laws({"T": [_FAIR, ["1/4", "3/4"]], "A|T": _ROWS, "B|T": _ROWS}),
    ),
    edges=(exact_law({"T": _FAIR, "A|T": _MAPS, "B": [1]}),),
    wrong="I(T;A,B) = I(T;A) + I(T;B)",
)

rubric_adds_up = linear(
    "fol:rubric-adds-up",
    "I(T;A,B) <= I(T;A) + I(T;B)",
    (),
    random_bayes_nets("A", "B", "T|A,B", A=2, B=2, T=2),
    family=Family("two fair items whose parity is the task", lambda: iter((_parity,))),
    assumes=(FINITE,),
)
