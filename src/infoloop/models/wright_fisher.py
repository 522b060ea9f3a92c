r"""Multinomial resampling (Wright-Fisher): each generation is `size` draws from the frequencies of the last.

The first count has the law $\mathrm{Bin}(n,\theta)$, generation t is $K_t$, t = 1, 2, ... Diversity dies out, what is
known about $\theta$ does not: it falls to `residual_information`, which is positive. Times and places of the end, and
the spectrum, are in `absorption` and may be had from here too.
"""

from dataclasses import dataclass, field
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from infoloop.information.markov_chains import information_along
from infoloop.information.measures import mutual_information
from infoloop.loops.absorption import absorption_time as absorption_time
from infoloop.loops.absorption import diffusion_absorption_time as diffusion_absorption_time
from infoloop.loops.absorption import fixation_by_table as fixation_by_table
from infoloop.loops.absorption import fixation_probability as fixation_probability
from infoloop.loops.absorption import kernel_eigenvalues as kernel_eigenvalues
from infoloop.loops.banded_kernels import BandedKernel, banded_kernel
from infoloop.loops.binomial_resampling import binomial_pmf, hypotheses, wright_fisher_kernel
from infoloop.loops.loop import Loop, unroll
from infoloop.loops.schedules import replace_data
from infoloop.loops.two_token_loops import exact_count_loop, hypothesis_information_by_generation, sampled_loop, tokens
from infoloop.probability.array_types import Number, Numbers
from infoloop.probability.channel_families import compositions, multinomial
from infoloop.probability.channels import extend
from infoloop.probability.distributions import Joint, joint
from infoloop.probability.fixed_tasks import warn_if_degenerate_prior
from infoloop.probability.validation import check_int, check_unit_interval

kernel = wright_fisher_kernel  # a public name of this model, as are the functions of `absorption` imported above


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Model:
    """The parameters of the loop; `wright_fisher` checks them.

    Attributes:
        size: Draws a generation, n.
        rates: Rate of the first draws under each hypothesis.
        prior: Law of the hypotheses.
    """

    size: int = field(metadata={"static": True})
    rates: Float[Array, "hypotheses"]
    prior: Float[Array, "hypotheses"]


def wright_fisher(
    size: int, rates: Float[Numbers, "hypotheses"], prior: Float[Numbers, "hypotheses"] | None = None
) -> Model:
    """Return the checked parameters of the loop.

    Args:
        size: Draws a generation, at least 1.
        rates: Rate of the first draws under each hypothesis, in [0, 1].
        prior: Law of the hypotheses, uniform unless given.

    Raises:
        ValueError: One of them is none of these.

    >>> wright_fisher(10, [0.25, 0.75]).prior.tolist()
    [0.5, 0.5]
    """
    return Model(check_int(size, "size"), *hypotheses(rates, prior))


def loop(m: Model) -> Loop:
    """Return the exact loop, whose state is the table `P(theta, count)`, from generation 1 on. It ignores its keys."""
    return exact_count_loop(m.size, m.rates, m.prior, band(m.size))


def sampled(m: Model, runs: int) -> Loop:
    """Return the loop by drawing tokens.

    Its state is the number of each run's hypothesis and its `Generation`, every leaf with a leading axis of `runs`.

    Raises:
        ValueError: `runs` is no whole number, at least 1.
    """
    return sampled_loop(m.rates, m.prior, runs, lambda rate: replace_data(tokens(m.size, rate)))


def counted(m: Model, runs: int) -> Loop:
    """Return the loop by drawing its counts alone, one binomial a generation: the same law as `sampled`, for large n.

    Its state is the number of each run's hypothesis and its count, each of shape (runs,).

    Raises:
        ValueError: `runs` is no whole number, at least 1 (when the loop starts).

    >>> counted(wright_fisher(10_000, [0.0, 1.0]), 2).start(jax.random.key(0))[1].max().item()
    10000.0
    """

    def draw(key, rates):
        return jax.random.binomial(key, m.size, rates, dtype=m.rates.dtype)

    def start(key):
        which_key, first_key = jax.random.split(key)
        which = jax.random.choice(which_key, len(m.rates), (check_int(runs, "runs"),), p=m.prior)
        return which, draw(first_key, m.rates[which])

    return Loop(start, lambda key, state: (state[0], draw(key, state[1] / m.size)))


def law(m: Model, generation: int) -> Joint:
    r"""Return the law $P(\theta,K_t)$ over "theta" and "count".

    Args:
        m: The parameters.
        generation: t, from 1 on.

    Raises:
        ValueError: `generation` is no whole number, at least 1.

    >>> law(wright_fisher(2, [0.0, 1.0]), 3).table.tolist()
    [[0.5, 0.0, 0.0], [0.0, 0.0, 0.5]]
    """
    keys = jnp.arange(check_int(generation, "generation"))
    return Joint(unroll(loop(m), keys)[-1], ("theta", "count"))


def information(m: Model, generations: int) -> Float[Array, "generations"]:
    r"""Return what the count tells of the hypothesis, $I(\theta;K_t)$ in bits for $t=1..T$.

    Exact up to $h(\delta)+2\delta\log_2|\theta|$ and rounding, where $\delta=2\cdot10^{-18}\,T$ bounds the mass in the
    tails that the banded kernel lacks (the event that a run ever enters them, as a symbol of its own, changes the
    information by no more). It is $1.2\cdot10^{-13}$ bits for 19 hypotheses at T = 1000. Warns (FixedTaskWarning) if
    one hypothesis is certain.

    Raises:
        ValueError: `generations` is no whole number, at least 1.

    >>> [round(float(i), 6) for i in information(wright_fisher(4, [0.25, 0.75]), 4)]
    [0.538786, 0.364915, 0.301657, 0.266608]
    """
    steps = check_int(generations, "generations")
    warn_if_degenerate_prior(m.prior)
    return hypothesis_information_by_generation(m.size, m.rates, m.prior, band(m.size), steps)


