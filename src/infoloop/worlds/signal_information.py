r"""What a signal says about a world's rule, in bits: gain, waste, precision and recall, and what domains share.

Of a trained question, $T=t_X(q)$ is the class that the rule asks for, Y a reference drawn evenly among its outputs, and
S a channel's value given Y.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.information.signal_efficiency import Efficiency, quotient
from infoloop.probability.numerics import information_terms, plog2p, rounding
from infoloop.worlds.finite_worlds import World, uniform_members
from infoloop.worlds.reference_channels import SignalChannel


class SurfaceOverlap(NamedTuple):
    """What trained and held-out questions have in common, as a share of what either has.

    Attributes:
        prompts: Of the tokens of their prompts.
        forms: Of the surface forms that they accept.
    """

    prompts: Float[Array, ""]
    forms: Float[Array, ""]


def class_law(world: World) -> Float[Array, "questions classes"]:
    r"""Return $P(T=c\mid q)$: how likely it is that a question asks for a class, before anything is known of the rule.

    Args:
        world: A world.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> class_law(lookup_world(jax.random.key(0), symbols=2))[0].tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    asked = jax.nn.one_hot(world.right_class, world.grades.shape[-1])
    return jnp.einsum("x,xqc->qc", world.prior, asked, precision="highest")


def reference_law(world: World) -> Float[Array, "questions outputs"]:
    r"""Return P(Y = y | q), the law of a reference: $P(T=c\mid q)$ shared out evenly among the outputs of class c.

    Args:
        world: A world.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> law = reference_law(lookup_world(jax.random.key(0), symbols=2))
    >>> float(law[0].max()) == 1 / 12, bool(abs(law.sum(axis=1) - 1).max() < 1e-14)
    (True, True)
    """
    members = world.classes[:, None, :] == jnp.arange(world.grades.shape[-1])[:, None]
    return jnp.einsum("qc,qcy->qy", class_law(world), uniform_members(members), precision="highest")


def signal_gains(world: World, channel: SignalChannel) -> Efficiency:
    r"""Return how the bits of a signal split, given the question: means over the trained ones.

    Gain $I(T;S\mid Q)$, waste $I(Y;S\mid T,Q)$, miss $H(T\mid S,Q)$, $\eta$ = gain / (gain + waste), and recall =
    gain / $H(T\mid Q)$, each a sum of terms of one sign. `information.signal_efficiency.efficiency` of the law of
    (Q, T, Y, S) is the same.

    Args:
        world: A world.
        channel: $P(S=s\mid q,y)$ of [questions outputs values].

    Returns:
        An `Efficiency` of scalars; `eta` is NaN where the signal says nothing, `recall` where there is nothing to know.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> from infoloop.worlds.reference_channels import reference_channel
    >>> world = lookup_world(jax.random.key(0), symbols=2, forms=4)
    >>> print(signal_gains(world, reference_channel(world)))
    gain 2 bits, waste 2 bits, miss 0 bits, eta 0.5, recall 1
    """
    p_y, p_t = reference_law(world), class_law(world)
    p_ys = p_y[:, :, None] * channel
    members = jax.nn.one_hot(world.classes, world.grades.shape[-1])
    p_ts = jnp.einsum("qyc,qys->qcs", members, p_ys, precision="highest")
    p_s = p_ts.sum(axis=1)
    gain = information_terms(p_ts, jnp.ones(()), p_t[:, :, None], p_s[:, None, :]).sum(axis=(1, 2))
    own = jnp.arange(len(p_y))[:, None], world.classes  # of junk it is another class's, and its mass is 0
    waste = information_terms(p_ys, p_t[own][:, :, None], p_y[:, :, None], p_ts[own]).sum(axis=(1, 2))
    some = p_s[:, None, :] > 0
    posterior = jnp.where(some, p_ts / jnp.where(some, p_s[:, None, :], 1.0), 0.0)
    miss = -(p_s[:, None, :] * plog2p(posterior)).sum(axis=(1, 2))
    gain, waste, miss = ((uniform_members(world.trained) * bits).sum() for bits in (gain, waste, miss))
    nothing = rounding(channel.size, channel.dtype) ** 2
    return Efficiency(gain, waste, miss, quotient(gain, gain + waste, nothing), quotient(gain, gain + miss))


def surface_overlap(world: World) -> SurfaceOverlap:
    r"""Return the share of prompt tokens, and of accepted forms, that trained and held-out questions have in common.

    Tokens that both use over those that either uses, and likewise forms.

    Args:
        world: A world.

    Returns:
        A `SurfaceOverlap` of scalars, from 0 to 1; NaN if there is neither a trained nor a held-out question.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> found = surface_overlap(lookup_world(jax.random.key(0), symbols=6, accepted="other forms"))
    >>> round(float(found.prompts), 6), float(found.forms)
    (0.777778, 0.0)
    """
    tokens = (world.prompts[:, :, None] == jnp.arange(world.prompt_tokens)).any(axis=1)
    forms = (world.accepted[:, :, None] & (world.form[:, None] == jnp.arange(world.forms))).any(axis=1)
    return SurfaceOverlap(*(_shared(world, has) for has in (tokens, forms)))


def _shared(world, has):
    trained, held_out = ((has & part[:, None]).any(axis=0) for part in (world.trained, world.held_out))
    return (trained & held_out).sum() / (trained | held_out).sum()
