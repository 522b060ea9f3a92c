r"""A bit through equal noisy links, one a round: binary symmetric, erasing, or a Z-channel (a 1 falls to 0 and stays).

The closed loop in its barest form: the state $Z_t$ is all that the next round sees, and each round is the same channel.
The t-step channel is one of the same family, so that laws, informations and capacities have closed forms (S06).
"""

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int

from infoloop.information.binary_channel_chains import (
    bsc_information,
    cascade_crossover,
    erasing,
    erasure_information,
    z_capacity_kept,
    z_information,
)
from infoloop.information.measures import mutual_information
from infoloop.loops.loop import Loop, unroll
from infoloop.probability.array_types import Number, Numbers
from infoloop.probability.channel_families import bsc, z_channel
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import binary_entropy
from infoloop.probability.validation import check_choice, check_count, check_int, check_unit_interval

_KINDS = ("bsc", "erasure", "z_channel")


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Model:
    """The parameters of a cascade; `cascade` checks them.

    Attributes:
        kind: "bsc", "erasure" or "z_channel".
        noise: Probability e that a link errs.
        p_one: P(X = 1).
    """

    kind: str = field(metadata={"static": True})
    noise: Float[Array, ""]
    p_one: Float[Array, ""]


def cascade(kind: str, noise: Number, p_one: Number = 0.5) -> Model:
    """Return the checked parameters of a cascade.

    Args:
        kind: "bsc" (binary symmetric), "erasure" or "z_channel" (a 1 may fall to 0).
        noise: Probability that a link errs, in [0, 1]; a traced one outside becomes NaN.
        p_one: P(X = 1), likewise.

    Raises:
        ValueError: The kind is another, or a probability is outside [0, 1].

    >>> float(cascade("erasure", 0.25).p_one)
    0.5
    """
    return Model(
        check_choice(kind, "kind", _KINDS), check_unit_interval(noise, "noise"), check_unit_interval(p_one, "p_one")
    )


def link(m: Model) -> Channel:
    """Return the channel of one round, from "Z" to "next".

    The symbols are 0 and 1, and for erasures a third, 2, which stays.

    >>> link(cascade("erasure", 0.25)).rows.tolist()[1:]
    [[0.0, 0.75, 0.25], [0.0, 0.0, 1.0]]
    """
    return {"bsc": bsc, "erasure": erasing, "z_channel": z_channel}[m.kind](m.noise, "Z", "next")


def loop(m: Model) -> Loop:
    """Return the exact loop, whose state is the table `P(X, Z)`, after one link at the start. It ignores its keys."""
    rows = link(m).rows
    prior = jnp.diag(jnp.stack([1 - m.p_one, m.p_one]))

    def step(key, table):
        return jnp.matmul(table, rows, precision=lax.Precision.HIGHEST)

    return Loop(start=lambda key: step(key, jnp.pad(prior, ((0, 0), (0, len(rows) - 2)))), step=step)


def sampled(m: Model, runs: int) -> Loop:
    """Return the loop by simulation, whose state `symbols[x, r]` is the symbol in run r of X = x.

    There are `runs` runs for each of the two x, whatever `p_one` is.

    Raises:
        ValueError: `runs` is no whole number, at least 1.
    """
    rows = jnp.log(link(m).rows)

    def through(key, symbols):
        return jax.random.categorical(key, rows[symbols])

    first = jnp.broadcast_to(jnp.arange(2)[:, None], (2, check_int(runs, "runs")))
    return Loop(start=lambda key: through(key, first), step=through)


def law(m: Model, generation: int) -> Joint:
    r"""Return the law $P(X,Z_t)$ after t links, over "X" and "Z".

    Args:
        m: The parameters.
        generation: t, from 1 on.

    Raises:
        ValueError: `generation` is no whole number, at least 1.

    >>> law(cascade("z_channel", 0.5), 2).table.tolist()
    [[0.5, 0.0], [0.375, 0.125]]
    """
    keys = jnp.arange(check_int(generation, "generation"))
    return Joint(unroll(loop(m), keys)[-1], ("X", "Z"))


