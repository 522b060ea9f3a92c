"""Chapter 3, filtering: what a verifier leaves of label noise, and where verified retraining ends (S19, S20)."""

import itertools
import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flint import arb

from infoloop.cases import Cases, Family, networks, probabilities, rational_networks
from infoloop.claim import Claim, linear
from infoloop.distributions import Joint, condition
from infoloop.enclosures import Enclosure, enclosure, exp, pi
from infoloop.exact import LogSum, fmpq, number, rational_product, rational_table
from infoloop.grids import grid

FILTERED = ("labels are wrong with probability p", "right labels are kept with probability phi, wrong ones with psi")
VOTES = (1, 3, 5, 7)
_EIGHTHS = [fmpq(k, 8) for k in range(9)]


def kept_error(p, phi, psi):
    r"""$\frac{p\psi}{p\psi+(1-p)\phi}$: the share of wrong labels among those a verifier keeps.

    >>> kept_error(fmpq(1, 4), fmpq(3, 4), fmpq(1, 4))
    1/10
    """
    return p * psi / (p * psi + (1 - p) * phi)


def _kept(p, phi, psi):
    """P(wrong, kept), each 0 or 1."""
    return [[(1 - p) * (1 - phi), (1 - p) * phi], [p * (1 - psi), p * psi]]


def _filtered(case):
    law = Joint(jnp.array(_kept(*case)), ("wrong", "kept"))
    return condition(law, kept=1).table[1], kept_error(*case)


def _filtered_exactly(case) -> tuple[LogSum, LogSum]:
    p, phi, psi = case.values()
    table = rational_product(
        (rational_table([1 - p, p]), ("wrong",)),
        (rational_table([[1 - phi, phi], [1 - psi, psi]]), ("wrong", "kept")),
    ).table[:, 1]
    return number(table[1] / table.sum()), number(kept_error(p, phi, psi))


_filters = Family(
    "p, phi and psi from 1/8 to 7/8 in eighths",
    lambda: grid(p=_EIGHTHS[1:8], phi=_EIGHTHS[1:8], psi=_EIGHTHS[1:8]),
)
_edge = {"p": fmpq(1, 4), "phi": fmpq(3, 4), "psi": fmpq(1, 4)}
filtered_error = Claim(
    "thm:filtered-error",
    FILTERED,
    _filtered,
    probabilities(3),
    relation="=",
    exact=_filtered_exactly,
    exactly=None,
    family=_filters,
    edges=(_edge,),
    wrong=lambda case: (_filtered(case)[0], kept_error(case[0], case[2], case[1])),
)


def outvoted(error, votes: int):
    """The chance that more than half of `votes` labels (an odd number) are wrong, each with probability `error`.

    >>> outvoted(fmpq(1, 4), 3)
    5/32
    """
    wrong = range(votes // 2 + 1, votes + 1)
    return sum(math.comb(votes, k) * error**k * (1 - error) ** (votes - k) for k in wrong)


def _majority(case):
    p, phi, psi = case
    margin = (phi + psi) * (phi / (phi + psi) - p) / (p * psi + (1 - p) * phi)
    error = condition(Joint(jnp.array(_kept(p, phi, psi)), ("wrong", "kept")), kept=1).table[1]
    return jnp.broadcast_to(margin**2, (len(VOTES),)), jnp.stack([margin * (1 - 2 * outvoted(error, n)) for n in VOTES])


def _majority_exactly(case) -> tuple[LogSum, LogSum]:
    p, phi, psi, votes = case.values()
    margin = (phi + psi) * (phi / (phi + psi) - p) / (p * psi + (1 - p) * phi)
    return number(margin**2), number(margin * (1 - 2 * outvoted(kept_error(p, phi, psi), votes)))


def _swapped(case):
    p, phi, psi = case
    return _majority(case)[0], _majority((p, psi, phi))[1]


filter_threshold = Claim(
    "thm:filter-threshold",
    (*FILTERED, "two labels, and an odd number of votes"),
    _majority,
    probabilities(3),
    exact=_majority_exactly,
    exactly=None,
    family=Family(
        "p, phi and psi from 1/8 to 7/8 in quarters and eighths, 1, 3, 5 and 7 votes",
        lambda: grid(p=_EIGHTHS[1:8], phi=_EIGHTHS[1:8:2], psi=_EIGHTHS[1:8:2], votes=VOTES),
    ),
    edges=({**_edge, "votes": 1},),
    wrong=_swapped,
)

filter_is_enough = Claim(
    "fol:filter-is-enough",
    (*FILTERED, "psi < phi"),
    lambda case: (kept_error(case[0], case[1], case[1] * case[2]), 1 / 2),
    probabilities(3),
    exact=lambda case: (number(kept_error(*case.values())), number(fmpq(1, 2))),
    exactly=None,
    family=Family(
        "p, phi and psi < phi from 1/8 to 7/8 in eighths",
        lambda: (c for c in _filters.members() if c["psi"] < c["phi"]),
    ),
)

VERIFIED = ("outputs N(m, 1) are kept within a of the verifier's centre c", "the next mean is that of the kept ones")
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)


class Loop(NamedTuple):
    """Where a state stands from the verifier's centre, m - c, and the half-width a of what is kept (sigma = 1)."""

    offset: jax.Array
    width: jax.Array


def _loop(x) -> Loop:
    return Loop(4 * jnp.tanh(x[0]), 4 * jax.nn.sigmoid(x[1]))


