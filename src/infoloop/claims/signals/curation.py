"""Chapter 3, curation: policies tilted by what a verifier says, right or wrong, round after round (S29, S30)."""

import itertools
from collections.abc import Sequence

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.claims.signals.kl_regularised_rewards import LAWS, tilted
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
from infoloop.information.expressions import evaluate
from infoloop.learning.policy_optimisation import curation
from infoloop.learning.verifier_feedback import verified_mass
from infoloop.loops.loop import unroll
from infoloop.probability.distributions import marginal
from infoloop.statements.cases import Family, exact_law, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

GOOD = (1, 1, 0, 0)
JUDGED = (
    "right answers pass at the rate TPR, wrong ones at FPR",
    "each round tilts the policy by the exponential of the pass rate",
)
CURATED = ("finite alphabets", "each round tilts the policy by the exponential of the reward")
ROUNDS = 4


def curated_rounds(masses: list[Number], factors: Sequence[Number], count: int) -> list[Number]:
    """Return the law after `count` rounds, each of which multiplies masses by factors and divides by the sum.

    >>> curated_rounds([fmpq(1, 2), fmpq(1, 2)], [fmpq(2), fmpq(1)], 2)
    [4/5, 1/5]
    """
    for _ in range(count):
        masses = tilted(masses, factors)
    return masses


def _laws(base, rewards):
    """Return the policies of curated retraining, from the base on."""
    return unroll(curation(base, rewards), jnp.arange(1 + ROUNDS))


_noisy = random_numbers(6, lambda x: (jax.nn.softmax(x[:4]), *jax.nn.sigmoid(2 * x[4:])))


def _drift(case):
    """Return the mass of right answers after 0, 1, 2, ... rounds on the table, and in closed form."""
    base, passes, slips = case
    found = _laws(base, jnp.where(jnp.array(GOOD) > 0, passes, slips))[:, :2].sum(1)
    return found, verified_mass(base[0] + base[1], true_positive=passes, false_positive=slips, t=jnp.arange(1 + ROUNDS))


def _drift_exactly(case):
    """Return the same exactly: with 2^8 for e, and rates in eighths, all tilts are rational."""
    base, passes, slips, t = [rational(p) for p in case["base"]], case["passes"], case["slips"], case["t"]
    rates = case.get("rates", [passes if good else slips for good in GOOD])
    tilts = [fmpq(r) if case.get("tilted by") == "the rate" else fmpq(2) ** r for r in rates]
    found = curated_rounds(base, tilts, t)
    odds = (base[0] + base[1]) / (base[2] + base[3]) * fmpq(2) ** ((passes - slips) * t)
    if case.get("flow"):  # in t, odds have the slope J times themselves, p = odds/(1 + odds) that of a quotient
        p, slope = odds / (1 + odds), fmpq(passes - slips, 8) * odds
        return (slope * (1 + odds) - odds * slope) / (1 + odds) ** 2, fmpq(passes - slips, 8) * p * (1 - p)
    return found[0] + found[1], odds / (1 + odds)


def _informative(case):
    base, passes, slips = case
    return _drift(case)[0], _drift((base, passes, 0 * slips))[1]


_slipping = {"base": LAWS[0], "passes": 5, "slips": 6, "t": 2}
noisy_verifier = equality(
    "thm:noisy-verifier",
    JUDGED,
    _drift,
    _noisy,
    exact=_drift_exactly,
    family=Family(
        "four laws on four outputs, two of them right; pass rates 0, 2, ..., 8 eighths; 256 for e; 1 to 3 rounds; and "
        "the slope of the formula in t against the flow",
        lambda: itertools.chain(
            parameter_grid(base=LAWS, passes=range(0, 9, 2), slips=range(0, 9, 2), t=(1, 2, 3)),
            parameter_grid(base=LAWS, passes=range(0, 9, 2), slips=range(0, 9, 2), t=(0, 1), flow=(True,)),
        ),
    ),
    edges=(_slipping,),
    neighbours=(
        without(JUDGED[0], {**_slipping, "rates": (8, 2, 6, 6)}),
        without(JUDGED[1], {**_slipping, "tilted by": "the rate"}),
        changed("TPR in place of J", lambda case: (_drift_exactly(case)[0], _drift_exactly({**case, "slips": 0})[1])),
    ),
    wrong=_informative,
)


