"""Chapter 3, rewards: what policies make of exact rewards under a penalty, by the table and in closed form (S28)."""

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
from flint import arb

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.rational_laws import LogSum, fmpq, log2, rational
from infoloop.exact.real_balls import real_ball
from infoloop.learning.policy_optimisation import best_objective, objective, regularised
from infoloop.learning.verifier_feedback import group_relative, rewarded_mass
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.distributions import marginal
from infoloop.probability.numerics import LOG2E
from infoloop.statements.cases import Cases, Family, random_bayes_nets, random_numbers
from infoloop.statements.parameter_grids import parameter_grid

LAWS = (["1/2", "1/8", "1/8", "1/4"], ["1/10", "1/5", "3/10", "2/5"], ["1/4"] * 4, ["1/16", "1/16", "7/8", 0])
GOOD, REWARDS = (1, 1, 0, 0), (3, 2, 1, 0)
PENALISED = ("a binary reward", "the policy maximises the mean reward minus beta times its divergence from a base")
WHITENED = (
    "a binary reward",
    "each policy is the base tilted by rewards that the last policy's mean and spread have whitened",
)
_STRENGTHS = [fmpq(3, 2), fmpq(2), fmpq(10)]
_RATES = [fmpq(k, 8) for k in range(1, 8)]


def tilted(masses: Sequence[Number], factors: Sequence[Number]) -> list[Number]:
    """Return the law proportional to masses times factors.

    >>> tilted([fmpq(1, 2), fmpq(1, 2)], [fmpq(3), fmpq(1)])
    [3/4, 1/4]
    """
    weights = [p * w for p, w in zip(masses, factors, strict=True)]
    return [w / sum(weights) for w in weights]


def _good_mass(masses):
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
    return _good_mass(regularised(base, GOOD, beta)), rewarded_mass(_good_mass(base), beta)


def _regularised_exactly(case):
    base = [rational(p) for p in case["base"]]
    found = tilted(base, [case["strength"] ** r for r in GOOD])
    return _good_mass(found), _regularised_rate(_good_mass(base), case["strength"])


regularised_reward = equality(
    "thm:regularised-reward",
    PENALISED,
    _regularised,
    _penalised,
    exact=_regularised_exactly,
    family=Family(
        "four laws on four outputs, of which two are right, exp(1/beta) 3/2, 2 and 10",
        lambda: parameter_grid(base=LAWS, strength=_STRENGTHS),
    ),
    edges=({"base": LAWS[0], "strength": fmpq(2)},),
    wrong=lambda case: (_regularised(case)[0], rewarded_mass(_good_mass(case[0]), 2 * case[1])),
)


def _objective(net: BayesNet):
    """Return reward in units of beta, minus divergence, in bits, of any policy Q; and the best that there is."""
    base, policy = marginal(net, "Y").table, marginal(net, "Q").table
    reached, best = objective(policy, base, REWARDS, 0.5), best_objective(base, REWARDS, 0.5)
    return reached * LOG2E / 0.5, best * LOG2E / 0.5


def _objective_exactly(case):
    base, policy = ([rational(p) for p in case[key]] for key in ("base", "policy"))
    strength, rewards = case["strength"], REWARDS
    reached = LogSum({})
    for p, q, r in zip(base, policy, rewards, strict=True):
        reached = reached + log2(strength**r * p / q) * q if q else reached
    return reached, log2(sum((p * strength**r for p, r in zip(base, rewards, strict=True)), fmpq(0)))


_full = LAWS[:3]
_best = {
    "base": _full[0],
    "policy": [str(p) for p in tilted([rational(p) for p in _full[0]], [fmpq(2) ** r for r in REWARDS])],
    "strength": fmpq(2),
}
regularised_optimum = inequality(
    "thm:regularised-optimum",
    ("finite alphabets", PENALISED[1]),
    _objective,
    random_bayes_nets("Y", "Q", Y=4, Q=4),
    exact=_objective_exactly,
    family=Family(
        "bases and policies among four laws on four outputs with rewards 3, 2, 1, 0, exp(1/beta) 3/2, 2 and 10",
        lambda: parameter_grid(base=_full, policy=LAWS, strength=_STRENGTHS),
    ),
    edges=(_best,),
    wrong=lambda net: (_objective(net)[0], _objective(net)[1] / 2),
)


