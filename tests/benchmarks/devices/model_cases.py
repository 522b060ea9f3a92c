"""Every toy model: its law, its closed forms, its exact loop, and its draws with the same keys."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from infoloop.loops.loop import unroll
from infoloop.models import (
    MODELS,
    anchored,
    branching,
    cascade,
    gaussian_mean,
    gaussian_refit,
    markov_text,
    mixing,
    regression,
    smoothed,
    urn,
    wright_fisher,
)
from tests.benchmarks.devices.loop_cases import GENERATIONS, KEYS, prior
from tests.benchmarks.devices.two_devices import Case

RATES = jnp.array([0.25, 0.625])
TIMES, RUNS = np.arange(GENERATIONS), 64
ROUNDINGS = 64 * GENERATIONS  # of a sum over the states, in each generation


def _name(model) -> str:
    return model.__name__.removeprefix("infoloop.")


def _text(r):
    return markov_text.markov_text(2, jnp.stack([r, 1 - r], 1)[:, None], prior(r))


# from two rates to a model
MADE: dict[Any, Callable[[Any], Any]] = {
    anchored: lambda r: anchored.anchored(4, "replay", 0.5, r, prior(r)),
    branching: lambda r: 1 + r[0],
    cascade: lambda r: cascade.cascade("bsc", r[0], r[1]),
    gaussian_mean: lambda r: gaussian_mean.gaussian_mean(3, r[0], r[1]),
    gaussian_refit: lambda r: gaussian_refit.refit(5, r[0], r[1]),
    markov_text: _text,
    mixing: lambda r: mixing.mixing(r[0], 3, 4, r[1]),
    regression: lambda r: regression.regression(2, 8, r[0]),
    smoothed: lambda r: smoothed.smoothed(4, 0.5, r, prior(r)),
    urn: lambda r: urn.urn(4, GENERATIONS, r, prior(r)),
    wright_fisher: lambda r: wright_fisher.wright_fisher(4, r, prior(r)),
}
MAKERS = {branching: None, gaussian_refit: "refit"} | {
    model: _name(model).split(".")[-1] for model in MODELS if model not in (branching, gaussian_refit)
}
ARGUMENTS = {
    "law": (2,),
    "information": (GENERATIONS - 1,),
    "information_with_first": (GENERATIONS - 1,),
    "information_by_table": (GENERATIONS - 1,),
    "diversities": (3,),
    "contraction": (TIMES,),
    "capacity": (TIMES,),
    "error_variance": (TIMES,),
    "excess_risk": (TIMES,),
    "efficiency": (1 + TIMES,),
    "link": (),
    "residual": (),
    "limit_risk": (),
    "models": (),
    "grams": (),
    "frequencies": (),
    "absorption_law": (),
    "residual_information": (),
    "first": (),
}  # of functions of a model and these

# from two rates to a tree of arrays
FURTHER = {
    "models.anchored.expected_heterozygosity": lambda r: anchored.expected_heterozygosity(
        4, r[0], 1 + TIMES, "mix", r[1]
    ),
    "models.branching.survivals": lambda r: branching.survivals(GENERATIONS, 1 + r),
    "models.branching.extinct_by": lambda r: branching.extinct_by(1 + np.arange(GENERATIONS), 1 + r[0]),
    "models.branching.extinction_probability": lambda r: branching.extinction_probability(1 + r),
    "models.branching.offspring_survivals": lambda r: branching.offspring_survivals(_offspring(r), GENERATIONS),
    "models.branching.offspring_extinction": lambda r: branching.offspring_extinction(_offspring(r)),
    "models.branching.bracket": lambda r: branching.bracket(100, r[0] / 50, GENERATIONS),
    "models.gaussian_refit.expected_variance": lambda r: gaussian_refit.expected_variance(4 + r, 3),
    "models.gaussian_refit.expected_drift": lambda r: gaussian_refit.expected_drift(4 + r, 3),
    "models.gaussian_refit.log_drift": lambda r: gaussian_refit.log_drift(4 + r),
    "models.gaussian_refit.limit_ratio": lambda r: gaussian_refit.limit_ratio(4 + r),
    "models.gaussian_refit.step": lambda r: _stepped(gaussian_refit.step, r),
    "models.gaussian_refit.short_step": lambda r: _stepped(gaussian_refit.short_step, r),
    "models.markov_text.expected_heterozygosity": lambda r: markov_text.expected_heterozygosity(_text(r), TIMES),
    "models.mixing.stationary_variance": lambda r: mixing.stationary_variance(r[0], 1 + r[1]),
    "models.mixing.optimal_weight": lambda r: mixing.optimal_weight(1 + r),
    "models.regression.design_risk": lambda r: regression.design_risk(
        jnp.diag(1 + r)[None] * jnp.ones((3, 1, 1)), r[0]
    ),
    "models.urn.expected_heterozygosity": lambda r: urn.expected_heterozygosity(4, r[0], 1 + TIMES),
    "models.urn.limit_heterozygosity": lambda r: urn.limit_heterozygosity(4, r),
    "models.wright_fisher.information_many": lambda r: wright_fisher.information_many(
        4, jnp.stack([r, 1 - r], 1), prior(r), 3
    ),
    "models.wright_fisher.residual_information": lambda r: wright_fisher.residual_information(prior(r), r),
    "models.wright_fisher.survival": lambda r: wright_fisher.survival(4, r[0], 3),
    "models.wright_fisher.expected_heterozygosity": lambda r: wright_fisher.expected_heterozygosity(9, r[0], TIMES),
    "models.wright_fisher.expected_frequency": lambda r: wright_fisher.expected_frequency(9, r[0], TIMES),
}
# draws, and what is made of whole numbers alone
STEPWISE = {
    "models.gaussian_refit.simulate": lambda r: gaussian_refit.simulate(KEYS[0], 5, GENERATIONS, RUNS),
    "models.wright_fisher.counted": lambda r: unroll(wright_fisher.counted(MADE[wright_fisher](r), RUNS), KEYS),
    "models.wright_fisher.band": lambda r: wright_fisher.band(9),
    "models.smoothed.band": lambda r: smoothed.band(9, 0.5),
    "models.smoothed.kernel": lambda r: smoothed.kernel(9, 0.5).rows,
}


def _offspring(r):
    return jnp.stack([r[0], r[0], 1 - 2 * r[0]])


def _stepped(step, r):
    m = MADE[gaussian_refit](r)
    return step(m, KEYS[0], gaussian_refit.first(m))


def _sampled(model) -> Callable[[Any], Any]:
    lengths = {gaussian_mean: (GENERATIONS,), regression: (GENERATIONS,)}.get(model, ())
    return lambda r: unroll(model.sampled(MADE[model](r), RUNS, *lengths), KEYS)


def _called(model, part: str) -> Callable[[Any], Any]:
    return lambda r: getattr(model, part)(MADE[model](r), *ARGUMENTS[part])


def cases() -> dict[str, Case]:
    """Return all, by the places of the functions."""
    found = {name: Case(call, RATES, ROUNDINGS) for name, call in FURTHER.items()}
    found |= {name: Case(call, RATES, ROUNDINGS, slope=False, compiled=False) for name, call in STEPWISE.items()}
    for model, make in MADE.items():
        name = _name(model)
        found[f"{name}.loop"] = Case(
            lambda r, m=model: unroll(m.loop(MADE[m](r)), jnp.asarray(TIMES)), RATES, ROUNDINGS
        )
        traced = model not in (gaussian_mean, mixing, regression)  # whose sizes draws have to know
        found[f"{name}.sampled"] = Case(_sampled(model), RATES, ROUNDINGS, slope=False, compiled=traced)
        if MAKERS[model]:
            found[f"{name}.{MAKERS[model]}"] = Case(make, RATES, ROUNDINGS)
        for part in ARGUMENTS:
            if hasattr(model, part) and f"{name}.{part}" not in found:
                found[f"{name}.{part}"] = Case(_called(model, part), RATES, ROUNDINGS)
    return found
