"""Chapter 5, control: of two channels that tell a reward model equally much, one can be played better (S37, B18)."""

import itertools

import jax
import jax.numpy as jnp
from flint import arb

from infoloop.claims.comparisons import equality, inequality
from infoloop.exact.log_sums import Exact, log2, rational
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, exp, real_ball
from infoloop.learning.policy_optimisation import regularised
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

ACTIONS = tuple(itertools.product((-1, 1), repeat=2))
ONE_RATE = "quality and style are the preference flipped independently at one rate below 1/2"
LOG_ODDS = "the reward is the log odds of the preference"
BEST = "the policy is the best one at a price beta per nat, from uniform choices"
CHOSEN = "style is what the policy chooses, quality is its choice flipped at a rate f below 1/2"
CONTROL = (ONE_RATE, LOG_ODDS, BEST, CHOSEN)


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
    """Return E quality and E style under the best policy, over all four choices.

    A case may have other rates for the style ("style error", "style flip"), a reward that counts the quality `boost`
    times, or first choices that are in favour of the quality (`base`, the mass of each choice).
    """
    kept = {name: 1 - 2 * rational(case.get(name, 0)) for name in ("flip", "style flip")}
    worth = {name: _nats(case.get(name, case["error"]), case["beta"]) for name in ("error", "style error")}
    base = case.get("base", [fmpq(1, 4)] * 4)
    rewards = (
        worth["error"] * (kept["flip"] * quality * case.get("boost", 1))
        + worth["style error"] * (kept["style flip"] * style)
        for quality, style in ACTIONS
    )
    masses = [exp(reward) * mass for reward, mass in zip(rewards, base, strict=True)]
    total = sum(masses[1:], masses[0])
    quality, style = (
        sum((masses[k] * ACTIONS[k][i] for k in range(1, 4)), masses[0] * ACTIONS[0][i]) / total for i in (0, 1)
    )
    return quality * kept["flip"], style * kept["style flip"]


def _nats(error: Exact, beta: Exact) -> RealBall:
    r"""Return $\frac1\beta\ln\frac{1-e}e$, what a channel is worth over the price."""
    return real_ball(lambda: arb(2).log()) * log2((1 - rational(error)) / rational(error)) / beta


def _means_exactly(case):
    r"""Return the means of quality and style, where all $e^{\text{reward}/\beta}$ are rational, and as tanh.

    With $R=\frac{1-e}e$, $e^{kw}=R^k$; the case has whole numbers $k=\frac1\beta$ of the style and
    $\frac{1-2f}\beta$ of the quality. "of" says which mean.
    """
    odds, times = (1 - rational(case["error"])) / rational(case["error"]), (case["quality"], case["style"])
    masses = [odds ** (times[0] * quality) * odds ** (times[1] * style) for quality, style in ACTIONS]
    place = ("quality", "style").index(case["of"])
    mean = sum((m * action[place] for m, action in zip(masses, ACTIONS, strict=True)), fmpq(0)) / sum(masses, fmpq(0))
    power = odds ** times[place]
    scale = fmpq(times[place], times[1])
    return scale * mean, scale * (power - 1 / power) / (power + 1 / power)


def _parameters(normals):
    """Return errors of the channels in (1/50, 1/2) and of the quality in (0, 1/2), a price of at least 1/2."""
    shares = jax.nn.sigmoid(normals)
    return 0.02 + 0.48 * shares[0], shares[1] / 2, 1 / 2 + jnp.exp(normals[2])


_games = random_numbers(3, _parameters)
_family = Family(
    "errors 1/100, 1/8, 3/8, crossover probabilities of the quality 1/100, 1/4, 2/5, prices 1/2, 1, 4",
    lambda: parameter_grid(error=("1/100", "1/8", "3/8"), flip=("1/100", "1/4", "2/5"), beta=(fmpq(1, 2), 1, 4)),
)


def _less_style(sides):
    return sides[0], sides[1] * fmpq(99, 100)


_game = {"error": "1/8", "flip": "1/100", "beta": 1}

controlled = inequality(
    "cnd:controllability",
    CONTROL,
    _moved,
    _games,
    exact=_moved_exactly,
    family=_family,
    edges=({"error": "1/8", "flip": "1/10000", "beta": 1},),
    wrong=lambda case: _moved(case)[::-1],
    neighbours=(
        without(ONE_RATE, {**_game, "style error": "3/8"}),
        without(LOG_ODDS, {**_game, "boost": 10}),
        without(BEST, {**_game, "beta": 100, "base": (fmpq(1, 100), fmpq(1, 100), fmpq(49, 100), fmpq(49, 100))}),
        without(CHOSEN, {**_game, "flip": "0", "style flip": "1/4"}),
        changed("1 % less of the style", lambda case: _less_style(_moved_exactly(case))),
    ),
)

_rational_games = Family(
    "errors 1/100, 1/8, 3/8, 1/beta 1 to 4 and (1 - 2f)/beta 1 to 1/beta; of the quality, and of the style",
    lambda: (
        {"error": error, "quality": quality, "style": style, "of": of}
        for error in ("1/100", "1/8", "3/8")
        for style in range(1, 5)
        for quality in range(1, style + 1)
        for of in ("quality", "style")
    ),
)
_rational_game = {"error": "1/8", "quality": 1, "style": 2, "of": "quality"}


def _means_of(case, **others):
    """Return the mean in a game with these other parameters, and the closed form of this one."""
    return _means_exactly({**case, **others})[0], _means_exactly(case)[1]


def _means(case):
    """Return both means by all four choices, and by tanh."""
    error, crossover, beta = case
    kept, worth = 1 - 2 * crossover, _log_odds(error) / beta
    return jnp.stack(_moved(case)), jnp.stack([kept * jnp.tanh(kept * worth), jnp.tanh(worth)])


means = equality(
    "cnd:control-means",
    CONTROL,
    _means,
    _games,
    exact=_means_exactly,
    family=_rational_games,
    edges=(_rational_game,),
    wrong=lambda case: (_means(case)[0], _means(case)[1] ** 2),
    neighbours=(
        # the quality is flipped at another rate than the style; each reward is twice the log odds; no policy is found;
        # the quality is never missed
        without(ONE_RATE, _rational_game, exact=lambda case: _means_of(case, error="3/8")),
        without(LOG_ODDS, _rational_game, exact=lambda case: _means_of(case, quality=2, style=4)),
        without(BEST, _rational_game, exact=lambda case: (0, _means_exactly(case)[1])),
        without(CHOSEN, _rational_game, exact=lambda case: _means_of(case, quality=2)),
        changed(
            "without the flips outside", lambda case: (_means_exactly(case)[0], _means_exactly(case)[1] * case["style"])
        ),
    ),
)

equal_use = equality("fol:equal-bits-equal-use", CONTROL, _moved, _games, exact=_moved_exactly, family=_family)
