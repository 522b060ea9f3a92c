r"""A binary token loop that keeps all its data: a Polya-type urn, with its exact law.

Generation 1 is n tokens from the truth. *accumulate*: of nt tokens $S_t$ are ones, the model is $Z_t=S_t/(nt)$, and
$S_{t+1}=S_t+\mathrm{Bin}(n,Z_t)$. *subsample*: the same, but the model $Z_t$ is the frequency among n of the nt tokens,
drawn without replacement, so that it costs no more to fit than at the start. For small urns: all counts are summed
over, and subsample has a table of (room)(n room + 1)(n + 1) hypergeometric probabilities, made of integers.
"""

import math
from dataclasses import dataclass, field
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Int

from infoloop.loops.binomial_resampling import binomial_pmf, hypotheses, wright_fisher_kernel
from infoloop.loops.loop import Loop, unroll
from infoloop.loops.schedules import accumulate, subsample
from infoloop.loops.two_token_loops import hypothesis_information, sampled_loop, tokens
from infoloop.probability.array_types import Number, Numbers
from infoloop.probability.distributions import Joint
from infoloop.probability.fixed_tasks import warn_if_degenerate_prior
from infoloop.probability.validation import check_choice, check_int, check_positions, check_unit_interval

SCHEDULES = ("accumulate", "subsample")


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Urn:
    """The parameters of an urn; `urn` checks them.

    Attributes:
        size: Tokens a generation, n.
        room: For how many generations of tokens there is room.
        schedule: "accumulate" or "subsample".
        rates: Rate of a 1 under each hypothesis.
        prior: Law of the hypotheses.
    """

    size: int = field(metadata={"static": True})
    room: int = field(metadata={"static": True})
    schedule: str = field(metadata={"static": True})
    rates: Float[Array, "hypotheses"]
    prior: Float[Array, "hypotheses"]


def urn(
    size: int,
    room: int,
    rates: Float[Numbers, "hypotheses"],
    prior: Float[Numbers, "hypotheses"] | None = None,
    schedule: str = "accumulate",
) -> Urn:
    """Return the checked parameters of an urn.

    Args:
        size: Tokens a generation, at least 1.
        room: For how many generations there is room, at least 1.
        rates: Rate of a 1 under each hypothesis, in [0, 1].
        prior: Law of the hypotheses, uniform unless given.
        schedule: "accumulate" or "subsample", as in the module's text.

    Raises:
        ValueError: One of them is none of these.

    >>> urn(4, 6, [0.25, 0.75]).schedule
    'accumulate'
    """
    known = check_choice(schedule, "schedule", SCHEDULES)
    return Urn(check_int(size, "size"), check_int(room, "room"), known, *hypotheses(rates, prior))


def loop(m: Urn) -> Loop:
    r"""Return the exact loop, whose state is the table $P(\theta,S_t)$, $S=0..n\cdot$room, with t from 1 on.

    Beyond `room` generations the table is NaN. It ignores its keys.
    """
    return _loop(m, _subsample_pmf(m))


def sampled(m: Urn, runs: int) -> Loop:
    """Return the loop by drawing tokens.

    Its state is the number of each run's hypothesis and its `Generation`, every leaf with a leading axis of `runs`.

    Raises:
        ValueError: `runs` is no whole number, at least 1.
    """
    keep = {"accumulate": accumulate, "subsample": subsample}[m.schedule]
    return sampled_loop(m.rates, m.prior, runs, lambda rate: keep(tokens(m.size, rate), m.room))


def law(m: Urn, t: int) -> Joint:
    r"""Return the law $P(\theta,Z_t)$ over "theta" and "count".

    Args:
        m: The parameters.
        t: The generation, from 1 to `room`.

    Returns:
        The count is that of ones among nt tokens (accumulate), or among the n drawn (subsample).

    Raises:
        ValueError: `t` is no such generation.

    >>> [round(x, 12) for x in law(urn(1, 2, [0.25]), 2).table.tolist()[0]]
    [0.75, 0.0, 0.25]
    """
    t, pmf = _within(m, t), _subsample_pmf(m)
    table = _tables(m, pmf, t)[-1]
    return Joint(table[:, : m.size * t + 1] if m.schedule == "accumulate" else table, ("theta", "count"))


def information(m: Urn, generations: int) -> Float[Array, "generations"]:
    r"""Return what the model tells of the hypothesis, $I(\theta;Z_t)$ in bits for $t=1..T$.

    Exact, over all counts. Warns (FixedTaskWarning) if one hypothesis is certain.

    Raises:
        ValueError: `generations` is no whole number from 1 to `room`.

    >>> [round(float(i), 6) for i in information(urn(4, 3, [0.25, 0.75]), 3)]
    [0.538786, 0.479354, 0.460472]
    """
    steps = _within(m, generations)
    warn_if_degenerate_prior(m.prior)
    return _information(m, _subsample_pmf(m), steps)


