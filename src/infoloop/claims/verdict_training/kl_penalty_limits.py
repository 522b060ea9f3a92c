"""Chapter 6, projections: where a penalty on the distance from the base leaves a policy, and how far from it (S47)."""

import jax
import jax.numpy as jnp
from flint import arb

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.claims.signals.kl_regularised_rewards import PENALISED, good_mass, tilted
from infoloop.claims.verdict_training.kl_projection_costs import BASES, accepted_part, bits_from, exact_masses
from infoloop.exact.log_sums import log2
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import real_ball
from infoloop.learning.kl_projections import forward_regularised
from infoloop.learning.policy_optimisation import regularised
from infoloop.probability.numerics import LOG2E
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

_LN2 = real_ball(lambda: arb(2).log())
VERDICT, GRADED = (1, 1, 0, 0), (3, 2, 1, 0)
SOME_PASS = "the base passes at times"
_RIGHT = jnp.array([1.0, 1.0, 0.0, 0.0])
_strengths = [fmpq(3, 2), fmpq(4), fmpq(2) ** 20]
_penalised = random_numbers(5, lambda x: (jax.nn.softmax(x[:4]), jnp.exp(x[4])))


def _remaining(case):
    """Return how far the best policy is from the base given that it passes, in variation, and the bound."""
    base, beta = case
    found, target = regularised(base, _RIGHT, beta), base * _RIGHT / good_mass(base)
    return jnp.abs(found - target).sum() / 2, (1 / good_mass(base) - 1) * jnp.exp(-1 / beta)


def _best(case):
    """Return the best policy of a case, which says the square root of exp(1/beta), or the base if it names that."""
    base = exact_masses(case)
    return (
        base
        if case.get("policy") == "the base"
        else tilted(base, [case["root"] ** int(2 * r) for r in case["rewards"]])
    )


def _remaining_exactly(case, weight=1):
    base = exact_masses(case)
    target = accepted_part(base, 2)
    apart = sum((abs(p - t) for p, t in zip(_best(case), target, strict=True)), fmpq(0)) / 2
    return apart, (1 / good_mass(base) - 1) / case["root"] ** 2 * weight


_late = {"base": BASES[0], "rewards": VERDICT, "root": fmpq(2) ** 20}
regularised_limit = inequality(
    "cnd:regularised-limit",
    (*PENALISED, SOME_PASS),
    _remaining,
    _penalised,
    exact=_remaining_exactly,
    family=Family(
        "four bases on four outputs, two of them right, exp(1/(2 beta)) 3/2, 4 and 2**20",
        lambda: parameter_grid(base=BASES, rewards=(VERDICT,), root=_strengths),
    ),
    edges=(_late,),
    neighbours=(
        without(PENALISED[0], {**_late, "rewards": (1, 1, fmpq(1, 2), 0)}),
        without(PENALISED[1], {**_late, "policy": "the base"}),
        unrefuted(SOME_PASS, "else no policy near the base passes, and the bound divides by 0"),
        changed("99/100 of the bound", lambda case: _remaining_exactly(case, fmpq(99, 100)), _late),
    ),
    wrong=lambda case: (_remaining(case)[0], _remaining((case[0], case[1] / 2))[1]),
)

_REWARDS = jnp.array([3.0, 2.0, 1.0, 0.0])


def _distances(case):
    base, beta = case
    beta = beta + 0.1  # so that no probability is below what a float can hold
    found = regularised(base, _REWARDS, beta)
    log_mean = jax.nn.logsumexp(_REWARDS / beta, b=base) * LOG2E
    moved, first = found @ _REWARDS / beta * LOG2E, base @ _REWARDS / beta * LOG2E
    return jnp.stack([bits_from(base, found), bits_from(found, base)]), jnp.stack([log_mean - first, moved - log_mean])


def _distances_exactly(case, swapped=False):
    """Return a distance of the best policy and its formula; `swapped` has the mean reward under the other law."""
    base, found, rewards = exact_masses(case), _best(case), case["rewards"]
    strength = case["root"] ** 2
    log_mean = log2(sum((p * strength**r for p, r in zip(base, rewards, strict=True)), fmpq(0)))
    forward = case["direction"] == "D(pi0||pi)"
    averaged = base if forward != swapped else found
    reward = log2(strength) * sum((p * r for p, r in zip(averaged, rewards, strict=True)), fmpq(0))
    return bits_from(
        *((base, found) if forward else (found, base))
    ), log_mean - reward if forward else reward - log_mean


