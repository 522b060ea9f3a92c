"""Chapter 3, whitened rewards: group-relative rounds against a base, by the table and in closed form (S28)."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
from flint import arb

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.claims.signals.kl_regularised_rewards import GOOD, LAWS, good_mass, tilted
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, real_ball
from infoloop.learning.verifier_feedback import group_relative, rewarded_mass
from infoloop.statements.cases import Cases, Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

WHITENED = (
    "a binary reward",
    "each policy is the base tilted by rewards that the last policy's mean and spread have whitened",
)
_RATES = [fmpq(k, 8) for k in range(1, 8)]


def whitened_logit(rate: arb, current: arb, beta: arb) -> arb:
    r"""Return $\mathrm{logit}\,p_0+\frac1{\beta\sqrt{p(1-p)}}$: the logit of the success rate that follows on p."""
    return (rate / (1 - rate)).log() + 1 / (beta * (current * (1 - current)).sqrt())


def advantage(case: Mapping[str, Any]) -> RealBall:
    r"""Return the advantage of a right over a wrong output, $\frac1{\sqrt{p(1-p)}}$, unless the case says otherwise.

    Where it has rewards 1, 1/2 and 0, right outputs are those of reward 1, the wrong ones of the policy have reward 1/2
    or 0 alike, and those of the base 1/2: the spread is $\frac14\sqrt{(1-p)(1+9p)}$.

    >>> [advantage({"current": fmpq(1, 2), "rewards": kind}).digits(4) for kind in ("right or wrong", "1, 1/2 or 0")]
    ['2.000', '1.206']
    """
    if case.get("whitened by") == "the mean alone":
        return real_ball(lambda: arb(1))
    if case.get("rewards") == "1, 1/2 or 0":
        return real_ball(lambda: 2 / arb((1 - case["current"]) * (1 + 9 * case["current"])).sqrt())
    return real_ball(lambda: 1 / arb(case["current"] * (1 - case["current"])).sqrt())


def next_logit(case: Mapping[str, Any]) -> RealBall:
    """Return the logit of the success rate that follows on the one of the case."""
    rate = case["rate"]
    return advantage(case) * (1 / case["beta"]) + real_ball(lambda: arb(rate / (1 - rate)).log())


def rate_of(logit: RealBall) -> RealBall:
    """Return the rate with this logit."""
    return real_ball(lambda: 1 / (1 + (-logit.ball()).exp()))


_whitened = random_numbers(9, lambda x: (jax.nn.softmax(x[:4]), jax.nn.softmax(x[4:8]), jnp.exp(x[8])))


def _recursion(case):
    base, policy, beta = case
    rewards = jnp.array(GOOD)
    mean = policy @ rewards
    spread = jnp.sqrt(policy @ (rewards - mean) ** 2)
    found = jax.nn.softmax(jnp.log(base) + (rewards - mean) / (beta * spread))
    return good_mass(found), group_relative(good_mass(base), beta).step(None, good_mass(policy))


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
    odds = good_mass(base) / (1 - good_mass(base)) * v ** (k * k + m * m)
    return good_mass(found), odds / (1 + odds)


def _rounds_apart(case):
    """Return the rate that follows where the reward or its whitening is another, and the formula."""
    plain = {key: case[key] for key in ("rate", "current", "beta")}
    return rate_of(next_logit(case)), rate_of(next_logit(plain))


_fair = {"rate": fmpq(1, 4), "current": fmpq(1, 2), "beta": fmpq(2)}
_round = {"base": LAWS[2], "k": 1, "m": 2, "v": fmpq(3, 2)}
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
    edges=(_round,),
    neighbours=(
        without(WHITENED[0], {**_fair, "rewards": "1, 1/2 or 0"}, exact=_rounds_apart),
        without(WHITENED[1], {**_fair, "whitened by": "the mean alone"}, exact=_rounds_apart),
    ),
    wrong=lambda case: (
        _recursion(case)[0],
        group_relative(good_mass(case[1]), case[2]).step(None, good_mass(case[1])),
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


def _floor_exactly(case, doubled=2):
    least = real_ball(lambda: arb(case["rate"] / (1 - case["rate"])).log()) + doubled / case["beta"]
    return rate_of(least), rate_of(next_logit(case))


grpo_floor = inequality(
    "thm:grpo-floor",
    WHITENED,
    _floor,
    _scalars,
    exact=_floor_exactly,
    family=_rounds,
    edges=(_fair,),
    neighbours=(
        without(WHITENED[0], {**_fair, "rewards": "1, 1/2 or 0"}),
        without(WHITENED[1], {**_fair, "whitened by": "the mean alone"}),
        changed("101/100 of 2/beta", lambda case: _floor_exactly(case, fmpq(101, 50)), _fair),
    ),
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


def _lift(current, beta):
    """Return the bound's two sides, both higher by what makes them positive."""
    spread = real_ball(lambda: 2 * arb(1 + beta**2).sqrt() / arb(beta))
    logit = real_ball(lambda: arb(current / (1 - current)).log())
    gain = real_ball(lambda: 1 / (arb(beta) * arb(current * (1 - current)).sqrt()))
    return logit + spread, highest(beta) + spread + gain


