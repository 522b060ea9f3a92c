"""Loops of two tokens: the exact law of a hypothesis and a count, what the count tells of it, and the parts to draw."""

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.information.measures import mutual_information
from infoloop.loops.banded_kernels import BandedKernel, resample
from infoloop.loops.binomial_resampling import binomial_pmf
from infoloop.loops.generation import Parts, keep_all, weighted_mean
from infoloop.loops.loop import Loop, many, unroll, with_random_truth
from infoloop.probability.distributions import Joint


def exact_count_loop(
    size: int, rates: Float[Array, "hypotheses"], prior: Float[Array, "hypotheses"], band: BandedKernel
) -> Loop:
    r"""Return the exact loop whose state is the law $P_{xk}$ of hypothesis x and count k.

    It starts from `size` draws at the rate of each hypothesis, and ignores its keys.

    Args:
        size: Draws a generation.
        rates: Rate of the first draws under each hypothesis, in [0, 1].
        prior: Law of the hypotheses.
        band: The kernel from count to count.

    Returns:
        A loop whose state has the shape (hypotheses, size + 1).

    >>> from infoloop.loops.banded_kernels import banded_kernel
    >>> band = banded_kernel(1, jnp.arange(2), 1 - jnp.arange(2))
    >>> exact_count_loop(1, jnp.array([0.25]), jnp.ones(1), band).start(None).round(14).tolist()
    [[0.75, 0.25]]
    """
    return Loop(
        start=lambda key: prior[:, None] * binomial_pmf(size, rates), step=lambda key, table: resample(table, band)
    )


def hypothesis_information(table: Float[Array, "hypotheses states"]) -> Float[Array, ""]:
    r"""Return what the state tells of the hypothesis, $I(\theta;K)$ in bits.

    Args:
        table: Their law, a row for each hypothesis.

    >>> round(float(hypothesis_information(jnp.eye(2) / 2)), 12)
    1.0
    """
    return mutual_information(Joint(table, ("theta", "count")), "theta", "count")


@partial(jax.jit, static_argnums=(0, 4))
def hypothesis_information_by_generation(
    size: int,
    rates: Float[Array, "hypotheses"],
    prior: Float[Array, "hypotheses"],
    band: BandedKernel,
    generations: int,
) -> Float[Array, "generations"]:
    r"""Return $I(\theta;K_t)$ in bits for $t=1..T$ of `exact_count_loop`, which has the same arguments.

    >>> from infoloop.loops.banded_kernels import banded_kernel
    >>> band = banded_kernel(1, jnp.arange(2), 1 - jnp.arange(2))
    >>> hypothesis_information_by_generation(1, jnp.array([0.0, 1.0]), jnp.ones(2) / 2, band, 2).round(12).tolist()
    [1.0, 1.0]
    """
    return unroll(exact_count_loop(size, rates, prior, band), jnp.arange(generations), hypothesis_information)


def tokens(size: int, rate: float | Float[Array, ""], select: Callable[..., jax.Array] = keep_all) -> Parts:
    """Return the parts of a loop of binary tokens, whose model is the probability of a 1.

    Args:
        size: Tokens a generation.
        rate: Probability of a 1 under the truth.
        select: key, judge, tokens -> weights, as in `Parts`.

    >>> tokens(3, 1.0).real(jax.random.key(0)).tolist()
    [1.0, 1.0, 1.0]
    """

    def draw(key, probability):
        return jax.random.bernoulli(key, probability, (size,)).astype(float)

    return Parts(lambda key: draw(key, rate), draw, weighted_mean, select)


def sampled_loop(
    rates: Float[Array, "hypotheses"], prior: Float[Array, "hypotheses"], runs: int, of: Callable[[jax.Array], Loop]
) -> Loop:
    """Return independent runs of a loop, each about a hypothesis drawn from the prior.

    Args:
        rates: Rate of each hypothesis.
        prior: Law of the hypotheses.
        runs: How many runs, at least 1.
        of: rate -> the loop about it.

    Returns:
        A loop whose state is the number of each run's hypothesis, shape (runs,), and the runs' states of `of(rate)`.

    Raises:
        ValueError: `runs` is no whole number, at least 1.

    >>> still = lambda rate: Loop(lambda key: rate, lambda key, z: z)
    >>> loop = sampled_loop(jnp.array([0.25, 0.75]), jnp.array([0.0, 1.0]), 2, still)
    >>> [part.tolist() for part in loop.start(jax.random.key(0))]
    [[1, 1], [0.75, 0.75]]
    """
    return many(
        with_random_truth(lambda key: jax.random.choice(key, len(rates), p=prior), lambda x: of(rates[x])), runs
    )
