"""Chapter 2, estimates: what a loop that passes on a mean keeps of the true one (S16), in bits."""

import jax.numpy as jnp
import numpy as np
from flint import arb
from jaxtyping import Array, Float

from infoloop.claims.comparisons import equality, inequality
from infoloop.exact.rational_gaussians import RationalGaussian, RationalLinear
from infoloop.exact.rational_laws import fmpq, log2
from infoloop.exact.real_balls import real_ball
from infoloop.information.expressions import evaluate
from infoloop.information.gaussian_channels import awgn_capacity
from infoloop.information.measures import mutual_information
from infoloop.models.gaussian_mean import gaussian_mean, information, residual
from infoloop.probability.channels import extend
from infoloop.probability.gaussians import Gaussian, LinearGaussian
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.parameter_grids import parameter_grid

STEPS = np.arange(1, 5)
_gaussian = ("the true mean is Gaussian", "the noise of a sample is Gaussian of known variance")
_last = (*_gaussian, "an estimate is the mean of the last generation's samples")
_all = (*_gaussian, "an estimate is the mean of all samples so far")


def _parameters(x):
    """Return whole numbers of samples from 1 on, and variances of the prior and of a sample around 1."""
    return 1 + jnp.floor(jnp.exp(1 + x[0] / 2)), jnp.exp(x[1] / 2), jnp.exp(x[2] / 2)


_loops = random_numbers(3, _parameters)
_VARIANCES = (fmpq(1, 2), fmpq(1), fmpq(3))
_small_loops = Family(
    "1 to 3 samples a generation, prior and noise variances 1/2, 1 and 3, 1 to 5 generations",
    lambda: parameter_grid(n=range(1, 4), prior=_VARIANCES, noise=_VARIANCES, t=range(1, 6)),
)
_edge = {"n": 2, "prior": fmpq(3), "noise": fmpq(1, 2)}


def _weights(t: int, schedule: str) -> list[float]:
    """Return how much of the mean of each generation is in the estimate of generation t."""
    return [0.0] * (t - 1) + [1.0] if schedule == "replace" else [1 / t] * t


def _data(t: int) -> tuple[str, ...]:
    return tuple(f"D{i}" for i in range(1, t + 1))


def estimates_law(case: tuple, generations: int, schedule: str) -> Gaussian:
    """Return the law of theta, the data means D1, D2, ... and the estimates Z1, Z2, ... after each, link by link."""
    n, prior, noise = case

    def link(weights, variance, source, target):
        row = jnp.array([weights])
        return LinearGaussian(row, jnp.reshape(variance, (1, 1)), source, (target,), jnp.zeros(1))

    law = Gaussian(jnp.zeros(1), jnp.reshape(prior, (1, 1)), ("theta",), (1,))
    law = extend(law, link([1.0], noise / n, ("theta",), "D1"), link([1.0], 0.0, ("D1",), "Z1"))
    for t in range(2, generations + 1):
        law = extend(law, link([1.0], noise / n, (f"Z{t - 1}",), f"D{t}"))
        law = extend(law, link(_weights(t, schedule), 0.0, _data(t), f"Z{t}"))
    return law


def _rational_mean_law(case, schedule):
    """Return the same law in rationals, with the last estimate only, called Z."""
    n, prior, noise, generations = case.values()
    law = extend(RationalGaussian(((prior,),), ("theta",)), RationalLinear({"theta": 1}, noise / n, "D1"))
    for t in range(2, generations + 1):
        mixed = {f"D{t - 1}": 1} if schedule == "replace" else {name: fmpq(1, t - 1) for name in _data(t - 1)}
        law = extend(law, RationalLinear(mixed, noise / n, f"D{t}"))
    last = _data(generations)
    kept = {last[-1]: 1} if schedule == "replace" else {d: fmpq(1, generations) for d in last}
    return extend(law, RationalLinear(kept, 0, "Z"))


def noise_factor(t: int, schedule: str) -> fmpq:
    r"""Return $c_t$ in $Z_t=\theta+N(0,\sigma^2c_t/n)$: $t$ for replace, $\sum_{i\le t}i^{-2}$ for accumulate.

    >>> noise_factor(2, "accumulate")
    5/4
    """
    return fmpq(t) if schedule == "replace" else sum((fmpq(1, i**2) for i in range(1, t + 1)), fmpq(0))


def bits_through(case: tuple, schedule: str) -> Float[Array, " generations"]:
    r"""Return $\frac12\log_2\bigl(1+\frac{n\tau^2}{\sigma^2c_t}\bigr)$ of every generation in STEPS, in bits."""
    if schedule == "replace":
        return information(gaussian_mean(*case), STEPS)
    n, prior, noise = case
    factors = [noise_factor(t, schedule) for t in STEPS.tolist()]
    return awgn_capacity(n * prior / (noise * np.array([int(c.p) / int(c.q) for c in factors])))


