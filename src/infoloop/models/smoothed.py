r"""Multinomial resampling with add-alpha smoothing: the next draw has the rates $(c+\alpha)/(n+k\alpha)$.

No symbol is ever lost, and for that every bit about $\theta$ is: the chain forgets its start.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.loops.binomial_resampling import BandedKernel, banded_kernel, hypotheses
from infoloop.loops.loop import Loop, unroll
from infoloop.loops.schedules import replace_data
from infoloop.loops.two_token_loops import exact_count_loop, hypothesis_information_by_generation, sampled_loop, tokens
from infoloop.probability.channel_families import compositions, multinomial
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint
from infoloop.probability.validation import check_int, warn_if_degenerate_prior


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Model:
    """`size` draws of two symbols a generation, `alpha` imagined ones of each symbol added before the next."""

    size: int = field(metadata={"static": True})
    alpha: float = field(metadata={"static": True})
    rates: jax.Array
    prior: jax.Array


def smoothed(size: int, alpha: float, rates, prior=None) -> Model:
    """The model with these parameters, hypotheses equally likely unless `prior` is given.

    Raises ValueError unless size is at least 1, alpha positive and finite, rates probabilities, the prior a law.

    >>> smoothed(10, 0.5, [0.25, 0.75]).prior.tolist()
    [0.5, 0.5]
    """
    return Model(check_int(size, "size"), _positive(alpha), *hypotheses(rates, prior))


def kernel(n: int, alpha: float, letters: int = 2) -> Channel:
    r"""$K(c'\mid c)=\frac{n!}{\prod c'_i!}\prod\bigl(\frac{c_i+\alpha}{n+k\alpha}\bigr)^{c'_i}$, no unit.

    Over `compositions(n, k)`. Dense, with $\binom{n+k-1}{k-1}$ rows: for small n. ValueError unless alpha is positive.

    >>> [round(x, 12) for x in kernel(1, 1.0).rows[0].tolist()]
    [0.666666666667, 0.333333333333]
    """
    counts = compositions(check_int(n, "n"), check_int(letters, "letters"))
    return multinomial((counts + _positive(alpha)) / (n + letters * alpha), n, "count", "next")


def contraction_limit(n: int, alpha: float, letters: int = 2) -> float:
    r"""$\lim I(\theta;K_{t+1})/I(\theta;K_t)=\bigl(\frac n{n+k\alpha}\bigr)^2$: the square of the second eigenvalue.

    The mean frequency moves by the factor $n/(n+k\alpha)$ towards $1/k$, and a small information is quadratic in it. It
    is 1 at alpha = 0, where information stays. Holds where the mean of some symbol depends on theta.

    >>> contraction_limit(1, 0.5)
    0.25
    """
    return (check_int(n, "n") / (n + check_int(letters, "letters") * _positive(alpha))) ** 2


def loop(m: Model) -> Loop:
    """The exact loop: its state is the table `P(theta, count)`, and it ignores its keys."""
    return exact_count_loop(m.size, m.rates, m.prior, band(m.size, m.alpha))


def sampled(m: Model, runs: int) -> Loop:
    """The loop by drawing tokens: its state is the number of each run's hypothesis and its `Generation`."""

    def of(rate):
        plain = tokens(m.size, rate)
        return replace_data(plain._replace(generate=lambda key, z: plain.generate(key, _smooth(m, z))))

    return sampled_loop(m.rates, m.prior, runs, of)


def law(m: Model, generation: int) -> Joint:
    r"""$P(\theta,K_t)$, over "theta" and "count", t = 1, 2, ...

    >>> [round(x, 12) for x in law(smoothed(1, 1.0, [0.0, 1.0]), 2).table.tolist()[0]]
    [0.333333333333, 0.166666666667]
    """
    keys = jnp.arange(check_int(generation, "generation"))
    return Joint(unroll(loop(m), keys)[-1], ("theta", "count"))


def information(m: Model, generations: int) -> jax.Array:
    r"""$I(\theta;K_t)$ in bits for $t=1..T$, exact as `wright_fisher.information`; it falls to 0.

    Below some $10^{-26}$ bits nothing but rounding is left of it.

    >>> [round(float(i), 6) for i in information(smoothed(4, 0.5, [0.25, 0.75]), 3)]
    [0.538786, 0.285571, 0.168668]
    """
    steps = check_int(generations, "generations")
    warn_if_degenerate_prior(m.prior)
    return hypothesis_information_by_generation(m.size, m.rates, m.prior, band(m.size, m.alpha), steps)


def examples() -> tuple[Model, ...]:
    """Small models for the contract tests; a function, since arrays are not made at import."""
    return smoothed(4, 0.5, [0.25, 0.75]), smoothed(30, 2.0, [0.1, 0.2, 0.5], [0.5, 0.25, 0.25])


def _positive(alpha: float) -> float:
    if not 0 < alpha < float("inf"):
        raise ValueError(f"alpha is {alpha!r}: give a positive number (without smoothing, use wright_fisher)")
    return float(alpha)


def band(n: int, alpha: float) -> BandedKernel:
    """The kernel of two symbols without its tails, as `binomial_resampling.resample` takes it; made on the host.

    >>> band(4, 0.5).blocks.shape
    (1, 5, 128)
    """
    counts = np.arange(check_int(n, "n") + 1)
    scale = n / (n + 2 * _positive(alpha))
    return banded_kernel(n, (counts + alpha) * scale, (n - counts + alpha) * scale)


def _smooth(m: Model, frequency):
    return (m.size * frequency + m.alpha) / (m.size + 2 * m.alpha)
