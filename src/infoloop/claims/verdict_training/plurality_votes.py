r"""Chapter 6, training on the winner of a vote: it ends at the likeliest answer, right or wrong (S60)."""

import itertools
import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import equality, inequality
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.majority_votes import vote_training, vote_winner, winner_of_three
from infoloop.loops.loop import unroll
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

VOTES, CHANCE = "votes are independent", "ties are broken by chance"
LAWS = (("1/2", "1/2"), ("1/3", "2/3"), ("2/5", "9/20", "3/20"), ("1/4", "1/4", "1/2"), ("1/10", "2/5", "3/10", "1/5"))
_policies = random_numbers(4, jax.nn.softmax, spread=1.5)


def won(policy: Sequence[fmpq], voters: int, ties: str = CHANCE, votes: str = VOTES) -> list[fmpq]:
    """Return the law of the winner, vote by vote; ties may go to the answer that stands first, votes be all alike.

    >>> won([fmpq(1, 4), fmpq(3, 4)], 3)
    [5/32, 27/32]
    """
    found = [fmpq(0)] * len(policy)
    if votes == "all alike":
        return list(policy)
    for cast in itertools.product(range(len(policy)), repeat=voters):
        most = max(map(cast.count, cast))
        tied = sorted(answer for answer in set(cast) if cast.count(answer) == most)
        tied = tied[:1] if ties == "to the first" else tied
        for answer in tied:
            found[answer] += math.prod((policy[v] for v in cast), start=fmpq(1)) / len(tied)
    return found


def _won(case):
    return won(_law(case), case["m"], case.get("ties", CHANCE), case.get("votes", VOTES))


def _law(case):
    return [rational(p) for p in case["policy"]]


def _two_votes(case):
    return vote_winner(case, 2), case


_pair = {"policy": ("1/3", "2/3"), "m": 2, "i": 0}
two_votes = equality(
    "thm:two-votes",
    (VOTES, CHANCE, "m <= 2"),
    _two_votes,
    _policies,
    exact=lambda case: (_won(case)[case["i"]], _law(case)[case["i"]]),
    family=Family(
        "five laws on 2 to 4 answers, 1 and 2 voters, the first two answers",
        lambda: parameter_grid(policy=LAWS, m=(1, 2), i=(0, 1)),
    ),
    edges=(_pair,),
    neighbours=(
        unrefuted(VOTES, "of two exchangeable votes the winner is one of them by chance, whatever binds them"),
        without(CHANCE, {**_pair, "ties": "to the first"}),
        without("m <= 2", {**_pair, "m": 3}),
    ),
    wrong=lambda case: (vote_winner(case, 3), case),
)


def _three(case):
    return vote_winner(case, 3), winner_of_three(case)


def _three_exactly(case):
    law = _law(case)
    i, squares = case["i"], sum((p * p for p in law), fmpq(0))
    return _won(case)[i], law[i] * (1 + law[i] - squares)


_three_case = {"policy": LAWS[2], "m": 3, "i": 0}
three_votes = equality(
    "thm:three-votes-replicator",
    (VOTES, CHANCE, "m = 3"),
    _three,
    _policies,
    exact=_three_exactly,
    family=Family(
        "five laws on 2 to 4 answers and (3/10, 7/20, 7 times 1/20), the first two answers",
        lambda: parameter_grid(policy=(*LAWS, ("3/10", "7/20", *["1/20"] * 7)), m=(3,), i=(0, 1)),
    ),
    edges=(_three_case,),
    neighbours=(
        without(VOTES, {**_three_case, "votes": "all alike"}),
        without(CHANCE, {**_three_case, "ties": "to the first"}),
        without("m = 3", {**_three_case, "m": 4}),
        changed("without the sum of squares", lambda case: (_three_exactly(case)[0], _law(case)[case["i"]] ** 2 * 2)),
    ),
    wrong=lambda case: (_three(case)[0], case),
)


def _parity(case):
    two = jnp.stack([case[0], 1 - case[0]])
    return vote_winner(two, 5), vote_winner(two, 6)


ODD, TWO = "m is odd", "there are two answers"
_FIRST = (fmpq(1, 10), fmpq(1, 3), fmpq(1, 2), fmpq(3, 4))
_parity_case = {"policy": ("1/3", "2/3"), "m": 3, "i": 0}
parity = equality(
    "thm:vote-parity",
    (VOTES, CHANCE, ODD, TWO),
    _parity,
    _policies,
    exact=lambda case: (_won(case)[case["i"]], _won({**case, "m": case["m"] + 1})[case["i"]]),
    family=Family(
        "first answer with 1/10, 1/3, 1/2, 3/4; 1, 3, 5, 7 voters and one more",
        lambda: ({"policy": (p, 1 - p), "m": m, "i": 0} for p in _FIRST for m in (1, 3, 5, 7)),
    ),
    edges=(_parity_case,),
    neighbours=(
        unrefuted(
            VOTES, "it holds of exchangeable votes too: one that is left out by chance decides a tie as a coin does"
        ),
        without(CHANCE, {**_parity_case, "ties": "to the first"}),
        without(ODD, {**_parity_case, "m": 2}),
        without(TWO, {**_parity_case, "policy": LAWS[2]}),
    ),
    wrong=lambda case: (_parity(case)[0], vote_winner(jnp.stack([case[0], 1 - case[0]]), 3)),
)