def _opened(case):
    """Return a fair bit X, a guess Y that is right with probability p, and the verdict S on it."""
    p, passes, slips = case["p"], fmpq(case["passes"], 8), fmpq(case["slips"], 8)
    verdicts = [[[1 - r, r] for r in ((passes, slips) if x == 0 else (slips, passes))] for x in (0, 1)]
    return exact_law({"X": ["1/2", "1/2"], "Y|X": [[p, 1 - p], [1 - p, p]], "S|X,Y": verdicts})


def _improves_exactly(case):
    law = _opened(case)
    assert evaluate("I(X;S|Y)", law).sign() > 0
    guesses = marginal(law, "X", "Y").table
    right, wrong = guesses[0, 0] + guesses[1, 1], guesses[0, 1] + guesses[1, 0]
    after = curated_rounds([right, wrong], [fmpq(2) ** case["passes"], fmpq(2) ** case["slips"]], 1)
    return right, after[0]


open_improves = inequality(
    "fol:open-improves",
    (*JUDGED, "I(X;S|Y) > 0"),
    lambda case: (_drift(case)[0][0], _drift(case)[0][1]),
    _noisy,
    exact=_improves_exactly,
    family=Family(
        "a guess that is right with probability 1/4, 1/2, 3/4; different pass rates 8, 5, 2 eighths; 256 for e",
        lambda: (
            c
            for c in parameter_grid(p=[fmpq(k, 4) for k in (1, 2, 3)], passes=(8, 5, 2), slips=(8, 5, 2))
            if c["passes"] != c["slips"]
        ),
    ),
)

_rewarded = random_numbers(8, lambda x: (jax.nn.softmax(x[:4]), jnp.exp(x[4:] / 2)))


def _mean(masses, values):
    return sum(p * r for p, r in zip(masses, values, strict=True))


def covariance_gain(masses: Sequence[Number], values: Sequence[Number], factors: Sequence[Number]) -> Number:
    r"""Return $\mathrm{Cov}_p(r,w)/\mathbb E_pw$: what tilting p by w adds to the mean of r.

    >>> covariance_gain([fmpq(1, 2), fmpq(1, 2)], [1, 0], [fmpq(3), fmpq(1)])
    1/4
    """
    both = [r * w for r, w in zip(values, factors, strict=True)]
    return _mean(masses, both) / _mean(masses, factors) - _mean(masses, values)


def _gains(case):
    base, rewards = case
    first, second = _laws(base, rewards)[:2] @ rewards
    factors = jnp.exp(rewards)
    return second - first, base @ ((rewards - first) * factors) / (base @ factors)


def _curated(case):
    """Return base, rewards and what a round multiplies masses by: powers of 2, unless the case has other factors."""
    base, rewards = [rational(p) for p in case["base"]], case["rewards"]
    return base, rewards, case.get("factors", [fmpq(2) ** r for r in rewards])


def _gains_exactly(case):
    base, rewards, factors = _curated(case)
    found = _mean(curated_rounds(base, factors, 1), rewards) - _mean(base, rewards)
    return found, covariance_gain(base, rewards, [fmpq(2) ** r for r in rewards])


_graded = Family(
    "four laws on four outputs, rewards from 0 to 2 ln 2 in multiples of ln 2, in any order",
    lambda: parameter_grid(base=LAWS, rewards=itertools.product(range(3), repeat=4)),
)
_mixed = {"base": LAWS[0], "rewards": (2, 0, 1, 0)}
curation_gain = equality(
    "thm:curation-gain",
    CURATED,
    _gains,
    _rewarded,
    exact=_gains_exactly,
    family=_graded,
    edges=(_mixed,),
    neighbours=(
        without(CURATED[1], {**_mixed, "factors": [fmpq(3), fmpq(1), fmpq(2), fmpq(1)]}),
        changed(
            "the variance of the reward, as for small rewards",
            lambda case: (
                _gains_exactly(case)[0],
                covariance_gain(*_curated(case)[:2], [1 + r for r in case["rewards"]]),
            ),
        ),
    ),
    wrong=lambda case: (_gains(case)[0], case[0] @ (case[1] - case[0] @ case[1]) ** 2),
)


def _raised(case):
    base, rewards = case
    means = _laws(base, rewards) @ rewards
    return means[:-1], means[1:]


