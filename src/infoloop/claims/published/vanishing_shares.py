"""Chapter 8, a share of real data that vanishes: its rate, its sum, and the samples beside it (C15)."""

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.rational_laws import fmpq
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

ROUNDS = 6
UNIT = "the noise of a sample has variance 1 and is independent"
HARMONIC = "round t gives the weight 1/(t+1) to n real samples"
FIXED, GROWING = "every round draws m synthetic samples", "round t draws t^2 synthetic samples"


def mixed_variance(weights: list[Number], real: Number, synthetic: list[Number]) -> Number:
    """Return the variance of the estimate after rounds of these weights, round by round.

    >>> mixed_variance([fmpq(1, 2)], fmpq(1), [fmpq(1)])
    3/4
    """
    variance = 1 / real
    for weight, size in zip(weights, synthetic, strict=True):
        variance = weight**2 / real + (1 - weight) ** 2 * (variance + 1 / size)
    return variance


def harmonic_variance(real: Number, synthetic: Number, rounds: Number) -> Number:
    r"""Return $\frac1{n(t+1)}+\frac{t(2t+1)}{6m(t+1)}$.

    >>> harmonic_variance(fmpq(1), fmpq(1), 1)
    3/4
    """
    return 1 / (real * (rounds + 1)) + rounds * (2 * rounds + 1) / (6 * synthetic * (rounds + 1))


def _harmonic(case):
    real, synthetic = case
    found = [
        mixed_variance([1 / (s + 1) for s in range(1, t + 1)], real, [synthetic] * t) for t in range(1, ROUNDS + 1)
    ]
    return jnp.stack(found), harmonic_variance(real, synthetic, jnp.arange(1, ROUNDS + 1))


def _harmonic_exactly(case, slower=1, sizes=None, noise=1):
    n, m, t = fmpq(case["n"]), fmpq(case["m"]), case["t"]
    weights = [fmpq(1, slower * (s + 1)) for s in range(1, t + 1)]
    drawn = [m if sizes is None else sizes(s) for s in range(1, t + 1)]
    return mixed_variance(weights, n, drawn) * noise, harmonic_variance(n, m, fmpq(t))


def _squares(s: int) -> fmpq:
    return fmpq(s * s)


_counts = random_numbers(2, lambda x: 1 + jnp.floor(jnp.exp(x)))
_three = {"n": 2, "m": 1, "t": 3}
harmonic_share = equality(
    "thm:harmonic-share",
    (UNIT, HARMONIC, FIXED),
    _harmonic,
    _counts,
    exact=_harmonic_exactly,
    family=Family(
        "1, 2 or 5 real and synthetic samples, up to 12 rounds",
        lambda: parameter_grid(n=(1, 2, 5), m=(1, 2, 5), t=range(1, 13)),
    ),
    edges=(_three,),
    neighbours=(
        without(UNIT, _three, exact=lambda case: _harmonic_exactly(case, noise=2)),
        without(HARMONIC, _three, exact=lambda case: _harmonic_exactly(case, slower=2)),
        without(FIXED, _three, exact=lambda case: _harmonic_exactly(case, sizes=_squares)),
        changed(
            "without what the synthetic samples add", lambda case: (_harmonic_exactly(case)[0], fmpq(1, case["t"] + 1))
        ),
    ),
    wrong=lambda case: (_harmonic(case)[0], harmonic_variance(case[0], 2 * case[1], jnp.arange(1, ROUNDS + 1))),
)


def _collapsing(case):
    weights, sizes = [1 / (s + 1) for s in range(1, ROUNDS + 1)], [float(s * s) for s in range(1, ROUNDS + 1)]
    return 1 / case[0], mixed_variance(weights, case[0], sizes)


vanishing_share_collapses = inequality(
    "fol:vanishing-share-collapses",
    (UNIT, HARMONIC, GROWING),
    _collapsing,
    _counts,
    exact=lambda case: (fmpq(1, case["n"]), _harmonic_exactly({**case, "m": 1}, sizes=_squares)[0]),
    family=Family("1 and 2 real samples a round, 1 to 12 rounds", lambda: parameter_grid(n=(1, 2), t=range(1, 13))),
)

SHARES, PULLED = "shares between 0 and 1", "round t keeps 1 - alpha_t of the error and adds none of its own"


def _remembered(case):
    kept, total = jnp.prod(1 - case), jnp.sum(case)
    return jnp.stack([1 - total, kept]) + 4, jnp.stack([kept, 1 / (1 + total)]) + 4


def _remembered_exactly(case):
    kept, total = fmpq(1), fmpq(0)
    for share in case["alpha"]:
        kept, total = kept * (1 - share), total + share
    kept += case.get("own", fmpq(0))
    return (1 - total, kept) if case["part"] == "at least" else (kept, 1 / (1 + total))


def _schedules():
    rounds = (1, 3, 6)
    harmonic = [[fmpq(1, s + 1) for s in range(1, t + 1)] for t in rounds]
    square = [[fmpq(1, (s + 1) ** 2) for s in range(1, t + 1)] for t in rounds]
    halves = [[fmpq(1, 2 ** (s + 1)) for s in range(1, t + 1)] for t in rounds]
    yield from parameter_grid(part=("at least",), alpha=[*square, *halves])
    yield from parameter_grid(part=("at most",), alpha=[*harmonic, *square, *halves])


_one = {"part": "at least", "alpha": [fmpq(1, 3)]}
sum_of_shares = inequality(
    "thm:sum-of-shares",
    (SHARES, PULLED),
    _remembered,
    random_numbers(4, lambda x: jax.nn.sigmoid(2 * x) / 2),
    exact=_remembered_exactly,
    family=Family("shares 1/(t+1), 1/(t+1)^2 and 1/2^(t+1), 1, 3 and 6 rounds", _schedules),
    edges=(_one,),
    neighbours=(
        without(SHARES, {"part": "at most", "alpha": [fmpq(2), fmpq(2)]}),
        without(PULLED, {"part": "at most", "alpha": [fmpq(1, 2)], "own": fmpq(1, 4)}),
        changed(
            "the square of the upper bound",
            lambda case: (_remembered_exactly(case)[0], _remembered_exactly(case)[1] ** 2),
            {"part": "at most", "alpha": [fmpq(1, 2)]},
        ),
    ),
    wrong=lambda case: (_remembered(case)[0], _remembered(case)[1] - jnp.sum(case)),
)