def information_many(
    size: int, rates: Float[Numbers, "hypotheses symbols"], prior: Float[Numbers, "hypotheses"], generations: int
) -> Float[Array, "generations"]:
    r"""Return $I(\theta;K_t)$ in bits, t = 1..T, for laws on k symbols: exactly, over all counts.

    There are $\binom{n+k-1}{k-1}$ counts, and the kernel is a dense square of them: for small n only.

    Args:
        size: Draws a generation, at least 1.
        rates: Law of the symbols under each hypothesis, one a row.
        prior: Law of the hypotheses.
        generations: T, at least 1.

    Raises:
        ValueError: One of them is none of these.

    >>> [round(float(i), 6) for i in information_many(4, [[0.75, 0.25], [0.25, 0.75]], [0.5, 0.5], 2)]
    [0.538786, 0.364915]
    """
    start = extend(joint(prior, "theta"), multinomial(rates, check_int(size, "size"), "theta", "count"))
    frequencies = compositions(size, np.shape(rates)[1]) / size
    link = multinomial(frequencies, size, "count", "next")
    return information_along(start, "theta", link, check_int(generations, "generations") - 1)


def residual_information(prior: Float[Numbers, "hypotheses"], theta: Float[Numbers, "hypotheses"]) -> Float[Array, ""]:
    r"""Return what the symbol that is left tells of the hypothesis, $\lim I(\theta;K_t)$ in bits.

    It is $I(\theta;B)$ with $B\sim\mathrm{Ber}(\theta)$: the symbol that is left has that law.

    Args:
        prior: Law of the hypotheses.
        theta: Rate of each hypothesis, in [0, 1].

    Raises:
        ValueError: One of them is none of these.

    >>> round(float(residual_information([0.5, 0.5], [0.25, 0.75])), 12)
    0.188721875541
    """
    m = wright_fisher(1, theta, prior)
    return mutual_information(
        Joint(m.prior[:, None] * binomial_pmf(1, m.rates), ("theta", "symbol")), "theta", "symbol"
    )


def survival(n: int, p0: Number, generations: int) -> Float[Array, "generations"]:
    r"""Return the probability that a token is still there, $P(K_t>0)$ for $t=1..T$.

    A sum over the kernel, short by at most $2\cdot10^{-18}\,T$.

    Args:
        n: Draws a generation, at least 1.
        p0: Rate of the token at the start, in [0, 1].
        generations: T, at least 1.

    Raises:
        ValueError: One of them is none of these.

    >>> [round(float(s), 6) for s in survival(4, 0.5, 2)]
    [0.9375, 0.833984]
    """
    m = wright_fisher(n, jnp.stack([check_unit_interval(p0, "p0")]))
    return _survival(m, band(m.size), check_int(generations, "generations"))


def expected_heterozygosity(n: int, p0: Number, t: Int[Numbers, "*times"]) -> Float[Array, "*times"]:
    r"""Return the expected heterozygosity of the frequency $F_t=K_t/n$ in closed form (Wright 1931).

    $E\,2F_t(1-F_t)=2p_0(1-p_0)(1-\frac1n)^t$ with $F_0=p_0$.

    Args:
        n: Draws a generation, at least 1.
        p0: Frequency at the start, in [0, 1]; a traced one outside gives NaN.
        t: Generation or generations, from 0 on; not checked.

    Raises:
        ValueError: `n` or `p0` is out of range.

    >>> round(float(expected_heterozygosity(10, 0.2, 6)), 8)
    0.17006112
    """
    p = check_unit_interval(p0, "p0")
    return 2 * p * (1 - p) * (1 - 1 / check_int(n, "n")) ** jnp.asarray(t)


def expected_frequency(n: int, p0: Number, t: Int[Numbers, "*times"]) -> Float[Array, "*times"]:
    r"""Return the expected frequency $E\,F_t=p_0$, at every t: a martingale, it says nothing of the collapse.

    Args:
        n: Draws a generation, at least 1.
        p0: Frequency at the start, in [0, 1]; a traced one outside gives NaN.
        t: Generation or generations; only its shape matters.

    Raises:
        ValueError: `n` or `p0` is out of range.

    >>> float(expected_frequency(10, 0.25, 7))
    0.25
    """
    check_int(n, "n")
    return jnp.broadcast_to(check_unit_interval(p0, "p0"), np.shape(t))
    check_int(n, "n")
    return jnp.broadcast_to(check_unit_interval(p0, "p0"), jnp.shape(t))


def examples() -> tuple[Model, ...]:
    """Return small models for the contract tests."""
    return wright_fisher(4, [0.25, 0.75]), wright_fisher(30, [0.1, 0.2, 0.5], [0.5, 0.25, 0.25])


def band(n: int) -> BandedKernel:
    """Return the kernel without its tails, as `banded_kernels.resample` takes it.

    Made on the host, once for many laws.

    Raises:
        ValueError: `n` is no whole number, at least 1.

    >>> [run.at_nodes.shape for run in band(4).runs]
    [(1, 4, 3)]
    """
    counts = np.arange(check_int(n, "n") + 1)
    return banded_kernel(n, counts, n - counts)


@partial(jax.jit, static_argnums=2)
def _survival(m, band, generations):
    return unroll(
        exact_count_loop(m.size, m.rates, m.prior, band), jnp.arange(generations), lambda table: table[:, 1:].sum()
    )