def information_by_table(m: Model, generations: int) -> Float[Array, "generations"]:
    r"""Return $I(X;Z_t)$ in bits for t = 1..T, from the tables: non-negative, and small values keep their digits.

    Raises:
        ValueError: `generations` is no whole number, at least 1.

    >>> [round(float(i), 6) for i in information_by_table(cascade("bsc", 0.1), 2)]
    [0.531004, 0.319923]
    """
    keys = jnp.arange(check_int(generations, "generations"))
    return unroll(loop(m), keys, lambda table: mutual_information(Joint(table, ("X", "Z")), "X", "Z"))


def information(m: Model, generations: int) -> Float[Array, "generations"]:
    r"""Return $I(X;Z_t)$ in bits for t = 1..T by closed form.

    With $a=P(X=1)$ and noise e, for the three kinds
    $$h(a*e_t)-h(e_t),\ e_t=\tfrac12\bigl(1-(1-2e)^t\bigr);\qquad(1-e)^th(a);\qquad h(as_t)-a\,h(s_t),\ s_t=(1-e)^t.$$
    Differences of entropies, right to about 1e-15 bits: below that use `information_by_table`. Theory:
    `thm:bsc-cascade`, `thm:erasure-cascade` and `thm:z-cascade`.

    Raises:
        ValueError: `generations` is no whole number, at least 1.

    >>> [round(float(i), 6) for i in information(cascade("bsc", 0.1), 2)]
    [0.531004, 0.319923]
    """
    closed = {"bsc": bsc_information, "erasure": erasure_information, "z_channel": z_information}[m.kind]
    return closed(m.noise, m.p_one, jnp.arange(1, check_int(generations, "generations") + 1), binary_entropy)


def contraction(m: Model, t: Int[Numbers, "*times"] = 1) -> Float[Array, "*times"]:
    r"""Return the contraction coefficient $\eta_{KL}$ of t links: at most this share of any information survives.

    $(1-2e)^{2t}$ for the symmetric channel, $(1-e)^t$ for the others. For the last two it is approached by inputs that
    are almost surely 0 (Z-channel) or, for the third symbol, erased.

    Args:
        m: The parameters.
        t: Number or numbers of links, from 0 on; a traced bad one gives NaN.

    Returns:
        Shares in [0, 1], shaped as `t`.

    Raises:
        ValueError: `t` is no whole number, at least 0.

    >>> [float(contraction(cascade(kind, 0.25), 2)) for kind in ('bsc', 'erasure', 'z_channel')]
    [0.0625, 0.5625, 0.5625]
    """
    steps = check_count(t, "t", 0)
    return (1 - 2 * m.noise) ** (2 * steps) if m.kind == "bsc" else (1 - m.noise) ** steps


def capacity(m: Model, t: Int[Numbers, "*times"] = 1) -> Float[Array, "*times"]:
    r"""Return the capacity of t links, $\max_{P_X}I(X;Z_t)$ in bits.

    $1-h(e_t)$, $(1-e)^t$, and `z_capacity_kept` of $(1-e)^t$ (`thm:capacities`).

    Args:
        m: The parameters.
        t: Number or numbers of links, from 0 on; a traced bad one gives NaN.

    Raises:
        ValueError: `t` is no whole number, at least 0.

    >>> [round(float(capacity(cascade(kind, 0.5), 1)), 6) for kind in ('bsc', 'erasure', 'z_channel')]
    [0.0, 0.5, 0.321928]
    """
    steps = check_count(t, "t", 0)
    if m.kind == "bsc":
        return 1 - binary_entropy(cascade_crossover(m.noise, steps))
    kept = (1 - m.noise) ** steps
    return kept if m.kind == "erasure" else z_capacity_kept(kept)


def examples() -> tuple[Model, ...]:
    """Return small models for the contract tests, one for each kind."""
    return cascade("bsc", 0.125), cascade("erasure", 0.25, 0.25), cascade("z_channel", 0.5, 0.75)
