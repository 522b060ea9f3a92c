"""Chapter 2, mixtures: a mean estimated from fresh real data and from the model's own output, each round (S18)."""

import itertools

import jax
import jax.numpy as jnp
from flint import arb

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, real_ball
from infoloop.models.mixing import error_variance, mixing, optimal_weight, stationary_variance
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

ROUNDS = 4
UNIT, MIXED = (
    "the noise of a sample has variance 1 and is independent",
    "each round mixes real data of weight w with synthetic data",
)
WEIGHT, FOR_EVER, EVEN = "0 < w <= 1", "the loop has run for ever", "as many real as synthetic samples"
INSIDE = (UNIT, MIXED, WEIGHT)
_stationary = (*INSIDE, FOR_EVER)
NO_OTHER_WEIGHT = unrefuted(
    WEIGHT, "not needed for 0 < w < 2: it is what a weight is; of another w the loop has no stationary variance"
)

WEIGHTS = [fmpq(k, 8) for k in range(1, 9)]
_SIZES = (1, 2, 5)


def _parameters(x):
    """Return a weight in (0, 1), and whole numbers of real and of synthetic samples from 1 on."""
    return jax.nn.sigmoid(2 * x[0]), 1 + jnp.floor(jnp.exp(x[1])), 1 + jnp.floor(jnp.exp(x[2]))


mixtures = random_numbers(3, _parameters)
_small_loops = Family(
    "weights k/8, 1, 2 or 5 real and synthetic samples, 0 to 4 rounds",
    lambda: parameter_grid(w=WEIGHTS, real=_SIZES, synthetic=_SIZES, t=range(ROUNDS + 1)),
)


def noise_shares(weight: Number, rounds: int) -> tuple[list[Number], list[Number]]:
    """Return the coefficients of Z_t - theta on the errors of the real means R0, R1, ... and synthetic S1, S2, ..."""
    real, synthetic = [weight / weight], []
    for _ in range(rounds):
        real = [(1 - weight) * c for c in real] + [weight]
        synthetic = [(1 - weight) * c for c in [*synthetic, weight / weight]]
    return real, synthetic


def variance_of_shares(weight: Number, real: Number, synthetic: Number, rounds: int) -> Number:
    """Return the variance of Z_t - theta as the sum of the squares of its `noise_shares`, each over its samples."""
    shares = noise_shares(weight, rounds)
    return sum(c**2 / size for part, size in zip(shares, (real, synthetic), strict=True) for c in part)


def fixed_point(weight: fmpq, ratio: fmpq) -> fmpq:
    r"""Return $nV_\infty$, by solving $V=w^2+(1-w)^2(V+r)$.

    >>> fixed_point(fmpq(1, 2), fmpq(1))
    2/3
    """
    q = (1 - weight) ** 2
    return (weight**2 + q * ratio) / (1 - q)


def relaxed_variance(weight: fmpq, real: fmpq, synthetic: fmpq, rounds: int) -> fmpq:
    r"""Return $V_\infty+(1-w)^{2t}(V_0-V_\infty)$, $V_0=\frac1n$, $nV_\infty=\frac{w^2+r(1-w)^2}{w(2-w)}$.

    >>> relaxed_variance(fmpq(1, 2), fmpq(1), fmpq(1), 1)
    3/4
    """
    q = (1 - weight) ** 2
    stationary = fixed_point(weight, real / synthetic) / real
    return stationary + q**rounds * (1 / real - stationary)


def _variances(case):
    found = [variance_of_shares(*case, t) for t in range(ROUNDS + 1)]
    return jnp.stack(found), error_variance(mixing(*case), jnp.arange(ROUNDS + 1))


def _variances_exactly(case):
    weight, real, synthetic, t = case.values()
    sizes = fmpq(real), fmpq(synthetic)
    return variance_of_shares(weight, *sizes, t), relaxed_variance(weight, *sizes, t)


def _without_synthetic_noise(case):
    weight, real, _ = case
    return _variances(case)[0], error_variance(mixing(weight, real, 1e9), jnp.arange(ROUNDS + 1))


def halved(case: dict) -> dict:
    """Return the case with half the weight of real data in each round."""
    return {**case, "w": case["w"] / 2}


def _a_round_later(case):
    return _variances_exactly({**case, "t": case["t"] + 1})[1]


_mixture = {"w": fmpq(1, 4), "real": 2, "synthetic": 5, "t": 3}

variance = equality(
    "thm:mixing-variance",
    INSIDE,
    _variances,
    mixtures,
    exact=_variances_exactly,
    family=_small_loops,
    edges=(_mixture,),
    wrong=_without_synthetic_noise,
    neighbours=(
        without(UNIT, _mixture, exact=lambda case: (2 * _variances_exactly(case)[0], _variances_exactly(case)[1])),
        # each round at half the weight of real data
        without(MIXED, _mixture, exact=lambda case: (_variances_exactly(halved(case))[0], _variances_exactly(case)[1])),
        NO_OTHER_WEIGHT,
        changed("t + 1 in place of t", lambda case: (_variances_exactly(case)[0], _a_round_later(case))),
    ),
)

_ratios = random_numbers(2, lambda x: (jax.nn.sigmoid(2 * x[0]), jnp.exp(x[1])))


def _optimal(case):
    weight, ratio = case
    return optimal_weight(ratio), stationary_variance(weight, ratio)