def highest(beta: fmpq) -> RealBall:
    """Return `turning_point`, enclosed."""
    return real_ball(lambda: turning_point(arb(beta), arb.sqrt, arb.asinh))


def _threshold_exactly(case):
    """Return both sides of what the case is about.

    The bound; a rate and the next one, from a base above the bound; or, for one below it, the rates and next rates that
    show two fixed points: the map is above the rate at a small one and at one near 1, and below it at the largest.
    """
    part, beta = case["part"], case["beta"]
    if part == "bound":
        return _lift(case["current"], beta)
    if part == "half":
        return (highest(beta), 0) if case["fixed point"] == "no" else (0, highest(beta))
    current = case["current"]
    now, after = rate_of(real_ball(lambda: arb(current / (1 - current)).log())), rate_of(next_logit(case))
    return (after, now) if part == "falls" else (now, after)


def _threshold_members():
    rates = [fmpq(k, 16) for k in range(1, 16)]
    yield from parameter_grid(part=("bound",), current=rates, beta=[fmpq(1, 2), fmpq(1), fmpq(3, 2), fmpq(3)])
    yield from parameter_grid(part=("rises",), current=[*rates, fmpq(999, 1000)], beta=[fmpq(1)], rate=[fmpq(2, 5)])
    for beta, largest in ((fmpq(3, 4), fmpq(4, 5)), (fmpq(4, 3), fmpq(9, 10))):
        below = {"beta": beta, "rate": fmpq(1, 20)}
        yield {"part": "rises", "current": fmpq(1, 1000), **below}
        yield {"part": "falls", "current": largest, **below}
        yield {"part": "rises", "current": 1 - fmpq(1, 10**6), **below}
    yield {"part": "half", "beta": fmpq(15088, 10000), "fixed point": "no"}
    yield {"part": "half", "beta": fmpq(15089, 10000), "fixed point": "yes"}


_largest = {"part": "bound", "current": fmpq(4, 5), "beta": fmpq(3, 4)}
_rising = {"part": "rises", "current": fmpq(15, 16), "beta": fmpq(1), "rate": fmpq(2, 5)}
grpo_threshold = inequality(
    "thm:grpo-threshold",
    WHITENED,
    _threshold,
    _scalars,
    exact=_threshold_exactly,
    family=Family(
        "the bound at success rates k/16, beta 1/2, 1, 3/2 and 3; rates that rise from a base above it; that "
        "rise, fall and rise from one below it; and the beta from which on a base of 1/2 has fixed points",
        _threshold_members,
    ),
    edges=(_largest,),
    neighbours=(
        without(WHITENED[0], {**_rising, "rewards": "1, 1/2 or 0"}),
        without(WHITENED[1], {**_rising, "whitened by": "the mean alone"}),
        changed(
            "L(beta) less by 1/100",
            lambda case: (
                _lift(case["current"], case["beta"])[0],
                _lift(case["current"], case["beta"])[1] - fmpq(1, 100),
            ),
            _largest,
        ),
    ),
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
