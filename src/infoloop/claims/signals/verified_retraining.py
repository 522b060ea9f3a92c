"""Chapter 3, retraining: where a loop ends that keeps only what its verifier accepts (S20)."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flint import acb, arb, arb_series
from jaxtyping import Array, Float

from infoloop.claims.comparisons import Number, inequality
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, exp, pi, real_ball
from infoloop.statements.cases import Family, Fixed, copied_bit, exact_laws, random_bayes_nets, random_numbers
from infoloop.statements.claim import linear
from infoloop.statements.neighbours import changed, without
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


def _kept_moments(offset, width):
    """Return mass, mean and mean square of what is kept, from the centre, by integrals of the density in balls."""

    def moment(power):
        low, high = -arb(width), arb(width)
        found = acb.integral(lambda y, _: y**power * (-((y - arb(offset)) ** 2) / 2).exp(), low, high).real
        return found / (2 * arb.pi()).sqrt()

    mass = moment(0)
    return mass, moment(1) / mass, moment(2) / mass


def _refused_moments(offset, width):
    """Return the same of what is further from the centre than the width."""
    mass, mean, square = _kept_moments(offset, width)
    rest, shift = 1 - mass, arb(offset)
    return rest, (shift - mass * mean) / rest, (1 + shift**2 - mass * square) / rest


def kept_variance(offset: fmpq, width: fmpq, kept: str = "inside") -> RealBall:
    """Return the variance of what is kept, inside the window or outside of it, by quadrature, enclosed.

    >>> kept_variance(fmpq(0), fmpq(1)).digits(6), kept_variance(fmpq(0), fmpq(1), "outside").digits(4)
    ('0.291125', '2.525')
    """

    def ball():
        _, mean, square = (_kept_moments if kept == "inside" else _refused_moments)(offset, width)
        return square - mean**2

    return real_ball(ball)


def next_mean(case: Mapping[str, Any], offset: fmpq) -> RealBall:
    """Return where a state goes: `kept_mean`, unless the case says that the outside is kept or all is refitted."""
    if case.get("refitted") == "all":
        return real_ball(lambda: arb(offset))
    if case.get("kept") == "outside":
        return real_ball(lambda: _refused_moments(offset, case["width"])[1])
    return kept_mean(offset, case["width"])


def mean_slope(offset: fmpq, width: fmpq) -> RealBall:
    """Return the derivative of `kept_mean` in the state, from its power series, enclosed.

    >>> (mean_slope(fmpq(1, 2), fmpq(1)) - kept_variance(fmpq(1, 2), fmpq(1)) - fmpq(1, 2**40)).sign()
    -1
    """

    def ball():
        low, high = (
            arb_series([-arb(width) - arb(offset), -1], prec=2),
            arb_series([arb(width) - arb(offset), -1], prec=2),
        )
        root = arb_series([arb(2).sqrt()], prec=2)
        heights = (-low * low / 2).exp() - (-high * high / 2).exp()
        area = ((high / root).erf() - (low / root).erf()) / 2
        return (heights / area)[1] / (2 * arb.pi()).sqrt() + 1

    return real_ball(ball)


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
    return next_mean(case, case["offset"]), _centre_slope_exactly(case["width"]) * case["offset"]


_STEPS = [fmpq(1, 10), fmpq(1, 2), fmpq(1), fmpq(2), fmpq(3)]
_grid = Family(
    "m - c in 1/10, 1/2, 1, 2, 3 and a in 1/10, 1/2, 1, 2, 3 standard deviations",
    lambda: parameter_grid(offset=_STEPS, width=_STEPS),
)
_near = {"offset": fmpq(1, 100), "width": fmpq(1)}
verified_contraction = inequality(
    "thm:verified-contraction",
    VERIFIED,
    _contracts,
    _loops,
    exact=_contracts_exactly,
    family=_grid,
    edges=(_near,),
    ceiling=lambda case: case["offset"],
    neighbours=(
        without(VERIFIED[0], {**_near, "kept": "outside"}),
        without(VERIFIED[1], {**_near, "refitted": "all"}),
        changed(
            "the variance of what is kept of N(m, 1), at the state m itself",
            lambda case: (
                next_mean(case, case["offset"]),
                kept_variance(case["offset"], case["width"]) * case["offset"],
            ),
            {"offset": fmpq(2), "width": fmpq(1)},
        ),
    ),
    wrong=lambda case: (_contracts(case)[0], centre_slope(case.width / 2) * jnp.abs(case.offset)),
)


def _slopes(case: RetrainingLoop):
    slope = jax.grad(lambda offset: kept_moments(offset, case.width)[0])(case.offset)
    return slope, kept_moments(*case)[1]


def _slopes_exactly(case):
    """Return how far the derivative is from the variance and 2^-40; or the variance and 1; or minus it and 0."""
    offset, width, part = case["offset"], case["width"], case["part"]
    variance = kept_variance(offset, width, case.get("kept", "inside"))
    if part == "is a variance":
        return _gap(1 if case.get("refitted") == "all" else mean_slope(offset, width), variance)
    return (variance, 1) if part == "is below 1" else (variance * -1, 0)


def _gap(slope, variance):
    return real_ball(lambda: abs((variance * -1 + slope).ball())), fmpq(1, 2**40)


PARTS = ("is a variance", "is below 1", "is above 0")
_wide = {"offset": fmpq(1), "width": fmpq(6), "part": "is below 1"}
verified_slope = inequality(
    "thm:verified-slope",
    VERIFIED,
    lambda case: tuple(jnp.stack(sides) for sides in zip(_slopes(case), _slopes(case)[::-1], strict=True)),
    _loops,
    exact=_slopes_exactly,
    family=Family(
        f"{_grid.description}: the derivative, by power series, is the variance, by quadrature, to 2^-40; it is below "
        "1, and above 0",
        lambda: parameter_grid(offset=_STEPS, width=_STEPS, part=PARTS),
    ),
    edges=(_wide,),
    neighbours=(
        without(VERIFIED[0], {**_wide, "offset": fmpq(0), "width": fmpq(1), "kept": "outside"}),
        without(VERIFIED[1], {**_near, "part": PARTS[0], "refitted": "all"}),
        changed(
            "the variance of what is kept of N(c, 1), whatever the state",
            lambda case: _gap(mean_slope(case["offset"], case["width"]), _centre_slope_exactly(case["width"])),
            {"offset": fmpq(1), "width": fmpq(1)},
        ),
    ),
    wrong=lambda case: (centre_slope(case.width), _slopes(case)[0]),
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
    offset, gap = case["offset"], case["gap"]
    return next_mean(case, offset + gap) - next_mean(case, offset), gap


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
    neighbours=(
        without(VERIFIED[0], {"offset": fmpq(-1, 2), "gap": fmpq(1), "width": fmpq(1), "kept": "outside"}),
        without(VERIFIED[1], {"offset": fmpq(-1, 2), "gap": fmpq(1), "width": fmpq(1), "refitted": "all"}),
    ),
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
    "Z2|Z1,C": Fixed([[[1, 0], [0, 1]], [[0, 1], [1, 0]]]),
}

verified_information = linear(
    "thm:verified-information",
    "I(T;Z2) <= I(T;C) + I(T;Z0|C)",
    ("T -> Z0,C -> Z1", "T,Z0 -> Z1,C -> Z2"),
    random_bayes_nets("T", "C|T", "Z0|T,C", "Z1|Z0,C", "Z2|Z1,C", T=3, C=2, Z0=2, Z1=2, Z2=3),
    family=Family(
        "a fair bit T, C with rows (1/4, 3/4), (1, 0), Z0 with rows (1/4, 3/4), (0, 1), Z1 any bit of Z0 and C, "
        "Z2 the sum of Z1 and C, or the centre",
        lambda: (
            law
            for last in (_LOOPS["Z2|Z1,C"], Fixed([_MAPS, _MAPS]))
            for law in exact_laws({**_LOOPS, "Z2|Z1,C": last})
        ),
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