def _raised_exactly(case):
    """Return the mean reward before and after a round; before, with 1/1000 more where rewards in use differ.

    A gain above 0 is one above the least gain of the family, which is finite.
    """
    base, rewards, factors = _curated(case)
    gains = len({r for p, r in zip(base, rewards, strict=True) if p}) > 1
    return _mean(base, rewards) + fmpq(gains, 1000), _mean(curated_rounds(base, factors, 1), rewards)


curation_raises = inequality(
    "thm:curation-raises",
    CURATED,
    _raised,
    _rewarded,
    exact=_raised_exactly,
    family=Family(f"{_graded.description}; where they differ, by 1/1000 at least", _graded.members),
    edges=({"base": LAWS[0], "rewards": (1, 1, 1, 1)},),
    neighbours=(
        without(CURATED[1], {**_mixed, "factors": [fmpq(1), fmpq(4), fmpq(2), fmpq(4)]}),
        changed(
            "a gain wherever rewards differ, also where the base has no mass",
            lambda case: (
                _raised_exactly(case)[0] + fmpq(len(set(case["rewards"])) > 1, 1000),
                _raised_exactly(case)[1],
            ),
            {"base": LAWS[3], "rewards": (0, 0, 0, 1)},
        ),
    ),
    wrong=lambda case: _raised(case)[::-1],
)


def _against(case):
    """Return odds against the best output, the first, after 0, 1, 2, ... rounds, and what they are at most."""
    base, extra = case
    laws = _laws(base, -jnp.concatenate([jnp.zeros(1), jnp.cumsum(extra)]))
    odds = laws[:, 1:].sum(1) / laws[:, 0]
    return odds, base[1:].sum() / base[0] * jnp.exp(-extra[0] * jnp.arange(1 + ROUNDS))


def _against_exactly(case):
    base, gaps, t = [rational(p) for p in case["base"]], case["gaps"], case["t"]
    law = curated_rounds(base, case.get("factors", [fmpq(1), *(fmpq(1, 2**g) for g in gaps)]), t)
    start = (1 - base[0]) / base[0]
    return (1 - law[0]) / law[0], start * fmpq(1, 2 ** (min(filter(None, gaps)) * t))


_unlike = random_numbers(7, lambda x: (jax.nn.softmax(x[:4]), jnp.exp(x[4:] - 1)))
_alike = {"base": LAWS[0], "gaps": (1, 1, 1), "t": 5}
curation_limit = inequality(
    "thm:curation-limit",
    (*CURATED, "one output of the support has the largest reward"),
    _against,
    _unlike,
    exact=_against_exactly,
    family=Family(
        "four laws on four outputs, the best of which has 1 or 2 times ln 2 more than each other; 1, 2, 5 rounds",
        lambda: parameter_grid(base=LAWS, gaps=itertools.product((1, 2), repeat=3), t=(1, 2, 5)),
    ),
    edges=(_alike,),
    neighbours=(
        without(CURATED[1], {**_alike, "factors": [fmpq(8), fmpq(5), fmpq(5), fmpq(5)]}),
        without("one output of the support has the largest reward", {**_alike, "gaps": (0, 1, 1)}),
        changed(
            "the largest gap in place of the least",
            lambda case: (_against_exactly(case)[0], _against_exactly({**case, "gaps": (max(case["gaps"]),) * 3})[1]),
            {**_alike, "gaps": (1, 2, 2)},
        ),
    ),
    wrong=lambda case: (_against(case)[0], _against(case)[1] ** 2),
)


def _grows(case):
    before, after = _laws(case[0], (2.0, 1.0, 0.0, 0.0))[:2, 0]
    return before, after


def _grows_exactly(case):
    base, rewards, factors = _curated(case)
    best = rewards.index(max(rewards))
    return base[best], curated_rounds(base, factors, 1)[best]


curation_finds_best = inequality(
    "fol:curation-finds-best",
    (*CURATED, "one output has the largest reward"),
    _grows,
    _rewarded,
    relation="<",
    exact=_grows_exactly,
    family=Family(
        "four laws on four outputs, three rewards of 0 and one of ln 2, in any place",
        lambda: parameter_grid(base=LAWS, rewards=sorted(set(itertools.permutations((1, 0, 0, 0))))[::-1]),
    ),
)