def _optimal_exactly(case):
    r"""Return the best weight v, that of the ratio $r=v^2/(1-v)$, and $nV_t$ or $nV_\infty$ at a weight."""
    best = case["best"]
    return best, _after(case["w"], best**2 / (1 - best), case.get("t"))


def _after(weight: fmpq, ratio: fmpq, rounds: int | None) -> fmpq:
    """Return the variance after so many rounds in units of the first, or the stationary one."""
    return fixed_point(weight, ratio) if rounds is None else relaxed_variance(weight, fmpq(1), 1 / ratio, rounds)


_ROUNDS = (None, 0, 1, 3)
_TEN_ROUNDS = fmpq(1, 10)  # the variance of the mean of all real data of ten rounds, with no synthetic ones
_best_at_half = {"w": fmpq(1, 2), "best": fmpq(1, 2)}


optimal = inequality(
    "thm:mixing-optimal",
    INSIDE,
    _optimal,
    _ratios,
    exact=_optimal_exactly,
    family=Family(
        "weights k/8, best weights k/8 below 1; for ever, and after 0, 1 and 3 rounds",
        lambda: parameter_grid(w=WEIGHTS, best=WEIGHTS[:-1], t=_ROUNDS),
    ),
    edges=(_best_at_half,),
    wrong=lambda case: (jnp.sqrt(_optimal(case)[0]), _optimal(case)[1]),
    neighbours=(
        without(UNIT, _best_at_half, exact=lambda case: (case["best"], _optimal_exactly(case)[1] / 2)),
        without(MIXED, _best_at_half, exact=lambda case: (case["best"], _TEN_ROUNDS)),
        NO_OTHER_WEIGHT,
        changed(
            "the ratio 1 % larger", lambda case: (_best_of(fmpq(101, 200)), _optimal_exactly(case)[1]), _best_at_half
        ),
    ),
)


def _best_of(ratio: fmpq) -> RealBall:
    r"""Return $\frac{\sqrt{r^2+4r}-r}2$."""
    return real_ball(lambda: (arb(ratio * ratio + 4 * ratio).sqrt() - arb(ratio)) / 2)


def _golden_exactly(case):
    golden_ratio = real_ball(lambda: (arb(5).sqrt() - 1) / 2)
    return golden_ratio, _after(case["w"], case.get("ratio", fmpq(1)), case.get("t"))


_fibonacci = {"w": fmpq(13, 21)}

golden = inequality(
    "thm:mixing-golden",
    (*INSIDE, EVEN),
    lambda case: (optimal_weight(1.0), stationary_variance(case[0], 1.0)),
    _ratios,
    exact=_golden_exactly,
    family=Family(
        "weights k/100 for ever, and k/10 after 0, 1 and 3 rounds",
        lambda: itertools.chain(
            parameter_grid(w=[fmpq(k, 100) for k in range(1, 101)]),
            parameter_grid(w=[fmpq(k, 10) for k in range(1, 11)], t=_ROUNDS[1:]),
        ),
    ),
    edges=(_fibonacci,),
    wrong=lambda case: (jnp.sqrt(0.5), stationary_variance(case[0], 1.0)),
    neighbours=(
        without(UNIT, _fibonacci, exact=lambda case: (_golden_exactly(case)[0], _golden_exactly(case)[1] / 2)),
        without(MIXED, _fibonacci, exact=lambda case: (_golden_exactly(case)[0], _TEN_ROUNDS)),
        NO_OTHER_WEIGHT,
        without(EVEN, {**_fibonacci, "ratio": fmpq(9, 10)}),
    ),
)


def _diverging(case):
    weight, ratio = case
    return ratio * (1 - weight) ** 2 / (2 * weight), stationary_variance(weight, ratio)


def _diverging_exactly(case):
    weight, ratio = case["w"], case["r"]
    return ratio * (1 - weight) ** 2 / (2 * weight), _after(weight, ratio, case.get("t"))


_small_weights = Family(
    "weights 1/2, 1/4, ..., 1/4096, ratios 1/2, 1 and 3",
    lambda: parameter_grid(w=[fmpq(1, 2**k) for k in range(1, 13)], r=[fmpq(1, 2), fmpq(1), fmpq(3)]),
)

_rare = {"w": fmpq(1, 1000), "r": fmpq(1)}

diverging = inequality(
    "thm:mixing-diverges",
    _stationary,
    _diverging,
    _ratios,
    exact=_diverging_exactly,
    family=_small_weights,
    edges=(_rare,),
    wrong=lambda case: (case[1] / (2 * case[0]), _diverging(case)[1]),
    neighbours=(
        without(UNIT, _rare, exact=lambda case: (_diverging_exactly(case)[0], _diverging_exactly(case)[1] / 2)),
        without(MIXED, _rare, exact=lambda case: (_diverging_exactly(case)[0], _TEN_ROUNDS)),
        NO_OTHER_WEIGHT,
        without(FOR_EVER, {**_rare, "t": 3}),
        changed(
            "without the square",
            lambda case: (_diverging_exactly(case)[0] / (1 - case["w"]), _diverging_exactly(case)[1]),
            {"w": fmpq(1, 2), "r": fmpq(3)},
        ),
    ),
)

fresh_data_never_worse = inequality(
    "fol:fresh-data-never-worse",
    _stationary,
    lambda case: (stationary_variance(*case), 1.0),
    _ratios,
    exact=lambda case: (fixed_point(*case.values()), 1),
    family=_small_weights,
)
