"""Loops of two tokens: the exact law of a hypothesis and a count, what the count tells of it, and the parts to draw."""

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp

from infoloop.information.measures import mutual_information
from infoloop.loops.binomial_resampling import BandedKernel, binomial_pmf, resample
from infoloop.loops.generation import Parts, keep_all, weighted_mean
from infoloop.loops.loop import Loop, many, unroll, with_random_truth
from infoloop.probability.distributions import Joint


def exact_count_loop(size: int, rates, prior, band: BandedKernel) -> Loop:
    r"""The exact loop: its state is $P_{xk}$, hypothesis x and count k; it starts from draws at the rates.

    >>> from infoloop.loops.binomial_resampling import banded_kernel
    >>> band = banded_kernel(1, jnp.arange(2), 1 - jnp.arange(2))
    >>> exact_count_loop(1, jnp.array([0.25]), jnp.ones(1), band).start(None).round(14).tolist()
    [[0.75, 0.25]]
    """
    return Loop(
        start=lambda key: prior[:, None] * binomial_pmf(size, rates), step=lambda key, table: resample(table, band)
    )


def hypothesis_information(table) -> jax.Array:
    r"""$I(\theta;K)$ in bits for a table with a row for each hypothesis.

    >>> round(float(hypothesis_information(jnp.eye(2) / 2)), 12)
    1.0
    """
    return mutual_information(Joint(table, ("theta", "count")), "theta", "count")


@partial(jax.jit, static_argnums=(0, 4))
def hypothesis_information_by_generation(size: int, rates, prior, band: BandedKernel, generations: int) -> jax.Array:
    r"""$I(\theta;K_t)$ in bits for $t=1..T$ of `exact_count_loop`.

    >>> from infoloop.loops.binomial_resampling import banded_kernel
    >>> band = banded_kernel(1, jnp.arange(2), 1 - jnp.arange(2))
    >>> hypothesis_information_by_generation(1, jnp.array([0.0, 1.0]), jnp.ones(2) / 2, band, 2).round(12).tolist()
    [1.0, 1.0]
    """
    return unroll(exact_count_loop(size, rates, prior, band), jnp.arange(generations), hypothesis_information)


def tokens(size: int, rate, select=keep_all) -> Parts:
    """Generations of `size` tokens, 0 or 1: the truth gives 1 with probability `rate`; a model is such a probability.

    >>> tokens(3, 1.0).real(jax.random.key(0)).tolist()
    [1.0, 1.0, 1.0]
    """

    def draw(key, probability):
        return jax.random.bernoulli(key, probability, (size,)).astype(float)

    return Parts(lambda key: draw(key, rate), draw, weighted_mean, select)


def sampled_loop(rates, prior, runs: int, of: Callable[[jax.Array], Loop]) -> Loop:
    """Independent runs of `of(rate)`, each about a hypothesis drawn from the prior, whose number leads the state.

    >>> still = lambda rate: Loop(lambda key: rate, lambda key, z: z)
    >>> loop = sampled_loop(jnp.array([0.25, 0.75]), jnp.array([0.0, 1.0]), 2, still)
    >>> [part.tolist() for part in loop.start(jax.random.key(0))]
    [[1, 1], [0.75, 0.75]]
    """
    return many(
        with_random_truth(lambda key: jax.random.choice(key, len(rates), p=prior), lambda x: of(rates[x])), runs
    )
