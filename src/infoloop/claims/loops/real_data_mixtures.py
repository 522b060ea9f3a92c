"""Chapter 2, mixtures: a mean estimated from fresh real data and from the model's own output, each round (S18)."""

import jax
import jax.numpy as jnp
from flint import arb

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.rational_gaussians import RationalGaussian, RationalLinear
from infoloop.exact.rational_laws import fmpq, log2
from infoloop.exact.real_balls import real_ball
from infoloop.information.expressions import evaluate
from infoloop.information.gaussian_channels import awgn_capacity
from infoloop.information.measures import mutual_information
from infoloop.models.mixing import error_variance, mixing, optimal_weight, stationary_variance
from infoloop.probability.channels import extend
from infoloop.probability.gaussians import Gaussian, LinearGaussian
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.parameter_grids import parameter_grid

ROUNDS = 4
LOOP = ("the noise of a sample is Gaussian of variance 1", "each round mixes real data of weight w with synthetic data")
_inside = (*LOOP, "0 < w <= 1")
_stationary = (*_inside, "the loop has run for ever")
_prior = (*_inside, "the true mean is Gaussian")

_WEIGHTS = [fmpq(k, 8) for k in range(1, 9)]
_SIZES = (1, 2, 5)


def _parameters(x):
    """Return a weight in (0, 1), and whole numbers of real and of synthetic samples from 1 on."""
    return jax.nn.sigmoid(2 * x[0]), 1 + jnp.floor(jnp.exp(x[1])), 1 + jnp.floor(jnp.exp(x[2]))