MORE = "m >= 3"
AHEAD = "pi_i > pi_j > 0"


def _gains(case):
    """Return f_j pi_i and f_i pi_j for the likeliest and the second answer, i and j."""
    law = jnp.sort(case)[::-1]
    found = jnp.stack([vote_winner(law, m) for m in (3, 4, 5)])
    return found[:, 1] * law[0], found[:, 0] * law[1]


def _gains_exactly(case):
    law, found = _law(case), _won(case)
    return found[case["j"]] * law[case["i"]], found[case["i"]] * law[case["j"]]


def _ahead():
    for policy, m in itertools.product((*LAWS[1:], ("51/100", "49/100"), ("7/20", "33/100", "8/25")), (3, 4, 5, 6)):
        law = [rational(p) for p in policy]
        for i, j in itertools.permutations(range(len(law)), 2):
            if law[i] > law[j]:
                yield {"policy": policy, "m": m, "i": i, "j": j}


_close = {"policy": ("501/1000", "499/1000"), "m": 3, "i": 0, "j": 1}
_lead = {"policy": ("2/5", "3/5"), "m": 4, "i": 1, "j": 0}
plurality_gains = inequality(
    "thm:plurality-gains",
    (VOTES, CHANCE, MORE, AHEAD),
    _gains,
    _policies,
    relation="<",
    exact=_gains_exactly,
    family=Family("six laws on 2 to 4 answers, 3 to 6 voters, all pairs that are not tied", _ahead),
    edges=(_close,),
    neighbours=(
        without(VOTES, {**_lead, "votes": "all alike"}),
        without(CHANCE, {**_lead, "ties": "to the first"}),
        without(MORE, {**_lead, "m": 2}),
        without(AHEAD, {**_lead, "policy": ("1/2", "1/2")}, {**_lead, "policy": ("0", "1")}),
        changed("the other way round", lambda case: _gains_exactly(case)[::-1]),
    ),
    wrong=lambda case: _gains(case)[::-1],
)

ROUNDS, _SHARE = 4, fmpq(4, 5)


def _odds(case):
    """Return odds of the second against the likeliest answer over rounds of three votes, and their bound."""
    law = jnp.sort(case)[::-1]
    seen = unroll(vote_training(law, 3), jnp.arange(ROUNDS))
    gap = law[0] - law[1]
    return seen[:, 1] / seen[:, 0], law[1] / law[0] * (1 - 4 * gap / 5) ** jnp.arange(ROUNDS)


def after_rounds(policy: Sequence[fmpq], rounds: int) -> list[fmpq]:
    r"""Return the policy after rounds of three votes, $\pi_i\mapsto\pi_i(1+\pi_i-\sum\pi^2)$.

    >>> after_rounds([fmpq(2, 5), fmpq(9, 20), fmpq(3, 20)], 1)[0]
    203/500
    """
    law = list(policy)
    for _ in range(rounds):
        squares = sum((p * p for p in law), fmpq(0))
        law = [p * (1 + p - squares) for p in law]
    return law


def _odds_exactly(case, share=_SHARE):
    law, j, t = _law(case), case["j"], case["t"]
    top = max(range(len(law)), key=law.__getitem__)
    after = law
    if case.get("ties") or case.get("votes") or case.get("m"):
        for _ in range(t):
            after = won(after, case.get("m", 3), case.get("ties", CHANCE), case.get("votes", VOTES))
    else:
        after = after_rounds(law, t)
    return after[j] / after[top], law[j] / law[top] * (1 - share * (law[top] - law[j])) ** t


def _losing():
    for policy, t in itertools.product(LAWS[1:], (0, 1, 2, 4)):
        law = [rational(p) for p in policy]
        for j in range(len(law)):
            if law[j] < max(law):
                yield {"policy": policy, "j": j, "t": t}


