r"""A bit through equal noisy links, one a round: binary symmetric, erasing, or a Z-channel (a 1 falls to 0 and stays).

The closed loop in its barest form: the state $Z_t$ is all that the next round sees, and each round is the same channel.
The t-step channel is one of the same family, so that laws, informations and capacities have closed forms (S06).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
from jax import lax

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
from infoloop.probability.channel_families import bsc, z_channel
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import binary_entropy
from infoloop.probability.validation import check_choice, check_count, check_int, check_unit_interval

_KINDS = ("bsc", "erasure", "z_channel")


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Model:
    """The kind of link, how often it errs, and P(X = 1); `cascade` checks."""

    kind: str = field(metadata={"static": True})
    noise: jax.Array
    p_one: jax.Array


def cascade(kind: str, noise, p_one=0.5) -> Model:
    """The checked parameters: `kind` is "bsc", "erasure" or "z_channel", `noise` the probability that a link errs.

    Raises ValueError for another kind, and for a noise or p_one outside [0, 1].

    >>> float(cascade("erasure", 0.25).p_one)
    0.5
    """
    return Model(
        check_choice(kind, "kind", _KINDS), check_unit_interval(noise, "noise"), check_unit_interval(p_one, "p_one")
    )


def link(m: Model) -> Channel:
    """One round, from "Z" to "next": the symbols 0 and 1, and for erasures a third, 2, which stays.

    >>> link(cascade("erasure", 0.25)).rows.tolist()[1:]
    [[0.0, 0.75, 0.25], [0.0, 0.0, 1.0]]
    """
    return {"bsc": bsc, "erasure": erasing, "z_channel": z_channel}[m.kind](m.noise, "Z", "next")


def loop(m: Model) -> Loop:
    """The exact loop: its state is the table `P(X, Z)`, after one link at the start, and it ignores its keys."""
    rows = link(m).rows
    prior = jnp.diag(jnp.stack([1 - m.p_one, m.p_one]))

    def step(key, table):
        return jnp.matmul(table, rows, precision=lax.Precision.HIGHEST)

    return Loop(start=lambda key: step(key, jnp.pad(prior, ((0, 0), (0, len(rows) - 2)))), step=step)


def sampled(m: Model, runs: int) -> Loop:
    """The loop by simulation: `symbols[x, r]` in run r of X = x, of which there are equally many for both x."""
    rows = jnp.log(link(m).rows)

    def through(key, symbols):
        return jax.random.categorical(key, rows[symbols])

    first = jnp.broadcast_to(jnp.arange(2)[:, None], (2, check_int(runs, "runs")))
    return Loop(start=lambda key: through(key, first), step=through)


def law(m: Model, generation: int) -> Joint:
    r"""$P(X,Z_t)$ after t = 1, 2, ... links, over "X" and "Z".

    >>> law(cascade("z_channel", 0.5), 2).table.tolist()
    [[0.5, 0.0], [0.375, 0.125]]
    """
    keys = jnp.arange(check_int(generation, "generation"))
    return Joint(unroll(loop(m), keys)[-1], ("X", "Z"))


def information_by_table(m: Model, generations: int) -> jax.Array:
    r"""$I(X;Z_t)$ in bits for t = 1..T, from the tables: non-negative, and small values keep their digits.

    >>> [round(float(i), 6) for i in information_by_table(cascade("bsc", 0.1), 2)]
    [0.531004, 0.319923]
    """
    keys = jnp.arange(check_int(generations, "generations"))
    return unroll(loop(m), keys, lambda table: mutual_information(Joint(table, ("X", "Z")), "X", "Z"))


def information(m: Model, generations: int) -> jax.Array:
    r"""$I(X;Z_t)$ in bits for t = 1..T by closed form, with $a=P(X=1)$ and noise e:
    $$h(a*e_t)-h(e_t),\ e_t=\tfrac12\bigl(1-(1-2e)^t\bigr);\qquad(1-e)^th(a);\qquad h(as_t)-a\,h(s_t),\ s_t=(1-e)^t.$$

    Differences of entropies, right to about 1e-15 bits: below that use `information_by_table`. Theory:
    `thm:bsc-cascade`, `thm:erasure-cascade` and `thm:z-cascade`.

    >>> [round(float(i), 6) for i in information(cascade("bsc", 0.1), 2)]
    [0.531004, 0.319923]
    """
    closed = {"bsc": bsc_information, "erasure": erasure_information, "z_channel": z_information}[m.kind]
    return closed(m.noise, m.p_one, jnp.arange(1, check_int(generations, "generations") + 1), binary_entropy)


def contraction(m: Model, t=1) -> jax.Array:
    r"""$\eta_{KL}$ of t links: $(1-2e)^{2t}$ for the symmetric channel, $(1-e)^t$ for the others; no unit.

    At most this share of any information survives. For the last two it is approached by inputs that are almost surely
    0 (Z-channel) or, for the third symbol, erased. ValueError unless t is a whole number, at least 0.

    >>> [float(contraction(cascade(kind, 0.25), 2)) for kind in ('bsc', 'erasure', 'z_channel')]
    [0.0625, 0.5625, 0.5625]
    """
    steps = check_count(t, "t", 0)
    return (1 - 2 * m.noise) ** (2 * steps) if m.kind == "bsc" else (1 - m.noise) ** steps


def capacity(m: Model, t=1) -> jax.Array:
    r"""$\max_{P_X}I(X;Z_t)$ in bits: $1-h(e_t)$, $(1-e)^t$, and `z_capacity_kept` of $(1-e)^t$.

    ValueError unless t is a whole number, at least 0. Theory, `thm:capacities`.

    >>> [round(float(capacity(cascade(kind, 0.5), 1)), 6) for kind in ('bsc', 'erasure', 'z_channel')]
    [0.0, 0.5, 0.321928]
    """
    steps = check_count(t, "t", 0)
    if m.kind == "bsc":
        return 1 - binary_entropy(cascade_crossover(m.noise, steps))
    kept = (1 - m.noise) ** steps
    return kept if m.kind == "erasure" else z_capacity_kept(kept)


def examples() -> tuple[Model, ...]:
    """Small models for the contract tests; a function, since arrays are not made at import."""
    return cascade("bsc", 0.125), cascade("erasure", 0.25, 0.25), cascade("z_channel", 0.5, 0.75)
