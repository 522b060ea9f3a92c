"""Chapter 3, episodes: the bits of a reward, of a demonstration, and of a success that was waited for (S25)."""

import itertools
import math

import jax.numpy as jnp
from flint import arb

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.log_sums import entropy_of_masses, exact_binary_entropy, log2
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import real_ball
from infoloop.information.measures import entropy
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.distributions import marginal
from infoloop.probability.numerics import binary_entropy, plog2p
from infoloop.statements.cases import Family, exact_law, exact_laws, random_bayes_nets, random_probabilities
from infoloop.statements.claim import linear
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

FAIR, MAPS = [["1/2", "1/2"]], [[1, 0], [0, 1]]
NOISY = ["1/4", "3/4"]

reward_bits = linear(
    "thm:reward-bits",
    "I(X;S|Y) <= H(S)",
    (),
    random_bayes_nets("X", "Y", "S|X,Y", X=3, Y=2, S=3),
    family=Family(
        "a fair bit X, a query Y with mass (1/2, 1/2) or (1/4, 3/4), any verdict with rows (1/4, 3/4), (1, 0), (0, 1); "
        "and a fair or constant Y with verdicts of three values",
        lambda: itertools.chain(
            exact_laws({"X": FAIR, "Y": [*FAIR, NOISY], "S|X,Y": [NOISY, *MAPS]}),
            exact_laws({"X": FAIR, "Y": FAIR, "S|X,Y": [["1/4", "1/4", "1/2"], [1, 0, 0], [0, 1, 0]]}),
        ),
    ),
    edges=(exact_law({"X": FAIR[0], "Y": [1], "S|X": MAPS}),),
    wrong="I(X;S|Y) <= I(X;S)",
)

pass_rate_ceiling = linear(
    "fol:pass-rate-ceiling",
    "I(X;S) <= H(S|X)",
    (),
    random_bayes_nets("X", "S|X", X=3, S=2),
    assumes=("S takes two values", "H(S|X) is that of the verdict at the pass rate of each task"),
    family=Family(
        "a fair bit X, any verdict with rows (1/4, 3/4), (1, 0), (0, 1)",
        lambda: exact_laws({"X": FAIR, "S|X": [NOISY, *MAPS]}),
    ),
)

demonstration_beats_verdict = linear(
    "thm:demonstration-beats-verdict",
    "I(X;S|Y) <= I(X;A|Y)",
    ("X -> A,Y -> S",),
    random_bayes_nets("X", "A|X", "Y", "S|A,Y", X=3, A=3, Y=2, S=2),
    family=Family(
        "a fair bit X, an answer A with rows (1/4, 3/4), (1, 0), (0, 1), a fair guess Y, any verdict on both",
        lambda: exact_laws({"X": FAIR, "A|X": [NOISY, *MAPS], "Y": FAIR, "S|A,Y": MAPS}),
    ),
    edges=(exact_law({"X": FAIR[0], "A|X": MAPS, "Y": [1], "S|A": MAPS}),),
    wrong="I(X;A|Y) <= I(X;S|Y)",
)


def _demonstrated(net: BayesNet):
    return binary_entropy(marginal(net, "A").table), entropy(net, "A")


def _demonstrated_exactly(case):
    law = case["law"]
    return exact_binary_entropy(case.get("passes", law.table[case["guess"]])), entropy(law, "A")


_PEAKED = (["7/8", "1/16", "1/16"], ["5/6", "1/12", "1/12"], ["9/10", "1/20", "1/40", "1/40"])


def _answers():
    for masses in (["1/2", "1/2"], NOISY, ["1/3"] * 3, ["1/2", "1/4", "1/4"], ["1/8"] * 8, [1, 0, 0], *_PEAKED):
        for guess in range(len(masses)):
            yield {"law": exact_law({"A": masses}), "guess": guess}


demonstration_entropy = inequality(
    "thm:demonstration-entropy",
    ("finite alphabets", "a guess passes with the probability p that it is the answer A"),
    _demonstrated,
    random_bayes_nets("A", A=5),
    exact=_demonstrated_exactly,
    family=Family("nine laws of an answer on 2 to 8 symbols, every guess", _answers),
    edges=({"law": exact_law({"A": NOISY}), "guess": 0},),
    ceiling=lambda _: 1,  # whatever p, h(p) is at most that
    neighbours=(
        without(
            "a guess passes with the probability p that it is the answer A",
            {"law": exact_law({"A": [1, 0, 0]}), "guess": 0, "passes": fmpq(1, 2)},
        ),
    ),
    wrong=lambda net: (_demonstrated(net)[0], -jnp.log2(marginal(net, "A").table.max())),
)


