"""Chapter 6, process and outcome: what the steps tell that the outcome hides, shortcuts, and rubrics (S58)."""

import itertools
from collections.abc import Iterator

from infoloop.claims.verdict_training.step_credit import FINITE
from infoloop.exact.rational_laws import RationalLaw
from infoloop.information.expressions import evaluate
from infoloop.statements.cases import Family, Fixed, exact_law, exact_laws, random_bayes_nets
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
FULL = "every pair of values of S and C has mass"


def _full_support() -> Iterator[RationalLaw]:
    """Yield the laws of a grid with full support of S and C in which R hangs on S only, and on C only."""
    for rows in ([["1/2", "1/2"], ["1/4", "3/4"]], [["1/4", "3/4"], ["3/4", "1/4"]]):
        for law in exact_laws(
            {
                "S": [["1/2", "1/2"], ["1/3", "2/3"]],
                "C|S": Fixed(rows),
                "R|S,C": [["1/4", "3/4"], ["1/2", "1/2"], [1, 0]],
            }
        ):
            if all(evaluate(expression, law).sign() == 0 for expression in ("I(R;C|S)", "I(R;S|C)")):
                yield law


_coin = {"S": _FAIR, "C": _FAIR}
shortcut_told_apart = linear(
    "thm:shortcut-told-apart",
    "I(R;S,C) = 0",
    (SCREENED, OTHER),
    random_bayes_nets("S,C", "R", S=2, C=3, R=2),
    assumes=(FINITE, SCREENED, OTHER, FULL),
    family=Family(
        "S (1/2, 1/2) or (1/3, 2/3), C|S rows (1/2, 1/2), (1/4, 3/4) or (1/4, 3/4), (3/4, 1/4), and of all rewards "
        "with rows (1/4, 3/4), (1/2, 1/2), (1, 0) those that are independent of C given S and of S given C",
        _full_support,
    ),
    loose="both sides are 0, and 1 % more of 0 is 0",
    neighbours=(
        without(SCREENED, exact_law({**_coin, "R|C": _MAPS})),
        without(OTHER, exact_law({**_coin, "R|S": _MAPS})),
        without(FULL, exact_law({"S": _FAIR, "C|S": _MAPS, "R|S": _MAPS})),
    ),
    wrong="H(S,C) = 0",
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
