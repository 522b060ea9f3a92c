r"""Multinomial resampling with add-alpha smoothing: the next draw has the rates $(c+\alpha)/(n+k\alpha)$.

No symbol is ever lost, and for that every bit about $\theta$ is: the chain forgets its start.
"""

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from infoloop.loops.banded_kernels import BandedKernel, banded_kernel
from infoloop.loops.binomial_resampling import hypotheses
from infoloop.loops.loop import Loop, unroll
from infoloop.loops.schedules import replace_data
from infoloop.loops.two_token_loops import exact_count_loop, hypothesis_information_by_generation, sampled_loop, tokens
from infoloop.probability.array_types import Numbers
from infoloop.probability.channel_families import compositions, multinomial
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint
from infoloop.probability.fixed_tasks import warn_if_degenerate_prior
from infoloop.probability.host_functions import refuse_tracers
from infoloop.probability.validation import check_int


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Model:
    """The parameters of the loop; `smoothed` checks them.

    Attributes:
        size: Draws of two symbols a generation, n.
        alpha: Imagined draws of each symbol, added before the next generation.
        rates: Rate of the first draws under each hypothesis.
        prior: Law of the hypotheses.
    """

    size: int = field(metadata={"static": True})
    alpha: float = field(metadata={"static": True})
    rates: Float[Array, "hypotheses"]
    prior: Float[Array, "hypotheses"]


def smoothed(
    size: int, alpha: float, rates: Float[Numbers, "hypotheses"], prior: Float[Numbers, "hypotheses"] | None = None
) -> Model:
    """Return the checked parameters of the loop.

    Args:
        size: Draws a generation, at least 1.
        alpha: Imagined draws of each symbol, positive and finite; not traced, as the kernel is made on the host: what
            follows has derivatives in `rates` and `prior` only.
        rates: Rate of the first draws under each hypothesis, in [0, 1].
        prior: Law of the hypotheses, uniform unless given.

    Raises:
        ValueError: One of them is none of these.

    >>> smoothed(10, 0.5, [0.25, 0.75]).prior.tolist()
    [0.5, 0.5]
    """
    refuse_tracers("smoothed", alpha=alpha)
    return Model(check_int(size, "size"), _positive(alpha), *hypotheses(rates, prior))


def kernel(n: int, alpha: float, letters: int = 2) -> Channel:
    r"""Return the channel from the counts of one generation to those of the next, "count" to "next".

    $K(c'\mid c)=\frac{n!}{\prod c'_i!}\prod\bigl(\frac{c_i+\alpha}{n+k\alpha}\bigr)^{c'_i}$ over `compositions(n, k)`.
    Dense, with $\binom{n+k-1}{k-1}$ rows: for small n.

    Args:
        n: Draws a generation, at least 1.
        alpha: Imagined draws of each symbol, positive and finite.
        letters: Number k of symbols, at least 1.

    Raises:
        ValueError: One of them is none of these.

    >>> [round(x, 12) for x in kernel(1, 1.0).rows[0].tolist()]
    [0.666666666667, 0.333333333333]
    """
    counts = compositions(check_int(n, "n"), check_int(letters, "letters"))
    return multinomial((counts + _positive(alpha)) / (n + letters * alpha), n, "count", "next")


def contraction_limit(n: int, alpha: float, letters: int = 2) -> float:
    r"""Return the share of the information that a late generation keeps, $\lim I(\theta;K_{t+1})/I(\theta;K_t)$.

    It is $\bigl(\frac n{n+k\alpha}\bigr)^2$, the square of the second eigenvalue: the mean frequency moves by the
    factor $n/(n+k\alpha)$ towards $1/k$, and a small information is quadratic in it. It is 1 at alpha = 0, where
    information stays. Holds where the mean of some symbol depends on theta.

    Args:
        n: Draws a generation, at least 1.
        alpha: Imagined draws of each symbol, positive and finite.
        letters: Number k of symbols, at least 1.

    Raises:
        ValueError: One of them is none of these.

    >>> contraction_limit(1, 0.5)
    0.25
    """
    return (check_int(n, "n") / (n + check_int(letters, "letters") * _positive(alpha))) ** 2


def loop(m: Model) -> Loop:
    """Return the exact loop, whose state is the table `P(theta, count)`, from generation 1 on. It ignores its keys."""
    return exact_count_loop(m.size, m.rates, m.prior, band(m.size, m.alpha))


def sampled(m: Model, runs: int) -> Loop:
    """Return the loop by drawing tokens.

    Its state is the number of each run's hypothesis and its `Generation`, every leaf with a leading axis of `runs`.

    Raises:
        ValueError: `runs` is no whole number, at least 1.
    """

    def of(rate):
        plain = tokens(m.size, rate)
        return replace_data(plain._replace(generate=lambda key, z: plain.generate(key, _smooth(m, z))))

    return sampled_loop(m.rates, m.prior, runs, of)


def law(m: Model, generation: int) -> Joint:
    r"""Return the law $P(\theta,K_t)$ over "theta" and "count".

    Args:
        m: The parameters.
        generation: t, from 1 on.

    Raises:
        ValueError: `generation` is no whole number, at least 1.

    >>> [round(x, 12) for x in law(smoothed(1, 1.0, [0.0, 1.0]), 2).table.tolist()[0]]
    [0.333333333333, 0.166666666667]
    """
    keys = jnp.arange(check_int(generation, "generation"))
    return Joint(unroll(loop(m), keys)[-1], ("theta", "count"))


def information(m: Model, generations: int) -> Float[Array, "generations"]:
    r"""Return what the count tells of the hypothesis, $I(\theta;K_t)$ in bits for $t=1..T$; it falls to 0.

    As exact as `wright_fisher.information`: below some $10^{-26}$ bits nothing but rounding is left. Warns
    (FixedTaskWarning) if one hypothesis is certain.

    Raises:
        ValueError: `generations` is no whole number, at least 1.

    >>> [round(float(i), 6) for i in information(smoothed(4, 0.5, [0.25, 0.75]), 3)]
    [0.538786, 0.285571, 0.168668]
    """
    steps = check_int(generations, "generations")
    warn_if_degenerate_prior(m.prior)
    return hypothesis_information_by_generation(m.size, m.rates, m.prior, band(m.size, m.alpha), steps)


def examples() -> tuple[Model, ...]:
    """Return small models for the contract tests."""
    return smoothed(4, 0.5, [0.25, 0.75]), smoothed(30, 2.0, [0.1, 0.2, 0.5], [0.5, 0.25, 0.25])


def _positive(alpha: float) -> float:
    if not 0 < alpha < float("inf"):
        raise ValueError(f"alpha is {alpha!r}: give a positive number (without smoothing, use wright_fisher)")
    return float(alpha)


def band(n: int, alpha: float) -> BandedKernel:
    """Return the kernel of two symbols without its tails, as `banded_kernels.resample` takes it.

    Made on the host, once for many laws.

    Args:
        n: Draws a generation, at least 1.
        alpha: Imagined draws of each symbol, positive and finite.

    Raises:
        ValueError: One of them is none of these.

    >>> [run.at_nodes.shape for run in band(4, 0.5).runs]
    [(1, 5, 3)]
    """
    counts = np.arange(check_int(n, "n") + 1)
    scale = n / (n + 2 * _positive(alpha))
    return banded_kernel(n, (counts + alpha) * scale, (n - counts + alpha) * scale)


def _smooth(m, frequency):
    return (m.size * frequency + m.alpha) / (m.size + 2 * m.alpha)
