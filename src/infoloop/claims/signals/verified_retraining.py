"""Chapter 3, retraining: where a loop ends that keeps only what its verifier accepts (S20)."""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flint import arb
from jaxtyping import Array, Float

from infoloop.claims.comparisons import Number, inequality
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, exp, pi, real_ball
from infoloop.statements.cases import Family, copied_bit, exact_laws, random_bayes_nets, random_numbers
from infoloop.statements.claim import Claim, linear
from infoloop.statements.parameter_grids import parameter_grid

VERIFIED = ("outputs N(m, 1) are kept within a of the verifier's centre c", "the next mean is that of the kept ones")
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)


class RetrainingLoop(NamedTuple):
    """Where a state stands from the verifier's centre, m - c, and the half-width a of what is kept (sigma = 1)."""

    offset: jax.Array
    width: jax.Array


def _loop(x):
    return RetrainingLoop(4 * jnp.tanh(x[0]), 4 * jax.nn.sigmoid(x[1]))


_loops = random_numbers(2, _loop, spread=2)


def kept_moments(offset: Float[Array, ""], width: Float[Array, ""]) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Return mean and variance of what is kept, from the centre, by Gauss's quadrature of the density."""
    points = width * _NODES
    log_masses = jnp.log(_WEIGHTS) - (points - offset) ** 2 / 2
    masses = jax.nn.softmax(log_masses)
    mean = masses @ points
    return mean, masses @ (points - mean) ** 2


def kept_mean(offset: fmpq, width: fmpq) -> RealBall:
    r"""Return $M(m)-c=d+\frac{\varphi(-a-d)-\varphi(a-d)}{\Phi(a-d)-\Phi(-a-d)}$ with $d=m-c$, enclosed.

    >>> kept_mean(fmpq(1), fmpq(1, 100)).digits(6)
    '3.33327e-5'
    """
    root, low, high = pi() * 2, -width - offset, width - offset
    heights = exp(-low * low / 2) - exp(-high * high / 2)
    area = real_ball(lambda: ((arb(high) / arb(2).sqrt()).erf() - (arb(low) / arb(2).sqrt()).erf()) / 2)
    return heights / area / real_ball(lambda: root.ball().sqrt()) + offset


def centre_slope(width: Number) -> Float[Array, ""]:
    r"""Return $\kappa=1-\frac{2a\,\varphi(a)}{2\Phi(a)-1}$, the variance of what is kept of $N(c,1)$."""
    return 1 - width * jnp.exp(-(width**2) / 2) * math.sqrt(2 / math.pi) / jax.scipy.special.erf(width / math.sqrt(2))


def _centre_slope_exactly(width):
    return real_ball(
        lambda: (
            1 - arb(width) * (-(arb(width) ** 2) / 2).exp() * (2 / arb.pi()).sqrt() / (arb(width) / arb(2).sqrt()).erf()
        )
    )


def _contracts(case: RetrainingLoop):
    return jnp.abs(kept_moments(*case)[0]), centre_slope(case.width) * jnp.abs(case.offset)


def _contracts_exactly(case):
    offset, width = case.values()
    return kept_mean(offset, width), _centre_slope_exactly(width) * offset


_STEPS = [fmpq(1, 10), fmpq(1, 2), fmpq(1), fmpq(2), fmpq(3)]
_grid = Family(
    "m - c in 1/10, 1/2, 1, 2, 3 and a in 1/10, 1/2, 1, 2, 3 standard deviations",
    lambda: parameter_grid(offset=_STEPS, width=_STEPS),
)
verified_contraction = inequality(
    "thm:verified-contraction",
    VERIFIED,
    _contracts,
    _loops,
    exact=_contracts_exactly,
    family=_grid,
    edges=({"offset": fmpq(1, 100), "width": fmpq(1)},),
    wrong=lambda case: (_contracts(case)[0], centre_slope(case.width / 2) * jnp.abs(case.offset)),
)


def _slopes(case: RetrainingLoop):
    slope = jax.grad(lambda offset: kept_moments(offset, case.width)[0])(case.offset)
    return slope, kept_moments(*case)[1]