def whitened_logit(rate: arb, current: arb, beta: arb) -> arb:
    r"""Return $\mathrm{logit}\,p_0+\frac1{\beta\sqrt{p(1-p)}}$: the logit of the success rate that follows on p."""
    return (rate / (1 - rate)).log() + 1 / (beta * (current * (1 - current)).sqrt())


_whitened = random_numbers(9, lambda x: (jax.nn.softmax(x[:4]), jax.nn.softmax(x[4:8]), jnp.exp(x[8])))


def _recursion(case):
    base, policy, beta = case
    rewards = jnp.array(GOOD)
    mean = policy @ rewards
    spread = jnp.sqrt(policy @ (rewards - mean) ** 2)
    found = jax.nn.softmax(jnp.log(base) + (rewards - mean) / (beta * spread))
    return _good_mass(found), group_relative(_good_mass(base), beta).step(None, _good_mass(policy))


def _recursion_exactly(case):
    """Return the same at rates k^2/(k^2 + m^2), whose spread is rational, and 1/beta = km ln v."""
    base, k, m, v = [rational(p) for p in case["base"]], case["k"], case["m"], case["v"]
    rate = fmpq(k * k, k * k + m * m)
    policy = [rate / 3, rate * 2 / 3, (1 - rate) / 4, (1 - rate) * 3 / 4]
    mean = sum((q * r for q, r in zip(policy, GOOD, strict=True)), fmpq(0))
    variance = sum((q * (r - mean) ** 2 for q, r in zip(policy, GOOD, strict=True)), fmpq(0))
    spread = fmpq(k * m, k * k + m * m)
    assert spread**2 == variance
    found = tilted(base, [v ** int(((r - mean) / spread * k * m).p) for r in GOOD])
    odds = _good_mass(base) / (1 - _good_mass(base)) * v ** (k * k + m * m)
    return _good_mass(found), odds / (1 + odds)


grpo_recursion = equality(
    "thm:grpo-recursion",
    WHITENED,
    _recursion,
    _whitened,
    exact=_recursion_exactly,
    family=Family(
        "four bases on four outputs, success rates k^2/(k^2 + m^2), k and m up to 3, 1/beta = km ln v, v = 3/2 or 2",
        lambda: parameter_grid(base=LAWS, k=(1, 2, 3), m=(1, 2, 3), v=(fmpq(3, 2), fmpq(2))),
    ),
    edges=({"base": LAWS[2], "k": 1, "m": 2, "v": fmpq(3, 2)},),
    wrong=lambda case: (
        _recursion(case)[0],
        group_relative(_good_mass(case[1]), case[2]).step(None, _good_mass(case[1])),
    ),
)

_scalars = random_numbers(3, lambda x: (jax.nn.sigmoid(2 * x[0]), jax.nn.sigmoid(2 * x[1]), jnp.exp(x[2])))


def _floor(case):
    rate, current, beta = case
    return rewarded_mass(rate, beta / 2), group_relative(rate, beta).step(None, current)


def _exact_rate(rate, current, beta):
    logit = real_ball(lambda: whitened_logit(arb(rate), arb(current), arb(beta)))
    return real_ball(lambda: 1 / (1 + (-logit.ball()).exp()))


_rounds = Family(
    "base rates and current ones k/8, the latter not 1/2; beta 1/2, 1 and 2",
    lambda: parameter_grid(
        rate=_RATES, current=[p for p in _RATES if p != fmpq(1, 2)], beta=[fmpq(1, 2), fmpq(1), fmpq(2)]
    ),
)
grpo_floor = inequality(
    "thm:grpo-floor",
    WHITENED,
    _floor,
    _scalars,
    exact=lambda case: (_exact_rate(case["rate"], fmpq(1, 2), case["beta"]), _exact_rate(*case.values())),
    family=_rounds,
    edges=({"rate": fmpq(1, 4), "current": fmpq(1, 2), "beta": fmpq(2)},),
    wrong=lambda case: (_floor(case)[0], rewarded_mass(case[0], case[2])),
)


