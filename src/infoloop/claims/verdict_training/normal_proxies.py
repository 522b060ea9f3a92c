r"""Chapter 6, a proxy that is normal under the base: gold value and divergence of the policies it chooses (S61)."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from flint import fmpq, fmpq_series

from infoloop.claims.comparisons import equality
from infoloop.claims.verdict_training.learned_rewards import PARTS, TILTED
from infoloop.learning.proxy_optimisation import gaussian_gold, regularised_values
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

NORMAL, PARABOLA = "r is standard normal under the base", "E[V | r] = v0 + a r - c r^2"
ORDER = 10  # of the power series in s = 1/beta; flint keeps no more unless told
_nodes, _weights = np.polynomial.hermite_e.hermegauss(40)
NODES, WEIGHTS = jnp.array(_nodes), jnp.array(_weights / _weights.sum())


def _curves(case):
    """Return gain and divergence at s, on Gauss and Hermite's nodes, and in closed form."""
    a, c, s = case[0], case[1], jax.nn.sigmoid(case[2])
    gold = a * NODES - c * NODES**2
    found = regularised_values(WEIGHTS, NODES, gold, 1 / s)
    distance = s / jnp.sqrt(2.0)
    gain = found.gold - WEIGHTS @ gold
    return jnp.stack([gain, found.divergence]), jnp.stack([gaussian_gold(distance, a, c), distance**2])


def normal_moment(n: int) -> int:
    """Return the n-th moment of a standard normal number, (n - 1)!! for even n.

    >>> [normal_moment(n) for n in range(7)]
    [1, 0, 1, 0, 3, 0, 15]
    """
    return 0 if n % 2 else math.prod(range(1, n, 2))


def _series(moment):
    """Return the power series in s whose n-th coefficient is moment(n)/n!."""
    return fmpq_series([fmpq(moment(n), math.factorial(n)) for n in range(ORDER)], 1, ORDER)


def _curves_exactly(case, curvature=2):
    r"""Return a coefficient of $E[Ve^{sr}]$ and of $e^{s^2/2}$ times the value in closed form; or of the divergence.

    $M\,D=s\,E[re^{sr}]-M\ln M$, where $M=E[e^{sr}]$, against $\frac{s^2}2e^{s^2/2}$.
    """
    a, c, moment = case["a"], case["c"], (lambda n: 1 - n % 2) if case.get("r") == "a sign" else normal_moment
    speed = case.get("speed", 1)
    weight = _series(lambda n: speed**n * moment(n))
    assumed = fmpq_series(
        [0 if n % 2 else fmpq(speed**n, 2 ** (n // 2) * math.factorial(n // 2)) for n in range(ORDER)]
    )
    if case["part"] == PARTS[1]:
        by_proxy = _series(lambda n: speed**n * moment(n + 1))
        found = fmpq_series([0, speed]) * by_proxy - weight * weight.log()
        closed = fmpq_series([0, 0, fmpq(1, 2)]) * assumed
    else:
        cubic = case.get("cubic", 0)
        found = _series(lambda n: speed**n * (a * moment(n + 1) - c * moment(n + 2) + cubic * moment(n + 3)))
        closed = fmpq_series([-c, a, -c * fmpq(curvature, 2)]) * assumed
    return found[case["n"]], closed[case["n"]]


_third = {"part": PARTS[0], "a": 3, "c": 1, "n": 3}
gold = equality(
    "thm:normal-proxy-gold",
    (NORMAL, PARABOLA, TILTED),
    _curves,
    random_numbers(3, lambda x: x),
    exact=_curves_exactly,
    family=Family(
        f"slopes 0, 1, 3 and curvatures 0, 1, 2; gold value and divergence; coefficients of s^0 to s^{ORDER - 1}",
        lambda: (
            case
            for case in parameter_grid(part=PARTS, a=(0, 1, 3), c=(0, 1, 2), n=range(ORDER))
            if case["part"] == PARTS[0] or (case["a"], case["c"]) == (1, 1)
        ),
    ),
    edges=(_third, {**_third, "n": 2}, {**_third, "part": PARTS[1], "n": 4}),
    neighbours=(
        without(NORMAL, {**_third, "n": 4, "r": "a sign"}),
        without(PARABOLA, {**_third, "cubic": 1}),
        without(TILTED, {**_third, "speed": 2}),
        changed("d (sqrt(2) a - c d)", lambda case: _curves_exactly(case, curvature=1), {**_third, "n": 2}),
    ),
    wrong=lambda case: (_curves(case)[0], _curves((case[0], 2 * case[1], case[2]))[1]),
)
