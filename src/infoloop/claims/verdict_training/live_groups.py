"""Chapter 6, live groups of verdicts: how far they mislead about an answer, a right and a wrong one (S49)."""

import itertools

import jax
import jax.numpy as jnp
from flint import fmpq_poly

from infoloop.claims.comparisons import Number, equality
from infoloop.claims.verdict_training.dead_groups import (
    INDEPENDENT,
    PARITY,
    RATED,
    RATES,
    SMALL_GROUPS,
    SMALL_SIZE,
    small_group_masses,
    verdict_groups,
)
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.policy_gradient.live_group_biases import live_mean_bias, live_right_bias, live_wrong_bias
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

BIASES = ("of the group mean", "of a right answer", "of a wrong answer")


def live_bias(part: str, rate: Number, size: int) -> Number:
    """Return one of the three biases of live groups in closed form, of floats or rationals.

    >>> live_bias(BIASES[1], fmpq(1, 2), 3)
    -1/18
    """
    p, q, n = rate, 1 - rate, size
    if part == BIASES[0]:
        return p * q * (p ** (n - 1) - q ** (n - 1)) / (1 - p**n - q**n)
    if part == BIASES[2]:
        return -live_bias(BIASES[1], q, n)
    return q * ((n - 1) / (n * (1 - p ** (n - 1))) - 1)


def _bias_parts(case):
    """Return the probability of the groups that count, and the mean in them of the advantage less its aim."""
    size, rate, part = case["size"], case["rate"], case["part"]
    weight = centred = fmpq(0)
    for mass, group in verdict_groups(case):
        counts = part == BIASES[0] or group[0] == (part == BIASES[1])
        if counts and (0 < sum(group) < size or case.get("groups") == "all"):
            weight += mass
            centred += mass * (group[0] - fmpq(sum(group), size) - (group[0] - rate))
    return weight, centred


def _bias_exactly(case):
    """Return a bias by all groups and in closed form; or its product with what has its sign, and the size of that.

    At an `end` both sides are its limits there, by polynomials in the distance from it.
    """
    size, part = case["size"], case["part"]
    if "end" in case:
        distance = fmpq_poly([0, 1])
        weight, centred = _bias_parts({**case, "rate": distance if case["end"] == 0 else 1 - distance})
        assert weight[0] == centred[0] == 0
        return centred[1] / weight[1], fmpq(1 if case["end"] else -1, size)
    weight, centred = _bias_parts(case)
    if case.get("form") == "sign":
        signed = centred / weight * _of_its_sign(part, case["rate"], size)
        return signed, abs(signed)
    return centred / weight, live_bias(part, case["rate"], size)


def _of_its_sign(part, rate, size):
    if part == BIASES[0]:
        return rate - fmpq(1, 2)
    if part == BIASES[2]:
        return -_of_its_sign(BIASES[1], 1 - rate, size)
    return rate ** (size - 1) - fmpq(1, size)


def _like_the_mean(case):
    signed = _bias_exactly(case)[0] * _of_its_sign(BIASES[0], case["rate"], case["size"])
    return signed, abs(signed)


def _bias(p):
    mass, count = small_group_masses(p), SMALL_GROUPS.sum(1)
    live = (count > 0) & (count < SMALL_SIZE)
    first = SMALL_GROUPS[:, 0]
    found = [
        (mass * kept * (p - count / SMALL_SIZE)).sum() / (mass * kept).sum()
        for kept in (live, live & (first == 1), live & (first == 0))
    ]
    closed = [bias(p, SMALL_SIZE) for bias in (live_mean_bias, live_right_bias, live_wrong_bias)]
    return jnp.stack(found), jnp.stack(closed)


_tenth = {"size": 8, "rate": fmpq(1, 10)}
_of_mean, _of_right = {**_tenth, "part": BIASES[0]}, {**_tenth, "part": BIASES[1]}
_above_half = {"size": 3, "rate": fmpq(11, 20)}
_three = {"size": 3, "rate": fmpq(1, 2), "part": BIASES[0]}
_rate = random_numbers(1, lambda x: jax.nn.sigmoid(2 * x[0]))
LIVE = "groups whose verdicts all agree are left out"
live_biases = equality(
    "thm:live-bias",
    (INDEPENDENT, RATED, LIVE),
    _bias,
    _rate,
    exact=_bias_exactly,
    family=Family(
        "groups of 2, 3, 4 and 8, pass rates 1/20, 1/10, 1/3, 1/2, 9/10, all three biases; their signs in groups of 2, "
        "3 and 4; the limits of that of the group mean at both ends",
        lambda: itertools.chain(
            parameter_grid(size=(2, 3, 4, 8), rate=RATES, part=BIASES),
            parameter_grid(size=(2, 3, 4), rate=RATES, part=BIASES, form=("sign",)),
            parameter_grid(size=(2, 3, 4, 8), end=(0, 1), part=BIASES[:1]),
        ),
    ),
    edges=tuple({**_tenth, "part": part} for part in BIASES),
    neighbours=(
        without(INDEPENDENT, {**_three, "verdicts": PARITY}),
        without(RATED, {**_three, "rate": fmpq(1, 4), "rates": (fmpq(0), fmpq(1, 4), fmpq(1, 2))}),
        without(LIVE, {**_of_mean, "groups": "all"}),
        changed("a right answer's bias of the sign of p - 1/2", _like_the_mean, {**_above_half, "part": BIASES[1]}),
        changed(
            "the bias of an answer with an aim of its own sign, antisymmetric in the pass rate",
            lambda case: (_bias_exactly(case)[0], -live_bias(case["part"], 1 - case["rate"], case["size"])),
            _of_right,
        ),
    ),
    wrong=lambda p: (_bias(p)[0], jnp.broadcast_to(live_mean_bias(p, SMALL_SIZE), (3,))),
)

one_live_bias = equality(
    "fol:one-live-bias",
    (INDEPENDENT, RATED, LIVE, "n is 3 or more"),
    lambda p: (_bias(p)[0][1], _bias(p)[1][0]),
    _rate,
    exact=lambda case: (_bias_exactly(case)[0], live_bias(BIASES[0], case["rate"], case["size"])),
    family=Family(
        "groups of 3 and 8, pass rates 1/2, 1/10 and 9/10",
        lambda: parameter_grid(part=(BIASES[1],), size=(3, 8), rate=(fmpq(1, 2), fmpq(1, 10), fmpq(9, 10))),
    ),
)
