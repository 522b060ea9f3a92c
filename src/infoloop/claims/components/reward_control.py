"""Chapter 5, control: of two channels that tell a reward model equally much, one can be played better (S37, B18)."""

import itertools

import jax
import jax.numpy as jnp
from flint import arb

from infoloop.claims.comparisons import equality, inequality
from infoloop.exact.rational_laws import fmpq, log2, rational
from infoloop.exact.real_balls import exp, real_ball
from infoloop.learning.policy_optimisation import regularised
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.parameter_grids import parameter_grid

ACTIONS = tuple(itertools.product((-1, 1), repeat=2))
CONTROL = (
    "quality and style are the preference flipped independently at one rate below 1/2",
    "the reward is the log odds of the preference",
    "the policy is the best one at a price beta per nat, from uniform choices",
    "style is what the policy chooses, quality is its choice flipped at a rate f below 1/2",
)


def _log_odds(error):
    r"""Return $\ln\frac{1-e}e$: what one channel with this crossover probability is worth to the reward, in nats."""
    return jnp.log1p(-error) - jnp.log(error)


def _moved(case):
    """Return E quality and E style under the best policy, over all four choices."""
    error, crossover, beta = case
    kept = 1 - 2 * crossover
    reward = jnp.stack([_log_odds(error) * (kept * quality + style) for quality, style in ACTIONS])
    policy = regularised(jnp.full(4, 1 / 4), reward, beta)
    choices = jnp.array(ACTIONS, float)
    return kept * (policy @ choices[:, 0]), policy @ choices[:, 1]


def _moved_exactly(case):
    kept, worth = (1 - 2 * rational(case["flip"]), log2((1 - rational(case["error"])) / rational(case["error"])))
    nats = real_ball(lambda: arb(2).log()) * worth / case["beta"]
    masses = [exp(nats * (kept * quality + style)) for quality, style in ACTIONS]
    total = sum(masses[1:], masses[0])
    quality = sum((masses[k] * ACTIONS[k][0] for k in range(1, 4)), masses[0] * ACTIONS[0][0]) / total
    style = sum((masses[k] * ACTIONS[k][1] for k in range(1, 4)), masses[0] * ACTIONS[0][1]) / total
    return quality * kept, style


def _parameters(normals):
    """Return errors of the channels in (1/50, 1/2) and of the quality in (0, 1/2), a price of at least 1/2."""
    shares = jax.nn.sigmoid(normals)
    return 0.02 + 0.48 * shares[0], shares[1] / 2, 1 / 2 + jnp.exp(normals[2])


_games = random_numbers(3, _parameters)
_family = Family(
    "errors 1/100, 1/8, 3/8, crossover probabilities of the quality 1/100, 1/4, 2/5, prices 1/2, 1, 4",
    lambda: parameter_grid(error=("1/100", "1/8", "3/8"), flip=("1/100", "1/4", "2/5"), beta=(fmpq(1, 2), 1, 4)),
)

controlled = inequality(
    "cnd:controllability",
    CONTROL,
    _moved,
    _games,
    exact=_moved_exactly,
    family=_family,
    edges=({"error": "1/8", "flip": "1/10000", "beta": 1},),
    wrong=lambda case: _moved(case)[::-1],
)

equal_use = equality("fol:equal-bits-equal-use", CONTROL, _moved, _games, exact=_moved_exactly, family=_family)