def expected_heterozygosity(
    n: int, rate: Number, t: Int[Numbers, "*times"], schedule: str = "accumulate"
) -> Float[Array, "*times"]:
    r"""Return the expected heterozygosity $E\,2Z_t(1-Z_t)$ in closed form.

    Accumulate: $Z_{t+1}-Z_t=\frac1{t+1}(\frac{B_t}n-Z_t)$ has mean 0 and variance $\frac{Z_t(1-Z_t)}{n(t+1)^2}$, hence
    $2\theta(1-\theta)\prod_{i\le t}\bigl(1-\frac1{ni^2}\bigr)$, which is the product of the Gaussian refit: it stays
    positive, with the limit $2\theta(1-\theta)\frac{\sin(\pi/\sqrt n)}{\pi/\sqrt n}$. Subsample: of the pool's
    frequency $F_t$ the draw has the variance $c_tF_t(1-F_t)$, $c_t=\frac{t-1}{nt-1}$ (hypergeometric), and the fresh
    tokens $c_t+\frac{1-c_t}n$ times that, so that
    $$2\theta(1-\theta)\bigl(1-\tfrac1n\bigr)(1-c_t)\prod_{1\le i<t}\Bigl(1-\frac{c_i+(1-c_i)/n}{(i+1)^2}\Bigr).$$

    Args:
        n: Tokens a generation, at least 1.
        rate: Rate $\theta$ of the truth, in [0, 1].
        t: Generation or generations, from 1 on; not traced.
        schedule: "accumulate" or "subsample".

    Returns:
        Probabilities that two symbols of one model differ, shaped as `t`.

    Raises:
        ValueError: One of them is none of these.

    >>> float(expected_heterozygosity(2, 0.5, 2)), float(expected_heterozygosity(1, 0.5, 3, "subsample"))
    (0.21875, 0.0)
    """
    t = check_positions(t, "t", 1)
    truth = check_unit_interval(rate, "rate")
    i = np.arange(1, t.max() + 1)
    fresh = 1 / (check_int(n, "n") * i**2)
    if check_choice(schedule, "schedule", SCHEDULES) == "accumulate":
        left = np.cumprod(1 - fresh)
    else:
        c = np.where(i > 1, (i - 1) / np.where(n * i > 1, n * i - 1, 1), 0.0)
        lost = (c + (1 - c) / n) / (i + 1) ** 2
        left = (1 - 1 / n) * (1 - c) * np.concatenate([np.ones(1), np.cumprod(1 - lost)[:-1]])
    return 2 * truth * (1 - truth) * left[t - 1]


def limit_heterozygosity(n: int, rate: Float[Numbers, "*rates"]) -> Float[Array, "*rates"]:
    r"""Return the limit of the expected heterozygosity of accumulate, $\lim_tE\,2Z_t(1-Z_t)$.

    $2\theta(1-\theta)\frac{\sin(\pi/\sqrt n)}{\pi/\sqrt n}$, Euler's product.

    Args:
        n: Tokens a generation, at least 1.
        rate: Rate $\theta$ of the truth, in [0, 1].

    Raises:
        ValueError: One of them is none of these.

    >>> round(float(limit_heterozygosity(4, 0.5)), 12) == round(1 / np.pi, 12)
    True
    """
    truth = check_unit_interval(rate, "rate")
    return 2 * truth * (1 - truth) * jnp.sinc(1 / math.sqrt(check_int(n, "n")))


def examples() -> tuple[Urn, ...]:
    """Return small models for the contract tests, one for each schedule."""
    return tuple(urn(4, 6, [0.25, 0.5, 0.75], [0.5, 0.25, 0.25], schedule) for schedule in SCHEDULES)


def _within(m: Urn, generations: int) -> int:
    if check_int(generations, "generations") > m.room:
        raise ValueError(f"generations is {generations}: the urn has room for {m.room}; give `urn` more")
    return int(generations)


def _subsample_pmf(m: Urn) -> jax.Array:
    r"""Return $\binom Sk\binom{nt-S}{n-k}\big/\binom{nt}n$ at [t - 1, S, k], by integers; nothing for accumulate."""
    if m.schedule == "accumulate":
        return jnp.zeros((m.room, 0, 0))
    n, table = m.size, np.zeros((m.room, m.size * m.room + 1, m.size + 1))
    for t in range(1, m.room + 1):
        for s in range(n * t + 1):
            ways = [math.comb(s, k) * math.comb(n * t - s, n - k) for k in range(n + 1)]
            table[t - 1, s] = [way / math.comb(n * t, n) for way in ways]
    return jnp.asarray(table)


def _loop(m, pmf):
    ones = jnp.arange(m.size * m.room + 1)

    def start(key):
        first = m.prior[:, None] * binomial_pmf(m.size, m.rates)
        return jnp.pad(first, ((0, 0), (0, m.size * (m.room - 1)))), jnp.ones((), int)

    def step(key, state):
        table, t = state
        if m.schedule == "accumulate":
            held = m.size * t
            fresh = binomial_pmf(
                m.size, jnp.where(ones <= held, ones / held, 0.0)
            )  # more ones than tokens have no mass
        else:
            fresh = jnp.matmul(pmf[t - 1], wright_fisher_kernel(m.size), precision=lax.Precision.HIGHEST)
        moved = table[:, :, None] * fresh
        shifted = [jnp.pad(moved[:, :, j], ((0, 0), (j, m.size - j))) for j in range(m.size + 1)]
        return jnp.where(t < m.room, jnp.stack(shifted).sum(0)[:, : len(ones)], jnp.nan), t + 1

    return Loop(start, step)


def _seen(m, pmf, state):
    """Return the law of what the model is made of: the ones of the pool, or of the draw from it."""
    table, t = state
    if m.schedule == "accumulate":
        return table
    return jnp.matmul(table, pmf[t - 1], precision=lax.Precision.HIGHEST)


@partial(jax.jit, static_argnums=2)
def _tables(m, pmf, generations):
    return unroll(_loop(m, pmf), jnp.arange(generations), lambda state: _seen(m, pmf, state))


@partial(jax.jit, static_argnums=2)
def _information(m, pmf, generations):
    return jax.lax.map(hypothesis_information, _tables(m, pmf, generations))