verified_slope = Claim(
    "thm:verified-slope",
    VERIFIED,
    _slopes,
    _loops,
    relation="=",
    loose="a derivative of a quotient of Gaussian integrals: no exact case is declared",
    wrong=lambda case: (_slopes(case)[0], centre_slope(case.width)),
)


class RetrainingPair(NamedTuple):
    """Two states under one verifier: the lower one's m - c, how far the other is above it, and the half-width a."""

    offset: jax.Array
    gap: jax.Array
    width: jax.Array


_pairs = random_numbers(
    3, lambda x: RetrainingPair(4 * jnp.tanh(x[0]), 2 * jax.nn.sigmoid(x[2]), 4 * jax.nn.sigmoid(x[1])), spread=2
)


def _approach(case: RetrainingPair):
    low, high = (kept_moments(offset, case.width)[0] for offset in (case.offset, case.offset + case.gap))
    return high - low, case.gap


def _approach_exactly(case):
    offset, gap, width = case.values()
    return kept_mean(offset + gap, width) - kept_mean(offset, width), gap


verified_order = inequality(
    "thm:verified-order",
    VERIFIED,
    _approach,
    _pairs,
    relation="<",
    exact=_approach_exactly,
    family=Family(
        "lower states from -3 to 3, upper ones 1/10 to 3 above, a in 1/10, 1/2, 1, 2, 3 standard deviations",
        lambda: parameter_grid(offset=[*(-step for step in _STEPS), *_STEPS], gap=_STEPS, width=_STEPS),
    ),
    edges=({"offset": fmpq(-1, 2), "gap": fmpq(1), "width": fmpq(6)},),
    wrong=lambda case: (case.gap, _approach(case)[0]),
)


def _centred(case: RetrainingLoop):
    """Return both ends of one retraining, from the truth, which is where the loop started."""
    return jnp.abs(kept_moments(*case)[0] - case.offset), 0 * case.offset


verified_finds_truth = inequality(
    "fol:verified-finds-truth",
    (*VERIFIED, "the first mean is the truth"),
    _centred,
    _loops,
    exact=lambda case: (kept_mean(*case.values()) * -1 + case["offset"], 0),
    family=_grid,
)

_MAPS = [[1, 0], [0, 1]]
_CHAINS = {"T": [["1/2", "1/2"]], "C|T": [["1/4", "3/4"], *_MAPS]}
_LOOPS = {
    **_CHAINS,
    "C|T": [["1/4", "3/4"], [1, 0]],
    "Z0|T": [["1/4", "3/4"], [0, 1]],
    "Z1|Z0,C": _MAPS,
    "Z2|Z1,C": _MAPS,
}

verified_information = linear(
    "thm:verified-information",
    "I(T;Z2) <= I(T;C) + I(T;Z0|C)",
    ("T -> Z0,C -> Z1", "T,Z0 -> Z1,C -> Z2"),
    random_bayes_nets("T", "C|T", "Z0|T,C", "Z1|Z0,C", "Z2|Z1,C", T=3, C=2, Z0=2, Z1=2, Z2=3),
    family=Family(
        "a fair bit T, C with rows (1/4, 3/4), (1, 0), Z0 with rows (1/4, 3/4), (0, 1), Z1 and Z2 any bits they may be",
        lambda: exact_laws(_LOOPS),
    ),
    edges=(copied_bit("T", "C", "Z0", "Z1", "Z2"),),
    wrong="I(T;Z2) <= I(T;Z0|C)",
)

verified_limit = linear(
    "thm:verified-limit",
    "I(T;Z) <= I(T;C)",
    ("T -> C -> Z",),
    random_bayes_nets("T", "C|T", "Z|C", T=3, C=3, Z=3),
    family=Family(
        "a fair bit T, C and Z with rows (1/4, 3/4), (1, 0), (0, 1)",
        lambda: exact_laws({**_CHAINS, "Z|C": _CHAINS["C|T"]}),
    ),
    edges=(copied_bit("T", "C", "Z"),),
    wrong="I(T;C) <= I(T;Z)",
)
