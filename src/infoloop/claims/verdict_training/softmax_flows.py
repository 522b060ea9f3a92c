"""Chapter 6, flows: what exact softmax gradients keep (S45)."""

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import equality
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.policy_optimisation import regularised_gradient
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

TABULAR, EXACT, ONE_REWARD = "tabular logits", "the exact gradient of the mean reward", "two outputs of one reward"
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