_far = {"base": BASES[0], "rewards": GRADED, "root": fmpq(3, 2), "direction": "D(pi0||pi)"}
_back = {**_far, "direction": "D(pi||pi0)"}
penalty_distances = equality(
    "thm:penalty-distances",
    (PENALISED[1],),
    _distances,
    _penalised,
    exact=_distances_exactly,
    family=Family(
        "four bases on four outputs, a verdict on them and rewards 3, 2, 1, 0, exp(1/(2 beta)) 3/2, 4 and 2**20, both "
        "directions",
        lambda: parameter_grid(
            base=BASES, rewards=(VERDICT, GRADED), root=_strengths, direction=("D(pi0||pi)", "D(pi||pi0)")
        ),
    ),
    edges=(_far, _back),
    neighbours=(
        without(PENALISED[1], {**_far, "policy": "the base"}),
        changed("the mean reward under the other law", lambda case: _distances_exactly(case, swapped=True), _far),
    ),
    wrong=lambda case: (_distances(case)[0], _distances(case)[1][::-1]),
)

FORWARD = "the policy maximises the mean reward minus beta D(pi0||pi), beta > 0, the logarithm natural"
FULL = "every output of the base has a positive probability"


def forward_rate(rate: Number, beta: Number) -> Number:
    r"""Return the p in (0, 1) with $\beta(p-p_0)=p(1-p)$.

    >>> float(forward_rate(jnp.array(0.5), 2.0).round(6))
    0.618034
    """
    return ((1 - beta) + jnp.sqrt((1 - beta) ** 2 + 4 * beta * rate)) / 2


def _forward_policy(base, rate, beta):
    return [beta * b / (beta + rate - r) for b, r in zip(base, VERDICT, strict=True)]


def _forward(case):
    """Return what any policy and the one by bisection reach, and the best one, each plus the other's penalty."""
    base, other, beta = case
    found = jnp.stack(_forward_policy(base, forward_rate(good_mass(base), beta), beta))
    others = jnp.stack([other, forward_regularised(base, _RIGHT, beta)])
    penalties = jax.vmap(bits_from, (None, 0))(base, others) * beta / LOG2E
    return others @ _RIGHT + beta * bits_from(base, found) / LOG2E, found @ _RIGHT + penalties


def _forward_exactly(case, weight=1):
    """Return the same for a policy a little off the best one, whose pass rate the case gives in place of beta."""
    base, rate = exact_masses(case), case["rate"]
    beta = rate * (1 - rate) / (rate - good_mass(base))
    best = _forward_policy(base, rate, beta)
    other = [p + fmpq(step, 1000) for p, step in zip(best, case["move"], strict=True)]
    found, rewards = base if case.get("policy") == "the base" else best, case.get("rewards", VERDICT)
    reached, kept = (sum((p * r for p, r in zip(law, rewards, strict=True)), fmpq(0)) for law in (other, found))
    nats = _LN2 * (beta * weight)
    return nats * bits_from(base, found) + reached, nats * bits_from(base, other) + kept


_MOVES = [(1, -1, 0, 0), (-1, 1, 0, 0), (0, 0, 1, -1), (1, 0, -1, 0), (-1, 0, 1, 0)]
_near = {"base": BASES[0], "rate": fmpq(3, 4), "move": _MOVES[0]}
forward_penalty = inequality(
    "thm:forward-penalty",
    (PENALISED[0], FORWARD, FULL),
    _forward,
    random_numbers(9, lambda x: (jax.nn.softmax(x[:4]), jax.nn.softmax(x[4:8]), jnp.exp(x[8]))),
    exact=_forward_exactly,
    family=Family(
        "four bases on four outputs, two of them right, the beta of the pass rates 3/4, 9/10 and 99/100, and policies "
        "that differ from the best one by 1/1000 in two outputs",
        lambda: parameter_grid(base=BASES, rate=[fmpq(3, 4), fmpq(9, 10), fmpq(99, 100)], move=_MOVES),
    ),
    edges=(_near,),
    neighbours=(
        without(PENALISED[0], {**_near, "rewards": (1, fmpq(1, 2), 0, 0)}),
        without(FORWARD, {**_near, "policy": "the base"}),
        unrefuted(FULL, "on an output that the base never gives the formula is 0, or 0/0 if the base is never right"),
        changed(
            "half of beta",
            lambda case: _forward_exactly(case, fmpq(1, 2)),
            *({**_near, "move": move} for move in _MOVES[3:]),
        ),
    ),
    wrong=lambda case: _forward(case)[::-1],
)

EXACT = "SFT on the base, given that it passes, is run to its end"


def _tied(case):
    base, beta = case
    return good_mass(base * _RIGHT / good_mass(base)), good_mass(regularised(base, _RIGHT, beta))


oracle_ties = equality(
    "fol:oracle-sft-ties",
    (*PENALISED, SOME_PASS, EXACT),
    _tied,
    _penalised,
    exact=lambda case: (
        good_mass(accepted_part(case["base"], 2)),
        good_mass(tilted(case["base"], [case["strength"]] * 2 + [1] * 2)),
    ),
    family=Family(
        "a base of four equally likely outputs, two of them right, exp(1/beta) 3 and 2**20",
        lambda: parameter_grid(base=([fmpq(1, 4)] * 4,), strength=(fmpq(3), fmpq(2) ** 20)),
    ),
)
