"""Chapter 6, flows: what exact softmax and natural gradients on a verdict keep (S45, S46, S62)."""

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import equality
from infoloop.exact.rational_laws import fmpq, rational
from infoloop.learning.pass_rate_objectives import log_odds_slope
from infoloop.learning.policy_optimisation import regularised_gradient
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

TABULAR, EXACT, ONE_REWARD = "tabular logits", "the exact gradient of the mean reward", "two outputs of one reward"
VERDICT = "a verdict as reward"
LAWS = (
    ["1/2", "1/4", "1/8", "1/8"],
    ["1/10", "1/5", "3/10", "2/5"],
    ["1/4"] * 4,
    ["1/16", "1/16", "1/8", "3/4"],
    ["1/6", "1/3", "1/3", "1/6"],
)
REWARDS = ((1, 1, 0, 0), (3, 3, 1, 1), (0, 0, 2, 2))


def gradient(law: list[fmpq], reward: list[fmpq]) -> list[fmpq]:
    r"""Return $(\mathrm{diag}\,\pi-\pi\pi^\top)r$, the gradient of the mean reward by the logits.

    >>> gradient([fmpq(1, 2), fmpq(1, 2)], [fmpq(1), fmpq(0)])
    [1/4, -1/4]
    """
    n = range(len(law))
    return [sum((((law[i] if i == j else 0) - law[i] * law[j]) * reward[j] for j in n), fmpq(0)) for i in n]


def _parts(case):
    law, reward = [rational(x) for x in case["law"]], [fmpq(r) for r in case["reward"]]
    speed = gradient(law, reward)
    if case.get("rule") == "natural":
        speed = reward
    if case.get("rule") == "one feature":  # a logit shift that outputs 0 and 2 share, and one of 1 and 3
        speed = [speed[0] + speed[2], speed[1] + speed[3]] * 2
    return law, reward, speed


def _inverse_weights(case, of=lambda law, speed, y: -speed[y] / law[y]):
    r"""Return the derivatives of $e^{-z}$ of both outputs of the pair, in units of 1/Z, or of the sum of z and 0."""
    law, _, speed = _parts(case)
    if case["pair"] == "sum":
        return sum(speed, fmpq(0)), fmpq(0)
    return tuple(of(law, speed, y) for y in case["pair"])


def _inverse_likelihood(law, speed, y):
    mean = sum((p * v for p, v in zip(law, speed, strict=True)), fmpq(0))
    return -(speed[y] - mean) / law[y]


def _float_weights(logits):
    law, reward = jax.nn.softmax(logits), jnp.array([1.0, 1.0, 0.0, 0.0])
    speed = regularised_gradient(logits, law, reward, 1.0)
    found = -speed / law
    return jnp.stack([found[0], found[2], speed.sum()]), jnp.stack([found[1], found[3], 0.0])


_free = random_numbers(4, lambda x: x)
_slanted = {"law": LAWS[0], "reward": REWARDS[0], "pair": (0, 1)}
softmax_integrals = equality(
    "thm:softmax-integrals",
    (TABULAR, EXACT, ONE_REWARD),
    _float_weights,
    _free,
    exact=_inverse_weights,
    family=Family(
        "five laws on four outputs, rewards (1, 1, 0, 0), (3, 3, 1, 1), (0, 0, 2, 2): the derivatives of both pairs "
        "of one reward, and of the sum of the logits",
        lambda: parameter_grid(law=LAWS, reward=REWARDS, pair=((0, 1), (2, 3), "sum")),
    ),
    edges=(_slanted,),
    wrong=lambda logits: (2 * _float_weights(logits)[0][:2] + 1, _float_weights(logits)[1][:2]),
    neighbours=(
        without(TABULAR, {**_slanted, "rule": "one feature"}),
        without(EXACT, {**_slanted, "rule": "natural"}),
        without(ONE_REWARD, {**_slanted, "pair": (0, 2)}),
        changed("1/pi in place of exp(-z)", lambda case: _inverse_weights(case, _inverse_likelihood), _slanted),
    ),
)


def _clock(case):
    """Return the speed of an output's logit under pass@k, by differences of products, and by the slope of pass@k."""
    law, reward, speed = _parts(case)
    p = sum((x * r for x, r in zip(law, reward, strict=True)), fmpq(0))
    q, k, y = 1 - p, case["k"], case["output"]
    if k == "log odds":  # the sum of the logits of a class
        group = [i for i in range(4) if reward[i] == y]
        return sum((speed[i] for i in group), fmpq(0)) / (p * q), fmpq(1 if y else -1)
    # E[1 - prod(1 - r_i)] over k draws: the derivative of each factor in turn
    rise = -law[y] * ((1 - reward[y]) - q)
    return sum((q**i * rise * q ** (k - 1 - i) for i in range(k)), fmpq(0)), k * q ** (k - 1) * speed[y]


def _best_of_two(case):
    """Return the speeds of two logits under the best of two graded rewards, over those under one: one clock has one."""
    law, reward, speed = _parts(case)
    best = [2 * sum((x * max(r, other) for x, other in zip(law, reward, strict=True)), fmpq(0)) for r in reward]
    twice = gradient(law, best)
    return twice[0] / speed[0], twice[2] / speed[2]


def _float_clock(logits):
    accepted = jnp.array([1.0, 1.0, 0.0, 0.0])

    def log_odds(z):
        law = jax.nn.softmax(z)
        return jnp.log(law @ accepted) - jnp.log(law @ (1 - accepted))

    law = jax.nn.softmax(logits)
    p, q = law @ accepted, law @ (1 - accepted)
    plain = regularised_gradient(logits, law, accepted, 1.0)
    by_class = jax.grad(log_odds)(logits)
    return (
        jnp.concatenate([by_class, jnp.stack([by_class[:2].sum(), by_class[2:].sum()])]),
        jnp.concatenate([log_odds_slope(p, q) * plain, jnp.array([1.0, -1.0])]),
    )


_one = {"law": LAWS[0], "reward": REWARDS[0], "k": 3, "output": 0}
one_curve = equality(
    "thm:one-curve",
    (TABULAR, VERDICT, "one question"),
    _float_clock,
    _free,
    exact=_clock,
    family=Family(
        "five laws on four outputs, two of them accepted, and the logits of each under pass@k for k = 1, 2, 3, 8; the "
        "sums of the logits of both classes under log-odds",
        lambda: (
            case
            for case in parameter_grid(law=LAWS, reward=REWARDS[:1], k=(1, 2, 3, 8, "log odds"), output=range(4))
            if case["k"] != "log odds" or case["output"] < 2
        ),
    ),
    edges=(_one,),
    wrong=lambda logits: (_float_clock(logits)[0] * 2, _float_clock(logits)[1]),
    neighbours=(
        without(TABULAR, {**_one, "k": "log odds", "output": 1, "rule": "one feature"}),
        without(VERDICT, {"law": LAWS[0], "reward": (2, 1, 0, 0)}, exact=_best_of_two),
        without(
            "one question",
            {"rates": (fmpq(1, 2), fmpq(1, 4))},
            exact=lambda case: tuple(
                2 * (1 - p) for p in case["rates"]
            ),  # slopes of pass@2, which one clock would equal
        ),
        changed("k q^k in place of k q^(k-1)", lambda case: (_clock(case)[0], _clock(case)[1] / 2), _one),
    ),
)