def turning_point(beta: Number, root: Callable = jnp.sqrt, asinh: Callable = jnp.arcsinh) -> Number:
    r"""Return $2\,\mathrm{arsinh}\,\beta-\frac{2\sqrt{1+\beta^2}}\beta$: the largest base logit with a fixed point."""
    return 2 * asinh(beta) - 2 * root(1 + beta**2) / beta


def _threshold(case):
    _, current, beta = case
    gain = 1 / (beta * jnp.sqrt(current * (1 - current)))
    spread = 2 * jnp.sqrt(1 + beta**2) / beta
    return jnp.log(current / (1 - current)) + spread, turning_point(beta) + spread + gain


def _threshold_exactly(case):
    current, beta = case["current"], case["beta"]
    spread = real_ball(lambda: 2 * arb(1 + beta**2).sqrt() / arb(beta))
    logit = real_ball(lambda: arb(current / (1 - current)).log())
    highest = real_ball(lambda: turning_point(arb(beta), arb.sqrt, arb.asinh))
    return logit + spread, highest + spread + real_ball(lambda: 1 / (arb(beta) * arb(current * (1 - current)).sqrt()))


grpo_threshold = inequality(
    "thm:grpo-threshold",
    WHITENED,
    _threshold,
    _scalars,
    exact=_threshold_exactly,
    family=Family(
        "success rates k/16, beta 1/2, 1, 3/2 and 3",
        lambda: parameter_grid(
            current=[fmpq(k, 16) for k in range(1, 16)], beta=[fmpq(1, 2), fmpq(1), fmpq(3, 2), fmpq(3)]
        ),
    ),
    edges=({"current": fmpq(4, 5), "beta": fmpq(3, 4)},),
    wrong=lambda case: (_threshold(case)[0], _threshold(case)[1] - jnp.arcsinh(case[2])),
)


def _held(case):
    rate, current, beta = case
    near = 1 - (1 - current) / 100
    return group_relative(rate, beta).step(None, near), near


grpo_penalty_holds = inequality(
    "fol:grpo-penalty-holds",
    (*WHITENED, "the success rate is above 99/100"),
    _held,
    _scalars,
    exact=lambda case: (_exact_rate(*case.values()), case["current"]),
    family=Family(
        "base rates k/8, a success rate of 999/1000, beta 2, 1 and 1/2",
        lambda: parameter_grid(rate=_RATES, current=[fmpq(999, 1000)], beta=[fmpq(2), fmpq(1), fmpq(1, 2)]),
    ),
)


def _settling(case):
    """Return how far from a fixed point a round ends that started 1 % above it, and how far it started."""
    star, _, beta = case
    base = jax.nn.sigmoid(jnp.log(star / (1 - star)) - 1 / (beta * jnp.sqrt(star * (1 - star))))
    return jnp.abs(group_relative(base, beta).step(None, 1.01 * star) - star), 0.01 * star


def _settling_exactly(case):
    star, beta = case["star"], case["beta"]
    base = real_ball(lambda: whitened_logit(arb(1 - star), arb(star), arb(beta)).exp())
    near = star * fmpq(101, 100)
    gain = real_ball(lambda: 1 / (arb(beta) * arb(near * (1 - near)).sqrt()))
    after = real_ball(lambda: 1 / (1 + base.ball() * (-gain.ball()).exp()))
    return (after - star) * (1 if (after - star).sign() > 0 else -1), near - star


grpo_settles = inequality(
    "fol:grpo-settles",
    (*WHITENED, "the round starts 1 % above a fixed point below 1/2"),
    _settling,
    Cases(_scalars.draw, lambda x: (1 / 20 + 2 / 5 * jax.nn.sigmoid(2 * x[0]), x[1], jnp.exp(jnp.tanh(x[2])))),
    exact=_settling_exactly,
    family=Family(
        "fixed points k/10 below 1/2, beta 2, 1 and 1/2",
        lambda: parameter_grid(star=[fmpq(k, 10) for k in (4, 3, 2, 1)], beta=[fmpq(2), fmpq(1), fmpq(1, 2)]),
    ),
)
