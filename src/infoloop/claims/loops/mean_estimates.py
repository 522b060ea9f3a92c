"""Chapter 2, estimates: what a loop that passes on a mean keeps of the true one (S16), in bits."""

import jax.numpy as jnp
import numpy as np
from flint import arb
from jaxtyping import Array, Float

from infoloop.claims.comparisons import equality, inequality
from infoloop.exact.log_sums import log2
from infoloop.exact.rational_gaussians import RationalGaussian, RationalLinear
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, real_ball
from infoloop.information.expressions import evaluate
from infoloop.information.gaussian_channels import awgn_capacity
from infoloop.information.measures import mutual_information
from infoloop.models.gaussian_mean import gaussian_mean, information, residual
from infoloop.probability.channels import extend
from infoloop.probability.gaussians import Gaussian, LinearGaussian
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

STEPS = np.arange(1, 5)
MEAN, NOISE = "the true mean is Gaussian", "the noise of a sample is Gaussian of known variance"
LAST, ALL = "an estimate is the mean of the last generation's samples", "an estimate is the mean of all samples so far"
CLOSED = "theta -> D1 -> D2,D3,D4"
_gaussian = (MEAN, NOISE)
_last, _all = (*_gaussian, LAST), (*_gaussian, ALL)
OTHER_NOISE_TELLS_MORE = (
    "noise of another law tells more at the same variance, an amount without a closed form, "
    "and infinitely much if it is discrete, which the exact arithmetic does not have"
)
_OTHER_NOISE = unrefuted(NOISE, OTHER_NOISE_TELLS_MORE)


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
# a true mean of two values, equally likely, has 1 bit at most: less than a Gaussian's that is heard so well
_well_heard = {"n": 200, "prior": fmpq(3), "noise": fmpq(1, 2), "t": 2}


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
    n, prior, noise, generations = (case[name] for name in ("n", "prior", "noise", "t"))
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
    return _bits_of_factor(case, noise_factor(case["t"], schedule))


def _bits_of_factor(case, factor):
    return log2(1 + case["n"] * case["prior"] / (case["noise"] * factor)) * fmpq(1, 2)


def _kept(case, schedule):
    law = estimates_law(case, len(STEPS), schedule)
    return jnp.stack([evaluate(f"I(theta;Z{t})", law) for t in STEPS])


def _through(label, assumes, schedule, wrong):
    """Return the claim that the estimates' law, link by link and then by determinants, has the closed form's bits."""
    other = "replace" if schedule == "accumulate" else "accumulate"

    def exact(case, used=schedule):
        return mutual_information(_rational_mean_law(case, used), "theta", "Z"), _bits_exactly(case, schedule)

    return equality(
        label,
        assumes,
        lambda case: (_kept(case, schedule), bits_through(case, schedule)),
        _loops,
        exact=exact,
        family=_small_loops,
        edges=({**_edge, "t": 3},),
        wrong=lambda case: (_kept(case, schedule), wrong(case)),
        neighbours=(
            without(MEAN, _well_heard, exact=lambda case: (1, exact(case)[1])),
            _OTHER_NOISE,
            without(assumes[-1], {**_edge, "t": 3}, exact=lambda case: exact(case, other)),
            changed("1 in place of the noise factor", lambda case: (exact(case)[0], _bits_of_factor(case, 1))),
        ),
    )


replaced_mean = _through("thm:mean-replace", _last, "replace", lambda case: bits_through(case, "replace")[0] / STEPS)
accumulated_mean = _through("thm:mean-accumulate", _all, "accumulate", lambda case: bits_through(case, "replace"))


def _floor(case):
    return residual(gaussian_mean(*case, schedule="accumulate")), bits_through(case, "accumulate")


def _limit(n: int, prior: fmpq, noise: fmpq) -> RealBall:
    return real_ball(lambda: (arb(n * prior / noise) * 6 / arb.pi() ** 2).log1p() / (2 * arb(2).log()))


def _floor_exactly(case):
    """Return the limit and the information; or, below, that of a noise factor larger by 1/t, and the limit."""
    n, prior, noise = (case[name] for name in ("n", "prior", "noise"))
    if case["side"] == "above":
        return _limit(n, prior, noise), _bits_exactly(case, "accumulate")
    factor = noise_factor(case["t"], "accumulate") + fmpq(1, case["t"])
    return _bits_of_factor(case, factor), _limit(n, prior, noise)


mean_accumulation_floor = inequality(
    "thm:mean-accumulate-floor",
    _all,
    _floor,
    _loops,
    exact=_floor_exactly,
    family=Family(
        f"{_small_loops.description}; above the limit, and below it with what the rest may add to the noise",
        lambda: ({**case, "side": side} for case in _small_loops.members() for side in ("above", "below")),
    ),
    edges=tuple({"n": 1, "prior": fmpq(1, 2), "noise": fmpq(3), "t": 100, "side": side} for side in ("above", "below")),
    wrong=lambda case: (_floor(case)[0], bits_through(case, "replace")),
    neighbours=(
        without(MEAN, {**_well_heard, "side": "above"}, exact=lambda case: (_floor_exactly(case)[0], 1)),
        _OTHER_NOISE,
        without(
            ALL,
            {**_edge, "t": 3, "side": "above"},
            exact=lambda case: (_floor_exactly(case)[0], _bits_exactly(case, "replace")),
        ),
    ),
)


def _all_data(case):
    law = estimates_law(case, 4, "accumulate")
    return evaluate("I(theta;D1,D2,D3,D4)", law), information(gaussian_mean(*case), 1)


def _all_data_exactly(case, generations=4):
    law = _rational_mean_law({**case, "t": generations}, case.get("schedule", "accumulate"))
    return mutual_information(law, "theta", _data(generations)), mutual_information(law, "theta", "D1")


def _kept_in_data(case):
    """Return the information of all data, and the closed form of that of the first."""
    return _all_data_exactly(case)[0], _bits_of_factor(case, 1)


_every_schedule = Family(
    "1 to 3 samples a generation, prior and noise variances 1/2, 1 and 3; estimates from all samples, or from the last",
    lambda: parameter_grid(n=range(1, 4), prior=_VARIANCES, noise=_VARIANCES, schedule=("accumulate", "replace")),
)


_data_cases = Family(
    "1 to 3 samples a generation, prior and noise variances 1/2, 1 and 3",
    lambda: parameter_grid(n=range(1, 4), prior=_VARIANCES, noise=_VARIANCES),
)

all_data = equality(
    "thm:mean-all-data",
    (*_gaussian, CLOSED),
    _all_data,
    _loops,
    exact=_kept_in_data,
    family=_every_schedule,
    edges=(_edge,),
    wrong=lambda case: (_all_data(case)[0], 4 * _all_data(case)[1]),
    statement="I(theta;D1,D2,D3,D4) = I(theta;D1)",
    given=(CLOSED,),
    neighbours=(
        without(MEAN, _well_heard, exact=lambda case: (1, _bits_of_factor(case, 1))),
        _OTHER_NOISE,
        changed("the noise of two generations", lambda case: (_kept_in_data(case)[0], _bits_of_factor(case, 2))),
    ),
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