_first_round = {"policy": LAWS[2], "j": 0, "t": 2}
plurality_wins = inequality(
    "thm:plurality-wins",
    (VOTES, CHANCE, "m = 3"),
    _odds,
    _policies,
    exact=_odds_exactly,
    family=Family("four laws on 2 to 4 answers, after 0, 1, 2, 4 rounds, each answer against the likeliest", _losing),
    edges=({"policy": LAWS[2], "j": 0, "t": 0},),
    neighbours=(
        without(VOTES, {**_first_round, "votes": "all alike"}),
        without(CHANCE, {**_first_round, "policy": ("2/5", "3/5"), "m": 4, "ties": "to the first"}),
        without("m = 3", {**_first_round, "m": 2}),
        changed(
            "the gap d in place of 4d/5",
            lambda case: _odds_exactly(case, share=1),
            {"policy": ("1/3", "2/3"), "j": 0, "t": 1},
        ),
    ),
    wrong=lambda case: (_odds(case)[0], _odds(case)[1] * (1 - (jnp.sort(case)[-1] - jnp.sort(case)[-2])) ** 6),
)


def _tied(case):
    p = case[0]
    return vote_winner(jnp.stack([p, 1 - p]), 4, "first")[0] - p, -p * (1 - p) * (3 * p**2 - 5 * p + 1)


def _tied_exactly(case):
    p = case["p"]
    policy = [p, *case.get("others", (1 - p,))]
    gain = won(policy, case.get("m", 4), case.get("ties", "to the first"), case.get("votes", VOTES))[0] - p
    return gain, -p * (1 - p) * (3 * p * p - 5 * p + 1)


TO_RIGHT, FEW = "ties go to the right answer", "there are at most three answers"
_third = {"p": fmpq(1, 3)}
tie_boundary = equality(
    "cnd:tie-boundary",
    (VOTES, TO_RIGHT, FEW, "m = 4"),
    _tied,
    _policies,
    exact=_tied_exactly,
    family=Family(
        "right with probability j/12, j = 1..11, 23/100 and 24/100; one wrong answer, or two, one 3 times the other",
        lambda: (
            {"p": p, "others": tuple((1 - p) * part for part in parts)}
            for p in [*(fmpq(j, 12) for j in range(1, 12)), fmpq(23, 100), fmpq(24, 100)]
            for parts in ((fmpq(1),), (fmpq(3, 4), fmpq(1, 4)))
        ),
    ),
    edges=(_third,),
    neighbours=(
        without(VOTES, {**_third, "votes": "all alike"}),
        without(TO_RIGHT, {**_third, "ties": CHANCE}),
        without(FEW, {"p": fmpq(1, 4), "others": (fmpq(1, 4),) * 3}),
        without("m = 4", {**_third, "m": 5}),
        changed(
            "-p (1-p) (1-2p), with 1/2 as the boundary",
            lambda case: (_tied_exactly(case)[0], -case["p"] * (1 - case["p"]) * (1 - 2 * case["p"])),
        ),
    ),
    wrong=lambda case: (_tied(case)[0], vote_winner(jnp.stack([case[0], 1 - case[0]]), 4)[0] - case[0]),
)

boundary_is_a_half = inequality(
    "fol:vote-boundary-is-a-half",
    (VOTES, TWO, "the right answer has probability p < 1/2"),
    lambda case: (vote_winner(jnp.stack([case[0] / 2, 1 - case[0] / 2]), 4, "first")[0], case[0] / 2),
    _policies,
    exact=lambda case: (_tied_exactly(case)[0] + case["p"], case["p"]),
    family=Family(
        "4 voters, ties to the right answer, p = 1/5 and 1/4", lambda: parameter_grid(p=(fmpq(1, 5), fmpq(1, 4)))
    ),
)


def _rounds_of(case):
    """Return the mass of the first answer at the start, and after 1, 2, ... rounds of three votes."""
    seen = unroll(vote_training(case, 3), jnp.arange(6))[:, 0]
    return seen[0], seen[1:]


def _after_exactly(case):
    law = _law(case)
    return after_rounds(law, case.get("from", 0))[0], after_rounds(law, case["t"])[0]


better_than_chance = inequality(
    "fol:better-than-chance-is-enough",
    (VOTES, CHANCE, "the right answer has probability above 1/K"),
    _rounds_of,
    _policies,
    exact=_after_exactly,
    family=Family(
        "2/5 right, 9/20 and 3/20 for two wrong answers; three voters, after 1 to 4 rounds",
        lambda: parameter_grid(policy=(LAWS[2],), t=(1, 2, 3, 4)),
    ),
)
first_round_decides = inequality(
    "fol:first-round-decides",
    (VOTES, CHANCE, "the right answer gains in the first round"),
    _rounds_of,
    _policies,
    exact=_after_exactly,
    family=Family(
        "3/10 right, 7/20 and seven times 1/20 for wrong answers; three voters, from each of 5 rounds to the next",
        lambda: ({"policy": ("3/10", "7/20", *["1/20"] * 7), "from": t, "t": t + 1} for t in range(5)),
    ),
)