def until_success(p: Number, rounds: int) -> list[Number]:
    """Return the law of the first success among `rounds` independent episodes with pass rate p; last, of none."""
    return [p * (1 - p) ** t for t in range(rounds)] + [(1 - p) ** rounds]


def _until(case):
    (p,) = case
    found = [-plog2p(jnp.stack(until_success(p, n))).sum() for n in (1, 2, 5, 20)]
    return jnp.stack(found), jnp.stack([binary_entropy(p) / p * (1 - (1 - p) ** n) for n in (1, 2, 5, 20)])


def _until_exactly(case):
    """Return the entropy of the transcript, whose law may be given, and the formula."""
    p, rounds = case["p"], case["rounds"]
    law = case.get("law", until_success(p, rounds))
    return entropy_of_masses(law), exact_binary_entropy(p) * ((1 - (1 - p) ** rounds) / p)


_HALF, _TWO = fmpq(1, 2), {"p": fmpq(1, 2), "rounds": 2}
bits_until_success = equality(
    "thm:bits-until-success",
    ("episodes pass with probability p", "episodes are independent"),
    _until,
    random_probabilities(1),
    exact=_until_exactly,
    family=Family(
        "p from 1/8 to 1 in eighths, 1 to 6 episodes",
        lambda: parameter_grid(p=[fmpq(k, 8) for k in range(1, 9)], rounds=range(1, 7)),
    ),
    edges=({"p": fmpq(1, 4), "rounds": 4},),
    neighbours=(
        without("episodes pass with probability p", {**_TWO, "law": [_HALF, _HALF / 4, _HALF * 3 / 4]}),
        without("episodes are independent", {**_TWO, "law": [_HALF, fmpq(0), _HALF]}),  # the second repeats the first
        changed(
            "h(p) for each of n episodes",
            lambda case: (_until_exactly(case)[0], exact_binary_entropy(case["p"]) * case["rounds"]),
        ),
    ),
    wrong=lambda case: (_until(case)[0], -jnp.log2(case[0])),
)


def _per_success(case):
    (p,) = case
    bits, surprisal = binary_entropy(p) / p, -jnp.log2(p)
    return jnp.stack([surprisal, bits]), jnp.stack([bits, surprisal + 1 / math.log(2)])


def _surprisal_and(p, nats):
    return real_ball(lambda: arb(nats) / arb(2).log()) + log2(1 / p)


def _per_success_exactly(case):
    p, side = case.values()
    bits, surprisal = exact_binary_entropy(p) * (1 / p), log2(1 / p)
    return (surprisal, bits) if side == "lower" else (bits, _surprisal_and(p, 1))


surprisal_per_success = inequality(
    "thm:surprisal-per-success",
    ("0 < p <= 1",),
    _per_success,
    random_probabilities(1),
    exact=_per_success_exactly,
    family=Family(
        "p from 1/16 to 1 in sixteenths",
        lambda: parameter_grid(p=[fmpq(k, 16) for k in range(1, 17)], side=("lower", "upper")),
    ),
    edges=({"p": fmpq(1, 1000), "side": "upper"}, {"p": fmpq(1, 2**200), "side": "lower"}),
    neighbours=(
        unrefuted("0 < p <= 1", "neither side has a meaning for other p"),
        changed(
            "99/100 of log2(e)",
            lambda case: (_per_success_exactly(case)[0], _surprisal_and(case["p"], fmpq(99, 100))),
            {"p": fmpq(1, 1000), "side": "upper"},
        ),
    ),
    wrong=lambda case: (_per_success(case)[0], binary_entropy(case[0])),
)

surprisal_per_episode = inequality(
    "fol:surprisal-per-episode",
    ("episodes pass with probability p, independently",),
    lambda case: (-jnp.log2(case[0]), binary_entropy(case[0])),
    random_probabilities(1),
    exact=lambda case: (log2(1 / case["p"]), exact_binary_entropy(case["p"])),
    family=Family("p = 1/2, 1/4, 1/8", lambda: parameter_grid(p=[fmpq(1, 2**k) for k in (1, 2, 3)])),
)