def _bits_exactly(case, schedule):
    n, prior, noise, t = case.values()
    return log2(1 + n * prior / (noise * noise_factor(t, schedule))) * fmpq(1, 2)


def _kept(case, schedule):
    law = estimates_law(case, len(STEPS), schedule)
    return jnp.stack([evaluate(f"I(theta;Z{t})", law) for t in STEPS])


def _through(label, assumes, schedule, wrong):
    """Return the claim that the estimates' law, link by link and then by determinants, has the closed form's bits."""
    return equality(
        label,
        assumes,
        lambda case: (_kept(case, schedule), bits_through(case, schedule)),
        _loops,
        exact=lambda case: (
            mutual_information(_rational_mean_law(case, schedule), "theta", "Z"),
            _bits_exactly(case, schedule),
        ),
        family=_small_loops,
        edges=({**_edge, "t": 3},),
        wrong=lambda case: (_kept(case, schedule), wrong(case)),
    )


replaced_mean = _through("thm:mean-replace", _last, "replace", lambda case: bits_through(case, "replace")[0] / STEPS)
accumulated_mean = _through("thm:mean-accumulate", _all, "accumulate", lambda case: bits_through(case, "replace"))


def _floor(case):
    return residual(gaussian_mean(*case, schedule="accumulate")), bits_through(case, "accumulate")


def _floor_exactly(case):
    n, prior, noise, _ = case.values()
    limit = real_ball(lambda: (arb(n * prior / noise) * 6 / arb.pi() ** 2).log1p() / (2 * arb(2).log()))
    return limit, _bits_exactly(case, "accumulate")


mean_accumulation_floor = inequality(
    "thm:mean-accumulate-floor",
    _all,
    _floor,
    _loops,
    exact=_floor_exactly,
    family=_small_loops,
    edges=({"n": 1, "prior": fmpq(1, 2), "noise": fmpq(3), "t": 100},),
    wrong=lambda case: (_floor(case)[0], bits_through(case, "replace")),
)


def _all_data(case):
    law = estimates_law(case, 4, "accumulate")
    return evaluate("I(theta;D1,D2,D3,D4)", law), information(gaussian_mean(*case), 1)


def _all_data_exactly(case, generations=4):
    law = _rational_mean_law({**case, "t": generations}, "accumulate")
    return mutual_information(law, "theta", _data(generations)), mutual_information(law, "theta", "D1")


_data_cases = Family(
    "1 to 3 samples a generation, prior and noise variances 1/2, 1 and 3",
    lambda: parameter_grid(n=range(1, 4), prior=_VARIANCES, noise=_VARIANCES),
)

all_data = equality(
    "thm:mean-all-data",
    (*_all, "theta -> D1 -> D2,D3,D4"),
    _all_data,
    _loops,
    exact=_all_data_exactly,
    family=_data_cases,
    edges=(_edge,),
    wrong=lambda case: (_all_data(case)[0], 4 * _all_data(case)[1]),
    statement="I(theta;D1,D2,D3,D4) = I(theta;D1)",
    given=("theta -> D1 -> D2,D3,D4",),
)


def _two_data(case):
    """Return I(theta;D1,D2) by determinants, whose gradients are cheap, and I(theta;D1)."""
    law = estimates_law(case, 2, "accumulate")
    at = [law.names.index(name) for name in ("theta", "D1", "D2")]
    covariance = law.covariance[np.ix_(at, at)]
    ratio = covariance[0, 0] * jnp.linalg.det(covariance[1:, 1:]) / jnp.linalg.det(covariance)
    return jnp.log2(ratio) / 2, information(gaussian_mean(*case), 1)


closed_data_forget = inequality(
    "fol:closed-data-forget",
    (*_all, "I(theta;D1) > 0"),
    _two_data,
    _loops,
    relation="<",
    exact=lambda case: _all_data_exactly(case, 2),
    family=_data_cases,
)


def _averaged(case):
    return bits_through(case, "replace")[0], bits_through(case, "accumulate")[1]


def _averaged_exactly(case):
    law = _rational_mean_law({**case, "t": 2}, "accumulate")
    return mutual_information(law, "theta", ("D1", "D2")), mutual_information(law, "theta", "Z")


averaging_keeps_all = inequality(
    "fol:averaging-keeps-all", _all, _averaged, _loops, exact=_averaged_exactly, family=_data_cases
)


def _spread(case):
    kept = bits_through(case, "replace")
    return kept[:1], kept[1:]


def _spread_exactly(case):
    law = _rational_mean_law(case, "replace")
    assert law.determinant("Z") >= law.determinant("D1")
    return mutual_information(law, "theta", "D1"), mutual_information(law, "theta", "Z")


spread_is_information = inequality(
    "fol:spread-is-information",
    (*_last, "Var Z_t >= Var Z_1"),
    _spread,
    _loops,
    exact=_spread_exactly,
    family=_small_loops,
)
