"""Every loop: resampling, schedules of data, texts refit on texts; random ones draw the same with the same keys."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.loops import (
    absorption,
    banded_kernels,
    binomial_resampling,
    generation,
    ngram_statistics,
    schedules,
    two_token_loops,
)
from infoloop.loops.loop import Loop, unroll, with_random_truth
from tests.benchmarks.devices.two_devices import Case

SIZE, GENERATIONS = 20, 6
ROUNDINGS = SIZE * GENERATIONS
RATES = jnp.array([0.25, 0.5, 0.875])
KEYS = jax.random.split(jax.random.key(3), GENERATIONS)
BAND = (np.arange(SIZE + 1), SIZE - np.arange(SIZE + 1))


def prior(rates):
    """A law that hangs on the rates."""
    return rates / rates.sum()


def _band():
    return banded_kernels.banded_kernel(SIZE, *BAND)


def _parts(rates):
    """Normals around the model's mean, of which those below a judge's level are thrown away."""

    def generate(key, mean):
        return mean + rates[0] * jax.random.normal(key, (SIZE,))

    return generation.Parts(lambda key: generate(key, rates[1]), generate, generation.weighted_mean)


def _scheduled(schedule: Callable[..., Loop], *settings: Any) -> Callable[[Any], Any]:
    return lambda rates: unroll(schedule(_parts(rates), *settings), KEYS)


def _started(rates):
    parts = _parts(rates)
    return generation.initial_generation(parts, parts.real(KEYS[0]), jnp.ones(SIZE))


def _exact(rates):
    return unroll(two_token_loops.exact_count_loop(SIZE, rates, prior(rates), _band()), jnp.arange(GENERATIONS))


def _table(rates):
    return prior(rates)[:, None] * binomial_resampling.binomial_pmf(SIZE, rates)


def _drawn_truth(rates):
    loop = with_random_truth(jax.random.uniform, lambda x: Loop(lambda key: x, lambda key, z: rates[0] * z))
    return unroll(loop, KEYS)


def _tokens(rates):
    parts = two_token_loops.tokens(SIZE, rates[0])
    return parts.generate(KEYS[0], parts.refit(parts.real(KEYS[1]), jnp.ones(SIZE)))


def _sampled(rates):
    def of(rate):
        return schedules.replace_data(two_token_loops.tokens(SIZE, rate))

    return unroll(two_token_loops.sampled_loop(rates, prior(rates), 8, of), KEYS)


def _texts(rates):
    found = ngram_statistics.statistics(3, 2, 2)
    return ngram_statistics.text_probabilities(jnp.stack([rates[:2], 1 - rates[:2]], 1), prior(rates[:2]), found)


# from rates to a tree of arrays
SMOOTH = {
    "absorption.diffusion_absorption_time": lambda rates: absorption.diffusion_absorption_time(SIZE, rates),
    "binomial_resampling.hypotheses": lambda rates: binomial_resampling.hypotheses(rates, prior(rates)),
    "binomial_resampling.binomial_pmf": lambda rates: binomial_resampling.binomial_pmf(SIZE, rates),
    "banded_kernels.resample": lambda rates: banded_kernels.resample(_table(rates), _band()),
    "generation.weighted_mean": lambda rates: generation.weighted_mean(rates[:, None], prior(rates)),
    "generation.keep_all": lambda rates: rates * generation.keep_all(None, None, rates),
    "generation.initial_generation": _started,
    "generation.generate_and_select": lambda rates: generation.generate_and_select(
        _parts(rates), KEYS[1], _started(rates), frozen=False
    ),
    "loop.with_random_truth": _drawn_truth,
    "schedules.replace_data": _scheduled(schedules.replace_data),
    "schedules.weighted_mix": _scheduled(schedules.weighted_mix, 0.25),
    "schedules.per_item_mixture": _scheduled(schedules.per_item_mixture, 0.25),
    "schedules.replay": _scheduled(schedules.replay, 0.25),
    "schedules.accumulate": _scheduled(schedules.accumulate, GENERATIONS),
    "schedules.subsample": _scheduled(schedules.subsample, GENERATIONS),
    "two_token_loops.exact_count_loop": _exact,
    "two_token_loops.hypothesis_information": lambda rates: two_token_loops.hypothesis_information(_table(rates)),
    "two_token_loops.hypothesis_information_by_generation": (
        lambda rates: two_token_loops.hypothesis_information_by_generation(
            SIZE, rates, prior(rates), _band(), GENERATIONS
        )
    ),
    "ngram_statistics.text_probabilities": _texts,
}

# of whole numbers; not compiled, since XLA computes what hangs on nothing while it compiles, on the CPU
WHOLE = {
    "absorption.absorption_time": lambda rates: absorption.absorption_time(SIZE, np.arange(SIZE + 1)),
    "absorption.fixation_probability": lambda rates: absorption.fixation_probability(SIZE, np.arange(SIZE + 1)),
    "absorption.fixation_by_table": lambda rates: absorption.fixation_by_table(SIZE, np.arange(SIZE + 1)),
    "absorption.kernel_eigenvalues": lambda rates: absorption.kernel_eigenvalues(SIZE),
    "binomial_resampling.wright_fisher_kernel": lambda rates: binomial_resampling.wright_fisher_kernel(SIZE),
    "banded_kernels.banded_kernel": lambda rates: _band(),
}

# draws of tokens have no slope
DRAWN = {
    "two_token_loops.tokens": _tokens,
    "two_token_loops.sampled_loop": _sampled,
}


def cases() -> dict[str, Case]:
    """Return all, by the places of the functions."""
    found = {name: Case(call, RATES, ROUNDINGS) for name, call in SMOOTH.items()}
    found |= {name: Case(call, RATES, ROUNDINGS, slope=False, compiled=False) for name, call in WHOLE.items()}
    found |= {name: Case(call, RATES, ROUNDINGS, slope=False) for name, call in DRAWN.items()}
    return {f"loops.{name}": case for name, case in found.items()}