_loops = Cases(lambda key: 2 * jax.random.normal(key, (2,)), _loop)


def kept_moments(offset, width):
    """Mean and variance of what is kept, from the centre, by Gauss's quadrature of the density."""
    points = width * _NODES
    log_masses = jnp.log(_WEIGHTS) - (points - offset) ** 2 / 2
    masses = jax.nn.softmax(log_masses)
    mean = masses @ points
    return mean, masses @ (points - mean) ** 2


def kept_mean(offset, width) -> Enclosure:
    r"""$M(m)-c=d+\frac{\varphi(-a-d)-\varphi(a-d)}{\Phi(a-d)-\Phi(-a-d)}$ with $d=m-c$, enclosed.

    >>> kept_mean(fmpq(1), fmpq(1, 100)).digits(6)
    '3.33331e-5'
    """
    root, low, high = pi() * 2, -width - offset, width - offset
    heights = exp(-low * low / 2) - exp(-high * high / 2)
    area = enclosure(lambda: ((arb(high) / arb(2).sqrt()).erf() - (arb(low) / arb(2).sqrt()).erf()) / 2)
    return heights / area / enclosure(lambda: root.ball().sqrt()) + offset


def centre_slope(width):
    r"""$\kappa=1-\frac{2a\,\varphi(a)}{2\Phi(a)-1}$, the variance of what is kept of $N(c,1)$."""
    return 1 - width * jnp.exp(-(width**2) / 2) * math.sqrt(2 / math.pi) / jax.scipy.special.erf(width / math.sqrt(2))


def _centre_slope_exactly(width) -> Enclosure:
    return enclosure(
        lambda: (
            1 - arb(width) * (-(arb(width) ** 2) / 2).exp() * (2 / arb.pi()).sqrt() / (arb(width) / arb(2).sqrt()).erf()
        )
    )


def _contracts(case: Loop):
    return jnp.abs(kept_moments(*case)[0]), centre_slope(case.width) * jnp.abs(case.offset)


def _contracts_exactly(case):
    offset, width = case.values()
    return kept_mean(offset, width), _centre_slope_exactly(width) * offset


_STEPS = [fmpq(1, 10), fmpq(1, 2), fmpq(1), fmpq(2), fmpq(3)]
_grid = Family(
    "m - c in 1/10, 1/2, 1, 2, 3 and a in 1/10, 1/2, 1, 2, 3 standard deviations",
    lambda: grid(offset=_STEPS, width=_STEPS),
)
verified_contraction = Claim(
    "thm:verified-contraction",
    VERIFIED,
    _contracts,
    _loops,
    exact=_contracts_exactly,
    exactly=None,
    family=_grid,
    edges=({"offset": fmpq(1, 100), "width": fmpq(1)},),
    wrong=lambda case: (_contracts(case)[0], centre_slope(case.width / 2) * jnp.abs(case.offset)),
)


def _slopes(case: Loop):
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


def _centred(case: Loop):
    """Both ends of one retraining, from the truth, which is where the loop started."""
    return jnp.abs(kept_moments(*case)[0] - case.offset), 0 * case.offset


verified_finds_truth = Claim(
    "fol:verified-finds-truth",
    (*VERIFIED, "the first mean is the truth"),
    _centred,
    _loops,
    exact=lambda case: (kept_mean(*case.values()) * -1 + case["offset"], number(0)),
    exactly=None,
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


def _copies(*names: str):
    copies = [(rational_table(_MAPS), pair) for pair in itertools.pairwise(names)]
    return rational_product((rational_table(["1/2", "1/2"]), names[:1]), *copies)


verified_information = linear(
    "thm:verified-information",
    "I(T;Z2) <= I(T;C) + I(T;Z0|C)",
    ("T -> Z0,C -> Z1", "T,Z0 -> Z1,C -> Z2"),
    networks("T", "C|T", "Z0|T,C", "Z1|Z0,C", "Z2|Z1,C", T=3, C=2, Z0=2, Z1=2, Z2=3),
    family=Family(
        "a fair bit T, C with rows (1/4, 3/4), (1, 0), Z0 with rows (1/4, 3/4), (0, 1), Z1 and Z2 any bits they may be",
        lambda: rational_networks("T", "C|T", "Z0|T", "Z1|Z0,C", "Z2|Z1,C", rows=_LOOPS, T=2, C=2, Z0=2, Z1=2, Z2=2),
    ),
    edges=(_copies("T", "C", "Z0", "Z1", "Z2"),),
    wrong="I(T;Z2) <= I(T;Z0|C)",
)

verified_limit = linear(
    "thm:verified-limit",
    "I(T;Z) <= I(T;C)",
    ("T -> C -> Z",),
    networks("T", "C|T", "Z|C", T=3, C=3, Z=3),
    family=Family(
        "a fair bit T, C and Z with rows (1/4, 3/4), (1, 0), (0, 1)",
        lambda: rational_networks("T", "C|T", "Z|C", rows={**_CHAINS, "Z|C": _CHAINS["C|T"]}, T=2, C=2, Z=2),
    ),
    edges=(_copies("T", "C", "Z"),),
    wrong="I(T;C) <= I(T;Z)",
)

CLAIMS = (
    filtered_error,
    filter_threshold,
    filter_is_enough,
    verified_contraction,
    verified_slope,
    verified_finds_truth,
    verified_information,
    verified_limit,
)