_loops = random_numbers(3, _parameters)
_small_loops = Family(
    "weights k/8, 1, 2 or 5 real and synthetic samples, 0 to 4 rounds",
    lambda: parameter_grid(w=_WEIGHTS, real=_SIZES, synthetic=_SIZES, t=range(ROUNDS + 1)),
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


variance = equality(
    "thm:mixing-variance",
    _inside,
    _variances,
    _loops,
    exact=_variances_exactly,
    family=_small_loops,
    edges=({"w": fmpq(1, 4), "real": 2, "synthetic": 5, "t": 3},),
    wrong=_without_synthetic_noise,
)

_ratios = random_numbers(2, lambda x: (jax.nn.sigmoid(2 * x[0]), jnp.exp(x[1])))


def _optimal(case):
    weight, ratio = case
    return optimal_weight(ratio), stationary_variance(weight, ratio)


def _optimal_exactly(case):
    r"""Return the best weight v, that of the ratio $r=v^2/(1-v)$, and $nV_\infty$ at a weight."""
    weight, best = case.values()
    return best, fixed_point(weight, best**2 / (1 - best))


optimal = inequality(
    "thm:mixing-optimal",
    _stationary,
    _optimal,
    _ratios,
    exact=_optimal_exactly,
    family=Family("weights k/8, best weights k/8 below 1", lambda: parameter_grid(w=_WEIGHTS, best=_WEIGHTS[:-1])),
    edges=({"w": fmpq(1, 2), "best": fmpq(1, 2)},),
    wrong=lambda case: (jnp.sqrt(_optimal(case)[0]), _optimal(case)[1]),
)

golden = inequality(
    "thm:mixing-golden",
    (*_stationary, "as many real as synthetic samples"),
    lambda case: (optimal_weight(1.0), stationary_variance(case[0], 1.0)),
    _ratios,
    exact=lambda case: (real_ball(lambda: (arb(5).sqrt() - 1) / 2), fixed_point(case["w"], fmpq(1))),
    family=Family("weights k/100", lambda: parameter_grid(w=[fmpq(k, 100) for k in range(1, 101)])),
    edges=({"w": fmpq(13, 21)},),
    wrong=lambda case: (jnp.sqrt(0.5), stationary_variance(case[0], 1.0)),
)


def _diverging(case):
    weight, ratio = case
    return ratio * (1 - weight) ** 2 / (2 * weight), stationary_variance(weight, ratio)


def _diverging_exactly(case):
    weight, ratio = case.values()
    return ratio * (1 - weight) ** 2 / (2 * weight), fixed_point(weight, ratio)


_small_weights = Family(
    "weights 1/2, 1/4, ..., 1/4096, ratios 1/2, 1 and 3",
    lambda: parameter_grid(w=[fmpq(1, 2**k) for k in range(1, 13)], r=[fmpq(1, 2), fmpq(1), fmpq(3)]),
)

diverging = inequality(
    "thm:mixing-diverges",
    _stationary,
    _diverging,
    _ratios,
    exact=_diverging_exactly,
    family=_small_weights,
    edges=({"w": fmpq(1, 1000), "r": fmpq(1)},),
    wrong=lambda case: (case[1] / (2 * case[0]), _diverging(case)[1]),
)

fresh_data_never_worse = inequality(
    "fol:fresh-data-never-worse",
    _stationary,
    lambda case: (stationary_variance(*case), 1.0),
    _ratios,
    exact=lambda case: (fixed_point(*case.values()), 1),
    family=_small_weights,
)


def _mixing_law(case, rounds):
    """Return the law of theta ~ N(0, 1), the estimates Z0, Z1, ... and the real means R1, R2, ..., link by link."""
    weight, real, synthetic = case

    def link(row, noise, source, target):
        return LinearGaussian(jnp.stack([row]), jnp.reshape(noise, (1, 1)), source, (target,), jnp.zeros(1))

    law = Gaussian(jnp.zeros(1), jnp.ones((1, 1)), ("theta",), (1,))
    law = extend(law, link(jnp.ones(1), 1 / real, ("theta",), "Z0"))
    mixed, noise = jnp.stack([weight, 1 - weight]), (1 - weight) ** 2 / synthetic
    for t in range(1, rounds + 1):
        law = extend(law, link(jnp.ones(1), 1 / real, ("theta",), f"R{t}"))
        law = extend(law, link(mixed, noise, (f"R{t}", f"Z{t - 1}"), f"Z{t}"))
    return law


def _rational_mixture_law(case):
    """Return the same law in rationals, one round longer than the case says, with its prior."""
    weight, real, synthetic, prior, rounds = case.values()
    law = extend(RationalGaussian(((prior,),), ("theta",)), RationalLinear({"theta": 1}, fmpq(1, real), "Z0"))
    for t in range(1, rounds + 2):
        mixed, error = {f"R{t}": weight, f"Z{t - 1}": 1 - weight}, (1 - weight) ** 2 / synthetic
        law = extend(law, RationalLinear({"theta": 1}, fmpq(1, real), f"R{t}"), RationalLinear(mixed, error, f"Z{t}"))
    return law


def openness(prior: Number, real: Number, error: Number) -> Number:
    r"""Return the signal to noise of n real samples after an estimate of error V, $n/(\frac1{\tau^2}+\frac1V)$."""
    return real / (1 / prior + 1 / error)


def _open(case):
    law = _mixing_law(case, ROUNDS)
    found = [evaluate(f"I(theta;R{t + 1}|Z{t})", law) for t in range(ROUNDS)]
    errors = error_variance(mixing(*case), jnp.arange(ROUNDS))
    return jnp.stack(found), awgn_capacity(openness(1.0, case[1], errors))


def _open_exactly(case):
    weight, real, synthetic, prior, t = case.values()
    error = relaxed_variance(weight, fmpq(real), fmpq(synthetic), t)
    closed = log2(1 + openness(prior, real, error)) * fmpq(1, 2)
    return mutual_information(_rational_mixture_law(case), "theta", f"R{t + 1}", f"Z{t}"), closed


_open_loops = Family(
    "weights k/8, 1 or 3 real and 1 or 5 synthetic samples, prior variances 1/2 and 3, 0 to 3 rounds",
    lambda: parameter_grid(w=_WEIGHTS, real=(1, 3), synthetic=(1, 5), prior=(fmpq(1, 2), fmpq(3)), t=range(4)),
)

open_rounds = equality(
    "thm:mixing-open",
    _prior,
    _open,
    _loops,
    exact=_open_exactly,
    family=_open_loops,
    edges=({"w": fmpq(1, 4), "real": 3, "synthetic": 5, "prior": fmpq(3), "t": 2},),
    wrong=lambda case: (_open(case)[0], awgn_capacity(case[1] / (1 + 1 / case[1]))),
)


def _kept(case):
    errors = error_variance(mixing(*case), jnp.array([0, ROUNDS]))
    start, end = awgn_capacity(1 / errors)
    return start, end


def _kept_exactly(case):
    t, law = case["t"], _rational_mixture_law(case)
    assert all(mutual_information(law, "theta", f"R{i + 1}", f"Z{i}").sign() > 0 for i in range(t))
    return mutual_information(law, "theta", "Z0"), mutual_information(law, "theta", f"Z{t}")


open_rounds_keep = inequality(
    "fol:open-rounds-keep",
    (*_prior, "I(theta;R_t|Z_{t-1}) > 0 in every round"),
    _kept,
    _loops,
    exact=_kept_exactly,
    family=_open_loops,
)
