"""Chapter 6, orbits: time under the natural gradient is the inverse of a penalty, and its limit is another (S46)."""

import math

import jax
import jax.numpy as jnp
from flint import arb, fmpq_mat

from infoloop.claims.comparisons import equality
from infoloop.claims.verdict_training.flow_enclosures import flow_number
from infoloop.claims.verdict_training.kl_projection_costs import BASES, accepted_part, exact_masses
from infoloop.exact.log_sums import log2
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.policy_gradient.update_terms import natural_logits
from infoloop.learning.policy_optimisation import regularised
from infoloop.learning.verdict_orbit import softmax_limit
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

OWN_LOGITS, NATURAL = "each output has a logit of its own", "steps of any size along the natural gradient"
RIGHT_FIRST, GRADED = (1, 1, 0, 0), (3, -1, 2, 0)
_APART, _PAIRED = ([[int(i == j) for j in range(4)] for i in range(4)], [[1, 0], [0, 1]] * 2)
_SIXTEENTHS = 16  # of a plain gradient step, so that it stays rational


def natural_direction(masses: list[fmpq], rewards: list[fmpq], features: list[list[int]]) -> list[fmpq]:
    """Return how the natural gradient moves the logits: Fisher's matrix of the parameters is solved for it.

    The last parameter stays, which fixes the constant that the policy does not see.

    >>> natural_direction([fmpq(1, 2), fmpq(1, 2)], [fmpq(1), fmpq(0)], [[1, 0], [0, 1]])
    [1, 0]
    """
    n, outputs = len(features[0]), range(len(masses))
    means = [sum((masses[y] * features[y][k] for y in outputs), fmpq(0)) for k in range(n)]
    scores = [[features[y][k] - means[k] for k in range(n)] for y in outputs]
    fisher = [
        [sum((masses[y] * scores[y][i] * scores[y][j] for y in outputs), fmpq(0)) for j in range(n)] for i in range(n)
    ]
    slope = [sum((masses[y] * rewards[y] * scores[y][k] for y in outputs), fmpq(0)) for k in range(n)]
    block = fmpq_mat(n - 1, n - 1, [x for row in fisher[:-1] for x in row[:-1]])
    moved = [*block.solve(fmpq_mat(n - 1, 1, slope[:-1])).entries(), fmpq(0)]
    return [sum((moved[k] * features[y][k] for k in range(n)), fmpq(0)) for y in outputs]


def _walked(case):
    """Return the policy after the steps of a case, which says the exponential of the size of each."""
    law, rewards = exact_masses(case), [fmpq(r) for r in case["rewards"]]
    for strength in case["steps"]:
        way = natural_direction(law, rewards, case.get("features", _APART))
        if case.get("rule") == "plain":
            mean = sum((p * r for p, r in zip(law, rewards, strict=True)), fmpq(0))
            way = [_SIXTEENTHS * p * (r - mean) for p, r in zip(law, rewards, strict=True)]
        weights = [p * strength ** int(x.p) for p, x in zip(law, way, strict=True) if x.q == 1]
        law = [w / sum(weights, fmpq(0)) for w in weights]
    return law


def _time_exactly(case, weight=1):
    r"""Return $\log_2\frac\pi{\pi_0}-\frac r\beta\log_2e$ of an output, and what it is at the best policy.

    $\frac1\beta$ is the sum of the steps.
    """
    base, y = exact_masses(case), case["output"]
    strength = math.prod(case["steps"], start=fmpq(1))
    normaliser = sum((p * strength**r for p, r in zip(base, case["rewards"], strict=True)), fmpq(0))
    found = log2(_walked(case)[y] / base[y]) - log2(strength) * (case["rewards"][y] * weight)
    return found, log2(1 / normaliser)


_rewarded = jnp.array(GRADED, float)


def _time(case):
    base, sizes = case
    logits = jnp.log(base)
    for size in sizes:
        slope = jax.grad(lambda z: jax.nn.softmax(z) @ _rewarded)(logits)
        logits = logits + size * natural_logits(jax.nn.softmax(logits), slope)
    return jax.nn.softmax(logits), regularised(base, _rewarded, 1 / sizes.sum())


_walk = random_numbers(6, lambda x: (jax.nn.softmax(x[:4]), jax.nn.sigmoid(x[4:])))
_twice = {"base": BASES[0], "rewards": RIGHT_FIRST, "steps": (fmpq(2), fmpq(3)), "output": 0}
natural_time = equality(
    "thm:natural-time",
    (OWN_LOGITS, NATURAL),
    _time,
    _walk,
    exact=_time_exactly,
    family=Family(
        "four bases on four outputs, a verdict and rewards 3, -1, 2, 0; exp of the steps 3/2; 2, 3; 10, 1/2, 2; all "
        "outputs",
        lambda: parameter_grid(
            base=BASES,
            rewards=(RIGHT_FIRST, GRADED),
            steps=((fmpq(3, 2),), (fmpq(2), fmpq(3)), (fmpq(10), fmpq(1, 2), fmpq(2))),
            output=range(4),
        ),
    ),
    edges=(_twice,),
    neighbours=(
        without(OWN_LOGITS, {**_twice, "base": BASES[2], "features": _PAIRED}),
        without(NATURAL, {**_twice, "base": BASES[2], "rule": "plain", "steps": (fmpq(2),)}),
        changed("beta = 2/t", lambda case: _time_exactly(case, fmpq(1, 2)), _twice),
    ),
    wrong=lambda case: (_time(case)[0], _time((case[0], case[1] / 2))[1]),
)


_LATE = 4  # of the clock of the log-odds, for the plain gradient


def _limits(base):
    accepted = jnp.array(RIGHT_FIRST, float)
    return softmax_limit(base, accepted), base * accepted / (base @ accepted)


def _share(y, accepted):
    def of(z):
        weights = [x.exp() for x in z[:accepted]]
        return weights[y] / sum(weights, arb(0))

    return of


def _limits_exactly(case):
    """Return the share of the less likely of two right answers: late on the plain flow, from where it falls on.

    The flow is enclosed without its integrals; the natural gradient keeps the share, so that it has it at its end.
    """
    base, y = exact_masses(case), case["output"]
    rewards = [int(i < 2) for i in range(len(base))]
    return flow_number(_share(y, 2), base, rewards, ("log-odds", 1), fmpq(_LATE)), accepted_part(base, 2)[y]


gradients_share_limit = equality(
    "fol:both-gradients-share-the-limit",
    (OWN_LOGITS, "a verdict as reward", "exact gradients"),
    _limits,
    random_numbers(4, jax.nn.softmax),
    exact=_limits_exactly,
    family=Family(
        "the bases (1/2, 1/4, 1/4) and (1/10, 1/5, 3/10, 2/5), of which the first two outputs are accepted; time 4",
        lambda: ({"base": base, "output": y} for base, y in ((["1/2", "1/4", "1/4"], 1), (BASES[1], 0))),
    ),
)
