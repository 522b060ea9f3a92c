"""Chapter 2, mixtures: how open the rounds are in which real data are mixed with the model's own output (S18)."""

import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.claims.loops.mean_estimates import OTHER_NOISE_TELLS_MORE
from infoloop.claims.loops.real_data_mixtures import (
    MIXED,
    NO_OTHER_WEIGHT,
    ROUNDS,
    WEIGHT,
    WEIGHTS,
    halved,
    mixtures,
    relaxed_variance,
)
from infoloop.exact.log_sums import log2
from infoloop.exact.rational_gaussians import RationalGaussian, RationalLinear
from infoloop.exact.rational_laws import fmpq
from infoloop.information.expressions import evaluate
from infoloop.information.gaussian_channels import awgn_capacity
from infoloop.information.measures import mutual_information
from infoloop.models.mixing import error_variance, mixing
from infoloop.probability.channels import extend
from infoloop.probability.gaussians import Gaussian, LinearGaussian
from infoloop.statements.cases import Family
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

NOISE, RANDOM = "the noise of a sample is Gaussian of variance 1", "the true mean is Gaussian"
PRIOR_ASSUMED = (NOISE, MIXED, WEIGHT, RANDOM)


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
    lambda: parameter_grid(w=WEIGHTS, real=(1, 3), synthetic=(1, 5), prior=(fmpq(1, 2), fmpq(3)), t=range(4)),
)

_open_round = {"w": fmpq(1, 4), "real": 3, "synthetic": 5, "prior": fmpq(3), "t": 2}
_much_fresh_data = {"w": fmpq(1, 100), "real": 100, "synthetic": 1, "prior": fmpq(3), "t": 3}

open_rounds = equality(
    "thm:mixing-open",
    PRIOR_ASSUMED,
    _open,
    mixtures,
    exact=_open_exactly,
    family=_open_loops,
    edges=(_open_round,),
    wrong=lambda case: (_open(case)[0], awgn_capacity(case[1] / (1 + 1 / case[1]))),
    neighbours=(
        unrefuted(NOISE, OTHER_NOISE_TELLS_MORE),
        without(MIXED, _open_round, exact=lambda case: (_open_exactly(halved(case))[0], _open_exactly(case)[1])),
        NO_OTHER_WEIGHT,
        # a true mean of two values has 1 bit at most
        without(RANDOM, _much_fresh_data, exact=lambda case: (1, _open_exactly(case)[1])),
        changed(
            "the prior in place of P", lambda case: (_open_exactly(case)[0], log2(1 + case["real"] * case["prior"]) / 2)
        ),
    ),
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
    (*PRIOR_ASSUMED, "I(theta;R_t|Z_{t-1}) > 0 in every round"),
    _kept,
    mixtures,
    exact=_kept_exactly,
    family=_open_loops,
)
