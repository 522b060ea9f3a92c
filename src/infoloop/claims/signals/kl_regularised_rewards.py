"""Chapter 3, rewards: the best policy under a penalty, by the table and in closed form (S28)."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.log_sums import LogSum, log2, rational
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.policy_optimisation import best_objective, objective, regularised
from infoloop.learning.verifier_feedback import rewarded_mass
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.distributions import marginal
from infoloop.probability.numerics import LOG2E
from infoloop.statements.cases import Family, random_bayes_nets, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

LAWS = (["1/2", "1/8", "1/8", "1/4"], ["1/10", "1/5", "3/10", "2/5"], ["1/4"] * 4, ["1/16", "1/16", "7/8", 0])
GOOD, REWARDS = (1, 1, 0, 0), (3, 2, 1, 0)
PENALISED = ("a binary reward", "the policy maximises the mean reward minus beta times its divergence from a base")
_STRENGTHS = [fmpq(3, 2), fmpq(2), fmpq(10)]


def tilted(masses: Sequence[Number], factors: Sequence[Number]) -> list[Number]:
    """Return the law proportional to masses times factors.

    >>> tilted([fmpq(1, 2), fmpq(1, 2)], [fmpq(3), fmpq(1)])
    [3/4, 1/4]
    """
    weights = [p * w for p, w in zip(masses, factors, strict=True)]
    return [w / sum(weights) for w in weights]


def good_mass(masses: Number) -> Number:
    """Return what a law on four outputs gives to the first two, which are the right ones."""
    return masses[0] + masses[1]


def _regularised_rate(rate, strength):
    r"""Return $\frac{p_0e^{1/\beta}}{p_0e^{1/\beta}+1-p_0}$, where `strength` is $e^{1/\beta}$.

    >>> _regularised_rate(fmpq(1, 4), fmpq(3))
    1/2
    """
    return rate * strength / (rate * strength + 1 - rate)


_penalised = random_numbers(5, lambda x: (jax.nn.softmax(2 * x[:4]), jnp.exp(x[4])))


def _regularised(case):
    base, beta = case
    return good_mass(regularised(base, GOOD, beta)), rewarded_mass(good_mass(base), beta)


def _base(case):
    return [rational(p) for p in case["base"]]


def _regularised_exactly(case):
    """Return the rate of right answers and its formula, or the share of an output among its like in both laws."""
    base, strength, part = _base(case), case["strength"], case["part"]
    found = tilted(base, [strength**r for r in case.get("rewards", GOOD)])
    if case.get("policy") == "the right ones alone":
        found = tilted(base, GOOD)
    if part == "rate":
        return good_mass(found), _regularised_rate(good_mass(base), strength)
    first, last = (0, 2) if part == "share of the first" else (2, 4)
    y = first if part == "share of the first" else last - 1
    return tuple(law[y] / sum(law[first:last]) for law in (found, base))


PARTS = ("rate", "share of the first", "share of the last")
_sixth = {"base": LAWS[0], "strength": fmpq(2), "part": "rate"}
regularised_reward = equality(
    "thm:regularised-reward",
    PENALISED,
    _regularised,
    _penalised,
    exact=_regularised_exactly,
    family=Family(
        "four laws on four outputs, of which two are right, exp(1/beta) 3/2, 2 and 10: the rate, the share of the "
        "first output among the right ones, and of the last among the wrong ones",
        lambda: parameter_grid(base=LAWS, strength=_STRENGTHS, part=PARTS),
    ),
    edges=tuple({**_sixth, "part": part} for part in PARTS),
    neighbours=(
        without(PENALISED[0], {**_sixth, "part": PARTS[1], "rewards": (2, 1, 0, 0)}),
        without(PENALISED[1], {**_sixth, "policy": "the right ones alone"}),
        changed(
            "half of beta",
            lambda case: (
                _regularised_exactly(case)[0],
                _regularised_rate(good_mass(_base(case)), case["strength"] ** 2),
            ),
            _sixth,
        ),
    ),
    wrong=lambda case: (_regularised(case)[0], rewarded_mass(good_mass(case[0]), 2 * case[1])),
)


def _objective(net: BayesNet):
    """Return reward in units of beta, minus divergence, in bits, of any policy Q; and the best that there is."""
    base, policy = marginal(net, "Y").table, marginal(net, "Q").table
    reached, best = objective(policy, base, REWARDS, 0.5), best_objective(base, REWARDS, 0.5)
    return reached * LOG2E / 0.5, best * LOG2E / 0.5


def _objective_exactly(case, weight=1):
    """Return what a policy reaches, with this weight on the divergence, and the best."""
    base, policy = ([rational(p) for p in case[key]] for key in ("base", "policy"))
    strength, rewards = case["strength"], REWARDS
    reached = LogSum()
    for p, q, r in zip(base, policy, rewards, strict=True):
        reached = reached + (log2(strength**r) + log2(p / q) * weight) * q if q else reached
    return reached, log2(sum((p * strength**r for p, r in zip(base, rewards, strict=True)), fmpq(0)))


_full = LAWS[:3]
_best = {
    "base": _full[0],
    "policy": [str(p) for p in tilted([rational(p) for p in _full[0]], [fmpq(2) ** r for r in REWARDS])],
    "strength": fmpq(2),
}
regularised_optimum = inequality(
    "thm:regularised-optimum",
    ("finite alphabets",),
    _objective,
    random_bayes_nets("Y", "Q", Y=4, Q=4),
    exact=_objective_exactly,
    family=Family(
        "bases and policies among four laws on four outputs with rewards 3, 2, 1, 0, exp(1/beta) 3/2, 2 and 10",
        lambda: parameter_grid(base=_full, policy=LAWS, strength=_STRENGTHS),
    ),
    edges=(_best,),
    neighbours=(
        changed(
            "99/100 of the divergence, that is a weaker penalty",
            lambda case: _objective_exactly(case, fmpq(99, 100)),
            _best,
        ),
    ),
    wrong=lambda net: (_objective(net)[0], _objective(net)[1] / 2),
)
