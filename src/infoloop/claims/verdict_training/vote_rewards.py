r"""Chapter 6, where training on votes ends, and agreement with the vote as a reward (S60)."""

import itertools
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import inequality
from infoloop.claims.verdict_training.plurality_votes import CHANCE, LAWS, MORE, VOTES, won
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.majority_votes import vote_training, vote_winner
from infoloop.loops.loop import unroll
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without

LIKELIEST, AHEAD = "no answer is likelier than i", "pi_i > pi_j > 0"
_policies = random_numbers(4, jax.nn.softmax, spread=1.5)
ROUNDS = 4


def _law(case):
    return [rational(p) for p in case["policy"]]


def _winner(case: Mapping[str, Any], law: list[fmpq]) -> list[fmpq]:
    """Return the law of the winner; of three votes that bind each other, 2/5 and 3/5 although 3/5 and 2/5 are asked.

    With the probability 2/5 all three are for the first of two answers, else one is: each vote is for it with 3/5.
    """
    if case.get("votes") == "one or three for the first":
        assert law == [fmpq(3, 5), fmpq(2, 5)]
        return [fmpq(2, 5), fmpq(3, 5)]
    return won(law, case["m"], case.get("ties", CHANCE), case.get("votes", VOTES))


def _bounded(case):
    """Return odds of the second against the likeliest answer over rounds of four votes, and their bound."""
    law = jnp.sort(case)[::-1]
    seen = unroll(vote_training(law, 4), jnp.arange(ROUNDS))
    share = 1 - law[0] * (law[0] ** 3 - law[1] ** 3)
    return seen[:, 1] / seen[:, 0], law[1] / law[0] * share ** jnp.arange(ROUNDS)


def _bounded_exactly(case, less=1):
    law, i, j, m, t = _law(case), case["i"], case["j"], case["m"], case["t"]
    after = law
    for _ in range(t):
        after = _winner(case, after)
    return after[j] / after[i], law[j] / law[i] * (1 - law[i] * (law[i] ** (m - 1) - less * law[j] ** (m - 1))) ** t


_TIED = ("2/5", "1/5", "2/5")


def _against_the_likeliest():
    for policy, m, t in itertools.product((*LAWS[1:], _TIED), (3, 4, 5), (0, 1, 2)):
        law = [rational(p) for p in policy]
        if len(law) < 4 or m < 5:
            top = law.index(max(law))
            yield from ({"policy": policy, "i": top, "j": j, "m": m, "t": t} for j in range(len(law)) if j != top)


_second = {"policy": LAWS[1], "i": 1, "j": 0, "m": 3, "t": 1}
plurality_limit = inequality(
    "thm:plurality-limit",
    (VOTES, CHANCE, MORE, LIKELIEST),
    _bounded,
    _policies,
    exact=_bounded_exactly,
    family=Family(
        "five laws on 2 to 4 answers, one with two likeliest; 3, 4, 5 voters (of 4 answers 3 and 4), after 0, 1, 2 "
        "rounds; each answer against the likeliest",
        _against_the_likeliest,
    ),
    edges=({"policy": _TIED, "i": 0, "j": 2, "m": 4, "t": 2},),
    neighbours=(
        without(VOTES, {**_second, "votes": "all alike"}),
        without(CHANCE, {**_second, "policy": ("2/5", "3/5"), "m": 4, "ties": "to the first"}),
        without(MORE, {**_second, "m": 2}),
        without(LIKELIEST, {**_second, "i": 0, "j": 1}),
        changed("1 - pi_i^m", lambda case: _bounded_exactly(case, 0), {**_second, "policy": ("49/100", "51/100")}),
    ),
    wrong=lambda case: (_bounded(case)[0], _bounded(case)[1] ** 2 * jnp.sort(case)[-1] / jnp.sort(case)[-2]),
)

SPEEDS = "softmax gradient", "natural gradient"


def _speeds(case):
    """Return speeds of the logits of the second and of the likeliest answer, for 1 to 4 voters and both gradients."""
    law = jnp.sort(case)[::-1]
    found = []
    for m in (1, 2, 3, 4):
        agrees = vote_winner(law, m)
        plain = jax.grad(lambda z, agrees=agrees: jax.nn.softmax(z) @ agrees)(jnp.log(law))
        found.extend((plain, agrees))
    return jnp.stack(found)[:, 1], jnp.stack(found)[:, 0]


def _speeds_exactly(case):
    """Return the speeds of both logits: the mean of reward times score, answer by answer; or the mean reward."""
    law = _law(case)
    agrees = _winner(case, law)
    if case["by"] == SPEEDS[1]:
        return agrees[case["j"]], agrees[case["i"]]
    both = []
    for y in (case["j"], case["i"]):
        scores = [(1 if answer == y else 0) - law[y] for answer in range(len(law))]
        both.append(sum((p * f * score for p, f, score in zip(law, agrees, scores, strict=True)), fmpq(0)))
    return tuple(both)


def _leads():
    for policy, m, by in itertools.product((*LAWS[1:], ("51/100", "49/100")), (1, 2, 3, 4), SPEEDS):
        law = [rational(p) for p in policy]
        top = law.index(max(law))
        yield from (
            {"policy": policy, "m": m, "i": top, "j": j, "by": by} for j in range(len(law)) if law[j] < law[top]
        )


_lead = {"policy": ("2/5", "3/5"), "m": 2, "i": 1, "j": 0, "by": SPEEDS[1]}
agreement_as_reward = inequality(
    "thm:agreement-as-reward",
    (VOTES, CHANCE, LIKELIEST, AHEAD),
    _speeds,
    _policies,
    relation="<",
    exact=_speeds_exactly,
    family=Family(
        "five laws on 2 to 4 answers, 1 to 4 voters, each answer against the likeliest, under both gradients", _leads
    ),
    edges=({**_lead, "policy": ("499/1000", "501/1000"), "m": 1},),
    neighbours=(
        without(
            VOTES, {**_lead, "policy": ("3/5", "2/5"), "m": 3, "i": 0, "j": 1, "votes": "one or three for the first"}
        ),
        without(CHANCE, {**_lead, "ties": "to the first"}),
        without(LIKELIEST, {**_lead, "policy": ("7/10", "1/5", "1/10"), "m": 1, "i": 1, "j": 2, "by": SPEEDS[0]}),
        without(AHEAD, {**_lead, "policy": ("1/2", "1/2")}),
        changed("the other way round", lambda case: _speeds_exactly(case)[::-1]),
    ),
    wrong=lambda case: _speeds(case)[::-1],
)
